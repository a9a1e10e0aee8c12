"""Fewer keys: what stays as it was, and how far the rest may stray."""

from dataclasses import replace

import numpy as np
import pytest

from manekko.bench.rig_variants import english, renamed
from manekko.files.standard_rig import standard_rig
from manekko.motion.keys import Keys, reduce_keys
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.motion.rig_kinematics import pose_rig
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
    step[50:] = [0.0, 0.0, 0.2]
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


@pytest.mark.slow
@pytest.mark.parametrize(("level", "most_rad", "most_share"), [("edit", np.radians(3.0), 0.2), ("tiny", 0.16, 0.12)])
def test_a_wave_needs_few_keys(level: Keys, most_rad: float, most_share: float) -> None:
    motion = _waving()
    fewer = reduce_keys(motion, RIG, level)
    frames = np.arange(motion.frame_count)
    for name, track in motion.bones.items():
        positions, rotations = sample_track(fewer.bones[name], frames)
        assert angle_between(rotations, track.rotations_xyzw).max() <= most_rad
        assert np.abs(positions - track.positions_m).max() <= 0.02
    assert sum(len(track.frames) for track in fewer.bones.values()) <= most_share * 6 * motion.frame_count
    assert fewer.frame_count == motion.frame_count


@pytest.fixture(scope="module")
def edited() -> RigMotion:
    return reduce_keys(_waving(), RIG, "edit", {"頭": np.array([5]), "左腕": np.array([3, 500])})


@pytest.mark.slow
def test_a_foot_that_stands_is_held_by_two_equal_keys(edited: RigMotion) -> None:
    track = edited.bones["左足ＩＫ"]
    standing, stood = track.frames <= 30, track.frames >= 50
    assert track.frames[standing].tolist() == [0, 30]
    assert track.frames[stood].tolist() == [50, 89]
    assert (track.positions_m[standing] == 0.0).all()
    assert (track.positions_m[stood] == track.positions_m[-1]).all()


@pytest.mark.slow
def test_bones_that_do_not_move_get_one_key(edited: RigMotion) -> None:
    assert len(edited.bones["頭"].frames) == 1
    assert len(edited.bones["右足ＩＫ"].frames) == 1


@pytest.mark.slow
def test_forced_frames_are_keys(edited: RigMotion) -> None:
    assert 3 in edited.bones["左腕"].frames


@pytest.mark.slow
def test_curves_are_mmds(edited: RigMotion) -> None:
    for track in edited.bones.values():
        assert track.curves is not None
        assert track.curves.dtype == np.uint8
        assert track.curves.max() <= 127


@pytest.mark.slow
def test_the_same_motion_gives_the_same_keys(edited: RigMotion) -> None:
    again = reduce_keys(_waving(), RIG, "edit", {"頭": np.array([5]), "左腕": np.array([3, 500])})
    for name, track in edited.bones.items():
        assert (again.bones[name].frames == track.frames).all()
        assert (again.bones[name].rotations_xyzw == track.rotations_xyzw).all()


def test_a_motion_without_movement_keeps_its_length() -> None:
    frames = np.arange(40)
    track = BoneTrack(frames, np.zeros((40, 3)), np.tile([0.0, 0.0, 0.0, 1.0], (40, 1)))
    fewer = reduce_keys(RigMotion("test", {"センター": track, "頭": track}), RIG, "edit")
    assert fewer.frame_count == 40
    assert [len(track.frames) for track in fewer.bones.values()] == [2, 1]


@pytest.mark.parametrize("frame_count", [1, 3])
def test_the_shortest_motions_stay_what_they_are(frame_count: int) -> None:
    motion = _waving(frame_count)
    fewer = reduce_keys(motion, RIG, "edit")
    frames = np.arange(frame_count)
    for name, track in motion.bones.items():
        positions, rotations = sample_track(fewer.bones[name], frames)
        assert angle_between(rotations, track.rotations_xyzw).max() < 1e-2
        assert np.abs(positions - track.positions_m).max() < 2e-3


def test_a_motion_without_bones_passes() -> None:
    motion = RigMotion("test", {}, {"まばたき": (np.arange(30), np.linspace(0.0, 1.0, 30))})
    fewer = reduce_keys(motion, RIG, "edit")
    assert fewer.morphs["まばたき"][0].tolist() == [0, 29]


@pytest.mark.slow
def test_long_motions_are_worked_on_in_stretches_without_a_seam() -> None:
    frame_count = 2600
    frames, zeros = np.arange(frame_count), np.zeros(frame_count)
    arm = from_rotation_vectors(np.stack([0.4 * np.sin(frames / 9.0), zeros, 0.6 * np.sin(frames / 7.0)], axis=1))
    early = from_rotation_vectors(np.stack([np.clip(0.5 - frames / 100.0, 0.0, 1.0), zeros, zeros], axis=1))
    still = np.zeros((frame_count, 3))
    motion = RigMotion("test", {"左腕": BoneTrack(frames, still, arm), "頭": BoneTrack(frames, still, early)})
    fewer = reduce_keys(motion, RIG, "edit")
    _, rotations = sample_track(fewer.bones["左腕"], frames)
    assert angle_between(rotations, arm).max() < np.radians(3.0)
    assert np.percentile(angle_between(rotations, arm), 95.0) < np.radians(1.1)
    # Nothing but the last frame where the head rests through a whole stretch.
    assert fewer.bones["頭"].frames[-2] < 1300


@pytest.mark.slow
def test_a_renamed_model_gets_the_same_keys(edited: RigMotion) -> None:
    motion = _waving()
    abroad = replace(motion, bones={english(name): track for name, track in motion.bones.items()})
    forced = {english("頭"): np.array([5]), english("左腕"): np.array([3, 500])}
    fewer = reduce_keys(abroad, renamed(RIG, english), "edit", forced)
    for name, track in edited.bones.items():
        assert fewer.bones[english(name)].frames.tolist() == track.frames.tolist()
        assert np.abs(fewer.bones[english(name)].rotations_xyzw - track.rotations_xyzw).max() < 1e-9


@pytest.mark.slow
def test_bones_that_ride_on_a_turning_one_are_as_true_as_it_is() -> None:
    motion, frames = _waving(120), np.arange(120)
    finger = from_rotation_vectors(np.stack([np.zeros(120), np.zeros(120), 0.5 + 0.5 * np.sin(frames / 6)], axis=1))
    riding = {
        side + "人指" + digit: BoneTrack(frames, np.zeros((120, 3)), finger) for side in "左右" for digit in "１２３"
    }
    motion = replace(motion, bones=motion.bones | riding)
    fewer = reduce_keys(motion, RIG, "edit")
    names = ["上半身", "左腕", *riding]
    # Players draw between frames too.
    for moments in (frames, frames[:-1] + 0.5):
        meant, found = (pose_rig(RIG, each, moments, names) for each in (motion, fewer))
        off = [angle_between(meant.rotations[name], found.rotations[name]) for name in names]
        assert np.percentile(off, 95.0) <= np.radians(1.0)
