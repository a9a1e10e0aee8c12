"""Which way is up, once it is known which feet stand: floors are level, and people balance over what carries them."""

from dataclasses import replace

import numpy as np

from manekko.arrays import Array, Bool, Float, spans
from manekko.lift.balance import balanced
from manekko.lift.gravity import levelled
from manekko.lift.lift import MOTION_FPS, Lifted
from manekko.lift.series import smoothed
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.contacts import find_contacts
from manekko.skeleton.floor import on_one_floor
from manekko.skeleton.rotations import between, conjugate, multiply, rotate

_FLOOR_M = 0.07
"""Standard deviation of where a point that stands was lifted to, over or under a level floor [m]."""
_FULL_SPELL_S = 0.2
"""A contact of this length tells as much as a longer one [s]."""
_BALANCE_RAD = (np.radians(2.0), np.radians(5.0))
"""Standard deviation of the mean lean of a body over its feet: across the view, which is seen, and along it."""
_BALANCE_LASTS_S = 1.0
"""A lean tells something new after this time [s]."""
_CAMERA_RAD = (np.radians(6.0), np.radians(15.0))
"""How far cameras are rolled and pitched, as standard deviations."""
_HURRY_M_S = 0.8
"""A body that travels faster than this need not balance [m/s]."""
_DOUBT = 2.0
"""Evidence this many standard deviations off counts half (Cauchy)."""
_ROUNDS = 8
_HEEL_AND_TOE_M = np.array([0.03, 0.025])
"""Height at which a detector sees heel and toe over a sole that stands [m]."""
_POINTS = [BODY33_INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("heel", "toe")]


def _masses() -> list[tuple[list[int], float]]:
    """Keypoints around each part of the body, and the part's share of the weight (de Leva 1996)."""
    parts = {"shoulder elbow": 0.028, "elbow wrist": 0.016, "wrist index": 0.006, "hip knee": 0.1,
             "knee ankle": 0.0465, "heel toe": 0.0145}  # fmt: skip
    trunk = [BODY33_INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("shoulder", "hip")]
    head = [BODY33_INDEX[name] for name in ("left_ear", "right_ear", "nose")]
    limbs = [
        ([BODY33_INDEX[f"{side}_{part}"] for part in names.split()], share)
        for names, share in parts.items()
        for side in ("left", "right")
    ]
    return [(trunk, 0.497), (head, 0.081), *limbs]


_MASSES = _masses()


def on_level_ground(lifted: Lifted) -> Lifted:
    """Return the person in a world turned so that the points of the feet that stand lie on a level floor.

    How bodies balance over their feet, and how cameras are mostly held, tell the rest; where a dancer does not travel
    they tell all of it. The camera stays the world's origin.
    """
    contacts = find_contacts(lifted)
    turned = _turned(lifted, _up(lifted, contacts))
    # Depths are clearer over a floor that is nearly level, and tell better what is level.
    placed = replace(turned, positions_m=on_one_floor(turned.positions_m, turned.seen, fps=MOTION_FPS))
    turned = _turned(turned, _up(placed, contacts))
    # The lean of the detector's shape was held to the old vertical; it leans along each frame's own view.
    up = rotate(conjugate(turned.to_world_xyzw), np.array([0.0, 1.0, 0.0]))
    return replace(turned, shape_m=balanced(lifted.shape_m, levelled(up), fps=MOTION_FPS))


def _turned(lifted: Lifted, up: Float[Array, "3"]) -> Lifted:
    """The same in a world in which ``up`` is up."""
    turn = between(up, np.array([0.0, 1.0, 0.0]))
    return replace(
        lifted, positions_m=rotate(turn, lifted.positions_m), upright_xyzw=multiply(turn, lifted.upright_xyzw)
    )


