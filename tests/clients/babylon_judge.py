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


def babylon_bones(model: Path, motion: Path, frames: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return where babylon-mmd puts all bones, in file order: positions [m] (frame, bone, 3) and axes in our frame.

    The axes are (frame, bone, 3, 3) matrices whose columns are the turned x, y and z axes.

    Args:
        model: a PMX or PMD file.
        motion: a VMD file.
        frames: frames at 30 a second, whole or between.
    """
    rows = np.array(ask_page(_SOURCE, model, motion, {"frames": list(map(float, frames)), "want": "whole"}))
    matrices = rows.reshape(len(frames), -1, 4, 4)
    # Their vectors are rows, so their matrices are ours transposed; the mirror turns the sign of z on either side.
    mirror = np.diag([1.0, 1.0, -1.0])
    axes = mirror @ np.swapaxes(matrices[..., :3, :3], -1, -2) @ mirror
    return matrices[..., 3, :3] * [MMD_UNIT_M, MMD_UNIT_M, -MMD_UNIT_M], axes


def babylon_camera(model: Path, motion: Path, frames: Sequence[float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return babylon-mmd's camera at each frame: position [m] (frame, 3), axes (frame, 3, 3), view angle [rad].

    The axes' columns are, in our frame, the camera's right, up and forward directions.
    """
    shots = ask_page(_SOURCE, model, motion, {"frames": list(map(float, frames)), "want": "camera"})
    mirror = np.array([1.0, 1.0, -1.0])
    positions = np.array([shot["position"] for shot in shots]) * mirror * MMD_UNIT_M
    views = np.array([shot["view"] for shot in shots]).reshape(-1, 4, 4)
    # A view matrix on rows has the camera's axes as columns.
    return positions, views[:, :3, :3] * mirror[:, None], np.array([shot["fov"] for shot in shots])
