"""Arms of another length: free arms keep their directions; hands near the body keep their place on it."""

from collections.abc import Mapping

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.limbs import reach
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import between, conjugate, multiply, rotate, swing_twist
from manekko.skeleton.skeleton import ELBOW_NORMAL, JOINT_INDEX

_NEAR_M, _FAR_M = 0.14, 0.34
"""Distance of a wrist from the body's middle line or the other wrist [m]: nearer, its place counts; further, its arm's
direction."""


def arm_rotations(
    rig: Rig,
    turned: Float[Array, "frame joint 4"],
    joints: Float[Array, "frame joint 3"],
    rig_rotations: Mapping[str, Array],
    rig_shifts: Mapping[str, Array],
) -> dict[str, tuple[Float[Array, "frame 4"], Float[Array, "frame 4"]]]:
    """Return by side the global rotations of upper and lower arm on the rig, twist included.

    ``rig_rotations`` hold the trunk's global rotations by bone name, ``rig_shifts`` the centre's movement.
    """
    result = {}
    for side, s, sign in (("left", "左", 1.0), ("right", "右", -1.0)):
        if not all(s + part in rig for part in ("腕", "ひじ", "手首")):
            continue
        upper_rest, lower_rest = rig.rest(s + "ひじ") - rig.rest(s + "腕"), rig.rest(s + "手首") - rig.rest(s + "ひじ")
        across = np.array([sign, 0.0, 0.0])
        upper = multiply(turned[:, JOINT_INDEX[side + "UpperArm"]], between(upper_rest, across))
        lower = multiply(turned[:, JOINT_INDEX[side + "LowerArm"]], between(lower_rest, across))
        shoulder = _on_trunk(rig, rig.rest(s + "腕"), rig_rotations, rig_shifts)
        free = shoulder + rotate(upper, upper_rest) + rotate(lower, lower_rest)
        touching = _place_on_body(rig, joints, side, rig_rotations, rig_shifts)
        weight = _nearness(joints, side)[:, None]
        target = free + weight * (touching - free)
        result[side] = _reaching(upper, lower, shoulder, target, upper_rest, lower_rest, turned, side, sign)
    return result


def _reaching(
    upper: Array,
    lower: Array,
    shoulder: Array,
    target: Array,
    upper_rest: Array,
    lower_rest: Array,
    turned: Array,
    side: str,
    sign: float,
) -> tuple[Array, Array]:
    """Swing and bend the arm to the target in its own plane; the forearm keeps its twist."""
    across = np.array([sign, 0.0, 0.0])
    in_t_pose = between(upper_rest, across)
    hinge = _hinge(upper, lower, upper_rest, lower_rest, rotate(conjugate(in_t_pose), -sign * ELBOW_NORMAL))
    # The forearm's rest direction seen from the upper arm differs in an A-pose: bend from a straight arm instead.
    straight = rotate(between(across, upper_rest), across) * np.linalg.norm(lower_rest)
    new_upper, new_lower = reach(
        upper, shoulder, target, upper_offset_m=upper_rest, lower_offset_m=straight, hinge=hinge
    )
    bent = np.linalg.norm(target - (shoulder + rotate(upper, upper_rest) + rotate(lower, lower_rest)), axis=-1) > 1e-4
    hinged = multiply(new_lower, between(lower_rest, straight))
    _, twist = swing_twist(
        multiply(conjugate(multiply(upper, between(lower_rest, straight))), lower), _unit(lower_rest)
    )
    return np.where(bent[:, None], new_upper, upper), np.where(bent[:, None], multiply(hinged, twist), lower)


def _hinge(upper: Array, lower: Array, upper_rest: Array, lower_rest: Array, straight_hinge: Array) -> Array:
    """Axis of the upper arm about which the elbow is bent; an almost straight arm takes the anatomical one."""
    forearm = rotate(conjugate(upper), rotate(lower, lower_rest))
    normal = np.cross(upper_rest, forearm) / (np.linalg.norm(upper_rest) * np.linalg.norm(lower_rest))
    size = np.linalg.norm(normal, axis=-1, keepdims=True)
    trust = np.clip((size - 0.1) / 0.2, 0.0, 1.0)
    mixed = trust * normal / np.maximum(size, 1e-9) + (1.0 - trust) * straight_hinge
    return mixed / np.maximum(np.linalg.norm(mixed, axis=-1, keepdims=True), 1e-9)


