"""Keeping swaying bones out of the body's capsules."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.stage.sway_layout import Layout

_ROUNDS = 4
_SLACK_M = 1e-6
"""How deep a contact is none: rounding alone must not set off another round."""
_MARGIN_M = 0.2
"""Pairs that are farther apart are not looked at until the next choice of pairs."""
_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Pairs:
    """The points on a level's bones, and the capsules, that are near each other."""

    rows: Int[Array, " pair"]
    """Place of the bone in its level."""
    arms_m: Float[Array, " pair"]
    """How far along its bone the point is."""
    capsules: Int[Array, " pair"]
    reaches_m: Float[Array, " pair"]
    """How near to the capsule's axis the point may come."""

    def of(self, chosen: Array) -> "Pairs":
        """Return some of the pairs."""
        return Pairs(self.rows[chosen], self.arms_m[chosen], self.capsules[chosen], self.reaches_m[chosen])


class Capsules:
    """Where the capsules are at one moment, with what each distance needs."""

    def __init__(self, ends: Float[Array, "capsule 2 3"]) -> None:
        self.starts, self.spans = ends[:, 0], ends[:, 1] - ends[:, 0]
        self.squared_spans = np.einsum("ij,ij->i", self.spans, self.spans)
        self.per_span = 1.0 / np.maximum(self.squared_spans, 1e-12)

    def nearest(self, points: Float[Array, "pair 3"], capsules: Int[Array, " pair"]) -> tuple[Array, Array]:
        """Return how far along its capsule's axis (0–1) each point comes nearest, and the squared distance [m²]."""
        arms = points - self.starts[capsules]
        dots = np.einsum("ij,ij->i", arms, self.spans[capsules])
        places = np.minimum(np.maximum(dots * self.per_span[capsules], 0.0), 1.0)
        squared = np.einsum("ij,ij->i", arms, arms) - places * (2.0 * dots - places * self.squared_spans[capsules])
        return places, squared


def pairs_within_reach(
    layout: Layout, origins: Float[Array, "chain 3"], tips: Float[Array, "chain 3"], capsules: Capsules
) -> tuple[Pairs, ...]:
    """Return, for each level, the pairs that may touch soon."""
    points = origins[:, None] + layout.contacts[:, None] * (tips - origins)[:, None]
    middles, halves = capsules.starts + 0.5 * capsules.spans, 0.5 * np.sqrt(capsules.squared_spans)
    squared = np.zeros(layout.reaches.shape)
    for axis in range(3):
        squared += (points[..., axis, None] - middles[:, axis]) ** 2
    near = squared < (layout.reaches + halves + _MARGIN_M) ** 2
    chosen = []
    for level in layout.levels:
        rows, contacts, numbers = np.nonzero(near[level])
        arms = layout.lengths[level][rows] * layout.contacts[contacts]
        chosen.append(Pairs(rows, arms, numbers, layout.reaches[level][rows, contacts, numbers]))
    return tuple(chosen)


def cleared(
    pairs: Pairs, origins: Float[Array, "chain 3"], ways: Float[Array, "chain 3"], capsules: Capsules
) -> Float[Array, "chain 3"]:
    """Turn the bones whose middle or tip is inside a capsule to where it just touches it.

    The deepest contact of each bone is solved exactly, as a bone that turns about its beginning against a sphere;
    a few rounds let the sphere glide along its capsule and others come into play.
    """
    ways = ways.copy()
    for _ in range(_ROUNDS):
        points = origins[pairs.rows] + pairs.arms_m[:, None] * ways[pairs.rows]
        places, squared = capsules.nearest(points, pairs.capsules)
        depths = np.maximum(pairs.reaches_m - _SLACK_M, 0.0) ** 2 - squared
        hits = np.flatnonzero(depths > 0.0)
        if len(hits) == 0:
            break
        hits = hits[np.lexsort((-depths[hits], pairs.rows[hits]))]
        rows = pairs.rows[hits]
        first = np.ones(len(rows), dtype=bool)
        first[1:] = rows[1:] != rows[:-1]
        hits, rows = hits[first], rows[first]
        numbers = pairs.capsules[hits]
        centres = capsules.starts[numbers] + places[hits, None] * capsules.spans[numbers]
        ways[rows] = _outside(ways[rows], centres - origins[rows], pairs.arms_m[hits], pairs.reaches_m[hits])
        turned = np.zeros(len(ways), dtype=bool)
        turned[rows] = True
        pairs = pairs.of(turned[pairs.rows])
    return ways


def _outside(
    ways: Float[Array, "hit 3"], centres: Float[Array, "hit 3"], arms: Float[Array, " hit"], radii: Float[Array, " hit"]
) -> Float[Array, "hit 3"]:
    """Return the nearest directions in which arms from the origin end on or outside of spheres; else right away."""
    distances = np.maximum(sizes_of(centres), _TINY)
    inward = centres / distances
    cosines = (distances**2 + (arms**2 - radii**2)[:, None]) / np.maximum(2.0 * distances * arms[:, None], _TINY)
    cosines = np.minimum(np.maximum(cosines, -1.0), 1.0)
    aside = ways - np.einsum("ij,ij->i", ways, inward)[:, None] * inward
    sizes = sizes_of(aside)
    straight = sizes[:, 0] < 1e-7
    if straight.any():
        helper = np.where(np.abs(inward[:, :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
        aside[straight] = np.cross(inward, helper)[straight]
        sizes = sizes_of(aside)
    return cosines * inward + np.sqrt(1.0 - cosines**2) / np.maximum(sizes, _TINY) * aside


def sizes_of(vectors: Float[Array, "row 3"]) -> Float[Array, "row 1"]:
    """Return the vectors' lengths."""
    return np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
