"""Datasets on disk: whole or not there, one folder for one dataset, and damage told in one line."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from manekko.errors import FormatError, InputError, ManekkoError
from manekko.paint.dataset.shards import Dataset, Shard, ShardInfo, begin_dataset, has_shard, new_shard, open_dataset
from manekko.paint.pose_map import FIELDS
from tests.paint.train.toy import toy_dataset
from tests.paint.view_samples import two_plates

INFO = ShardInfo("walk", "train", 3, 30.0)


def begun(folder: Path, **made_of: object) -> Dataset:
    return begin_dataset(folder / "data", "maneko", 16, made_of)


def with_shard(folder: Path) -> Shard:
    dataset = begun(folder)
    with new_shard(dataset, "a", INFO, ("rgba", "flow", "keypoints")) as arrays:
        arrays["rgba"][:] = np.arange(3, dtype=np.uint8)[:, None, None, None]
        arrays["flow"][:] = np.nan
        arrays["keypoints"][:] = 1.5
    return open_dataset(dataset.folder).all_shards[0]


def test_a_shard_gives_back_what_was_put_in(tmp_path: Path) -> None:
    shard = with_shard(tmp_path)
    assert (shard.info, shard.size_px) == (INFO, 16)
    rgba, flow, keypoints = (shard.array(name) for name in ("rgba", "flow", "keypoints"))
    assert rgba is not None
    assert rgba.shape == (3, 16, 16, 4)
    assert rgba[:, 0, 0, 0].tolist() == [0, 1, 2]
    assert flow is not None
    assert flow.dtype == np.float16
    assert keypoints is not None
    assert keypoints.shape == (3, 33, 4)
    assert shard.array("hands") is None


def test_a_dataset_is_opened_as_it_was_begun(tmp_path: Path) -> None:
    begun(tmp_path, model="モデル.pmx", frames=3)
    dataset = open_dataset(tmp_path / "data")
    assert (dataset.character, dataset.size_px) == ("maneko", 16)
    assert dataset.made_of == {"model": "モデル.pmx", "frames": 3}
    assert (dataset.all_shards, dataset.views()) == ((), None)
    two_plates().save(dataset.folder / "views.npz")
    views = dataset.views()
    assert views is not None
    assert len(views.pictures) == 2


def test_going_on_needs_the_very_same_dataset(tmp_path: Path) -> None:
    made_of = {"frames": 3, "held": ("a", "b")}
    begun(tmp_path, **made_of)
    before = (tmp_path / "data" / "dataset.json").read_bytes()
    assert begun(tmp_path, **made_of).folder == tmp_path / "data"
    for character, size_px, other in (("tora", 16, made_of), ("maneko", 32, made_of), ("maneko", 16, {"frames": 4})):
        with pytest.raises(InputError, match="made otherwise"):
            begin_dataset(tmp_path / "data", character, size_px, other)
    assert (tmp_path / "data" / "dataset.json").read_bytes() == before


def test_a_folder_of_something_else_is_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no dataset; make one with"):
        open_dataset(tmp_path)


def test_a_shard_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    dataset = begun(tmp_path)

    def fails() -> None:
        with new_shard(dataset, "a", INFO, ("rgba",)) as arrays:
            arrays["rgba"][:] = 7
            assert not has_shard(dataset, "a")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fails()
    assert [path.name for path in dataset.folder.iterdir()] == ["dataset.json"]
    assert open_dataset(dataset.folder).all_shards == ()


def test_what_a_killed_run_left_is_not_taken_for_a_shard_and_is_drawn_again(tmp_path: Path) -> None:
    dataset = begun(tmp_path)
    left = dataset.folder / ".shard-a.part"
    left.mkdir()
    (left / "rgba.npy").write_bytes(b"half of it")
    assert not has_shard(dataset, "a")
    assert open_dataset(dataset.folder).all_shards == ()
    with new_shard(dataset, "a", INFO, ("rgba",)):
        pass
    assert has_shard(dataset, "a")
    assert sorted(path.name for path in dataset.folder.iterdir()) == ["dataset.json", "shard-a"]
    assert sorted(path.name for path in (dataset.folder / "shard-a").iterdir()) == ["rgba.npy", "shard.json"]


def test_the_splits_share_out_all_shards(tmp_path: Path) -> None:
    dataset = toy_dataset(tmp_path / "toy", size_px=16, frames=2)
    train, held = dataset.shards("train"), dataset.shards("held")
    assert {shard.info.motion for shard in train} == {"motion 0", "motion 1"}
    assert {shard.info.motion for shard in held} == {"motion 2"}
    assert {*train, *held} == set(dataset.all_shards)


def test_a_dataset_with_all_maps_knows_the_surface_and_one_of_pictures_does_not(tmp_path: Path) -> None:
    assert toy_dataset(tmp_path / "toy", size_px=16, frames=2).has_surface
    assert not open_dataset(with_shard(tmp_path).folder.parent).has_surface
    assert not begin_dataset(tmp_path / "empty", "nobody", 16, {}).has_surface
    assert set(FIELDS) == {"copied", "rest", "normals", "shade", "parts", "depth"}


@pytest.mark.parametrize(
    ("kind", "shape"), [("float32", (3, 16, 16, 4)), ("uint8", (3, 16, 16, 3)), ("uint8", (2, 16, 16, 4))]
)
def test_an_array_of_another_kind_or_shape_is_refused(tmp_path: Path, kind: str, shape: tuple[int, ...]) -> None:
    shard = with_shard(tmp_path)
    np.save(shard.folder / "rgba.npy", np.zeros(shape, kind))
    with pytest.raises(FormatError, match=r"rgba\.npy: .* found where uint8 \(3, 16, 16, 4\) was expected"):
        shard.array("rgba")


def test_damaged_arrays_are_told_or_read_but_never_break(tmp_path: Path) -> None:
    shard, rng = with_shard(tmp_path), random.Random(5)
    path = shard.folder / "rgba.npy"
    data, refused = path.read_bytes(), 0
    for number in range(250):
        broken = bytearray(data[: rng.randrange(160)] if number % 3 == 0 else data)
        for _ in range(rng.randrange(1, 4) if broken else 0):
            broken[rng.randrange(min(len(broken), 128))] ^= 1 << rng.randrange(8)
        path.unlink()
        path.write_bytes(broken)
        try:
            shard.array("rgba")
        except FormatError:
            refused += 1
    assert refused > 150


@pytest.mark.parametrize("data", [b"", b"PK\3\4rest", b"\x80\4\x95pickle", np.full(3, 7).tobytes()])
def test_other_files_are_no_arrays(tmp_path: Path, data: bytes) -> None:
    shard = with_shard(tmp_path)
    (shard.folder / "rgba.npy").unlink()
    (shard.folder / "rgba.npy").write_bytes(data)
    with pytest.raises(FormatError, match="delete this shard's folder"):
        shard.array("rgba")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dataset.json", "{"),
        ("dataset.json", "[]"),
        ("dataset.json", "[" * 100_000),
        ("dataset.json", '{"version": 1}'),
        ("dataset.json", '{"version": 9, "character": "a", "size_px": 16, "made_of": {}}'),
        ("dataset.json", '{"version": 1, "character": "a", "size_px": "large", "made_of": {}}'),
        ("dataset.json", '{"version": 1, "character": "a", "size_px": Infinity, "made_of": {}}'),
        ("dataset.json", '{"version": 1, "character": "a", "size_px": 16, "made_of": 3}'),
        ("shard-a/shard.json", "nothing"),
        ("shard-a/shard.json", '{"motion": "a", "split": "train", "fps": 30}'),
        ("shard-a/shard.json", '{"motion": "a", "split": "both", "frames": 3, "fps": 30}'),
        ("shard-a/shard.json", '{"motion": "a", "split": "train", "frames": 65, "fps": 30}'),
        ("shard-a/shard.json", '{"motion": "a", "split": "train", "frames": 0, "fps": 30}'),
        ("shard-a/shard.json", '{"motion": "a", "split": "train", "frames": Infinity, "fps": 30}'),
        ("shard-a/shard.json", '{"motion": "a", "split": "train", "frames": 3, "fps": NaN}'),
    ],
)
def test_what_a_dataset_says_of_itself_is_checked(tmp_path: Path, name: str, text: str) -> None:
    folder = with_shard(tmp_path).folder.parent
    (folder / name).write_text(text)
    with pytest.raises(ManekkoError, match=r"\.json") as refused:
        assert open_dataset(folder).all_shards
    assert "\n" not in str(refused.value)


def test_a_shard_says_in_plain_json_what_it_is(tmp_path: Path) -> None:
    told = json.loads((with_shard(tmp_path).folder / "shard.json").read_text())
    assert told == {"motion": "walk", "split": "train", "frames": 3, "fps": 30.0}
