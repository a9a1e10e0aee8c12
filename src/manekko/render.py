"""The verb that draws: motions danced by characters, as a video, an animated GIF or pictures."""

import math
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from manekko.ahead import ahead
from manekko.character import default_model, named_model
from manekko.errors import InputError
from manekko.files.captured import source_clip
from manekko.files.vmd_camera import VmdScenery, read_scenery
from manekko.progress import Progress, counted, silent
from manekko.stage.backdrops import BackdropAt, clip_backdrop, colour_backdrop, colour_of, no_backdrop, studio_backdrop
from manekko.stage.cameras import (
    ORBIT_S,
    CameraAt,
    fixed_camera,
    following_camera,
    orbiting_camera,
    source_view,
    vmd_camera,
    vmd_light,
)
from manekko.stage.casting import (
    Programme,
    before_source_camera,
    dancer,
    read_figures,
    read_programme,
    sceneries_of,
    side_by_side,
    unmoved,
)
from manekko.stage.scene import Dancer, Scene, dancers_reach, scene_pictures
from manekko.video.gif import GifWriter
from manekko.video.sequence import SequenceWriter, numbered_picture
from manekko.video.source import Clip, check_bounds, open_clip
from manekko.video.writer import VideoWriter, write_png
from manekko.whole import folder_for_results

KINDS = (".mp4", ".webm", ".mov", ".gif", ".png")
"""Endings of what can be written; a name without one is a folder of pictures."""

_SIZE_PX = (1280, 720)
_GIF_SIZE_PX = (640, 360)
_LONGEST_SOURCE_PX = 1920
_SMALLEST_PX, _LARGEST_PX = 16, 8192
_FPS, _FASTEST_FPS = 30.0, 240.0
_GIF_FPS = 25.0
_STILL_S = 3.0
"""A pose in a video stands so long."""
_AHEAD = 3
_CAMERAS = ("fixed", "follow", "orbit", "source")


@dataclass(frozen=True)
class RenderOptions:
    """What to draw, and how."""

    motions: tuple[Path, ...]
    """Motion files (VMD, VPD, BVH), folders that ``capture`` wrote, or their reports: all on one stage."""
    out: Path
    """MP4, WebM, MOV, GIF or PNG by its ending; without one a folder of pictures."""
    models: tuple[Path, ...] = ()
    """PMX, PMD, VRM or GLB, or ``maneko`` or ``tora``: one for all, or one for each motion; Maneko when empty."""
    camera: str | None = None
    """``fixed``, ``follow``, ``orbit``, ``source``, or a VMD of camera or light.

    None, or a VMD that moves no camera: source over the source, else fixed.
    """
    background: str = "studio"
    """``studio``, ``transparent``, ``source``, ``#rrggbb``, or a picture or video."""
    size_px: tuple[int, int] | None = None
    """None: that of the source where it is the background, else 1280×720 (GIF 640×360)."""
    fps: float | None = None
    """None: that of the background where it moves, else 30 (GIF 25)."""
    start_s: float = 0.0
    end_s: float | None = None
    sound: Path | None = None
    """A 16-bit WAV in step with the motions; None: the one beside the first motion, if there is one."""
    silent: bool = False
    """Whether to leave out the sound."""


@dataclass(frozen=True)
class RenderResult:
    """What was drawn, and what a person should know."""

    out: Path
    """The file or folder; of pictures with numbers, the first."""
    pictures: int
    size_px: tuple[int, int]
    dancers: int
    seconds: float
    """How long it took."""
    warnings: tuple[str, ...]


def render(options: RenderOptions, progress: Progress = silent) -> RenderResult:
    """Draw the motions into ``options.out``, which appears whole or not at all.

    Raises:
        InputError: a motion, model, background or sound cannot be used, or the options make no sense.
        FormatError: a file does not follow its format.
        MissingToolError: the machine has no OpenGL, or the result cannot be written.
    """
    begun = time.perf_counter()
    _check(options)
    programme = read_programme(options.motions)
    _spare_the_clip(options.out, programme)
    behind = _clip_behind(options, programme)
    models = tuple(named_model(path) for path in options.models) or (default_model(),)
    figures = read_figures(models, len(programme.parts))
    dancers = [dancer(part, figure) for part, figure in zip(programme.parts, figures, strict=True)]
    size, fps = _even(options, _size_px(options, programme, behind)), _fps(options, behind)
    times = _times(options, dancers, fps)
    scene = _scene(options, programme, dancers, behind, size, times)
    with folder_for_results(options.out.parent):
        _draw(options, scene, times, fps, _sound(options, programme), progress)
    notes = [(figure, note) for figure in figures for note in figure.warnings]
    notes += [(one.figure, note) for one in dancers for note in unmoved(one)]
    warnings = dict.fromkeys(f"{figure.rig.name}: {note}" for figure, note in notes)
    seconds = time.perf_counter() - begun
    return RenderResult(_first_written(options, len(times)), len(times), size, len(dancers), seconds, tuple(warnings))


