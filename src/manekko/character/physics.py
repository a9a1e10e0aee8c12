"""Rigid bodies and joints: what hair, skirt and ribbons swing by, and the body that they do not enter."""

from dataclasses import replace

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.assemble import UNIT_M, units
from manekko.character.design import Design, head_frame
from manekko.character.parts import Chain
from manekko.character.proportions import proportions
from manekko.character.skeleton import leg_shares
from manekko.files.pmx_values import PmxJoint, PmxRigidBody, Vector3

_SPHERE, _BOX, _CAPSULE = range(3)
_FOLLOWS_BONE, _PHYSICS, _PHYSICS_AT_BONE = range(3)
_BODY_GROUP, _HAIR_GROUP, _SKIRT_GROUP, _ARM_GROUP, _NO_GROUP = 0, 1, 2, 3, 15
_ALL_GROUPS = 0xFFFF
_SPRING_JOINT = 0
_TINY_M = 1e-9
_FORWARD = np.array([0.0, 0.0, 1.0])
_LIMBS = (
    # bone, from, to, radius [m]; the standard figure's left half, the right half is its mirror
    ("上半身2", (0.0, 1.215, -0.022), (0.0, 1.135, -0.012), 0.085),
    ("上半身", (0.0, 1.050, -0.006), (0.0, 0.990, -0.006), 0.068),
    ("下半身", (0.045, 0.885, -0.016), (-0.045, 0.885, -0.016), 0.085),
    ("首", (0.0, 1.300, -0.024), (0.0, 1.350, -0.018), 0.032),
    ("左足D", (0.078, 0.790, -0.006), (0.078, 0.500, 0.002), 0.060),
    ("左ひざD", (0.078, 0.430, 0.000), (0.078, 0.130, -0.020), 0.040),
    ("左腕", (0.112, 1.257, -0.018), (0.284, 1.137, -0.018), 0.030),
    ("左ひじ", (0.3095, 1.1188, -0.018), (0.462, 1.012, -0.018), 0.024),
)
"""Rigid parts of the body."""


def bodies_and_joints(
    design: Design, chains: tuple[Chain, ...], index: dict[str, int]
) -> tuple[tuple[PmxRigidBody, ...], tuple[PmxJoint, ...]]:
    """Return the rigid bodies (the body's own first) and the joints that tie the chains together."""
    bodies = _body_parts(design, index)
    places = {name: number for number, body in enumerate(bodies) for name in [body.name]}
    joints: list[PmxJoint] = []
    rings: dict[int, Chain] = {}
    for chain in chains:
        anchor = places.get(chain.parent, 0)
        if chain.kind == "skirt":
            # the panel's root leans with the legs, and so does what it hangs on
            anchor = len(bodies)
            bodies.append(_anchor(chain, index))
        for step, name in enumerate(chain.bones):
            places[name] = len(bodies)
            bodies.append(_link_body(chain, step, index))
            joints.append(_hanging_joint(chain, step, (anchor, places[name])))
            anchor = places[name]
        if chain.ring >= 0:
            rings[chain.ring] = chain
    for place, chain in rings.items():
        following = rings.get(place + 1, rings[0])
        if following is not chain:
            joints += _ring_joints(chain, following, places)
    return tuple(bodies), tuple(joints)


def _body_parts(design: Design, index: dict[str, int]) -> list[PmxRigidBody]:
    frame, sizes = head_frame(design), proportions(design)
    middle = np.array([0.0, (frame.chin_y + 0.57 * frame.height), frame.centre_z])
    bodies = [_static_body("頭", index["頭"], middle, middle, 0.41 * frame.height)]
    for bone, first, last, radius in _LIMBS:
        on_arm = 1.0 if bone in ("左腕", "左ひじ") else 0.0
        ends = sizes.placed(np.array([first, last]), np.full(2, on_arm))
        wide = radius * (sizes.arm if on_arm else sizes.width)
        # hands pass through skirt and hair: pressed aside, these would catch on them
        group = _ARM_GROUP if on_arm else _BODY_GROUP
        bodies.append(_static_body(bone, index[bone], ends[0], ends[1], wide, group))
        if bone.startswith("左"):
            other = bone.replace("左", "右")
            start, end = ends * [-1.0, 1.0, 1.0]
            bodies.append(_static_body(other, index[other], start, end, wide, group))
    return bodies


def _static_body(name: str, bone: int, start: Array, end: Array, radius: float, group: int = 0) -> PmxRigidBody:
    """Return a capsule (a sphere where both ends are one) that goes with its bone."""
    length = float(np.linalg.norm(end - start))
    return PmxRigidBody(
        name=name,
        name_en="",
        bone=bone,
        group=group,
        unhit_groups=_ALL_GROUPS & ~(1 << group),
        shape=_CAPSULE if length else _SPHERE,
        size=(radius / UNIT_M, length / UNIT_M, 0.0),
        position=units((start + end) / 2.0),
        rotation=_turn(end - start),
        mass=1.0,
        linear_damping=0.5,
        angular_damping=0.5,
        repulsion=0.0,
        friction=0.5,
        mode=_FOLLOWS_BONE,
    )


