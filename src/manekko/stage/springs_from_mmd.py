"""MMD's rigid bodies and joints → springs and capsules.

MMD's bodies are simulated one by one; here a chain of them becomes one spring. What it keeps of them: which bones
sway and in which order, how thick they are, how far and how hard their joints let them turn, how fast they come to
rest, and which bodies of the figure they may touch.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.files.model_rig import MMD_UNIT_M, metres
from manekko.files.pmx_values import PmxBone, PmxJoint, PmxRigidBody
from manekko.stage.figure import Capsule, Spring
from manekko.stage.sway_layout import FASTEST_HZ

_FOLLOWS_BONE, _PHYSICS, _PHYSICS_AT_BONE = range(3)
_SPHERE, _BOX, _CAPSULE = range(3)
_SWING_M_S2 = 15.0
"""A push of this acceleration bends a joint about as far as its limits allow."""
_TIGHTEST_RAD, _LOOSEST_RAD = 0.05, 1.4
_LOOSE_GRAVITY = 0.3
"""Share of the Earth's pull that bends the rest shape of the loosest joints."""
_LEAST_DAMPING = 0.3
"""Of the critical one: joints' limits and friction brake as well as the bodies' own damping."""
_SLOWEST_HZ = 0.7
_SHORTEST_M, _THICKEST_M, _LARGEST = 0.01, 0.1, 1e5
_MOST_SWAYING, _MOST_CAPSULES, _MOST_NEIGHBOURS = 3000, 500, 8
"""What is simulated of a model; a dress of many panels has a tenth of it."""


@dataclass(frozen=True)
class _Feel:
    """How one swaying bone moves."""

    radius_m: float
    stiffness: float
    drag: float
    gravity: float


def springs_from_mmd(
    bones: Sequence[PmxBone], rigid_bodies: Sequence[PmxRigidBody], joints: Sequence[PmxJoint]
) -> tuple[tuple[Spring, ...], tuple[Capsule, ...]]:
    """Return a model's springs and the capsules of its body.

    Bodies that no joint leads to from a body that follows its bone are left out, for MMD would let them fall; so are
    bodies and joints with numbers that cannot be (indices outside of the file, sizes that are not finite). Chains are
    traced along the bones; where bones hang side by side and joints alone chain them, along the joints.
    """
    bodies = {number: body for number, body in enumerate(rigid_bodies) if _sensible(bones, body)}
    joints = [joint for joint in joints if _joins(joint, bodies)]
    leads = _leads(bodies, joints)
    swaying: dict[int, int] = {}
    for number in leads:
        swaying.setdefault(bodies[number].bone, number)
    chains = _chains(bones, _parents(bones, bodies, leads, swaying))
    place_of = {bone: place for place, chain in enumerate(chains) for bone in chain}
    ties = _ties(bodies, joints, leads, place_of)
    feels = {bone: _feel(bones, bodies[body], leads[body][1]) for bone, body in swaying.items()}
    springs = tuple(_spring(chain, feels, ties.get(place, ())) for place, chain in enumerate(chains))
    touched = 0
    for body in swaying.values():
        touched |= bodies[body].unhit_groups
    met = [
        body
        for body in bodies.values()
        if body.mode == _FOLLOWS_BONE and touched >> body.group & 1 and body.bone not in place_of
    ]
    return springs, tuple(_capsule(body) for body in met[:_MOST_CAPSULES])


def _sensible(bones: Sequence[PmxBone], body: PmxRigidBody) -> bool:
    numbers = np.array([*body.size, *body.position, *body.rotation])
    masses = np.array([body.mass, body.linear_damping, body.angular_damping])
    return bool(
        0 <= body.bone < len(bones)
        and 0 <= body.group < 16
        and (np.abs(numbers) < _LARGEST).all()
        and np.isfinite(masses).all()
    )


def _joins(joint: PmxJoint, bodies: dict[int, PmxRigidBody]) -> bool:
    a, b = joint.bodies
    return a != b and a in bodies and b in bodies


