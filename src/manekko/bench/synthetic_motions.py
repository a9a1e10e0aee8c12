"""Motions that no constant of ours was tuned on, with the truth of what stands on the floor: dances to be judged by.

CMU's subject 05 (modern dance with leaps and turns), a dance from a hand-held suit, and a hand-made MMD dance.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from manekko.arrays import Array, Bool, Float, spans
from manekko.bench.judge import measuring_file
from manekko.bench.mocap import FPS, held_out_clips
from manekko.bench.synthetic_joints import SIDES, with_known_joints, with_twisted_forearms
from manekko.files.bvh import motion_from_bvh, parse_bvh
from manekko.files.models import read_rig
from manekko.files.vmd import parse_vmd, rig_motion_from_vmd
from manekko.motion.motion import Motion
from manekko.motion.resample import resampled
from manekko.motion.rigged import motion_from_rig_motion
from manekko.skeleton.kinematics import global_rotations
from manekko.skeleton.rotations import rotate
from manekko.skeleton.skeleton import JOINT_INDEX

_CMU = {"05_03": (0, 108), "05_07": (0, 298), "05_09": (0, 286), "05_16": (0, 132), "05_18": (168, 458)}
"""Clips of subject 05 whose feet are believable, and the frames taken: arabesques, turns, small and large leaps."""
_WAVEFILE = {"wavefile_a": (795, 1065), "wavefile_b": (2080, 2280)}
"""Parts of the MMD dance that hold its jumps; trace_wavefile, judged apart, lies outside them."""

_HEEL_BEHIND_M = 0.045
_CONTACT_SPEED_M, _CONTACT_HEIGHT_M = 0.01, 0.04
"""A point of the sole is planted when it moves less than this between frames, no higher than that."""


@dataclass(frozen=True)
class TrueMotion:
    """A motion that really was danced: 30 fps, floor y = 0, its contacts the true ones."""

    name: str
    motion: Motion


def held_out_motions() -> list[TrueMotion]:
    """Return the motions to be judged by, none longer than 303 frames.

    Raises:
        MissingToolError: the measuring data is missing.
    """
    return [*_cmu_dances(), _suit_dance(), *_mmd_dances()]


def sole_points_m(motion: Motion) -> Float[Array, "frame 4 3"]:
    """Return where the points of the soles are that touch the floor [m], in the order of ``CONTACT_POINTS``."""
    turned, joints = global_rotations(motion.local_rotations_xyzw), motion.joint_positions_m()
    rest = motion.skeleton.rest_positions_m
    points = []
    for side in SIDES:
        foot, toes = JOINT_INDEX[side + "Foot"], JOINT_INDEX[side + "Toes"]
        heel = np.array([0.0, -rest[foot, 1], -_HEEL_BEHIND_M])
        points.append(joints[:, foot] + rotate(turned[:, foot], heel))
        points.append(joints[:, toes] + rotate(turned[:, toes], np.array([0.0, -rest[toes, 1], 0.0])))
    return np.stack(points, axis=1)


def true_contacts(motion: Motion) -> Bool[Array, "frame 4"]:
    """Return which points of the soles stand: low, and slower than 1 cm a frame; runs of fewer than 3 frames do not."""
    points = sole_points_m(motion)
    return low_and_slow(points, np.linalg.norm(np.gradient(points, axis=0), axis=-1))


def low_and_slow(points_m: Float[Array, "frame 4 3"], steps_m: Float[Array, "frame 4"]) -> Bool[Array, "frame 4"]:
    """Return which points of the soles are low, and move slower than 1 cm a frame, for three frames or longer."""
    planted = (steps_m < _CONTACT_SPEED_M) & (points_m[..., 1] < _CONTACT_HEIGHT_M)
    for column in planted.T:
        for start, end in spans(column):
            column[start:end] = end - start >= 3
    return planted


def _cmu_dances() -> list[TrueMotion]:
    clips = held_out_clips()
    motions = {name: clips[name].motion() for name in _CMU}
    result = []
    for name, motion in with_known_joints(motions).items():
        low = sole_points_m(motion)[..., 1].min(1)
        result.append(TrueMotion(name, _finished(_cut(motion, *_CMU[name]), float(np.percentile(low, 10.0)))))
    return result


def _suit_dance() -> TrueMotion:
    """The suit's height drifts by a step of a stair: the lowest foot of every second and a half stands on the floor."""
    path = measuring_file("mocap", "jesse_dance.bvh")
    motion = resampled(motion_from_bvh(parse_bvh(path.read_bytes())), fps=FPS)
    low = sole_points_m(motion)[..., 1].min(1)
    floor = uniform_filter1d(minimum_filter1d(low, size=45), size=15)
    return TrueMotion("jesse", _finished(motion, floor))


def _mmd_dances() -> list[TrueMotion]:
    rig = read_rig(measuring_file("mmd", "models", "trace_model.pmx"))
    file = parse_vmd(measuring_file("mmd", "motions", "wavefile_lat.vmd").read_bytes())
    motion = motion_from_rig_motion(rig_motion_from_vmd(file), rig)
    return [TrueMotion(name, _finished(_cut(motion, *frames), 0.0)) for name, frames in _WAVEFILE.items()]


def _cut(motion: Motion, start: int, end: int) -> Motion:
    return replace(
        motion,
        root_positions_m=motion.root_positions_m[start:end],
        local_rotations_xyzw=motion.local_rotations_xyzw[start:end],
        confidences=motion.confidences[start:end],
        contacts=motion.contacts[start:end],
        expressions={},
    )


def _finished(motion: Motion, floor_m: Float[Array, " frame"] | float) -> Motion:
    """Return the motion with its floor at y = 0, its true contacts, no faces, and every joint known."""
    roots = motion.root_positions_m - np.multiply.outer(np.broadcast_to(floor_m, motion.frame_count), [0.0, 1.0, 0.0])
    motion = with_twisted_forearms(motion)
    motion = replace(motion, root_positions_m=roots, confidences=np.ones_like(motion.confidences), expressions={})
    return replace(motion, contacts=true_contacts(motion))
