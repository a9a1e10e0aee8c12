"""Keeping swaying bones out of the body's capsules."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from manekko.arrays import Array, Bool, Float, Int
from manekko.stage.sway_layout import Layout

_ROUNDS = 4
_SLACK_M = 1e-6
"""How deep a contact is none: rounding alone must not set off another round."""
_MARGIN_M = 0.1
"""Pairs that are farther apart are not looked at until the next choice of pairs."""
_TINY = 1e-9
_ONES = np.ones(3)


@dataclass(frozen=True, eq=False)
class Pairs:
    """The points on a level's bones, and the capsules, that are near each other, for some moments."""

    rows: Int[Array, " pair"]
    """Place of the bone in its level."""
    arms_m: Float[Array, "pair 1"]
    """How far along its bone the point is."""
    reaches_m: Float[Array, " pair"]
    """How near to the capsule's axis the point may come."""
    limits: Float[Array, " pair"]
    """Squared distance from which on there is no contact [m²]."""
    starts: Float[Array, "moment pair 3"]
    """Of the capsules' axes."""
    ways: Float[Array, "moment pair 3"]
    """From the start of an axis to its end."""
    squared_ways: Float[Array, " pair"]
    per_way: Float[Array, " pair"]

    def of(self, chosen: Array | slice) -> "Pairs":
        """Return some of the pairs."""
        return Pairs(
            self.rows[chosen],
            self.arms_m[chosen],
            self.reaches_m[chosen],
            self.limits[chosen],
            self.starts[:, chosen],
            self.ways[:, chosen],
            self.squared_ways[chosen],
            self.per_way[chosen],
        )


def pairs_within_reach(
    layout: Layout,
    origins: Float[Array, "chain 3"],
    tips: Float[Array, "chain 3"],
    ends: Float[Array, "moment capsule 2 3"],
) -> tuple[Pairs | None, ...]:
    """Return, for each level, the pairs that may touch in the next moments; None where there are none.

    Args:
        layout: what the bones are.
        origins: where they begin.
        tips: where they end.
        ends: where the capsules' axes begin and end at each of the moments [m].
    """
    starts, ways = ends[:, :, 0], ends[:, :, 1] - ends[:, :, 0]
    squared_ways = dots_of(ways[0], ways[0])
    middles, halves = starts[0] + 0.5 * ways[0], 0.5 * np.sqrt(squared_ways)
    points = origins[:, None] + layout.contacts[:, None] * (tips - origins)[:, None]
    squared = np.zeros(layout.reaches.shape)
    for axis in range(3):
        squared += (points[..., axis, None] - middles[:, axis]) ** 2
    bones, contacts, capsules = np.nonzero(squared < (layout.reaches + halves + _MARGIN_M) ** 2)
    reaches, lengths = layout.reaches[bones, contacts, capsules], squared_ways[capsules]
    pairs = Pairs(
        rows=bones,
        arms_m=(layout.lengths[bones] * layout.contacts[contacts])[:, None],
        reaches_m=reaches,
        limits=np.maximum(reaches - _SLACK_M, 0.0) ** 2,
        starts=starts.take(capsules, axis=1),
        ways=ways.take(capsules, axis=1),
        squared_ways=lengths,
        per_way=1.0 / np.maximum(lengths, 1e-12),
    )
    bounds = np.searchsorted(bones, [0, *(level.stop for level in layout.levels)]).tolist()
    chosen = [pairs.of(slice(*ends)) if ends[0] < ends[1] else None for ends in pairwise(bounds)]
    for level, some in zip(layout.levels, chosen, strict=True):
        if some is not None:
            some.rows[:] -= level.start
    return tuple(chosen)


def cleared(
    pairs: Pairs, moment: int, origins: Float[Array, "chain 3"], ways: Float[Array, "chain 3"]
) -> Float[Array, "chain 3"]:
    """Turn the bones whose middle or tip is inside a capsule to where it just touches it.

    The deepest contact of each bone is solved exactly, as a bone that turns about its beginning against a sphere;
    a few rounds let the sphere glide along its capsule and others come into play.
    """
    moved = False
    for _ in range(_ROUNDS):
        axes = pairs.ways[moment]
        points = origins.take(pairs.rows, axis=0) - pairs.starts[moment]
        points += ways.take(pairs.rows, axis=0) * pairs.arms_m
        along = dots_of(points, axes)
        places = np.minimum(np.maximum(along * pairs.per_way, 0.0), 1.0)
        depths = pairs.limits - dots_of(points, points)
        depths += places * (2.0 * along - places * pairs.squared_ways)
        if not np.fmax.reduce(depths) > 0.0:
            break
        if not moved:
            ways, moved = ways.copy(), True
        pairs = pairs.of(_pushed_out(pairs, moment, origins, ways, places, depths)[pairs.rows])
    return ways


def _pushed_out(
    pairs: Pairs,
    moment: int,
    origins: Float[Array, "chain 3"],
    ways: Float[Array, "chain 3"],
    places: Float[Array, " pair"],
    depths: Float[Array, " pair"],
) -> Bool[Array, " chain"]:
    """Turn each bone out of its deepest contact, in place; return which bones were turned."""
    hits = np.flatnonzero(depths > 0.0)
    hits = hits[np.lexsort((-depths[hits], pairs.rows[hits]))]
    rows = pairs.rows[hits]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = rows[1:] != rows[:-1]
    hits, rows = hits[first], rows[first]
    centres = pairs.starts[moment, hits] + places[hits, None] * pairs.ways[moment, hits]
    ways[rows] = _outside(ways[rows], centres - origins[rows], pairs.arms_m[hits, 0], pairs.reaches_m[hits])
    turned = np.zeros(len(ways), dtype=bool)
    turned[rows] = True
    return turned


def _outside(
    ways: Float[Array, "hit 3"], centres: Float[Array, "hit 3"], arms: Float[Array, " hit"], radii: Float[Array, " hit"]
) -> Float[Array, "hit 3"]:
    """Return the nearest directions in which arms from the origin end on or outside of spheres; else right away."""
    distances = np.maximum(sizes_of(centres), _TINY)
    inward = centres / distances
    cosines = (distances**2 + (arms**2 - radii**2)[:, None]) / np.maximum(2.0 * distances * arms[:, None], _TINY)
    cosines = np.minimum(np.maximum(cosines, -1.0), 1.0)
    aside = ways - dots_of(ways, inward)[:, None] * inward
    sizes = sizes_of(aside)
    straight = sizes[:, 0] < 1e-7
    if straight.any():
        helper = np.where(np.abs(inward[:, :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
        aside[straight] = np.cross(inward, helper)[straight]
        sizes = sizes_of(aside)
    return cosines * inward + np.sqrt(1.0 - cosines**2) / np.maximum(sizes, _TINY) * aside


def dots_of(a: Float[Array, "*row 3"], b: Float[Array, "*row 3"]) -> Float[Array, "*row"]:
    """Return the products of vectors."""
    return (a * b).dot(_ONES)  # half the time of einsum


def sizes_of(vectors: Float[Array, "row 3"]) -> Float[Array, "row 1"]:
    """Return the vectors' lengths."""
    return np.sqrt(dots_of(vectors, vectors))[:, None]
