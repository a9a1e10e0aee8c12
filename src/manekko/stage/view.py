"""The camera and the light of one moment."""

from dataclasses import dataclass

from manekko.arrays import Array, Float


@dataclass(frozen=True, eq=False)
class View:
    """A pinhole camera. Its axes are OpenCV's: x right, y down, z forward; image points in px from the upper left."""

    position_m: Float[Array, "3"]
    """Where it stands in the world [m]."""
    rotation_xyzw: Float[Array, "4"]
    """From the camera's axes to the world's."""
    size_px: tuple[int, int]
    """Width and height of the picture."""
    focal_px: float
    centre_px: tuple[float, float] | None = None
    """Where the optical axis meets the picture; None is the middle."""
    near_m: float = 0.05
    far_m: float = 200.0
    orthographic_height_m: float | None = None
    """Height of the picture in the world for a camera without perspective; ``focal_px`` is then unused."""


@dataclass(frozen=True)
class Light:
    """MMD's single far light."""

    direction: tuple[float, float, float] = (-0.447, -0.894, -0.447)
    """The way it shines, in the world, of unit length."""
    colour_rgb: tuple[float, float, float] = (0.604, 0.604, 0.604)
    """0–1; MMD's own is 154/255."""
    shadow_distance: float | None = None
    """MMD's self-shadow distance; 0 is no self shadow. Any other, and None, fit the shadow map around the figures."""
