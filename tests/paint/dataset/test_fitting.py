"""A posed body follows keypoints that are seen, as far as few degrees at each joint can."""

from dataclasses import replace
from functools import cache

import numpy as np

from manekko.character import default_model
from manekko.paint.dataset.fitting import fitted
from manekko.paint.figure_keypoints import figure_keypoints_m
from manekko.paint.views import resting
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import from_rotation_vectors, multiply, rotate
from manekko.stage.figure import Figure, Pose
from manekko.stage.figures import read_figure
from manekko.stage.truths_surface import projected
from manekko.stage.view import View
from tests.stage.looking import looking

VIEW = looking((0.3, 1.0, 3.6), (0.0, 0.85, 0.0), fov_rad=0.7, size_px=(400, 400))
WRISTS = [BODY33_INDEX["left_wrist"], BODY33_INDEX["right_wrist"]]


@cache
def _figure() -> Figure:
    return read_figure(default_model())


def _turned(pose: Pose, bone: str, turn_rad: tuple[float, float, float]) -> Pose:
    """Return the pose with a bone and all below it turned about its place."""
    rig = _figure().rig
    inside = np.zeros(len(rig.bones), dtype=bool)
    inside[rig.index[bone]] = True
    for number, one in enumerate(rig.bones):
        inside[number] |= one.parent >= 0 and inside[one.parent]
    turn, about = from_rotation_vectors(np.array(turn_rad)), pose.positions_m[rig.index[bone]]
    positions, rotations = pose.positions_m.copy(), pose.rotations_xyzw.copy()
    positions[inside] = rotate(turn, positions[inside] - about) + about
    rotations[inside] = multiply(turn, rotations[inside])
    return replace(pose, positions_m=positions, rotations_xyzw=rotations)


def _danced() -> Pose:
    pose = _turned(resting(_figure()), "左腕", (0.0, 0.1, 0.3))
    return _turned(_turned(pose, "右ひじ", (0.0, -0.35, 0.1)), "上半身", (0.0, 0.1, 0.12))


def _seen(pose: Pose, view: View = VIEW) -> np.ndarray:
    points_px, depths_m = projected(view, figure_keypoints_m(_figure(), pose))
    return np.concatenate([points_px, depths_m[:, None], np.ones((33, 1))], axis=1).astype(np.float32)


def _off_px(pose: Pose, seen: np.ndarray) -> np.ndarray:
    return np.linalg.norm(_seen(pose)[:, :2] - seen[:, :2], axis=1)


def test_a_body_that_stands_comes_to_lie_on_one_that_bends() -> None:
    seen, rest = _seen(_danced()), resting(_figure())
    pose = fitted(_figure(), rest, VIEW, seen)
    assert pose is not None
    assert _off_px(rest, seen).max() > 20.0
    assert np.median(_off_px(pose, seen)) < 1.0
    assert _off_px(pose, seen).max() < 6.0


def test_a_body_that_lies_right_stays() -> None:
    pose = fitted(_figure(), _danced(), VIEW, _seen(_danced()))
    assert pose is not None
    np.testing.assert_allclose(pose.positions_m, _danced().positions_m, atol=1e-4)


def test_a_body_elsewhere_and_of_another_size_is_moved_there() -> None:
    seen = _seen(_danced())
    seen[:, :2] = (seen[:, :2] - 200.0) * 0.9 + (215.0, 190.0)
    pose = fitted(_figure(), _danced(), VIEW, seen)
    assert pose is not None
    assert np.median(_off_px(pose, seen)) < 1.5


def test_one_keypoint_that_is_far_off_does_not_pull_the_rest_along() -> None:
    seen = _seen(_danced())
    seen[WRISTS[0], :2] += 120.0
    pose = fitted(_figure(), _danced(), VIEW, seen)
    assert pose is not None
    others = np.delete(_off_px(pose, _seen(_danced())), WRISTS[0])
    assert np.median(others) < 1.5


def test_too_few_keypoints_tell_nothing() -> None:
    seen = _seen(_danced())
    seen[5:, 3] = 0.0
    assert fitted(_figure(), _danced(), VIEW, seen) is None
    seen = np.full_like(seen, np.nan)
    assert fitted(_figure(), _danced(), VIEW, seen) is None
