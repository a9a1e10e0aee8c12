"""Repairs that a person who watched the result asks for: what they are, and how they change what was seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.people.keypoints import BODY33_INDEX, BODY33_MIRROR, Track

Part = Literal["body", "arms", "legs", "left arm", "right arm", "left leg", "right leg"]
"""What is flipped."""

_ROUNDING_S = 1e-3
"""A time that a person wrote down names the frame this near to it [s]."""
_LIMBS = {"arm": ("shoulder", "elbow wrist pinky index thumb"), "leg": ("hip", "knee ankle heel toe")}
"""Limb → (joint that it hangs on, keypoints that belong to it)."""


@dataclass(frozen=True)
class TimeSpan:
    """A stretch of time, both ends included [s]; an end that is infinite is the end of the clip."""

    start_s: float
    end_s: float

    def within(self, times_s: Float[Array, " frame"]) -> Bool[Array, " frame"]:
        """Return which of some moments lie in the span."""
        return np.asarray((times_s >= self.start_s - _ROUNDING_S) & (times_s <= self.end_s + _ROUNDING_S))

    def later(self, by_s: float) -> "TimeSpan":
        """Return the same stretch on a clock that is ahead by ``by_s`` [s]."""
        return TimeSpan(self.start_s + by_s, self.end_s + by_s)


@dataclass(frozen=True)
class Flip:
    """The detector took front for back, or left for right, in a part of the body for a while."""

    part: Part
    span: TimeSpan


@dataclass(frozen=True)
class FootFix:
    """What some contact points of the feet really do for a while."""

    points: tuple[int, ...]
    """Columns of ``Motion.contacts``: 0 left heel, 1 left toe, 2 right heel, 3 right toe."""
    planted: bool
    span: TimeSpan


@dataclass(frozen=True)
class PersonFixes:
    """Repairs of one person."""

    front_back: tuple[Flip, ...] = ()
    """Where front and back are to be exchanged: ``body``, or one limb."""
    left_right: tuple[Flip, ...] = ()
    """Where left and right are to be exchanged: ``body``, ``arms`` or ``legs``."""
    feet: tuple[FootFix, ...] = ()
    ignored: tuple[TimeSpan, ...] = ()
    """Where nothing that was seen is to be believed; the motion goes on across."""
    raise_m: float = 0.0
    """How much higher above the floor the whole motion is to be [m]."""

    @property
    def count(self) -> int:
        """Number of repairs."""
        spans = len(self.front_back) + len(self.left_right) + len(self.feet) + len(self.ignored)
        return spans + (self.raise_m != 0.0)

    def later(self, by_s: float) -> "PersonFixes":
        """Return the same repairs on a clock that is ahead by ``by_s`` [s]."""
        return replace(
            self,
            front_back=tuple(replace(flip, span=flip.span.later(by_s)) for flip in self.front_back),
            left_right=tuple(replace(flip, span=flip.span.later(by_s)) for flip in self.left_right),
            feet=tuple(replace(foot, span=foot.span.later(by_s)) for foot in self.feet),
            ignored=tuple(span.later(by_s) for span in self.ignored),
        )


@dataclass(frozen=True)
class Fixes:
    """Repairs of one clip; all times are on the clip's clock, 0 at its first frame."""

    start_s: float = 0.0
    """Where the motion begins [s]."""
    end_s: float | None = None
    """Where it stops [s]; None: at the clip's end."""
    people: Mapping[int, PersonFixes] = field(default_factory=lambda: MappingProxyType({}))
    """Number of the person → repairs; the numbers are those after ``swaps``."""
    swaps: tuple[tuple[int, int, TimeSpan], ...] = ()
    """Two people whom the detector took for each other, and when."""

    @property
    def count(self) -> int:
        """Number of repairs; start and end are none."""
        return len(self.swaps) + sum(own.count for own in self.people.values())

    def of(self, number: int) -> PersonFixes:
        """Return one person's repairs on the motion's own clock, which is 0 where the motion begins."""
        return self.people.get(number, NO_PERSON_FIXES).later(-self.start_s)


NO_PERSON_FIXES = PersonFixes()


def apply_to_tracks(tracks: Sequence[Track], fixes: Fixes) -> list[Track]:
    """Return the tracks with people who were taken for each other put right, and ignored spans unseen.

    The tracks' clock begins at ``fixes.start_s``. Flips are not made here but by ``apply_flips``, which belongs after
    the automatic repair of swapped sides, so that this does not undo what a person has said.
    """
    result = {track.track_id: track for track in tracks}
    for first, second, span in fixes.swaps:
        if first in result and second in result:
            inside = span.later(-fixes.start_s).within(result[first].times_s)
            result[first], result[second] = _exchanged(result[first], result[second], inside)
    return [_forgotten(track, fixes.of(track.track_id).ignored) for track in result.values()]


def apply_flips(track: Track, own: PersonFixes) -> Track:
    """Return the track with front and back, left and right exchanged where that was asked for.

    Who is seen from the back and taken for someone seen from the front has the same outline with the depths mirrored
    about the hips and every left called right, so a body's front and back change together with its sides. A limb that
    reaches forward in place of back has its depths mirrored about its root. Nothing moves in the picture.
    """
    for flip in own.left_right:
        track = swap_sides(track, flip.span.within(track.times_s), flip.part)
    for flip in own.front_back:
        inside = flip.span.within(track.times_s)
        if flip.part == "body":
            track = swap_sides(track, inside)
        track = mirrored_depths(track, inside, flip.part)
    return track


