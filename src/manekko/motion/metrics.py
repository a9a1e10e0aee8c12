"""How good a motion is on its model, no truth needed: feet, ground, jitter, jumps, IK reach, keys.

Millimetres are the model's own (an MMD unit is 80 mm); a frame is one of the motion's (30 a second in VMD).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float, spans
from manekko.errors import InputError
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.motion.rig_kinematics import RigPose, pose_rig
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import angle_between, rotate

MAX_SECONDS = 7200
"""Longest motion that is measured; a stray key far away must not fill the memory."""

_SIDES = ("左", "右")


def _both(*parts: str) -> tuple[str, ...]:
    return tuple(side + part for part in parts for side in _SIDES)


_FEET = _both("足", "足首")
_SMOOTH_JOINTS = ("頭", "首", *_both("肩", "腕", "ひじ", "手首", "足", "ひざ", "足首"))
_JUMP_BONES = ("上半身", "上半身2", "下半身", "首", "頭", *_both("腕", "ひじ", "手首", "足", "ひざ", "足首"))
_LEG_IK = _both("足ＩＫ")

_JUMP_RAD = np.radians(30.0)
_HYPER_RAD = np.radians(10.0)
_FLOAT_M = 0.05
# A point is planted from when it is both low and slow until it is clearly high or fast (hysteresis).
_ENTER_HEIGHT_M, _STAY_HEIGHT_M = 0.025, 0.035
_ENTER_STEP_M, _STAY_STEP_M = 0.010, 0.020
# Both feet off the floor count as a jump when the hips fall as a body in flight does, for no longer than people can.
_FLIGHT_S = 0.8
_FLIGHT_ACCELERATION = -4.0


@dataclass(frozen=True)
class FootFigures:
    """Ankles and toes while they are planted; None where nothing is ever planted."""

    slide_mean_mm_per_frame: float | None
    slide_p95_mm_per_frame: float | None
    planted_share: float
    """Share of the frames in which at least one point is planted."""


@dataclass(frozen=True)
class GroundFigures:
    """Soles against the floor y = 0."""

    penetration_mean_mm: float
    penetration_p95_mm: float
    penetration_max_mm: float
    floating_share: float
    """Share of the frames with the lowest sole above 50 mm that are no jumps."""
    floating_mean_mm: float
    """Mean height of the lowest sole outside jumps, what is below the floor counted as 0."""


@dataclass(frozen=True)
class SmoothnessFigures:
    """How shaky the joints are; None for motions of fewer than four frames."""

    jitter_mm_per_frame3: float | None
    """Mean length of the third difference of joint positions."""
    speed_mm_per_frame: float | None
    jitter_over_speed: float | None


@dataclass(frozen=True)
class JumpFigures:
    """Bones that turn by more than 30° in their parent from one frame to the next, IK included."""

    frame_share: float
    events: tuple[tuple[int, str], ...]
    """(frame arrived at, bone)."""


@dataclass(frozen=True)
class IkFigures:
    """How far the ankles stay from the leg IK bones that pull them, where IK is on; None where it never is."""

    reach_error_mean_mm: float | None
    reach_error_max_mm: float | None


@dataclass(frozen=True)
class KeyFigures:
    """Keys of bones."""

    total: int
    per_second: float
    per_bone: dict[str, int]
    morphs_total: int
    moving_bones: tuple[str, ...]
    """Bones whose keys differ."""
    unknown_bones: tuple[str, ...]
    """Bones with keys that the model lacks."""


@dataclass(frozen=True)
class Figures:
    """Everything that can be said of a motion on a model without knowing the true one."""

    frames: int
    seconds: float
    foot: FootFigures
    ground: GroundFigures
    smoothness: SmoothnessFigures
    jumps: JumpFigures
    hyper_extended_frames: dict[str, int]
    """Elbows and knees that bend more than 10° the wrong way, and in how many frames."""
    ik: IkFigures
    root_path_m: float
    """Length of the way of the middle of the hip joints."""
    keys: KeyFigures

    def as_dict(self) -> dict[str, object]:
        """Return plain numbers, strings, lists and dicts, as JSON takes them."""
        return asdict(self)


def figures(rig_motion: RigMotion, rig: Rig) -> Figures:
    """Measure a motion on a model.

    Args:
        rig_motion: keys by bone; bones that the model lacks are counted and otherwise ignored.
        rig: the model that it is played on.

    Raises:
        InputError: the motion is longer than two hours or the model has no legs to measure.
    """
    body = _Body.of(rig_motion, rig)
    return Figures(
        frames=body.frame_count,
        seconds=body.frame_count / rig_motion.fps,
        foot=_foot_figures(body),
        ground=_ground_figures(body),
        smoothness=_smoothness(body),
        jumps=_jumps(body),
        hyper_extended_frames=_hyper_extended(body),
        ik=_ik_figures(body),
        root_path_m=float(np.linalg.norm(np.diff(body.hips_m(), axis=0), axis=-1).sum()),
        keys=_key_figures(rig_motion, rig),
    )


def series(rig_motion: RigMotion, rig: Rig) -> dict[str, Array]:
    """Return figures over time, one value a frame, for plots.

    Keys: ``time_s``; ``lowest_sole_mm`` (negative below the floor); ``speed_mm_per_frame`` (mean over the joints);
    ``in_flight`` (bool); for ``left`` and ``right``: ``left_planted`` (bool), ``left_slide_mm_per_frame`` (NaN where
    the foot is not planted). Differences belong to the later frame; the first frame's speed is 0.

    Raises:
        InputError: as ``figures``.
    """
    body = _Body.of(rig_motion, rig)
    lowest = body.soles_m()[..., 1].min(1)
    joints = np.stack([body.pose.positions_m(name) for name in body.known(_SMOOTH_JOINTS)], axis=1)
    result: dict[str, Array] = {
        "time_s": np.arange(body.frame_count) / rig_motion.fps,
        "lowest_sole_mm": lowest * 1000.0,
        "speed_mm_per_frame": _steps_m(joints).mean(-1) * 1000.0,
        "in_flight": _in_flight(lowest, body.hips_m()[:, 1], rig_motion.fps),
    }
    for side, english in zip(_SIDES, ("left", "right"), strict=True):
        points = body.foot_points_m(side)
        planted = np.stack([_planted(point) for point in points], axis=1)
        slides = np.stack([_slide_mm(point, on) for point, on in zip(points, planted.T, strict=True)], axis=1)
        held = np.isfinite(slides)
        result[f"{english}_planted"] = np.asarray(planted.any(1))
        mean = np.where(held, slides, 0.0).sum(1) / np.maximum(held.sum(1), 1)
        result[f"{english}_slide_mm_per_frame"] = np.where(held.any(1), mean, np.nan)
    return result


@dataclass(frozen=True)
class _Body:
    """The model in every frame of the motion."""

    rig: Rig
    rig_motion: RigMotion
    pose: RigPose
    frame_count: int

    @staticmethod
    def of(rig_motion: RigMotion, rig: Rig) -> "_Body":
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
        return _Body(rig, rig_motion, pose, count)

    def known(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if name in self.rig]

    def hips_m(self) -> Float[Array, "frame 3"]:
        return (self.pose.positions_m("左足") + self.pose.positions_m("右足")) / 2

    def carried_m(self, bone: str, rest_m: Sequence[float]) -> Float[Array, "frame 3"]:
        """Where a point goes that is fixed to a bone and rests at ``rest_m`` in the world."""
        arm = np.asarray(rest_m, dtype=np.float64) - self.rig.rest(bone)
        return self.pose.positions_m(bone) + rotate(self.pose.rotations_xyzw(bone), arm)

    def foot_points_m(self, side: str) -> list[Array]:
        """Ankle and, if the model tells where it is, toe."""
        points = [self.pose.positions_m(side + "足首")]
        toe = next((side + name for name in ("つま先", "足首先") if side + name in self.rig), None)
        ankle = self.rig.bones[self.rig.index[side + "足首"]]
        if toe is not None:
            points.append(self.pose.positions_m(toe))
        elif ankle.tail_position_m is not None:
            points.append(self.carried_m(side + "足首", ankle.tail_position_m))
        return points

    def soles_m(self) -> Float[Array, "frame point 3"]:
        """Corners of the soles; where the model gives none, the floor below ankle and toe."""
        corners = [(bone, rest) for bone, rest in self.rig.sole_points_m if bone in self.rig]
        if not corners:
            ankles = [(name, self.rig.rest(name)) for name in _both("足首")]
            corners = [(name, (rest[0], 0.0, rest[2] + z)) for name, rest in ankles for z in (-0.04, 0.16)]
        return np.stack([self.carried_m(bone, rest) for bone, rest in corners], axis=1)


def _bones_needed(rig: Rig) -> set[str]:
    names = {*_SMOOTH_JOINTS, *_JUMP_BONES, *_LEG_IK, *_both("つま先", "足首先"), *(b for b, _ in rig.sole_points_m)}
    for name in [name for name in names if name in rig]:
        bone = rig.bones[rig.index[name]]
        names |= {rig.bones[bone.ik.target].name} if bone.ik is not None else set()
    return names


def _steps_m(points_m: Float[Array, "frame *rest axis"]) -> Float[Array, "frame *rest"]:
    steps = np.linalg.norm(np.diff(points_m, axis=0), axis=-1)
    return np.concatenate([np.zeros((1, *points_m.shape[1:-1])), steps])


def _planted(point_m: Float[Array, "frame 3"]) -> Bool[Array, " frame"]:
    """Whether a point of the foot stands: low against its own 5th percentile, and slow over three frames."""
    height = point_m[:, 1] - np.percentile(point_m[:, 1], 5)
    around = np.concatenate([point_m[:1], point_m, point_m[-1:]])
    step = np.linalg.norm(around[2:] - around[:-2], axis=-1) / 2
    enters = (height < _ENTER_HEIGHT_M) & (step < _ENTER_STEP_M)
    stays = (height < _STAY_HEIGHT_M) & (step < _STAY_STEP_M)
    planted = np.zeros(len(point_m), dtype=bool)
    on = False
    for frame, (enter, stay) in enumerate(zip(enters, stays, strict=True)):
        on = bool(enter or (on and stay))
        planted[frame] = on
    return planted


def _slide_mm(point_m: Float[Array, "frame 3"], planted: Bool[Array, " frame"]) -> Float[Array, " frame"]:
    """Way over the floor into each frame [mm] where the point is planted there and in the frame before, else NaN."""
    held = planted & np.concatenate([[False], planted[:-1]])
    return np.where(held, _steps_m(point_m[:, [0, 2]]) * 1000.0, np.nan)


def _foot_figures(body: _Body) -> FootFigures:
    points = [point for side in _SIDES for point in body.foot_points_m(side)]
    planted = [_planted(point) for point in points]
    slides = np.concatenate([_slide_mm(point, on) for point, on in zip(points, planted, strict=True)])
    slides = slides[np.isfinite(slides)]
    return FootFigures(
        slide_mean_mm_per_frame=float(slides.mean()) if len(slides) else None,
        slide_p95_mm_per_frame=float(np.percentile(slides, 95)) if len(slides) else None,
        planted_share=float(np.any(planted, axis=0).mean()),
    )


def _in_flight(
    lowest_m: Float[Array, " frame"], hips_height_m: Float[Array, " frame"], fps: float
) -> Bool[Array, " frame"]:
    """Frames of jumps: no sole near the floor, briefly, while the hips fall freely."""
    flight = np.zeros(len(lowest_m), dtype=bool)
    for start, end in spans(lowest_m > _FLOAT_M):
        first, last = max(start - 1, 0), min(end + 1, len(lowest_m))
        if end - start > _FLIGHT_S * fps or last - first < 3:
            continue
        times_s = np.arange(last - first) / fps
        acceleration = 2 * np.polyfit(times_s, hips_height_m[first:last], 2)[0]
        flight[start:end] = acceleration < _FLIGHT_ACCELERATION
    return flight


def _ground_figures(body: _Body) -> GroundFigures:
    lowest = body.soles_m()[..., 1].min(1)
    below_mm = np.maximum(-lowest, 0.0) * 1000.0
    grounded = ~_in_flight(lowest, body.hips_m()[:, 1], body.rig_motion.fps)
    above_mm = np.maximum(lowest[grounded], 0.0) * 1000.0
    return GroundFigures(
        penetration_mean_mm=float(below_mm.mean()),
        penetration_p95_mm=float(np.percentile(below_mm, 95)),
        penetration_max_mm=float(below_mm.max()),
        floating_share=float((grounded & (lowest > _FLOAT_M)).mean()),
        floating_mean_mm=float(above_mm.mean()) if len(above_mm) else 0.0,
    )


def _smoothness(body: _Body) -> SmoothnessFigures:
    if body.frame_count < 4:
        return SmoothnessFigures(None, None, None)
    joints = np.stack([body.pose.positions_m(name) for name in body.known(_SMOOTH_JOINTS)], axis=1) * 1000.0
    jitter = float(np.linalg.norm(np.diff(joints, 3, axis=0), axis=-1).mean())
    speed = float(np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean())
    return SmoothnessFigures(jitter, speed, jitter / speed if speed > 1e-6 else 0.0)


def _jumps(body: _Body) -> JumpFigures:
    if body.frame_count < 2:
        return JumpFigures(0.0, ())
    names = body.known(_JUMP_BONES)
    turns = np.stack([body.pose.local_rotations[name] for name in names], axis=1)
    wild = angle_between(turns[:-1], turns[1:]) > _JUMP_RAD
    events = tuple((int(frame) + 1, names[bone]) for frame, bone in zip(*np.nonzero(wild), strict=True))
    return JumpFigures(float(wild.any(1).mean()), events)


def _hyper_extended(body: _Body) -> dict[str, int]:
    """Frames in which the shin points forward, or the forearm backward, of the bone above by more than 10°."""
    result: dict[str, int] = {}
    for middle, end, wrong_way in (("ひざ", "足首", 1.0), ("ひじ", "手首", -1.0)):
        for side in _SIDES:
            joint, tip = side + middle, side + end
            if joint not in body.rig or tip not in body.rig:
                continue
            rest = body.rig.rest(tip) - body.rig.rest(joint)
            length = np.linalg.norm(rest)
            if length < 1e-6:
                continue
            bent = rotate(body.pose.local_rotations[joint], rest)
            lift = np.arcsin(np.clip(bent[:, 2] / length, -1.0, 1.0)) - np.arcsin(np.clip(rest[2] / length, -1.0, 1.0))
            count = int((wrong_way * lift > _HYPER_RAD).sum())
            result |= {joint: count} if count else {}
    return result


def _ik_on(rig_motion: RigMotion, name: str, frame_count: int) -> Bool[Array, " frame"]:
    on = np.ones(frame_count, dtype=bool)
    for frame, states in sorted(rig_motion.ik_states, key=lambda state: state[0]):
        if name in states:
            on[frame:] = states[name]
    return on


def _ik_figures(body: _Body) -> IkFigures:
    misses = []
    for name in body.known(_LEG_IK):
        ik = body.rig.bones[body.rig.index[name]].ik
        if ik is not None:
            target = body.pose.positions_m(body.rig.bones[ik.target].name)
            miss = np.linalg.norm(target - body.pose.positions_m(name), axis=-1)
            misses.append(miss[_ik_on(body.rig_motion, name, body.frame_count)] * 1000.0)
    all_mm = np.concatenate([np.zeros(0), *misses])
    return IkFigures(float(all_mm.mean()), float(all_mm.max())) if len(all_mm) else IkFigures(None, None)


def _moves(track: BoneTrack) -> bool:
    if not len(track.frames):
        return False
    turn = angle_between(track.rotations_xyzw[:1], track.rotations_xyzw)
    return bool(np.ptp(track.positions_m, axis=0).max() > 1e-6 or turn.max() > 1e-5)


def _key_figures(rig_motion: RigMotion, rig: Rig) -> KeyFigures:
    per_bone = {name: len(track.frames) for name, track in rig_motion.bones.items()}
    total = sum(per_bone.values())
    return KeyFigures(
        total=total,
        per_second=total / (rig_motion.frame_count / rig_motion.fps),
        per_bone=per_bone,
        morphs_total=sum(len(frames) for frames, _ in rig_motion.morphs.values()),
        moving_bones=tuple(name for name, track in rig_motion.bones.items() if _moves(track)),
        unknown_bones=tuple(name for name in rig_motion.bones if name not in rig),
    )
