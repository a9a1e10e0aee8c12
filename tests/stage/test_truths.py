from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from manekko.arrays import Array, Float
from manekko.files.vmd import parse_vmd, rig_motion_from_vmd
from manekko.skeleton.rotations import IDENTITY_XYZW, as_axes, from_rotation_vectors
from manekko.stage.figure import Figure, Pose
from manekko.stage.figures import read_figure
from manekko.stage.perform import perform
from manekko.stage.renderer import Renderer
from manekko.stage.truths import Truth, Truths, flow
from manekko.stage.truths_parts import PARTS
from manekko.stage.view import Light, View
from tests.stage.looking import looking
from tests.stage.tube import bent, posed_points, tube_figure

VIEW = looking((0.6, 1.3, 2.2), (0.0, 1.0, 0.0), fov_rad=0.6, size_px=(200, 240))
BENT = bent(from_rotation_vectors(np.array([0.3, 0.2, -0.7])))
NEXT = bent(from_rotation_vectors(np.array([0.35, 0.2, -0.76])), (0.012, 0.004, 0.01))
ON_THE_ARM = 0

pytestmark = pytest.mark.usefixtures("graphics")


@pytest.fixture(scope="module")
def figure() -> Figure:
    return tube_figure()


@pytest.fixture(scope="module")
def truths(graphics: None, figure: Figure) -> Iterator[Truths]:
    with Truths([figure]) as truths:
        yield truths


@pytest.fixture(scope="module")
def bent_arm(truths: Truths) -> Truth:
    return truths.look(VIEW, [BENT])


def unprojected(view: View, depth_m: Float[Array, "height width"]) -> Float[Array, "height width 3"]:
    """World points, by the pinhole's own formula."""
    width, height = view.size_px
    x, y = np.meshgrid(np.arange(width) + 0.5 - width / 2.0, np.arange(height) + 0.5 - height / 2.0)
    rays = np.stack([x / view.focal_px, y / view.focal_px, np.ones_like(x)], axis=-1)
    finite = np.where(np.isfinite(depth_m), depth_m, 0.0)
    return (rays * finite[..., None]) @ as_axes(view.rotation_xyzw).T + view.position_m


def arm(truth: Truth) -> Array:
    """Where the arm is seen, not the plate behind it."""
    return (truth.parts >= 0) & (np.nan_to_num(truth.rest_m[..., 2], nan=-1.0) > -0.2)


def test_depth_leads_to_the_point_of_the_body_that_is_named(bent_arm: Truth) -> None:
    seen = arm(bent_arm)
    assert seen.sum() > 1000
    found_m = unprojected(VIEW, np.where(seen, bent_arm.depth_m, 0.0))[seen]
    # The formula is not linear within a triangle over the bend: only rigid parts are named exactly by their rest place.
    rest_m = bent_arm.rest_m[seen]
    rigid = abs(rest_m[:, 1] - 1.0) > 0.13
    assert rigid.sum() > 500
    assert np.linalg.norm(found_m - posed_points(rest_m, BENT), axis=-1)[rigid].max() < 1e-3


def test_nothing_is_said_where_nothing_is(bent_arm: Truth) -> None:
    nothing = bent_arm.alpha == 0.0
    assert 0.2 < nothing.mean() < 0.9
    assert np.isinf(bent_arm.depth_m[nothing]).all()
    assert np.isnan(bent_arm.rest_m[nothing]).all()
    assert (bent_arm.figures[nothing] == -1).all()
    assert (bent_arm.parts[nothing] == -1).all()
    assert (bent_arm.normals[nothing] == 0.0).all()


def test_normals_are_unit_and_point_to_the_camera_on_the_round_arm(bent_arm: Truth) -> None:
    seen = bent_arm.alpha == 1.0
    assert np.allclose(np.linalg.norm(bent_arm.normals[seen], axis=-1), 1.0)
    towards = VIEW.position_m - unprojected(VIEW, np.where(seen, bent_arm.depth_m, 0.0))[seen]
    facing = (bent_arm.normals[seen] * towards).sum(axis=-1) / np.linalg.norm(towards, axis=-1)
    # Smooth normals lean a little beyond the outline of a tube of flat sides.
    assert facing.min() > -0.25
    straight = arm(bent_arm) & (bent_arm.rest_m[..., 1] < 0.85)
    outwards = bent_arm.rest_m[straight][:, [0, 2]]
    outwards = outwards / np.linalg.norm(outwards, axis=-1, keepdims=True)
    assert (bent_arm.normals[straight][:, [0, 2]] * outwards).sum(axis=-1).min() > 0.995


