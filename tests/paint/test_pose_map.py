"""What the painter is told of a posed figure, pixel by pixel; and nothing where nothing is."""

from dataclasses import fields

import numpy as np
import pytest

from manekko.paint.pose_map import FIELDS, LIGHT, NOTHING, PoseMap, looked_at
from manekko.paint.views import Views
from manekko.skeleton.rotations import as_axes, from_rotation_vectors
from manekko.stage.figure import Pose
from manekko.stage.projection import camera_from_world
from manekko.stage.truths import Truth, Truths
from tests.paint.view_samples import two_plates
from tests.stage.looking import looking
from tests.stage.tube import bent, tube_figure

VIEW = looking((0.6, 1.3, 2.4), (0.0, 1.0, 0.0), fov_rad=0.6, size_px=(64, 64))
POSE = bent(from_rotation_vectors(np.array([0.0, 0.0, 0.8])))


def tube_views() -> Views:
    """Reference pictures whose box is the tube's."""
    plates, positions = two_plates(), tube_figure().mesh.positions_m
    low, span = positions.min(0), np.ptp(positions, axis=0)
    return Views(low, span, plates.pictures, plates.depths_m, plates.slants, plates.matrices)


@pytest.fixture(scope="module")
def seen(graphics: None) -> tuple[Truth, PoseMap]:
    with Truths([tube_figure()]) as truths:
        return looked_at(truths, VIEW, POSE, tube_views(), LIGHT)


def test_each_array_is_of_the_kind_that_datasets_and_networks_take(seen: tuple[Truth, PoseMap]) -> None:
    told = seen[1]
    assert tuple(field.name for field in fields(PoseMap)) == FIELDS
    kinds = {name: (getattr(told, name).dtype.name, getattr(told, name).shape) for name in FIELDS}
    assert kinds == {
        "copied": ("uint8", (64, 64, 4)),
        "rest": ("uint16", (64, 64, 3)),
        "normals": ("int8", (64, 64, 3)),
        "shade": ("int8", (64, 64)),
        "parts": ("uint8", (64, 64)),
        "depth": ("float16", (64, 64)),
    }


def test_nothing_is_told_where_nothing_is(seen: tuple[Truth, PoseMap]) -> None:
    truth, told = seen
    empty = truth.alpha == 0.0
    assert 0.1 < empty.mean() < 0.95
    assert (told.parts[empty] == NOTHING).all()
    assert (told.parts[~empty] != NOTHING).all()
    for name in FIELDS:
        if name != "parts":
            assert not getattr(told, name)[empty].any(), name


def test_places_normals_and_depths_are_the_truths(seen: tuple[Truth, PoseMap]) -> None:
    truth, told = seen
    covered = truth.alpha > 0.0
    np.testing.assert_allclose(tube_views().places_m(told.rest[covered]), truth.rest_m[covered], atol=5e-5)
    in_world = told.normals[covered] / 127.0 @ as_axes(VIEW.rotation_xyzw).T
    np.testing.assert_allclose(in_world, truth.normals[covered], atol=0.01)
    # What is seen faces the camera: its normal points against the forward axis.
    assert (told.normals[covered][:, 2] < 15).mean() > 0.97
    facing = np.clip(-(truth.normals[covered] @ LIGHT.direction), -1.0, 1.0)
    np.testing.assert_allclose(told.shade[covered] / 127.0, facing, atol=0.01)
    forward = camera_from_world(VIEW)[2]
    middle_m = POSE.positions_m.mean(0) @ forward[:3] + forward[3]
    np.testing.assert_allclose(told.depth[covered], truth.depth_m[covered] - middle_m, atol=1e-3)


def test_the_depth_does_not_tell_how_far_the_figure_is(graphics: None) -> None:
    def depth(away_m: float) -> np.ndarray:
        pose = bent(np.array([0.0, 0.0, 0.0, 1.0]))
        moved = Pose(pose.positions_m - [0.0, 0.0, away_m], pose.rotations_xyzw, pose.morph_weights)
        level = looking((0.0, 1.0, 3.0), (0.0, 1.0, 0.0), fov_rad=0.6, size_px=(64, 64))
        with Truths([tube_figure()]) as truths:
            told = looked_at(truths, level, moved, tube_views(), LIGHT)[1]
        return told.depth[told.parts != NOTHING]

    near, far = depth(0.0), depth(5.0)
    assert len(near) > 4 * len(far) > 0
    assert near.min() == pytest.approx(far.min(), abs=0.01)
    assert near.max() == pytest.approx(far.max(), abs=0.01)


def test_who_is_not_shown_leaves_an_empty_map(graphics: None) -> None:
    gone = Pose(POSE.positions_m, POSE.rotations_xyzw, POSE.morph_weights, shown=False)
    with Truths([tube_figure()]) as truths:
        _, told = looked_at(truths, VIEW, gone, tube_views(), LIGHT)
    assert (told.parts == NOTHING).all()
    assert not any(getattr(told, name).any() for name in FIELDS if name != "parts")
