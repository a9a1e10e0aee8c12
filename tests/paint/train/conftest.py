"""Training is tried on a toy, on one thread."""

from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("torch") is None:
    # ``tests/paint/test_training_needs.py`` tells that they were left out.
    collect_ignore_glob = ["test_*.py"]
else:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a dataset of 64² pictures."""
    from tests.paint.train.toy import toy_dataset

    return toy_dataset(tmp_path_factory.mktemp("toy") / "data").folder
