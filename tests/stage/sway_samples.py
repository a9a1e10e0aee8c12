"""Small figures with chains that sway, and poses of them."""

from collections.abc import Sequence

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rig import Rig, RigBone
from manekko.skeleton.rotations import from_rotation_vectors, rotate
from manekko.stage.figure import Capsule, Figure, Mesh, Pose, Spring

TOP_M = 1.5


def chain_bones(top_m: Sequence[float], way_m: Sequence[float], count: int, first: int) -> list[RigBone]:
    """Return ``count`` bones in a row that hang on bone 0; ``first`` is the number that the first will have."""
    points = np.array(top_m) + np.arange(count + 1)[:, None] * np.array(way_m)
    places = [tuple(float(value) for value in point) for point in points]
    return [
        RigBone(f"{first}_{number}", first + number - 1 if number else 0, places[number], places[number + 1])
        for number in range(count)
    ]


def figure_of(bones: Sequence[RigBone], springs: Sequence[Spring], capsules: Sequence[Capsule] = ()) -> Figure:
    """Return a figure without a mesh."""
    none = np.zeros((0, 3))
    mesh = Mesh(
        none,
        none,
        np.zeros((0, 2)),
        np.zeros((0, 4), dtype=np.int64),
        np.zeros((0, 4)),
        np.zeros(0, dtype=np.uint8),
        np.zeros((0, 3, 3)),
        np.zeros(0),
        np.zeros((0, 3), dtype=np.int64),
    )
    return Figure(Rig("sample", tuple(bones)), mesh, (), springs=tuple(springs), capsules=tuple(capsules))


def skirt(
    panels: int = 6, bones: int = 3, *, stiffness: float = 0.1, drag: float = 0.15, gravity: float = 0.1
) -> Figure:
    """Return a body with a ring of panels about it and one thick capsule inside, and a bone that hangs on a panel."""
    rig = [RigBone("body", -1, (0.0, TOP_M, 0.0))]
    springs: list[Spring] = []
    for panel in range(panels):
        angle = 2.0 * np.pi * panel / panels
        out = np.array([np.sin(angle), 0.0, np.cos(angle)])
        first = len(rig)
        rig += chain_bones(out * 0.12 + [0.0, TOP_M, 0.0], out * 0.02 + [0.0, -0.08, 0.0], bones, first)
        beside = ((panel - 1) % panels, (panel + 1) % panels)
        springs.append(Spring(tuple(range(first, first + bones)), 0.01, stiffness, drag, gravity, beside))
    rig.append(RigBone("bow", 2, (0.0, TOP_M - 0.1, 0.2)))
    leg = Capsule(0, ((0.0, TOP_M, 0.0), (0.0, TOP_M - 0.6, 0.0)), 0.1)
    return figure_of(rig, springs, [leg])


def pendulum(length_m: float = 0.2, *, stiffness: float = 0.0, drag: float = 0.0, gravity: float = 1.0) -> Figure:
    """Return a body with one bone that hangs straight down."""
    bones = [RigBone("body", -1, (0.0, TOP_M, 0.0)), *chain_bones((0.0, TOP_M, 0.0), (0.0, -length_m, 0.0), 1, 1)]
    return figure_of(bones, [Spring((1,), 0.0, stiffness, drag, gravity)])


def placed(figure: Figure, shift_m: Sequence[float] = (0.0, 0.0, 0.0), turn_rad: Sequence[float] = (0.0,) * 3) -> Pose:
    """Return the rest pose of a figure, turned about its first bone and then shifted."""
    rest = rest_of(figure)
    turn = from_rotation_vectors(np.array([turn_rad], dtype=np.float64))[0]
    positions = rotate(turn, rest - rest[0]) + rest[0] + np.array(shift_m)
    return Pose(positions, np.tile(turn, (len(rest), 1)), np.zeros(0))


def rest_of(figure: Figure) -> Float[Array, "bone 3"]:
    """Return where the bones rest [m]."""
    return np.array([bone.rest_position_m for bone in figure.rig.bones])


def danced(figure: Figure, time_s: float) -> Pose:
    """Return a pose of a body that rocks, spins and runs to and fro."""
    shift = (0.3 * np.sin(3.0 * time_s), 0.05 * np.sin(7.0 * time_s), 0.2 * np.sin(2.0 * time_s))
    return placed(figure, shift, (0.3 * np.sin(4.0 * time_s), 1.5 * np.sin(2.5 * time_s), 0.2 * np.sin(5.0 * time_s)))
