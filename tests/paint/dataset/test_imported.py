"""The real detectors look at pictures of our own character: drawn on the spot, with keypoints that are known."""

import json
from pathlib import Path

import numpy as np
import pytest

from manekko.errors import FormatError, InputError
from manekko.paint.crop import calm_squares
from manekko.paint.dataset.imported import ImportDatasetOptions, import_dataset
from manekko.paint.dataset.shards import Dataset, open_dataset
from manekko.video.source import open_clip
from manekko.video.writer import VideoWriter, write_png
from tests.paint.dataset.portraits import MAIN, SIZE, openpose_json, over, portraits

pytestmark = [pytest.mark.slow, pytest.mark.weights]

COUNT = 4


def _imported(
    source: Path, out: Path, masks: Path | None = None, size_px: int = 128
) -> tuple[Dataset, tuple[str, ...]]:
    made = import_dataset(ImportDatasetOptions(source, out, masks, size_px))
    return open_dataset(out), made.warnings


def _frames(dataset: Dataset, name: str) -> np.ndarray:
    arrays = [shard.array(name) for shard in dataset.all_shards]
    return np.concatenate([np.asarray(array) for array in arrays if array is not None])


def _squared(rgba: np.ndarray, body: np.ndarray, side_px: int) -> tuple[np.ndarray, np.ndarray]:
    """Truth in the painted square about the alpha: (where the character is, keypoints)."""
    rows, columns = np.nonzero(rgba[..., 3] > 8)
    box = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]], dtype=float)
    square = calm_squares(box[None], 1.0)[0]
    side, corner = square.side, np.array([square.left, square.top])
    points = (body[:, :2] - corner) * side_px / side
    places = (np.arange(side_px) + 0.5) * side / side_px
    x, y = (np.floor(corner[axis] + places).astype(int) for axis in (0, 1))
    inside = ((x >= 0) & (x < SIZE[0]))[None] & ((y >= 0) & (y < SIZE[1]))[:, None]
    alpha = rgba[np.clip(y, 0, SIZE[1] - 1)[:, None], np.clip(x, 0, SIZE[0] - 1)[None], 3]
    return (alpha > 127) & inside, points


def _check_like_the_truth(dataset: Dataset, least_overlap: float) -> None:
    for number, (rgba, body, _) in enumerate(portraits(COUNT)):
        alpha, points = _squared(rgba, body, dataset.size_px)
        found = _frames(dataset, "rgba")[number, ..., 3] > 127
        assert (found & alpha).sum() / (found | alpha).sum() > least_overlap
        keypoints = _frames(dataset, "keypoints")[number]
        away = np.linalg.norm(keypoints[MAIN, :2] - points[MAIN], axis=1) / dataset.size_px
        assert np.median(away) < 0.03
        depth, true_depth = keypoints[MAIN, 2], body[MAIN, 2]
        assert np.isfinite(depth).all()
        assert np.corrcoef(depth, true_depth)[0, 1] > 0.2 or np.ptp(true_depth) < 0.3


@pytest.fixture(scope="module")
def transparent(tmp_path_factory: pytest.TempPathFactory, graphics: None) -> Path:
    folder = tmp_path_factory.mktemp("Bilder von 初音")
    for number, (rgba, _, _) in enumerate(portraits(COUNT)):
        write_png(folder / f"pose {number}.png", rgba)
    return folder


def test_pictures_with_alpha_become_a_dataset(transparent: Path, tmp_path: Path, weights_folder: Path) -> None:
    before = {path: path.read_bytes() for path in transparent.rglob("*")}
    dataset, notes = _imported(transparent, tmp_path / "set")
    assert notes == ()
    assert {path: path.read_bytes() for path in transparent.rglob("*")} == before
    assert sum(shard.info.frames for shard in dataset.all_shards) == COUNT
    assert [shard.info.split for shard in dataset.all_shards] == ["train", "held", "train"]
    assert not dataset.has_surface
    _check_like_the_truth(dataset, 0.95)


def test_pictures_before_a_plain_wall_are_cut_out_as_well(tmp_path: Path, graphics: None, weights_folder: Path) -> None:
    (tmp_path / "in").mkdir()
    for number, (rgba, _, _) in enumerate(portraits(COUNT)):
        write_png(tmp_path / "in" / f"{number}.png", over(rgba, (120, 200, 140)))
    dataset, notes = _imported(tmp_path / "in", tmp_path / "set", size_px=256)
    assert notes == ()
    _check_like_the_truth(dataset, 0.9)


