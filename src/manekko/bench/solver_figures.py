"""How far a performance is from the true one, both on one model: pure functions of positions, rotations and contacts.

Millimetres are the model's; a perfect performance scores 0 (the jitter ratio and contact F1: 1). Every figure is a
total over a weight, so that several performances are judged as one by adding both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.ndimage import binary_dilation

from manekko.arrays import Array, Bool, Float, spans
from manekko.motion.metrics_body import both_sides
from manekko.motion.motion import RigMotion
from manekko.motion.rig_kinematics import pose_rig
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import angle_between, as_axes, from_axes, multiply, normalized, rotate

JOINTS = ("頭", "首", *both_sides("肩", "腕", "ひじ", "手首", "足", "ひざ", "足首"))
PARTS = ("上半身2", "下半身", "頭", *both_sides("腕捩", "手捩", "足", "ひざ"))
"""Whose rotations in the world are compared, twist included."""
_TURNING = ("上半身", "上半身2", "下半身", "首", "頭", *both_sides("腕", "ひじ", "手首", "足", "ひざ", "足首"))
_BONES = (
    *((s + a, s + b) for a, b in (("腕", "ひじ"), ("ひじ", "手首"), ("足", "ひざ"), ("ひざ", "足首")) for s in "左右"),
    ("右腕", "左腕"), ("右足", "左足"), ("首", "頭"),
)  # fmt: skip
_DEGREES, _MM = float(np.degrees(1.0)), 1000.0
_JUMP_RAD = np.radians(30.0)
_BALL_SHARE, _HEEL_BEHIND_M = 0.65, 0.045
_AIRBORNE_M, _SHORTEST_JUMP, _LONGEST_JUMP = 0.03, 4, 24
_FALLING = -4.0
"""Acceleration of the hips [m/s²] below which both feet off the floor are a jump."""


class Mean(NamedTuple):
    """A figure as its total and what that is divided by."""

    total: float
    weight: float

    @property
    def value(self) -> float | None:
        """The figure; None where there was nothing to measure."""
        return float(self.total / self.weight) if self.weight > 0.0 else None


def mean_of(values: Array, scale: float = 1.0) -> Mean:
    """Return the mean of an array's values, times ``scale``."""
    return Mean(float(values.sum()) * scale, float(values.size))


def pooled(means: Iterable[Mean]) -> Mean:
    """Return one figure of several performances."""
    rows = list(means)
    return Mean(sum(mean.total for mean in rows), sum(mean.weight for mean in rows))


@dataclass(frozen=True)
class Performance:
    """A motion as a model performs it, frame by frame, IK done."""

    fps: float
    joints_m: Float[Array, "frame joint 3"]
    """Of ``JOINTS``."""
    parts_xyzw: Float[Array, "frame part 4"]
    """Rotations in the world of ``PARTS``."""
    turning_xyzw: Float[Array, "frame bone 4"]
    """Rotations in their parents of trunk and limbs."""
    soles_m: Float[Array, "frame 4 3"]
    """Left heel, left ball, right heel, right ball."""
    lowest_m: Float[Array, "frame 2"]
    """Height of the lowest corner of the left and the right sole."""
    contacts: Bool[Array, "frame 4"]
    """Which points of the soles are said to stand."""

    @property
    def root_m(self) -> Float[Array, "frame 3"]:
        """Middle of the hip joints [m]."""
        return self.joints_m[:, [JOINTS.index("左足"), JOINTS.index("右足")]].mean(1)


def performed(rig_motion: RigMotion, rig: Rig, contacts: Bool[Array, "frame 4"]) -> Performance:
    """Return what a model with MMD's usual bones does in the first ``len(contacts)`` frames of a motion."""
    frames = np.arange(len(contacts))
    pose = pose_rig(rig, rig_motion, frames, list({*JOINTS, *PARTS, *_TURNING}))

    def carried(bone: str, rest_m: Array) -> Array:
        return pose.positions_m(bone) + rotate(pose.rotations_xyzw(bone), rest_m - rig.rest(bone))

    soles, lowest = [], []
    for side in "左右":
        ankle, tip = rig.rest(side + "足首"), rig.rest(side + "つま先")
        ball = (1.0 - _BALL_SHARE) * ankle + _BALL_SHARE * tip
        for point in (ankle - np.array([0.0, 0.0, _HEEL_BEHIND_M]), ball):
            soles.append(carried(side + "足首", point * np.array([1.0, 0.0, 1.0])))
        corners = [carried(bone, np.array(rest)) for bone, rest in rig.sole_points_m if bone.startswith(side)]
        lowest.append(np.min([corner[:, 1] for corner in corners], axis=0))
    return Performance(
        fps=rig_motion.fps,
        joints_m=np.stack([pose.positions_m(name) for name in JOINTS], axis=1),
        parts_xyzw=np.stack([pose.rotations_xyzw(name) for name in PARTS], axis=1),
        turning_xyzw=np.stack([pose.local_rotations[name] for name in _TURNING], axis=1),
        soles_m=np.stack(soles, axis=1),
        lowest_m=np.stack(lowest, axis=1),
        contacts=contacts,
    )


