"""What the page opens with: motions, the characters that dance them, and what was captured beside them."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path

from manekko.errors import InputError
from manekko.files.captured import Captured, CapturedPerson, captured_beside, source_clip
from manekko.files.models import read_rig, standard_rig
from manekko.files.motions import SUFFIXES, write_motion
from manekko.files.results import what_it_is
from manekko.files.vmd import FPS as VMD_FPS
from manekko.motion.motion import RigMotion
from manekko.motion.resample import resampled
from manekko.motion.retarget import retarget
from manekko.skeleton.rig import Rig
from manekko.stage import casting
from manekko.stage.casting import Part, read_programme, source_camera_of
from manekko.stage.wardrobe import folded
from manekko.studio.characters import character, models_for, own_characters
from manekko.studio.given import sorted_out, sound_with
from manekko.studio.messages import Character, Dancer, Download, Media, Programme, SourceCamera, Strips
from manekko.studio.shelf import Shelf, shown_name
from manekko.studio.source_camera import seen_by
from manekko.studio.strips import strips_of_motion, strips_told

_VIDEOS = (".mp4", ".m4v", ".webm", ".mov", ".mkv")
"""Endings of videos that a browser may be able to play."""


def programme(motions: Sequence[Path], models: Sequence[Path], shelf: Shelf) -> Programme:
    """Put everything on the shelf, and return what the page opens with.

    Args:
        motions: motion files, folders of captures or their reports; a VMD of the camera moves that. None of a body:
            one character stands there.
        models: one for all motions, or one for each; none: Maneko.
        shelf: where the files are put.

    Raises:
        InputError: something is missing, of another kind, or the models are neither one nor as many as the motions.
        FormatError: a file does not follow its format.
    """
    bodies, cameras = sorted_out(motions)
    given = read_programme(bodies)
    chosen = models_for(models, max(len(given.parts), 1))
    characters = {path: character(path, shelf) for path in dict.fromkeys(chosen)}
    # Read once, and only where it is needed: most motions are given as they are.
    rigs = {path: cache(partial(_rig, path, who)) for path, who in characters.items()}
    dancers = [
        _dancer(part, group, characters[path], rigs[path], shelf)
        for part, group, path in zip(given.parts, _groups(given.parts), chosen, strict=False)
    ]
    files = _files(given.captured)
    report = next((path for path in files if path.name.endswith("-report.html")), None)
    preview = next((path for path in files if path.stem.endswith("-preview") and path.suffix in _VIDEOS), None)
    return Programme(
        version=version("manekko"),
        title=_title(motions, given.captured) or characters[chosen[0]].name,
        dancers=tuple(dancers) or (Dancer(characters[chosen[0]].name, None, characters[chosen[0]], None, None, 0),),
        sound=_sound(given, motions, shelf),
        video=_video(given.captured, shelf),
        preview=None if preview is None else _media(preview, shelf),
        camera=_media(cameras[0], shelf) if cameras else None,
        report_url=None if report is None else _report(report, files, shelf),
        downloads=_downloads([*(part.path for part in given.parts), *cameras, *files], shelf),
        characters=own_characters(shelf, characters),
    )


def _title(motions: Sequence[Path], captured: Captured | None) -> str:
    """Return what is shown: a capture's clip, else the first that was given; nothing where nothing was."""
    if not motions:
        return ""
    is_one_file = motions[0].suffix.lower() in SUFFIXES
    return shown_name(motions[0].resolve().name if captured is None or is_one_file else captured.clip_name)


def _rig(model: Path, who: Character) -> Rig:
    # What is no MMD model is danced by way of the standard one.
    return read_rig(model) if who.url.endswith((".pmx", ".pmd")) else standard_rig()


