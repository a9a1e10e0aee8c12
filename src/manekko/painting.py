"""The verb that paints: the people of a clip become characters, in the clip itself."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.ndimage import binary_closing

from manekko.ahead import ahead
from manekko.arrays import Array, Bool, Float, Int, UInt8
from manekko.errors import InputError
from manekko.files.openpose import is_openpose
from manekko.follow import CaptureOptions, Danced, Run, begun, danced, found_tracks, write_seen
from manekko.motion.placing import raised_keys
from manekko.paint.characters import DEFAULT, Character, read_character
from manekko.paint.composite import Layer, composed, drawing_orders
from manekko.paint.plate import Plate
from manekko.paint.plate_learning import learn_plate
from manekko.paint.portraits import Portrait, Sitting, Way
from manekko.paint.region_colours import colours_from_text
from manekko.paint.resemblance import Resemblance, resemblances
from manekko.paint.scene_light import lit, matched_light, mean_colour
from manekko.paint.shadows import contact_shadow
from manekko.paint.stick_portraits import StickSitting
from manekko.people.keypoints import Track
from manekko.progress import Progress, counted, silent
from manekko.stage.backdrops import BackdropAt, clip_backdrop, colour_backdrop, colour_of
from manekko.stage.cameras import source_view
from manekko.stage.casting import Part, before_source_camera, dancer
from manekko.video.sound import write_wav
from manekko.video.source import Clip, Frame, open_clip
from manekko.video.writer import VideoWriter, write_png
from manekko.whole import folder_for_results

_AHEAD = 3
_FASTEST_FPS = 60.0
_GAP_S = 0.7
"""Who is lost for no longer stays in the picture."""


Sittings = tuple[Sitting | StickSitting, ...]


@dataclass(frozen=True)
class PaintOptions:
    """What to paint, and how."""

    input: Path
    """Video, picture or folder of pictures."""
    character: str = DEFAULT
    """``maneko``, a painter's folder, or a model; everybody's but theirs who are named in ``people``."""
    people: tuple[tuple[int, str], ...] = ()
    """(number of a person, character)."""
    by: Way = "painter"
    """Whether the character is painted by its network or drawn from its model."""
    background: str = "keep"
    """``keep``, ``clean``, ``transparent``, ``#rrggbb``, or a picture or video."""
    resemble: float = 0.0
    """0–1: how much the characters take the person's own colours."""
    colours: str = "own"
    """Colours asked for, such as ``hair=#aa3300,top=#ffffff``; ``own``: none."""
    shadow: float = 0.5
    light: float = 0.5
    side_px: int | None = None
    """Of the squares that are painted; None: as the clip shows the people."""
    start_s: float = 0.0
    end_s: float | None = None
    fix: Path | None = None
    workers: int | None = None
    out: Path = Path("out")
    """Folder of the result, and of the keypoints, which a second run uses again."""


@dataclass(frozen=True)
class PaintResult:
    """What was painted, and what a person should know."""

    out: Path
    people: int
    warnings: tuple[str, ...]
    timing_s: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class _Picture:
    """All that every frame is made of."""

    sittings: Sittings
    resemblances: tuple[Resemblance | None, ...]
    plate: Plate | None
    backdrop: BackdropAt | None
    orders: Int[Array, "frame person"]
    gain: Float[Array, "3"]


def paint(options: PaintOptions, progress: Progress = silent) -> PaintResult:
    """Write ``STEM-painted.mp4`` (a picture: ``.png``; transparent: ``.webm``) into ``options.out``.

    It appears whole or not at all. ``STEM-keypoints.npz`` and ``STEM-fixes.toml`` are those of ``capture``.

    Raises:
        InputError: the clip, a character or the background cannot be used, or nobody was found.
        FormatError: a file of a character is damaged.
        MissingToolError: the machine has no OpenGL, the detector's models cannot be had, or nothing can be written.
    """
    _check(options)
    characters = _characters(options)
    run = begun(_followed(options, characters), progress)
    clip = run.clip
    assert clip is not None, "OpenPose JSON was refused"
    target = _target(options, run)
    with folder_for_results(options.out):
        tracks = found_tracks(run)
        with run.stage("solve"):
            people = list(danced(run, tracks))
        write_seen(run, tracks)
        _check_people(options, people)
        sittings = _sittings(options, people, characters, clip)
        with run.stage("background"):
            picture = _picture(options, run, people, sittings)
        with run.stage("paint"):
            _write(options, run, picture, target)
    figures = [(one.character.name, one.character.figure) for one in sittings]
    told = dict.fromkeys(f"{name}: {note}" for name, figure in figures if figure for note in figure.warnings)
    if options.by == "painter":
        drawn = [one.character.name for one in sittings if _way(options, one.character) == "3d"]
        told |= dict.fromkeys(f"{name} is drawn, not painted: there is no painter of it" for name in drawn)
    return PaintResult(target, len(people), (*run.warnings, *clip.warnings, *told), run.timing_s)


