from dataclasses import replace

import numpy as np
import pytest

from manekko.lift.lift import lift_track
from manekko.motion.build import motion_from_lifted
from manekko.motion.source_camera import SourceCamera, source_camera
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import conjugate, from_rotation_vectors, multiply, rotate
from manekko.skeleton.skeleton import JOINT_INDEX
from tests.lift.dancers import PICTURE_PX, Dance, seen
from tests.lift.test_turning_camera import filmed

TIMES_S = np.arange(91) / 30


def projected(camera: SourceCamera, points_m: np.ndarray) -> np.ndarray:
    own = rotate(conjugate(np.array(camera.rotation_xyzw)), points_m - np.array(camera.position_m))
    return own[..., :2] / own[..., 2:] * camera.focal_px + np.array(camera.size_px) / 2.0


@pytest.mark.parametrize("pitch_rad", [0.0, 0.15])
def test_seen_by_it_the_motion_covers_the_person(pitch_rad: float) -> None:
    track = seen(Dance(3), TIMES_S, place_m=(0.5, 0.0, 4.0), pitch_rad=pitch_rad)
    lifted = lift_track(track)
    motion = motion_from_lifted(lifted, origin_m=lifted.start_m + 0.3)
    camera = source_camera(lifted, motion)
    assert camera.size_px == PICTURE_PX
    joints = motion.joint_positions_m()
    height_px = np.ptp(track.keypoints_px[..., 1], axis=1).mean()
    for joint, keypoint in (("leftFoot", "left_ankle"), ("rightFoot", "right_ankle"), ("leftHand", "left_wrist")):
        away = projected(camera, joints[:, JOINT_INDEX[joint]]) - track.keypoints_px[:, BODY33_INDEX[keypoint]]
        assert np.linalg.norm(away, axis=-1).mean() < 0.04 * height_px, joint


def test_a_camera_that_turns_and_zooms_covers_the_person_in_every_frame() -> None:
    times = np.arange(76) / 25
    vectors = np.stack([0.05 * np.sin(times), 0.2 * np.sin(1.3 * times), 0.0 * times], axis=-1)
    track = filmed(seen(Dance(3), times, place_m=(0.5, 0.0, 4.0)), vectors, 1.0 + 0.2 * times / 3.0)
    lifted = lift_track(track)
    motion = motion_from_lifted(lifted)
    camera = source_camera(lifted, motion)
    frames = np.arange(0, 76, 5)
    at = np.rint(times[frames] * 30).astype(int)
    height_px = np.ptp(track.keypoints_px[..., 1], axis=1).mean()
    for joint, keypoint in (("leftFoot", "left_ankle"), ("rightFoot", "right_ankle"), ("leftHand", "left_wrist")):
        places = motion.joint_positions_m()[at, JOINT_INDEX[joint]] - np.array(camera.position_m)
        turned = multiply(np.array(camera.rotation_xyzw), from_rotation_vectors(np.array(camera.turns_rad)[at]))
        own = rotate(conjugate(turned), places)
        zoomed = camera.focal_px * np.array(camera.zooms)[at, None]
        away = own[:, :2] / own[:, 2:] * zoomed + np.array(camera.size_px) / 2.0
        away -= track.keypoints_px[frames, BODY33_INDEX[keypoint]]
        assert np.linalg.norm(away, axis=-1).mean() < 0.05 * height_px, joint


def test_a_report_tells_of_turns_only_if_there_are_any() -> None:
    still = SourceCamera((640, 480), 500.0, (0.2, 1.1, 3.0), (1.0, 0.0, 0.0, 0.0))
    assert set(still.as_dict()) == {"size_px", "focal_px", "position_m", "rotation_xyzw"}
    turning = replace(still, turns_rad=((0.0, 0.0, 0.0), (0.1, 0.0, 0.0)))
    assert turning.as_dict()["turns_rad"] == turning.turns_rad
    assert turning.scaled(1.2).turns_rad == turning.turns_rad


def test_a_larger_dancer_seen_from_as_much_further_away_looks_the_same() -> None:
    camera = SourceCamera((640, 480), 500.0, (0.2, 1.1, 3.0), (1.0, 0.0, 0.0, 0.0))
    points = np.random.default_rng(0).normal(size=(20, 3))
    assert projected(camera.scaled(1.3), points * 1.3) == pytest.approx(projected(camera, points))
