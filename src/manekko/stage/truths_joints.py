"""Where a figure's joints are in a picture, and which of them are not hidden."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.stage.figure import Figure
from manekko.stage.truths_surface import projected
from manekko.stage.view import View

_THINNEST_M, _THICKEST_M = 0.02, 0.2


@dataclass(frozen=True, eq=False)
class Joints:
    """All bones of one figure."""

    positions_m: Float[Array, "bone 3"]
    """In the world."""
    points_px: Float[Array, "bone 2"]
    depths_m: Float[Array, " bone"]
    """Along the camera's forward axis."""
    visible: Bool[Array, " bone"]
    """In the picture, and nothing in front but the flesh around the joint itself."""


def joint_margins(figure: Figure) -> Float[Array, " bone"]:
    """Return how thick the flesh over each joint is [m]: four fifths of the vertices that it shares in are nearer.

    Joints that carry no vertex take the least.
    """
    mesh = figure.mesh
    rest_m = np.array([bone.rest_position_m for bone in figure.rig.bones]).reshape(-1, 3)
    margins = np.full(len(rest_m), _THINNEST_M)
    slots = mesh.weights > 0.2
    bones = mesh.bones[slots]
    distances = np.linalg.norm(mesh.positions_m[np.nonzero(slots)[0]] - rest_m[bones], axis=-1)
    order = np.lexsort((distances, bones))
    bones, distances = bones[order], distances[order]
    for bone in np.unique(bones):
        first, last = np.searchsorted(bones, [bone, bone + 1])
        margins[bone] = distances[first + 4 * (last - first) // 5]
    return np.clip(margins, _THINNEST_M, _THICKEST_M)


def seen_joints(
    view: View,
    positions_m: Float[Array, "bone 3"],
    margins_m: Float[Array, " bone"],
    depth_m: Float[Array, "height width"],
    *,
    shown: bool,
) -> Joints:
    """Return a figure's joints in the picture.

    Args:
        view: the camera.
        positions_m: of the bones in the world.
        margins_m: how thick the flesh over each is.
        depth_m: of the picture.
        shown: whether the figure is to be seen at all.
    """
    points_px, depths_m = projected(view, positions_m)
    height, width = depth_m.shape
    inside = ((points_px >= 0.0) & (points_px < [width, height])).all(axis=-1) & (depths_m > view.near_m)
    at = np.floor(np.where(inside[:, None], points_px, 0.0)).astype(np.int64)
    front = depth_m[at[:, 1], at[:, 0]]
    return Joints(positions_m, points_px, depths_m, shown & inside & (depths_m - front <= margins_m))
