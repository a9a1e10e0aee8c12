import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from manekko.errors import InputError, MissingToolError
from manekko.paint.train import TrainOptions, need_torch, train_painter
from tests.conftest import missing


def test_painting_needs_no_pytorch() -> None:
    asked = "import sys, manekko.paint.heads, manekko.paint.train; print('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_training_is_tried_where_pytorch_is() -> None:
    if find_spec("torch") is None:
        with pytest.raises(MissingToolError, match="pip install"):
            need_torch()
        missing("PyTorch is not installed: training is not tried")
    need_torch()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"datasets": (), "steps": 1}, "no dataset"),
        ({}, "either --steps or --minutes"),
        ({"steps": 1, "minutes": 1.0}, "either --steps or --minutes"),
        ({"steps": 0}, "steps 0"),
        ({"steps": 1, "rate": -1.0}, "rate -1.0"),
        ({"steps": 1, "batch": 0}, "batch 0"),
    ],
)
def test_options_that_make_no_sense_are_told_in_a_line(given: dict[str, object], told: str, tmp_path: Path) -> None:
    values = {"datasets": (tmp_path,), "out": tmp_path / "run"} | given
    with pytest.raises(InputError, match=told) as error:
        train_painter(TrainOptions(**values))  # pyright: ignore[reportArgumentType]
    assert "\n" not in str(error.value)
    assert not (tmp_path / "run").exists()