def _up(lifted: Lifted, contacts: Bool[Array, "frame 4"]) -> Float[Array, "3"]:
    """Least squares for the slopes (x over y, z over y) of the true vertical in the lifted world, and the floor."""
    camera_up = rotate(lifted.to_world_xyzw, np.array([0.0, -1.0, 0.0])).mean(0)
    rows = [*_directions(camera_up, _CAMERA_RAD), *_balance(lifted.positions_m, contacts)]
    rows += _floor(lifted.positions_m, contacts)
    told = np.array(rows)
    asked, value, weight = told[:, :3], told[:, 3], told[:, 4]
    doubt, found = np.ones(len(told)), np.zeros(3)
    for _ in range(_ROUNDS):
        scale = weight * doubt
        found = np.linalg.lstsq(asked * scale[:, None], value * scale, rcond=None)[0]
        doubt = 1.0 / np.sqrt(1.0 + ((asked @ found - value) * weight / _DOUBT) ** 2)
    return np.array([found[0], 1.0, found[1]])


def _directions(up: Float[Array, "3"], sigmas_rad: tuple[float, float]) -> list[list[float]]:
    """Two equations: the vertical is about here. Each is [slope x, slope z, floor, value, weight]."""
    height = max(float(up[1]), 0.2)
    return [
        [1.0, 0.0, 0.0, float(up[0]) / height, 1.0 / sigmas_rad[0]],
        [0.0, 1.0, 0.0, float(up[2]) / height, 1.0 / sigmas_rad[1]],
    ]


def _balance(positions_m: Float[Array, "frame 33 3"], contacts: Bool[Array, "frame 4"]) -> list[list[float]]:
    """The body's weight is over the middle of the feet that stand, but for how it sways."""
    weight = sum((positions_m[:, part].mean(1) * share for part, share in _MASSES), np.zeros((len(positions_m), 3)))
    feet = positions_m[:, _POINTS].reshape(-1, 2, 2, 3).mean(2)
    carries = np.stack([contacts[:, :2].any(1), contacts[:, 2:].any(1)], axis=1).astype(np.float64)
    support = (feet * carries[..., None]).sum(1) / np.maximum(carries.sum(1), 1.0)[:, None]
    over = weight - support
    calm = smoothed(weight, fps=MOTION_FPS, cutoff_hz=3.0)
    speed = np.linalg.norm(np.gradient(calm, axis=0), axis=-1) * MOTION_FPS if len(calm) > 1 else np.zeros(1)
    still = (carries.sum(1) > 0.0) & (speed < _HURRY_M_S) & (over[:, 1] > 0.3)
    if not still.any():
        return []
    slopes = over[still][:, [0, 2]] / over[still][:, 1:2]
    spread = slopes.std(0) / np.sqrt(max(1.0, still.sum() / (MOTION_FPS * _BALANCE_LASTS_S)))
    sigmas = np.hypot(np.array(_BALANCE_RAD), spread)
    middle = np.median(slopes, axis=0)
    return _directions(np.array([middle[0], 1.0, middle[1]]), (float(sigmas[0]), float(sigmas[1])))


def _floor(positions_m: Float[Array, "frame 33 3"], contacts: Bool[Array, "frame 4"]) -> list[list[float]]:
    """Each point is on the floor as long as it stands; one equation for each such spell."""
    spells = [(point, start, end) for point in range(4) for start, end in spans(contacts[:, point])]
    if not spells:
        return []
    drop = np.tile(_HEEL_AND_TOE_M, 2)
    places = np.array([np.median(positions_m[a:b, _POINTS[point]], axis=0) for point, a, b in spells])
    places[:, 1] -= drop[[point for point, _, _ in spells]]
    places -= places.mean(0)
    shares = [np.sqrt(min((end - start) / (_FULL_SPELL_S * MOTION_FPS), 1.0)) for _, start, end in spells]
    return [
        [-float(x), -float(z), 1.0, float(y), float(share) / _FLOOR_M]
        for (x, y, z), share in zip(places, shares, strict=True)
    ]
