"""What can be chosen about the character."""

from dataclasses import dataclass
from typing import Literal

Hair = Literal["bob", "twintails", "long", "short"]
Outfit = Literal["sailor", "idol", "casual", "sports"]

Colour = tuple[float, float, float]
"""sRGB, 0–1."""


@dataclass(frozen=True)
class Design:
    """One character. Lengths follow from ``height_m`` and ``heads``: 6.6 heads is the standard figure, 3 a chibi."""

    name: str = "まねこ"
    name_en: str = "Maneko"
    height_m: float = 1.58
    """From the soles to the crown of the skull, without hair and shoes' heels."""
    heads: float = 6.6
    """Height in head heights (chin to crown): 2.5–8."""
    hair: Hair = "twintails"
    hair_length: float = 1.0
    """Times the style's own length."""
    outfit: Outfit = "idol"
    skin_rgb: Colour = (1.0, 0.894, 0.843)
    hair_rgb: Colour = (0.36, 0.43, 0.70)
    eye_rgb: Colour = (0.18, 0.52, 0.80)
    top_rgb: Colour = (0.97, 0.97, 0.99)
    bottom_rgb: Colour = (0.22, 0.27, 0.52)
    accent_rgb: Colour = (0.96, 0.36, 0.48)
    shoes_rgb: Colour = (0.25, 0.20, 0.24)
    socks_rgb: Colour = (0.98, 0.98, 1.0)


@dataclass(frozen=True)
class HeadFrame:
    """The numbers that face and hair are built from [m], in the world's rest pose, x = 0 the middle."""

    chin_y: float
    crown_y: float
    """Top of the skull."""
    centre_z: float
    """Depth of the middle of the skull."""
    half_width: float
    """At the cheekbones."""
    neck_radius: float
    neck_y: float
    """Height at which the head's mesh meets the neck's, below the chin: a level circle of ``neck_radius``."""
    neck_z: float
    """Depth of the middle of that circle."""
    eye_y: float
    """Height of the pupils."""
    eye_x: float
    """Distance of each pupil from the middle."""
    eye_z: float
    """Depth of the points that the eyes turn about."""

    @property
    def height(self) -> float:
        """Chin to crown [m]."""
        return self.crown_y - self.chin_y


def head_frame(design: Design) -> HeadFrame:
    """Return the head's measures: an anime head is about as wide as it is high and grows as ``heads`` falls."""
    height = design.height_m / design.heads
    chin = design.height_m - height
    return HeadFrame(
        chin_y=chin,
        crown_y=design.height_m,
        centre_z=-0.006 * height / 0.239,
        half_width=0.385 * height,
        neck_radius=0.135 * height if design.heads > 5.0 else 0.12 * height,
        neck_y=chin - 0.02 * height,
        neck_z=-0.018 * height / 0.239,
        eye_y=chin + 0.36 * height,
        eye_x=0.175 * height,
        eye_z=0.23 * height,
    )
