"""Laws of the figures of the pose, and the detector before a drawn character."""

from pathlib import Path

import numpy as np
import pytest

from manekko.arrays import Array
from manekko.bench.paint_pose import JUDGED, LOOKS, box_side_px, middle_look, pose_figures, seen_keypoints, side_by_side
from manekko.people.keypoints import BODY33_INDEX, BODY33_MIRROR

SIDES = np.full(6, 100.0)


def bodies(count: int = 6) -> Array:
    """Keypoints of people who face the camera: (frame, 33, 4), all visible."""
    rng = np.random.default_rng(4)
    points = np.concatenate(
        [rng.uniform(0.0, 100.0, (count, 33, 2)), np.zeros((count, 33, 1)), np.ones((count, 33, 1))], -1
    )
    for part in ("shoulder", "hip"):
        points[:, BODY33_INDEX[f"left_{part}"], 0], points[:, BODY33_INDEX[f"right_{part}"], 0] = 60.0, 40.0
    return points


def looks(points: Array) -> Array:
    """The same seen in each look."""
    return np.repeat(points[:, None, :, :2], len(LOOKS), axis=1)


def test_the_same_finds_are_all_right_and_lose_nothing() -> None:
    true = bodies()
    found = pose_figures(looks(true), looks(true), true, SIDES)
    assert (found.pck, found.truth_pck, found.flips, found.lost_points, found.told) == (1.0, 1.0, 0.0, 0.0, 6)


def test_a_keypoint_counts_up_to_a_twentieth_of_the_box() -> None:
    true = bodies()
    near, far = true[..., :2].copy(), true[..., :2].copy()
    near[:, JUDGED[0]] += [4.9, 0.0]
    far[:, JUDGED[0]] += [5.1, 0.0]
    assert pose_figures(looks(near), looks(far), true, SIDES).pck == 1.0
    found = pose_figures(looks(far), looks(near), true, SIDES)
    assert found.pck == pytest.approx(1.0 - 1.0 / len(JUDGED))
    assert found.lost_points == pytest.approx(100.0 / len(JUDGED))


def test_hidden_keypoints_do_not_count_and_unseen_ones_are_wrong() -> None:
    true = bodies()
    far = true[..., :2] + 50.0
    true[:, JUDGED[1:], 3] = 0.0
    far[:, JUDGED[0]] = true[:, JUDGED[0], :2]
    assert pose_figures(looks(far), looks(far), true, SIDES).pck == 1.0
    assert pose_figures(looks(np.full_like(far, np.nan)), looks(far), true, SIDES).pck == 0.0


def test_left_taken_for_right_is_a_flip() -> None:
    true = bodies()
    found = true[..., :2].copy()
    found[:2] = found[:2, BODY33_MIRROR]
    assert pose_figures(looks(found), looks(true), true, SIDES).flips == pytest.approx(2 / 6)


def test_flips_are_told_by_what_the_detector_sees_in_the_true_picture_and_where_sides_are_apart() -> None:
    true = bodies()
    seen = true[..., :2].copy()
    seen[0] = seen[0, BODY33_MIRROR]
    for part in ("shoulder", "hip"):
        true[1, BODY33_INDEX[f"left_{part}"], 0] = true[1, BODY33_INDEX[f"right_{part}"], 0] + 1.0
    found = pose_figures(looks(true[:, BODY33_MIRROR]), looks(seen), true, SIDES)
    assert (found.told, found.flips) == (4, 1.0)
    assert pose_figures(looks(np.full_like(seen, np.nan)), looks(seen), true, SIDES).flips == 0.0


def test_one_look_that_goes_wrong_does_not_count_but_then_no_flip_is_told_by_it() -> None:
    true = bodies()
    seen = looks(true)
    seen[:3, 1] = seen[:3, 1][:, BODY33_MIRROR]
    found = pose_figures(seen, looks(true), true, SIDES)
    assert (found.pck, found.flips, found.told) == (1.0, 0.0, 6)
    assert pose_figures(looks(true), seen, true, SIDES).told == 3


def test_looks_that_see_nobody_are_left_out() -> None:
    seen = looks(bodies())
    seen[0, 0], seen[1] = np.nan, np.nan
    middle = middle_look(seen)
    assert middle[0] == pytest.approx(seen[0, 1])
    assert np.isnan(middle[1]).all()


def test_from_the_front_left_is_on_the_right() -> None:
    assert side_by_side(bodies()[..., :2]) == pytest.approx(np.full(6, 20.0))


def test_the_box_is_that_of_the_figure() -> None:
    picture = np.zeros((50, 60, 4), np.uint8)
    assert np.isnan(box_side_px(picture))
    picture[5:35, 10:20, 3] = 255
    assert box_side_px(picture) == pytest.approx(30.0)


@pytest.mark.weights
def test_nobody_is_seen_in_an_empty_picture(weights_folder: Path) -> None:
    from manekko.people.landmarks import BodyNet

    truth = np.zeros((64, 64, 4), np.uint8)
    assert np.isnan(seen_keypoints(BodyNet(), truth, truth)).all()
    truth[20:40, 20:40, 3] = 255
    assert np.isnan(seen_keypoints(BodyNet(), np.zeros_like(truth), truth)).all()
