"""Sheets of small pictures of figures, with words under them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.pixels.draw import draw_text, text_size
from manekko.pixels.warp import resize
from manekko.stage.backdrops import studio_backdrop
from manekko.stage.figure import Figure, Pose
from manekko.stage.renderer import Renderer
from manekko.stage.view import Light, View
from tests.stage.looking import looking

MOST_BYTES = 150_000
_FINER = 2
"""Pictures are drawn larger and made smaller."""
_EDGE_PX = 1.6
"""On small pictures MMD's lines would be too thin to be seen."""
_WORDS_PX = 20
_INK = (70, 70, 80)

Tile = UInt8[Array, "height width 3"]


def drawn(figure: Figure, moments: Iterable[tuple[View, Pose]], size_px: tuple[int, int]) -> list[Tile]:
    """Return a picture of the figure for each view and pose, in the studio, with shadow on the floor."""
    large = (_FINER * size_px[0], _FINER * size_px[1])
    backdrop = studio_backdrop(large)(0.0)
    with Renderer(large, [figure], ground=True, edge_px=_EDGE_PX) as renderer:
        return [
            resize(renderer.draw(_larger(view), Light(), [pose], backdrop)[..., :3], size_px) for view, pose in moments
        ]


def _larger(view: View) -> View:
    """Return the same camera for the picture that is made smaller afterwards."""
    width, height = view.size_px
    return replace(view, size_px=(_FINER * width, _FINER * height), focal_px=_FINER * view.focal_px)


def sheet(tiles: Sequence[Tile], words: Sequence[str], columns: int) -> Tile:
    """Return tiles of one size in rows, each with its words (ASCII) below."""
    height, width = tiles[0].shape[:2]
    rows = -(-len(tiles) // columns)
    result = np.full((rows * (height + _WORDS_PX), columns * width, 3), 255, np.uint8)
    for number, (tile, word) in enumerate(zip(tiles, words, strict=True)):
        top, left = number // columns * (height + _WORDS_PX), number % columns * width
        result[top : top + height, left : left + width] = tile
        middle = left + (width - text_size(word, 9.0)[0]) / 2.0
        draw_text(result, word, (middle, top + height + 4.0), _INK, 9.0)
    return result


def save(path: Path, picture: Tile) -> None:
    """Write a WebP of at most ``MOST_BYTES``, as good as fits."""
    for quality in (90, 80, 70, 60, 50, 40, 30):
        data = cv2.imencode(".webp", np.ascontiguousarray(picture[..., ::-1]), [cv2.IMWRITE_WEBP_QUALITY, quality])[1]
        if len(data) <= MOST_BYTES:
            break
    path.write_bytes(data.tobytes())


def around(
    middle_m: Float[Array, "3"], yaw_deg: float, *, height_m: float, size_px: tuple[int, int], pitch_deg: float = 4.0
) -> View:
    """Return a camera that sees ``height_m`` of the world around a point, from ``yaw_deg`` to the figure's left."""
    fov_rad, yaw, pitch = 0.35, np.radians(yaw_deg), np.radians(pitch_deg)
    away = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    place = middle_m + away * height_m / 2.0 / np.tan(fov_rad / 2.0)
    x, y, z = place.tolist()
    a, b, c = np.asarray(middle_m, dtype=float).tolist()
    return looking((x, y, z), (a, b, c), fov_rad=fov_rad, size_px=size_px)
