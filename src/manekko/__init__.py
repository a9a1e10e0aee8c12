"""Manekko: a person dances in a video; a character dances the same dance.

The verbs ``capture``, ``convert`` and ``render`` are functions of the modules of these names (``from manekko.capture
import capture``), ``paint`` is one of ``manekko.painting``; the others are here: ``from manekko import read_motion,
read_rig, retarget``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from manekko.files.models import read_rig, standard_rig
    from manekko.files.motions import read_motion, write_motion
    from manekko.motion.retarget import retarget

    __version__: str

__all__ = ["__version__", "read_motion", "read_rig", "retarget", "standard_rig", "write_motion"]

_HOME = {
    "read_motion": "manekko.files.motions",
    "read_rig": "manekko.files.models",
    "retarget": "manekko.motion.retarget",
    "standard_rig": "manekko.files.models",
    "write_motion": "manekko.files.motions",
}


def __getattr__(name: str) -> object:
    # Loaded at first use: `manekko --help` should not wait for scipy.
    if name == "__version__":
        return import_module("importlib.metadata").version("manekko")
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'manekko' has no attribute {name!r}")
