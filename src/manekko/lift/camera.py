"""The clip's camera: a pinhole with its centre in the middle of the picture."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.people.camera_path import default_focal_px
from manekko.skeleton.rotations import between, conjugate, multiply, rotate


@dataclass(frozen=True)
class Camera:
    """Pinhole without distortion; axes x right, y down, z away."""

    focal_px: float
    centre_px: tuple[float, float]

    def project(self, points_m: Float[Array, "*batch 3"]) -> Float[Array, "*batch 2"]:
        """Return image points [px] of camera-space points [m]."""
        return points_m[..., :2] / points_m[..., 2:] * self.focal_px + np.array(self.centre_px)

    def rays(self, points_px: Float[Array, "*batch 2"]) -> Float[Array, "*batch 3"]:
        """Return the directions (x, y, 1) in which image points lie."""
        xy = (points_px - np.array(self.centre_px)) / self.focal_px
        return np.concatenate([xy, np.ones_like(xy[..., :1])], axis=-1)


def default_camera(image_size_px: tuple[int, int]) -> Camera:
    """Return the camera taken when nothing is known."""
    width, height = image_size_px
    return Camera(default_focal_px(image_size_px), (width / 2.0, height / 2.0))


def steadied(
    points_px: Float[Array, "frame *point 2"], camera: Camera, turns_xyzw: Float[Array, "frame 4"]
) -> Float[Array, "frame *point 2"]:
    """Return the points as they would go through the picture if the camera did not turn between the frames.

    What stands still in the world stands still in the result, wherever the camera has turned in the meantime.

    Args:
        points_px: seen by the turning camera.
        camera: its lens.
        turns_xyzw: from each frame's camera axes to those of the first.
    """
    if (turns_xyzw == turns_xyzw[0]).all():
        return points_px
    steps = multiply(conjugate(turns_xyzw[1:]), turns_xyzw[:-1])
    steps = steps.reshape(-1, *[1] * (points_px.ndim - 2), 4)
    own = points_px[1:] - camera.project(rotate(steps, camera.rays(points_px[:-1])))
    return np.concatenate([points_px[:1], points_px[:1] + np.cumsum(own, axis=0)])


def turned_to_ray(
    points_m: Float[Array, "frame keypoint 3"], rays: Float[Array, "frame 3"]
) -> Float[Array, "frame keypoint 3"]:
    """Turn points given in the axes of a crop's own view into the camera's axes.

    The detector sees a person off the optical axis through a crop, as if the camera looked straight at them; what it
    reports is therefore relative to the viewing ray.
    """
    return rotate(between(np.array([0.0, 0.0, 1.0]), rays)[:, None], points_m)