def _check(options: PaintOptions) -> None:
    """Refuse what makes no sense before anything is read."""
    if is_openpose(options.input):
        raise InputError(f"{options.input} holds keypoints without pictures; give the video itself")
    if options.background.startswith("#"):
        colour_of(options.background)
    elif options.background not in ("keep", "clean", "transparent") and not Path(options.background).exists():
        raise InputError(
            f"{options.background} is no background; give keep, clean, transparent, a colour such as #ff8800, "
            "or a picture or video"
        )
    if options.colours != "own":
        colours_from_text(options.colours)


def _followed(options: PaintOptions, characters: Mapping[str, Character]) -> CaptureOptions:
    from_sticks = any(_way(options, character) == "sticks" for character in characters.values())
    return CaptureOptions(
        options.input,
        # A motion has no fingers; who is painted from keypoints has.
        parts=frozenset({"body", "hands"} if from_sticks else {"body"}),
        start_s=options.start_s,
        end_s=options.end_s,
        fix=options.fix,
        preview=False,
        out=options.out,
        workers=options.workers,
    )


def _characters(options: PaintOptions) -> dict[str, Character]:
    """Return all characters that are asked for, each read once.

    Raises:
        InputError: one of them cannot be painted.
    """
    words = dict.fromkeys([options.character, *(word for _, word in options.people)])
    characters = {word: read_character(word, options.workers) for word in words}
    for word, character in characters.items():
        if not _can_be_shown(character, _way(options, character)):
            raise InputError(
                f"{word} cannot be shown --with {options.by}: train a painter of it with manekko train painter, "
                "or, of a model, draw it: --with 3d"
            )
    return characters


def _way(options: PaintOptions, character: Character) -> Way:
    """Return how a character comes about: as asked, or where that is painting, as it can."""
    if options.by != "painter":
        return options.by
    if character.painter is None:
        return "3d"
    return "painter" if character.painter.has("dense") else "sticks"


def _can_be_shown(character: Character, way: Way) -> bool:
    if way == "3d":
        return character.figure is not None
    networks = ("dense",) if way == "painter" else ("stick", "plain")
    return character.painter is not None and any(character.painter.has(network) for network in networks)


def _target(options: PaintOptions, run: Run) -> Path:
    ending = ".png" if run.is_still else ".webm" if options.background == "transparent" else ".mp4"
    target = run.path(f"-painted{ending}")
    if target.exists() and target.samefile(options.input):
        raise InputError(f"{target} is the clip itself and would be lost; give another --out")
    return target


def _check_people(options: PaintOptions, people: Sequence[Danced]) -> None:
    known = [one.track.track_id for one in people]
    for number, _ in options.people:
        if number not in known:
            there = ", ".join(f"p{one}" for one in known)
            raise InputError(f"there is no person p{number} in {options.input}: there are {there}")


def _sittings(
    options: PaintOptions, people: Sequence[Danced], characters: Mapping[str, Character], clip: Clip
) -> Sittings:
    """Return each person's character, with the person's motion before the clip's camera, or with the keypoints."""
    words = dict(options.people)
    chosen = [characters[words.get(one.track.track_id, options.character)] for one in people]
    embodied = [k for k, character in enumerate(chosen) if _way(options, character) != "sticks"]
    posed = _posed(options, [people[k] for k in embodied], [chosen[k] for k in embodied], clip) if embodied else []
    found: dict[int, Sitting | StickSitting] = dict(zip(embodied, posed, strict=True))
    for place, (one, character) in enumerate(zip(people, chosen, strict=True)):
        if place not in found:
            assert character.painter is not None, "who has neither body nor painter was refused"
            shown, focal = _shown(one.track), one.camera.focal_px
            found[place] = StickSitting(character, character.painter, one.track, shown, focal)
    return tuple(found[place] for place in range(len(people)))


def _posed(
    options: PaintOptions, people: Sequence[Danced], characters: Sequence[Character], clip: Clip
) -> list[Sitting]:
    parts = [Part(options.input, one.motion, camera=one.camera) for one in people]
    dancers = []
    for part, character, one in zip(parts, characters, people, strict=True):
        figure = character.figure
        assert figure is not None, "who has no body is painted from keypoints"
        dances = dancer(part, figure)
        if one.raise_m and not figure.humanoid:
            dances = replace(dances, motion=raised_keys(dances.motion, figure.rig, one.raise_m))
        dancers.append(dances)
    camera, placed = before_source_camera(parts, dancers)
    sees = source_view(camera, clip.info.size_px)
    return [
        Sitting(character, dances, sees, one.track.times_s, _shown(one.track))
        for character, dances, one in zip(characters, placed, people, strict=True)
    ]


