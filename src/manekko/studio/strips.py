"""What is drawn below the time line: as the report tells it, or as far as the motion itself shows it."""

import numpy as np

from manekko.errors import InputError
from manekko.files import strips as told
from manekko.files.binary import printable
from manekko.motion.metrics_body import SIDES, MeasuredBody
from manekko.motion.metrics_feet import planted
from manekko.motion.motion import RigMotion
from manekko.show.strips import CONFIDENCE_PER_S, foot_spans
from manekko.skeleton.rig import Rig
from manekko.studio.messages import Notice, Span, Strips

_LONGEST_S = 900.0
"""Looking at every frame of a longer motion would keep the page waiting [s]."""


def strips_told(strips: told.Strips) -> Strips:
    """Return a report's strips."""
    return Strips(
        confidence=strips.confidence,
        confidence_per_s=strips.confidence_per_s,
        left_foot=_spans(strips.left_foot),
        right_foot=_spans(strips.right_foot),
        notices=tuple(Notice(printable(text), None if span is None else Span(*span)) for text, span in strips.notices),
    )


def strips_of_motion(motion: RigMotion, rig: Rig, warnings: tuple[str, ...] = ()) -> Strips | None:
    """Return when the feet of a model stand; None where they cannot be looked at, and there is nothing else to tell."""
    notices = tuple(Notice(printable(line), None) for line in warnings)
    left: tuple[Span, ...] = ()
    right: tuple[Span, ...] = ()
    if 1 < motion.frame_count <= _LONGEST_S * motion.fps:
        try:
            body = MeasuredBody.of(motion, rig)
            left, right = (_stands(body, side) for side in SIDES)
        except InputError:
            # A model without legs dances all the same.
            pass
    return Strips((), CONFIDENCE_PER_S, left, right, notices) if left or right or notices else None


def _stands(body: MeasuredBody, side: str) -> tuple[Span, ...]:
    return _spans(foot_spans(np.any([planted(point) for point in body.foot_points_m(side)], axis=0), body.fps))


def _spans(spans: tuple[told.Span, ...]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in spans)
