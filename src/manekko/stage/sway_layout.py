"""Springs and capsules laid out as arrays, level by level, for ``Sway``."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, Int, triple
from manekko.skeleton.rig import Rig
from manekko.stage.figure import Capsule, Spring

FASTEST_HZ = 5.0
"""How often a second a bone of stiffness 1 would swing."""
_SHORTEST_M, _FARTHEST_M = 1e-4, 1e6
_LAST_M = 0.05
"""Length of a bone that ends a chain and has no tail of its own."""
_CONTACTS = np.array([0.5, 1.0])
"""Where along a bone it meets capsules, from its beginning."""
_FRICTION = 0.45
"""Damping of a bone by its own stuff, as a share of the critical one: without it a chain cracks like a whip."""
_GRAZE_M = 1e-4
"""What touches at rest is that much clear of it, so that rounding makes no contact."""
_NEAREST, _FARTHEST = 0.6, 1.05
"""How near and far neighbours' tips may come, as shares of their distance at rest."""
_TIE = 0.6


@dataclass(frozen=True, eq=False)
class Ties:
    """Which tips stay together."""

    neighbours: Int[Array, "chain neighbour"]
    """Places in the layout; a bone without so many neighbours is its own."""
    nearest_m: Float[Array, "chain neighbour"]
    farthest_m: Float[Array, "chain neighbour"]
    shares: Float[Array, "chain neighbour"]
    """Share of a gap beyond the allowed that one step closes from this side."""


@dataclass(frozen=True, eq=False)
class Layout:
    """The swaying bones, those on the body first, then level by level what hangs on them."""

    bones: Int[Array, " chain"]
    """Their numbers in the rig."""
    parents: Int[Array, " chain"]
    """Place here of the swaying bone that carries each; −1 for those on the body."""
    roots: Int[Array, " chain"]
    """Place here of the bone on the body that carries each in the end."""
    levels: tuple[slice, ...]
    axes: Float[Array, "chain 3"]
    """From a bone's beginning to its tip at rest, of unit length."""
    lengths: Float[Array, " chain"]
    squared_rates: Float[Array, " chain"]
    """Square of the angular frequency of the spring alone [1/s²]."""
    drags: Float[Array, " chain"]
    frictions: Float[Array, " chain"]
    """Share of the speed that a bone's own stuff takes away [1/s], beside the drag."""
    gravities: Float[Array, " chain"]
    ties: Ties
    capsule_bones: Int[Array, " capsule"]
    capsule_ends: Float[Array, "capsule 2 3"]
    """From the bone's rest position [m]."""
    contacts: Float[Array, " contact"]
    """Where along a bone it meets capsules, from its beginning (0–1)."""
    reaches: Float[Array, "chain contact capsule"]
    """Distance that each point keeps from a capsule's axis: both radii, or less where the rest pose is nearer [m]."""
    carried: Int[Array, " moved"]
    """The rig's bones that move with a swaying bone, swaying bones included."""
    carriers: Int[Array, " moved"]
    """Places here of the swaying bones that carry them."""


@dataclass(frozen=True)
class _Link:
    """A swaying bone on its way into the layout."""

    bone: int
    spring: int
    place: int
    """Its place in the spring."""
    arm_m: tuple[float, float, float]


