"""Figures with a verdict and what they mean to a person who dances a model in MMD."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from manekko.people.keypoints import Track
from manekko.show.rules import RULES, Group, Rule
from manekko.show.series import body_confidence

Verdict = Literal["good", "fair", "poor", "plain"]
"""``plain`` figures are neither good nor bad."""

_MOST_NAMED = 6
_ORDER: tuple[Verdict, ...] = ("plain", "good", "fair", "poor")


@dataclass(frozen=True)
class FigureRow:
    """One line of the table of figures."""

    label: str
    value: str
    verdict: Verdict
    meaning: str
    group: Group = "What was seen"
    advice: str = ""
    """What to do about it; empty where it is good."""


def worst(rows: list[FigureRow]) -> Verdict:
    """Return the gravest verdict of some rows; keys are a matter of taste and do not count."""
    return _ORDER[max((_ORDER.index(row.verdict) for row in rows if row.group != "Keys"), default=0)]


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


def figure_rows(track: Track, metrics: Mapping[str, object]) -> list[FigureRow]:
    """Return the table of figures of one person: what was seen, then what was solved."""
    flat = flattened(metrics)
    still = len(track.times_s) <= 1
    rows = _seen_rows(track)
    for rule in RULES:
        value = flat.get(rule.key)
        if still and rule.needs_time:
            continue
        if isinstance(value, int | float) and np.isfinite(value):
            rows.append(_row(rule, float(value), _places(rule.key, metrics)))
    return rows


def _places(key: str, metrics: Mapping[str, object]) -> str:
    """Return where a fault is to be found, as a sentence; empty where that is not known."""
    if key == "jumps.frame_share":
        turns = metrics.get("jumps")
        events = list(turns.get("events", ())) if isinstance(turns, Mapping) else []
        named = ", ".join(f"{frame} {bone}" for frame, bone in events[:_MOST_NAMED])
        return f" Frames: {named}{' …' if len(events) > _MOST_NAMED else '.'}" if events else ""
    bent = metrics.get("hyper_extended_frames")
    if key == "hyper_extended_share" and isinstance(bent, Mapping) and bent:
        return f" {', '.join(f'{bone} in {count} frames' for bone, count in bent.items())}."
    return ""


def verdict_of(key: str, value: float | None) -> Verdict:
    """Return how good a figure is.

    Args:
        key: its dotted name, as in ``flattened(Figures.as_dict())``.
        value: in the unit of ``Figures``; None or not finite where it could not be measured, which is ``plain``.
    """
    rule = next((rule for rule in RULES if rule.key == key), None)
    if rule is None or rule.good is None or rule.fair is None or value is None or not np.isfinite(value):
        return "plain"
    return "good" if value <= rule.good else "fair" if value <= rule.fair else "poor"


def advice_for(key: str, value: float | None) -> str:
    """Return what to do about a figure, as a sentence without its first capital; empty where there is nothing to do."""
    rule = next((rule for rule in RULES if rule.key == key), None)
    return rule.advice if rule is not None and verdict_of(key, value) in ("fair", "poor") else ""


def _row(rule: Rule, value: float, places: str) -> FigureRow:
    verdict = verdict_of(rule.key, value)
    text = f"{value * rule.factor:,.{rule.digits}f} {rule.unit}".strip()
    return FigureRow(rule.label, text, verdict, rule.meaning + places, rule.group, advice_for(rule.key, value))


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


def _at_least(value: float, good: float, fair: float) -> Verdict:
    return "good" if value >= good else "fair" if value >= fair else "poor"
