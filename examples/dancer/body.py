"""The dancer's body in T-pose: meshes of skin and clothes, and how much each joint carries each vertex."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from dancer.surface import Mesh, cut, ellipsoid, join, limb, mesh, mirrored, smoothstep
from manekko.arrays import Array, Float, Int
from manekko.skeleton.skeleton import FINGERS, HUMANOID, JOINT_INDEX, default_skeleton, finger_segments

SKIN, SHIRT, TROUSERS, SHOES, HAIR = range(5)
"""What a vertex is made of."""


@dataclass(frozen=True)
class Body:
    """Everything that is drawn of the dancer, in the rest pose."""

    vertices_m: Float[Array, "vertex 3"]
    normals: Float[Array, "vertex 3"]
    materials: Int[Array, " vertex"]
    weights: Float[Array, "vertex joint"]
    """Share of each joint in carrying each vertex; rows sum to 1."""
    triangles: Int[Array, "triangle 3"]


def _mirror_x(points: Array) -> Array:
    """Fold the right half onto the left, with no crease down the middle."""
    return np.concatenate([np.hypot(points[..., :1], 0.008), points[..., 1:]], axis=-1)


def head_distance(points: Array) -> Array:
    """Return the distance to the head and neck."""
    half = _mirror_x(points)
    shape = ellipsoid(points, (0.0, 1.563, -0.008), (0.076, 0.088, 0.094))
    shape = join(shape, ellipsoid(points, (0.0, 1.505, 0.022), (0.059, 0.078, 0.068)), 0.035)
    shape = join(shape, ellipsoid(points, (0.0, 1.443, 0.062), (0.026, 0.018, 0.022)), 0.035)
    shape = join(shape, ellipsoid(half, (0.040, 1.505, 0.062), (0.024, 0.026, 0.022)), 0.03)
    shape = cut(shape, -ellipsoid(half, (0.031, 1.545, 0.108), (0.020, 0.012, 0.022)), 0.014)
    shape = join(shape, ellipsoid(half, (0.030, 1.543, 0.072), (0.0155, 0.0125, 0.0125)), 0.004)
    shape = join(shape, limb(points, (0.0, 1.548, 0.083), (0.0, 1.518, 0.102), (0.0065, 0.0090)), 0.014)
    shape = join(shape, ellipsoid(half, (0.008, 1.514, 0.095), (0.007, 0.0055, 0.008)), 0.008)
    shape = join(shape, ellipsoid(points, (0.0, 1.478, 0.083), (0.022, 0.009, 0.0125)), 0.010)
    shape = join(shape, ellipsoid(half, (0.077, 1.532, -0.004), (0.011, 0.030, 0.018)), 0.008)
    return join(shape, limb(points, (0.0, 1.34, -0.020), (0.0, 1.48, -0.012), (0.046, 0.041)), 0.02)


def arm_distance(points: Array) -> Array:
    """Return the distance to the left arm without the hand."""
    shape = limb(points, (0.14, 1.338, 0.0), (0.43, 1.34, 0.0), (0.048, 0.034))
    shape = join(shape, limb(points, (0.43, 1.34, 0.0), (0.52, 1.34, 0.003), (0.034, 0.0355)), 0.004)
    return join(shape, limb(points, (0.52, 1.34, 0.003), (0.67, 1.34, 0.0), (0.0355, 0.0235)), 0.004)


def hand_distance(points: Array) -> Array:
    """Return the distance to the left hand, fingers straight."""
    rest = default_skeleton().rest_positions_m
    shape = limb(points, (0.62, 1.34, 0.0), (0.685, 1.34, 0.0), (0.0275, 0.0225))
    shape = join(shape, ellipsoid(points, (0.718, 1.339, -0.002), (0.056, 0.0165, 0.042)), 0.02)
    shape = join(shape, limb(points, (0.688, 1.333, 0.018), (0.714, 1.329, 0.042), (0.017, 0.012)), 0.02)
    for finger in FINGERS:
        joints = [rest[JOINT_INDEX[f"left{finger}{segment}"]] for segment in finger_segments(finger)]
        tip = joints[2] + (joints[2] - joints[1]) * (0.85 if finger == "Thumb" else 0.95)
        radius = {"Thumb": 0.0105, "Little": 0.0075}.get(finger, 0.0088)
        for number, (start, end) in enumerate(zip(joints, [*joints[1:], tip], strict=True)):
            sizes = (radius * (1.0 - 0.06 * number), radius * (0.94 - 0.06 * number))
            shape = join(shape, limb(points, tuple(start), tuple(end), sizes), 0.006)
    return shape


def shirt_distance(points: Array) -> Array:
    """Return the distance to the T-shirt."""
    half = _mirror_x(points)
    shape = ellipsoid(points, (0.0, 1.215, -0.004), (0.148, 0.165, 0.099))
    shape = join(shape, ellipsoid(half, (0.062, 1.215, 0.052), (0.068, 0.065, 0.052)), 0.05)
    shape = join(shape, limb(half, (0.0, 1.362, -0.014), (0.15, 1.336, -0.002), (0.058, 0.058)), 0.06)
    shape = join(shape, ellipsoid(points, (0.0, 1.05, 0.0), (0.124, 0.17, 0.088)), 0.08)
    shape = join(shape, ellipsoid(points, (0.0, 0.905, -0.004), (0.160, 0.14, 0.116)), 0.06)
    shape = join(shape, ellipsoid(half, (0.070, 0.880, -0.050), (0.088, 0.105, 0.074)), 0.04)
    sleeve = limb(half, (0.15, 1.337, 0.0), (0.36, 1.337, 0.0), (0.062, 0.058))
    sleeve = cut(sleeve, half[..., 0] - 0.315, 0.008)
    shape = join(shape, sleeve, 0.05)
    collar = ellipsoid(points, (0.0, 1.425, 0.012), (0.066, 0.050, 0.074))
    return cut(cut(shape, -collar, 0.008), 0.845 - points[..., 1], 0.010)


def trousers_distance(points: Array) -> Array:
    """Return the distance to the trousers' left half (mirrored by the body's symmetry)."""
    half = _mirror_x(points)
    shape = ellipsoid(points, (0.0, 0.915, -0.004), (0.145, 0.105, 0.102))
    shape = join(shape, ellipsoid(half, (0.070, 0.875, -0.046), (0.080, 0.085, 0.066)), 0.04)
    leg = limb(half, (0.088, 0.84, 0.0), (0.09, 0.47, 0.006), (0.084, 0.056), (0.97, 1.0, 1.03))
    leg = join(leg, limb(half, (0.09, 0.47, 0.006), (0.09, 0.11, -0.004), (0.054, 0.046)), 0.03)
    leg = join(leg, ellipsoid(half, (0.092, 0.35, -0.022), (0.046, 0.11, 0.042)), 0.04)
    return cut(join(shape, leg, 0.03), 0.118 - points[..., 1], 0.006)


def ankle_distance(points: Array) -> Array:
    """Return the distance to the left ankle."""
    return limb(points, (0.09, 0.17, -0.006), (0.09, 0.07, -0.012), (0.034, 0.033))


def shoe_distance(points: Array) -> Array:
    """Return the distance to the left shoe."""
    shape = limb(points, (0.089, 0.036, -0.030), (0.094, 0.030, 0.135), (0.042, 0.044), (0.92, 1.0, 1.0))
    shape = join(shape, ellipsoid(points, (0.091, 0.052, 0.045), (0.036, 0.034, 0.075)), 0.03)
    shape = join(shape, limb(points, (0.09, 0.06, -0.016), (0.09, 0.088, -0.016), (0.041, 0.041)), 0.03)
    return cut(cut(shape, -points[..., 1], 0.008), points[..., 1] - 0.104, 0.008)


def hair_distance(points: Array) -> Array:
    """Return the distance to the hair: parted above the forehead, to the jaw at the sides, a bun behind."""
    half = _mirror_x(points)
    shape = ellipsoid(points, (0.0, 1.568, -0.014), (0.085, 0.095, 0.101))
    shape = join(shape, ellipsoid(points, (0.0, 1.520, -0.046), (0.078, 0.088, 0.062)), 0.02)
    shape = join(shape, limb(half, (0.060, 1.590, 0.032), (0.071, 1.475, 0.020), (0.024, 0.011)), 0.025)
    face = ellipsoid(points, (0.0, 1.490, 0.125), (0.062, 0.120, 0.110))
    shape = cut(shape, -face, 0.010)
    return join(shape, ellipsoid(points, (0.0, 1.600, -0.118), (0.038, 0.038, 0.036)), 0.012)


def torso_weights(points: Array) -> Array:
    """Return joint weights of points on trunk, neck and head and on both arms and legs, by place in the T-pose."""
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    weights = np.zeros((len(points), len(HUMANOID)))
    left = smoothstep(-0.02, 0.02, points[:, 0])
    rest_of = np.ones(len(points))

    def hand_on(child: Array, names: list[str], remaining: Array) -> Array:
        for name, share in zip(names, (left, 1.0 - left), strict=True) if len(names) == 2 else [(names[0], 1.0)]:
            weights[:, JOINT_INDEX[name]] += remaining * (1.0 - child) * share
        return remaining * child

    leg = smoothstep(0.93, 0.79, y) * smoothstep(0.35, 0.25, x)
    legs = rest_of * leg
    for joint, child in (
        ("UpperLeg", smoothstep(0.525, 0.415, y)),
        ("LowerLeg", smoothstep(0.11, 0.07, y)),
        ("Foot", smoothstep(0.11, 0.15, z)),
        ("Toes", np.zeros(len(points))),
    ):
        legs = hand_on(child, ["left" + joint, "right" + joint], legs)
    trunk = rest_of - leg
    arms = trunk * smoothstep(0.03, 0.13, x) * smoothstep(1.22, 1.32, y) * smoothstep(1.47, 1.42, y)
    trunk = trunk - arms
    for joint, child in (
        ("Shoulder", smoothstep(0.11, 0.205, x)),
        ("UpperArm", smoothstep(0.385, 0.475, x)),
        ("LowerArm", smoothstep(0.645, 0.69, x)),
        ("Hand", np.zeros(len(points))),
    ):
        arms = hand_on(child, ["left" + joint, "right" + joint], arms)
    for joint, child in (
        ("hips", smoothstep(0.92, 1.04, y)),
        ("spine", smoothstep(1.07, 1.21, y)),
        ("chest", smoothstep(1.355, 1.41, y - 0.3 * z)),
        ("neck", smoothstep(1.425, 1.475, y + 0.35 * z)),
        ("head", np.zeros(len(points))),
    ):
        trunk = hand_on(child, [joint], trunk)
    return weights


def finger_weights(points: Array) -> Array:
    """Return joint weights on the left hand: the palm, and each finger by its nearest bone."""
    rest = default_skeleton().rest_positions_m
    weights = torso_weights(points)
    nearest = np.full(len(points), np.inf)
    result = weights.copy()
    for finger in FINGERS:
        names = [f"left{finger}{segment}" for segment in finger_segments(finger)]
        joints = [rest[JOINT_INDEX[name]] for name in names]
        axis = (joints[2] - joints[0]) / np.linalg.norm(joints[2] - joints[0])
        along = (points - joints[0]) @ axis
        aside = np.linalg.norm(points - joints[0] - np.clip(along, 0.0, None)[:, None] * axis, axis=-1)
        own = weights.copy()
        remaining = np.ones(len(points))
        for name, joint in zip(names, joints, strict=True):
            place = (joint - joints[0]) @ axis
            taken = remaining * smoothstep(place - 0.010, place + 0.008, along)
            own *= (1.0 - np.divide(taken, remaining, out=np.zeros_like(taken), where=remaining > 0))[:, None]
            own[:, JOINT_INDEX[name]] += taken
            remaining = taken
        closer = aside < nearest
        nearest = np.minimum(nearest, aside)
        result[closer] = own[closer]
    return result


@cache
def body() -> Body:
    """Return the dancer, modelled on ``default_skeleton()``."""
    both_hands = mesh(hand_distance, (0.650, 1.27, -0.07), (0.87, 1.38, 0.12), 0.0038)
    swap = [JOINT_INDEX[_other_side(name)] for name in HUMANOID]
    hands = [(both_hands, finger_weights(both_hands.vertices_m))]
    hands.append((mirrored(both_hands), hands[0][1][:, swap]))
    parts: list[tuple[Mesh, int, Array]] = [(shape, SKIN, weights) for shape, weights in hands]
    for distance, material, low, high, cell in (
        (head_distance, SKIN, (-0.11, 1.33, -0.12), (0.11, 1.67, 0.14), 0.0045),
        (shirt_distance, SHIRT, (-0.34, 0.83, -0.15), (0.34, 1.45, 0.15), 0.0075),
        (trousers_distance, TROUSERS, (-0.20, 0.105, -0.15), (0.20, 1.04, 0.14), 0.0075),
        (hair_distance, HAIR, (-0.12, 1.39, -0.17), (0.12, 1.71, 0.11), 0.005),
    ):
        shape = mesh(distance, low, high, cell)
        parts.append((shape, material, _weights(shape, material)))
    for distance, material, low, high, cell in (
        (arm_distance, SKIN, (0.20, 1.27, -0.07), (0.672, 1.41, 0.07), 0.006),
        (ankle_distance, SKIN, (0.04, 0.07, -0.06), (0.14, 0.17, 0.05), 0.006),
        (shoe_distance, SHOES, (0.03, -0.01, -0.09), (0.16, 0.12, 0.20), 0.005),
    ):
        half = mesh(distance, low, high, cell)
        parts += [(shape, material, _weights(shape, material)) for shape in (half, mirrored(half))]
    return _assembled(parts)


def _other_side(name: str) -> str:
    if name.startswith("left"):
        return "right" + name.removeprefix("left")
    return "left" + name.removeprefix("right") if name.startswith("right") else name


def _weights(shape: Mesh, material: int) -> Array:
    if material == HAIR:
        weights = np.zeros((len(shape.vertices_m), len(HUMANOID)))
        weights[:, JOINT_INDEX["head"]] = 1.0
        return weights
    return torso_weights(shape.vertices_m)


def _assembled(parts: list[tuple[Mesh, int, Array]]) -> Body:
    starts = np.cumsum([0] + [len(shape.vertices_m) for shape, _, _ in parts])
    return Body(
        np.concatenate([shape.vertices_m for shape, _, _ in parts]),
        np.concatenate([shape.normals for shape, _, _ in parts]),
        np.concatenate([np.full(len(shape.vertices_m), material) for shape, material, _ in parts]),
        np.concatenate([weights for _, _, weights in parts]),
        np.concatenate([shape.triangles + start for (shape, _, _), start in zip(parts, starts[:-1], strict=True)]),
    )
