"""Figures of feet and floor, no truth needed: slide, drift, sinking, floating, jumps."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float, spans
from manekko.motion.metrics_body import SIDES, MeasuredBody, steps_m

_FLOAT_M = 0.05
# A point is planted from when it is both low and slow until it is clearly high or fast (hysteresis).
_ENTER_HEIGHT_M, _STAY_HEIGHT_M = 0.025, 0.035
_ENTER_STEP_M, _STAY_STEP_M = 0.010, 0.020
_SETTLED_S = 0.1
"""A foot comes to rest, and starts again, within this time; between, one that is locked does not move at all."""
# Both feet off the floor count as a jump when the hips fall as a body in flight does, for no longer than people can.
_FLIGHT_S = 0.8
_FLIGHT_ACCELERATION = -4.0
_LIFTED_M = 0.02
"""A sole above this is off the floor, in a jump."""


@dataclass(frozen=True)
class FootFigures:
    """Ankles and toes while they are planted; None where nothing is ever planted, or for long enough."""

    slide_mean_mm_per_frame: float | None
    slide_p95_mm_per_frame: float | None
    planted_share: float
    """Share of the frames in which at least one point is planted."""
    settled_slide_mm_per_frame: float | None
    """The same as the mean, after IK, without the tenth of a second in which a foot comes to rest or starts."""
    key_slide_mm_per_frame: float | None
    """How far the foot IK bones carry a foot whose toe is settled, at the part of it that rests: 0 where their keys are
    locked or turn the foot on its ball. None: the feet have no IK."""
    drift_p90_mm: float | None
    """How far a point gets from its place while it is settled: 90th percentile over the times that one is."""
    float_mean_mm: float | None
    """Mean height of the lowest corner of a planted foot's sole, what is below the floor counted as 0."""


@dataclass(frozen=True)
class GroundFigures:
    """Soles against the floor y = 0."""

    penetration_mean_mm: float
    penetration_p95_mm: float
    penetration_max_mm: float
    floating_share: float
    """Share of the frames with the lowest sole above 50 mm that are no jumps."""
    floating_mean_mm: float
    """Mean height of the lowest sole outside jumps, what is below the floor counted as 0."""


@dataclass(frozen=True)
class FlightFigures:
    """Jumps: both feet off the floor while the hips fall freely."""

    count: int
    height_max_mm: float | None
    """How far the hips rise above where they take off and land, in the highest jump; None without any."""
    hang_mean_s: float | None
    """For how long no sole is near the floor."""
    events: tuple[tuple[int, float, float], ...]
    """(frame of take-off, height [mm], time in the air [s])."""


def planted(point_m: Float[Array, "frame 3"]) -> Bool[Array, " frame"]:
    """Return whether a point of the foot stands: low against its own 5th percentile, and slow over three frames."""
    height = point_m[:, 1] - np.percentile(point_m[:, 1], 5)
    around = np.concatenate([point_m[:1], point_m, point_m[-1:]])
    step = np.linalg.norm(around[2:] - around[:-2], axis=-1) / 2
    enters = (height < _ENTER_HEIGHT_M) & (step < _ENTER_STEP_M)
    stays = (height < _STAY_HEIGHT_M) & (step < _STAY_STEP_M)
    result = np.zeros(len(point_m), dtype=bool)
    on = False
    for frame, (enter, stay) in enumerate(zip(enters, stays, strict=True)):
        on = bool(enter or (on and stay))
        result[frame] = on
    return result


def slide_mm(point_m: Float[Array, "frame 3"], on: Bool[Array, " frame"]) -> Float[Array, " frame"]:
    """Return the way over the floor into each frame [mm] where a point is planted there and just before, else NaN."""
    held = on & np.concatenate([[False], on[:-1]])
    return np.where(held, steps_m(point_m[:, [0, 2]]) * 1000.0, np.nan)


def foot_figures(body: MeasuredBody) -> FootFigures:
    """Measure planted feet."""
    points = [point for side in SIDES for point in body.foot_points_m(side)]
    on = [planted(point) for point in points]
    slides = _known([slide_mm(*pair) for pair in zip(points, on, strict=True)])
    settled = [_settled(flags, body.fps) for flags in on]
    held = _known([slide_mm(*pair) for pair in zip(points, settled, strict=True)])
    drifts = np.concatenate([_drifts_mm(*pair) for pair in zip(points, settled, strict=True)])
    return FootFigures(
        slide_mean_mm_per_frame=_mean(slides),
        slide_p95_mm_per_frame=float(np.percentile(slides, 95)) if len(slides) else None,
        planted_share=float(np.any(on, axis=0).mean()),
        settled_slide_mm_per_frame=_mean(held),
        key_slide_mm_per_frame=_key_slide(body),
        drift_p90_mm=float(np.percentile(drifts, 90)) if len(drifts) else None,
        float_mean_mm=_float_mm(body),
    )


def _known(values: list[Array]) -> Array:
    together = np.concatenate(values)
    return together[np.isfinite(together)]


def _mean(values: Array) -> float | None:
    return float(values.mean()) if len(values) else None


def _settled(on: Bool[Array, " frame"], fps: float) -> Bool[Array, " frame"]:
    """Return the planted frames without those in which a foot comes to rest or starts; a clip's ends are neither."""
    edge = max(1, round(_SETTLED_S * fps))
    result = np.zeros_like(on)
    for start, end in spans(on):
        result[start + (edge if start > 0 else 0) : end - (edge if end < len(on) else 0)] = True
    return result


