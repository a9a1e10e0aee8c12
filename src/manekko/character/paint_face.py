"""The pictures that the face wears, painted by code: skin, iris, white, lashes, inside of the mouth, blush."""

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.character.curves import smoothstep
from manekko.character.design import Colour
from manekko.character.eye_shapes import EyePlace
from manekko.character.face import EAR_HALF, EAR_MIDDLE, PICTURE
from manekko.character.mouth import DARK, TEETH, TONGUE

Grid = Float[Array, "height width"]
Paint = Float[Array, "height width 3"]


def rgba(colours: Paint, alpha: Grid | None = None) -> UInt8[Array, "height width 4"]:
    """Return colours 0–1 as a picture, opaque unless ``alpha`` is given."""
    opacity = np.ones(colours.shape[:2]) if alpha is None else alpha
    return np.rint(np.clip(np.dstack([colours, opacity]), 0.0, 1.0) * 255.0).astype(np.uint8)


def over(below: Paint, colour: Colour | Paint, amount: Grid) -> Paint:
    """Return a picture with a colour laid over it, fully where ``amount`` is 1."""
    share = np.clip(amount, 0.0, 1.0)[..., None]
    return below * (1.0 - share) + np.asarray(colour) * share


def flat(colour: Colour, size: tuple[int, int]) -> Paint:
    """Return a picture (height, width) of one colour."""
    return np.broadcast_to(np.asarray(colour, float), (*size, 3)).copy()


def grid(height: int, width: int, low: float, high: float) -> tuple[Grid, Grid]:
    """Return x to the right and y upwards of the pixels' middles, both from ``low`` to ``high``."""
    x = low + (high - low) * (np.arange(width) + 0.5) / width
    y = high - (high - low) * (np.arange(height) + 0.5) / height
    across, up = np.meshgrid(x, y)
    return across, up


def darker(colour: Colour, factor: float, warmth: float = 0.0) -> Colour:
    """Return a colour multiplied by ``factor``, its red kept by ``warmth``."""
    red, green, blue = colour
    return (min(1.0, red * (factor + warmth)), green * factor, blue * factor)


def paint_skin(skin_rgb: Colour, place: EyePlace) -> UInt8[Array, "512 512 4"]:
    """Return the face as seen from the front: rosy cheeks, warm lids, the shade of nose and lower lip."""
    (left, right), (low, high) = PICTURE
    x = (left + (right - left) * (np.arange(512) + 0.5) / 512)[None, :] + np.zeros((512, 1))
    y = (high - (high - low) * (np.arange(512) + 0.5) / 512)[:, None] + np.zeros((1, 512))
    side = np.abs(x)
    picture = flat(skin_rgb, (512, 512))
    rose = (min(1.0, skin_rgb[0]), skin_rgb[1] * 0.80, skin_rgb[2] * 0.79)
    shade = (skin_rgb[0] * 0.95, skin_rgb[1] * 0.79, skin_rgb[2] * 0.76)
    cheek = np.exp(-(((side - 0.205) / 0.085) ** 2) - ((y - 0.205) / 0.045) ** 2)
    picture = over(picture, rose, 0.55 * cheek)
    middle_x, middle_y = place.middle
    lid = np.exp(-(((side - middle_x) / (0.95 * place.half_width)) ** 4) - ((y - middle_y - 0.08) / 0.035) ** 2)
    picture = over(picture, shade, 0.35 * lid)
    nose = np.exp(-((x / 0.011) ** 2) - ((y - 0.208) / 0.006) ** 2)
    picture = over(picture, shade, 0.85 * nose)
    shine = np.exp(-((x / 0.008) ** 2) - ((y - 0.236) / 0.010) ** 2)
    picture = over(picture, (1.0, 1.0, 1.0), 0.55 * shine)
    forehead = (skin_rgb[0] * 0.93, skin_rgb[1] * 0.84, skin_rgb[2] * 0.83)
    fringe = smoothstep(0.50, 0.575, y + 0.03 * np.cos(21.0 * x) + 0.16 * x * x)
    picture = over(picture, forehead, 0.85 * fringe)
    lip = np.exp(-((x / 0.024) ** 2) - ((y - 0.092) / 0.005) ** 2)
    picture = over(picture, shade, 0.55 * lip)
    return rgba(_ear(picture, (x - EAR_MIDDLE[0]) / EAR_HALF[0], (y - EAR_MIDDLE[1]) / EAR_HALF[1], shade))


def _ear(picture: Paint, x: Grid, y: Grid, shade: Colour) -> Paint:
    """Return a picture with an ear drawn round x = y = 0, its front towards x = 1."""
    radius = np.hypot(x, y)
    hollow = smoothstep(0.70, 0.60, np.hypot(x - 0.10, (y - 0.12) / 1.05)) * smoothstep(-0.75, -0.35, y)
    picture = over(picture, shade, 0.80 * hollow)
    line = darker(shade, 0.74, 0.12)
    fold = smoothstep(0.055, 0.025, np.abs(np.hypot(x - 0.12, (y - 0.10) / 1.05) - 0.66)) * smoothstep(0.55, 0.30, x)
    picture = over(picture, line, 0.8 * fold)
    rim = smoothstep(0.055, 0.025, np.abs(radius - 1.0)) * smoothstep(1.0, 0.5, x)
    return over(picture, line, 0.8 * rim)


