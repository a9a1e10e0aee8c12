"""A captured clip for judges to play."""

from pathlib import Path

import pytest

from manekko.capture import CaptureOptions, capture
from manekko.motion.retarget import Legs


def _captured(data_folder: Path, out: Path, legs: Legs) -> Path:
    clip = Path(__file__).parents[2] / "examples" / "dance.mp4"
    model = data_folder / "mmd" / "models" / "trace_model.pmx"
    capture(CaptureOptions(clip, model=model, legs=legs, preview=False, out=out))
    return out / "dance.vmd"


@pytest.fixture(scope="session")
def captured(data_folder: Path, weights_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """VMD of the example clip, captured for the trace model."""
    return _captured(data_folder, tmp_path_factory.mktemp("captured"), "ik")


@pytest.fixture(scope="session")
def captured_without_ik(data_folder: Path, weights_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the legs on the leg bones themselves."""
    return _captured(data_folder, tmp_path_factory.mktemp("captured_without_ik"), "fk")
