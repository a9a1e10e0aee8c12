"""Models by content, whatever their suffix says."""

from pathlib import Path

from manekko.errors import FormatError, InputError
from manekko.files.pmd import parse_pmd, rig_from_pmd
from manekko.files.pmx import parse_pmx, rig_from_pmx
from manekko.files.standard_rig import standard_rig
from manekko.skeleton.rig import Rig

__all__ = ["read_rig", "standard_rig"]


def read_rig(path: Path) -> Rig:
    """Return the rig of a PMX or PMD model.

    Raises:
        InputError: the file cannot be read.
        FormatError: it is no such model, or damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: the model cannot be read ({error.strerror}); give a PMX or PMD file") from None
    try:
        return _rig(data)
    except FormatError as error:
        raise error.at(path) from None


def _rig(data: bytes) -> Rig:
    if data[:4] == b"PMX ":
        return rig_from_pmx(parse_pmx(data))
    if data[:3] == b"Pmd":
        return rig_from_pmd(parse_pmd(data))
    raise FormatError("this is no MMD model: neither PMX nor PMD; give the .pmx or .pmd file itself", offset=0)
