"""What the painter is told of one posed figure: for each pixel, which place of the body it shows, and how it lies."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.paint.views import Views
from manekko.skeleton.rotations import as_axes
from manekko.stage.figure import Pose
from manekko.stage.projection import camera_from_world
from manekko.stage.truths import Truth, Truths
from manekko.stage.view import Light, View

NOTHING = 255
"""Where no part of the body is."""
LIGHT = Light(shadow_distance=0.0)
"""MMD's own, without shadow of the figure on itself: that could not be told from one place of the surface."""
FIELDS = ("copied", "rest", "normals", "shade", "parts", "depth")
"""The arrays of a ``PoseMap``, under whose names they are stored and given to networks."""


@dataclass(frozen=True, eq=False)
class PoseMap:
    """One square picture's map of one figure."""

    copied: UInt8[Array, "side side 4"]
    """Colours copied from the reference views; alpha is how sure they are, 0 where nothing is."""
    rest: Array
    """(side, side, 3) uint16: the place in the rest pose, in shares of the figure's box."""
    normals: Array
    """(side, side, 3) int8: of the surface, in the camera's axes, times 127."""
    shade: Array
    """(side, side) int8: how much the surface faces the light, times 127."""
    parts: UInt8[Array, "side side"]
    """Place in ``truths_parts.PARTS``; ``NOTHING`` where nothing is."""
    depth: Array
    """(side, side) float16: behind the middle of the figure [m]; 0 where nothing is."""


def pose_map(truth: Truth, view: View, pose: Pose, views: Views, light: Light) -> PoseMap:
    """Return the map of the only figure in a truth.

    Args:
        truth: what the view shows.
        view: the camera that sees the square.
        pose: of the figure.
        views: its reference pictures.
        light: what shines on it.
    """
    covered = truth.alpha > 0.0
    middle_m = float((pose.positions_m.mean(0) @ camera_from_world(view)[2, :3]) + camera_from_world(view)[2, 3])
    copied = np.zeros((*covered.shape, 4), np.uint8)
    copied[covered] = views.copied(truth.rest_m[covered], max(middle_m, view.near_m) / view.focal_px)
    facing = -(truth.normals @ np.array(light.direction))
    return PoseMap(
        copied=copied,
        rest=np.where(covered[..., None], views.quantised(truth.rest_m), 0).astype(np.uint16),
        normals=_eighth(truth.normals @ as_axes(view.rotation_xyzw)),
        shade=_eighth(np.where(covered, facing, 0.0)),
        parts=np.where(covered, truth.parts, NOTHING).astype(np.uint8),
        depth=np.where(covered, truth.depth_m - middle_m, 0.0).astype(np.float16),
    )


def looked_at(truths: Truths, view: View, pose: Pose, views: Views, light: Light) -> tuple[Truth, PoseMap]:
    """Return a picture's truth and its map; ``truths`` looks at the one figure that the views are of."""
    truth = truths.look(view, [pose])
    return truth, pose_map(truth, view, pose, views, light)


def _eighth(values: Float[Array, "*any"]) -> Array:
    return np.round(np.clip(values, -1.0, 1.0) * 127.0).astype(np.int8)