def figures_of(found: Performance, truth: Performance) -> dict[str, Mean]:
    """Return all figures by name."""
    held = truth.contacts
    return {
        "mpjae_deg": mpjae_deg(found, truth),
        "mpjae_raw_deg": mpjae_deg(found, truth, aligned=False),
        "bone_dir_deg": bone_direction_deg(found, truth),
        "mpjpe_mm": mpjpe_mm(found, truth),
        "slide_truth_mm": slide_mm(found, held),
        "slide_own_mm": slide_mm(found, found.contacts),
        "penetration_mm": penetration_mm(found),
        "float_mm": float_mm(found, held),
        "heel_f1": contact_f1(found.contacts[:, [0, 2]], held[:, [0, 2]]),
        "toe_f1": contact_f1(found.contacts[:, [1, 3]], held[:, [1, 3]]),
        "jitter_ratio": jitter_ratio(found, truth),
        "jump30_share": jump30_share(found, truth),
        "tilt_deg": tilt_deg(found, truth),
        **root_figures(found, truth),
        **leap_figures(found, truth),
    }


def mpjae_deg(found: Performance, truth: Performance, *, aligned: bool = True) -> Mean:
    """Angle between rotations in the world [°], after the one turn of the whole that fits best."""
    turned = found.parts_xyzw
    if aligned:
        turned = multiply(best_turn(found.parts_xyzw, truth.parts_xyzw), turned)
    return mean_of(angle_between(turned, truth.parts_xyzw), _DEGREES)


def best_turn(found_xyzw: Float[Array, "*batch 4"], truth_xyzw: Float[Array, "*batch 4"]) -> Float[Array, "4"]:
    """Return the one rotation that, applied last, brings rotations nearest to the true ones (least squares)."""
    a, b = as_axes(found_xyzw).reshape(-1, 3, 3), as_axes(truth_xyzw).reshape(-1, 3, 3)
    return _nearest_rotation(np.einsum("nij,nkj->ik", b, a))


def _nearest_rotation(matrix: Float[Array, "3 3"]) -> Float[Array, "4"]:
    u, _, vt = np.linalg.svd(matrix)
    return from_axes(u @ np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))]) @ vt)


def _about_root(performance: Performance) -> Float[Array, "frame joint 3"]:
    return performance.joints_m - performance.root_m[:, None]


def _joint_turn(found: Performance, truth: Performance) -> Float[Array, "4"]:
    a, b = (_about_root(performance).reshape(-1, 3) for performance in (found, truth))
    return _nearest_rotation((b - b.mean(0)).T @ (a - a.mean(0)))


def mpjpe_mm(found: Performance, truth: Performance) -> Mean:
    """Distance of joints about the hips [mm], after the one turn of the whole that fits best."""
    turned = rotate(_joint_turn(found, truth), _about_root(found))
    return mean_of(np.linalg.norm(turned - _about_root(truth), axis=-1), _MM)


def tilt_deg(found: Performance, truth: Performance) -> Mean:
    """How far from upright the whole stands [°]: by how much the best turn moves the vertical."""
    up = rotate(_joint_turn(found, truth), np.array([0.0, 1.0, 0.0]))
    return _of_clip(float(np.degrees(np.arccos(np.clip(up[1], -1.0, 1.0)))), truth)


def _of_clip(value: float, truth: Performance) -> Mean:
    """A figure that a clip has one of counts as much as the clip is long."""
    frames = float(len(truth.joints_m))
    return Mean(value * frames, frames)


def bone_direction_deg(found: Performance, truth: Performance) -> Mean:
    """Angle between the directions of limbs, shoulders, hips and neck [°], after the same turn."""
    turn = _joint_turn(found, truth)
    angles = []
    for first, second in _BONES:
        a, b = JOINTS.index(first), JOINTS.index(second)
        mine = normalized(rotate(turn, found.joints_m[:, b] - found.joints_m[:, a]))
        theirs = normalized(truth.joints_m[:, b] - truth.joints_m[:, a])
        angles.append(np.arccos(np.clip((mine * theirs).sum(-1), -1.0, 1.0)))
    return mean_of(np.stack(angles), _DEGREES)


def slide_mm(found: Performance, contacts: Bool[Array, "frame 4"]) -> Mean:
    """Way over the floor of points of the soles from one planted frame to the next [mm a frame]."""
    held = contacts[1:] & contacts[:-1]
    return mean_of(np.linalg.norm(np.diff(found.soles_m[..., [0, 2]], axis=0), axis=-1)[held], _MM)


def penetration_mm(found: Performance) -> Mean:
    """Depth of the lowest sole below the floor [mm], frames above it counted as 0."""
    return mean_of(np.maximum(-found.lowest_m.min(1), 0.0), _MM)


def float_mm(found: Performance, contacts: Bool[Array, "frame 4"]) -> Mean:
    """Height of a sole over the floor while its heel or ball is planted [mm]."""
    planted = contacts.reshape(-1, 2, 2).any(-1)
    return mean_of(np.maximum(found.lowest_m, 0.0)[planted], _MM)


