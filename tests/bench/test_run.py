"""Measurements run by name and leave their figures in a file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from manekko import bench
from manekko.bench.run import MEASUREMENTS
from manekko.errors import InputError


@dataclass(frozen=True)
class Stub:
    """A measurement that takes no time."""

    figure: float

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def __str__(self) -> str:
        return f"figure {self.figure}"


def test_named_measurement_is_printed_and_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setitem(MEASUREMENTS, "accuracy", lambda: Stub(1.5))
    out = tmp_path / "new" / "figures.json"
    assert bench.run(["accuracy"], out) == 0
    assert "figure 1.5" in capsys.readouterr().out
    assert json.loads(out.read_text(encoding="utf-8"))["accuracy"] == {"figure": 1.5}
    assert list(out.parent.iterdir()) == [out]


def test_no_name_means_all(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    for name in MEASUREMENTS:
        monkeypatch.setitem(MEASUREMENTS, name, lambda name=name: Stub(len(name)))
    bench.run([])
    named = [line for line in capsys.readouterr().out.splitlines() if line.startswith("== ")]
    assert named == [f"== {name}" for name in MEASUREMENTS]


def test_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(
        InputError, match=r"no measurement accurracy; there are accuracy, speed, .*, page, paint and all"
    ):
        bench.run(["accurracy"])
