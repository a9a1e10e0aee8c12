"""What MMD's camera and light are as a view and a light of the stage."""

import math

import numpy as np

from manekko.arrays import triple
from manekko.motion.camera import CameraState, LightTrack, ShadowTrack
from manekko.skeleton.rotations import multiply
from manekko.stage.view import Light, View

_HALF_TURN = np.array([1.0, 0.0, 0.0, 0.0])
"""From a camera's axes (x right, y down, z away) to MMD's camera (x right, y up, z towards who looks)."""


def view_of(camera: CameraState, size_px: tuple[int, int]) -> View:
    """Return what a picture of ``size_px`` (width, height) shows through MMD's camera.

    Without perspective, what stands at the camera's centre is as large as with it.
    """
    half = math.tan(camera.view_angle_rad / 2.0)
    height_m = 2.0 * abs(camera.distance_m) * half
    return View(
        position_m=camera.position_m,
        rotation_xyzw=multiply(camera.rotation_xyzw, _HALF_TURN),
        size_px=size_px,
        focal_px=size_px[1] / 2.0 / half,
        orthographic_height_m=None if camera.perspective else max(height_m, 1e-3),
    )


def light_at(light: LightTrack | None, shadow: ShadowTrack | None, frame: float) -> Light:
    """Return the light at a frame; what has no keys is MMD's own."""
    result = Light()
    distance = None
    if shadow is not None:
        mode, reach = shadow.at(frame)
        distance = reach if mode else 0.0  # mode 0 is no self shadow
    if light is None:
        return Light(result.direction, result.colour_rgb, distance)
    colour, direction = light.at(frame)
    return Light(triple(direction), triple(colour), distance)
