"""The baselines map what they are given, so that beating them means something."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.bench.naive import at_vmd_frames, held, keyed, motionless, naive_motion, one_euro
from manekko.errors import InputError
from manekko.files.models import standard_rig
from manekko.motion.rig_kinematics import pose_rig
from manekko.people.keypoints import BODY33, BODY33_INDEX, Track
from manekko.skeleton.rotations import from_rotation_vectors

RIG = standard_rig()
BONE_OF = {"shoulder": "腕", "elbow": "ひじ", "wrist": "手首", "hip": "足", "knee": "ひざ", "ankle": "足首"}


def standing(count: int) -> Track:
    """Return a track whose keypoints are the rig's own joints in rest, seen from the front."""
    world = np.zeros((count, len(BODY33), 3))
    for side, mark in (("left", "左"), ("right", "右")):
        for part, bone in BONE_OF.items():
            world[:, BODY33_INDEX[f"{side}_{part}"]] = RIG.rest(mark + bone)
        hand = RIG.rest(mark + "手首") + (RIG.rest(mark + "手首") - RIG.rest(mark + "ひじ")) * 0.3
        for part in ("index", "pinky", "thumb"):
            world[:, BODY33_INDEX[f"{side}_{part}"]] = hand
        world[:, BODY33_INDEX[f"{side}_toe"]] = RIG.rest(mark + "つま先")
        world[:, BODY33_INDEX[f"{side}_ear"]] = RIG.rest("頭") + np.array([0.07 if side == "left" else -0.07, 0.1, 0.0])
    world[:, BODY33_INDEX["nose"]] = RIG.rest("頭") + np.array([0.0, 0.1, 0.1])
    camera = world * [1.0, -1.0, -1.0]
    return Track(
        1,
        np.arange(count) / 30,
        camera[..., :2] * 500 + 500,
        np.ones((count, len(BODY33))),
        camera,
        (1000, 1000),
    )


def test_naive_mapping_of_the_rest_pose_keeps_arms_and_legs_where_they_rest():
    motion = naive_motion(standing(5), RIG)
    joints = [side + part for side in "左右" for part in ("ひじ", "手首", "ひざ", "足首")]
    pose = pose_rig(RIG, motion, np.arange(5), joints)
    # The trunk's frame is built from hips and shoulders, which stand a little before each other in rest.
    for name in joints:
        assert np.abs(pose.positions_m(name) - RIG.rest(name)).max() < 0.03


def test_raised_arm_is_raised_on_the_model():
    track = standing(5)
    shoulder = track.world_m[:, BODY33_INDEX["left_shoulder"]]
    for part, reach in (("elbow", 0.25), ("wrist", 0.5), ("index", 0.6), ("pinky", 0.6)):
        track.world_m[:, BODY33_INDEX[f"left_{part}"]] = shoulder + np.array([0.0, -reach, 0.0])
    pose = pose_rig(RIG, naive_motion(track, RIG), np.arange(5), ["左腕", "左手首"])
    way = pose.positions_m("左手首") - pose.positions_m("左腕")
    assert (way[:, 1] > 0.99 * np.linalg.norm(way, axis=-1)).all()


def test_one_euro_filter_leaves_stillness_and_calms_noise():
    still = np.full((20, 2, 3), 0.3)
    times_s = np.arange(20) / 30
    assert np.allclose(one_euro(still, times_s), still)
    noise = still + np.random.default_rng(0).normal(0, 0.002, still.shape)
    assert np.diff(one_euro(noise, times_s), axis=0).std() < 0.8 * np.diff(noise, axis=0).std()


def test_one_euro_filter_starts_anew_after_a_gap():
    points = np.zeros((10, 1, 3))
    points[4] = np.nan
    points[5:] = 1.0
    smooth = one_euro(points, np.arange(10) / 30)
    assert np.isnan(smooth[4]).all()
    assert np.allclose(smooth[5:], 1.0)


def test_gaps_hold_the_last_frame_and_the_beginning_the_first():
    points = np.arange(6.0).reshape(6, 1, 1)
    points[[0, 3]] = np.nan
    assert held(points).ravel().tolist() == [1, 1, 2, 2, 4, 5]
    with pytest.raises(InputError, match="never seen"):
        held(np.full((3, 1, 1), np.nan))


@given(st.sampled_from([12.0, 24.0, 25.0, 30.0, 60.0]), st.integers(2, 50))
def test_resampling_a_straight_line_gives_the_line(fps: float, count: int):
    times_s = np.arange(count) / fps
    values = at_vmd_frames(times_s[:, None] * 2.0, times_s)
    assert np.allclose(values[:, 0], np.arange(len(values)) / 30 * 2.0)
    assert len(values) == int(np.floor(times_s[-1] * 30 + 1e-6)) + 1


def test_keyed_world_rotations_come_out_on_the_model():
    turns = {
        name: from_rotation_vectors(np.random.default_rng(index).normal(size=(3, 3)))
        for index, name in enumerate(("上半身", "左腕", "左ひじ"))
    }
    pose = pose_rig(RIG, keyed(RIG, turns), np.arange(3), list(turns))
    for name, turn in turns.items():
        assert np.allclose(np.abs((pose.rotations_xyzw(name) * turn).sum(-1)), 1.0)


def test_motionless_lasts_as_long_as_the_clip():
    assert motionless(RIG, 270).frame_count == 270
