"""Bones that share their key frames, and the frames that must be among them."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from manekko.arrays import Array, Bool, Float, spans
from manekko.motion.motion import BoneTrack
from manekko.skeleton.rotations import angle_between

_SIDES = "左右"
_FINGERS = ("親指", "人指", "中指", "薬指", "小指")
LIMBS = (
    ("全ての親", "センター", "グルーブ", "腰", "下半身"),
    ("上半身", "上半身2", "上半身3"),
    ("首", "頭"),
    *((s + "肩P", s + "肩", s + "肩C", s + "腕", s + "腕捩", s + "ひじ", s + "手捩", s + "手首") for s in _SIDES),
    *((s + "足", s + "ひざ", s + "足首", s + "足先EX") for s in _SIDES),
    *((s + "足IK親", s + "足ＩＫ", s + "つま先ＩＫ") for s in _SIDES),
    *(tuple(s + f + n for f in _FINGERS for n in "０１２３") for s in _SIDES),
)
"""Bones that share their key frames; any other bone is alone."""

_STILL_FRAMES = 4
_STILL_M = 1e-6
_STILL_RAD = 1e-5
_HIT_FRAMES = 3
"""A hit is judged by so many steps before and after it."""
_HIT_RAD = np.radians(8.0)
"""Turn a frame on the fast side of a hit, on average."""
_HIT_RATIO = 0.15
"""Turn on its slow side against that."""


def limbs_of(names: Sequence[str], usual_names: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return these bones limb by limb, the others each alone.

    Args:
        names: bones.
        usual_names: a bone → its usual name, where that is another.
    """
    called = {usual_names.get(name, name): name for name in names}
    found = [tuple(called[name] for name in limb if name in called) for limb in LIMBS]
    placed = {name for limb in found for name in limb}
    return [limb for limb in found if limb] + [(name,) for name in names if name not in placed]


def accents(track: BoneTrack, *, turns: bool) -> Bool[Array, " frame"]:
    """Mark the frames that must be keys of a bone: where it comes to stand or sets off, and its hits.

    Args:
        track: a key in every frame.
        turns: whether the bone's turns are seen as they are, so that hits are looked for.
    """
    marks = hits(track.rotations_xyzw) if turns else np.zeros(len(track.frames), dtype=bool)
    for first, last in still_spans(track):
        marks[[first, last]] = True
    return marks


def still_spans(track: BoneTrack) -> list[tuple[int, int]]:
    """Return (first, last) frame of each span in which a bone that is shifted elsewhere stays exactly in place."""
    if np.ptp(track.positions_m, axis=0).max() <= _STILL_M:
        return []
    steps = np.abs(np.diff(track.positions_m, axis=0)).max(axis=1)
    return [(a, b) for a, b in spans(np.append(steps < _STILL_M, False)) if b - a >= _STILL_FRAMES]


def held(track: BoneTrack) -> BoneTrack:
    """Return the track with each still span at one place to the last bit, which reading keys may have lost."""
    positions = track.positions_m.copy()
    for first, last in still_spans(track):
        positions[first : last + 1] = positions[(first + last) // 2]
    return BoneTrack(track.frames, positions, track.rotations_xyzw)


def pinned_frames(track: BoneTrack) -> tuple[Bool[Array, " frame"], Bool[Array, " frame"]]:
    """Mark the frames in which a bone stands, and those in which it is not turned: there its keys are exact."""
    stands, turned_no_more = (np.zeros(len(track.frames), dtype=bool) for _ in range(2))
    for first, last in still_spans(track):
        stands[first : last + 1] = True
    turns = angle_between(track.rotations_xyzw[1:], track.rotations_xyzw[:-1])
    for first, last in spans(np.append(turns < _STILL_RAD, False)):
        turned_no_more[first : last + 1] |= last - first >= _STILL_FRAMES
    return stands, turned_no_more


def rests_between(stops: Bool[Array, " frame"], tracks: Sequence[BoneTrack]) -> tuple[tuple[int, int], ...]:
    """Return the pairs of neighbouring stops between which none of the bones moves at all."""
    moving = np.zeros(len(stops) - 1, dtype=bool)
    for track in tracks:
        moving |= np.abs(np.diff(track.positions_m, axis=0)).max(axis=1) >= _STILL_M
        moving |= angle_between(track.rotations_xyzw[1:], track.rotations_xyzw[:-1]) >= _STILL_RAD
    moved = np.append(0, np.cumsum(moving))
    frames = np.flatnonzero(stops)
    return tuple((a, b) for a, b in pairwise(frames.tolist()) if moved[a] == moved[b])


def hits(rotations_xyzw: Float[Array, "frame 4"]) -> Bool[Array, " frame"]:
    """Mark frames at which a fast turn stops, or starts, at once: the accents of a dance."""
    marks = np.zeros(len(rotations_xyzw), dtype=bool)
    if len(rotations_xyzw) < 2 * _HIT_FRAMES + 1:
        return marks
    steps = angle_between(rotations_xyzw[1:], rotations_xyzw[:-1])
    mean = np.convolve(steps, np.full(_HIT_FRAMES, 1.0 / _HIT_FRAMES), mode="valid")
    before, after = mean[:-_HIT_FRAMES], mean[_HIT_FRAMES:]
    fast, slow = np.maximum(before, after), np.minimum(before, after)
    sharp = (fast >= _HIT_RAD) & (slow <= _HIT_RATIO * fast)
    for first, end in spans(sharp):
        contrast = slow[first:end] / fast[first:end]
        marks[_HIT_FRAMES + first + int(contrast.argmin())] = True
    return marks


def marked(frame_count: int, bones: Sequence[str], forced: Mapping[str, Array]) -> Bool[Array, " frame"]:
    """Mark the frames that are asked for at any of these bones; those outside of the motion are left out."""
    marks = np.zeros(frame_count, dtype=bool)
    for name in bones:
        frames = np.asarray(forced.get(name, ()), dtype=np.int64)
        marks[frames[(frames >= 0) & (frames < frame_count)]] = True
    return marks
