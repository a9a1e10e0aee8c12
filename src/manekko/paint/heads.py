"""Where a picture's face and hands are: the squares that are painted a second time, finer, in training and in use."""

import numpy as np

from manekko.arrays import Array, Int, UInt8
from manekko.stage.truths_parts import PARTS

FACE, LEFT_HAND, RIGHT_HAND = (PARTS.index(part) for part in ("head", "left_hand", "right_hand"))
HEADS: tuple[tuple[int, int], ...] = ((FACE, 4), (LEFT_HAND, 8), (RIGHT_HAND, 8))
"""Each detail's part and by how much its square is smaller than the picture."""


def head_boxes(parts: UInt8[Array, "height width"]) -> Int[Array, "detail 3"]:
    """Return the left column, upper row and side [px] of the squares of ``HEADS``; side 0 where the part is not seen.

    A square lies about the middle of the pixels of its part (of their box, so that what covers half of it does not
    move it), wholly inside the picture.

    Args:
        parts: places in ``PARTS``, 255 where nothing is.
    """
    height, width = parts.shape
    boxes = np.zeros((len(HEADS), 3), dtype=np.int64)
    for number, (part, share) in enumerate(HEADS):
        seen = parts == part
        rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        if len(rows):
            side = min(height, width) // share
            left = (columns[0] + columns[-1] + 1 - side) // 2
            top = (rows[0] + rows[-1] + 1 - side) // 2
            boxes[number] = np.clip(left, 0, width - side), np.clip(top, 0, height - side), side
    return boxes