def test_one_looks_through_the_holes_of_a_picture_only(truths: Truths) -> None:
    view = looking((0.0, 1.0, 2.0), (0.0, 1.0, 0.0), fov_rad=0.6, size_px=(240, 240))
    truth = truths.look(view, [bent(IDENTITY_XYZW)])
    seen_m = unprojected(view, np.where(np.isinf(truth.depth_m), 2.4, truth.depth_m))
    x, y = (seen_m[..., 0] + 0.3) / 0.6, (1.4 - seen_m[..., 1]) / 0.8
    hole = (x > 0.64) & (x < 0.86) & (y > 0.27) & (y < 0.48)
    plate = (x > 0.9) & (x < 0.98) & (y > 0.1) & (y < 0.9)
    assert hole.sum() > 100
    assert (truth.alpha[hole] == 0.0).all()
    assert plate.sum() > 100
    assert (truth.alpha[plate] == 1.0).all()


def test_alpha_is_the_renderers(figure: Figure, bent_arm: Truth) -> None:
    with Renderer(VIEW.size_px, [figure], samples=1, edges=False, shadow=False) as renderer:
        drawn = renderer.draw(VIEW, Light(), [BENT])[..., 3] >= 128
    assert (drawn == (bent_arm.alpha == 1.0)).mean() > 0.9995


def test_what_draws_side_by_side_draws_the_same(figure: Figure, truths: Truths, bent_arm: Truth) -> None:
    """Each has a graphics context of its own, and the last one opened is the current one."""
    with Renderer(VIEW.size_px, [figure]) as first:
        alone = first.draw(VIEW, Light(), [BENT])
        with Renderer((64, 64), [figure, figure], samples=1):
            assert (first.draw(VIEW, Light(), [BENT]) == alone).all()
            assert (truths.look(VIEW, [BENT]).depth_m == bent_arm.depth_m).all()


def test_flow_leads_to_the_same_point_of_the_body(truths: Truths, bent_arm: Truth) -> None:
    after = truths.look(VIEW, [NEXT])
    moved = flow(bent_arm, after)
    check_flow(bent_arm, after, least_visible=0.9)
    assert np.nanmax(np.abs(moved.shifts_px)) > 3.0
    still = flow(bent_arm, bent_arm)
    assert np.nanmax(np.abs(still.shifts_px)) < 1e-6
    assert still.visible[bent_arm.alpha == 1.0].all()


def check_flow(before: Truth, after: Truth, *, least_visible: float) -> None:
    """Wherever a point is still seen, the next picture names the same place of the body within half a pixel."""
    moved = flow(before, after)
    seen = moved.visible
    assert seen.sum() / (before.alpha == 1.0).sum() > least_visible
    rows, columns = np.nonzero(seen)
    at = np.stack([rows, columns]) + moved.shifts_px[seen][:, ::-1].T
    found = np.stack([map_coordinates(after.rest_m[..., axis], at, order=1) for axis in range(3)], axis=-1)
    steps = [np.gradient(before.rest_m, axis=axis)[seen] for axis in (0, 1)]
    pixel_m = np.linalg.norm(np.stack(steps), axis=-1).max(axis=0)
    # Beside outlines the four squares around the place are not of one surface.
    smooth = np.isfinite(found).all(axis=-1) & (pixel_m < 0.03)
    off = np.linalg.norm(found - before.rest_m[seen], axis=-1) / np.maximum(pixel_m, 1e-4)
    assert smooth.mean() > 0.8
    assert np.quantile(off[smooth], 0.98) < 0.5


def test_a_point_that_goes_behind_something_is_not_seen_any_more(truths: Truths) -> None:
    view = looking((0.0, 1.0, 2.0), (0.0, 1.0, 0.0), fov_rad=0.6, size_px=(240, 240))
    before = truths.look(view, [bent(IDENTITY_XYZW)])
    after = truths.look(view, [bent(from_rotation_vectors(np.array([0.0, 0.0, 1.2])))])
    moved = flow(before, after)
    newly_hidden = (before.rest_m[..., 2] < -0.3) & (arm(after))
    assert newly_hidden.sum() > 200
    # The plate does not move: what the arm now covers is hidden, what it does not is seen.
    assert not moved.visible[newly_hidden].any()
    kept = (before.rest_m[..., 2] < -0.3) & (after.rest_m[..., 2] < -0.3)
    assert moved.visible[kept].all()


def test_joints_project_where_they_are_and_are_hidden_by_what_is_in_front(truths: Truths) -> None:
    front = truths.look(looking((0.0, 1.0, 2.0), (0.0, 1.0, 0.0), fov_rad=0.6, size_px=(240, 240)), [BENT])
    behind = truths.look(looking((0.0, 1.0, -2.0), (0.0, 1.0, 0.0), fov_rad=0.6, size_px=(240, 240)), [BENT])
    assert front.joints[0].points_px[1] == pytest.approx([120.0, 120.0], abs=1e-6)
    assert front.joints[0].depths_m[1] == pytest.approx(2.0)
    assert front.joints[0].visible[1]
    assert not behind.joints[0].visible[1]


