"""Motions given to characters: each fitted to the bones of the one that dances it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from manekko.errors import InputError
from manekko.files.captured import Captured, captured_beside, find_report, read_captured, sound_beside
from manekko.files.models import standard_rig
from manekko.files.motions import read_motion
from manekko.files.vmd_camera import VmdScenery, read_scenery
from manekko.motion.morph_names import morphs_for
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.retarget import retarget
from manekko.motion.retarget_humanoid import retarget_humanoid
from manekko.motion.retarget_legs import leg_scale
from manekko.motion.rigged import motion_from_rig_motion
from manekko.motion.source_camera import SourceCamera
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import IDENTITY_XYZW, conjugate, multiply, rotate
from manekko.stage.figure import Figure
from manekko.stage.figures import read_figure
from manekko.stage.scene import Dancer, Place

_NEAR_M = 0.5
_APART_M = 1.4
_LEG_IK = ("左足ＩＫ", "右足ＩＫ")


@dataclass(frozen=True)
class Part:
    """One motion to be danced, with what is known of how it was captured."""

    path: Path
    motion: Motion | RigMotion
    group: int = 0
    """Number of the file or capture that it was given with; the people of one capture keep their places."""
    camera: SourceCamera | None = None
    """The clip's camera in the world of a ``Motion``."""
    scale: float = 1.0
    """How many times larger a ``RigMotion`` is than the camera's world."""


@dataclass(frozen=True)
class Programme:
    """All that is danced."""

    parts: tuple[Part, ...]
    sound: Path | None
    """A WAV that lies beside the first motion; None where there is none."""
    captured: Captured | None
    """The capture that the first motion comes from."""


def read_programme(paths: Sequence[Path]) -> Programme:
    """Return the motions of files, of captures' folders and of their reports, with sound and clip as captured.

    Raises:
        InputError: something is missing, of another kind, or too long.
        FormatError: a file's bytes do not follow its format.
    """
    parts: list[Part] = []
    sound, first = None, None
    for group, path in enumerate(paths):
        whole = path.is_dir() or path.suffix.lower() == ".json"
        captured = read_captured(find_report(path) if path.is_dir() else path) if whole else captured_beside(path)
        if captured is not None and captured.people:
            parts += [Part(p.motion, read_motion(p.motion), group, p.camera, p.scale) for p in captured.people]
            first, beside = first or captured, captured.sound
        else:
            parts.append(Part(path, read_motion(path), group))
            beside = None
        beside = beside if beside is not None and beside.is_file() else sound_beside(parts[-1].path)
        sound = sound or beside
    return Programme(tuple(parts), sound, first)


def sceneries_of(programme: Programme) -> list[VmdScenery]:
    """Return what the VMD files among the motions say of camera and light.

    Raises:
        InputError: one cannot be read any more.
        FormatError: a key of camera, light or self shadow is damaged.
    """
    paths = dict.fromkeys(part.path for part in programme.parts if part.path.suffix.lower() == ".vmd")
    return [read_scenery(path) for path in paths]


def read_figures(models: Sequence[Path], count: int) -> list[Figure]:
    """Return a character for each of ``count`` motions; one model serves them all.

    Raises:
        InputError: the models are neither one nor as many as the motions, or cannot be read.
        FormatError: one of them is no model, or damaged.
    """
    if len(models) not in (1, count):
        motions = "1 motion" if count == 1 else f"{count} motions"
        raise InputError(f"{len(models)} models for {motions}: give one model, or one for each motion")
    figures = {path: read_figure(path) for path in dict.fromkeys(models)}
    return [figures[path] for path in models] if len(models) == count else [figures[models[0]]] * count


def dancer(part: Part, figure: Figure) -> Dancer:
    """Return the character with the motion on its bones.

    A ``Motion`` is fitted to the character's proportions; a ``RigMotion`` plays as MMD plays it, whoever it was made
    for, but on a character without MMD's bones it is taken as made for the standard model and fitted from there.

    Raises:
        InputError: the character lacks the bones of a person.
    """
    motion = part.motion
    if figure.humanoid and isinstance(motion, RigMotion):
        fitted = retarget_humanoid(motion_from_rig_motion(motion, standard_rig()), figure.rig, figure.humanoid)
        return Dancer(figure, replace(fitted, morphs=fitted.morphs | morphs_for(motion.morphs, figure.rig.morphs)))
    if figure.humanoid and isinstance(motion, Motion):
        return Dancer(figure, retarget_humanoid(motion, figure.rig, figure.humanoid))
    return Dancer(figure, retarget(motion, figure.rig) if isinstance(motion, Motion) else motion)


def unmoved(one: Dancer) -> list[str]:
    """Return what of the motion does not reach the character, for want of bones."""
    bones = one.motion.bones
    lost = [name for name in _LEG_IK if name in bones and name not in one.figure.rig]
    if bones and not any(name in one.figure.rig for name in bones):
        return ["it has none of the bones that the motion moves: it stands still"]
    if lost:
        return [f"it has no {', '.join(lost)}, so its legs may go wrong; capture with --model for it, or --legs fk"]
    return []


def side_by_side(parts: Sequence[Part], dancers: Sequence[Dancer]) -> list[Dancer]:
    """Return the dancers with room between them where motions of different origin would begin at one place."""
    groups = np.array([part.group for part in parts])
    starts = np.array([next(one.poses(np.zeros(1), swaying=False)).positions_m.mean(0) for one in dancers])
    middles = np.array([starts[groups == group].mean(0) for group in range(groups.max() + 1)])
    gaps = np.linalg.norm(middles[:, None] - middles[None], axis=-1) + np.diag(np.full(len(middles), np.inf))
    if gaps.min() >= _NEAR_M:
        return list(dancers)
    steps = (np.arange(len(middles)) - (len(middles) - 1) / 2.0) * _APART_M
    shifts = steps[groups, None] * np.array([1.0, 0.0, 0.0])
    return [replace(one, place=Place(IDENTITY_XYZW, shift)) for one, shift in zip(dancers, shifts, strict=True)]


def before_source_camera(parts: Sequence[Part], dancers: Sequence[Dancer]) -> tuple[SourceCamera, list[Dancer]]:
    """Return the clip's camera and the dancers placed as it saw them.

    Each captured person has an upright world of their own; all are turned into the first's.

    Raises:
        InputError: a motion's report does not tell of the camera.
    """
    cameras = [source_camera_of(part, one.figure.rig) for part, one in zip(parts, dancers, strict=True)]
    first = cameras[0]
    placed = [dancers[0]]
    for camera, one in zip(cameras[1:], dancers[1:], strict=True):
        turn = multiply(np.array(first.rotation_xyzw), conjugate(np.array(camera.rotation_xyzw)))
        shift = np.array(first.position_m) - rotate(turn, np.array(camera.position_m))
        placed.append(replace(one, place=Place(turn, shift)))
    return first, placed


def source_camera_of(part: Part, rig: Rig) -> SourceCamera:
    """Return the clip's camera in the world of a part's motion as a model dances it.

    Raises:
        InputError: the motion's report does not tell of the camera.
    """
    if part.camera is None:
        raise InputError(
            f"{part.path}: nothing is known of a source camera; give the folder that `manekko capture` wrote, "
            "with its report"
        )
    if isinstance(part.motion, RigMotion):
        return part.camera.scaled(part.scale)
    legs = all(side + bone in rig for side in "左右" for bone in ("足", "ひざ", "足首"))
    return part.camera.scaled(leg_scale(part.motion.skeleton, rig) if legs else 1.0)
