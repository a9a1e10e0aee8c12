import random as chance
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from manekko.people.identities import link, people_of
from manekko.people.tracklet import Tracklet
from tests.people.bodies import tracklet

FPS = 30.0


def _walk(frames: range, start: float, speed: float, height: float = 300.0, colour: int | None = None) -> Tracklet:
    """Return someone who walks across: ``start`` is where they are in frame 0 [px], ``speed`` is in px per frame."""
    number = np.array(frames)
    return tracklet(frames, np.stack([start + speed * number, np.full(len(number), 400.0)], axis=1), height, colour)


@settings(deadline=None, max_examples=40)
@given(st.integers(40, 60), st.integers(2, 8), st.booleans(), st.randoms(use_true_random=False))
@example(43, 8, False, chance.Random(0))
def test_people_who_cross_keep_their_number(meeting: int, hidden: int, dressed: bool, random) -> None:
    colours = (3, 40) if dressed else (None, None)
    before, after = range(0, meeting - hidden), range(meeting + hidden, 100)
    first = [_walk(before, 100, 8, 300, colours[0]), _walk(after, 100, 8, 300, colours[0])]
    second = [_walk(before, 900, -8, 280, colours[1]), _walk(after, 900, -8, 280, colours[1])]
    pieces = first + second
    random.shuffle(pieces)
    people = people_of(pieces, fps=FPS, frame_count=100)
    assert [[id(piece) for piece in person] for person in people] == [[id(p) for p in first], [id(p) for p in second]]


def test_who_is_seen_again_for_a_moment_is_looked_for_on_the_course_of_before() -> None:
    gone, back, other = _walk(range(0, 60), 100, 10), _walk(range(65, 67), 100, 10), _walk(range(65, 67), 705, 0)
    assert [len(person) for person in link([gone, other, back], fps=FPS)] == [2, 1]
    assert link([gone, other, back], fps=FPS)[0][1] is back


def test_who_leaves_and_returns_elsewhere_in_the_same_clothes_is_the_same() -> None:
    gone, back = _walk(range(0, 60), 500, -7, colour=5), _walk(range(120, 200), 1300, -2, colour=5)
    assert len(link([gone, back], fps=FPS)) == 1


def test_who_returns_in_other_clothes_is_another() -> None:
    gone, other = _walk(range(0, 60), 500, -7, colour=5), _walk(range(120, 200), 1300, -2, colour=70)
    assert len(link([gone, other], fps=FPS)) == 2


def test_nobody_is_in_two_places_at_once() -> None:
    left, right = _walk(range(0, 60), 200, 0, colour=5), _walk(range(30, 90), 700, 0, colour=5)
    assert len(link([left, right], fps=FPS)) == 2


def test_a_body_cut_in_chunks_is_one_person() -> None:
    pieces = [_walk(range(start, start + 24), 100, 3, colour=9) for start in range(0, 2400, 24)]
    assert [len(person) for person in link(pieces[::-1], fps=FPS)] == [100]


def test_a_moment_is_no_person() -> None:
    long, short = _walk(range(0, 300), 100, 1), _walk(range(50, 58), 900, 0)
    assert people_of([long, short], fps=FPS, frame_count=300) == [[long]]


def test_the_only_frame_of_a_picture_counts() -> None:
    alone = _walk(range(0, 1), 100, 0)
    assert people_of([alone], fps=FPS, frame_count=1) == [[alone]]


def test_people_are_numbered_by_appearance_and_then_from_left_to_right() -> None:
    late, right, left = _walk(range(60, 200), 50, 0), _walk(range(0, 200), 900, 0), _walk(range(3, 200), 400, 0)
    assert people_of([late, right, left], fps=FPS, frame_count=200) == [[left], [right], [late]]


def test_the_most_prominent_are_kept() -> None:
    large, small = _walk(range(0, 200), 800, 0, height=600), _walk(range(0, 200), 100, 0, height=150)
    assert people_of([small, large], fps=FPS, frame_count=200, people=1) == [[large]]


def test_no_tracklets_are_no_people() -> None:
    assert people_of([], fps=FPS, frame_count=10) == []


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 30), st.floats(0, 1000), st.floats(-9, 9)), max_size=12))
def test_every_tracklet_goes_to_one_person_and_time_runs_forward(rows: list[tuple[int, int, float, float]]) -> None:
    pieces = [_walk(range(start, start + length), place, speed) for start, length, place, speed in rows]
    people = link(pieces, fps=FPS)
    assert sorted(id(one) for person in people for one in person) == sorted(id(piece) for piece in pieces)
    for person in people:
        assert all(one.last < other.first for one, other in pairwise(person))
