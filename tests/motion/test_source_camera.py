import numpy as np
import pytest

from manekko.lift.lift import lift_track
from manekko.motion.build import motion_from_lifted
from manekko.motion.source_camera import SourceCamera, source_camera
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import conjugate, rotate
from manekko.skeleton.skeleton import JOINT_INDEX
from tests.lift.dancers import PICTURE_PX, Dance, seen

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


def test_a_larger_dancer_seen_from_as_much_further_away_looks_the_same() -> None:
    camera = SourceCamera((640, 480), 500.0, (0.2, 1.1, 3.0), (1.0, 0.0, 0.0, 0.0))
    points = np.random.default_rng(0).normal(size=(20, 3))
    assert projected(camera.scaled(1.3), points * 1.3) == pytest.approx(projected(camera, points))
