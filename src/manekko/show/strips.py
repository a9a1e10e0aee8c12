"""The strips of one person, from what was seen and what was solved."""

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.arrays import spans as runs_of
from manekko.files.strips import Span, Strips
from manekko.motion.motion import CONTACT_POINTS
from manekko.show.report_values import PersonReport
from manekko.show.series import body_confidence
from manekko.show.words import frame_ends, track_remarks

CONFIDENCE_PER_S = 10.0
"""Finer than anyone can point at on a time line [1/s]."""


def strips_of(person: PersonReport) -> Strips:
    """Return a person's strips, their times counted from the motion's first frame."""
    return Strips(
        confidence=_confidence(person),
        confidence_per_s=CONFIDENCE_PER_S,
        left_foot=_stands(person, "left"),
        right_foot=_stands(person, "right"),
        notices=_notices(person),
    )


def _confidence(person: PersonReport) -> tuple[float, ...]:
    """Return means over tenths of a second; where the video has fewer frames, what lies between two of them."""
    track = person.track
    if len(track.times_s) == 0:
        return ()
    times_s = track.times_s - person.first_s
    seen = np.where(track.seen, body_confidence(track), 0.0)
    end = float(frame_ends(track.times_s)[-1]) - person.first_s
    count = max(1, int(np.ceil(end * CONFIDENCE_PER_S - 1e-6)))
    places = np.clip(np.floor(times_s * CONFIDENCE_PER_S + 1e-6).astype(int), 0, count - 1)
    frames = np.bincount(places, minlength=count)
    known = np.flatnonzero(frames)
    means = np.bincount(places, weights=seen, minlength=count)[known] / frames[known]
    return _rounded(np.interp(np.arange(count), known, means), 2)


def _rounded(values: Float[Array, " value"], digits: int) -> tuple[float, ...]:
    return tuple(round(float(value), digits) for value in values)


def _stands(person: PersonReport, side: str) -> tuple[Span, ...]:
    if person.motion is None:
        return ()
    points = [number for number, name in enumerate(CONTACT_POINTS) if name.startswith(side)]
    return foot_spans(np.asarray(person.motion.contacts[:, points].any(axis=1)), person.motion.fps)


def foot_spans(stands: Bool[Array, " frame"], fps: float) -> tuple[Span, ...]:
    """Return when a foot stands, from whether it does in each frame."""
    return tuple((round(start / fps, 3), round(end / fps, 3)) for start, end in runs_of(stands))


def _notices(person: PersonReport) -> tuple[tuple[str, Span | None], ...]:
    """Return each remark once for each of its times, what concerns the whole clip first."""
    found: list[tuple[str, Span | None]] = [(line, None) for line in person.warnings]
    for remark in track_remarks(person.track, person.motion, first_s=person.first_s):
        spans = [(one.start_s - person.first_s, one.end_s - person.first_s) for one in remark.spans]
        inside = [(round(max(start, 0.0), 3), round(end, 3)) for start, end in spans if end > 0.0]
        found += [(remark.what, span) for span in inside] or [(remark.text, None)]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: -1.0 if one[1] is None else one[1][0]))
