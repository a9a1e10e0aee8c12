"""Repairs by hand: each changes what it names, where it names it, and nothing else."""

from dataclasses import replace
from functools import cache
from typing import get_args

import numpy as np
import pytest

from manekko.lift.lift import lift_track
from manekko.people.fixes import (
    NO_PERSON_FIXES,
    Fixes,
    Flip,
    FootFix,
    Part,
    PersonFixes,
    TimeSpan,
    apply_flips,
    apply_to_contacts,
    apply_to_tracks,
    unheeded,
)
from manekko.people.keypoints import BODY33_INDEX, BODY33_MIRROR, Face, Hands, Track
from tests.lift.dancers import Dance, seen

TIMES_S = np.arange(180) / 30
SPAN = TimeSpan(2.0, 3.0)
INSIDE = (TIMES_S > 2.0 - 1e-6) & (TIMES_S < 3.0 + 1e-6)
LIMBS = {
    "arms": "elbow wrist pinky index thumb",
    "legs": "knee ankle heel toe",
}
ARRAYS = ("keypoints_px", "confidences", "world_m")


@cache
def dancer(number: int = 1, *, parts: bool = False) -> Track:
    track = replace(seen(Dance(number), TIMES_S, noise_px=2.0), track_id=number)
    if not parts:
        return track
    rng = np.random.default_rng(number)
    count = len(TIMES_S)
    hands = Hands(rng.normal(size=(count, 2, 21, 2)), rng.normal(size=(count, 2, 21, 3)), rng.uniform(size=(count, 2)))
    return replace(track, hands=hands, face=Face(rng.normal(size=(count, 468, 3)), rng.uniform(size=count)))


def assert_same(one: Track, other: Track, frames: np.ndarray) -> None:
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name)[frames], getattr(other, name)[frames], err_msg=name)
    for part in ("hands", "face"):
        mine, theirs = getattr(one, part), getattr(other, part)
        for name in vars(mine) if mine is not None else ():
            np.testing.assert_array_equal(getattr(mine, name)[frames], getattr(theirs, name)[frames], err_msg=name)


def points(part: str, sides: tuple[str, ...] = ("left", "right")) -> list[int]:
    return [BODY33_INDEX[f"{side}_{name}"] for side in sides for name in LIMBS[part].split()]


def test_no_fixes_change_nothing() -> None:
    track = dancer(parts=True)
    assert apply_to_tracks([track], Fixes()) == [track]
    assert apply_flips(track, NO_PERSON_FIXES) is track
    contacts = np.arange(40).reshape(10, 4) % 3 == 0
    np.testing.assert_array_equal(apply_to_contacts(contacts, NO_PERSON_FIXES, fps=30.0), contacts)


def test_people_who_were_taken_for_each_other_change_places_for_that_time() -> None:
    one, two = dancer(1, parts=True), dancer(2, parts=True)
    first, second = apply_to_tracks([one, two], Fixes(swaps=((1, 2, SPAN),)))
    assert (first.track_id, second.track_id) == (1, 2)
    assert_same(first, two, INSIDE)
    assert_same(second, one, INSIDE)
    assert_same(first, one, ~INSIDE)
    assert_same(second, two, ~INSIDE)


def test_what_is_ignored_is_unseen_then_and_only_then() -> None:
    one, two = dancer(1, parts=True), dancer(2, parts=True)
    changed, other = apply_to_tracks([one, two], Fixes(people={1: PersonFixes(ignored=(SPAN,))}))
    np.testing.assert_array_equal(changed.seen, ~INSIDE)
    assert (changed.confidences[INSIDE] == 0.0).all()
    assert changed.hands is not None
    assert (changed.hands.scores[INSIDE] == 0.0).all()
    assert_same(changed, one, ~INSIDE)
    assert other is two


