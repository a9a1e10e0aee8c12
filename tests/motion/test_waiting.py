import numpy as np
import pytest

from manekko.motion.feet import Body
from manekko.motion.waiting import stand_while_waiting
from manekko.skeleton.kinematics import joint_positions
from manekko.skeleton.rotations import as_axes, from_rotation_vectors, multiply
from manekko.skeleton.skeleton import JOINT_INDEX, default_skeleton

FPS = 30.0
FIRST, LAST, FRAMES = 60, 80, 140
ON_LEFT = np.tile([True, True, False, False], (FRAMES, 1))
FEET = [JOINT_INDEX["leftFoot"], JOINT_INDEX["rightFoot"]]


def _mid_step(*, knee_rad: float = 1.2, lean_rad: float = 0.0, turn_rad: float = 0.7) -> Body:
    """A dancer turned aside who stands on the left foot through the clip, the right knee bent; leaning about x."""
    skeleton = default_skeleton()
    heading = from_rotation_vectors(np.array([0.0, turn_rad, 0.0]))
    rotations = np.tile(heading, (FRAMES, len(skeleton.rest_offsets_m), 1))
    for joint in ("rightLowerLeg", "rightFoot", "rightToes"):
        rotations[:, JOINT_INDEX[joint]] = multiply(heading, from_rotation_vectors(np.array([knee_rad, 0.0, 0.0])))
    lean = from_rotation_vectors(np.array([lean_rad, 0.0, 0.0]))
    rotations = multiply(np.broadcast_to(lean, rotations.shape), rotations)
    return Body(skeleton, np.tile(skeleton.rest_offsets_m[0] + [0.3, 0.0, -0.2], (FRAMES, 1)), rotations)


def _joints(body: Body) -> np.ndarray:
    return joint_positions(body.skeleton, body.root_positions_m, body.global_rotations_xyzw)


def test_who_is_not_in_view_yet_or_any_more_stands_on_both_feet():
    body, contacts = stand_while_waiting(_mid_step(), ON_LEFT, first=FIRST, last=LAST, fps=FPS)
    joints = _joints(body)
    ankle_m = default_skeleton().rest_positions_m[FEET[0], 1]
    for waiting in (slice(0, FIRST - 15), slice(LAST + 16, FRAMES)):
        assert contacts[waiting].all()
        assert joints[waiting][:, FEET, 1] == pytest.approx(np.full((45 if waiting.start == 0 else 44, 2), ankle_m))
        up = as_axes(body.global_rotations_xyzw[waiting][:, FEET])[..., 1]
        assert up == pytest.approx(np.broadcast_to([0.0, 1.0, 0.0], up.shape))
        assert np.ptp(joints[waiting], axis=0).max() < 1e-9
        hips = joints[waiting][0, JOINT_INDEX["hips"], [0, 2]]
        assert hips == pytest.approx(joints[waiting][0, FEET].mean(0)[[0, 2]], abs=0.01)


def test_the_foot_that_carries_stays_and_nothing_jumps_into_the_first_pose():
    before = _mid_step()
    body, contacts = stand_while_waiting(before, ON_LEFT, first=FIRST, last=LAST, fps=FPS)
    assert contacts[:, :2].all()
    assert np.ptp(_joints(body)[:, FEET[0]], axis=0).max() < 0.003
    assert np.linalg.norm(np.diff(_joints(body), axis=0), axis=-1).max() < 0.08
    seen = slice(FIRST, LAST + 1)
    assert (_joints(body)[seen] == _joints(before)[seen]).all()


@pytest.mark.parametrize("pose", [_mid_step(knee_rad=0.0), _mid_step(lean_rad=1.4)])
def test_a_pose_with_both_feet_down_and_one_of_someone_who_lies_are_held(pose):
    body, contacts = stand_while_waiting(pose, ON_LEFT, first=FIRST, last=LAST, fps=FPS)
    assert (body.root_positions_m == pose.root_positions_m).all()
    assert (body.global_rotations_xyzw == pose.global_rotations_xyzw).all()
    assert (contacts == ON_LEFT).all()


def test_who_is_in_view_all_the_time_never_waits():
    pose = _mid_step()
    body, contacts = stand_while_waiting(pose, ON_LEFT, first=0, last=FRAMES - 1, fps=FPS)
    assert (body.global_rotations_xyzw == pose.global_rotations_xyzw).all()
    assert (contacts == ON_LEFT).all()


def test_who_appears_in_the_air_comes_from_the_floor():
    pose = _mid_step()
    pose.root_positions_m[:, 1] += 0.3
    body, contacts = stand_while_waiting(pose, np.zeros((FRAMES, 4), dtype=bool), first=FIRST, last=LAST, fps=FPS)
    assert contacts[: FIRST - 15].all()
    assert not contacts[FIRST - 14 : FIRST].any()
    assert _joints(body)[0, FEET, 1] == pytest.approx(default_skeleton().rest_positions_m[FEET, 1])
