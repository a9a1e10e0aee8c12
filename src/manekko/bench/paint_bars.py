"""What painters must reach, and whether they do."""

from collections.abc import Mapping
from typing import NamedTuple

from manekko.bench.speed import Mark

Figures = Mapping[str, float | None]

STICK, DENSE, FINE = "stick 256²", "dense 256²", "dense 512²"
KINDS = (STICK, DENSE, FINE)
"""What is judged, by what the painter is told and how large its pictures are."""
SIZE_BAR_MB, PARITY_BAR = 10.0, 1e-3


class Bar(NamedTuple):
    """One demand on a figure: its limit for each of ``KINDS``, None where there is none."""

    figure: str
    limits: tuple[float | None, float | None, float | None]
    at_least: bool = False


BARS = (
    Bar("ssim", (0.70, 0.85, 0.82), at_least=True),
    Bar("psnr_db", (20.0, 25.0, 24.0), at_least=True),
    Bar("iou", (0.91, 0.97, 0.97), at_least=True),
    Bar("boundary_f", (0.80, 0.93, 0.90), at_least=True),
    Bar("face_ssim", (0.50, 0.75, 0.75), at_least=True),
    Bar("pck_lost_points", (5.0, 1.0, 1.0)),
    Bar("flips_percent", (2.0, 0.3, 0.3)),
    Bar("warping_ratio", (1.5, 1.2, 1.2)),
    Bar("flicker", (1.0, 0.5, 0.5)),
    Bar("noise_iou_lost", (0.03, 0.03, None)),
    Bar("noise_pck_lost_points", (3.0, 3.0, None)),
    Bar("network_fps", (40.0, 40.0, 12.0), at_least=True),
    Bar("command_s", (45.0, 60.0, 120.0)),
)


def marks(found: Mapping[str, Figures]) -> list[Mark]:
    """Hold the figures of each kind against the bars; what could not be measured is neither met nor missed."""
    return [
        mark(f"{kind}: {bar.figure}", found.get(kind, {}).get(bar.figure), limit, at_least=bar.at_least)
        for kind, limits in zip(KINDS, zip(*(bar.limits for bar in BARS), strict=True), strict=True)
        for bar, limit in zip(BARS, limits, strict=True)
        if limit is not None
    ]


def mark(what: str, found: float | None, limit: float, *, at_least: bool = False) -> Mark:
    """Hold one figure against its limit."""
    words = f"{'>=' if at_least else '<='} {limit:g}"
    if found is None:
        return Mark(what, None, words, None)
    return Mark(what, found, words, bool(found >= limit if at_least else found <= limit))