@pytest.mark.slow
def test_an_ignored_time_is_bridged() -> None:
    [track] = apply_to_tracks([dancer()], Fixes(people={1: PersonFixes(ignored=(SPAN,))}))
    lifted = lift_track(track)
    assert np.isfinite(lifted.positions_m).all()
    steps = np.linalg.norm(np.diff(lifted.positions_m[INSIDE], axis=0), axis=-1)
    assert steps.max() < 0.1


def test_times_are_those_of_the_clip_however_late_the_motion_begins() -> None:
    fixes = Fixes(start_s=10.0, people={1: PersonFixes(ignored=(TimeSpan(12.0, 13.0),))})
    [track] = apply_to_tracks([dancer()], fixes)
    np.testing.assert_array_equal(track.seen, ~INSIDE)
    assert fixes.of(1).ignored == (TimeSpan(2.0, 3.0),)
    assert fixes.of(2) == NO_PERSON_FIXES


@pytest.mark.parametrize("part", get_args(Part))
def test_front_and_back_are_exchanged_in_depth_and_nothing_moves_in_the_picture(part: Part) -> None:
    track = dancer(parts=True)
    own = PersonFixes(front_back=(Flip(part, SPAN),))
    flipped = apply_flips(track, own)
    assert_same(flipped, track, ~INSIDE)
    if part == "body":
        np.testing.assert_array_equal(flipped.keypoints_px[INSIDE], track.keypoints_px[INSIDE][:, BODY33_MIRROR])
        np.testing.assert_allclose(
            flipped.world_m[INSIDE][..., 2], -track.world_m[INSIDE][:, BODY33_MIRROR, 2], atol=1e-9
        )
        moved = np.arange(33)
    else:
        np.testing.assert_array_equal(flipped.keypoints_px, track.keypoints_px)
        side, _, limb = part.rpartition(" ")
        moved = np.array(points(limb if limb.endswith("s") else limb + "s", (side,) if side else ("left", "right")))
    assert (np.abs(flipped.world_m - track.world_m)[INSIDE][:, moved].max((0, 2)) > 0.0).all()
    rest = np.setdiff1d(np.arange(33), moved)
    np.testing.assert_array_equal(flipped.world_m[:, rest], track.world_m[:, rest])
    # A second time, everything is as before.
    np.testing.assert_allclose(apply_flips(flipped, own).world_m, track.world_m, atol=1e-9)


def test_a_flipped_limb_keeps_its_length() -> None:
    track = dancer()
    flipped = apply_flips(track, PersonFixes(front_back=(Flip("left arm", SPAN),)))
    a, b, c = (BODY33_INDEX[f"left_{name}"] for name in ("shoulder", "elbow", "wrist"))
    for world in (lambda t: t.world_m[:, b] - t.world_m[:, a], lambda t: t.world_m[:, c] - t.world_m[:, b]):
        np.testing.assert_allclose(np.linalg.norm(world(flipped), axis=-1), np.linalg.norm(world(track), axis=-1))


@pytest.mark.parametrize("part", ["body", "arms", "legs"])
def test_left_and_right_are_exchanged_in_the_part_that_is_named(part: Part) -> None:
    track = dancer(parts=True)
    flipped = apply_flips(track, PersonFixes(left_right=(Flip(part, SPAN),)))
    assert_same(flipped, track, ~INSIDE)
    moved = np.arange(33) if part == "body" else np.array(points(part))
    rest = np.setdiff1d(np.arange(33), moved)
    for name in ARRAYS:
        before, after = getattr(track, name)[INSIDE], getattr(flipped, name)[INSIDE]
        np.testing.assert_array_equal(after[:, moved], before[:, BODY33_MIRROR[moved]])
        np.testing.assert_array_equal(after[:, rest], before[:, rest])
    assert track.hands is not None
    assert flipped.hands is not None
    swapped = (flipped.hands.scores[INSIDE] == track.hands.scores[INSIDE][:, ::-1]).all()
    assert swapped == (part != "legs")