def _first_written(options: RenderOptions, pictures: int) -> Path:
    numbered = options.out.suffix.lower() == ".png" and pictures > 1
    return numbered_picture(options.out, 1) if numbered else options.out


def _check(options: RenderOptions) -> None:
    """Refuse what makes no sense before anything is read."""
    suffix = options.out.suffix.lower()
    if suffix not in ("", *KINDS):
        raise InputError(
            f"{options.out}: {suffix} is no known kind of picture or video; expected {' '.join(KINDS)}, "
            "or a folder without an ending"
        )
    if options.background == "transparent" and suffix == ".mp4":
        raise InputError(f"{options.out}: an MP4 cannot be transparent; write .webm, .mov, .gif or .png instead")
    if not options.motions:
        raise InputError("there is no motion to draw; give a VMD, VPD or BVH, or a folder that `manekko capture` wrote")
    for side in options.size_px or ():
        if not _SMALLEST_PX <= side <= _LARGEST_PX:
            width, height = options.size_px or (0, 0)
            raise InputError(
                f"pictures of {width}x{height} cannot be drawn; give {_SMALLEST_PX} to {_LARGEST_PX} a side"
            )
    if options.fps is not None and not 1.0 <= options.fps <= _FASTEST_FPS:
        raise InputError(f"{options.fps:g} frames a second cannot be drawn; give 1 to {_FASTEST_FPS:g}")
    check_bounds(options.start_s, options.end_s)
    if options.background.startswith("#"):
        colour_of(options.background)
    camera = options.camera
    if camera is not None and camera not in _CAMERAS and not camera.lower().endswith(".vmd"):
        raise InputError(f"{camera} is no camera; give {', '.join(_CAMERAS)}, or a VMD of camera or light")
    for given in (*options.motions, *options.models, *_files(options.camera), *_files(options.background)):
        if given.is_file() and given.resolve() == options.out.resolve():
            raise InputError(f"{options.out} is read and cannot be written at once; give another name")


def _spare_the_clip(out: Path, programme: Programme) -> None:
    """Refuse to write over the very video that was captured; it may be the only copy."""
    captured = programme.captured
    if captured is None or out.name != captured.clip_name or not out.is_file():
        return
    if source_clip(captured).samefile(out):
        raise InputError(f"{out} is the video that was captured and would be lost; give another name")


def _files(word: str | None) -> list[Path]:
    return [] if word is None or word in (*_CAMERAS, "studio", "transparent") or word.startswith("#") else [Path(word)]


def _clip_behind(options: RenderOptions, programme: Programme) -> Clip | None:
    """Return the clip or picture that is the background; None where it is neither."""
    if _over_source(options, programme):
        return open_clip(_source_clip(options, programme))
    paths = _files(options.background)
    if paths and not paths[0].suffix and not paths[0].exists():
        raise InputError(
            f"{paths[0]} is no background; give studio, transparent, source, a colour such as #ff8800, "
            "or a picture or video"
        )
    return open_clip(paths[0]) if paths else None


def _source_clip(options: RenderOptions, programme: Programme) -> Path:
    captured = programme.captured
    if captured is None:
        raise InputError(
            "nothing is known of a source video; give the folder that `manekko capture` wrote, or --background VIDEO"
        )
    given = _files(options.background)
    return given[0] if given else source_clip(captured)


def _over_source(options: RenderOptions, programme: Programme) -> bool:
    """Return whether the captured clip is the background, found by itself or given by its name."""
    captured = programme.captured
    named = captured is not None and any(path.name == captured.clip_name for path in _files(options.background))
    return options.background == "source" or named


def _size_px(options: RenderOptions, programme: Programme, behind: Clip | None) -> tuple[int, int]:
    if options.size_px is not None:
        return options.size_px
    if behind is None or not _over_source(options, programme):
        return _GIF_SIZE_PX if options.out.suffix.lower() == ".gif" else _SIZE_PX
    width, height = behind.info.size_px
    scale = min(1.0, _LONGEST_SOURCE_PX / max(width, height))
    return max(_SMALLEST_PX, round(width * scale)), max(_SMALLEST_PX, round(height * scale))


def _even(options: RenderOptions, size_px: tuple[int, int]) -> tuple[int, int]:
    """Return the size as the file will have it: MP4 and WebM have even sides only."""
    odd = options.out.suffix.lower() in (".mp4", ".webm")
    return (size_px[0] + size_px[0] % 2, size_px[1] + size_px[1] % 2) if odd else size_px