def contact_f1(found: Bool[Array, "frame point"], truth: Bool[Array, "frame point"]) -> Mean:
    """Return the harmonic mean of precision and recall of contacts."""
    return Mean(2.0 * float((found & truth).sum()), float(found.sum() + truth.sum()))


def jitter_ratio(found: Performance, truth: Performance) -> Mean:
    """Mean third difference of the joints' places by the truth's."""
    mine, theirs = (
        np.linalg.norm(np.diff(performance.joints_m, 3, axis=0), axis=-1).mean() for performance in (found, truth)
    )
    return _of_clip(float(mine / theirs), truth)


def jump30_share(found: Performance, truth: Performance) -> Mean:
    """Share of frames into which a bone turns by more than 30° in its parent, and does not in the truth nearby."""
    mine, theirs = (
        np.asarray(angle_between(performance.turning_xyzw[1:], performance.turning_xyzw[:-1]) > _JUMP_RAD)
        for performance in (found, truth)
    )
    allowed = np.asarray(binary_dilation(theirs, np.ones((5, 1), dtype=bool)), dtype=bool)
    return mean_of(np.asarray((mine & ~allowed).any(1)))


def root_figures(found: Performance, truth: Performance) -> dict[str, Mean]:
    """Error of the way of the hips after the best similarity: in % of the true path, and by that of standing still."""
    theirs = truth.root_m
    error = float(np.linalg.norm(_fitted(found.root_m, theirs) - theirs, axis=-1).mean())
    path = float(np.linalg.norm(np.diff(theirs, axis=0), axis=-1).sum())
    still = float(np.linalg.norm(theirs - theirs.mean(0), axis=-1).mean())
    return {
        "root_path_percent": _of_clip(100.0 * error / path, truth),
        "root_vs_still": _of_clip(error / still, truth),
    }


def _fitted(points: Float[Array, "frame 3"], wanted: Float[Array, "frame 3"]) -> Float[Array, "frame 3"]:
    """Return points turned, scaled and shifted to lie nearest to the wanted ones."""
    a, b = points - points.mean(0), wanted - wanted.mean(0)
    turn = _nearest_rotation(b.T @ a)
    turned = rotate(turn, a)
    size = float((turned * b).sum() / max(float((a * a).sum()), 1e-12))
    return wanted.mean(0) + max(size, 0.0) * turned


@dataclass(frozen=True)
class Leap:
    """One jump."""

    height_m: float
    """How far the hips rise above the mean of take-off and landing."""
    hang_s: float
    """For how long both soles are off the floor, between frames interpolated."""


def leaps(performance: Performance) -> list[tuple[int, int]]:
    """Return [start, end) of the jumps: both soles off the floor while the hips fall freely."""
    found = []
    low = performance.lowest_m.min(1)
    for start, end in spans(low > _AIRBORNE_M):
        if not _SHORTEST_JUMP <= end - start <= _LONGEST_JUMP or start == 0 or end == len(low):
            continue
        times = np.arange(start, end) / performance.fps
        if 2.0 * np.polyfit(times, performance.root_m[start:end, 1], 2)[0] < _FALLING:
            found.append((start, end))
    return found


def leap(performance: Performance, start: int, end: int) -> Leap:
    """Measure what a performance does around a true jump; what stays on the floor has height and time 0."""
    low, hips = performance.lowest_m.min(1), performance.root_m[:, 1]
    first, last = max(start - 3, 0), min(end + 3, len(low))
    runs = [(first + a, first + b) for a, b in spans(low[first:last] > _AIRBORNE_M)]
    a, b = max(runs, key=lambda run: run[1] - run[0], default=(start, start))
    rise = float(hips[first:last].max() - (hips[max(start - 1, 0)] + hips[min(end, len(hips) - 1)]) / 2.0)
    if a == b:
        return Leap(max(rise, 0.0), 0.0)
    before = (low[a] - _AIRBORNE_M) / max(float(low[a] - low[a - 1]), 1e-6) if a > 0 else 0.0
    after = (low[b - 1] - _AIRBORNE_M) / max(float(low[b - 1] - low[b]), 1e-6) if b < len(low) else 0.0
    return Leap(max(rise, 0.0), (b - 1 - a + min(before, 1.0) + min(after, 1.0)) / performance.fps)


def leap_figures(found: Performance, truth: Performance) -> dict[str, Mean]:
    """Error of the true jumps' heights and hang times, by their sums."""
    pairs = [(leap(found, *where), leap(truth, *where)) for where in leaps(truth)]
    return {
        "jump_height_error": Mean(
            sum(abs(mine.height_m - theirs.height_m) for mine, theirs in pairs),
            sum(theirs.height_m for _, theirs in pairs),
        ),
        "hang_time_error": Mean(
            sum(abs(mine.hang_s - theirs.hang_s) for mine, theirs in pairs),
            sum(theirs.hang_s for _, theirs in pairs),
        ),
    }
