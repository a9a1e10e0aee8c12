"""How steady painted pictures are in time: along the motion that is known exactly, and where nothing moves."""

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.bench.paint_figures import SHOWN, on_grey

Pictures = UInt8[Array, "frame height width 4"]


def warping_error(pictures: Pictures, flow_px: Float[Array, "frame height width 2"]) -> float:
    """Return how much what belongs together changes from picture to picture: the mean squared difference, 0–1.

    That of Lai and others (2018), with the true motion in place of an estimated one.

    Args:
        pictures: one after the other.
        flow_px: where each point is in the next picture, right and down [px]; NaN where there is nothing or it is
            hidden next. That of the last picture is not used.
    """
    seen = np.nan_to_num(on_grey(pictures) / 255.0)
    sums = [_changes(first, second, flow) for first, second, flow in zip(seen, seen[1:], flow_px, strict=False)]
    total, count = np.sum(sums, axis=0) if sums else (0.0, 0.0)
    return float(total / count) if count else float("nan")


def _changes(
    first: Float[Array, "height width 3"], second: Float[Array, "height width 3"], flow: Float[Array, "height width 2"]
) -> tuple[float, float]:
    """Return the sum of squared differences of points that are seen twice, and their number."""
    height, width = flow.shape[:2]
    rows, columns = np.nonzero(np.isfinite(flow).all(axis=-1))
    places = np.stack([columns, rows], axis=-1) + flow[rows, columns].astype(np.float64)
    inside = ((places >= 0.0) & (places <= [width - 1, height - 1])).all(axis=-1)
    squares = np.square(first[rows[inside], columns[inside]] - sampled(second, places[inside]))
    return float(squares.sum()), float(squares.size)


def sampled(picture: Float[Array, "height width 3"], places_px: Float[Array, "point 2"]) -> Float[Array, "point 3"]:
    """Return the picture between its points, mixed of the four around; (0, 0) is the first point's middle."""
    height, width = picture.shape[:2]
    left, upper = np.clip(np.floor(places_px).astype(np.int64), 0, [max(width - 2, 0), max(height - 2, 0)]).T
    right, lower = np.minimum(left + 1, width - 1), np.minimum(upper + 1, height - 1)
    across, down = (places_px - np.stack([left, upper], axis=-1)).T[..., None]
    above = picture[upper, left] * (1.0 - across) + picture[upper, right] * across
    below = picture[lower, left] * (1.0 - across) + picture[lower, right] * across
    return above * (1.0 - down) + below * down


def flicker(pictures: Pictures) -> float:
    """Return how much the points of a figure that stands still change: mean over time's standard deviations, of 255.

    Points where the figure is never seen are left out.
    """
    shown = np.max(pictures[..., 3], axis=0) >= SHOWN
    if not shown.any():
        return 0.0
    return float(on_grey(pictures)[:, shown].std(axis=0).mean())