def _fps(options: RenderOptions, behind: Clip | None) -> float:
    if options.fps is not None:
        return options.fps
    if behind is not None and behind.info.kind == "video":
        return min(max(behind.info.fps, 1.0), 60.0)
    return _GIF_FPS if options.out.suffix.lower() == ".gif" else _FPS


def _times(options: RenderOptions, dancers: Sequence[Dancer], fps: float) -> np.ndarray:
    """Return when each picture is [s]; a pose stands still, in a video for a while."""
    length = max(one.seconds for one in dancers)
    if all(one.motion.frame_count == 1 for one in dancers):
        moves = options.camera == "orbit" and options.out.suffix.lower() != ".png"
        stands = ORBIT_S if moves else _STILL_S if options.out.suffix.lower() in KINDS[:4] else 0.0
        length = max(options.end_s or 0.0, stands, 1.0 / fps)
    elif options.start_s >= length:
        raise InputError(f"the motion is {length:.2f} s long: there is nothing from {options.start_s:g} s on")
    end = min(length, options.end_s) if options.end_s is not None else length
    count = max(1, math.ceil((end - options.start_s) * fps - 1e-6))
    return options.start_s + np.arange(count) / fps


def _scene(
    options: RenderOptions,
    programme: Programme,
    dancers: list[Dancer],
    behind: Clip | None,
    size_px: tuple[int, int],
    times: np.ndarray,
) -> Scene:
    given = _camera_file(options)
    name = _camera_name(options, programme)
    if given is not None and given.camera is not None:
        sees = vmd_camera(given.camera, size_px)
    elif name == "source":
        camera, dancers = before_source_camera(programme.parts, dancers)
        sees = source_view(camera, size_px)
    else:
        dancers = side_by_side(programme.parts, dancers)
        sees = _camera(name, dancers, times, size_px)
    light = vmd_light([*([] if given is None else [given]), *sceneries_of(programme)])
    start_s = options.start_s + (programme.captured.start_s if programme.captured is not None else 0.0)
    backdrop = _backdrop(options.background, behind, size_px, start_s)
    return Scene(tuple(dancers), sees, size_px, backdrop, light, ground=options.background != "transparent")


def _camera_file(options: RenderOptions) -> VmdScenery | None:
    """Return what the VMD given as the camera says; None where none was given."""
    files = _files(options.camera)
    if not files:
        return None
    given = read_scenery(files[0])
    if given.camera is None and given.light is None and given.shadow is None:
        raise InputError(
            f"{files[0]}: this VMD has keys of neither camera nor light nor self shadow; "
            f"give one that has, or {', '.join(_CAMERAS)}"
        )
    return given


def _camera_name(options: RenderOptions, programme: Programme) -> str:
    """Return the camera's name; without one, or with a VMD, the one that is taken by itself."""
    if options.camera in _CAMERAS:
        return options.camera
    return "source" if _over_source(options, programme) else "fixed"


def _camera(name: str, dancers: Sequence[Dancer], times: np.ndarray, size_px: tuple[int, int]) -> CameraAt:
    reach = dancers_reach(dancers, float(times[0]), float(times[-1]))
    kinds = {"fixed": fixed_camera, "follow": following_camera, "orbit": orbiting_camera}
    return kinds[name](reach, size_px)


def _backdrop(background: str, behind: Clip | None, size_px: tuple[int, int], start_s: float) -> BackdropAt:
    if behind is not None:
        return clip_backdrop(behind, size_px, start_s=start_s if behind.info.kind == "video" else 0.0)
    if background == "transparent":
        return no_backdrop
    return studio_backdrop(size_px) if background == "studio" else colour_backdrop(colour_of(background), size_px)


def _sound(options: RenderOptions, programme: Programme) -> Path | None:
    if options.silent or options.out.suffix.lower() not in (".mp4", ".webm", ".mov"):
        return None
    return options.sound or programme.sound


def _draw(
    options: RenderOptions, scene: Scene, times: np.ndarray, fps: float, sound: Path | None, progress: Progress
) -> None:
    suffix = options.out.suffix.lower()
    see_through = options.background == "transparent"
    with closing(ahead(scene_pictures(scene, times), _AHEAD)) as pictures:
        if suffix == ".png" and len(times) == 1:
            write_png(options.out, next(pictures))
            return
        if suffix == ".gif":
            writer = GifWriter(options.out, scene.size_px, fps, transparent=see_through)
        elif suffix in ("", ".png"):
            writer = SequenceWriter(options.out, scene.size_px)
        else:
            start = options.start_s
            writer = VideoWriter(
                options.out, scene.size_px, fps, sound=sound, sound_start_s=start, transparent=see_through, fine=True
            )
        with writer:
            for number, picture in enumerate(counted(pictures, "render", len(times), progress)):
                writer.write(picture, number / fps)
