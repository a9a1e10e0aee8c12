"""What went wrong, in words: spans where a person or a part of the body was not seen, and sudden turns."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.arrays import spans as runs_of
from manekko.motion.motion import Motion
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.skeleton.kinematics import global_rotations
from manekko.skeleton.rotations import angle_between
from manekko.skeleton.skeleton import JOINT_INDEX

SHORTEST_S = 0.3
"""Shorter gaps are filled so well that nobody need look at them [s]."""
UNSURE = 0.3
"""A keypoint below this confidence is counted as unseen."""
_BRIDGE_S = 0.2
_MOST_SPANS = 3
_SMALL_PX = 150.0
_SUDDEN_RAD_S = np.deg2rad(1800.0)

_LIMBS = {
    "shoulder": "shoulder",
    "elbow": "elbow",
    "wrist": "wrist index pinky",
    "hip": "hip",
    "knee": "knee",
    "foot": "ankle heel toe",
}
_COARSE = (
    ("arms", ("left elbow", "left wrist", "right elbow", "right wrist")),
    ("left arm", ("left elbow", "left wrist")),
    ("right arm", ("right elbow", "right wrist")),
    ("legs", ("left knee", "left foot", "right knee", "right foot")),
    ("left leg", ("left knee", "left foot")),
    ("right leg", ("right knee", "right foot")),
    ("shoulders", ("left shoulder", "right shoulder")),
    ("wrists", ("left wrist", "right wrist")),
    ("hips", ("left hip", "right hip")),
    ("knees", ("left knee", "right knee")),
    ("feet", ("left foot", "right foot")),
)
"""Names that say several parts at once, the widest first."""

_TURNING = {
    "hips": "hips",
    "chest": "upper body",
    "head": "head",
    "leftUpperArm": "left upper arm",
    "leftLowerArm": "left forearm",
    "rightUpperArm": "right upper arm",
    "rightLowerArm": "right forearm",
    "leftUpperLeg": "left thigh",
    "leftLowerLeg": "left shin",
    "rightUpperLeg": "right thigh",
    "rightLowerLeg": "right shin",
}


@dataclass(frozen=True)
class Span:
    """A stretch of time, ``end_s`` not included [s]."""

    start_s: float
    end_s: float

    def __str__(self) -> str:
        """As a person writes it: ``3.2–4.0 s``."""
        return f"{self.start_s:.1f}–{self.end_s:.1f} s"

    @property
    def length_s(self) -> float:
        """How long it lasts [s]."""
        return self.end_s - self.start_s


@dataclass(frozen=True)
class Remark:
    """One thing that a person should look at."""

    text: str
    """The whole line, times and all."""
    what: str
    """The same without the times, as it is said of each."""
    spans: tuple[Span, ...] = ()
    """All the times, in order; none: it is about the whole clip."""


def frame_ends(times_s: Float[Array, " frame"]) -> Float[Array, " frame"]:
    """Return when each frame ends: at the start of the next; the last lasts as long as the median frame [s]."""
    if len(times_s) < 2:
        return times_s + 1.0 / 30.0
    return np.append(times_s[1:], times_s[-1] + np.median(np.diff(times_s)))


def spans(flags: Bool[Array, " frame"], times_s: Float[Array, " frame"]) -> list[Span]:
    """Return the stretches of time in which ``flags`` holds, in order."""
    ends = frame_ends(times_s)
    return [Span(float(times_s[start]), float(ends[end - 1])) for start, end in runs_of(flags)]


def part_keypoints() -> dict[str, list[int]]:
    """Return the body keypoints of each plainly named part ("left wrist", "head" …)."""
    parts = {"head": [BODY33_INDEX[name] for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]}
    for limb, names in _LIMBS.items():
        for side in ("left", "right"):
            parts[f"{side} {limb}"] = [BODY33_INDEX[f"{side}_{name}"] for name in names.split()]
    return parts


def track_warnings(track: Track, motion: Motion | None, *, first_s: float = 0.0) -> list[str]:
    """Return one line for each thing a person should look at, in plain words with times.

    Args:
        track: what was seen.
        motion: what was solved from it; None leaves out what only the solution shows.
        first_s: time of the motion's first frame on the track's clock [s].
    """
    return list(dict.fromkeys(remark.text for remark in track_remarks(track, motion, first_s=first_s)))


def track_remarks(track: Track, motion: Motion | None, *, first_s: float = 0.0) -> list[Remark]:
    """Return what ``track_warnings`` tells, with the times as numbers on the track's clock."""
    remarks = [_plainly(line) for line in track.warnings]
    if not track.seen.any():
        return [*remarks, _plainly("nobody was seen in the whole clip")]
    remarks += [*_upside_down(track), *_absence(track), *_small(track), *_unseen_parts(track)]
    if motion is not None and motion.frame_count > 1:
        remarks += _sudden_turns(motion, first_s)
    return remarks


