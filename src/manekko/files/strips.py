"""What a report draws along the time: how surely the body was seen, when the feet stand, and what to look at."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Span = tuple[float, float]
"""Start and end [s], counted from the motion's first frame."""

_MOST = 200_000
"""No clip that can be captured has more values."""
_MOST_TEXT = 500


@dataclass(frozen=True)
class Strips:
    """One person's strips."""

    confidence: tuple[float, ...]
    """How surely the body was seen, 0–1; empty where it is not known."""
    confidence_per_s: float
    """So many of these values are a second."""
    left_foot: tuple[Span, ...]
    """When the left foot stands on the floor."""
    right_foot: tuple[Span, ...]
    notices: tuple[tuple[str, Span | None], ...]
    """What may need the user's eye, and when; None: all the time."""

    def as_dict(self) -> dict[str, object]:
        """Return what a report tells."""
        return {
            "confidence": self.confidence,
            "confidence_per_s": self.confidence_per_s,
            "left_foot": self.left_foot,
            "right_foot": self.right_foot,
            "notices": [{"text": text, "span": span} for text, span in self.notices],
        }


def strips_from(values: dict[str, Any]) -> Strips:
    """Return the strips that a report tells of.

    Raises:
        ValueError, LookupError, TypeError or AttributeError: they are none, or nobody's.
    """
    return Strips(
        confidence=tuple(min(max(_number(value), 0.0), 1.0) for value in _few(values["confidence"])),
        confidence_per_s=_rate(values["confidence_per_s"]),
        left_foot=tuple(_span(value) for value in _few(values["left_foot"])),
        right_foot=tuple(_span(value) for value in _few(values["right_foot"])),
        notices=tuple(
            (str(one["text"])[:_MOST_TEXT], None if one["span"] is None else _span(one["span"]))
            for one in _few(values["notices"])
        ),
    )


def _few(values: object) -> Sequence[Any]:
    if not isinstance(values, list) or len(values) > _MOST:
        raise ValueError("its strips are no lists, or longer than any clip")
    return values


def _span(value: Any) -> Span:
    start, end = value
    if not 0.0 <= _number(start) <= _number(end):
        raise ValueError(f"{value} is no stretch of time")
    return float(start), float(end)


def _rate(value: object) -> float:
    rate = _number(value)
    if not 0.1 <= rate <= 240.0:
        raise ValueError(f"{value} is no rate of values")
    return rate


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value} is no number")
    return float(value)
