"""What the solver must reach, and whether it does."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from manekko.bench.accuracy import OURS, Row
from manekko.bench.speed import Mark

Figures = Mapping[str, float | None]

JUDGED = "noise"
"""The condition that most bars are about: an ordinary clip's noise, a camera on a stand."""
PANNING = "panning camera"
EXACT = "exact 3D"


class Bar(NamedTuple):
    """One demand on a figure of ours in a row of a table."""

    row: str
    figure: str
    limit: float
    at_least: bool = False
    of: str = ""
    """Method whose figure the limit is a multiple of; empty: the limit stands for itself."""


BARS = (
    Bar(EXACT, "position_mm", 1.0),
    Bar(EXACT, "mpjae_deg", 4.0),
    *(
        Bar(JUDGED, figure, share, of=method)
        for figure in ("mpjae_deg", "bone_dir_deg")
        for share, method in ((0.6, "naive mapping"), (0.5, "KalidoKit"))
    ),
    Bar(JUDGED, "ik_keys_mm", 0.0),
    Bar(JUDGED, "slide_own_mm", 0.2),
    Bar(JUDGED, "slide_truth_mm", 2.0),
    Bar(JUDGED, "penetration_mm", 1.0),
    Bar(JUDGED, "float_mm", 8.0),
    Bar(JUDGED, "heel_f1", 0.85, at_least=True),
    Bar(JUDGED, "toe_f1", 0.85, at_least=True),
    Bar(JUDGED, "jitter_ratio", 1.1),
    Bar(JUDGED, "jump30_share", 0.001),
    Bar(JUDGED, "jump_height_error", 0.1),
    Bar(JUDGED, "hang_time_error", 0.1),
    Bar(JUDGED, "root_path_percent", 3.0),
    Bar(JUDGED, "root_vs_still", 0.3),
    Bar(JUDGED, "seconds_per_1000", 15.0),
    Bar(PANNING, "root_path_percent", 6.0),
    Bar(PANNING, "root_vs_still", 0.3),
    Bar("trace_wavefile", "mpjae_deg", 18.0),
    Bar("trace_wavefile", "bone_dir_deg", 10.0),
    Bar("trace_wavefile", "slide_mm", 1.5),
    Bar("trace_wavefile", "jitter_ratio", 1.15),
    Bar("trace_wavefile", "jump30_share", 0.01),
    Bar("trace_wavefile", "root_vs_still", 0.3),
    Bar("cam01", "bone_dir_deg", 12.0),
    Bar("cam02", "bone_dir_deg", 15.0),
    *(
        Bar(clip, figure, limit)
        for clip in ("cam01", "cam02")
        for figure, limit in (("tilt_deg", 4.0), ("slide_mm", 2.0))
    ),
)


def marks(rows: Sequence[Row]) -> list[Mark]:
    """Hold our rows against the bars; what is missing on our side fails, on the other's it is not measured."""
    by_name = {(row.clip, row.method): row.figures for row in rows}
    return [_mark(bar, by_name) for bar in BARS]


def _mark(bar: Bar, rows: Mapping[tuple[str, str], Figures]) -> Mark:
    found = rows.get((bar.row, OURS), {}).get(bar.figure)
    limit: float | None = bar.limit
    words = f"{'>=' if bar.at_least else '<='} {bar.limit:g}"
    if bar.of:
        theirs = rows.get((bar.row, bar.of), {}).get(bar.figure)
        limit = None if theirs is None else bar.limit * theirs
        words = f"<= {bar.limit:g} x {bar.of}" + ("" if limit is None else f" = {limit:.1f}")
    what = f"{bar.row}: {bar.figure}"
    if limit is None:
        return Mark(what, found, words, None)
    reached = found is not None and (found >= limit if bar.at_least else found <= limit)
    return Mark(what, found, words, bool(reached))
