"""What stands behind the characters: a colour, a soft gradient, a picture, a clip in step."""

import re
from collections.abc import Callable

import numpy as np

from manekko.arrays import Array, UInt8
from manekko.errors import InputError
from manekko.video.source import Clip, Frame

BackdropAt = Callable[[float], UInt8[Array, "height width 3"] | None]
"""Time since the first picture [s], never falling → what stands behind then; None is nothing (transparent)."""

_LIGHT = np.array([248.0, 249.0, 253.0])
_DEEP = np.array([201.0, 212.0, 232.0])
_GLOW = (0.5, 0.42)
"""Where the studio's wall is brightest, as shares of width and height."""


def colour_of(text: str) -> tuple[int, int, int]:
    """Return the colour (0–255) that ``#rrggbb`` or ``#rgb`` means.

    Raises:
        InputError: it is neither.
    """
    found = re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", text)
    if found is None:
        raise InputError(f"{text} is no colour; give six digits such as #ff8800")
    digits = found[1] if len(found[1]) == 6 else "".join(2 * digit for digit in found[1])
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


def no_backdrop(time_s: float) -> None:
    """Return nothing: the characters stand before transparency."""


def colour_backdrop(rgb: tuple[int, int, int], size_px: tuple[int, int]) -> BackdropAt:
    """Return one colour (0–255)."""
    picture = np.full((size_px[1], size_px[0], 3), rgb, dtype=np.uint8)
    return lambda time_s: picture


def studio_backdrop(size_px: tuple[int, int]) -> BackdropAt:
    """Return a bright wall that falls off softly to its corners, without a horizon, so that any camera may look."""
    width, height = size_px
    across = (np.arange(width) + 0.5) / width - _GLOW[0]
    down = (np.arange(height) + 0.5) / height - _GLOW[1]
    distance = np.sqrt(across[None] ** 2 + down[:, None] ** 2) / 0.78
    share = np.clip(distance, 0.0, 1.0)[..., None]
    share = share * share * (3.0 - 2.0 * share)
    # Noise of less than a step hides the steps between the few shades.
    noise = np.random.default_rng(0).uniform(0.0, 1.0, (height, width, 1))
    picture = (_LIGHT + (_DEEP - _LIGHT) * share + noise).astype(np.uint8)
    return lambda time_s: picture


def clip_backdrop(clip: Clip, size_px: tuple[int, int], *, start_s: float = 0.0) -> BackdropAt:
    """Return a clip or a picture that fills the size, cut at two sides where its shape is another.

    Args:
        clip: the clip; before its first and after its last frame that one stays.
        size_px: width and height [px].
        start_s: where in the clip time 0 is [s].
    """
    width, height = clip.info.size_px
    scale = max(size_px[0] / width, size_px[1] / height)
    filling = (max(size_px[0], round(width * scale)), max(size_px[1], round(height * scale)))
    left, top = (filling[0] - size_px[0]) // 2, (filling[1] - size_px[1]) // 2
    frames = clip.frames(start_s, size_px=filling)
    shown = next(frames)
    waiting: Frame | None = next(frames, None)

    def at(time_s: float) -> UInt8[Array, "height width 3"]:
        nonlocal shown, waiting
        while waiting is not None and waiting.time_s <= time_s + 1e-3:
            shown, waiting = waiting, next(frames, None)
        return shown.rgb[top : top + size_px[1], left : left + size_px[0]]

    return at
