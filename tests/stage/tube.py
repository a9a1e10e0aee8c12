"""A small figure made of numbers: a round arm of two bones, upright, and a plate with a hole in its picture."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rig import Rig, RigBone
from manekko.skeleton.rotations import IDENTITY_XYZW, rotate
from manekko.stage.figure import Figure, Material, Mesh, Pose, Texture

RINGS, AROUND, RADIUS_M = 9, 24, 0.08
ELBOW_M = np.array([0.0, 1.0, 0.0])


def tube_figure() -> Figure:
    """Return an arm from y = 0.5 to 1.5 m whose bones 左腕 and 左ひじ meet at 1 m, and a plate behind it."""
    angles = np.arange(AROUND) / AROUND * 2.0 * np.pi
    outwards = np.stack([np.sin(angles), np.zeros(AROUND), np.cos(angles)], axis=-1)
    heights = np.linspace(0.5, 1.5, RINGS)
    tube = (outwards[None] * RADIUS_M + heights[:, None, None] * [0.0, 1.0, 0.0]).reshape(-1, 3)
    plate = np.array([[-0.3, 0.6, -0.4], [0.3, 0.6, -0.4], [0.3, 1.4, -0.4], [-0.3, 1.4, -0.4]])
    triangles = _tube_triangles()
    corner = len(tube)
    positions = np.concatenate([tube, plate])
    upper = np.clip((positions[:, 1] - 0.9) / 0.2, 0.0, 1.0)
    upper[corner:] = 0.0
    count = len(positions)
    hole = np.full((32, 32, 4), 255, np.uint8)
    hole[8:16, 20:28, 3] = 0
    mesh = Mesh(
        positions_m=positions,
        normals=np.concatenate([np.tile(outwards, (RINGS, 1)), np.tile([0.0, 0.0, 1.0], (4, 1))]),
        uvs=np.concatenate([np.zeros((corner, 2)), [[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]]]),
        bones=np.tile([0, 1, 0, 0], (count, 1)),
        weights=np.stack([1.0 - upper, upper, np.zeros(count), np.zeros(count)], axis=-1),
        skinning=np.zeros(count, np.uint8),
        sdef_m=np.zeros((count, 3, 3)),
        edge_scales=np.ones(count),
        triangles=np.concatenate([triangles, [[corner, corner + 1, corner + 2], [corner, corner + 2, corner + 3]]]),
    )
    materials = (
        Material("arm", 0, len(triangles), (0.8, 0.6, 0.5, 1.0)),
        Material("plate", len(triangles), 2, (0.5, 0.6, 0.8, 1.0), texture=0, two_sided=True),
    )
    bones = (RigBone("左腕", -1, (0.0, 0.5, 0.0)), RigBone("左ひじ", 0, (0.0, 1.0, 0.0)))
    return Figure(Rig("tube", bones), mesh, materials, (Texture("hole", hole),))


def _tube_triangles() -> Array:
    rows = []
    for ring in range(RINGS - 1):
        for step in range(AROUND):
            a, b = ring * AROUND + step, ring * AROUND + (step + 1) % AROUND
            rows += [[a, b, b + AROUND], [a, b + AROUND, a + AROUND]]
    return np.array(rows)


def bent(turn_xyzw: Float[Array, "4"], shift_m: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Pose:
    """Return the pose with the upper half turned about the elbow and everything shifted."""
    positions = np.array([[0.0, 0.5, 0.0], ELBOW_M]) + shift_m
    return Pose(positions, np.stack([IDENTITY_XYZW, turn_xyzw]), np.zeros(0))


def posed_points(rest_m: Float[Array, "point 3"], pose: Pose) -> Float[Array, "point 3"]:
    """Return where points of the arm's skin go, by the formula of linear blending itself."""
    upper = np.clip((rest_m[:, 1] - 0.9) / 0.2, 0.0, 1.0)[:, None]
    lower_m = rest_m + pose.positions_m[0] - [0.0, 0.5, 0.0]
    turned_m = rotate(pose.rotations_xyzw[1], rest_m - ELBOW_M) + pose.positions_m[1]
    return (1.0 - upper) * lower_m + upper * turned_m