def _anchor(chain: Chain, index: dict[str, int]) -> PmxRigidBody:
    """Return a small body that touches nothing, on the bone that a skirt's panel hangs on."""
    bone = index[chain.bones[0] + leg_shares(chain)[-1][0][0]]
    body = _static_body(chain.bones[0] + "根", bone, chain.points_m[0], chain.points_m[0], 0.01)
    return replace(body, group=_NO_GROUP, unhit_groups=0)


def _turn(along: Float[Array, "3"]) -> Vector3:
    """Return MMD's angles that lay a body's y axis along a direction of our frame, its x axis level.

    The x axis runs around the figure to its left, so that negative turns of a joint swing what hangs outwards.
    """
    length = np.linalg.norm(along)
    if length < _TINY_M:
        return (0.0, 0.0, 0.0)
    y = along / length
    outwards = along * [1.0, 0.0, 1.0]
    level = np.cross([0.0, 1.0, 0.0], outwards if np.linalg.norm(outwards) > 0.02 * length else _FORWARD)
    x = level - y * (level @ y)
    x /= np.linalg.norm(x)
    axes = np.stack([x, y, np.cross(x, y)], axis=1)
    mirror = np.diag([1.0, 1.0, -1.0])
    turn = mirror @ axes @ mirror
    around_x = np.arcsin(np.clip(-turn[1, 2], -1.0, 1.0))
    if abs(turn[1, 2]) > 1.0 - _TINY_M:
        return float(around_x), float(np.arctan2(-turn[2, 0], turn[0, 0])), 0.0
    around_y, around_z = np.arctan2(turn[0, 2], turn[2, 2]), np.arctan2(turn[1, 0], turn[1, 1])
    return float(around_x), float(around_y), float(around_z)


def _link_body(chain: Chain, step: int, index: dict[str, int]) -> PmxRigidBody:
    """Return the swinging body of one bone of a chain: lighter and more damped towards the tip."""
    start, end = chain.points_m[step], chain.points_m[step + 1]
    skirt = chain.kind == "skirt"
    group = _SKIRT_GROUP if skirt else _HAIR_GROUP
    length = float(np.linalg.norm(end - start))
    damping = 1.0 - (1.0 - chain.drag) ** 6
    return PmxRigidBody(
        name=chain.bones[step],
        name_en="",
        bone=index[chain.bones[step]],
        group=group,
        unhit_groups=1 << _BODY_GROUP,
        shape=_CAPSULE,
        size=(chain.radius_m / UNIT_M, max(length - 2.0 * chain.radius_m, 0.2 * length) / UNIT_M, 0.0),
        position=units((start + end) / 2.0),
        rotation=_turn(end - start),
        mass=0.6 * 0.7**step if skirt else 0.5 * 0.75**step,
        linear_damping=damping,
        angular_damping=0.995,
        repulsion=0.0,
        friction=0.0,
        mode=_PHYSICS,
    )


def _hanging_joint(chain: Chain, step: int, bodies: tuple[int, int]) -> PmxJoint:
    """Return the joint by which a link hangs on the one before: no shift, some turn, springs back."""
    start, end = chain.points_m[step], chain.points_m[step + 1]
    if chain.kind == "skirt":
        # a panel swings out freely and hardly in, where the legs are
        low, high = (-0.80, -0.10, -0.20), (0.10 + 0.10 * step, 0.10, 0.20)
    else:
        # stiff locks hardly move, and none swings far into the face
        wide = 1.25 * (1.1 - chain.stiffness) + 0.12 * step
        low, high = (-wide, -0.10, -0.5 * wide), (0.3 * wide, 0.10, 0.5 * wide)
    spring = 200.0 * chain.stiffness * 0.75**step
    settings = (
        *units(start),
        *_turn(end - start),
        *(0.0, 0.0, 0.0),
        *(0.0, 0.0, 0.0),
        *low,
        *high,
        *(0.0, 0.0, 0.0),
        *(spring, spring, spring),
    )
    return PmxJoint(chain.bones[step], "", _SPRING_JOINT, bodies, tuple(float(number) for number in settings))


def _ring_joints(chain: Chain, following: Chain, places: dict[str, int]) -> list[PmxJoint]:
    """Return the loose ties between two neighbouring panels of a skirt."""
    joints = []
    for step, (name, other) in enumerate(zip(chain.bones, following.bones, strict=False)):
        ends = (chain.points_m[step + 1], following.points_m[step + 1])
        slack = (0.25 + 0.25 * step) * float(np.linalg.norm(ends[1] - ends[0])) / UNIT_M
        middle = (chain.points_m[step : step + 2].mean(axis=0) + following.points_m[step : step + 2].mean(axis=0)) / 2.0
        settings = (
            *units(middle),
            *(0.0, 0.0, 0.0),
            *(-slack, -slack, -slack),
            *(slack, slack, slack),
            *(-0.6, -0.6, -0.6),
            *(0.6, 0.6, 0.6),
            *(60.0, 60.0, 60.0),
            *(0.0, 0.0, 0.0),
        )
        bodies = (places[name], places[other])
        joints.append(PmxJoint(f"{name}-{other}", "", _SPRING_JOINT, bodies, tuple(float(n) for n in settings)))
    return joints