def lay_out(rig: Rig, springs: Sequence[Spring], capsules: Sequence[Capsule]) -> Layout:
    """Lay out a figure's springs and capsules.

    A bone that two springs name belongs to the first; bones without length, and numbers that the rig does not have,
    are left out.
    """
    rest = np.array([bone.rest_position_m for bone in rig.bones], dtype=np.float64).reshape(-1, 3)
    links = _links(rig, springs, rest)
    above = _above(rig, links)
    order, levels = _by_level(links, above)
    places = {link.bone: number for number, link in enumerate(order)}
    arms = np.array([link.arm_m for link in order]).reshape(-1, 3)
    lengths = np.linalg.norm(arms, axis=-1)
    bones = np.array([link.bone for link in order], dtype=np.int64)
    values = [[_within(v, 1.0) for v in (s.stiffness, s.drag)] + [_within(s.gravity, 10.0)] for s in springs]
    stiffness, drags, gravities = np.array([values[link.spring] for link in order]).reshape(-1, 3).T
    usable = [capsule for capsule in capsules if _usable(capsule, len(rig.bones))]
    capsule_bones = np.array([capsule.bone for capsule in usable], dtype=np.int64)
    ends = np.array([capsule.ends_m for capsule in usable], dtype=np.float64).reshape(-1, 2, 3)
    radii = np.array([[_within(springs[link.spring].radius_m, 1.0)] for link in order]).reshape(-1, 1, 1)
    radii = radii + np.array([_within(capsule.radius_m, 10.0) for capsule in usable])
    contacts = rest[bones][:, None] + _CONTACTS[:, None] * arms[:, None]
    carried, carriers = _carried(rig, places)
    parents = np.array([places.get(above[link.bone], -1) for link in order], dtype=np.int64)
    squared_rates = stiffness * (2.0 * np.pi * FASTEST_HZ) ** 2
    return Layout(
        bones=bones,
        parents=parents,
        roots=_roots(parents),
        levels=levels,
        axes=arms / lengths[:, None],
        lengths=lengths,
        squared_rates=squared_rates,
        drags=drags,
        frictions=2.0 * _FRICTION * np.sqrt(squared_rates),
        gravities=gravities,
        ties=_ties(springs, order, levels, rest[bones] + arms),
        capsule_bones=capsule_bones,
        capsule_ends=ends - rest[capsule_bones][:, None],
        contacts=_CONTACTS,
        reaches=np.minimum(radii, np.maximum(_rest_distances(contacts, ends) - _GRAZE_M, 0.0)),
        carried=carried,
        carriers=carriers,
    )


def _within(value: float, highest: float) -> float:
    """Return a value within 0 and ``highest``; 0 for one that is no number."""
    return min(max(float(value), 0.0), highest) if value == value else 0.0


def _usable(capsule: Capsule, bone_count: int) -> bool:
    return 0 <= capsule.bone < bone_count and bool((np.abs(capsule.ends_m) < _FARTHEST_M).all())


def _links(rig: Rig, springs: Sequence[Spring], rest: Float[Array, "bone 3"]) -> dict[int, _Link]:
    """Return the bones that sway, by their number in the rig."""
    links: dict[int, _Link] = {}
    for number, spring in enumerate(springs):
        bones = [bone for bone in dict.fromkeys(spring.bones) if 0 <= bone < len(rig.bones)]
        for place, bone in enumerate(bones):
            arm = _arm(rig, rest, bones, place)
            size = float(np.linalg.norm(arm))
            if bone not in links and _SHORTEST_M < size < _FARTHEST_M:
                links[bone] = _Link(bone, number, place, triple(arm))
    return links


def _arm(rig: Rig, rest: Float[Array, "bone 3"], bones: list[int], place: int) -> Float[Array, "3"]:
    """Return the way from a spring's bone to its tip at rest: the next bone, its own tail, or straight on."""
    bone = bones[place]
    if place + 1 < len(bones):
        return rest[bones[place + 1]] - rest[bone]
    tail = rig.bones[bone].tail_position_m
    if tail is not None and np.linalg.norm(np.array(tail) - rest[bone]) > _SHORTEST_M:
        return np.array(tail, dtype=np.float64) - rest[bone]
    before = bones[place - 1] if place > 0 else rig.bones[bone].parent
    way = rest[bone] - rest[before] if before >= 0 else np.zeros(3)
    size = np.linalg.norm(way)
    return way * min(1.0, _LAST_M / size) if size > _SHORTEST_M else np.array([0.0, -_LAST_M, 0.0])


def _above(rig: Rig, links: dict[int, _Link]) -> dict[int, int]:
    """Return for each swaying bone the one that carries it, or −1.

    It is the bone before it in its spring, for the first the nearest of its ancestors.
    """
    above: dict[int, int] = {}
    last: dict[int, int] = {}
    known: dict[int, int] = {}
    for bone, link in links.items():
        above[bone] = last[link.spring] if link.spring in last else _ancestor(rig, links, known, rig.bones[bone].parent)
        last[link.spring] = bone
    safe: set[int] = set()
    for start in links:
        path: dict[int, None] = {}
        bone = start
        while bone >= 0 and bone not in safe and bone not in path:
            path[bone] = None
            bone = above[bone]
        if bone in path:
            above[bone] = -1  # Springs that carry each other in a circle: it is cut.
        safe.update(path)
    return above


