"""The README's picture of ``manekko paint``: moments of the example clip above, the same moments painted below."""

import tempfile
from pathlib import Path

import numpy as np

from manekko.painting import PaintOptions, paint
from manekko.pixels.warp import resize
from manekko.video.source import open_clip
from tests.gallery.sheets import Tile

_TIMES_S = (1.2, 2.0, 3.4, 5.0, 7.9)
_TILE_PX = (240, 270)


def painted(clip: Path) -> Tile:
    """Return the sheet."""
    with tempfile.TemporaryDirectory() as folder:
        result = paint(PaintOptions(clip, out=Path(folder)))
        rows = [np.concatenate(_moments(path), axis=1) for path in (clip, result.out)]
    return np.concatenate(rows, axis=0)


def _moments(path: Path) -> list[Tile]:
    waiting, tiles = list(_TIMES_S), []
    for frame in open_clip(path).frames():
        if waiting and frame.time_s >= waiting[0]:
            waiting.pop(0)
            tiles.append(resize(frame.rgb, _TILE_PX))
    return tiles
