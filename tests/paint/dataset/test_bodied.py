"""Our own character as a user's drawings: seen by the real detectors, its body laid on it, its painter trained."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from manekko.errors import InputError
from manekko.paint.characters import read_character
from manekko.paint.dataset.bodied import overlap
from manekko.paint.dataset.imported import ImportDatasetOptions, import_dataset
from manekko.paint.dataset.shards import Dataset
from manekko.paint.pose_map import FIELDS, NOTHING
from manekko.video.writer import VideoWriter, write_png
from tests.conftest import missing
from tests.paint.dataset.portraits import SIZE, over, portraits

pytestmark = [pytest.mark.slow, pytest.mark.weights]

COUNT = 4
SIDE = 128
LEAST = 0.7
"""Overlap of map and character; 0.81–0.83 was measured in the pictures, 0.76–0.87 in the video."""


@pytest.fixture(scope="module")
def drawings(tmp_path_factory: pytest.TempPathFactory, graphics: None) -> Path:
    folder = tmp_path_factory.mktemp("mes dessins")
    for number, (rgba, _, _) in enumerate(portraits(COUNT)):
        write_png(folder / f"pose {number}.png", rgba)
    return folder


@pytest.fixture(scope="module")
def bodied(drawings: Path, tmp_path_factory: pytest.TempPathFactory, weights_folder: Path) -> Dataset:
    out = tmp_path_factory.mktemp("bodied") / "set"
    made = import_dataset(ImportDatasetOptions(drawings, out, size_px=SIDE, body="maneko"))
    assert made.warnings == ()
    return made.dataset


def _overlaps(dataset: Dataset) -> list[float]:
    found = []
    for shard in dataset.all_shards:
        rgba, parts = shard.array("rgba"), shard.array("parts")
        assert rgba is not None
        assert parts is not None
        found += [overlap(rgba[k, ..., 3] > 127, parts[k] != NOTHING) for k in range(shard.info.frames)]
    return found


def test_the_body_lies_on_the_character_in_every_picture(bodied: Dataset) -> None:
    assert bodied.has_surface
    assert bodied.made_of["body_m"] is not None
    overlaps = _overlaps(bodied)
    assert len(overlaps) == COUNT
    assert min(overlaps) > LEAST


def test_colours_are_copied_to_where_the_character_wears_them(bodied: Dataset) -> None:
    shard = bodied.all_shards[0]
    rgba, copied = shard.array("rgba"), shard.array("copied")
    assert rgba is not None
    assert copied is not None
    both = (rgba[..., 3] > 250) & (copied[..., 3] > 128)
    off = np.abs(rgba[both][:, :3].astype(float) - copied[both][:, :3])
    mixed = np.abs(rgba[both][:, :3].astype(float) - np.median(rgba[both][:, :3], axis=0))
    assert off.mean() < 0.7 * mixed.mean()


def test_a_run_that_was_stopped_goes_on_with_the_same_maps(bodied: Dataset, drawings: Path) -> None:
    shard = bodied.all_shards[-1]
    before = {name: np.array(shard.array(name)) for name in ("rgba", *FIELDS)}
    kept = {path: path.stat().st_mtime_ns for path in bodied.folder.rglob("*") if shard.folder not in path.parents}
    shutil.rmtree(shard.folder)
    made = import_dataset(ImportDatasetOptions(drawings, bodied.folder, size_px=SIDE, body="maneko"))
    again = made.dataset.all_shards[-1]
    assert again.info == shard.info
    for name, values in before.items():
        np.testing.assert_array_equal(again.array(name), values)
    files = {path: path.stat().st_mtime_ns for path in kept if path.is_file()}
    assert files == {path: kept[path] for path in files}


def test_another_body_is_another_dataset(bodied: Dataset, drawings: Path) -> None:
    for body in (None, "tora"):
        with pytest.raises(InputError, match="holds a dataset that was made otherwise"):
            import_dataset(ImportDatasetOptions(drawings, bodied.folder, size_px=SIDE, body=body))
    assert len(bodied.all_shards) == len(_overlaps(bodied)) - 1


def test_a_videos_frames_are_bodied_in_one_motion(tmp_path: Path, graphics: None, weights_folder: Path) -> None:
    with VideoWriter(tmp_path / "clip.mp4", SIZE, 10.0, fine=True) as writer:
        for number in range(12):
            writer.write(over(portraits(COUNT)[number // 3][0], (120, 200, 140)), number / 10.0)
    made = import_dataset(ImportDatasetOptions(tmp_path / "clip.mp4", tmp_path / "set", size_px=SIDE, body="maneko"))
    overlaps = _overlaps(made.dataset)
    assert len(overlaps) >= 8
    assert np.median(overlaps) > LEAST


def test_pictures_that_no_body_covers_are_one_clear_line_and_leave_nothing(
    tmp_path: Path, graphics: None, weights_folder: Path
) -> None:
    rgba, _, _ = portraits(COUNT)[0]
    tall = np.zeros((SIZE[1], 3 * SIZE[0], 4), np.uint8)
    tall[:, SIZE[0] : 2 * SIZE[0]] = rgba
    tall[150:250] = (200, 60, 60, 255)  # a wide bar that is part of the character
    (tmp_path / "in").mkdir()
    write_png(tmp_path / "in" / "bar.png", tall)
    with pytest.raises(InputError, match=r"covers the character in none of the 1 pictures .* --body heads=5"):
        import_dataset(ImportDatasetOptions(tmp_path / "in", tmp_path / "set", size_px=SIDE, body="maneko"))
    assert not (tmp_path / "set").exists()


def test_a_described_body_goes_into_the_painter_and_wherever_that_goes(
    drawings: Path, tmp_path: Path, weights_folder: Path
) -> None:
    if find_spec("torch") is None:
        missing("PyTorch is not installed")
    from manekko.paint.train import TrainOptions, train_painter

    data = tmp_path / "set"
    asked = ImportDatasetOptions(drawings, data, size_px=64, body="heads=6.6,outfit=idol")
    import_dataset(asked)
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*") if path.is_file()}
    import_dataset(asked)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    options = TrainOptions((data,), tmp_path / "run", kind="dense", steps=4, batch=1, crop_px=64, threads=1)
    painter = train_painter(options) / "painter"
    shutil.rmtree(data)
    moved = tmp_path / "elsewhere"
    painter.rename(moved)
    character = read_character(str(moved), threads=1)
    assert character.painter is not None
    assert character.painter.has("dense")
    assert character.figure is not None
    low, high = character.figure.mesh.positions_m.min(0), character.figure.mesh.positions_m.max(0)
    np.testing.assert_allclose(character.painter.views.low_m, low, atol=1e-6)
    np.testing.assert_allclose(character.painter.views.low_m + character.painter.views.span_m, high, atol=1e-6)
