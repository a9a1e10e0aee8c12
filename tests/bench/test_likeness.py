"""What the judge in a browser says is held against the bars; where it is silent, the reason is told."""

import json
from pathlib import Path

import pytest

from manekko.bench.likeness import Likeness, answered, likeness
from tests.conftest import ROOT

SAID = {
    "ssim": {"toon": {"box": 0.93, "room": 0.97}, "edge": {"ball": 0.999}},
    "bones_units": {"fixtures": {"strip": 0.0001, "chain": 0.0009}, "wavefile": {"girl": 0.0005}},
}


def test_every_kind_is_held_by_its_worst() -> None:
    found = answered(json.dumps(SAID), "a warning")
    assert [(mark.value, mark.passed) for mark in found.marks()] == [
        (0.93, True),
        (0.999, True),
        (0.0009, True),
        (0.0005, True),
    ]
    rows = [line.split() for line in str(found).splitlines()]
    assert ["toon", "2", "0.9300", "box"] in rows
    assert ["fixtures", "2", "0.0009", "chain"] in rows


def test_bars_are_missed() -> None:
    found = Likeness({"toon": {"box": 0.89, "room": 0.97}}, {"fixtures": {"strip": 0.011, "chain": 0.001}})
    assert [mark.passed for mark in found.marks()] == [False, False]


@pytest.mark.parametrize(
    ("said", "complained", "reason"),
    [
        ('{"error": "needs Chromium and node"}', "", "needs Chromium and node"),
        ("", "Traceback\nModuleNotFoundError: No module named 'pytest'\n", "No module named 'pytest'"),
        ("", "", "no answer"),
    ],
)
def test_a_judge_that_cannot_run_is_told_with_its_reason(said: str, complained: str, reason: str) -> None:
    found = answered(said, complained)
    assert reason in str(found)
    assert "not run" in str(found)
    assert [mark.passed for mark in found.marks()] == [None, None]


def test_away_from_a_checkout_the_judge_is_not_run(tmp_path: Path) -> None:
    assert "run the bench from one" in str(likeness(tmp_path))


@pytest.mark.client
@pytest.mark.slow
@pytest.mark.data
def test_the_judge_where_there_is_no_browser_says_so(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANEKKO_DATA", str(data_folder))
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("MANEKKO_CHROMIUM", raising=False)
    assert "needs Chromium and node" in str(likeness(ROOT))
