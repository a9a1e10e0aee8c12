"""Figures with a verdict and what they mean to a person who dances a model in MMD."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from manekko.people.keypoints import Track
from manekko.show.series import MotionSeries, body_confidence

Verdict = Literal["good", "watch", "bad", "plain"]
"""``plain`` figures are neither good nor bad."""

_ORDER: tuple[Verdict, ...] = ("plain", "good", "watch", "bad")


@dataclass(frozen=True)
class FigureRow:
    """One line of the table of figures."""

    label: str
    value: str
    verdict: Verdict
    meaning: str


@dataclass(frozen=True)
class _Rule:
    """How one metric is written and judged; ``factor`` brings it to ``unit``."""

    key: str
    label: str
    unit: str
    meaning: str
    good: float | None = None
    watch: float | None = None
    factor: float = 1.0
    digits: int = 1
    needs_time: bool = False
    """Whether it means nothing for a single pose."""


_RULES = (
    _Rule(
        "foot.slide_mean_mm_per_frame",
        "Planted feet slide by",
        "mm a frame",
        "How far a standing foot creeps. Above 2 mm the model seems to skate.",
        good=0.5,
        watch=2.0,
        digits=2,
        needs_time=True,
    ),
    _Rule(
        "foot.planted_share",
        "Feet on the floor",
        "% of the time",
        "Share of the time in which a foot stands still on the floor.",
        factor=100.0,
        digits=0,
        needs_time=True,
    ),
    _Rule(
        "ground.penetration_p95_mm",
        "Feet sink into the floor by",
        "mm",
        "Depth below the floor that only one frame in twenty exceeds. Raise センター a little if you see it.",
        good=5.0,
        watch=20.0,
    ),
    _Rule(
        "ground.floating_mean_mm",
        "Feet float above the floor by",
        "mm",
        "Mean height of the lowest sole outside jumps. Lower センター a little if you see it.",
        good=10.0,
        watch=30.0,
    ),
    _Rule(
        "smoothness.jitter_over_speed",
        "Trembling, compared with the movement",
        "",
        "Shaking that no dancer does. A dance keyed by hand lies near 0.6; much more looks nervous.",
        good=0.6,
        watch=1.0,
        digits=2,
    ),
    _Rule(
        "jumps.frame_share",
        "Frames with a sudden turn",
        "%",
        "A bone turns by more than 30° between two frames: a very fast hit, or a mistake worth a look.",
        good=0.01,
        watch=0.05,
        factor=100.0,
        needs_time=True,
    ),
    _Rule(
        "ik.reach_error_max_mm",
        "Leg IK out of reach by at most",
        "mm",
        "The foot is asked to go where the model's leg is too short. Large values stretch the knee.",
        good=20.0,
        watch=130.0,
    ),
    _Rule("root_path_m", "Way of the hips", "m", "Length of the whole way, swaying included.", needs_time=True),
    _Rule(
        "keys.total",
        "Keys",
        "",
        "Fewer keys are easier to edit by hand in MMD.",
        digits=0,
    ),
    _Rule("keys.per_second", "Keys a second", "", "All bones together.", digits=0, needs_time=True),
)


def worst(rows: list[FigureRow]) -> Verdict:
    """Return the gravest verdict of some rows."""
    return _ORDER[max((_ORDER.index(row.verdict) for row in rows), default=0)]


def flattened(metrics: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Return nested figures as one level with dotted names."""
    result: dict[str, object] = {}
    for key, value in metrics.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            result |= flattened({str(k): v for k, v in value.items()}, f"{name}.")
        else:
            result[name] = value
    return result


def figure_rows(track: Track, series: MotionSeries | None, metrics: Mapping[str, object]) -> list[FigureRow]:
    """Return the table of figures of one person: what was seen, then what was solved."""
    flat = flattened(metrics)
    still = len(track.times_s) <= 1
    rows = _seen_rows(track)
    for rule in _RULES:
        value = flat.get(rule.key)
        if still and rule.needs_time:
            continue
        if isinstance(value, int | float) and np.isfinite(value):
            rows.append(_row(rule, float(value)))
    if series is not None and series.airborne.any() and not still:
        share = 100.0 * float(series.airborne.mean())
        rows.append(FigureRow("In the air", f"{share:.0f} % of the time", "plain", "Both feet off the floor."))
    return rows


def verdict_of(key: str, value: float | None) -> Verdict:
    """Return how good a figure is.

    Args:
        key: its dotted name, as in ``flattened(Figures.as_dict())``.
        value: in the unit of ``Figures``; None or not finite where it could not be measured, which is ``plain``.
    """
    rule = next((rule for rule in _RULES if rule.key == key), None)
    if rule is None or rule.good is None or rule.watch is None or value is None or not np.isfinite(value):
        return "plain"
    return "good" if value <= rule.good else "watch" if value <= rule.watch else "bad"


def _row(rule: _Rule, value: float) -> FigureRow:
    verdict = verdict_of(rule.key, value)
    text = f"{value * rule.factor:,.{rule.digits}f} {rule.unit}".strip()
    return FigureRow(rule.label, text, verdict, rule.meaning)


def _seen_rows(track: Track) -> list[FigureRow]:
    seen = track.seen
    share = float(seen.mean()) if len(seen) else 0.0
    sure = float(body_confidence(track)[seen].mean()) if seen.any() else 0.0
    rows = []
    if len(track.times_s) > 1:
        meaning = "While out of view the motion is filled in or held."
        rows.append(FigureRow("In view", f"{100 * share:.0f} % of the clip", _at_least(share, 0.95, 0.75), meaning))
    rows.append(
        FigureRow(
            "Body seen clearly",
            f"{100 * sure:.0f} %",
            _at_least(sure, 0.75, 0.5),
            "How sure the detector is of arms and legs. Loose clothes, blur, darkness and cropped feet lower it.",
        )
    )
    if track.hands is not None and seen.any():
        hands = float(np.mean(track.hands.scores[seen] > 0.5))
        meaning = "Fingers are taken only where the hand is seen; elsewhere they rest."
        rows.append(FigureRow("Hands seen", f"{100 * hands:.0f} %", _at_least(hands, 0.6, 0.25), meaning))
    return rows


def _at_least(value: float, good: float, watch: float) -> Verdict:
    return "good" if value >= good else "watch" if value >= watch else "bad"
