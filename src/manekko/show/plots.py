"""Plots as pieces of HTML with inline SVG: they need no script, follow the page's colours and stretch to any width.

Lines and strips live in an SVG stretched to the page's width; every word is HTML, so letters keep their size on a
phone. Colours are CSS variables of the page (``--c1`` … ``--c4``, ``--grid``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.show.words import Span

MOST_POINTS = 2000
"""More points than this are not drawn in one line; peaks are kept."""
_WIDTH = 1000


@dataclass(frozen=True)
class Line:
    """One curve of a plot."""

    label: str
    times_s: Float[Array, " sample"]
    values: Float[Array, " sample"]
    colour: int
    """Which of the page's plot colours, from 1."""


@dataclass(frozen=True)
class Strip:
    """One row of a timeline: where something holds."""

    label: str
    held: Sequence[Span]
    colour: int


def thinned(
    times_s: Float[Array, " sample"], values: Float[Array, " sample"]
) -> tuple[Float[Array, " kept"], Float[Array, " kept"]]:
    """Return at most ``MOST_POINTS`` samples that keep the lowest and highest value of every stretch."""
    if len(values) <= MOST_POINTS:
        return times_s, values
    keep = []
    for block in np.array_split(np.arange(len(values)), MOST_POINTS // 2):
        known = block[np.isfinite(values[block])]
        ends = {int(known[np.argmin(values[known])]), int(known[np.argmax(values[known])])} if len(known) else block[:1]
        keep += sorted(ends)
    return times_s[keep], values[keep]


def merged(held: Sequence[Span], length_s: float) -> list[Span]:
    """Join spans closer than what one can see, so that at most ``MOST_POINTS`` remain."""
    result: list[Span] = []
    nearest = length_s / MOST_POINTS
    for span in held:
        if result and span.start_s - result[-1].end_s < nearest:
            result[-1] = Span(result[-1].start_s, max(span.end_s, result[-1].end_s))
        else:
            result.append(span)
    return result


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round numbers from ``low`` to ``high``, some ``about`` of them."""
    if not high > low:
        return [low]
    raw = (high - low) / about
    size = 10.0 ** np.floor(np.log10(raw))
    step = float(next(factor * size for factor in (1, 2, 5, 10) if factor * size >= raw * 0.999))
    first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
    return [float(f"{index * step:.12g}") for index in range(first, last + 1)]


def clock(time_s: float, step_s: float = 1.0) -> str:
    """Write a time as a person reads it: ``12.5``, ``1:05``; seconds where below a minute."""
    if time_s < 60.0:
        return f"{time_s:.1f}".removesuffix(".0") if step_s < 1.0 else f"{time_s:.0f}"
    return f"{int(time_s // 60)}:{int(time_s % 60):02d}"


def line_plot(
    lines: Sequence[Line],
    *,
    title: str,
    unit: str,
    end_s: float,
    low: float | None = None,
    high: float | None = None,
    marks: Sequence[tuple[float, str]] = (),
) -> str:
    """Return a plot of curves over the clip's time from 0 to ``end_s``.

    Args:
        lines: the curves; NaN breaks a curve.
        title: heading of the plot.
        unit: unit of the values, shown at the top of the axis.
        end_s: right end of the time axis [s].
        low: the axis begins here, or lower if a curve goes lower.
        high: the axis ends here, or higher if a curve goes higher.
        marks: (value, label) of level lines to compare with.
    """
    bounds = [np.array([value]) for value in (low, high) if value is not None]
    values = np.concatenate([np.zeros(0), *(line.values for line in lines), *bounds])
    values = values[np.isfinite(values)]
    bottom, top = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    if not top > bottom:
        top = bottom + 1.0
    ticks = nice_ticks(bottom, top, 3)
    grid = "".join(_level(_down(tick, bottom, top), "grid") for tick in ticks)
    grid += "".join(_level(_down(value, bottom, top), "mark") for value, _ in marks)
    curves = "".join(
        f'<path class="l{line.colour}" d="{_path(line, end_s, bottom, top)}"/>' for line in lines if len(line.values)
    )
    labels = "".join(f'<span style="top:{_down(tick, bottom, top) / 10:.2f}%">{_short(tick)}</span>' for tick in ticks)
    notes = "".join(
        f'<span class="note" style="top:{_down(value, bottom, top) / 10:.2f}%">{escape(text)}</span>'
        for value, text in marks
    )
    svg = _svg(grid + _time_grid(end_s) + curves)
    legend = _legend([(line.label, line.colour) for line in lines]) if len(lines) > 1 else ""
    return (
        f'<figure class="plot"><figcaption><b>{escape(title)}</b> <i>{escape(unit)}</i>{legend}</figcaption>'
        f'<div class="axes"><div class="ys">{labels}</div><div class="area">{svg}{notes}</div></div>'
        f"{_time_axis(end_s)}</figure>"
    )


def strip_plot(strips: Sequence[Strip], *, title: str, end_s: float) -> str:
    """Return rows of bars that show when each thing holds, over the clip's time from 0 to ``end_s``."""
    rows = []
    for strip in strips:
        bars = "".join(
            f'<rect class="f{strip.colour}" x="{_across(span.start_s, end_s):.1f}" y="0" '
            f'width="{max(_across(span.end_s, end_s) - _across(span.start_s, end_s), 1.0):.1f}" height="1000"/>'
            for span in merged(strip.held, end_s)
        )
        rows.append(f'<div class="row"><span>{escape(strip.label)}</span><div>{_svg(bars)}</div></div>')
    return (
        f'<figure class="strips"><figcaption><b>{escape(title)}</b></figcaption>{"".join(rows)}'
        f"{_time_axis(end_s)}</figure>"
    )


def path_plot(positions_m: Float[Array, "frame 3"], planted: Bool[Array, " frame"], *, title: str) -> str:
    """Return the way over the floor as seen from above; the audience sits at the bottom (+z points to it).

    Args:
        positions_m: places in the world [m].
        planted: whether any foot is on the floor; the way is drawn fainter where none is.
        title: heading of the plot.
    """
    kept = np.linspace(0, len(positions_m) - 1, min(len(positions_m), MOST_POINTS)).astype(int)
    ground, standing = positions_m[kept][:, [0, 2]], planted[kept]
    centre = (ground.min(axis=0) + ground.max(axis=0)) / 2.0
    reach = max(float(np.ptp(ground, axis=0).max()) * 0.6, 0.6)
    # +x (the dancer's left) is to the right of who watches from the front, +z towards the watcher: down the page.
    points = 500.0 + (ground - centre) / reach * 500.0
    step = 0.5 if reach < 2.0 else float(nice_ticks(0.0, 2.0 * reach, 6)[1])
    flying = np.where(standing[:, None], np.nan, points)
    grid = "".join(_floor_lines(centre, reach, step))
    (x0, y0), (x1, y1) = points[0], points[-1]
    body = (
        f'{grid}<path class="l1" d="{_move(points)}"/><path class="l3" d="{_move(flying)}"/>'
        f'<circle class="start" cx="{x0:.0f}" cy="{y0:.0f}" r="16"/>'
        f'<circle class="f1" cx="{x1:.0f}" cy="{y1:.0f}" r="16"/>'
    )
    legend = _legend([("on the floor", 1), ("in the air", 3)])
    return (
        f'<figure class="floor"><figcaption><b>{escape(title)}</b> <i>one square is {step:g} m</i>{legend}</figcaption>'
        f'<svg viewBox="0 0 1000 1000" role="img" aria-label="{escape(title)}">{body}</svg>'
        "<p><small>○ start, ● end; bottom of the picture is the audience</small></p></figure>"
    )


def _floor_lines(centre: Float[Array, "2"], reach: float, step: float) -> list[str]:
    lines = []
    for axis in (0, 1):
        first = int(np.ceil((centre[axis] - reach) / step))
        last = int(np.floor((centre[axis] + reach) / step))
        for index in range(first, last + 1):
            at = 500.0 + (index * step - centre[axis]) / reach * 500.0
            ends = f"M{at:.0f} 0V1000" if axis == 0 else f"M0 {at:.0f}H1000"
            lines.append(f'<path class="grid" d="{ends}"/>')
    return lines


def _svg(body: str) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} 1000" preserveAspectRatio="none" aria-hidden="true">{body}</svg>'


