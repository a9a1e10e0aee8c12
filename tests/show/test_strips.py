import json
from pathlib import Path

import numpy as np
import pytest

from manekko.files.strips import strips_from
from manekko.motion.motion import Motion
from manekko.people.keypoints import Track
from manekko.show.report import Report, write_report
from manekko.show.report_values import PersonReport
from manekko.show.strips import strips_of
from tests.show.samples import dance_motion, dance_track, hide, leave

WRIST = ["left_wrist", "left_index", "left_pinky"]


def person(track: Track, motion: Motion | None = None, *, first_s: float = 0.0) -> PersonReport:
    return PersonReport(track, motion, {}, {}, first_s=first_s, warnings=("left out: nothing",))


def test_confidence_falls_to_nothing_where_the_person_is_out_of_view() -> None:
    strips = strips_of(person(leave(dance_track(4.0), 1.0, 2.0)))
    assert strips.confidence_per_s == 10.0
    assert strips.confidence == (0.95,) * 10 + (0.0,) * 10 + (0.95,) * 20


def test_confidence_of_a_slow_video_goes_from_frame_to_frame() -> None:
    strips = strips_of(person(leave(dance_track(2.0, fps=5.0), 1.0, 9.0)))
    # Frames at 0.8 s (seen) and 1.0 s (not): the tenth between them is between them.
    assert strips.confidence[8:11] == pytest.approx((0.95, 0.475, 0.0), abs=0.01)
    assert len(strips.confidence) == 20


def test_feet_stand_where_heel_or_toe_is_planted() -> None:
    motion = dance_motion(4.0)
    strips = strips_of(person(dance_track(4.0), motion))
    times = (np.arange(motion.frame_count) + 0.5) / motion.fps
    for spans, points in ((strips.left_foot, [0, 1]), (strips.right_foot, [2, 3])):
        told = np.any([(start <= times) & (times < end) for start, end in spans], axis=0)
        assert (told == motion.contacts[:, points].any(1)).all()


def test_each_time_that_something_is_unseen_is_a_notice_of_its_own() -> None:
    track = hide(dance_track(8.0), WRIST, 0.5, 1.0)
    for start in (2.0, 3.0, 4.0, 5.0):
        track = hide(track, WRIST, start, start + 0.5)
    notices = strips_of(person(track)).notices
    assert notices[0] == ("left out: nothing", None)
    assert [text for text, _ in notices[1:]] == ["left wrist unseen: filled"] * 5
    assert [span[0] for _, span in notices[1:] if span is not None] == pytest.approx([0.5, 2.0, 3.0, 4.0, 5.0])


def test_sudden_turns_are_told_where_they_are() -> None:
    motion = dance_motion(4.0)
    motion.local_rotations_xyzw[60:, 0] = [0.0, 1.0, 0.0, 0.0]
    notices = [one for one in strips_of(person(dance_track(4.0), motion)).notices if one[1] is not None]
    assert notices
    assert {span for _, span in notices} == {(2.0, 2.033)}
    assert all(text.startswith("sudden turn: ") for text, _ in notices)


def test_times_count_from_the_motions_first_frame() -> None:
    track = hide(dance_track(4.0), WRIST, 2.0, 3.0)
    strips = strips_of(person(track, first_s=0.5))
    assert [span for _, span in strips.notices if span is not None] == [(1.5, 2.5)]
    assert len(strips.confidence) == 35


def test_who_was_never_seen_has_strips_all_the_same() -> None:
    strips = strips_of(person(leave(dance_track(1.0), 0.0, 9.0)))
    assert strips.confidence == (0.0,) * 10
    assert ("nobody was seen in the whole clip", None) in strips.notices


def test_a_report_brings_the_strips_to_whoever_reads_it(tmp_path: Path) -> None:
    one = person(hide(dance_track(), WRIST, 1.0, 1.75), dance_motion())
    write_report(Report("1", {"name": "a.mp4"}, [one], {}), tmp_path / "a.json", tmp_path / "a.html")
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert strips_from(json.loads(text)["people"][0]["strips"]) == strips_of(one)
    assert '"confidence": [0.95, 0.95, ' in text
