"""Figures of the stage are held against their bars, and small parts of the measurement are really run."""

from pathlib import Path

import pytest

from manekko.bench.likeness import Likeness
from manekko.bench.stage import WAYS, DrawRow, PoseRow, Stage, found_share, marks


def draws(*, plain_fps: float = 40.0, fine_fps: float = 12.0) -> list[DrawRow]:
    own = [
        DrawRow("own", 25000, way, 1000.0 / fps, fps, 1500.0 / fps)
        for way, fps in zip(WAYS, (plain_fps, 25.0, fine_fps), strict=True)
    ]
    return [*own, DrawRow("other", 60000, next(iter(WAYS)), 200.0, 5.0, 300.0)]


def poses(*, slowest: float = 900.0) -> list[PoseRow]:
    return [PoseRow("own", 160, 2000.0, 1500.0), PoseRow("other", 110, slowest, 400.0)]


def passed(found: float = 1.0, command_fps: float = 14.0, **changed: float) -> list[bool | None]:
    slowest = {"slowest": changed.pop("slowest")} if "slowest" in changed else {}
    return [mark.passed for mark in marks(draws(**changed), poses(**slowest), found, command_fps)]


def test_bars_are_met_and_missed() -> None:
    assert passed() == [True] * 5
    assert passed(plain_fps=19.0) == [False, True, True, True, True]
    assert passed(fine_fps=9.0) == [True, False, True, True, True]
    assert passed(command_fps=9.0) == [True, True, False, True, True]
    assert passed(slowest=400.0) == [True, True, True, False, True]
    assert passed(found=0.97) == [True, True, True, True, False]


def test_the_tables_say_what_was_found() -> None:
    beside = Likeness({"toon": {"box": 0.95}}, {"fixtures": {"strip": 0.001}})
    held = [*marks(draws(), poses(), 0.97, 15.0), *beside.marks()]
    found = Stage(2, draws(), poses(), 0.97, 360, 15.0, beside, held)
    text = str(found)
    assert "FAIL" in text
    assert "60000" in text
    assert "0.9500" in text
    assert found.as_dict()["found_frames"] == 360
    assert found.as_dict()["beside_babylon"]["ssim"] == {"toon": {"box": 0.95}}


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.data
def test_our_character_is_taken_for_a_person(weights_folder: Path, data_folder: Path, tmp_path: Path) -> None:
    dance = data_folder / "mmd" / "motions" / "wavefile_lat.vmd"
    share, frames = found_share(dance, tmp_path / "dance.mp4")
    assert frames >= 300
    assert share >= 0.98
