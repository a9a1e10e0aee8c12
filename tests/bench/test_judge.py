"""The judge is found beside the data, its answers are read, and what is missing is said."""

from pathlib import Path

import pytest

from manekko.bench.judge import data_folder as find_data
from manekko.bench.judge import judge, measuring_file, pick, table
from manekko.errors import MissingToolError


def test_figures_are_picked_by_path():
    verdict = {"cam": {"mpjpe_camframe_mm": 3.5}, "mpjae_deg": 1.0}
    assert pick(verdict, "cam.mpjpe_camframe_mm") == 3.5
    assert pick(verdict, "mpjae_deg") == 1.0
    assert pick(verdict, "root.err_vs_static") is None
    assert pick(verdict, "mpjae_deg.more") is None


def test_table_lines_up_and_shows_gaps():
    assert table(["clip", "deg"], [["a", 12.345], ["longer", None], ["b", 0.5]]).splitlines() == [
        "clip      deg",
        "------  -----",
        "a        12.3",
        "longer      -",
        "b       0.500",
    ]


def test_missing_data_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("MANEKKO_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(MissingToolError, match="set MANEKKO_DATA"):
        find_data()
    monkeypatch.setenv("MANEKKO_DATA", str(tmp_path))
    with pytest.raises(MissingToolError, match=r"clip\.mp4 is missing"):
        measuring_file("clip.mp4")
    with pytest.raises(MissingToolError, match="judge is not at"):
        judge("stats")


@pytest.mark.data
def test_true_motion_is_judged_perfect_and_nonsense_refused(data_folder: Path, tmp_path: Path):
    if not (data_folder.parent / "tools" / "score.py").is_file():
        pytest.skip("the judge is not beside the data")
    model = data_folder / "mmd" / "models" / "trace_model.pmx"
    truth = data_folder / "clips" / "trace_wavefile.truth.vmd"
    verdict = judge("rendered", "--model", model, "--truth", truth, "--pred", truth)
    assert pick(verdict, "mpjae_deg") == 0
    nonsense = tmp_path / "nonsense.vmd"
    nonsense.write_bytes(b"no motion")
    with pytest.raises(MissingToolError, match="gave up on"):
        judge("rendered", "--model", model, "--truth", truth, "--pred", nonsense)
