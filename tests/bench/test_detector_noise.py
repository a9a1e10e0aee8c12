"""What the detector gets wrong, as it is measured."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from manekko.bench.detector_noise import errors_of, image_errors_m, image_table, read_errors, usable, write_errors
from manekko.bench.detector_pictures import Seen, keypoints_of
from manekko.character import default_model
from manekko.character.design import Design
from manekko.lift.second_prior import POINTS
from manekko.motion.motion import RigMotion
from manekko.people.keypoints import BODY33_INDEX, BODY33_MIRROR
from manekko.stage.figures import read_figure
from manekko.stage.perform import perform
from tests.lift.dancers import Dance, camera_points


def seen(off_m: tuple[float, float] = (0.0, 0.0), frames: int = 40) -> Seen:
    """A dancer of whom every point is seen as far beside its place."""
    true = camera_points(Dance(1).keypoints_m(np.arange(frames) / 30.0))
    exact = Seen(true[..., :2], np.full((frames, 33), 0.97), true, true, 800.0, (640, 480))
    return replace(exact, keypoints_px=exact.true_px + np.array(off_m) * 800.0 / true[..., 2:])


def test_errors_are_counted_at_the_persons_depth():
    errors = image_errors_m(seen((0.03, -0.01)))
    np.testing.assert_allclose(errors, np.broadcast_to([0.03, -0.01], errors.shape), atol=1e-12)


def test_the_table_tells_how_far_off_points_are():
    row = next(line for line in image_table([seen((0.02, 0.02))]).splitlines() if line.startswith("wrist"))
    assert "30 (0 %)" in row  # 1.4826 times 20 mm


def test_frames_with_left_and_right_swapped_are_left_out():
    one = seen()
    keypoints = one.keypoints_px.copy()
    keypoints[10:13] = keypoints[10:13][:, BODY33_MIRROR]
    keypoints[20] = np.nan
    left_out = np.flatnonzero(~usable(replace(one, keypoints_px=keypoints)))
    assert left_out.tolist() == [10, 11, 12, 20]


def test_errors_come_back_from_their_file(tmp_path: Path):
    errors = errors_of([seen((0.02, 0.0)), seen((0.0, 0.01), frames=25)])
    assert (errors.first.tolist(), errors.last.tolist()) == ([0, 40], [39, 64])
    # What is off as a whole is not off about the hips.
    np.testing.assert_allclose(errors.shifts_m, 0.0, atol=1e-12)
    write_errors(tmp_path / "errors.npz", errors)
    again = read_errors(tmp_path / "errors.npz")
    np.testing.assert_allclose(again.confidences, errors.confidences, atol=1e-3)
    assert again.shifts_m.shape == (65, len(POINTS), 2)


def test_a_figure_at_rest_has_its_keypoints_where_a_person_has_them():
    figure = read_figure(default_model())
    (pose,) = perform(figure, RigMotion("", {}), np.zeros(1), swaying=False)
    points = keypoints_of(figure, Design(), pose)
    np.testing.assert_allclose(points[BODY33_MIRROR], points * [-1.0, 1.0, 1.0], atol=0.01)
    height = {name: float(points[place, 1]) for name, place in BODY33_INDEX.items()}
    order = ["left_eye", "nose", "mouth_left", "left_shoulder", "left_hip", "left_knee", "left_ankle", "left_heel"]
    assert sorted(order, key=lambda name: -height[name]) == order
    assert 0.0 < height["left_toe"] < 0.03
    assert points[BODY33_INDEX["left_toe"], 2] > points[BODY33_INDEX["left_heel"], 2] + 0.15
