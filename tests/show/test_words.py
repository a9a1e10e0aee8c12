from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.people.keypoints import BODY33_MIRROR
from manekko.show.words import Span, part_keypoints, spans, sudden_turns, track_warnings
from tests.show.samples import dance_motion, dance_track, hide, leave

WRIST = ["left_wrist", "left_index", "left_pinky"]


def test_a_dance_seen_throughout_gives_no_warning():
    assert track_warnings(dance_track(), dance_motion()) == []


def test_an_unseen_wrist_is_named_with_its_time():
    assert track_warnings(hide(dance_track(), WRIST, 1.0, 1.75), None) == ["left wrist unseen 1.0–1.8 s: filled"]


def test_a_gap_too_short_to_matter_is_not_told():
    assert track_warnings(hide(dance_track(), WRIST, 1.0, 1.25), None) == []


def test_a_person_who_comes_late_is_told_first():
    warnings = track_warnings(leave(dance_track(), 0.0, 2.125), None)
    assert warnings == ["out of view until 2.1 s: stands and waits"]


def test_a_person_who_leaves_and_returns_is_told():
    warnings = track_warnings(leave(leave(dance_track(), 1.0, 1.5), 3.5, 4.0), None)
    assert warnings == [
        "out of view from 3.5 s to the end: stands and waits",
        "out of view 1.0–1.5 s: filled",
    ]


def test_nobody_at_all_is_one_line():
    assert track_warnings(leave(dance_track(), 0.0, 9.0), None) == ["nobody was seen in the whole clip"]


def test_both_feet_are_said_in_one_word():
    feet = [f"{side}_{name}" for side in ("left", "right") for name in ("ankle", "heel", "toe")]
    assert track_warnings(hide(dance_track(), feet, 1.0, 2.0), None) == ["feet unseen 1.0–2.0 s: filled"]


def test_the_wider_word_does_not_swallow_the_rest_of_a_longer_gap():
    track = hide(hide(dance_track(), WRIST, 0.5, 3.0), ["left_elbow"], 1.0, 1.5)
    assert track_warnings(track, None) == [
        "left wrist unseen 0.5–3.0 s: filled",
        "left arm unseen 1.0–1.5 s: filled",
    ]


def test_feet_beyond_the_edge_are_outside_the_picture():
    track = dance_track()
    keypoints, confidences = track.keypoints_px.copy(), track.confidences.copy()
    for part in ("left foot", "right foot"):
        keypoints[:, part_keypoints()[part], 1] = track.image_size_px[1] + 40.0
        confidences[:, part_keypoints()[part]] = 0.1
    track = replace(track, keypoints_px=keypoints, confidences=confidences)
    assert track_warnings(track, None) == ["feet outside the picture nearly all the time: guessed"]


def test_a_picture_tells_of_legs_that_it_does_not_show():
    legs = [f"{side}_{name}" for side in ("left", "right") for name in ("knee", "ankle", "heel", "toe")]
    track = hide(dance_track(0.03, size=(720, 1280)), legs, 0.0, 1.0)
    assert track_warnings(track, None) == ["legs unseen: guessed"]


def test_a_part_unseen_through_a_very_short_clip_is_told():
    track = hide(dance_track(0.2), WRIST, 0.0, 1.0)
    assert track_warnings(track, None) == ["left wrist unseen nearly all the time: guessed"]


def test_a_video_upside_down_is_told():
    track = dance_track()
    keypoints = np.array(track.image_size_px) - track.keypoints_px
    assert track_warnings(replace(track, keypoints_px=keypoints), None) == [
        "the head is below the feet most of the time: is the video turned upside down?"
    ]


def test_a_picture_upside_down_is_told():
    track = dance_track(0.03, size=(720, 1280))
    keypoints = np.array(track.image_size_px) - track.keypoints_px
    assert track_warnings(replace(track, keypoints_px=keypoints), None) == [
        "the head is below the feet: is the picture turned upside down?"
    ]


def test_a_handstand_of_a_moment_is_not_told_as_upside_down():
    track = dance_track()
    keypoints = track.keypoints_px.copy()
    keypoints[:20] = np.array(track.image_size_px) - keypoints[:20]
    assert track_warnings(replace(track, keypoints_px=keypoints), None) == []


def test_many_gaps_are_counted_instead_of_listed():
    track = dance_track(12.0)
    for start in range(1, 11):
        track = hide(track, WRIST, start, start + 0.5)
    (warning,) = track_warnings(track, None)
    assert warning.endswith("and 7 more times (5.0 s in all): filled")


def test_a_small_person_is_told():
    small = dance_track(size=(90, 120))
    assert track_warnings(small, None)[0].startswith("small in the picture (about ")


def test_what_the_track_already_knows_comes_first():
    track = replace(dance_track(), warnings=("left and right swapped in 28 frames: repaired",))
    assert track_warnings(track, None) == ["left and right swapped in 28 frames: repaired"]


def test_a_sudden_turn_is_named_with_its_time():
    motion = dance_motion()
    rotations = motion.local_rotations_xyzw.copy()
    rotations[60:, 1] = [0.0, 1.0, 0.0, 0.0]
    motion = replace(motion, local_rotations_xyzw=rotations)
    assert sudden_turns(motion)[0][0] == 60
    (warning,) = track_warnings(dance_track(), motion, first_s=0.5)
    assert warning.startswith("sudden turn at 2.5 s: ")
    assert "by 179° in one frame" in warning


def test_one_frame_is_enough():
    assert track_warnings(dance_track(0.03), dance_motion(0.03)) == []


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.sampled_from([12.0, 24.0, 29.97, 60.0]))
def test_spans_cover_the_flagged_frames_and_nothing_else(flags: list[bool], fps: float):
    times = np.arange(len(flags)) / fps
    found = spans(np.array(flags), times)
    inside = [any(span.start_s <= time < span.end_s - 1e-9 for span in found) for time in times]
    assert inside == flags
    assert all(a.end_s < b.start_s for a, b in pairwise(found))


@settings(max_examples=25)
@given(st.sampled_from(sorted(part_keypoints())), st.integers(0, 60), st.integers(8, 30))
def test_every_long_gap_of_a_part_is_told_and_the_mirror_swaps_left_and_right(part: str, first: int, length: int):
    track = dance_track(4.0)
    confidences = track.confidences.copy()
    confidences[first : first + length, part_keypoints()[part]] = 0.0
    track = replace(track, confidences=confidences)
    span = Span(first / 24.0, (first + length) / 24.0)
    assert track_warnings(track, None) == [f"{part} unseen {span}: filled"]
    mirrored = replace(track, confidences=confidences[:, BODY33_MIRROR])
    other = part.replace("left", "#").replace("right", "left").replace("#", "right")
    assert track_warnings(mirrored, None) == [f"{other} unseen {span}: filled"]
