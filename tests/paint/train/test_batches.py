from pathlib import Path

import numpy as np
import pytest

from manekko.errors import InputError
from manekko.paint.dataset.shards import begin_dataset
from manekko.paint.heads import head_boxes
from manekko.paint.pose_map import NOTHING
from manekko.paint.train.batches import batch_at, crop_side, held_frames, sources, within
from tests.paint.train.toy import toy_dataset


def test_a_batch_depends_on_seed_step_and_process_alone(toy: Path) -> None:
    found = sources((toy,), "train")
    first, again = (batch_at(found, 3, 7, 0, 4, 48) for _ in range(2))
    for name, values in first.now.items():
        np.testing.assert_array_equal(values, again.now[name])
        np.testing.assert_array_equal(first.before[name], again.before[name])
    np.testing.assert_array_equal(first.boxes, again.boxes)
    others = [batch_at(found, *at, 4, 48) for at in ((4, 7, 0), (3, 8, 0), (3, 7, 1))]
    assert not any(np.array_equal(first.now["rgba"], other.now["rgba"]) for other in others)


def test_crops_are_of_one_place_in_all_arrays_and_show_the_figure(toy: Path) -> None:
    batch = batch_at(sources((toy,), "train"), 0, 0, 0, 16, 48)
    assert all(values.shape[:3] == (16, 48, 48) for values in batch.now.values())
    shown = batch.now["parts"] != NOTHING
    np.testing.assert_array_equal(shown, batch.now["rgba"][..., 3] > 0)
    np.testing.assert_array_equal(shown, batch.now["copied"][..., 3] > 0)
    assert shown.any(axis=(1, 2)).all()


def test_the_frame_before_is_the_same_crop_of_a_neighbour(toy: Path) -> None:
    found = sources((toy,), "train")
    batch = batch_at(found, 0, 1, 0, 8, 64)
    videos = [np.asarray(shard.array("rgba")) for shard in found[0].shards]
    for now, before in zip(batch.now["rgba"], batch.before["rgba"], strict=True):
        places = [
            (video, frame)
            for video, frames in enumerate(videos)
            for frame, picture in enumerate(frames)
            if np.array_equal(picture, now)
        ]
        assert places
        assert any(np.array_equal(videos[video][max(frame - 1, 0)], before) for video, frame in places)


def test_no_frame_of_a_held_motion_is_learned_from(toy: Path) -> None:
    train = {shard.info.motion for source in sources((toy,), "train") for shard in source.shards}
    held = {shard.info.motion for source in sources((toy,), "held") for shard in source.shards}
    assert train
    assert held
    assert not train & held


def test_squares_are_where_the_crop_has_them(toy: Path) -> None:
    batch = batch_at(sources((toy,), "train"), 0, 2, 0, 16, 64)
    for parts, boxes in zip(batch.now["parts"], batch.boxes, strict=True):
        np.testing.assert_array_equal(boxes, head_boxes(parts))


def test_squares_that_a_crop_cuts_are_left_out() -> None:
    boxes = np.array([[10, 10, 16], [40, 10, 8], [0, 0, 8]])
    assert within(boxes, 10, 5, 32).tolist() == [[0, 5, 16], [0, 0, 0], [0, 0, 0]]


def test_datasets_of_two_sizes_give_crops_of_one(toy: Path, tmp_path: Path) -> None:
    larger = toy_dataset(tmp_path / "larger", size_px=128, frames=3).folder
    found = sources((toy, larger), "train")
    side = crop_side(found, 192)
    assert side == 64
    sides = set()
    for step in range(12):
        batch = batch_at(found, 0, step, 0, 4, side)
        assert batch.now["rgba"].shape == (4, 64, 64, 4)
        sides |= set(batch.boxes[:, 0, 2].tolist())
    assert {16, 32} <= sides


def test_the_crops_side_is_a_multiple_of_sixteen(toy: Path) -> None:
    found = sources((toy,), "train")
    assert [crop_side(found, wanted) for wanted in (1, 47, 50, 1000)] == [16, 32, 48, 64]


def test_held_frames_are_whole(toy: Path) -> None:
    frames = list(held_frames(sources((toy,), "held"), 3))
    assert len(frames) == 3
    assert all(frame["rgba"].shape == (1, 64, 64, 4) and frame["depth"].dtype == np.float32 for frame in frames)


def test_a_dataset_that_lacks_something_is_refused_in_a_line(toy: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no dataset"):
        sources((tmp_path,), "train")
    empty = begin_dataset(tmp_path / "empty", "nobody", 64, {}).folder
    with pytest.raises(InputError, match="no frames of the split"):
        sources((empty,), "train")
    with pytest.raises(InputError, match="holds no 'keypoints'"):
        sources((toy,), "train", ("rgba", "keypoints"))
