"""A doll of one box, and motions that move it: enough to be drawn, framed and followed."""

import numpy as np

from manekko.motion.motion import BoneTrack, RigMotion
from manekko.skeleton.rig import Rig, RigBone
from manekko.stage.figure import Figure, Material, Mesh

HALF_WIDTH_M, HEIGHT_M = 0.25, 1.6


def doll(rgb: tuple[float, float, float] = (1.0, 0.0, 0.0)) -> Figure:
    """A box that stands on the floor over the origin, on a bone at its foot; it glows in its own colour."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (0, 1) for z in (-1, 1)], dtype=np.float64)
    positions = corners * np.array([HALF_WIDTH_M, HEIGHT_M, HALF_WIDTH_M])
    triangles = np.array([
        (0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1),
        (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3),
    ])  # fmt: skip
    middle = np.array([0.0, HEIGHT_M / 2.0, 0.0])
    away = positions - middle
    mesh = Mesh(
        positions_m=positions,
        normals=away / np.linalg.norm(away, axis=1, keepdims=True),
        uvs=np.zeros((8, 2)),
        bones=np.zeros((8, 4), dtype=np.int64),
        weights=np.tile([1.0, 0.0, 0.0, 0.0], (8, 1)),
        skinning=np.zeros(8, dtype=np.uint8),
        sdef_m=np.zeros((8, 3, 3)),
        edge_scales=np.ones(8),
        triangles=triangles,
    )
    material = Material("paint", 0, 12, (*rgb, 1.0), ambient_rgb=rgb, two_sided=True)
    bone = RigBone("センター", -1, (0.0, 0.0, 0.0), movable=True)
    return Figure(Rig("doll", (bone,)), mesh, (material,))


def sliding(way_m: tuple[float, float, float], seconds: float = 2.0) -> RigMotion:
    """A straight way from the origin, at even speed."""
    frames = np.array([0, round(seconds * 30)])
    still = np.tile([0.0, 0.0, 0.0, 1.0], (2, 1))
    return RigMotion("doll", {"センター": BoneTrack(frames, np.array([(0.0, 0.0, 0.0), way_m]), still)})


def box_corners_m(place_m: np.ndarray) -> np.ndarray:
    """The doll's corners when it stands at a place [m]."""
    return doll().mesh.positions_m + place_m
