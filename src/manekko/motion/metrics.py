"""How good a motion is on its model, no truth needed: feet, ground, jitter, jumps, IK reach, keys.

Millimetres are the model's own (an MMD unit is 80 mm); a frame is one of the motion's (30 a second in VMD).
"""

from dataclasses import asdict, dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.motion.metrics_body import (
    ARMS_AND_LEGS,
    LEG_IK,
    MAX_SECONDS,
    SIDES,
    SMOOTH_JOINTS,
    TURNING_BONES,
    MeasuredBody,
    both_sides,
    steps_m,
)
from manekko.motion.metrics_feet import (
    FlightFigures,
    FootFigures,
    GroundFigures,
    flight_figures,
    foot_figures,
    ground_figures,
    in_flight,
    planted,
    slide_mm,
)
from manekko.motion.metrics_keys import KeyFigures, key_figures
from manekko.motion.motion import RigMotion
from manekko.motion.retarget_shapes import model_parts
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import angle_between, rotate

__all__ = ["MAX_SECONDS", "Figures", "figures", "series"]

_JUMP_RAD = np.radians(30.0)
_HYPER_RAD = np.radians(10.0)
_INSIDE_M = 0.02
"""Deeper in the body than this, a hand is in it and does not touch it."""


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
class BodyFigures:
    """Hands against trunk and head; None where the model has no arms."""

    hands_inside_share: float | None
    """Share of the frames in which a wrist or a hand is deeper than 20 mm in trunk or head."""
    hands_inside_max_mm: float | None
    """The deepest that one is."""


@dataclass(frozen=True)
class Figures:
    """Everything that can be said of a motion on a model without knowing the true one."""

    frames: int
    seconds: float
    foot: FootFigures
    ground: GroundFigures
    smoothness: SmoothnessFigures
    jumps: JumpFigures
    flights: FlightFigures
    hyper_extended_frames: dict[str, int]
    """Elbows and knees that bend more than 10° the wrong way, and in how many frames."""
    hyper_extended_share: float
    """Share of the frames in which the worst of them does."""
    body: BodyFigures
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
    body = MeasuredBody.of(rig_motion, rig)
    hyper = _hyper_extended(body)
    return Figures(
        frames=body.frame_count,
        seconds=body.frame_count / rig_motion.fps,
        foot=foot_figures(body),
        ground=ground_figures(body),
        smoothness=_smoothness(body),
        jumps=_jumps(body),
        flights=flight_figures(body),
        hyper_extended_frames=hyper,
        hyper_extended_share=max(hyper.values(), default=0) / body.frame_count,
        body=_body_figures(body),
        ik=_ik_figures(body),
        root_path_m=float(np.linalg.norm(np.diff(body.hips_m(), axis=0), axis=-1).sum()),
        keys=key_figures(rig_motion, rig),
    )


def series(rig_motion: RigMotion, rig: Rig) -> dict[str, Array]:
    """Return figures over time, one value a frame, for plots.

    Keys: ``time_s``; ``lowest_sole_mm`` (negative below the floor); ``speed_mm_per_frame`` (mean over the joints);
    ``in_flight`` (bool); for ``left`` and ``right``: ``left_planted`` (bool), ``left_slide_mm_per_frame`` (NaN where
    the foot is not planted). Differences belong to the later frame; the first frame's speed is 0.

    Raises:
        InputError: as ``figures``.
    """
    body = MeasuredBody.of(rig_motion, rig)
    lowest = body.soles_m()[..., 1].min(1)
    joints = np.stack([body.pose.positions_m(name) for name in body.known(SMOOTH_JOINTS)], axis=1)
    result: dict[str, Array] = {
        "time_s": np.arange(body.frame_count) / rig_motion.fps,
        "lowest_sole_mm": lowest * 1000.0,
        "speed_mm_per_frame": steps_m(joints).mean(-1) * 1000.0,
        "in_flight": in_flight(body),
    }
    for side, english in zip(SIDES, ("left", "right"), strict=True):
        points = body.foot_points_m(side)
        stands = np.stack([planted(point) for point in points], axis=1)
        slides = np.stack([slide_mm(point, on) for point, on in zip(points, stands.T, strict=True)], axis=1)
        held = np.isfinite(slides)
        result[f"{english}_planted"] = np.asarray(stands.any(1))
        mean = np.where(held, slides, 0.0).sum(1) / np.maximum(held.sum(1), 1)
        result[f"{english}_slide_mm_per_frame"] = np.where(held.any(1), mean, np.nan)
    return result


def _smoothness(body: MeasuredBody) -> SmoothnessFigures:
    if body.frame_count < 4:
        return SmoothnessFigures(None, None, None)
    joints = np.stack([body.pose.positions_m(name) for name in body.known(SMOOTH_JOINTS)], axis=1) * 1000.0
    jitter = float(np.linalg.norm(np.diff(joints, 3, axis=0), axis=-1).mean())
    speed = float(np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean())
    return SmoothnessFigures(jitter, speed, jitter / speed if speed > 1e-6 else 0.0)


def _jumps(body: MeasuredBody) -> JumpFigures:
    if body.frame_count < 2:
        return JumpFigures(0.0, ())
    names = body.known(TURNING_BONES)
    turns = np.stack([body.pose.local_rotations[name] for name in names], axis=1)
    wild = angle_between(turns[:-1], turns[1:]) > _JUMP_RAD
    events = tuple((int(frame) + 1, names[bone]) for frame, bone in zip(*np.nonzero(wild), strict=True))
    return JumpFigures(float(wild.any(1).mean()), events)


def _hyper_extended(body: MeasuredBody) -> dict[str, int]:
    """Frames in which the shin points forward, or the forearm backward, of the bone above by more than 10°."""
    result: dict[str, int] = {}
    for middle, end, wrong_way in (("ひざ", "足首", 1.0), ("ひじ", "手首", -1.0)):
        for side in SIDES:
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


@dataclass(frozen=True)
class _Posed:
    """The measured body, asked for its bones as ``retarget_shapes`` does."""

    body: MeasuredBody

    @property
    def rig(self) -> Rig:
        return self.body.rig

    def position_m(self, name: str) -> Float[Array, "frame 3"]:
        return self.body.pose.positions_m(name)

    def rotation(self, name: str) -> Float[Array, "frame 4"]:
        return self.body.pose.rotations_xyzw(name)


def _body_figures(body: MeasuredBody) -> BodyFigures:
    if body.known(ARMS_AND_LEGS) != list(ARMS_AND_LEGS):
        return BodyFigures(None, None)
    parts = model_parts(_Posed(body))
    trunk = [parts[name] for name in ("pelvis", "chest", "head") if name in parts]
    hands = [body.pose.positions_m(name) for name in body.known(both_sides("手首", "中指１"))]
    depths = -np.min([part.relation(hand).gaps_m for part in trunk for hand in hands], axis=0)
    return BodyFigures(float((depths > _INSIDE_M).mean()), float(np.maximum(depths, 0.0).max()) * 1000.0)


def _ik_figures(body: MeasuredBody) -> IkFigures:
    misses = []
    for name in body.known(LEG_IK):
        ik = body.rig.bones[body.rig.index[name]].ik
        if ik is not None:
            target = body.pose.positions_m(body.rig.bones[ik.target].name)
            miss = np.linalg.norm(target - body.pose.positions_m(name), axis=-1)
            misses.append(miss[body.ik_on(name)] * 1000.0)
    all_mm = np.concatenate([np.zeros(0), *misses])
    return IkFigures(float(all_mm.mean()), float(all_mm.max())) if len(all_mm) else IkFigures(None, None)