def test_masks_tell_where_the_character_is(tmp_path: Path, graphics: None, weights_folder: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 60, (*SIZE[::-1], 3), dtype=np.uint8)
    for folder in ("in", "masks"):
        (tmp_path / folder).mkdir()
    for number, (rgba, _, _) in enumerate(portraits(COUNT)):
        picture = np.where(rgba[..., 3:] > 127, rgba[..., :3], noise)
        write_png(tmp_path / "in" / f"{number}.png", picture)
        if number != 2:
            write_png(tmp_path / "masks" / f"{number}.png", rgba[..., 3:].repeat(3, axis=2))
    dataset, notes = _imported(tmp_path / "in", tmp_path / "set", tmp_path / "masks")
    assert notes == ("left out: 1 pictures without a mask of the same name",)
    assert sum(shard.info.frames for shard in dataset.all_shards) == COUNT - 1
    alpha, _ = _squared(*portraits(COUNT)[0][:2], dataset.size_px)
    found = _frames(dataset, "rgba")[0, ..., 3] > 127
    assert (found & alpha).sum() / (found | alpha).sum() > 0.95


def test_dance_nows_pairs_keep_openposes_points_and_get_our_depths(
    tmp_path: Path, graphics: None, weights_folder: Path
) -> None:
    source = tmp_path / "anime"
    for folder in ("train_img", "train_label"):
        (source / folder).mkdir(parents=True)
    for number, (rgba, body, hands) in enumerate(portraits(COUNT)):
        write_png(source / "train_img" / f"img_{number}_1.png", over(rgba, (255, 255, 255)))
        (source / "train_label" / f"img_{number}_1_keypoints.json").write_text(openpose_json(body, hands))
    dataset, notes = _imported(source, tmp_path / "set")
    assert notes == ()
    depths = 0
    for number, (rgba, body, _) in enumerate(portraits(COUNT)):
        _, points = _squared(rgba, body, dataset.size_px)
        keypoints = _frames(dataset, "keypoints")[number]
        away = np.linalg.norm(keypoints[MAIN, :2] - points[MAIN], axis=1)
        assert away.max() < 0.03 * dataset.size_px
        assert keypoints[MAIN, 3].all()
        depths += int(np.isfinite(keypoints[MAIN, 2]).all())
    assert depths >= COUNT - 1


