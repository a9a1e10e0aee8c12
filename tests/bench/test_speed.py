"""Speed figures are held against their bars, and the command is really run and watched."""

import sys
from pathlib import Path

import pytest

from manekko.bench.command import run_on_clip
from manekko.bench.speed import PARTS, Speed, SpeedRow, marks
from manekko.errors import MissingToolError


def rows(*, faster: float = 2.0, peak_mb: float | None = 900.0, longer_mb: float | None = 950.0) -> list[SpeedRow]:
    timed = [SpeedRow(parts, 12.0, 3, 12.0 / faster, faster, peak_mb) for parts in PARTS]
    return [*timed, SpeedRow("body", 120.0, 1, 60.0, 2.0, longer_mb)]


def test_bars_are_met_and_missed():
    assert [mark.passed for mark in marks(rows())] == [True, True, True, True]
    assert [mark.passed for mark in marks(rows(faster=1.0))] == [False, True, True, True]
    assert [mark.passed for mark in marks(rows(peak_mb=1600.0))] == [True, True, False, True]
    assert [mark.passed for mark in marks(rows(longer_mb=1400.0))] == [True, True, True, False]


def test_memory_that_cannot_be_measured_is_neither_met_nor_missed():
    found = marks(rows(peak_mb=None, longer_mb=None))
    assert found[-1].passed is None
    assert "not measured here" in str(Speed(2, rows(peak_mb=None, longer_mb=None), found))


@pytest.mark.slow
def test_failed_command_is_told_by_its_own_last_line(tmp_path: Path):
    with pytest.raises(MissingToolError, match=r"capture of absent\.mp4 failed: .*absent\.mp4"):
        run_on_clip("capture", tmp_path / "absent.mp4", tmp_path / "out")


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.data
def test_command_is_timed_and_its_memory_watched(weights_folder: Path, data_folder: Path, tmp_path: Path):
    clip = data_folder / "clips" / "trace_wavefile.mp4"
    found = run_on_clip("capture", clip, tmp_path, "--parts", "body", "--no-preview", "--end", "1", cores=1)
    assert found.wall_s > 0.5
    assert list(tmp_path.glob("*.vmd"))
    if sys.platform == "linux":
        assert found.peak_bytes is not None
        assert 50e6 < found.peak_bytes < 1.5e9
