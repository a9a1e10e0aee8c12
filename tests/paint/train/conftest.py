"""Training is tried on a toy, on one thread; where PyTorch is missing these tests are skipped, and counted."""

from pathlib import Path

import pytest

from tests.conftest import missing

try:
    import torch
except ModuleNotFoundError:
    missing_torch = True
else:
    missing_torch = False
    torch.set_num_threads(1)

collect_ignore_glob = ["test_*.py"] if missing_torch else []


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a dataset of 64² pictures."""
    from tests.paint.train.toy import toy_dataset

    return toy_dataset(tmp_path_factory.mktemp("toy") / "data").folder