def _drifts_mm(point_m: Float[Array, "frame 3"], settled: Bool[Array, " frame"]) -> Float[Array, " span"]:
    """Return the largest distance from its usual place in each time that a point is settled [mm]."""
    ground = point_m[:, [0, 2]] * 1000.0
    usual = [ground[a:b] - np.median(ground[a:b], axis=0) for a, b in spans(settled)]
    return np.array([np.linalg.norm(away, axis=-1).max() for away in usual])


def _key_slide(body: MeasuredBody) -> float | None:
    """Mean way of the foot IK bones while the toe is settled, where the foot that they carry moves least [mm a frame].

    A foot that turns on its ball or heel does not slide, though its goal, which lies at the ankle, goes round.
    """
    slides = []
    for side in SIDES:
        goal = body.goal_points_m(side)
        if goal:
            settled = _settled(planted(body.foot_points_m(side)[-1]), body.fps) & body.ik_on(side + "足ＩＫ")
            slides.append(_pivot_slide_mm(goal[0], goal[-1], settled))
    return _mean(_known(slides)) if slides else None


def _pivot_slide_mm(
    ankle_m: Float[Array, "frame 3"], toe_m: Float[Array, "frame 3"], on: Bool[Array, " frame"]
) -> Float[Array, " frame"]:
    """Return ``slide_mm`` of that point of the line from ankle to toe which goes least far into each frame."""
    ends = slide_mm(ankle_m, on), slide_mm(toe_m, on)
    first, last = (np.diff(point[:, [0, 2]], axis=0, prepend=point[:1, [0, 2]]) * 1000.0 for point in (ankle_m, toe_m))
    between = last - first
    share = -(first * between).sum(-1) / np.maximum((between * between).sum(-1), 1e-12)
    inside = np.linalg.norm(first + share[:, None] * between, axis=-1)
    return np.where((share > 0.0) & (share < 1.0), np.minimum(inside, ends[0]), np.fmin(*ends))


def _float_mm(body: MeasuredBody) -> float | None:
    heights = []
    for side in SIDES:
        on = np.any([planted(point) for point in body.foot_points_m(side)], axis=0)
        heights.append(np.maximum(body.soles_m(side)[..., 1].min(1), 0.0)[on] * 1000.0)
    return _mean(np.concatenate(heights))


def in_flight(body: MeasuredBody) -> Bool[Array, " frame"]:
    """Return the frames of jumps: no sole near the floor, briefly, while the hips fall freely."""
    lowest, hips = body.soles_m()[..., 1].min(1), body.hips_m()[:, 1]
    flight = np.zeros(len(lowest), dtype=bool)
    for start, end in spans(lowest > _FLOAT_M):
        first, last = max(start - 1, 0), min(end + 1, len(lowest))
        if end - start > _FLIGHT_S * body.fps or last - first < 3:
            continue
        times_s = np.arange(last - first) / body.fps
        acceleration = 2 * np.polyfit(times_s, hips[first:last], 2)[0]
        flight[start:end] = acceleration < _FLIGHT_ACCELERATION
    return flight


def flight_figures(body: MeasuredBody) -> FlightFigures:
    """Measure jumps."""
    lowest, hips = body.soles_m()[..., 1].min(1), body.hips_m()[:, 1]
    lifted = lowest > _LIFTED_M
    events = []
    for start, end in spans(in_flight(body)):
        while start > 0 and lifted[start - 1]:
            start -= 1
        while end < len(lifted) and lifted[end]:
            end += 1
        before, after = max(start - 1, 0), min(end, len(hips) - 1)
        height = float(hips[start:end].max() - (hips[before] + hips[after]) / 2) * 1000.0
        # The sole leaves and meets the floor somewhere between two frames.
        edges = [_crossing(lowest, start, start - 1), _crossing(lowest, end - 1, end)]
        events.append((start, round(max(height, 0.0), 1), round((end - 1 - start + sum(edges)) / body.fps, 3)))
    return FlightFigures(
        count=len(events),
        height_max_mm=max((height for _, height, _ in events), default=None),
        hang_mean_s=float(np.mean([hang for _, _, hang in events])) if events else None,
        events=tuple(events),
    )


def _crossing(lowest_m: Float[Array, " frame"], up: int, down: int) -> float:
    """Return how far from a frame in the air to its neighbour on the floor the floor is reached, in frames."""
    if not 0 <= down < len(lowest_m):
        return 0.0
    return float((lowest_m[up] - _LIFTED_M) / max(lowest_m[up] - lowest_m[down], 1e-9))


def ground_figures(body: MeasuredBody) -> GroundFigures:
    """Measure how deep soles are in the floor, and how far above it."""
    lowest = body.soles_m()[..., 1].min(1)
    below_mm = np.maximum(-lowest, 0.0) * 1000.0
    grounded = ~in_flight(body)
    above_mm = np.maximum(lowest[grounded], 0.0) * 1000.0
    return GroundFigures(
        penetration_mean_mm=float(below_mm.mean()),
        penetration_p95_mm=float(np.percentile(below_mm, 95)),
        penetration_max_mm=float(below_mm.max()),
        floating_share=float((grounded & (lowest > _FLOAT_M)).mean()),
        floating_mean_mm=float(above_mm.mean()) if len(above_mm) else 0.0,
    )
