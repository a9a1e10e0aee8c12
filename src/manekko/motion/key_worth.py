"""How far a motion with fewer keys is off on its whole hierarchy, IK included, against what is tolerated."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from manekko.arrays import Array, Float
from manekko.motion.key_weights import FEET, HANDS, Scene, Tolerance
from manekko.motion.motion import BoneTrack
from manekko.motion.rig_kinematics import pose_rig
from manekko.skeleton.rotations import angle_between


def how_far_off(
    scene: Scene, tracks: Mapping[str, BoneTrack], limbs: Sequence[tuple[str, ...]], tolerance: Tolerance
) -> Float[Array, " limb"]:
    """Return for each limb its error against the tolerance: 2 is twice too much.

    It is the worse of two: the turns of all bones that turn, in the world, of which 95 in 100 must be near enough,
    which is one figure for all limbs; and the places of the hands and feet that the limb moves, in 99 of 100
    frames. The turn of an IK goal shows in the bones that it moves, not by itself.
    """
    fewer = replace(scene.motion, bones=dict(tracks))
    found = pose_rig(scene.rig, fewer, np.arange(scene.frame_count), list(scene.pose.positions))
    judged = sorted({name for bones in limbs for name in _judged(scene, bones)})
    turns = [angle_between(scene.pose.rotations[name], found.rotations[name]) for name in judged]
    turned = float(np.percentile(np.concatenate(turns), 95.0)) if turns else 0.0
    off = np.full(len(limbs), turned / tolerance.turn_rad)
    for end in HANDS + FEET:
        if end in found.positions:
            place = np.linalg.norm(scene.pose.positions[end] - found.positions[end], axis=1)
            away = float(np.percentile(place, 99.0)) / tolerance.ends_m
            moving = [any(_moves(scene, name, end) for name in bones) for bones in limbs]
            off = np.where(moving, np.maximum(off, away), off)
    return off


def _judged(scene: Scene, bones: Sequence[str]) -> list[str]:
    """Return the bones whose turns tell whether a limb has keys enough."""
    names: list[str] = []
    for name in bones:
        if name not in scene.rig:
            continue
        ik = scene.rig.bones[scene.rig.index[name]].ik
        links = [] if ik is None else [scene.rig.bones[link.bone].name for link in ik.links]
        names += [name] if ik is None and np.ptp(scene.tracks[name].rotations_xyzw, axis=0).max() > 0.0 else links
    return [name for name in names if name in scene.pose.rotations]


def _moves(scene: Scene, name: str, end: str) -> bool:
    """Whether a bone carries an end, or is an IK goal that draws it."""
    if name not in scene.rig:
        return False
    ik = scene.rig.bones[scene.rig.index[name]].ik
    return scene.under(name, end) if ik is None else ik.target == scene.rig.index[end]
