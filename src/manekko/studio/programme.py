"""What the page opens with: motions, the characters that dance them, and what was captured beside them."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from manekko.character import default_model, named_model
from manekko.errors import FormatError, InputError
from manekko.files.captured import Captured, source_clip
from manekko.files.models import read_rig, standard_rig
from manekko.files.motions import write_motion
from manekko.files.pmd import parse_pmd
from manekko.files.pmd_values import text_of
from manekko.files.pmx import parse_pmx
from manekko.files.vmd import FPS as VMD_FPS
from manekko.motion.motion import RigMotion
from manekko.motion.resample import resampled
from manekko.stage.casting import Part, read_programme
from manekko.studio.messages import Character, Dancer, Download, Media, Programme
from manekko.studio.shelf import Shelf, shown_name, worn

_VIDEOS = (".mp4", ".m4v", ".webm", ".mov", ".mkv")
"""Endings of videos that a browser may be able to play."""
_OWN = ("maneko", "tora")


def programme(motions: Sequence[Path], models: Sequence[Path], shelf: Shelf) -> Programme:
    """Put everything on the shelf, and return what the page opens with.

    Args:
        motions: motion files, folders of captures or their reports; none: one character stands there.
        models: one for all motions, or one for each; none: Maneko.
        shelf: where the files are put.

    Raises:
        InputError: something is missing, of another kind, or the models are neither one nor as many as the motions.
        FormatError: a file does not follow its format.
    """
    given = read_programme(motions)
    chosen = _models(models, max(len(given.parts), 1))
    characters = {path: character(path, shelf) for path in dict.fromkeys(chosen)}
    dancers = [
        _dancer(part, path, characters[path], shelf) for part, path in zip(given.parts, chosen, strict=False)
    ] or [Dancer(characters[chosen[0]].name, None, characters[chosen[0]], None, None)]
    return Programme(
        version=version("manekko"),
        title=_title(motions, dancers),
        dancers=tuple(dancers),
        sound=None if given.sound is None else _media(given.sound, shelf),
        video=_video(given.captured, shelf),
        preview=None,
        camera=None,
        report_url=None,
        downloads=tuple(_download(part.path, shelf) for part in given.parts),
        characters=tuple(character(named_model(Path(name)), shelf) for name in _OWN),
    )


def _models(models: Sequence[Path], count: int) -> list[Path]:
    """Return the model of each of ``count`` dancers."""
    chosen = [named_model(path) for path in models] or [default_model()]
    if len(chosen) not in (1, count):
        motions = "1 motion" if count == 1 else f"{count} motions"
        raise InputError(f"{len(chosen)} models for {motions}: give one model, or one for each motion")
    return chosen if len(chosen) == count else chosen * count


def _title(motions: Sequence[Path], dancers: Sequence[Dancer]) -> str:
    return shown_name(motions[0].resolve().name) if motions else dancers[0].name


def _dancer(part: Part, model: Path, who: Character, shelf: Shelf) -> Dancer:
    return Dancer(part.path.stem, _motion(part, model, shelf), who, None, None)


def _motion(part: Part, model: Path, shelf: Shelf) -> Media:
    """Return the motion as MMD knows it: a VMD or VPD as it is, another fitted to the model."""
    if isinstance(part.motion, RigMotion):
        return _media(part.path, shelf)
    # What is no MMD model is danced by way of the standard one.
    rig = read_rig(model) if model.suffix.lower() in (".pmx", ".pmd") else standard_rig()
    path = shelf.own_place(".vmd")
    write_motion(path, resampled(part.motion, fps=VMD_FPS), rig)
    return _media(path, shelf, name=f"{part.path.stem}.vmd")


def _media(path: Path, shelf: Shelf, *, start_s: float = 0.0, name: str | None = None) -> Media:
    held = shelf.put(path, name=name)
    return Media(held.name, held.url, start_s)


def _video(captured: Captured | None, shelf: Shelf) -> Media | None:
    """Return the clip that was captured, where it is still there and a browser may be able to play it."""
    if captured is None or Path(captured.clip_name).suffix.lower() not in _VIDEOS:
        return None
    try:
        return _media(source_clip(captured), shelf, start_s=captured.start_s)
    except InputError:
        return None


def _download(path: Path, shelf: Shelf) -> Download:
    held = shelf.put(path)
    return Download(held.name, held.url, "", held.path.stat().st_size)


def character(path: Path, shelf: Shelf) -> Character:
    """Put a model and what it wears on the shelf.

    Raises:
        InputError: it cannot be read.
        FormatError: it is no model, or damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: the model cannot be read ({error.strerror}); give a PMX, PMD, VRM or GLB file"
        ) from None
    try:
        ending, names = _worn_names(data)
    except FormatError as error:
        raise error.at(path) from None
    pictures = worn(path.resolve().parent, names)
    beside = {folded: place for folded, (_, place) in pictures.items()}
    held = shelf.put(path, name=path.stem + ending, beside=beside)
    return Character(path.stem, held.url, tuple(address for address, _ in pictures.values()))


def _worn_names(data: bytes) -> tuple[str, list[str]]:
    """Return the ending that a model's kind has, and the pictures that it names."""
    if data[:4] == b"PMX ":
        return ".pmx", list(parse_pmx(data).textures)
    if data[:3] == b"Pmd":
        file = parse_pmd(data)
        names = [name for material in file.materials for name in text_of(material["texture"]).split("*")]
        return ".pmd", [*names, *(file.toons or ())]
    if data[:4] == b"glTF":
        return ".vrm", []
    if data[:4] == b"PK\3\4":
        raise FormatError("this is a zip file: unpack it, and give the model inside (.pmx, .pmd, .vrm or .glb)")
    raise FormatError("this is no model: neither PMX, PMD, VRM nor GLB; give the model's file itself")