def _ancestor(rig: Rig, swaying: Collection[int], known: dict[int, int], bone: int) -> int:
    """Return the nearest swaying bone from ``bone`` upwards, or −1; ``known`` keeps what was found on the way."""
    path = []
    while bone >= 0 and bone not in swaying and bone not in known:
        path.append(bone)
        bone = rig.bones[bone].parent
    found = known.get(bone, bone)
    known.update(dict.fromkeys(path, found))
    return found


def _by_level(links: dict[int, _Link], above: dict[int, int]) -> tuple[list[_Link], tuple[slice, ...]]:
    """Return the bones level by level, in each by spring, and where the levels are."""
    depths: dict[int, int] = {}
    for start in links:
        path = [start]
        while above[path[-1]] >= 0 and path[-1] not in depths:
            path.append(above[path[-1]])
        depth = depths.setdefault(path[-1], 0)
        for bone in path[-2::-1]:
            depth += 1
            depths[bone] = depth
    order = sorted(links.values(), key=lambda link: (depths[link.bone], link.spring, link.place))
    counts = np.bincount([depths[link.bone] for link in order]) if order else np.zeros(0, dtype=np.int64)
    stops = np.cumsum(counts)
    return order, tuple(slice(int(stop - count), int(stop)) for stop, count in zip(stops, counts, strict=True))


def _roots(parents: Int[Array, " chain"]) -> Int[Array, " chain"]:
    roots = np.arange(len(parents))
    for number in np.flatnonzero(parents >= 0):
        roots[number] = roots[parents[number]]
    return roots


def _ties(
    springs: Sequence[Spring], order: list[_Link], levels: tuple[slice, ...], tips: Float[Array, "chain 3"]
) -> Ties:
    """Tie neighbours' bones of the same place in their springs, where they are of the same level."""
    table = {(link.spring, link.place): number for number, link in enumerate(order)}
    level_of = np.repeat(np.arange(len(levels)), [level.stop - level.start for level in levels])
    pairs: set[tuple[int, int]] = set()
    for number, link in enumerate(order):
        for spring in springs[link.spring].neighbours:
            other = table.get((spring, link.place), number)
            if other != number and level_of[other] == level_of[number]:
                pairs |= {(number, other), (other, number)}
    rows: list[list[int]] = [[] for _ in order]
    for number, other in sorted(pairs):
        rows[number].append(other)
    width = max((len(row) for row in rows), default=0)
    neighbours = np.array([row + [number] * (width - len(row)) for number, row in enumerate(rows)], dtype=np.int64)
    neighbours = neighbours.reshape(len(order), width)
    distances = np.linalg.norm(tips[neighbours] - tips[:, None], axis=-1)
    counts = np.array([max(len(row), 1) for row in rows], dtype=np.float64)
    own = neighbours == np.arange(len(order))[:, None]
    shares = np.where(own, 0.0, _TIE / np.maximum(counts[:, None], counts[neighbours]))
    return Ties(neighbours, _NEAREST * distances, _FARTHEST * distances, shares)


def _rest_distances(
    points: Float[Array, "chain contact 3"], ends: Float[Array, "capsule 2 3"]
) -> Float[Array, "chain contact capsule"]:
    spans = ends[:, 1] - ends[:, 0]
    arms = points[:, :, None] - ends[:, 0]
    places = np.clip((arms * spans).sum(-1) / np.maximum((spans**2).sum(-1), 1e-12), 0.0, 1.0)
    return np.linalg.norm(arms - places[..., None] * spans, axis=-1)


def _carried(rig: Rig, places: dict[int, int]) -> tuple[Int[Array, " moved"], Int[Array, " moved"]]:
    """Return the bones that a swaying bone carries, and which: their nearest swaying ancestor or themselves."""
    known: dict[int, int] = {}
    above = [_ancestor(rig, places, known, bone) for bone in range(len(rig.bones))]
    carriers = np.array([places.get(bone, -1) for bone in above], dtype=np.int64)
    moved = np.flatnonzero(carriers >= 0)
    return moved, carriers[moved]
