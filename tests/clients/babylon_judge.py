"""babylon-mmd in headless Chromium, asked where a model's bones are: a judge written by others."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.clients.page_judge import MMD_UNIT_M, ask_page

_SOURCE = Path(__file__).parent / "babylon"


def babylon_positions(model: Path, motion: Path, frames: Sequence[int], bones: Sequence[str]) -> dict[str, np.ndarray]:
    """Return where babylon-mmd puts bones, as (frame, 3) arrays in our frame [m]; skips where it cannot be run.

    Args:
        model: a PMX or PMD file.
        motion: a VMD file.
        frames: frames at 30 a second.
        bones: names; those the model does not have are left out of the answer.
    """
    request = {"frames": [int(frame) for frame in frames], "bones": list(bones)}
    answer = {name: np.array(rows) for name, rows in ask_page(_SOURCE, model, motion, request).items() if rows}
    return {name: rows * [MMD_UNIT_M, MMD_UNIT_M, -MMD_UNIT_M] for name, rows in answer.items()}