def test_parts_follow_the_bones(bent_arm: Truth) -> None:
    seen = arm(bent_arm)
    below, above = seen & (bent_arm.rest_m[..., 1] < 0.85), seen & (bent_arm.rest_m[..., 1] > 1.15)
    assert {PARTS[part] for part in np.unique(bent_arm.parts[below])} == {"left_upper_arm"}
    assert {PARTS[part] for part in np.unique(bent_arm.parts[above])} == {"left_forearm"}


def test_of_two_figures_each_point_tells_whose_it_is(figure: Figure) -> None:
    left, right = bent(IDENTITY_XYZW, (-0.35, 0.0, 0.0)), bent(IDENTITY_XYZW, (0.35, 0.0, 0.0))
    with Truths([figure, figure]) as truths:
        truth = truths.look(looking((0.0, 1.0, 3.0), (0.0, 1.0, 0.0), fov_rad=0.6, size_px=(240, 240)), [left, right])
    assert (truth.figures[:, :110] != 1).all()
    assert (truth.figures[:, 130:] != 0).all()
    assert (truth.figures == 0).sum() > 1000
    assert (truth.figures == 1).sum() > 1000


def test_a_figure_that_is_not_shown_is_not_seen_and_hides_nothing(figure: Figure) -> None:
    view = looking((0.0, 1.0, 3.0), (0.0, 1.0, 0.0), fov_rad=0.6, size_px=(120, 120))
    behind, before = bent(IDENTITY_XYZW), replace(bent(IDENTITY_XYZW, (0.0, 0.0, 0.5)), shown=False)
    with Truths([figure, figure]) as truths:
        truth, alone = truths.look(view, [behind, before]), truths.look(view, [before, before])
    assert set(np.unique(truth.figures)) == {-1, 0}
    assert truth.joints[0].visible[1]
    assert not truth.joints[1].visible.any()
    assert not alone.alpha.any()


def test_a_flat_camera_sees_true_widths(truths: Truths) -> None:
    level = looking((0.0, 1.0, 2.0), (0.0, 1.0, 0.0), fov_rad=0.6, size_px=(200, 200))
    view = View(level.position_m, level.rotation_xyzw, (200, 200), 1.0, orthographic_height_m=2.0)
    truth = truths.look(view, [bent(IDENTITY_XYZW)])
    columns = np.arange(200) + 0.5
    row = truth.rest_m[60]
    seen = np.isfinite(row[:, 0])
    assert np.allclose(row[seen, 0], (columns[seen] - 100.0) / 100.0, atol=1e-6)
    assert np.allclose(row[seen, 1], 1.0 + (100.0 - 60.5) / 100.0, atol=1e-6)


@pytest.fixture(scope="module")
def dancer(data_folder: Path) -> tuple[Figure, list[Pose]]:
    figure = read_figure(data_folder / "mmd/models/trace_model.pmx")
    motion = rig_motion_from_vmd(parse_vmd((data_folder / "mmd/motions/wavefile_lat.vmd").read_bytes()))
    return figure, list(perform(figure, motion, np.array([300, 301]), swaying=False))


@pytest.mark.data
@pytest.mark.slow
def test_a_dancer_keeps_the_same_laws(dancer: tuple[Figure, list[Pose]]) -> None:
    figure, poses = dancer
    view = looking((0.3, 1.0, 2.6), (0.0, 0.85, 0.0), fov_rad=0.65, size_px=(480, 640))
    with Truths([figure]) as truths:
        before, after = (truths.look(view, [pose]) for pose in poses)
    check_flow(before, after, least_visible=0.9)
    seen = before.alpha == 1.0
    assert (
        np.abs(unprojected(view, before.depth_m)[seen] - before.surface.mixed(before.surface.vertices_m)).max() < 1e-6
    )
    with Renderer(view.size_px, [figure], samples=1, edges=False, shadow=False) as renderer:
        drawn = renderer.draw(view, Light(), poses[:1])[..., 3] >= 128
    assert (drawn == seen).mean() > 0.999
    assert {PARTS.index(part) for part in ("head", "hair", "torso", "left_hand", "right_shin")} <= set(
        before.parts[seen]
    )
    names = figure.rig.index
    joints = before.joints[0]
    for name in ("頭", "上半身2", "左ひざ", "右ひざ"):
        column, row = np.floor(joints.points_px[names[name]]).astype(int)
        assert before.figures[row, column] == 0, name
    assert joints.visible[names["左ひざ"]]
    assert joints.visible[names["右足首"]]
