"""What a miss at a bone costs: its angle, and how far hands and feet are moved by it.

Weights come from the whole motion on its rig: a turn high in the arm swings the hand far, a twist hardly; IK undoes
much of what its links' own keys do, but not a thigh's twist, which tells the knee's way; a goal's roll about its toe
says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.motion.key_channels import Channel, Moving, Turning
from manekko.motion.key_limbs import held
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.motion.rig_kinematics import RigPose, pose_rig
from manekko.motion.rig_sampling import sample_track
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import conjugate, continuous, normalized, rotate

HANDS = ("左手首", "右手首")
FEET = ("左足首", "右足首")
_STILL_M, _STILL = 1e-7, 1e-7
_REACH = 3.0
"""Several bones share what hands and feet may miss, but do not miss it in the same way at the same time."""
_KNEE = 0.25
"""Weight of a knee's angle in the places of hip and foot."""
_STRAIGHTEST = 0.1
"""Sine of the bend below which a knee is not taken for straighter."""
_SEED = 0.03
"""Weight of an IK link's own keys where IK brings it into place anyway, against full weight."""


@dataclass(frozen=True)
class Tolerance:
    """How far a motion with fewer keys may be off."""

    turn_rad: float
    """Bones in the world, 19 of 20 turns."""
    ends_m: float
    """Hands and feet in the world, in 99 of 100 frames."""
    morph: float
    """A morph's weight."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A motion on its rig: what weights are read from."""

    rig: Rig
    motion: RigMotion
    """A key in every frame."""
    pose: RigPose
    """All bones that have keys, hands and feet, in every frame."""
    tracks: dict[str, BoneTrack]
    """The motion's; neighbouring rotations are on the same side."""

    @property
    def frame_count(self) -> int:
        """Number of frames."""
        return len(next(iter(self.tracks.values())).frames)

    @cached_property
    def usual_names(self) -> dict[str, str]:
        """A bone's own name → its usual one, where that is another (``rig_names``)."""
        named = ((self.rig.bones[number].name, usual) for usual, number in self.rig.index.items())
        return {own: usual for own, usual in named if usual != own}

    def under(self, bone: str, end: str) -> bool:
        """Whether bone ``end`` hangs below ``bone``."""
        return self.rig.index[bone] in _above(self.rig, self.rig.index[end])

    def switched_on(self, name: str) -> Bool[Array, " frame"]:
        """Return in which frames an IK chain is on."""
        on = np.ones(self.frame_count, dtype=bool)
        for frame, states in sorted(self.motion.ik_states, key=lambda state: state[0]):
            if name in states:
                on[frame:] = states[name]
        return on


def scene_of(rig: Rig, motion: RigMotion, start: int, end: int) -> Scene:
    """Sample a stretch of a motion, from frame ``start`` to ``end`` with both, and pose the rig in it."""
    frames = np.arange(start, end + 1)
    tracks = {}
    for name, track in motion.bones.items():
        positions, rotations = sample_track(track, frames)
        tracks[name] = held(BoneTrack(frames - start, positions, continuous(rotations)))
    states = tuple((max(frame - start, 0), on) for frame, on in sorted(motion.ik_states, key=lambda s: s[0]))
    stretch = RigMotion(motion.model_name, tracks, ik_states=states, fps=motion.fps)
    targets = {rig.bones[bone.ik.target].name for bone in rig.bones if bone.ik is not None}
    wanted = [name for name in rig.index if name in {*motion.bones, *HANDS, *FEET, *targets}]
    numbers = {rig.index[name] for name in wanted}
    for number in tuple(numbers):
        numbers |= set(_above(rig, number))
    # Hands and feet are asked for by their usual names, whatever the model calls them.
    named = [*(rig.bones[number].name for number in sorted(numbers)), *(end for end in HANDS + FEET if end in rig)]
    return Scene(rig, stretch, pose_rig(rig, stretch, np.arange(len(frames)), named), tracks)


def _above(rig: Rig, number: int) -> list[int]:
    """Return a bone's parent, its parent's parent and so on."""
    chain: list[int] = []
    while (number := rig.bones[number].parent) >= 0 and number not in chain:
        chain.append(number)
    return chain


def bone_channels(scene: Scene, name: str, tolerance: Tolerance) -> list[Channel | None]:
    """Return what of a bone's turn and shifts along x, y and z changes over time, in this order; None where nothing."""
    track = scene.tracks[name]
    turning = None
    if np.ptp(track.rotations_xyzw, axis=0).max() > _STILL:
        turning = _turning(scene, name, tolerance)
    weights = _shift_weights(scene, name, tolerance)
    moving: list[Channel | None] = [
        Moving(track.positions_m[:, [axis]], weights[:, axis])
        if np.ptp(track.positions_m[:, axis]) > _STILL_M
        else None
        for axis in range(3)
    ]
    return [turning, *moving]


def _turning(scene: Scene, name: str, tolerance: Tolerance) -> Turning:
    frame_count, rotations = scene.frame_count, scene.tracks[name].rotations_xyzw
    plain = np.full(frame_count, tolerance.turn_rad**-2)
    axes, extra = None, np.zeros(frame_count)
    if name not in scene.rig:
        return Turning(rotations, plain, axes, extra)
    ends = [end for end in HANDS + FEET if end in scene.rig and scene.under(name, end) and end in scene.pose.positions]
    arms = [_in_bone(scene, name, end) for end in ends if end in HANDS or not _on_ik(scene, end)]
    fixed, ends_m = scene.rig.bones[scene.rig.index[name]].fixed_axis, _REACH * tolerance.ends_m
    for arm in arms:
        square = (arm * arm).sum(-1) / ends_m**2
        if fixed is not None:
            plain = plain + square - (arm @ np.array(fixed)) ** 2 / ends_m**2
        elif len(arms) == 1:
            plain, axes, extra = plain + square, normalized(arm), -square
        else:
            plain = plain + square * (2.0 / 3.0)
    if (link := _driven_link(scene, name)) is not None:
        return _seed(rotations, plain, link)
    if (toe := _toe_goal(scene, name)) is not None:
        return Turning(rotations, plain, normalized(_in_bone(scene, name, toe)), -(1.0 - _SEED) * plain)
    return Turning(rotations, plain, axes, extra)


