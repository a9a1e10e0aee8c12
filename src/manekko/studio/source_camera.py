"""The clip's camera as the page's world has it: left-handed, in MMD's units."""

import math

import numpy as np

from manekko.files.vmd import mirrored_rotations, positions_to_mmd
from manekko.motion import source_camera
from manekko.skeleton.rotations import from_rotation_vectors, multiply
from manekko.studio.messages import SourceCamera

_UPRIGHT = np.array([1.0, 0.0, 0.0, 0.0])
"""From a camera's axes (right, down, away) to (right, up, towards who looks), whose mirror image the page wants."""


def seen_by(camera: source_camera.SourceCamera) -> SourceCamera:
    """Return a camera that stands in the world of a motion, both as large as the motion is in MMD."""
    turns = from_rotation_vectors(np.array(((0.0, 0.0, 0.0), *camera.turns_rad)))
    rotations = mirrored_rotations(multiply(multiply(np.array(camera.rotation_xyzw), turns), _UPRIGHT))
    half = camera.size_px[1] / 2.0 / camera.focal_px
    x, y, z = positions_to_mmd(np.array(camera.position_m)).tolist()
    first, *others = [_four(rotation) for rotation in rotations]
    return SourceCamera(
        position=(x, y, z),
        rotation_xyzw=first if not others else others[0],
        view_height_rad=2.0 * math.atan(half / (camera.zooms[0] if camera.zooms else 1.0)),
        aspect=camera.size_px[0] / camera.size_px[1],
        rotations_xyzw=tuple(others),
        view_heights_rad=tuple(round(2.0 * math.atan(half / zoom), 6) for zoom in camera.zooms),
    )


def _four(rotation: np.ndarray) -> tuple[float, float, float, float]:
    x, y, z, w = np.round(rotation, 6).tolist()
    return x, y, z, w
