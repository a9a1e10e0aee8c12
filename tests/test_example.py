"""The example clip is what its folder says, and is made by the code beside it."""

import json
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from manekko.files.bvh import motion_from_bvh, parse_bvh
from manekko.people.find import find_people
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.kinematics import global_rotations
from manekko.skeleton.rotations import rotate
from manekko.skeleton.skeleton import JOINT_INDEX
from manekko.video.source import open_clip

EXAMPLES = Path(__file__).parent.parent / "examples"
sys.path.insert(0, str(EXAMPLES))

from dancer.dance import BEAT_S, BEATS, FPS, FRAMES, dance  # noqa: E402
from dancer.music import RATE_HZ, tune  # noqa: E402
from make_dance import CAMERA, draw_frame  # noqa: E402

CLIP = EXAMPLES / "dance.mp4"


@pytest.fixture(scope="module")
def motion():
    return dance()


def test_clip_is_small_short_and_has_sound():
    assert CLIP.stat().st_size <= 1_000_000
    info = open_clip(CLIP).info
    assert info.has_sound
    assert info.size_px == CAMERA.size_px
    with av.open(str(CLIP)) as container:
        assert sum(packet.size > 0 for packet in container.demux(video=0)) == FRAMES
    assert pytest.approx(BEATS * BEAT_S) == FRAMES / FPS
    assert BEATS * BEAT_S <= 10.0


def test_stored_truth_is_the_dance(motion):
    truth = motion_from_bvh(parse_bvh((EXAMPLES / "dance-truth.bvh").read_bytes()))
    assert truth.frame_count == FRAMES
    assert truth.fps == pytest.approx(FPS)
    assert np.abs(truth.joint_positions_m() - motion.joint_positions_m()).max() < 1e-5


def test_stored_notes_are_those_of_the_dance(motion):
    notes = json.loads((EXAMPLES / "dance.json").read_text())
    assert notes["frames"] == FRAMES
    assert notes["camera"]["focal_px"] == CAMERA.focal_px
    planted = [[mark == "1" for mark in marks] for marks in notes["contacts"].values()]
    assert np.array_equal(np.array(planted).T, motion.contacts)


@pytest.mark.parametrize(("side", "column"), [("left", 0), ("right", 2)])
def test_planted_foot_does_not_move(motion, side, column):
    joint = JOINT_INDEX[side + "Foot"]
    positions = motion.joint_positions_m()[:, joint]
    turns = global_rotations(motion.local_rotations_xyzw)[:, joint]
    stays = motion.contacts[1:, column] & motion.contacts[:-1, column]
    assert 0.5 < stays.mean() < 1.0
    assert np.abs(np.diff(positions, axis=0))[stays].max() < 1e-9
    assert np.abs(np.diff(turns, axis=0))[stays].max() < 1e-9
    assert positions[motion.contacts[:, column], 1] == pytest.approx(0.08)


@pytest.mark.parametrize("side", ["left", "right"])
def test_knee_bends_forwards_and_the_leg_keeps_its_length(motion, side):
    hip, knee, ankle, toes = (
        motion.joint_positions_m()[:, JOINT_INDEX[side + joint]] for joint in ("UpperLeg", "LowerLeg", "Foot", "Toes")
    )
    straight = hip + (ankle - hip) * (knee - hip)[:, 1:2] / (ankle - hip)[:, 1:2]
    forwards = (toes - ankle) * [1.0, 0.0, 1.0]
    assert (((knee - straight) * forwards).sum(-1) > 0.0).all()
    assert np.linalg.norm(ankle - knee, axis=-1) == pytest.approx(0.39)


def test_no_sole_goes_below_the_floor(motion):
    positions, turns = motion.joint_positions_m(), global_rotations(motion.local_rotations_xyzw)
    for side in ("left", "right"):
        joint = JOINT_INDEX[side + "Foot"]
        for corner in ([0.0, -0.08, -0.07], [0.0, -0.08, 0.18]):
            assert (positions[:, joint] + rotate(turns[:, joint], np.array(corner)))[:, 1].min() > -0.001


def test_dance_turns_once_round_and_leaves_the_floor(motion):
    forward = rotate(motion.local_rotations_xyzw[:, 0], np.array([0.0, 0.0, 1.0]))
    yaw = np.unwrap(np.arctan2(forward[:, 0], forward[:, 2]))
    assert np.degrees(yaw.max()) == pytest.approx(360.0, abs=5.0)
    assert np.degrees(np.abs(np.diff(yaw)).max()) < 12.0
    assert (~motion.contacts).all(axis=1).sum() >= 8


def test_tune_is_as_long_as_the_clip_and_does_not_clip():
    sound = tune()
    assert len(sound) == round(RATE_HZ * FRAMES / FPS)
    assert 0.5 < np.abs(sound).max() < 1.0


@pytest.mark.slow
def test_drawing_a_frame_again_gives_the_clips_frame():
    frames = {frame.index: frame.rgb for frame in open_clip(CLIP).frames(end_s=5.2) if frame.index in (100, 151)}
    for index, shown in frames.items():
        drawn = draw_frame(index)
        assert np.abs(drawn.astype(float) - shown).mean() < 3.0
        assert np.array_equal(drawn, draw_frame(index))
    assert len(frames) == 2


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.usefixtures("weights_folder")
def test_detector_finds_the_dancer_where_the_truth_is(motion):
    tracks = find_people(open_clip(CLIP), people=1)
    assert len(tracks) == 1
    assert tracks[0].seen.mean() >= 0.95
    truth_px = CAMERA.project(motion.joint_positions_m())[..., :2]
    height_px = 1.62 * CAMERA.focal_px / CAMERA.position_m[2]
    pairs = (
        ("shoulder", "UpperArm"),
        ("elbow", "LowerArm"),
        ("wrist", "Hand"),
        ("knee", "LowerLeg"),
        ("ankle", "Foot"),
    )
    for side in ("left", "right"):
        for keypoint, joint in pairs:
            found = tracks[0].keypoints_px[:, BODY33_INDEX[f"{side}_{keypoint}"]]
            error = np.linalg.norm(found - truth_px[:, JOINT_INDEX[side + joint]], axis=-1) / height_px
            assert np.nanmean(error) < 0.03, f"{side} {keypoint}"
