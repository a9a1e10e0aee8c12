"""Datasets drawn of a model: what is true of each picture, and that a stopped run goes on where it was."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, distance_transform_edt, map_coordinates

from manekko.arrays import Array
from manekko.character import default_model
from manekko.errors import InputError
from manekko.files.motions import write_motion
from manekko.paint.dataset.render import RenderDatasetOptions, motion_files, render_dataset
from manekko.paint.dataset.shards import Dataset, Shard, open_dataset
from manekko.paint.pose_map import FIELDS, NOTHING
from manekko.stage.figures import read_figure
from tests.paint.small_networks import small_views
from tests.show.samples import dance_motion

SIZE_PX, FRAMES = 96, 30
ORANGE = (250, 120, 40)


def options(folder: Path) -> RenderDatasetOptions:
    """Thirty pictures of two dances of 20 frames, of which one is held back."""
    return RenderDatasetOptions(
        default_model(), (folder / "motions",), folder / "data", FRAMES, SIZE_PX, seed=1, held=("b",)
    )


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory, graphics: None) -> Dataset:
    """A dataset whose reference pictures were there before: all orange."""
    folder = tmp_path_factory.mktemp("rendered")
    (folder / "motions").mkdir()
    for name in ("a", "b"):
        write_motion(folder / "motions" / f"{name}.bvh", dance_motion(20 / 30))
    (folder / "data").mkdir()
    positions = read_figure(default_model()).mesh.positions_m.astype(float)
    small_views(positions.min(0), positions.max(0), ORANGE).save(folder / "data" / "views.npz")
    return render_dataset(options(folder))


def arrays(shard: Shard) -> dict[str, Array]:
    return {name: np.array(shard.array(name)) for name in ("rgba", *FIELDS, "flow", "keypoints", "hands")}


@pytest.mark.slow
def test_all_that_was_asked_for_is_there_split_by_motion(rendered: Dataset) -> None:
    shards = rendered.all_shards
    assert sum(shard.info.frames for shard in shards) == FRAMES
    assert {(shard.info.motion, shard.info.split) for shard in shards} <= {("a", "train"), ("b", "held")}
    assert rendered.has_surface
    assert rendered.size_px == SIZE_PX
    assert rendered.made_of["motions"] == ["a.bvh", "b.bvh"]
    assert rendered.made_of["model"] == str(default_model())


@pytest.mark.slow
def test_pictures_and_maps_show_the_same_figure(rendered: Dataset) -> None:
    for shard in rendered.all_shards:
        found = arrays(shard)
        for rgba, parts, copied in zip(found["rgba"], found["parts"], found["copied"], strict=True):
            opaque, covered = rgba[..., 3] > 127, parts != NOTHING
            assert 0.02 < covered.mean() < 0.9
            # The picture has an outline around the figure, the map has none.
            assert (opaque & covered).sum() > 0.97 * covered.sum()
            assert (opaque & ~np.asarray(binary_dilation(covered, iterations=2))).sum() < 0.01 * covered.sum()
            assert (np.abs(copied[covered][:, :3].astype(int) - ORANGE) < 3).all()
        assert (np.abs(np.diff(found["rgba"].astype(int), axis=0)).max((1, 2, 3)) > 30).all()


@pytest.mark.slow
def test_flow_leads_each_place_of_the_body_and_its_colour_to_the_next_picture(rendered: Dataset) -> None:
    views = rendered.views()
    assert views is not None
    for shard in rendered.all_shards:
        found = arrays(shard)
        assert np.isnan(found["flow"][-1]).all()
        assert not np.isfinite(found["flow"][found["parts"] == NOTHING]).any()
        for frame in range(0, shard.info.frames - 1, 4):
            flow = found["flow"][frame].astype(float)
            rows, columns = np.nonzero(np.isfinite(flow).all(-1))
            assert len(rows) > 0.6 * (found["parts"][frame] != NOTHING).sum()
            at = np.stack([rows, columns]) + flow[rows, columns, ::-1].T
            near = np.round(at).astype(int)
            inside = (near >= 0).all(0) & (near < SIZE_PX).all(0)
            assert inside.mean() > 0.99
            before = views.places_m(found["rest"][frame][rows, columns][inside])
            after = views.places_m(found["rest"][frame + 1][near[0][inside], near[1][inside]])
            off_m = np.linalg.norm(after - before, axis=1)
            still_m = np.linalg.norm(views.places_m(found["rest"][frame + 1][rows, columns][inside]) - before, axis=1)
            # Half a pixel is about a centimetre here.
            assert np.median(off_m) < 0.015
            assert np.median(off_m) <= np.median(still_m)
            colours, moved = found["rgba"][frame].astype(float), found["rgba"][frame + 1].astype(float)
            led = np.stack([map_coordinates(moved[..., k], at, order=1, mode="nearest") for k in range(3)], axis=-1)
            assert np.abs(led - colours[rows, columns, :3]).mean() < 12.0


@pytest.mark.slow
def test_keypoints_lie_on_the_figure_in_the_order_of_the_body(rendered: Dataset) -> None:
    for shard in rendered.all_shards:
        found = arrays(shard)
        for parts, body, hands in zip(found["parts"], found["keypoints"], found["hands"], strict=True):
            away_px = np.asarray(distance_transform_edt(parts == NOTHING))
            points = np.concatenate([body, hands.reshape(-1, 4)])
            assert set(np.unique(points[:, 3])) <= {0.0, 1.0}
            seen = points[points[:, 3] == 1.0]
            rows, columns = np.floor(seen[:, [1, 0]]).astype(int).T
            assert (seen[:, :2] >= 0.0).all()
            assert (seen[:, :2] < SIZE_PX).all()
            # The tip of a finger that is a pixel wide may miss it.
            assert away_px[rows, columns].max() < 3.0
            assert (away_px[rows, columns] < 2.0).mean() > 0.95
            # Depths count from the middle of the hips, and whoever stands has the head above the feet.
            assert body[23:25, 2].mean() == pytest.approx(0.0, abs=1e-4)
            assert body[0, 1] < body[27:33, 1].min()


@pytest.mark.slow
def test_a_stopped_run_goes_on_and_draws_the_very_same(rendered: Dataset, tmp_path: Path) -> None:
    source = rendered.folder.parent
    shutil.copytree(source, tmp_path / "copy")
    copy = options(tmp_path / "copy")
    kept, lost = (shard.folder.name for shard in rendered.all_shards[:2])
    shutil.rmtree(copy.out / lost)
    (copy.out / f".{lost}.part").mkdir()  # what a killed run leaves
    untouched = {path: path.stat().st_mtime_ns for path in (copy.out / kept).iterdir()}
    told: list[tuple[str, int, int | None]] = []
    again = render_dataset(copy, lambda *step: told.append(step))
    assert {path: path.stat().st_mtime_ns for path in (copy.out / kept).iterdir()} == untouched
    assert told[-1] == ("render", FRAMES, FRAMES)
    for shard in rendered.all_shards:
        for path in shard.folder.iterdir():
            assert (again.folder / shard.folder.name / path.name).read_bytes() == path.read_bytes(), path.name
    assert not [path.name for path in again.folder.iterdir() if path.name.startswith(".")]


@pytest.mark.slow
def test_another_seed_or_size_needs_another_folder(rendered: Dataset) -> None:
    asked = options(rendered.folder.parent)
    before = [shard.folder.name for shard in rendered.all_shards]
    for other in (replace(asked, seed=2), replace(asked, size_px=64), replace(asked, frames=31)):
        with pytest.raises(InputError, match="made otherwise; give another folder"):
            render_dataset(other)
    assert [shard.folder.name for shard in open_dataset(rendered.folder).all_shards] == before


def test_motions_are_files_and_those_in_folders_by_name(tmp_path: Path) -> None:
    for name in ("b.vmd", "A.BVH", "notes.txt", "c.vpd"):
        (tmp_path / name).write_bytes(b"")
    one = tmp_path / "elsewhere.bvh"
    assert [path.name for path in motion_files((one, tmp_path))] == ["elsewhere.bvh", "A.BVH", "b.vmd"]
    with pytest.raises(InputError, match="there is no motion to draw"):
        motion_files(())


@pytest.mark.parametrize("size_px", [0, 16, 100, 1040])
def test_pictures_of_a_size_that_no_network_takes_are_refused(tmp_path: Path, size_px: int) -> None:
    asked = replace(options(tmp_path), size_px=size_px)
    with pytest.raises(InputError, match=f"pictures of {size_px} px cannot be learned from"):
        render_dataset(asked)
    assert not asked.out.exists()


@pytest.mark.slow
def test_a_single_pose_is_no_dance(tmp_path: Path) -> None:
    (tmp_path / "motions").mkdir()
    write_motion(tmp_path / "motions" / "pose.bvh", dance_motion(1 / 30))
    with pytest.raises(InputError, match="one frame each: nothing moves"):
        render_dataset(options(tmp_path))
