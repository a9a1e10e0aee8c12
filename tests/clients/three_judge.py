"""three.js r170's own MMD loader in headless Chromium: a second judge, which shares no code with babylon-mmd."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.clients.page_judge import MMD_UNIT_M, ask_page

_SOURCE = Path(__file__).parent / "three"


def three_positions(
    model: Path, motion: Path, frames: Sequence[int], bones: Sequence[str], *, ik: bool = True
) -> dict[str, np.ndarray]:
    """Return where three.js puts bones, as (frame, 3) arrays in our frame [m]; skips where it cannot be run.

    Args:
        model: a PMX or PMD file.
        motion: a VMD file.
        frames: rising frames at 30 a second.
        bones: names; those the model does not have are left out of the answer.
        ik: whether its IK runs; three.js does not read the states that a VMD gives.
    """
    answer = _ask(model, motion, frames, bones=bones, ik=ik)["positions"]
    return {name: np.array(rows) * MMD_UNIT_M for name, rows in answer.items()}


def three_weights(model: Path, motion: Path, frames: Sequence[int], morphs: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the weights that three.js gives morphs, as (frame,) arrays; those the model lacks are left out."""
    answer = _ask(model, motion, frames, morphs=morphs)["weights"]
    return {name: np.array(weights) for name, weights in answer.items()}


def _ask(
    model: Path,
    motion: Path,
    frames: Sequence[int],
    *,
    bones: Sequence[str] = (),
    morphs: Sequence[str] = (),
    ik: bool = False,
) -> Any:
    request = {"frames": [int(frame) for frame in frames], "bones": list(bones), "morphs": list(morphs), "ik": ik}
    return ask_page(_SOURCE, model, motion, request)
