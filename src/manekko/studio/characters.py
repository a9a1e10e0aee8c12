"""Models for the page: each with the pictures that it wears, and with nothing else of what lies beside it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from manekko.character import default_model, named_model
from manekko.errors import FormatError, InputError
from manekko.files.pmd import parse_pmd
from manekko.files.pmd_values import text_of
from manekko.files.pmx import parse_pmx
from manekko.stage.figures import only_model
from manekko.studio.messages import Character
from manekko.studio.shelf import Shelf, shown_name, worn

_OWN = ("maneko", "tora")


def models_for(models: Sequence[Path], count: int) -> list[Path]:
    """Return the model of each of ``count`` dancers; Manekko's own may be given by name, another by its folder.

    Raises:
        InputError: they are neither one nor as many as the dancers, or a folder holds no model or several.
    """
    named = [named_model(path) for path in models] or [default_model()]
    chosen = [only_model(path) if path.is_dir() else path for path in named]
    if len(chosen) not in (1, count):
        motions = "1 motion" if count == 1 else f"{count} motions"
        raise InputError(f"{len(chosen)} models for {motions}: give one model, or one for each motion")
    return chosen if len(chosen) == count else chosen * count


def own_characters(shelf: Shelf, known: Mapping[Path, Character]) -> tuple[Character, ...]:
    """Put the characters that come with Manekko on the shelf, but those that are ``known`` to be there."""
    models = [named_model(Path(name)) for name in _OWN]
    return tuple(known[path] if path in known else character(path, shelf) for path in models)


def character(path: Path, shelf: Shelf) -> Character:
    """Put a model and what it wears on the shelf.

    Raises:
        InputError: it cannot be read.
        FormatError: it is no model, or damaged.
    """
    try:
        ending, names = _kind_of_ours(path) if _is_ours(path) else _kind(path.read_bytes())
    except OSError as error:
        raise InputError(
            f"{path}: the model cannot be read ({error.strerror}); give a PMX, PMD, VRM or GLB file"
        ) from None
    except FormatError as error:
        raise error.at(path) from None
    # Where a link points to a model, its pictures lie beside the model itself.
    pictures = worn(path.resolve().parent, names)
    beside = {folded: place for folded, (_, place) in pictures.items()}
    held = shelf.put(path, name=path.stem + ending, beside=beside)
    name = path.stem.capitalize() if _is_ours(path) else shown_name(path.stem)
    return Character(name, held.url, tuple(address for address, _ in pictures.values()))


def _is_ours(path: Path) -> bool:
    return path in [named_model(Path(name)) for name in _OWN]


def _kind_of_ours(path: Path) -> tuple[str, list[str]]:
    """Return the same as ``_kind``, at once: our characters wear all that lies in their folder."""
    return path.suffix, [f"tex/{picture.name}" for picture in sorted((path.parent / "tex").iterdir())]


def _kind(data: bytes) -> tuple[str, list[str]]:
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