def paint_iris(eye_rgb: Colour) -> UInt8[Array, "256 256 4"]:
    """Return the iris: dark above, glowing below, a pupil, a rim, rays and highlights."""
    x, y = grid(256, 256, -1.0, 1.0)
    radius = np.hypot(x, y)
    eye = np.array(eye_rgb)
    deep, rich, bright = eye * 0.30, eye * 0.88, np.minimum(1.0, eye * 1.15 + 0.20)
    picture = over(flat(tuple(deep), (256, 256)), tuple(rich), smoothstep(0.55, -0.10, y))
    glow = np.exp(-((x / 0.70) ** 2) - ((y + 0.66) / 0.44) ** 2)
    picture = over(picture, tuple(bright), 0.95 * glow)
    turns = np.arctan2(y, x)
    rays = (0.5 + 0.5 * np.cos(22 * turns + 2.0 * np.sin(5 * turns))) * smoothstep(0.40, 0.66, radius)
    picture = over(picture, tuple(bright), 0.28 * rays * smoothstep(0.35, -0.4, y))
    pupil = smoothstep(0.10, -0.06, np.hypot(x / 0.33, (y - 0.06) / 0.38) - 1.0)
    picture = over(picture, tuple(eye * 0.13), 0.94 * pupil)
    ring = np.exp(-(((np.hypot(x / 0.33, (y - 0.06) / 0.38) - 1.28) / 0.10) ** 2))
    picture = over(picture, tuple(bright), 0.35 * ring * smoothstep(0.2, -0.5, y))
    picture = over(picture, tuple(eye * 0.24), 0.92 * smoothstep(0.80, 0.93, radius))
    picture = over(picture, tuple(eye * 0.15), 0.80 * smoothstep(0.22, 0.90, y))
    picture = over(picture, (1.0, 1.0, 1.0), _spot(x, y, (-0.34, 0.42), (0.33, 0.27), 0.05))
    picture = over(picture, (1.0, 1.0, 1.0), 0.92 * _spot(x, y, (0.38, -0.40), (0.15, 0.13), 0.12))
    return rgba(over(picture, (1.0, 1.0, 1.0), 0.75 * _spot(x, y, (0.10, 0.62), (0.09, 0.07), 0.15)))


def _spot(x: Grid, y: Grid, middle: tuple[float, float], half: tuple[float, float], soft: float) -> Grid:
    """Return an ellipse, 1 inside, with an edge so soft."""
    return smoothstep(soft, -soft, np.hypot((x - middle[0]) / half[0], (y - middle[1]) / half[1]) - 1.0)


def paint_white() -> UInt8[Array, "64 64 4"]:
    """Return the white of the eye with the shade of the upper lid on it."""
    _, y = grid(64, 64, -1.0, 1.0)
    picture = flat((0.985, 0.985, 0.995), (64, 64))
    return rgba(over(picture, (0.74, 0.73, 0.84), 0.9 * smoothstep(0.22, 0.66, y)))


def paint_lash(lash_rgb: Colour, inner_rgb: Colour) -> UInt8[Array, "16 64 4"]:
    """Return a stroke whose inner end has a colour of its own."""
    x, _ = grid(16, 64, 0.0, 1.0)
    return rgba(over(flat(lash_rgb, (16, 64)), inner_rgb, 0.75 * smoothstep(0.25, 0.0, x)))


def paint_inside() -> UInt8[Array, "64 256 4"]:
    """Return the inside of the mouth, the teeth and the tongue side by side."""
    x, y = grid(64, 256, 0.0, 1.0)
    picture = over(flat((0.78, 0.33, 0.34), (64, 256)), (0.50, 0.14, 0.18), smoothstep(0.15, 0.9, y))
    picture = over(picture, (1.0, 0.995, 0.985), ((x > DARK[1] + 0.01) & (x < TEETH[1] + 0.01)).astype(float))
    tongue = over(flat((0.96, 0.56, 0.57), (64, 256)), (0.90, 0.45, 0.48), smoothstep(0.35, 0.0, y))
    return rgba(np.where((x > TONGUE[0] - 0.01)[..., None], tongue, picture))


def paint_blush() -> UInt8[Array, "64 128 4"]:
    """Return a cheek's blush, translucent, with slanted strokes."""
    x, y = grid(64, 128, -1.0, 1.0)
    soft = smoothstep(1.0, 0.15, np.hypot(x, y))
    strokes = np.zeros_like(x)
    for middle in (-0.45, 0.0, 0.45):
        across = np.abs(x - middle - 0.16 * y)
        strokes = np.maximum(strokes, smoothstep(0.06, 0.03, across) * smoothstep(0.55, 0.42, np.abs(y)))
    picture = over(flat((1.0, 0.50, 0.48), (64, 128)), (0.92, 0.30, 0.33), strokes)
    return rgba(picture, np.maximum(0.60 * soft, 0.85 * strokes))