def _groups(parts: Sequence[Part]) -> list[int]:
    """Return a number for each: the same for people of one capture, another for a person who is there already."""
    numbers: dict[tuple[object, int], int] = {}
    people: Counter[tuple[object, str]] = Counter()
    groups = []
    for part in parts:
        captured = captured_beside(part.path)
        origin = part.group if captured is None else (captured.folder.resolve(), captured.clip_name)
        again = people[origin, part.path.stem]
        people[origin, part.path.stem] += 1
        groups.append(numbers.setdefault((origin, again), len(numbers)))
    return groups


def _dancer(part: Part, group: int, who: Character, rig: Callable[[], Rig], shelf: Shelf) -> Dancer:
    motion, media = _motion(part, rig, shelf)
    return Dancer(shown_name(part.path.stem), media, who, _strips(part, motion, rig), _camera(part, rig), group)


def _motion(part: Part, rig: Callable[[], Rig], shelf: Shelf) -> tuple[RigMotion, Media]:
    """Return the motion as MMD plays it: that of a VMD or VPD as it is, another fitted to the model."""
    if isinstance(part.motion, RigMotion):
        return part.motion, _media(part.path, shelf)
    motion = retarget(resampled(part.motion, fps=VMD_FPS), rig())
    path = shelf.own_place(".vmd")
    write_motion(path, motion)
    return motion, _media(path, shelf, name=f"{part.path.stem}.vmd")


def _strips(part: Part, motion: RigMotion, rig: Callable[[], Rig]) -> Strips | None:
    person = _person(part.path)
    if person is not None and person.strips is not None:
        return strips_told(person.strips)
    return strips_of_motion(motion, rig(), () if person is None else person.warnings)


def _person(motion: Path) -> CapturedPerson | None:
    """Return what the report beside a motion tells of whose it is."""
    captured = captured_beside(motion)
    return None if captured is None or not captured.people else captured.people[0]


def _camera(part: Part, rig: Callable[[], Rig]) -> SourceCamera | None:
    if part.camera is None:
        return None
    is_mmds = isinstance(part.motion, RigMotion)
    return seen_by(part.camera.scaled(part.scale) if is_mmds else source_camera_of(part, rig()))


def _media(path: Path, shelf: Shelf, *, start_s: float = 0.0, name: str | None = None) -> Media:
    held = shelf.put(path, name=name)
    return Media(held.name, held.url, start_s)


def _sound(given: casting.Programme, motions: Sequence[Path], shelf: Shelf) -> Media | None:
    sound = given.sound
    if sound is None and given.parts:
        sound = sound_with(given.parts[0].path, motions)
    return _media(sound, shelf) if sound is not None and _in_its_folder(sound) else None


def _video(captured: Captured | None, shelf: Shelf) -> Media | None:
    """Return the clip that was captured, where it is still there and a browser may be able to play it."""
    if captured is None or Path(captured.clip_name).suffix.lower() not in _VIDEOS:
        return None
    try:
        clip = source_clip(captured)
    except InputError:
        return None
    # A link may stand for a large video; what it leads to must be one, too.
    return _media(clip, shelf, start_s=captured.start_s) if clip.resolve().suffix.lower() in _VIDEOS else None


def _files(captured: Captured | None) -> list[Path]:
    """Return what a capture wrote and is still in its folder."""
    files = dict.fromkeys(() if captured is None else captured.files.values())
    return [path for path in files if path.is_file() and _in_its_folder(path)]


def _in_its_folder(path: Path) -> bool:
    """Whether a file lies where its name says; a link that leads away would show what nobody meant to show."""
    return path.resolve().parent == path.parent.resolve()


def _report(report: Path, files: Sequence[Path], shelf: Shelf) -> str:
    """Return the address of a report, below which lies what it shows and links to."""
    return shelf.put(report, beside={folded(path.name): path.resolve() for path in files}).url


def _downloads(paths: Sequence[Path], shelf: Shelf) -> tuple[Download, ...]:
    held = [(shelf.put(path), path) for path in dict.fromkeys(paths)]
    return tuple(Download(one.name, one.url, what_it_is(path), one.path.stat().st_size) for one, path in held)
