import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.errors import InputError
from manekko.people.keypoints import BODY33, BODY33_EDGES, BODY33_INDEX, BODY33_MIRROR, Face, Hands, Track

FRAMES = 30


def _track() -> Track:
    rng = np.random.default_rng(0)
    return Track(
        track_id=3,
        times_s=np.arange(FRAMES) / 10,
        keypoints_px=rng.normal(size=(FRAMES, 33, 2)),
        confidences=rng.uniform(size=(FRAMES, 33)),
        world_m=rng.normal(size=(FRAMES, 33, 3)),
        image_size_px=(640, 480),
        hands=Hands(
            rng.normal(size=(FRAMES, 2, 21, 2)), rng.normal(size=(FRAMES, 2, 21, 3)), rng.uniform(size=(FRAMES, 2))
        ),
        face=Face(rng.normal(size=(FRAMES, 468, 3)), rng.uniform(size=FRAMES)),
        warnings=("left at 2 s",),
    )


def test_left_and_right_are_each_others_mirror():
    assert (BODY33_MIRROR[BODY33_MIRROR] == np.arange(33)).all()
    assert BODY33[BODY33_MIRROR[BODY33_INDEX["left_toe"]]] == "right_toe"
    assert BODY33_MIRROR[BODY33_INDEX["nose"]] == BODY33_INDEX["nose"]
    assert {frozenset(BODY33_MIRROR[list(edge)].tolist()) for edge in BODY33_EDGES} == set(map(frozenset, BODY33_EDGES))


@given(st.integers(0, FRAMES - 1), st.integers(1, FRAMES))
def test_a_part_of_a_track_holds_the_frames_between_and_starts_at_zero(first, count):
    track, last = _track(), min(first + count, FRAMES)
    part = track.between(first / 10, last / 10)
    assert len(part.times_s) == last - first
    assert part.times_s[0] == 0.0
    assert part.times_s == pytest.approx(track.times_s[first:last] - first / 10)
    assert (part.keypoints_px == track.keypoints_px[first:last]).all()
    assert (part.confidences == track.confidences[first:last]).all()
    assert (part.world_m == track.world_m[first:last]).all()
    assert part.hands is not None
    assert part.face is not None
    assert track.hands is not None
    assert (part.hands.world_m == track.hands.world_m[first:last]).all()
    assert len(part.hands.scores) == len(part.face.scores) == len(part.face.keypoints_px) == last - first
    assert (part.track_id, part.image_size_px, part.warnings) == (3, (640, 480), ("left at 2 s",))


def test_without_an_end_a_part_goes_to_the_end():
    assert len(_track().between(1.0, None).times_s) == 20
    assert (_track().between(0.0, None).keypoints_px == _track().keypoints_px).all()


def test_a_start_behind_the_end_is_refused_with_the_clips_length():
    with pytest.raises(InputError, match=r"ends at 2\.90 s: no frame from 9 s on"):
        _track().between(9.0, None)


def test_a_person_is_seen_where_any_keypoint_is():
    track = _track()
    track.keypoints_px[4] = np.nan
    track.keypoints_px[5, 1:] = np.nan
    assert track.seen.tolist() == [frame != 4 for frame in range(FRAMES)]
