"""Fewer keys: what stays as it was, and how far the rest may stray."""

import numpy as np
import pytest

from manekko.files.standard_rig import standard_rig
from manekko.motion.keys import reduce_keys
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.motion.rig_sampling import sample_track
from manekko.skeleton.rotations import angle_between, from_rotation_vectors

RIG = standard_rig()


def _waving(frame_count: int = 90) -> RigMotion:
    """An arm that waves, a body that sways, a foot that stands, steps and stands."""
    frames = np.arange(frame_count)
    time = frames / 30.0
    still = np.zeros((frame_count, 3))
    zeros = np.zeros(frame_count)
    arm = from_rotation_vectors(np.stack([0.3 * np.sin(4 * time), zeros, 0.6 * np.sin(5 * time)], axis=1))
    turn = from_rotation_vectors(np.stack([zeros, 0.2 * np.sin(2 * time), zeros], axis=1))
    none = np.tile([0.0, 0.0, 0.0, 1.0], (frame_count, 1))
    sway = np.stack([0.05 * np.sin(2 * time), zeros, zeros], axis=1)
    step = np.zeros((frame_count, 3))
    share = np.clip((frames - 30) / 20, 0.0, 1.0)
    step[:, 2], step[:, 1] = 0.2 * share, 0.1 * np.sin(np.pi * share)
    step[50:] = step[50]
    bones = {
        "センター": (sway, none),
        "上半身": (still, turn),
        "左腕": (still, arm),
        "頭": (still, none),
        "左足ＩＫ": (step, none),
        "右足ＩＫ": (still, none),
    }
    tracks = {name: BoneTrack(frames, places, turns) for name, (places, turns) in bones.items()}
    return RigMotion("test", tracks, {"まばたき": (frames, np.clip(np.sin(time), 0.0, 1.0))})


def test_full_keys_are_the_motion_itself() -> None:
    motion = _waving()
    assert reduce_keys(motion, RIG, "full") is motion


@pytest.mark.parametrize(("level", "most_rad", "most_share"), [("edit", np.radians(3.0), 0.2), ("tiny", 0.16, 0.12)])
def test_a_wave_needs_few_keys(level: str, most_rad: float, most_share: float) -> None:
    motion = _waving()
    fewer = reduce_keys(motion, RIG, level)
    frames = np.arange(motion.frame_count)
    for name, track in motion.bones.items():
        positions, rotations = sample_track(fewer.bones[name], frames)
        assert angle_between(rotations, track.rotations_xyzw).max() <= most_rad
        assert np.abs(positions - track.positions_m).max() <= 0.02
    assert sum(len(track.frames) for track in fewer.bones.values()) <= most_share * 6 * motion.frame_count
    assert fewer.frame_count == motion.frame_count


def test_a_foot_that_stands_is_held_by_two_equal_keys() -> None:
    fewer = reduce_keys(_waving(), RIG, "edit")
    track = fewer.bones["左足ＩＫ"]
    standing = track.frames <= 30
    assert track.frames[standing].tolist() == [0, 30]
    positions, _ = sample_track(track, np.arange(31))
    assert (positions == 0.0).all()
    stood = track.frames >= 50
    assert track.frames[stood].tolist() == [50, 89]
    assert (track.positions_m[stood] == track.positions_m[-1]).all()


def test_bones_that_do_not_move_get_one_key() -> None:
    fewer = reduce_keys(_waving(), RIG, "edit")
    assert len(fewer.bones["頭"].frames) == 1
    assert len(fewer.bones["右足ＩＫ"].frames) == 1