def _plainly(line: str) -> Remark:
    return Remark(line, line)


def _absence(track: Track) -> list[Remark]:
    """Tell when the person is in view at all."""
    gone = spans(~track.seen, track.times_s)
    start, end = float(track.times_s[0]), float(frame_ends(track.times_s)[-1])
    remarks, between = [], []
    for span in gone:
        if span.start_s <= start:
            line, what = f"out of view until {span.end_s:.1f} s", "stands and waits"
        elif span.end_s >= end:
            line, what = f"out of view from {span.start_s:.1f} s to the end", "stands and waits"
        else:
            between += [span] if span.length_s >= SHORTEST_S else []
            continue
        remarks.append(Remark(f"{line}: {what}", f"out of view: {what}", (span,)))
    if between:
        remarks.append(Remark(f"out of view {_listed(between)}: filled", "out of view: filled", tuple(between)))
    return remarks


def _upside_down(track: Track) -> list[Remark]:
    """Tell when the head is below both feet in most of the frames that show both."""
    parts = part_keypoints()
    head = track.keypoints_px[:, parts["head"], 1].mean(axis=1)
    feet = track.keypoints_px[:, [*parts["left foot"], *parts["right foot"]], 1].min(axis=1)
    both = np.isfinite(head) & np.isfinite(feet)
    if not both.any() or np.mean(head[both] > feet[both]) <= 0.5:
        return []
    if len(track.times_s) == 1:
        return [_plainly("the head is below the feet: is the picture turned upside down?")]
    return [_plainly("the head is below the feet most of the time: is the video turned upside down?")]


def _small(track: Track) -> list[Remark]:
    """Tell when the person is too small in the picture to be measured well."""
    points = track.keypoints_px[track.seen]
    height = float(np.median(np.nanmax(points[..., 1], axis=1) - np.nanmin(points[..., 1], axis=1)))
    if height >= _SMALL_PX:
        return []
    line = f"small in the picture (about {height:.0f} px tall): a closer or sharper video gives a better motion"
    return [_plainly(line)]


def _unseen_parts(track: Track) -> list[Remark]:
    """Tell which parts of the body were not seen while the person was in view; the widest word wins."""
    seen = track.seen
    length = float(frame_ends(track.times_s)[-1] - track.times_s[0])
    hidden = {part: _bridged(_hidden(track, part) & seen, track.times_s) for part in part_keypoints()}
    groups = {name: np.logical_and.reduce([hidden[part] for part in parts]) for name, parts in _COARSE}
    said = {part: np.zeros(len(seen), dtype=bool) for part in hidden}
    remarks: list[Remark] = []
    for name, mask in [*groups.items(), *hidden.items()]:
        members = dict(_COARSE).get(name, (name,))
        known = np.logical_and.reduce([said[part] for part in members])
        found = [s for s in _long_spans(mask, track.times_s) if not _mostly(known, s, track.times_s)]
        for span in found:
            inside = (track.times_s >= span.start_s) & (track.times_s < span.end_s)
            for part in members:
                said[part] |= inside
        if found:
            remarks.append(_unseen_remark(track, name, members, found, length))
    return sorted(remarks, key=lambda remark: (remark.spans[0].start_s, remark.text))


def _unseen_remark(track: Track, name: str, members: tuple[str, ...], found: list[Span], length_s: float) -> Remark:
    total = sum(span.length_s for span in found)
    keypoints = [k for part in members for k in part_keypoints()[part]]
    where = "outside the picture" if _outside(track, keypoints, found) else "unseen"
    if len(track.times_s) == 1:
        line, what = f"{name} {where}", "guessed"
    elif total > 0.9 * length_s:
        line, what = f"{name} {where} nearly all the time", "guessed"
    else:
        line, what = f"{name} {where} {_listed(found)}", "filled"
    return Remark(f"{line}: {what}", f"{name} {where}: {what}", tuple(found))


