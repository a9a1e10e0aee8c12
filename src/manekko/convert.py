"""Motion files into each other: VMD, VPD and BVH, and a motion from one model onto another."""

from dataclasses import replace
from pathlib import Path

from manekko.errors import InputError
from manekko.files.models import read_rig, standard_rig
from manekko.files.motions import read_motion, write_motion
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.retarget import retarget
from manekko.motion.rigged import motion_from_rig_motion

KINDS = {".vmd": "VMD", ".vpd": "VPD", ".bvh": "BVH"}
"""File endings that are understood, and what they stand for."""


def convert(source: Path, target: Path, *, model: Path | None = None) -> tuple[str, ...]:
    """Write the motion of ``source`` into ``target``, whose ending says the kind; return what the user should know.

    Args:
        source: VMD, VPD or BVH.
        target: VMD, VPD (the first frame) or BVH. Written whole or not at all.
        model: PMX or PMD. Into VMD or VPD: the model that will dance. From VMD or VPD into BVH: the model the motion
            was made for. The built-in standard model when None.

    Raises:
        InputError: a file is missing or of another kind, or there is nothing to convert.
        FormatError: a file's bytes do not follow its format.
    """
    source_kind, target_kind = _kind(source), _kind(target)
    if source_kind == target_kind and model is None:
        raise InputError(
            f"{source} and {target} are both {target_kind}; give --model to fit the motion to another model, or copy it"
        )
    rig = read_rig(model) if model is not None else standard_rig()
    motion = read_motion(source, rig)
    notes = []
    if target_kind == "BVH":
        if isinstance(motion, RigMotion):
            if model is None:
                notes.append("no --model was given, so the body has the proportions of the standard model")
            motion = motion_from_rig_motion(motion, rig)
    elif isinstance(motion, Motion):
        motion = retarget(motion, rig)
    elif model is not None:
        notes.append("the motion is taken as made for the standard model, and fitted from there")
        # Morphs are named by the model, and models share names: they pass through.
        motion = replace(retarget(motion_from_rig_motion(motion, standard_rig()), rig), morphs=motion.morphs)
    if target_kind == "VPD" and motion.frame_count > 1:
        notes.append("a VPD holds one pose: the first frame was written")
    target.parent.mkdir(parents=True, exist_ok=True)
    write_motion(target, motion)
    return tuple(notes)


def _kind(path: Path) -> str:
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise InputError(
            f"{path}: '{path.suffix or 'no ending'}' is no motion file Manekko knows; use .vmd, .vpd or .bvh"
        )
    return kind
