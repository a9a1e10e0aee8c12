"""VRM's spring bones and colliders as a figure's springs and capsules.

VRM moves a bone's tip by ``stiffness · dt`` towards its rest direction in each of about 60 steps a second, which is an
acceleration of ``60 · stiffness``, and keeps ``1 − drag`` of its speed. Written as the pendulum that ``Sway`` swings,
a bone of length L has the squared rate ``60 · stiffness / L``.
"""

from collections.abc import Sequence

import numpy as np

from manekko.arrays import Array, Float
from manekko.files.vrm_values import GltfModel, SpringJoint, Vector3
from manekko.stage.figure import Capsule, Spring
from manekko.stage.sway_layout import FASTEST_HZ

STEPS_A_SECOND = 60.0
_GRAVITY_M_S2 = 9.81
_SHORTEST_M = 0.01
_MOST_CAPSULES = 500
_LARGEST = 1e6


def figure_springs(
    model: GltfModel, worlds: Float[Array, "node 4 4"], places: dict[int, int]
) -> tuple[tuple[Spring, ...], tuple[Capsule, ...]]:
    """Return the springs and the capsules; ``places`` are the bones of the nodes.

    The last joint of a chain of VRM 1.0 only says where the tip is, and is left out.
    """
    springs = []
    for chain in model.springs:
        swaying = chain[:-1] if model.vrm_version == "1" and len(chain) > 1 else chain
        springs.append(_spring(chain, swaying, worlds, places))
    capsules = tuple(
        Capsule(
            places[collider.node],
            (_at(worlds[collider.node], collider.offset_m), _at(worlds[collider.node], collider.tail_m)),
            collider.radius_m * _size(worlds[collider.node]),
        )
        for collider in [collider for collider in model.colliders if collider.radius_m > 0.0][:_MOST_CAPSULES]
    )
    return tuple(springs), capsules


def _spring(
    chain: tuple[SpringJoint, ...],
    swaying: tuple[SpringJoint, ...],
    worlds: Float[Array, "node 4 4"],
    places: dict[int, int],
) -> Spring:
    joints = np.array([worlds[joint.node, :3, 3] for joint in chain])
    steps = np.linalg.norm(np.diff(joints, axis=0), axis=-1)
    length = max(float(steps.mean()) if len(steps) else 0.07, _SHORTEST_M)
    stiffness = _mean([joint.stiffness for joint in swaying])
    drag = min(max(_mean([joint.drag for joint in swaying]), 0.0), 1.0)
    pull = _mean([-joint.gravity * joint.gravity_direction[1] for joint in swaying])
    return Spring(
        bones=tuple(places[joint.node] for joint in swaying),
        radius_m=max(0.0, _mean([joint.radius_m for joint in swaying])) * _size(worlds[chain[0].node]),
        stiffness=min(1.0, max(stiffness, 0.0) / vrm_stiffness(1.0, length)),
        drag=1.0 - (1.0 - drag) ** (STEPS_A_SECOND / 30.0),
        gravity=max(0.0, pull) / vrm_gravity(1.0),
    )


def _mean(values: Sequence[float]) -> float:
    """Return the mean of values, wild ones bounded."""
    return float(np.clip(values, -_LARGEST, _LARGEST).mean())


def vrm_stiffness(stiffness: float, length_m: float) -> float:
    """Return VRM's stiffness of a bone of a length from a spring's."""
    return stiffness * (2.0 * np.pi * FASTEST_HZ) ** 2 * length_m / STEPS_A_SECOND


def vrm_gravity(gravity: float) -> float:
    """Return VRM's gravity power from a spring's share of the Earth's pull."""
    return gravity * _GRAVITY_M_S2 / STEPS_A_SECOND


def _at(world: Float[Array, "4 4"], offset_m: Vector3) -> Vector3:
    x, y, z = world[:3, :3] @ np.array(offset_m) + world[:3, 3]
    return float(x), float(y), float(z)


def _size(world: Float[Array, "4 4"]) -> float:
    """How much a node's frame stretches lengths."""
    return float(np.cbrt(abs(np.linalg.det(world[:3, :3]))))
