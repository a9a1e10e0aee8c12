"""The whole skin: trunk, arms, hands and legs in one surface, in the standard proportions."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np

from manekko.arrays import Array, Bool, Float, Int
from manekko.character import hands, limbs, torso
from manekko.character.sheets import Sheet, faired, refined, smoothed, split_quads, strip_quads
from manekko.character.weights import (
    arm_weights,
    digit_weights,
    leg_weights,
    mirrored_columns,
    trunk_weights,
)


@dataclass
class _Net:
    """The left half while it is put together."""

    points: list[Array] = field(default_factory=list)
    quads: list[Array] = field(default_factory=list)
    weights: list[Array] = field(default_factory=list)
    arm: list[Array] = field(default_factory=list)
    free: list[Array] = field(default_factory=list)
    count: int = 0

    def add(self, points: Array, weights: Array, arm: Array | float, *, free: bool = False) -> Array:
        """Take some points in; return their numbers in the shape of ``points`` without its last axis."""
        flat = points.reshape(-1, 3)
        numbers = np.arange(self.count, self.count + len(flat))
        self.count += len(flat)
        self.points.append(flat)
        self.weights.append(weights)
        self.arm.append(np.broadcast_to(np.asarray(arm, dtype=np.float64), points.shape[:-1]).ravel())
        self.free.append(np.full(len(flat), free))
        return numbers.reshape(points.shape[:-1])

    def cover(self, rows: Array, *, closed: bool) -> None:
        """Span quads between rows of numbers."""
        self.quads.append(strip_quads(rows, closed=closed))


@cache
def body_sheet() -> Sheet:
    """Return the skin in the standard proportions, with fields ``weights`` (of ``BODY_BONES``) and ``arm``.

    ``arm`` is the distance along the arm from the shoulder joint [m], negative on the trunk.
    """
    net = _Net()
    trunk, groin = _add_trunk(net)
    _add_arm(net, trunk)
    _add_leg(net, trunk, groin)
    return _both_halves(net)


@cache
def fine_body_sheet() -> Sheet:
    """Return the skin with four times the triangles, for clothes that fit closely."""
    return refined(body_sheet())


def _add_trunk(net: _Net) -> tuple[Array, Array]:
    rows = torso.torso_rows()
    height, width = rows.shape[:2]
    (top, bottom), (first, last) = torso.ARM_ROWS, torso.ARM_COLUMNS
    row, column = np.mgrid[:height, :width]
    beyond = np.maximum.reduce([top - row, row - bottom, first - column, column - last])
    numbers = net.add(rows, trunk_weights(rows.reshape(-1, 3)), 0.022 - 0.016 * np.maximum(beyond, 0.0))
    quads = strip_quads(numbers, closed=False).reshape(height - 1, width - 1, 4)
    hole = np.zeros((height - 1, width - 1), dtype=bool)
    hole[top:bottom, first:last] = True
    net.quads.append(quads[~hole])
    inside = numbers[top + 1 : bottom, first + 1 : last]
    net.free[0].reshape(height, width)[top - 1 : bottom + 2, first : last + 1] = True
    net.free[0][inside.ravel()] = False
    net.free[0].reshape(height, width)[-2:, 1:-1] = True
    share = np.arange(1, 6) / 6.0
    back, front = rows[-1, -1], rows[-1, 0]
    groin = back + (front - back) * share[:, None]
    groin[:, 1] -= 0.048 * np.sin(share * np.pi) ** 0.6
    return numbers, net.add(groin, trunk_weights(groin), -1.0)


def _add_arm(net: _Net, trunk: Array) -> None:
    (top, bottom), (first, last) = torso.ARM_ROWS, torso.ARM_COLUMNS
    middle = (top + bottom) // 2
    loop = [trunk[row, first] for row in range(middle, top, -1)]
    loop += [trunk[top, column] for column in range(first, last)]
    loop += [trunk[row, last] for row in range(top, bottom)]
    loop += [trunk[bottom, column] for column in range(last, first, -1)]
    loop += [trunk[row, first] for row in range(bottom, middle, -1)]
    ring = np.array(loop)
    between = _between(net, ring, limbs.arm_rows()[0], 2)
    soft = net.add(between, arm_weights(np.full(between.shape[0] * 20, 0.03)), 0.034, free=True)
    rows = limbs.arm_rows()
    along = (rows.reshape(-1, 3) - limbs.SHOULDER_M) @ limbs.ARM_AXIS
    arm = net.add(rows, arm_weights(along), along.reshape(rows.shape[:2]))
    net.free[-1][:20] = True
    net.cover(np.concatenate([ring[None], soft, arm]), closed=True)
    _add_hand(net, arm[-1])


def _between(net: _Net, ring: Array, end: Array, count: int) -> Float[Array, "row column 3"]:
    """Return ``count`` rings spread evenly from some vertices to ring ``end``."""
    start = np.concatenate(net.points)[ring]
    share = (np.arange(1, count + 1) / (count + 1))[:, None, None]
    return start + (end - start) * share


def _add_hand(net: _Net, wrist: Array) -> None:
    palm, (ring, webs) = hands.palm_rows(), hands.knuckle_ring()
    rows = np.concatenate([palm, ring[None]])
    along = ((rows - limbs.SHOULDER_M) @ limbs.ARM_AXIS).reshape(-1)
    numbers = net.add(rows, arm_weights(along), along.reshape(rows.shape[:2]))
    quads = strip_quads(np.concatenate([wrist[None], numbers]), closed=True).reshape(len(rows), 20, 4)
    low, high = hands.THUMB_ROWS
    hole = np.zeros((len(rows), 20), dtype=bool)
    hole[low + 1 : high + 1, [19, 0]] = True
    net.quads.append(quads[~hole])
    web = net.add(webs, arm_weights((webs - limbs.SHOULDER_M) @ limbs.ARM_AXIS), 0.52)
    for finger, name in enumerate(hands.FINGERS):
        loop = hands.finger_loop(finger, numbers[-1], web)
        lengths, base = hands.finger_lengths(finger), hands.finger_base(finger)
        _add_digit(net, loop, hands.finger_rows(finger), name, (base, limbs.ARM_AXIS, lengths))
        _lend(net, loop, name, (base, limbs.ARM_AXIS, lengths))
    a, b = low, high
    cells = [(a, 0), (a, 1), (a + 1, 1), (b, 1), (b, 0), (b, 19), (a + 1, 19), (a, 19)]
    loop = np.array([numbers[cell] for cell in cells])
    _add_digit(net, loop, hands.thumb_rows(), "親指", hands.thumb_line())
    net.free[-1][:8] = True
    _loosen(net, numbers[: high + 2, [17, 18, 19, 0, 1, 2, 3]])


def _loosen(net: _Net, numbers: Array) -> None:
    """Let fairing find the place of some vertices."""
    starts = np.cumsum([0] + [len(part) for part in net.points])
    for number in numbers.ravel():
        part = int(np.searchsorted(starts, number, side="right")) - 1
        net.free[part][number - starts[part]] = True


def _lend(net: _Net, loop: Array, name: str, line: tuple[Array, Array, tuple[float, ...]]) -> None:
    """Give a finger's root a share of the finger's first bone."""
    base, way, lengths = line
    points = np.concatenate(net.points)[loop]
    weights = digit_weights(name, (points - base) @ way, lengths)
    starts = np.cumsum([0] + [len(part) for part in net.points])
    for number, row in zip(loop, weights, strict=True):
        part = int(np.searchsorted(starts, number, side="right")) - 1
        net.weights[part][number - starts[part]] = row


def _add_digit(net: _Net, loop: Array, rows: Array, name: str, line: tuple[Array, Array, tuple[float, ...]]) -> None:
    base, way, lengths = line
    along = (rows.reshape(-1, 3) - base) @ way
    numbers = net.add(rows, digit_weights(name, along, lengths), 0.54)
    net.cover(np.concatenate([loop[None], numbers]), closed=True)
    net.quads.append(numbers[-1][np.array([[3, 2, 1, 0], [7, 4, 3, 0], [7, 6, 5, 4]])])


def _add_leg(net: _Net, trunk: Array, groin: Array) -> None:
    ring = np.concatenate([trunk[-1], groin])
    rows = limbs.leg_rows()
    soft = _between(net, ring, rows[0], 1)
    loose = net.add(soft, leg_weights(soft.reshape(-1, 3)), -1.0, free=True)
    numbers = net.add(rows, leg_weights(rows.reshape(-1, 3)), -1.0)
    net.free[-1].reshape(rows.shape[:2])[0] = True
    net.cover(np.concatenate([ring[None], loose, numbers]), closed=True)


def _both_halves(net: _Net) -> Sheet:
    points, quads = np.concatenate(net.points), np.concatenate(net.quads)
    weights, arm = np.concatenate(net.weights), np.concatenate(net.arm)
    free = np.concatenate(net.free)
    used = np.unique(quads)
    points, weights, arm, free = points[used], weights[used], arm[used], free[used]
    quads = np.searchsorted(used, quads)
    middle = points[:, 0] == 0.0
    other = np.where(middle, np.arange(len(points)), len(points) + np.cumsum(~middle) - 1)
    mirror = np.array([-1.0, 1.0, 1.0])
    turned = weights[:, mirrored_columns()]
    weights[middle] = (weights[middle] + turned[middle]) / 2.0
    points = np.concatenate([points, points[~middle] * mirror])
    faces = np.concatenate([quads, other[quads][:, ::-1]])
    free = np.concatenate([free, free[~middle]])
    points = faired(points, faces, free)
    weights = np.concatenate([weights, turned[~middle]])
    weights = _settled(weights, faces, points)
    arm = np.concatenate([arm, arm[~middle]])
    return Sheet(points, split_quads(points, faces), {"weights": weights, "arm": arm[:, None]})


def _settled(weights: Array, faces: Int[Array, "quad 4"], points: Float[Array, "vertex 3"]) -> Array:
    """Return weights that pass smoothly from the trunk into arms and legs."""
    near: Bool[Array, " vertex"] = np.abs(points[:, 0]) < 0.145
    shoulders = near & (points[:, 1] > 1.13) & (points[:, 1] < 1.30)
    weights = smoothed(weights, faces, 8, shoulders)
    hips = (points[:, 1] > 0.70) & (points[:, 1] < 0.90) & (np.abs(points[:, 0]) < 0.16)
    return smoothed(weights, faces, 4, hips)