def _across(time_s: float, end_s: float) -> float:
    return min(max(time_s / max(end_s, 1e-9), 0.0), 1.0) * _WIDTH


def _down(value: float, bottom: float, top: float) -> float:
    return 960.0 - (value - bottom) / (top - bottom) * 920.0


def _level(y: float, kind: str) -> str:
    return f'<path class="{kind}" d="M0 {y:.1f}H{_WIDTH}"/>'


def _path(line: Line, end_s: float, bottom: float, top: float) -> str:
    times, values = thinned(line.times_s, line.values)
    x = np.clip(times / max(end_s, 1e-9), 0.0, 1.0) * _WIDTH
    y = 960.0 - (values - bottom) / (top - bottom) * 920.0
    return _move(np.stack([x, y], axis=-1))


def _move(points: Float[Array, "sample 2"]) -> str:
    """Write an SVG path; NaN lifts the pen."""
    pieces, pen_down = [], False
    for x, y in points.tolist():
        known = np.isfinite(x) and np.isfinite(y)
        if known:
            pieces.append(f"{'L' if pen_down else 'M'}{x:.1f} {y:.1f}")
        pen_down = bool(known)
    return "".join(pieces)


def _short(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _time_ticks(end_s: float) -> list[float]:
    if end_s <= 60.0:
        return nice_ticks(0.0, end_s, 6)
    step = next((s for s in (15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0) if end_s / s <= 7.0), 3600.0)
    return [index * step for index in range(int(end_s // step) + 1)]


def _time_grid(end_s: float) -> str:
    return "".join(f'<path class="grid" d="M{_across(tick, end_s):.1f} 0V1000"/>' for tick in _time_ticks(end_s))


def _time_axis(end_s: float) -> str:
    ticks = _time_ticks(end_s)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    labels = "".join(
        f'<span style="left:{_across(tick, end_s) / 10:.2f}%">{clock(tick, step)}{" s" if tick == 0 else ""}</span>'
        for tick in ticks
    )
    return f'<div class="xs"><div>{labels}</div></div>'


def _legend(items: Sequence[tuple[str, int]]) -> str:
    marks = "".join(f'<span><i class="k{colour}"></i>{escape(label)}</span>' for label, colour in items)
    return f'<span class="legend">{marks}</span>'
