"""Motions raised, and danced on the spot."""

from dataclasses import replace

import numpy as np
import pytest

from manekko.files.models import standard_rig
from manekko.motion.placing import in_place, raised, raised_keys, spot_of
from manekko.motion.retarget import retarget
from manekko.motion.rig_kinematics import pose_rig
from tests.show.samples import dance_motion

FAR = np.array([3.0, 0.0, -5.0])


def travelling(speed_m_s: float = 0.7):
    motion = dance_motion(8.0)
    way = np.arange(motion.frame_count)[:, None] / motion.fps * speed_m_s * np.array([1.0, 0.0, -0.5])
    return replace(motion, root_positions_m=motion.root_positions_m + way + FAR)


def test_a_raised_motion_is_higher_and_nothing_else() -> None:
    motion = dance_motion(1.0)
    higher = raised(motion, 0.02)
    np.testing.assert_allclose(higher.root_positions_m - motion.root_positions_m, np.tile([0.0, 0.02, 0.0], (30, 1)))
    assert replace(higher, root_positions_m=motion.root_positions_m) == motion
    assert raised(motion, 0.0) is motion


def test_a_raised_motion_is_higher_on_a_model_too_and_no_joint_bends() -> None:
    rig = standard_rig()
    keys = retarget(dance_motion(2.0), rig)
    frames = np.arange(keys.frame_count)
    names = ["頭", "左手首", "右ひざ", "左足首", "右つま先"]
    before, after = (pose_rig(rig, one, frames, names) for one in (keys, raised_keys(keys, rig, 0.05)))
    for name in names:
        np.testing.assert_allclose(
            after.positions_m(name) - before.positions_m(name), np.tile([0.0, 0.05, 0.0], (len(frames), 1)), atol=1e-5
        )
    assert raised_keys(keys, rig, 0.0) is keys


def test_on_the_spot_nobody_travels_and_jumps_and_turns_stay() -> None:
    motion = travelling()
    stays = in_place(motion)
    ground = stays.root_positions_m[:, [0, 2]]
    assert np.abs(ground).max() < 0.3
    assert np.abs(ground.mean(0)).max() < 0.05
    np.testing.assert_array_equal(stays.root_positions_m[:, 1], motion.root_positions_m[:, 1])
    np.testing.assert_array_equal(stays.local_rotations_xyzw, motion.local_rotations_xyzw)
    assert not stays.contacts.any()


def test_the_sway_of_the_hips_from_foot_to_foot_stays() -> None:
    motion = travelling()
    time_s = np.arange(motion.frame_count) / motion.fps
    sway = 0.08 * np.sin(2 * np.pi * 1.0 * time_s)[:, None] * np.array([1.0, 0.0, 0.0])
    swaying = in_place(replace(motion, root_positions_m=motion.root_positions_m + sway))
    left = (swaying.root_positions_m - in_place(motion).root_positions_m)[30:-30, 0]
    np.testing.assert_allclose(left, sway[30:-30, 0], atol=0.005)


def test_several_dancers_keep_their_places() -> None:
    motion = travelling(0.0)
    spot = spot_of(motion)
    assert np.abs(spot - FAR[[0, 2]]).max() < 0.5
    middle = in_place(motion, spot).root_positions_m[:, [0, 2]].mean(0)
    np.testing.assert_allclose(middle, spot, atol=0.1)


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_a_pose_goes_to_the_middle(frames: int) -> None:
    motion = dance_motion(frames / 30.0)
    placed = replace(motion, root_positions_m=motion.root_positions_m + FAR)
    assert np.abs(in_place(placed).root_positions_m[:, [0, 2]]).max() < 0.05