def facing_m(positions: np.ndarray) -> np.ndarray:
    """How much nearer to the camera (+Z) the nose is than the ears."""
    ears = positions[:, [BODY33_INDEX["left_ear"], BODY33_INDEX["right_ear"]], 2].mean(1)
    return positions[:, BODY33_INDEX["nose"], 2] - ears


@pytest.mark.slow
def test_who_was_taken_for_facing_away_faces_the_camera_again() -> None:
    truth = seen(Dance(3), TIMES_S, noise_px=1.0)
    span = TimeSpan(1.5, 4.5)
    own = PersonFixes(front_back=(Flip("body", span),))
    wrong = apply_flips(truth, own)
    inner = (TIMES_S > 2.0) & (TIMES_S < 4.0)
    good, bad, mended = (lift_track(truth), lift_track(wrong), lift_track(wrong, fixes=own))
    assert (facing_m(good.positions_m)[inner] > 0.0).all()
    assert (facing_m(bad.positions_m)[inner] < 0.0).all()
    assert (facing_m(mended.positions_m)[inner] > 0.0).all()
    difference = np.linalg.norm(mended.positions_m - good.positions_m, axis=-1)
    assert difference[inner].mean() < 0.01


@pytest.mark.slow
def test_an_automatic_repair_does_not_undo_what_a_person_says() -> None:
    track = seen(Dance(5), TIMES_S, noise_px=1.0)
    burst = PersonFixes(left_right=(Flip("body", TimeSpan(2.0, 2.3)),))
    plain, told = lift_track(track), lift_track(track, fixes=burst)
    frames = slice(63, 67)
    wrists = [BODY33_INDEX["left_wrist"], BODY33_INDEX["right_wrist"]]
    crossed = np.linalg.norm(told.positions_m[frames, wrists] - plain.positions_m[frames, wrists[::-1]], axis=-1)
    assert (
        crossed.mean()
        < 0.5 * np.linalg.norm(told.positions_m[frames, wrists] - plain.positions_m[frames, wrists], axis=-1).mean()
    )


def test_feet_are_planted_and_lifted_as_told() -> None:
    contacts = np.zeros((90, 4), dtype=bool)
    contacts[:, 2:] = True
    own = PersonFixes(
        feet=(
            FootFix((0, 1), True, TimeSpan(1.0, 1.5)),
            FootFix((2,), False, TimeSpan(2.0, np.inf)),
            FootFix((1,), False, TimeSpan(1.2, 1.2)),
        )
    )
    result = apply_to_contacts(contacts, own, fps=30.0)
    expected = contacts.copy()
    expected[30:46, :2] = True
    expected[60:, 2] = False
    expected[36, 1] = False
    np.testing.assert_array_equal(result, expected)


def test_it_is_said_what_concerns_nobody_or_no_moment() -> None:
    fixes = Fixes(
        people={1: PersonFixes(ignored=(SPAN,)), 3: PersonFixes(raise_m=0.1)},
        swaps=((1, 2, TimeSpan(50.0, 60.0)),),
    )
    words = unheeded([dancer(1), dancer(2)], fixes)
    assert len(words) == 2
    assert "person 3, but the clip has only 1, 2" in words[0]
    assert "50 s to 60 s, but the motion is made of 0 s to 5.97" in words[1]
    assert unheeded([dancer(1), dancer(2)], Fixes(people={2: PersonFixes(ignored=(TimeSpan(5.0, np.inf),))})) == []
    assert apply_to_tracks([dancer(1)], replace(fixes, people={}))[0].seen.all()


def test_repairs_are_counted() -> None:
    own = PersonFixes(front_back=(Flip("body", SPAN),), ignored=(SPAN, SPAN), raise_m=0.1)
    assert Fixes(people={1: own}, swaps=((1, 2, SPAN),)).count == 5
    assert Fixes(start_s=3.0, end_s=4.0).count == 0
