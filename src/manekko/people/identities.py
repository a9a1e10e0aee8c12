"""Tracklets to people: who is who over a whole clip, decided with the end of the clip in view."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from manekko.arrays import Array, Float
from manekko.people.plausible import distance, extent
from manekko.people.tracklet import Tracklet

NEXT_S = 0.25
"""Gaps up to this long are joined first, by motion above all; longer ones afterwards, by looks and place."""

LEAST_SEEN_S = 0.4
"""Nobody is seen for less than this, unless the clip itself is not much longer."""

_FLEETING = 4  # frames: what is seen for less may be anything, and joins nothing over a long gap
_LIMIT = 1.0  # links that cost more are not made
_FAR = 1e6
_LOOKS_WEIGHT = 1.1  # over long gaps


def link(tracklets: list[Tracklet], *, fps: float) -> list[list[Tracklet]]:
    """Return the tracklets of each person, in order of time; every tracklet goes to exactly one person.

    Two tracklets may be one person if the second begins after the first has ended. What speaks against it: keypoints
    away from where the first was heading, another size, other clothes. First all short gaps are closed, moment by
    moment, then the longer ones, all at once; each time the cheapest pairing as a whole is taken (Hungarian method),
    so that of two people who cross none can take the other's follower.

    Args:
        tracklets: in any order; with or without colours and world points.
        fps: frames per second of their frame numbers.
    """
    chains = [[tracklet] for tracklet in sorted(tracklets, key=lambda one: (one.first, float(_middle(one, 0)[0])))]
    chains = _joined_over_short_gaps(chains, fps)
    fleeting = [chain for chain in chains if sum(len(one.frames) for one in chain) < _FLEETING]
    chains = [chain for chain in chains if sum(len(one.frames) for one in chain) >= _FLEETING]
    while True:
        count = len(chains)
        chains = _joined(chains, fps)
        if len(chains) == count:
            return chains + fleeting


def people_of(
    tracklets: list[Tracklet], *, fps: float, frame_count: int, people: int | None = None
) -> list[list[Tracklet]]:
    """Return the tracklets of each person worth reporting, numbered by their order: by first appearance, then place.

    Left out are people seen for less than ``LEAST_SEEN_S`` and doubtful ones seen in less than 3 % of the clip.

    Args:
        tracklets: all of a clip.
        fps: frames per second of their frame numbers.
        frame_count: length of the clip.
        people: keep only so many, the most prominent: large, surely seen, and long in the picture.
    """
    chains = [chain for chain in link(tracklets, fps=fps) if _counts(chain, fps, frame_count)]
    chains = sorted(chains, key=_prominence, reverse=True)[:people]
    return _in_order(chains, fps)


def _counts(chain: list[Tracklet], fps: float, frame_count: int) -> bool:
    seen = sum(len(one.frames) for one in chain)
    if seen < min(LEAST_SEEN_S * fps, 0.5 * frame_count):
        return False
    score = float(np.concatenate([one.scores for one in chain]).mean())
    return seen >= 0.03 * frame_count or score >= 0.9


def _prominence(chain: list[Tracklet]) -> float:
    return float(sum((extent(one.keypoints_px) * one.scores).sum() for one in chain))


def _in_order(chains: list[list[Tracklet]], fps: float) -> list[list[Tracklet]]:
    """Order by first appearance; those who appear within the same quarter second, from left to right."""
    ordered, left = [], sorted(chains, key=lambda chain: chain[0].first)
    while left:
        together = [chain for chain in left if chain[0].first <= left[0][0].first + NEXT_S * fps]
        ordered += sorted(together, key=lambda chain: float(_middle(chain[0], 0)[0]))
        left = left[len(together) :]
    return ordered


def _joined_over_short_gaps(chains: list[list[Tracklet]], fps: float) -> list[list[Tracklet]]:
    """Walk through the beginnings, and pair those of one moment with the people whose last frame is just past."""
    people: list[list[Tracklet]] = []
    reach = max(1.0, NEXT_S * fps)
    left = sorted(chains, key=lambda chain: chain[0].first)
    while left:
        now = left[0][0].first
        starting = [chain for chain in left if chain[0].first == now]
        left = left[len(starting) :]
        recent = [number for number, person in enumerate(people) if now - reach <= person[-1].last < now]
        costs = np.array([[_chain_cost(people[number], new, fps) for new in starting] for number in recent])
        followers = _pairs(costs.reshape(len(recent), len(starting)))
        for row, column in followers:
            people[recent[row]] = people[recent[row]] + starting[column]
        taken = {column for _, column in followers}
        people += [chain for column, chain in enumerate(starting) if column not in taken]
    return people


def _joined(chains: list[list[Tracklet]], fps: float) -> list[list[Tracklet]]:
    """Join chains over gaps of any length, each to at most one before and one after it."""
    costs = np.full((len(chains), len(chains)), _FAR)
    colours = [_mean_colours(chain) for chain in chains]
    for row, before in enumerate(chains):
        for column, after in enumerate(chains):
            looks = _looks_apart(colours[row], colours[column])
            # Other clothes decide by themselves; asking them first keeps crowds quick.
            if after[0].first > before[-1].last and (looks is None or _LOOKS_WEIGHT * looks < _LIMIT):
                costs[row, column] = _cost(before[-1], after[0], looks, fps)
    followers = dict(_pairs(costs))
    heads = [number for number in range(len(chains)) if number not in followers.values()]
    joined = []
    for head in heads:
        chain, number = list(chains[head]), head
        while number in followers:
            number = followers[number]
            chain += chains[number]
        joined.append(chain)
    return joined


def _pairs(costs: Float[Array, "end start"]) -> list[tuple[int, int]]:
    """Return the cheapest pairing in which staying alone costs ``_LIMIT`` a link."""
    if not costs.size:
        return []
    rows, columns = costs.shape
    padded = np.full((rows + columns, rows + columns), _FAR)
    padded[:rows, :columns] = costs
    padded[np.arange(rows), columns + np.arange(rows)] = _LIMIT
    padded[rows + np.arange(columns), np.arange(columns)] = 0.0
    padded[rows:, columns:] = 0.0
    chosen = zip(*linear_sum_assignment(padded), strict=True)
    return [(int(row), int(column)) for row, column in chosen if row < rows and column < columns]


def _chain_cost(before: list[Tracklet], after: list[Tracklet], fps: float) -> float:
    return _cost(before[-1], after[0], _looks_apart(_mean_colours(before), _mean_colours(after)), fps)


def _cost(end: Tracklet, start: Tracklet, looks: float | None, fps: float) -> float:
    """Return how much speaks against one person: below ``_LIMIT`` the two may be joined."""
    gap_s = (start.first - end.last) / fps
    leaving, coming = _courses(end, start, fps)
    # Both go half of the way: of two who cross unseen, each comes out on their own course. Nobody keeps one for longer.
    reach = min(gap_s / 2.0, 0.5)
    apart = distance(end.keypoints_px[-1] + leaving * reach, start.keypoints_px[0] - coming * reach)
    if not np.isfinite(apart):
        apart = float(np.linalg.norm(_middle(end, -1) - _middle(start, 0))) / max(_size(end, -1), 1e-6)
    # A dancer may be two body heights away after a second; after long absence place says little.
    place = min(apart / (0.2 + 1.0 * gap_s), 2.0 if gap_s < NEXT_S else 0.8)
    growth = abs(np.log(max(_size(start, 0), 1e-6) / max(_size(end, -1), 1e-6))) / (0.5 + gap_s)
    if looks is None:
        return 0.8 * place + 0.3 * growth
    # From one frame to the next place tells nearly all; later clothes do, though light and folds change them.
    if gap_s < NEXT_S:
        return 0.6 * place + 0.2 * growth + 0.5 * looks
    return 0.45 * place + 0.2 * growth + _LOOKS_WEIGHT * looks


def _courses(end: Tracklet, start: Tracklet, fps: float) -> tuple[Float[Array, " 2"], Float[Array, " 2"]]:
    """Return the velocities at the end of one and the start of the other [px/s]; who is too short has the other's."""
    leaving, coming = _velocity(end, -1, fps), _velocity(start, 0, fps)
    known = next((course for course in (leaving, coming) if course is not None), np.zeros(2))
    return known if leaving is None else leaving, known if coming is None else coming