def apply_to_contacts(contacts: Bool[Array, "frame 4"], own: PersonFixes, *, fps: float) -> Bool[Array, "frame 4"]:
    """Return the contacts of a motion with the points of the feet planted or lifted as a person says."""
    result, times_s = contacts.copy(), np.arange(len(contacts)) / fps
    for foot in own.feet:
        result[np.ix_(foot.span.within(times_s), np.array(foot.points))] = foot.planted
    return result


def unheeded(tracks: Sequence[Track], fixes: Fixes) -> list[str]:
    """Return in words which repairs concern nobody, or no moment, of the tracks."""
    there = {track.track_id for track in tracks}
    end_s = fixes.start_s + max((float(track.times_s[-1]) for track in tracks), default=0.0)
    named = {*fixes.people, *(number for first, second, _ in fixes.swaps for number in (first, second))}
    people = ", ".join(map(str, sorted(there)))
    words = [f"the fixes name person {n}, but the clip has only {people}: left out" for n in sorted(named - there)]
    outside = [
        span
        for span in _all_spans(fixes)
        if span.start_s > end_s + _ROUNDING_S or span.end_s < fixes.start_s - _ROUNDING_S
    ]
    words += [
        f"the fixes speak of {span.start_s:g} s to {span.end_s:g} s, but the motion is made of {fixes.start_s:g} s to "
        f"{end_s:.2f} s of the clip: left out"
        for span in outside
    ]
    return words


def swap_sides(track: Track, frames: Bool[Array, " frame"], part: Part = "body") -> Track:
    """Return the track with left and right exchanged in some frames: of the whole body, the arms or the legs."""
    order = np.arange(len(BODY33_MIRROR))
    moved = order if part == "body" else [index for _, limb in _limbs(part) for index in limb]
    order[moved] = BODY33_MIRROR[moved]

    def swapped(values: Array, twins: Array) -> Array:
        result = values.copy()
        result[frames] = values[frames][:, twins]
        return result

    hands = track.hands
    if hands is not None and part in ("body", "arms"):
        sides = np.array([1, 0])
        hands = replace(
            hands,
            keypoints_px=swapped(hands.keypoints_px, sides),
            world_m=swapped(hands.world_m, sides),
            scores=swapped(hands.scores, sides),
        )
    return replace(
        track,
        keypoints_px=swapped(track.keypoints_px, order),
        confidences=swapped(track.confidences, order),
        world_m=swapped(track.world_m, order),
        hands=hands,
    )


def _exchanged(one: Track, other: Track, frames: Bool[Array, " frame"]) -> tuple[Track, Track]:
    """Return two tracks that change places in some frames."""

    def mixed(a: Track, b: Track) -> Track:
        parts = {}
        for part in ("hands", "face"):
            mine, theirs = getattr(a, part), getattr(b, part)
            if mine is not None and theirs is not None:
                parts[part] = replace(mine, **{n: chosen(v, getattr(theirs, n)) for n, v in vars(mine).items()})
        return replace(
            a,
            keypoints_px=chosen(a.keypoints_px, b.keypoints_px),
            confidences=chosen(a.confidences, b.confidences),
            world_m=chosen(a.world_m, b.world_m),
            **parts,
        )

    def chosen(mine: Array, theirs: Array) -> Array:
        result = mine.copy()
        result[frames] = theirs[frames]
        return result

    return mixed(one, other), mixed(other, one)


def _forgotten(track: Track, ignored: Sequence[TimeSpan]) -> Track:
    """Return the track as if nobody had been seen in some stretches."""
    if not ignored:
        return track
    frames = np.any([span.within(track.times_s) for span in ignored], axis=0)

    def without(values: Array, nothing: float) -> Array:
        result = values.copy()
        result[frames] = nothing
        return result

    hands, face = track.hands, track.face
    if hands is not None:
        unseen = without(hands.keypoints_px, np.nan), without(hands.world_m, np.nan)
        hands = replace(hands, keypoints_px=unseen[0], world_m=unseen[1], scores=without(hands.scores, 0.0))
    if face is not None:
        face = replace(face, keypoints_px=without(face.keypoints_px, np.nan), scores=without(face.scores, 0.0))
    return replace(
        track,
        keypoints_px=without(track.keypoints_px, np.nan),
        confidences=without(track.confidences, 0.0),
        world_m=without(track.world_m, np.nan),
        hands=hands,
        face=face,
    )


def mirrored_depths(track: Track, frames: Bool[Array, " frame"], part: Part) -> Track:
    """Return the track with depths mirrored about the hips, or a limb's about the joint that it hangs on."""
    world = track.world_m.copy()
    if part == "body":
        middle = world[:, [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]], 2].mean(1, keepdims=True)
        world[frames, :, 2] = (2.0 * middle - world[..., 2])[frames]
    else:
        for root, limb in _limbs(part):
            chosen = np.ix_(frames, np.array(limb))
            world[(*chosen, 2)] = 2.0 * world[frames, root, 2][:, None] - world[(*chosen, 2)]
    return replace(track, world_m=world)


def _limbs(part: Part) -> list[tuple[int, list[int]]]:
    """Return the root and the other keypoints of each limb that a part names."""
    side, _, limb = part.rpartition(" ")
    root, points = _LIMBS[limb.removesuffix("s")]
    return [
        (BODY33_INDEX[f"{own}_{root}"], [BODY33_INDEX[f"{own}_{point}"] for point in points.split()])
        for own in ([side] if side else ["left", "right"])
    ]


def _all_spans(fixes: Fixes) -> list[TimeSpan]:
    spans = [span for _, _, span in fixes.swaps]
    for own in fixes.people.values():
        spans += [fix.span for fix in (*own.front_back, *own.left_right, *own.feet)] + list(own.ignored)
    return spans
