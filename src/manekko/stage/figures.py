"""Models by content, whatever their suffix says, as figures ready to be drawn."""

from pathlib import Path

from manekko.errors import FormatError, InputError
from manekko.files.pmd import parse_pmd
from manekko.files.pmx import parse_pmx
from manekko.stage.figure import Figure
from manekko.stage.from_mmd import figure_from_pmx
from manekko.stage.from_pmd import figure_from_pmd
from manekko.stage.from_vrm import figure_from_glb

_SUFFIXES = (".pmx", ".pmd", ".vrm", ".glb")


def read_figure(path: Path) -> Figure:
    """Return the character of a PMX, PMD, VRM or GLB file with its textures; of a folder, the only model in it.

    Raises:
        InputError: the file cannot be read, or the folder holds no model or several.
        FormatError: it is no such model, or damaged.
    """
    if path.is_dir():
        path = only_model(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: the model cannot be read ({error.strerror}); give a PMX, PMD, VRM or GLB file"
        ) from None
    try:
        return _figure(data, path)
    except FormatError as error:
        raise error.at(path) from None


def _figure(data: bytes, path: Path) -> Figure:
    if data[:4] == b"PMX ":
        return figure_from_pmx(parse_pmx(data), path.parent)
    if data[:3] == b"Pmd":
        return figure_from_pmd(parse_pmd(data), path.parent)
    if data[:4] == b"glTF":
        return figure_from_glb(data, path.stem)
    if data[:4] == b"PK\3\4":
        raise FormatError("this is a zip file: unpack it, and give the model inside (.pmx, .pmd, .vrm or .glb)")
    raise FormatError("this is no model: neither PMX, PMD, VRM nor GLB; give the model's file itself")


def only_model(folder: Path) -> Path:
    """Return the model in a folder.

    Raises:
        InputError: there is none, or more than one.
    """
    try:
        models = sorted(entry for entry in folder.iterdir() if entry.suffix.lower() in _SUFFIXES)
    except OSError as error:
        raise InputError(f"the folder {folder} cannot be listed ({error.strerror}); allow it or copy it") from None
    if len(models) == 1:
        return models[0]
    if not models:
        raise InputError(f"the folder {folder} holds no model ({' '.join(_SUFFIXES)}); give the model's file itself")
    names = ", ".join(model.name for model in models[:4])
    raise InputError(f"the folder {folder} holds {len(models)} models; give one of them: {names}")