def _velocity(tracklet: Tracklet, frame: int, fps: float) -> Float[Array, " 2"] | None:
    """Return the velocity of the body as a whole at the beginning (0) or the end (-1) [px/s], from a quarter second.

    None where fewer than three frames tell.
    """
    recent = np.abs(tracklet.frames - tracklet.frames[frame]) <= max(2.0, NEXT_S * fps)
    times_s = tracklet.frames[recent] / fps
    if len(times_s) < 3:
        return None
    middles = np.array([_middle_of(points) for points in tracklet.keypoints_px[recent]])
    centred = times_s - times_s.mean()
    return centred @ (middles - middles.mean(0)) / (centred @ centred)


def _looks_apart(first: Float[Array, " bin"] | None, second: Float[Array, " bin"] | None) -> float | None:
    """Return the distance of clothes, 0-1 (Hellinger), None where either is unknown."""
    if first is None or second is None:
        return None
    return float(np.sqrt(max(0.0, 1.0 - np.sqrt(first * second).sum())))


def _mean_colours(chain: list[Tracklet]) -> Float[Array, " bin"] | None:
    known = [(len(one.frames), one.colours) for one in chain if one.colours is not None]
    if not known:
        return None
    lengths = np.array([length for length, _ in known], dtype=np.float64)
    return np.tensordot(lengths / lengths.sum(), np.stack([colours for _, colours in known]), 1)


def _middle(tracklet: Tracklet, frame: int) -> Float[Array, " 2"]:
    return _middle_of(tracklet.keypoints_px[frame])


def _middle_of(points_px: Float[Array, "keypoint 2"]) -> Float[Array, " 2"]:
    known = points_px[np.isfinite(points_px).all(1)]
    return known.mean(0).astype(np.float64) if len(known) else np.zeros(2)


def _size(tracklet: Tracklet, frame: int) -> float:
    """Return the body's size [px] around one end of the tracklet: the median of a few frames, as arms fly about."""
    few = tracklet.keypoints_px[:5] if frame == 0 else tracklet.keypoints_px[-5:]
    return float(np.median(extent(few)))
