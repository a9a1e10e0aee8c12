"""A model in every frame of a motion, as the figures of its quality look at it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.errors import InputError
from manekko.motion.motion import RigMotion
from manekko.motion.rig_kinematics import RigPose, pose_rig
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import rotate

MAX_SECONDS = 7200
"""Longest motion that is measured; a stray key far away must not fill the memory."""
SIDES = ("左", "右")


def both_sides(*parts: str) -> tuple[str, ...]:
    """Return the names of bones on the left and right."""
    return tuple(side + part for part in parts for side in SIDES)


SMOOTH_JOINTS = ("頭", "首", *both_sides("肩", "腕", "ひじ", "手首", "足", "ひざ", "足首"))
"""Joints whose shaking is measured."""
TURNING_BONES = ("上半身", "上半身2", "下半身", "首", "頭", *both_sides("腕", "ひじ", "手首", "足", "ひざ", "足首"))
"""Bones whose sudden turns are told."""
BODY_BONES = ("上半身", "上半身2", "下半身", "頭", *both_sides("中指１"))
"""What tells where trunk, head and hands are, besides."""
ARMS_AND_LEGS = both_sides("腕", "手首", "足", "ひざ")
LEG_IK = both_sides("足ＩＫ")
_FEET = both_sides("足", "足首")


@dataclass(frozen=True)
class MeasuredBody:
    """The model in every frame of the motion."""

    rig: Rig
    rig_motion: RigMotion
    pose: RigPose
    frame_count: int

    @staticmethod
    def of(rig_motion: RigMotion, rig: Rig) -> "MeasuredBody":
        """Pose the model.

        Raises:
            InputError: the motion is longer than two hours or the model has no legs to measure.
        """
        count = rig_motion.frame_count
        if count > MAX_SECONDS * rig_motion.fps:
            raise InputError(
                f"the motion's last key is at frame {count - 1}; at most {MAX_SECONDS * rig_motion.fps:.0f} frames "
                "can be measured: cut the motion or remove the stray key"
            )
        missing = ", ".join(name for name in _FEET if name not in rig)
        if missing:
            raise InputError(f"model {rig.name!r} lacks bones {missing}; figures need a humanoid with MMD's bone names")
        wanted = {name for name in _bones_needed(rig) if name in rig}
        pose = pose_rig(rig, rig_motion, np.arange(count), sorted(wanted))
        return MeasuredBody(rig, rig_motion, pose, count)

    @property
    def fps(self) -> float:
        """Frames a second."""
        return self.rig_motion.fps

    def known(self, names: Sequence[str]) -> list[str]:
        """Return the names that the model has."""
        return [name for name in names if name in self.rig]

    def hips_m(self) -> Float[Array, "frame 3"]:
        """Return the middle of the hip joints."""
        return (self.pose.positions_m("左足") + self.pose.positions_m("右足")) / 2

    def carried_m(self, bone: str, rest_m: Sequence[float]) -> Float[Array, "frame 3"]:
        """Return where a point goes that is fixed to a bone and rests at ``rest_m`` in the world."""
        arm = np.asarray(rest_m, dtype=np.float64) - self.rig.rest(bone)
        return self.pose.positions_m(bone) + rotate(self.pose.rotations_xyzw(bone), arm)

    def foot_points_m(self, side: str) -> list[Array]:
        """Return ankle and, if the model tells where it is, toe."""
        points = [self.pose.positions_m(side + "足首")]
        toe, rest = self._toe(side)
        if toe is not None:
            points.append(self.pose.positions_m(toe))
        elif rest is not None:
            points.append(self.carried_m(side + "足首", rest))
        return points

    def goal_points_m(self, side: str) -> list[Array]:
        """Return where a foot's IK goal wants the points of ``foot_points_m``; none if the foot has no goal."""
        name, foot = side + "足ＩＫ", side + "足首"
        if name not in self.rig or self.rig.bones[self.rig.index[name]].ik is None:
            return []
        ankle = self.pose.positions_m(name)
        _, rest = self._toe(side)
        if rest is None:
            return [ankle]
        # The goal's own turn reaches the foot only through a goal of the toes that rides on it.
        number = self.rig.index[name]
        turner = name if any(bone.parent == number and bone.ik is not None for bone in self.rig.bones) else foot
        return [ankle, ankle + rotate(self.pose.rotations_xyzw(turner), np.array(rest) - self.rig.rest(foot))]

    def _toe(self, side: str) -> tuple[str | None, Sequence[float] | None]:
        """Return the bone at the toe, if there is one, and where the toe rests, if the model tells [m]."""
        for name in (side + "つま先", side + "足首先"):
            if name in self.rig:
                return name, self.rig.bones[self.rig.index[name]].rest_position_m
        return None, self.rig.bones[self.rig.index[side + "足首"]].tail_position_m

    def soles_m(self, side: str | None = None) -> Float[Array, "frame point 3"]:
        """Return the corners of the soles, of one side or both; the floor under ankle and toe where there are none."""
        corners = [(bone, rest) for bone, rest in self.rig.sole_points_m if bone in self.rig]
        ankles = [(name, self.rig.rest(name)) for name in both_sides("足首")]
        if not {True, False} <= {self._is_left(rest) for _, rest in corners}:
            corners = [(name, (rest[0], 0.0, rest[2] + z)) for name, rest in ankles for z in (-0.04, 0.16)]
        own = [one for one in corners if side is None or self._is_left(one[1]) == (side == "左")]
        return np.stack([self.carried_m(bone, rest) for bone, rest in own], axis=1)

    def _is_left(self, rest_m: Sequence[float]) -> bool:
        return bool(rest_m[0] > (self.rig.rest("左足首")[0] + self.rig.rest("右足首")[0]) / 2)

    def ik_on(self, name: str) -> Bool[Array, " frame"]:
        """Return where an IK bone pulls."""
        on = np.ones(self.frame_count, dtype=bool)
        own = self.rig.bones[self.rig.index[name]].name
        for frame, states in sorted(self.rig_motion.ik_states, key=lambda state: state[0]):
            if own in states:
                on[frame:] = states[own]
        return on


def _bones_needed(rig: Rig) -> set[str]:
    names = {
        *SMOOTH_JOINTS,
        *BODY_BONES,
        *TURNING_BONES,
        *LEG_IK,
        *both_sides("つま先", "足首先"),
        *(b for b, _ in rig.sole_points_m),
    }
    for name in [name for name in names if name in rig]:
        bone = rig.bones[rig.index[name]]
        names |= {rig.bones[bone.ik.target].name} if bone.ik is not None else set()
    return names


def steps_m(points_m: Float[Array, "frame *rest axis"]) -> Float[Array, "frame *rest"]:
    """Return how far points go into each frame; 0 into the first."""
    steps = np.linalg.norm(np.diff(points_m, axis=0), axis=-1)
    return np.concatenate([np.zeros((1, *points_m.shape[1:-1])), steps])
