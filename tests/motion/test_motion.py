import numpy as np
import pytest

from manekko.motion.motion import BoneTrack, RigMotion
from manekko.skeleton.skeleton import JOINT_INDEX
from tests.lift.dancers import Dance


def _track(*frames: int) -> BoneTrack:
    keys = np.array(frames, dtype=np.int64)
    return BoneTrack(keys, np.zeros((len(keys), 3)), np.tile([0.0, 0.0, 0.0, 1.0], (len(keys), 1)))


def test_a_rig_motion_lasts_until_its_last_key():
    assert RigMotion("", {}).frame_count == 1
    assert RigMotion("", {"頭": _track(0, 30), "首": _track()}).frame_count == 31
    morphs = {"あ": (np.array([0, 44]), np.zeros(2))}
    assert RigMotion("", {"頭": _track(0, 30)}, morphs).frame_count == 45


def test_joint_positions_of_a_motion_are_where_the_body_was():
    dance = Dance(1)
    motion = dance.motion(1.0)
    joints = motion.joint_positions_m()
    assert motion.frame_count == len(joints) == 31
    assert joints[:, 0] == pytest.approx(motion.root_positions_m)
    ankles, _ = dance._foot(np.arange(31) / 30, 0)
    assert joints[:, JOINT_INDEX["leftFoot"]] == pytest.approx(ankles, abs=1e-9)