def _shown(track: Track) -> Bool[Array, " frame"]:
    """Return in which frames a person is to be seen: those lost for a moment stay."""
    seen = track.seen
    spacing = float(np.median(np.diff(track.times_s))) if len(seen) > 1 else 1.0
    reach = round(_GAP_S / max(spacing, 1e-3))
    padded = np.pad(seen, reach, mode="edge")
    return np.asarray(binary_closing(padded, np.ones(2 * (reach // 2) + 1, dtype=bool))[reach : reach + len(seen)])


def _picture(options: PaintOptions, run: Run, people: Sequence[Danced], sittings: Sittings) -> _Picture:
    clip = run.clip
    assert clip is not None
    tracks = [one.track for one in people]
    bounds = {"start_s": run.options.start_s, "end_s": run.options.end_s}
    plate = learn_plate(clip, tracks, **bounds, progress=run.progress) if _needs_plate(options) else None
    backdrop = None if plate is not None else _backdrop(options, clip.info.size_px)
    light = mean_colour(plate.rgb) if plate is not None else None
    spacing = float(np.median(np.diff(tracks[0].times_s))) if len(tracks[0].times_s) > 1 else 1.0
    return _Picture(
        sittings,
        resemblances(options.resemble, options.colours, clip, tracks, [one.character for one in sittings], **bounds),
        plate,
        backdrop,
        drawing_orders(np.stack([one.distances_m() for one in sittings], axis=1), 1.0 / max(spacing, 1e-3)),
        matched_light(light, options.light) if light is not None else np.ones(3),
    )


def _needs_plate(options: PaintOptions) -> bool:
    return options.background in ("keep", "clean")


def _backdrop(options: PaintOptions, size_px: tuple[int, int]) -> BackdropAt | None:
    if options.background == "transparent":
        return None
    if options.background.startswith("#"):
        return colour_backdrop(colour_of(options.background), size_px)
    return clip_backdrop(open_clip(Path(options.background)), size_px)


def _write(options: PaintOptions, run: Run, picture: _Picture, target: Path) -> None:
    clip = run.clip
    assert clip is not None
    total = len(picture.orders)
    frames = clip.frames(run.options.start_s, run.options.end_s)
    with ExitStack() as stack:
        pictures = stack.enter_context(closing(ahead(_pictures(options, picture, frames), _AHEAD)))
        if run.is_still:
            write_png(target, next(pictures)[1])
            return
        fps = min(max(clip.info.fps, 1.0), _FASTEST_FPS)
        sound = _sound(run, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        see_through = options.background == "transparent"
        writer = VideoWriter(target, clip.info.size_px, fps, sound=sound, transparent=see_through, fine=True)
        with writer:
            for time_s, rgb in counted(pictures, "paint", total, run.progress):
                writer.write(rgb, time_s)


def _sound(run: Run, folder: Path) -> Path | None:
    """Return the clip's sound as a WAV that will be gone with the folder."""
    if run.clip is None or not run.clip.info.has_sound:
        return None
    path, options = folder / "sound.wav", run.options
    return path if write_wav(options.input, path, start_s=options.start_s, end_s=options.end_s) else None


def _pictures(
    options: PaintOptions, picture: _Picture, frames: Iterator[Frame]
) -> Iterator[tuple[float, UInt8[Array, "height width channel"]]]:
    """Yield the time and the finished picture of each frame."""
    with ExitStack() as stack:
        ways: list[Way] = [_way(options, sitting.character) for sitting in picture.sittings]
        streams = [
            stack.enter_context(closing(ahead(sitting.portraits(way, options.side_px), _AHEAD)))
            for sitting, way in zip(picture.sittings, ways, strict=True)
        ]
        for frame, order, *portraits in zip(frames, picture.orders, *streams, strict=False):
            yield frame.time_s, _composed(options, picture, frame, order, portraits)


def _composed(
    options: PaintOptions,
    picture: _Picture,
    frame: Frame,
    order: Int[Array, " person"],
    portraits: Sequence[Portrait | None],
) -> UInt8[Array, "height width channel"]:
    layers = []
    for person in order.tolist():
        portrait, resemblance = portraits[person], picture.resemblances[person]
        if portrait is not None:
            rgba = portrait.rgba if resemblance is None else resemblance.worn(portrait.rgba, portrait.parts)
            layers.append(Layer(lit(rgba, picture.gain), portrait.square))
    standing = [(one.view, one.feet_m) for one in portraits if one is not None and one.view is not None]
    behind = _behind(options, picture, frame)
    shadow = None
    if standing and behind is not None:
        feet = np.concatenate([feet_m for _, feet_m in standing])
        shadow = contact_shadow(standing[0][0], feet, strength=options.shadow)
    size = frame.rgb.shape[1], frame.rgb.shape[0]
    return composed(behind, layers, size, shadow)


def _behind(options: PaintOptions, picture: _Picture, frame: Frame) -> UInt8[Array, "height width 3"] | None:
    if picture.plate is None:
        return picture.backdrop(frame.time_s) if picture.backdrop is not None else None
    if options.background == "clean":
        return picture.plate.clean(frame.index)
    return picture.plate.behind(frame.rgb, frame.index)
