"""Known dances as a detector would see them agree with their own truth."""

from pathlib import Path

import numpy as np
import pytest

from manekko.bench.synthetic import Synthetic, background_px, held_out_motions, keypoints_m, seen, weak_depth_error_m
from manekko.bench.synthetic_motions import TrueMotion, sole_points_m, true_contacts
from manekko.motion.motion import Motion
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import from_rotation_vectors, rotate
from manekko.skeleton.skeleton import HUMANOID, JOINT_INDEX, default_skeleton


def _swaying(frames: int = 60) -> TrueMotion:
    """Somebody who stands and turns a little about the vertical."""
    rotations = np.tile([0.0, 0.0, 0.0, 1.0], (frames, len(HUMANOID), 1))
    angle = 0.3 * np.sin(np.arange(frames) / 10.0)
    rotations[:, JOINT_INDEX["chest"]] = from_rotation_vectors(angle[:, None] * np.array([0.0, 1.0, 0.0]))
    skeleton = default_skeleton()
    roots = np.tile(skeleton.rest_offsets_m[0], (frames, 1))
    motion = Motion(
        30.0, skeleton, roots, rotations, np.ones((frames, len(HUMANOID))), np.ones((frames, 4), dtype=bool)
    )
    return TrueMotion("swaying", motion)


def test_keypoints_of_the_t_pose_are_where_a_body_has_them() -> None:
    motion = _swaying(1).motion
    points = dict(zip(BODY33_INDEX, keypoints_m(motion)[0], strict=True))

    assert points["left_wrist"][0] > 0.5 > -0.5 > points["right_wrist"][0]
    assert points["nose"][2] > points["left_ear"][2] + 0.05
    assert 0.0 < points["left_heel"][1] < 0.06
    assert points["left_toe"][2] > points["left_ankle"][2] + 0.1
    assert points["left_heel"][2] < points["left_ankle"][2]
    np.testing.assert_allclose(points["left_hip"], motion.joint_positions_m()[0, JOINT_INDEX["leftUpperLeg"]])


def test_a_standing_body_touches_the_floor_with_all_of_its_soles() -> None:
    motion = _swaying().motion

    np.testing.assert_allclose(sole_points_m(motion)[..., 1], 0.0, atol=1e-9)
    assert true_contacts(motion).all()


def test_a_body_in_the_air_touches_nothing() -> None:
    motion = _swaying().motion
    motion.root_positions_m[:, 1] += 0.1

    assert not true_contacts(motion).any()


@pytest.mark.parametrize("panning", [False, True])
def test_without_noise_the_track_is_the_projection_of_the_truth(panning: bool) -> None:
    found = seen(_swaying(), 3, 0.0, panning=panning)
    view = found.camera.looked_at(found.keypoints_m)

    np.testing.assert_allclose(found.track.keypoints_px, found.camera.lens.project(view), atol=1e-6)
    assert (found.track.keypoints_px > 0.0).all()
    assert (found.track.keypoints_px < found.track.image_size_px).all()
    np.testing.assert_array_equal(found.track.confidences, 1.0)


def test_the_camera_stands_before_the_dancer_with_up_upwards() -> None:
    found = seen(_swaying(), 4, 0.0)
    nose, ankle = (found.track.keypoints_px[:, BODY33_INDEX[name], 1] for name in ("nose", "left_ankle"))
    left, right = (found.track.keypoints_px[:, BODY33_INDEX[name], 0] for name in ("left_hip", "right_hip"))
    ahead = rotate(found.camera.to_world_xyzw[0], np.array([0.0, 0.0, 1.0]))

    assert (nose < ankle).all()
    assert (left > right).all()
    assert found.camera.position_m[2] > 2.0
    assert ahead[2] < -0.95


def test_weak_depth_of_an_exact_detector_is_the_shape_about_the_hips() -> None:
    found = seen(_swaying(), 5, 0.0)
    lengths = np.linalg.norm(
        found.track.world_m[:, BODY33_INDEX["left_wrist"]] - found.track.world_m[:, BODY33_INDEX["right_hip"]], axis=-1
    )
    true = np.linalg.norm(
        found.keypoints_m[:, BODY33_INDEX["left_wrist"]] - found.keypoints_m[:, BODY33_INDEX["right_hip"]], axis=-1
    )

    np.testing.assert_allclose(lengths, true, atol=1e-9)


def test_the_same_seed_gives_the_same_track_and_another_camera_with_another() -> None:
    first, again, other = (seen(_swaying(), seed, 1.0) for seed in (6, 6, 7))

    np.testing.assert_array_equal(first.track.keypoints_px, again.track.keypoints_px)
    assert first.camera.lens.focal_px != other.camera.lens.focal_px


def test_swaps_leave_most_frames_alone() -> None:
    plain, swapped = (seen(_swaying(300), 8, 1.0, swaps=swaps).track for swaps in (False, True))
    moved = (plain.keypoints_px != swapped.keypoints_px).any((1, 2))

    assert 0.03 < moved.mean() < 0.25


def test_background_points_stand_still_under_a_static_camera_only() -> None:
    static, panning = (seen(_swaying(), 9, 0.0, panning=panning) for panning in (False, True))

    def spread(found: Synthetic) -> float:
        places = background_px(found, 1, noise_px=0.0)
        places = places[:, np.isfinite(places).all((0, 2))]
        return float(np.ptp(places, axis=0).max())

    assert spread(static) == 0.0
    assert spread(panning) > 2.0


@pytest.fixture
def dances(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[TrueMotion]:
    monkeypatch.setenv("MANEKKO_DATA", str(data_folder))
    return held_out_motions()


@pytest.mark.data
@pytest.mark.slow
def test_held_out_dances_stand_on_the_floor_and_jump(dances: list[TrueMotion]) -> None:
    assert len(dances) == 8
    for dance in dances:
        low = sole_points_m(dance.motion)[..., 1].min(1)
        assert dance.motion.fps == 30.0
        assert dance.motion.frame_count <= 303
        assert -0.06 < np.percentile(low, 2.0) < 0.03
        assert dance.motion.contacts.any()
    assert sum((sole_points_m(dance.motion)[..., 1].min(1) > 0.1).any() for dance in dances) >= 4


@pytest.mark.data
@pytest.mark.slow
def test_the_detectors_depth_is_wrong_by_what_was_measured(dances: list[TrueMotion]) -> None:
    errors = [weak_depth_error_m(seen(dance, seed, 1.0)) for dance in dances for seed in (0, 1, 2)]

    assert 0.070 < np.mean(errors) < 0.095