def _hidden(track: Track, part: str) -> Bool[Array, " frame"]:
    """Frames in which the part's surest keypoint is still unsure."""
    confidences = track.confidences[:, part_keypoints()[part]]
    known = np.isfinite(track.keypoints_px[:, part_keypoints()[part]]).all(-1)
    return np.asarray(np.where(known, confidences, 0.0).max(axis=1) < UNSURE)


def _outside(track: Track, keypoints: list[int], found: list[Span]) -> bool:
    """Whether most of the points, as guessed by the detector, lie beyond the picture's edge."""
    points = np.concatenate([track.keypoints_px[_within(span, track.times_s)][:, keypoints] for span in found])
    points = points[np.isfinite(points).all(-1)]
    if len(points) == 0:
        return False
    size = np.array(track.image_size_px, dtype=np.float64)
    return bool(np.mean(((points < 0.0) | (points > size)).any(-1)) > 0.5)


def _within(span: Span, times_s: Float[Array, " frame"]) -> Bool[Array, " frame"]:
    return np.asarray((times_s >= span.start_s) & (times_s < span.end_s))


def _mostly(flags: Bool[Array, " frame"], span: Span, times_s: Float[Array, " frame"]) -> bool:
    return bool(flags[_within(span, times_s)].mean() > 0.7)


def _long_spans(flags: Bool[Array, " frame"], times_s: Float[Array, " frame"]) -> list[Span]:
    if flags.all():
        return spans(flags, times_s)  # a whole clip is never too short to matter: a picture lasts a 30th of a second
    # Presentation times carry rounding: a gap of exactly the shortest length counts.
    return [span for span in spans(flags, times_s) if span.length_s >= SHORTEST_S - 1e-6]


def _bridged(flags: Bool[Array, " frame"], times_s: Float[Array, " frame"]) -> Bool[Array, " frame"]:
    """Join stretches that a flicker shorter than ``_BRIDGE_S`` parts."""
    result = flags.copy()
    for gap in spans(~flags, times_s):
        inner = gap.start_s > times_s[0] and gap.end_s < frame_ends(times_s)[-1]
        if inner and gap.length_s < _BRIDGE_S:
            result |= _within(gap, times_s)
    return result


def _listed(found: list[Span]) -> str:
    """Name the longest spans in order of time, and count the rest."""
    longest = sorted(sorted(found, key=lambda span: -span.length_s)[:_MOST_SPANS], key=lambda span: span.start_s)
    text = ", ".join(str(span) for span in longest)
    rest = len(found) - len(longest)
    total = sum(span.length_s for span in found)
    return text if rest == 0 else f"{text} and {rest} more times ({total:.1f} s in all)"


def sudden_turns(motion: Motion) -> list[tuple[int, str, float]]:
    """Return (frame, part in words, turn [rad]) where a part turns faster than a dancer can, worst first."""
    rotations = global_rotations(motion.local_rotations_xyzw)
    found = []
    for joint, words in _TURNING.items():
        turns = angle_between(rotations[:-1, JOINT_INDEX[joint]], rotations[1:, JOINT_INDEX[joint]])
        for frame in np.flatnonzero(turns * motion.fps > _SUDDEN_RAD_S):
            found.append((int(frame) + 1, words, float(turns[frame])))
    return sorted(found, key=lambda item: -item[2])


def _sudden_turns(motion: Motion, first_s: float) -> list[Remark]:
    """Tell of leaps, a few of the worst by name."""
    remarks: list[Remark] = []
    told: list[int] = []
    for frame, words, turn in sudden_turns(motion):
        if any(abs(frame - other) <= motion.fps for other in told):
            continue
        told.append(frame)
        if len(told) <= _MOST_SPANS:
            span = _frame_span(frame, motion, first_s)
            what = f"{words} by {np.rad2deg(turn):.0f}° in one frame: check it"
            remarks.append(Remark(f"sudden turn at {span.start_s:.1f} s: {what}", f"sudden turn: {what}", (span,)))
    if len(told) > _MOST_SPANS:
        rest = tuple(_frame_span(frame, motion, first_s) for frame in sorted(told[_MOST_SPANS:]))
        remarks.append(Remark(f"sudden turns at {len(rest)} more times", "sudden turn", rest))
    return remarks


def _frame_span(frame: int, motion: Motion, first_s: float) -> Span:
    return Span(first_s + frame / motion.fps, first_s + (frame + 1) / motion.fps)