def _leads(bodies: dict[int, PmxRigidBody], joints: Sequence[PmxJoint]) -> dict[int, tuple[int, PmxJoint]]:
    """Return, for each swaying body that joints tie to the figure, the body before it and the joint to that."""
    beside: dict[int, list[tuple[int, PmxJoint]]] = {number: [] for number in bodies}
    for joint in joints:
        a, b = joint.bodies
        beside[a].append((b, joint))
        beside[b].append((a, joint))
    leads: dict[int, tuple[int, PmxJoint]] = {}
    waiting = deque(number for number, body in bodies.items() if body.mode == _FOLLOWS_BONE)
    while waiting and len(leads) < _MOST_SWAYING:
        number = waiting.popleft()
        for other, joint in beside[number]:
            swings = bodies[other].mode in (_PHYSICS, _PHYSICS_AT_BONE)
            if swings and other not in leads and len(leads) < _MOST_SWAYING:
                leads[other] = (number, joint)
                waiting.append(other)
    return leads


def _parents(
    bones: Sequence[PmxBone],
    bodies: dict[int, PmxRigidBody],
    leads: dict[int, tuple[int, PmxJoint]],
    swaying: dict[int, int],
) -> dict[int, int]:
    """Return for each swaying bone the swaying bone that it goes on from, or −1."""
    parents: dict[int, int] = {}
    known: dict[int, int] = {}
    for bone, body in swaying.items():
        above = _ancestor(bones, swaying, known, bones[bone].parent)
        if above < 0:
            before = bodies[leads[body][0]].bone
            above = before if before in swaying and before != bone else -1
        parents[bone] = above
    safe: set[int] = set()
    for start in parents:
        path: dict[int, None] = {}
        bone = start
        while bone >= 0 and bone not in safe and bone not in path:
            path[bone] = None
            bone = parents[bone]
        if bone in path:
            parents[bone] = -1
        safe.update(path)
    return parents


def _ancestor(bones: Sequence[PmxBone], swaying: dict[int, int], known: dict[int, int], bone: int) -> int:
    """Return the nearest swaying bone from ``bone`` upwards, or −1; bones may form a circle.

    ``known`` keeps what was found for the bones on the way, so that long chains are walked once.
    """
    path: dict[int, None] = {}
    while 0 <= bone < len(bones) and bone not in swaying and bone not in known and bone not in path:
        path[bone] = None
        bone = bones[bone].parent
    found = bone if bone in swaying else known.get(bone, -1)
    known.update(dict.fromkeys(path, found))
    return found


def _chains(bones: Sequence[PmxBone], parents: dict[int, int]) -> list[tuple[int, ...]]:
    """Return the chains, each from the body outwards; where bones branch, one goes on and the others begin anew."""
    below: dict[int, list[int]] = {}
    for bone in sorted(parents):
        below.setdefault(parents[bone], []).append(bone)
    chains: list[tuple[int, ...]] = []
    starts = deque(below.get(-1, []))
    while starts:
        chain = [starts.popleft()]
        while chain[-1] in below:
            nexts = below[chain[-1]]
            tail = bones[chain[-1]].tail_bone
            onward = tail if tail in nexts else nexts[0]
            starts.extend(bone for bone in nexts if bone != onward)
            chain.append(onward)
        chains.append(tuple(chain))
    return chains


def _ties(
    bodies: dict[int, PmxRigidBody],
    joints: Sequence[PmxJoint],
    leads: dict[int, tuple[int, PmxJoint]],
    place_of: dict[int, int],
) -> dict[int, tuple[int, ...]]:
    """Return the chains that joints tie side by side."""
    ties: dict[int, dict[int, None]] = {}
    for joint in joints:
        a, b = joint.bodies
        if a in leads and b in leads and leads[a][0] != b and leads[b][0] != a:
            first, second = place_of[bodies[a].bone], place_of[bodies[b].bone]
            if first != second:
                ties.setdefault(first, {})[second] = None
                ties.setdefault(second, {})[first] = None
    return {place: tuple(others)[:_MOST_NEIGHBOURS] for place, others in ties.items()}


