"""Motion files into each other: VMD, VPD and BVH, and a motion from one model onto another."""

from dataclasses import replace
from pathlib import Path

from manekko.errors import InputError
from manekko.files.models import read_rig, standard_rig
from manekko.files.motions import read_motion, write_motion
from manekko.files.vmd import FPS as VMD_FPS
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.placing import in_place
from manekko.motion.resample import resampled
from manekko.motion.retarget import retarget
from manekko.motion.rigged import motion_from_rig_motion
from manekko.whole import make_folder


def convert(source: Path, target: Path, *, model: Path | None = None, stays: bool = False) -> tuple[str, ...]:
    """Write the motion of ``source`` into ``target``, whose ending says the kind; return what the user should know.

    Args:
        source: VMD, VPD or BVH.
        target: VMD, VPD (the first frame) or BVH. Written whole or not at all; its folder is made.
        model: PMX or PMD. Into VMD or VPD: the model that will dance. From VMD or VPD into BVH: the model the motion
            was made for. The built-in standard model when None.
        stays: whether the dance is to stay on the spot.

    Raises:
        InputError: a file is missing or of another kind, or there is nothing to convert.
        FormatError: a file's bytes do not follow its format.
    """
    kind = target.suffix.lower()
    if kind == source.suffix.lower() and model is None and not stays:
        raise InputError(
            f"{source} and {target} are of one kind; give --model to fit the motion to another model, or copy the file"
        )
    rig = read_rig(model) if model is not None else standard_rig()
    motion = read_motion(source)
    notes = []
    if isinstance(motion, RigMotion) and kind == ".bvh" and model is None:
        notes.append("no --model was given: the body has the proportions of the standard model")
    if isinstance(motion, RigMotion) and kind == ".bvh" and motion.morphs:
        morphs = "1 morph" if len(motion.morphs) == 1 else f"{len(motion.morphs)} morphs"
        notes.append(f"a BVH holds no face, so {morphs} (mouth, eyes …) stayed behind")
    if isinstance(motion, RigMotion) and kind != ".bvh" and (model is not None or stays):
        notes.append("the motion is taken as made for the standard model, and fitted from there")
        body = motion_from_rig_motion(motion, standard_rig())
        # Morphs are named alike on most models, so they pass through as they are.
        motion = replace(retarget(in_place(body) if stays else body, rig), morphs=motion.morphs)
    elif stays:
        motion = in_place(motion_from_rig_motion(motion, rig) if isinstance(motion, RigMotion) else motion)
    if isinstance(motion, Motion) and kind == ".vmd":
        motion = resampled(motion, fps=VMD_FPS)
    if kind == ".vpd" and motion.frame_count > 1:
        notes.append("a VPD holds one pose: the first frame was written")
    make_folder(target.parent)
    write_motion(target, motion, rig)
    return tuple(notes)