def _unit(vector: Array) -> Array:
    return vector / np.linalg.norm(vector)


def _on_trunk(rig: Rig, rest_point: Array, rotations: Mapping[str, Array], shifts: Mapping[str, Array]) -> Array:
    """Carry a point of the chest along with the rig's trunk; returns (frame, 3) [m]."""
    point, pivot = rest_point, None
    carried = None
    for bone in ("上半身2", "上半身"):
        if bone not in rig or bone not in rotations:
            continue
        rest = rig.rest(bone)
        offset = (point if pivot is None else pivot) - rest
        turned = rotate(rotations[bone], offset)
        carried = turned if carried is None else carried + turned
        pivot = rest
    frames = len(next(iter(shifts.values())))
    base = pivot if pivot is not None else point
    moved = base + (np.zeros((frames, 3)) if carried is None else carried)
    return moved + sum((shifts[b] for b in ("センター", "グルーブ") if b in shifts), np.zeros((frames, 3)))


def _anchors(joints: Array) -> Float[Array, "frame anchor 3"]:
    """Pelvis, chest and head of the dancer."""
    chest = (joints[:, JOINT_INDEX["leftUpperArm"]] + joints[:, JOINT_INDEX["rightUpperArm"]]) / 2.0
    pelvis = (joints[:, JOINT_INDEX["leftUpperLeg"]] + joints[:, JOINT_INDEX["rightUpperLeg"]]) / 2.0
    return np.stack([pelvis, chest, joints[:, JOINT_INDEX["head"]]], axis=1)


def _place_on_body(
    rig: Rig, joints: Array, side: str, rotations: Mapping[str, Array], shifts: Mapping[str, Array]
) -> Array:
    """The wrist's place relative to pelvis, chest and head, the nearest counting most, at the rig's size."""
    own = _anchors(joints)
    wrist = joints[:, JOINT_INDEX[side + "Hand"]]
    chest_rest = (rig.rest("左腕") + rig.rest("右腕")) / 2.0
    pelvis_rest = (rig.rest("左足") + rig.rest("右足")) / 2.0
    head_rest = rig.rest("頭") if "頭" in rig else chest_rest
    frames = len(joints)
    shift = sum((shifts[b] for b in ("センター", "グルーブ") if b in shifts), np.zeros((frames, 3)))
    pivot = rig.rest("下半身") if "下半身" in rig else rig.rest("センター")
    pelvis = (
        pivot + shift + rotate(rotations["下半身"], pelvis_rest - pivot)
        if "下半身" in rotations
        else pelvis_rest + shift
    )
    theirs = np.stack(
        [pelvis, _on_trunk(rig, chest_rest, rotations, shifts), _on_trunk(rig, head_rest, rotations, shifts)], axis=1
    )
    scale = np.linalg.norm(chest_rest - pelvis_rest) / np.median(np.linalg.norm(own[:, 1] - own[:, 0], axis=-1))
    offsets = wrist[:, None] - own
    weight = 1.0 / (np.linalg.norm(offsets, axis=-1) + 0.05) ** 2
    weight /= weight.sum(1, keepdims=True)
    return ((theirs + scale * offsets) * weight[..., None]).sum(1)


def _nearness(joints: Array, side: str) -> Float[Array, " frame"]:
    """1 where the wrist is at the body or the other wrist, 0 where the arm is free, eased between."""
    wrist = joints[:, JOINT_INDEX[side + "Hand"]]
    other = joints[:, JOINT_INDEX[("right" if side == "left" else "left") + "Hand"]]
    anchors = _anchors(joints)
    distance = np.linalg.norm(wrist - other, axis=-1)
    for a, b in ((0, 1), (1, 2)):
        line = anchors[:, b] - anchors[:, a]
        along = ((wrist - anchors[:, a]) * line).sum(-1) / np.maximum((line**2).sum(-1), 1e-9)
        nearest = anchors[:, a] + np.clip(along, 0.0, 1.0)[:, None] * line
        distance = np.minimum(distance, np.linalg.norm(wrist - nearest, axis=-1))
    share = np.clip((_FAR_M - distance) / (_FAR_M - _NEAR_M), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)