def _feel(bones: Sequence[PmxBone], body: PmxRigidBody, joint: PmxJoint) -> _Feel:
    """Return how a bone moves that hangs by a joint: as far as its limits allow, as hard as its springs pull."""
    length_m = max(_length_m(bones, body), _SHORTEST_M)
    settings = np.nan_to_num(np.array(joint.settings, dtype=np.float64), posinf=_LARGEST, neginf=-_LARGEST)
    widths = np.abs(settings[12:18]).reshape(2, 3).max(axis=0)
    width = float(np.clip(widths.max(), _TIGHTEST_RAD, _LOOSEST_RAD))
    spring = float(np.clip(settings[21:24].mean(), 0.0, _LARGEST))
    inertia = max(body.mass, 0.01) * (length_m / MMD_UNIT_M) ** 2
    squared_rate = _SWING_M_S2 / (length_m * np.sin(width)) + spring / inertia
    rate = float(np.clip(np.sqrt(squared_rate), 2.0 * np.pi * _SLOWEST_HZ, 2.0 * np.pi * FASTEST_HZ))
    kept = float(np.prod(1.0 - np.clip([body.linear_damping, body.angular_damping], 0.0, 1.0))) ** (1.0 / 30.0)
    braked = float(np.exp(-2.0 * _LEAST_DAMPING * rate / 30.0))
    looseness = (width - _TIGHTEST_RAD) / (_LOOSEST_RAD - _TIGHTEST_RAD)
    return _Feel(
        radius_m=min(_thickness(body) * MMD_UNIT_M, _THICKEST_M),
        stiffness=(rate / (2.0 * np.pi * FASTEST_HZ)) ** 2,
        drag=1.0 - min(kept, braked),
        gravity=_LOOSE_GRAVITY * looseness,
    )


def _thickness(body: PmxRigidBody) -> float:
    """Return the radius of a body, a box's being half of its thin side [MMD units]."""
    return abs(min(body.size) if body.shape == _BOX else body.size[0])


def _length_m(bones: Sequence[PmxBone], body: PmxRigidBody) -> float:
    """Return how far a bone's tip is from its beginning: about twice as far as its body's middle [m]."""
    arm = np.array(body.position) - np.array(bones[body.bone].position)
    size = 2.0 * float(np.linalg.norm(arm)) * MMD_UNIT_M
    return min(size, 1.0) if np.isfinite(size) else 1.0


def _spring(chain: tuple[int, ...], feels: dict[int, _Feel], neighbours: tuple[int, ...]) -> Spring:
    """Return the spring of a chain, which moves as its bones do on average."""
    own = [feels[bone] for bone in chain]
    return Spring(
        bones=chain,
        radius_m=float(np.median([feel.radius_m for feel in own])),
        stiffness=float(np.mean([feel.stiffness for feel in own])),
        drag=float(np.mean([feel.drag for feel in own])),
        gravity=float(np.mean([feel.gravity for feel in own])),
        neighbours=neighbours,
    )


def _capsule(body: PmxRigidBody) -> Capsule:
    """Return the capsule of a body; a box's lies along its long side, as thick as the mean of the others."""
    sizes = np.abs(np.array(body.size, dtype=np.float64))
    along, half, radius = 1, 0.0, float(sizes[0])
    if body.shape == _BOX:
        along = int(sizes.argmax())
        radius = float((sizes.sum() - sizes[along]) / 2.0)
        half = max(float(sizes[along]) - radius, 0.0)
    elif body.shape == _CAPSULE:
        half = float(sizes[1]) / 2.0
    arm = half * _axes(body.rotation)[:, along]
    middle = np.array(body.position, dtype=np.float64)
    return Capsule(body.bone, (metres(middle - arm), metres(middle + arm)), radius * MMD_UNIT_M)


def _axes(rotation: tuple[float, float, float]) -> Float[Array, "3 3"]:
    """Return a body's axes as columns, in MMD's frame: turned about z, then x, then y."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(rotation), np.sin(rotation)
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cx, -sx], [0.0, sx, cx]])
    about_y = np.array([[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]])
    about_z = np.array([[cz, -sz, 0.0], [sz, cz, 0.0], [0.0, 0.0, 1.0]])
    return about_y @ about_x @ about_z