def test_damaged_json_is_named_and_no_dataset_is_begun(tmp_path: Path, weights_folder: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    write_png(source / "a.png", np.zeros((64, 64, 3), np.uint8))
    (source / "a_keypoints.json").write_text('{"people": [')
    with pytest.raises(FormatError, match=r"a_keypoints\.json"):
        _imported(source, tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_what_cannot_be_read_or_shows_nobody_is_told_and_the_rest_is_taken(
    transparent: Path, tmp_path: Path, weights_folder: Path
) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for number in range(2):
        (source / f"{number}.png").write_bytes((transparent / f"pose {number}.png").read_bytes())
    (source / "2.png").write_bytes((source / "1.png").read_bytes()[:2000])
    (source / "3.png").write_bytes(b"no picture")
    write_png(source / "4.png", np.full((80, 80, 3), 90, np.uint8))
    dataset, notes = _imported(source, tmp_path / "set")
    assert sum(shard.info.frames for shard in dataset.all_shards) == 2
    assert any("pictures in which nobody was found" in note and "4.png" in note for note in notes)
    assert any("2 pictures that cannot be read" in note and "2.png" in note for note in notes)


def test_nobody_at_all_is_one_clear_line_and_leaves_nothing(tmp_path: Path, weights_folder: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    write_png(source / "wall.png", np.full((80, 80, 3), 90, np.uint8))
    with pytest.raises(InputError, match="nobody was found in"):
        _imported(source, tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_a_run_that_was_stopped_goes_on_where_it_was(transparent: Path, tmp_path: Path, weights_folder: Path) -> None:
    whole, _ = _imported(transparent, tmp_path / "whole")
    out = tmp_path / "set"

    def stop(stage: str, done: int, total: int | None) -> None:
        if stage == "pictures" and len(list(out.glob("shard-*"))) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_dataset(ImportDatasetOptions(transparent, out, None, 128), stop)
    kept = {path: path.stat().st_mtime_ns for path in out.glob("shard-*/*")}
    assert len(open_dataset(out).all_shards) == 2
    again, _ = _imported(transparent, out)
    assert (_frames(again, "rgba") == _frames(whole, "rgba")).all()
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert not list(out.glob(".*"))


def test_other_pictures_are_not_mixed_into_a_dataset(transparent: Path, tmp_path: Path, weights_folder: Path) -> None:
    _imported(transparent, tmp_path / "set")
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.png").write_bytes((transparent / "pose 0.png").read_bytes())
    with pytest.raises(InputError, match="made otherwise"):
        _imported(other, tmp_path / "set")


def test_a_single_picture_is_a_dataset_of_one(transparent: Path, tmp_path: Path, weights_folder: Path) -> None:
    dataset, _ = _imported(transparent / "pose 1.png", tmp_path / "set")
    assert [(shard.info.frames, shard.info.split) for shard in dataset.all_shards] == [(1, "train")]


@pytest.mark.data
def test_a_video_is_cut_into_runs_of_frames(data_folder: Path, tmp_path: Path, weights_folder: Path) -> None:
    """A drawn dancer before a grid that stands still; every second frame, as of a video of 12.5 frames a second."""
    clip = open_clip(data_folder / "anime" / "anime_dance_368x368_25fps.gif")
    source = tmp_path / "dance.mp4"
    with VideoWriter(source, clip.info.size_px, 12.5, fine=True) as video:
        for frame in clip.frames(0.0, 1.6):
            if frame.index % 2 == 0:
                video.write(frame.rgb, frame.time_s)
    dataset, notes = _imported(source, tmp_path / "set", size_px=64)
    assert notes == ()
    frames = [shard.info.frames for shard in dataset.all_shards]
    assert sum(frames) == 20
    assert [shard.info.motion for shard in dataset.all_shards] == ["dance/1", "dance/2", "dance/3"]
    assert all(shard.info.fps == pytest.approx(12.5, abs=0.1) for shard in dataset.all_shards)
    shares = (_frames(dataset, "rgba")[..., 3] > 127).mean((1, 2))
    assert ((shares > 0.05) & (shares < 0.4)).all()
    keypoints = _frames(dataset, "keypoints")
    assert np.isfinite(keypoints).all()
    assert (keypoints[:, MAIN, :2] > -4).all()
    assert (keypoints[:, MAIN, :2] < 68).all()


def test_a_video_with_alpha_keeps_it(tmp_path: Path, graphics: None, weights_folder: Path) -> None:
    source = tmp_path / "turning.webm"
    with VideoWriter(source, SIZE, 10.0, transparent=True) as video:
        for number, (rgba, _, _) in enumerate(portraits(COUNT)):
            for again in range(2):
                video.write(rgba, (2 * number + again) / 10.0)
    dataset, _ = _imported(source, tmp_path / "set")
    rgba = _frames(dataset, "rgba")
    assert len(rgba) >= 2 * COUNT - 2
    corners = rgba[:, [0, 0, -1, -1], [0, -1, 0, -1], 3]
    assert (corners == 0).all()
    assert ((rgba[..., 3] > 127).mean((1, 2)) > 0.05).all()


def test_what_is_no_source_is_one_clear_line(tmp_path: Path) -> None:
    empty, archive = tmp_path / "empty", tmp_path / "a.zip"
    empty.mkdir()
    archive.write_bytes(b"PK\x03\x04" + bytes(40))
    for source, words in (
        (tmp_path / "nowhere", "there is nothing at"),
        (empty, "holds no picture"),
        (archive, "is an archive; unpack it"),
    ):
        with pytest.raises(InputError, match=words):
            import_dataset(ImportDatasetOptions(source, tmp_path / "set"))
    with pytest.raises(InputError, match="multiple of 16"):
        import_dataset(ImportDatasetOptions(empty, tmp_path / "set", size_px=100))
    with pytest.raises(InputError, match="another folder"):
        import_dataset(ImportDatasetOptions(empty, empty))
    with pytest.raises(InputError, match="masks"):
        import_dataset(ImportDatasetOptions(empty, tmp_path / "set", tmp_path / "nowhere"))
    assert not (tmp_path / "set").exists()


def test_masks_of_other_names_are_told(transparent: Path, tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    masks.mkdir()
    write_png(masks / "other.png", np.full((10, 10, 3), 255, np.uint8))
    with pytest.raises(InputError, match="no mask for any of the 4 pictures"):
        import_dataset(ImportDatasetOptions(transparent, tmp_path / "set", masks))


def test_made_of_tells_where_a_dataset_came_from(transparent: Path, tmp_path: Path, weights_folder: Path) -> None:
    dataset, _ = _imported(transparent / "pose 0.png", tmp_path / "set")
    told = json.loads((tmp_path / "set" / "dataset.json").read_text(encoding="utf-8"))
    assert dataset.made_of["imported"] == "pose 0.png"
    assert told["size_px"] == 128