@dataclass(frozen=True, eq=False)
class _Link:
    """A bone that IK turns."""

    on: Bool[Array, " frame"]
    axes: Float[Array, "frame 3"] | None
    """From the bone to the chain's end, in the bone's own frame: about it IK does not turn; None for a hinge."""


def _seed(rotations: Array, plain: Array, link: _Link) -> Turning:
    """Weigh a link's keys where IK is on by what is left of them: the twist about the line to the chain's end."""
    low = np.where(link.on, _SEED, 1.0) * plain
    if link.axes is None:
        return Turning(rotations, low, None, np.zeros(len(plain)))
    return Turning(rotations, low, link.axes, plain - low)


def driven_by_ik(scene: Scene, name: str) -> bool:
    """Whether IK turns a bone in any frame, so that its own keys are not what is seen."""
    link = _driven_link(scene, name) if name in scene.rig else None
    return link is not None and bool(link.on.any())


def _driven_link(scene: Scene, name: str) -> _Link | None:
    number = scene.rig.index[name]
    for owner in scene.rig.bones:
        if owner.ik is None or owner.name not in scene.motion.bones:
            continue
        for link in owner.ik.links:
            if link.bone == number:
                target = scene.rig.bones[owner.ik.target].name
                free = link.limits_rad is None
                axes = normalized(_in_bone(scene, name, target)) if free else None
                return _Link(scene.switched_on(owner.name), axes)
    return None


def _on_ik(scene: Scene, end: str) -> bool:
    """Whether a foot is where an IK goal is, from the first frame to the last."""
    number = scene.rig.index[end]
    owners = [bone.name for bone in scene.rig.bones if bone.ik is not None and bone.ik.target == number]
    return any(name in scene.motion.bones and scene.switched_on(name).all() for name in owners)


def _toe_goal(scene: Scene, name: str) -> str | None:
    """Return an IK goal that rides on this one."""
    number = scene.rig.index[name]
    if scene.rig.bones[number].ik is None:
        return None
    riders = [b.name for b in scene.rig.bones if b.parent == number and b.ik is not None]
    return next((rider for rider in riders if rider in scene.pose.positions), None)


def _in_bone(scene: Scene, name: str, end: str) -> Float[Array, "frame 3"]:
    """Return where ``end`` is in a bone's own frame [m]."""
    away = scene.pose.positions[end] - scene.pose.positions[name]
    return rotate(conjugate(scene.pose.rotations[name]), away)


def _shift_weights(scene: Scene, name: str, tolerance: Tolerance) -> Float[Array, "frame 3"]:
    """Return what a miss of a bone's place along x, y and z costs.

    It counts as a miss of each of the hands and feet that the bone carries, or of a foot where it is an IK goal; and
    by what it does to knees, which bend fast when a leg that is nearly straight is pressed.
    """
    carried: Sequence[str] = ()
    if name in scene.rig:
        carried = [end for end in HANDS + FEET if end in scene.rig and scene.under(name, end)]
    weights = np.full((scene.frame_count, 3), max(len(carried), 1) * (_REACH * tolerance.ends_m) ** -2)
    for leg in _legs(scene):
        if name == leg.goal or scene.under(name, leg.hip):
            weights = weights + _KNEE * (leg.bend_per_m / tolerance.turn_rad) ** 2
    return weights


@dataclass(frozen=True, eq=False)
class _Leg:
    """A chain of two bones that IK bends."""

    goal: str
    hip: str
    bend_per_m: Float[Array, "frame 3"]
    """How fast the knee bends when the hip is moved along x, y or z against the foot [rad/m]."""


def _legs(scene: Scene) -> list[_Leg]:
    """Return the legs that IK moves, in any frame."""
    legs = []
    for owner in scene.rig.bones:
        ik = owner.ik
        if ik is None or len(ik.links) != 2 or owner.name not in scene.tracks:
            continue
        knee, hip = (scene.rig.bones[link.bone].name for link in ik.links)
        foot = scene.rig.bones[ik.target].name
        if any(name not in scene.pose.positions for name in (hip, knee, foot)):
            continue
        on = scene.switched_on(owner.name)[:, None]
        legs.append(_Leg(owner.name, hip, np.where(on, _bend_per_m(scene.pose, hip, knee, foot), 0.0)))
    return legs


def _bend_per_m(pose: RigPose, hip: str, knee: str, foot: str) -> Float[Array, "frame 3"]:
    thigh, shin = pose.positions[knee] - pose.positions[hip], pose.positions[foot] - pose.positions[knee]
    line = thigh + shin
    area = np.linalg.norm(np.cross(thigh, shin), axis=1)
    lengths = np.linalg.norm(thigh, axis=1) * np.linalg.norm(shin, axis=1)
    # By the law of cosines; a straight leg would bend infinitely fast.
    area = np.maximum(area, _STRAIGHTEST * lengths)
    return line / np.maximum(area, 1e-9)[:, None]
