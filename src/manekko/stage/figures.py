"""Models by content, whatever their suffix says, as figures ready to be drawn."""

from pathlib import Path

from manekko.errors import FormatError, InputError
from manekko.files.pmd import parse_pmd
from manekko.files.pmx import parse_pmx
from manekko.stage.figure import Figure
from manekko.stage.from_mmd import figure_from_pmx
from manekko.stage.from_pmd import figure_from_pmd
from manekko.stage.from_vrm import figure_from_glb


def read_figure(path: Path) -> Figure:
    """Return the character of a PMX, PMD, VRM or GLB file with its textures.

    Raises:
        InputError: the file cannot be read.
        FormatError: it is no such model, or damaged.
    """
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
    raise FormatError("this is no model: neither PMX, PMD, VRM nor GLB; give the model's file itself", offset=0)
