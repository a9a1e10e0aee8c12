"""Which parts of the feet stand on the floor."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.ndimage import uniform_filter1d

from manekko.arrays import Array, Bool, Float, spans
from manekko.lift.camera import steadied
from manekko.lift.lift import Lifted
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.contact_features import contact_features

_WEIGHTS = Path(__file__).with_name("contact_weights.json")
"""Made by ``python -m manekko.bench.contact_training``."""
_SWITCH_COST = 1.5
"""Doubt, in nats, that a point lands or leaves within any one frame."""
_SURE, _HELD = 0.3, -1.2
"""Nats by which a contact is likelier than none where it is believed, and where the foot is kept still all the same:
a foot that stands and is let slide is seen at once, one that creeps and is held is not."""
_SHORTEST_FRAMES = 2
_HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
_DISTANCE_FRAMES = 31
_NEAREST_M = 0.3

_KNOWN_ENTER_M_S, _KNOWN_LEAVE_M_S = 0.20, 0.30
"""Speed of a point of a motion that is known: below the first it becomes planted, above the second it leaves."""
_KNOWN_ENTER_M, _KNOWN_LEAVE_M = 0.03, 0.04
"""Height above its own resting height, in the same way."""
_RESTING_PERCENTILE = 12
_HIGHEST_REST_M = 0.09
"""A point that never comes lower than this above the floor [m] never rests on it."""
_KNOWN_SHORTEST_S = 0.1


@dataclass(frozen=True)
class _Net:
    """A small net with one hidden layer: features in, log-odds out."""

    hidden: Float[Array, "feature unit"]
    hidden_bias: Float[Array, " unit"]
    out: Float[Array, " unit"]
    out_bias: float

    def log_odds(self, features: Float[Array, "*batch feature"]) -> Float[Array, "*batch"]:
        return np.tanh(features @ self.hidden + self.hidden_bias) @ self.out + self.out_bias


@cache
def _nets() -> dict[str, _Net]:
    content = json.loads(_WEIGHTS.read_text(encoding="utf-8"))
    return {
        part: _Net(np.array(own["hidden"]), np.array(own["hidden_bias"]), np.array(own["out"]), float(own["out_bias"]))
        for part, own in content.items()
    }


def find_contacts(lifted: Lifted) -> Bool[Array, "frame 4"]:
    """Return where each of ``motion.CONTACT_POINTS`` of a lifted person is planted.

    What stands still in the picture is the best evidence; a small net weighs it against heights and what the rest of
    the body does, and the likeliest sequence of landings and lift-offs is taken (Viterbi 1967).
    """
    return likeliest_contacts(contact_log_odds(lifted), least_sure=_SURE)


def held_points(lifted: Lifted) -> Bool[Array, "frame 4"]:
    """Return which of ``motion.CONTACT_POINTS`` to keep where they are: those planted, and those that may be."""
    log_odds = contact_log_odds(lifted)
    return likeliest_contacts(log_odds, least_sure=_HELD) | likeliest_contacts(log_odds, least_sure=_SURE)


def across_m(lifted: Lifted) -> Float[Array, "frame 33 2"]:
    """Return where the keypoints are in the picture of a camera that stood still, in metres at the dancer's distance.

    Keypoints that are never seen are where the lifted body has them.
    """
    centre = np.array(lifted.camera.centre_px)
    steady = steadied(lifted.keypoints_px, lifted.camera, lifted.turns_xyzw) - centre
    distance = np.linalg.norm(lifted.positions_m[:, _HIPS].mean(1) * np.array([1.0, 0.0, 1.0]), axis=-1)
    distance = uniform_filter1d(np.maximum(distance, _NEAREST_M), size=_DISTANCE_FRAMES, mode="nearest")
    places = steady / lifted.camera.focal_px * distance[:, None, None]
    return np.where(np.isfinite(places), places, lifted.positions_m[..., :2] * np.array([1.0, -1.0]))


def contact_log_odds(lifted: Lifted) -> Float[Array, "frame 4"]:
    """Return the log-odds of contact of each of ``motion.CONTACT_POINTS`` by what is seen around each frame."""
    features, nets = contact_features(lifted.positions_m, across_m(lifted), lifted.confidences), _nets()
    return np.stack([nets[("heel", "toe")[k % 2]].log_odds(features[:, k]) for k in range(4)], axis=1)


def likeliest_contacts(log_odds: Float[Array, "frame point"], *, least_sure: float) -> Bool[Array, "frame point"]:
    """Return the sequence of contacts that log-odds, less ``least_sure``, and the cost of switching make likeliest."""
    gain = (log_odds - least_sure) / 2.0
    came_from = np.zeros((len(gain), 2, gain.shape[1]), dtype=np.int8)
    score = np.zeros((2, gain.shape[1]))
    for frame, now in enumerate(gain):
        switched = score[::-1] - _SWITCH_COST
        came_from[frame] = switched > score
        score = np.maximum(score, switched) + np.stack([-now, now])
    planted = np.zeros(gain.shape, dtype=bool)
    state = np.argmax(score, axis=0)
    for frame in range(len(gain) - 1, -1, -1):
        planted[frame] = state == 1
        state = np.where(np.take_along_axis(came_from[frame], state[None], 0)[0] == 1, 1 - state, state)
    return _without_short(planted, _SHORTEST_FRAMES)


def known_contacts(
    points_m: Float[Array, "frame point 3"], heights_m: Float[Array, "frame point"], *, fps: float
) -> Bool[Array, "frame point"]:
    """Return where points of a motion that is known are planted: slow and low, with hysteresis, for 0.1 s or longer.

    ``heights_m`` are heights above the floor. Low means near the point's own resting height.
    """
    velocity = np.gradient(points_m, axis=0) * fps if len(points_m) > 1 else np.zeros_like(points_m)
    speed = np.linalg.norm(velocity, axis=-1)
    height = heights_m - resting_heights(heights_m)
    enter = (speed < _KNOWN_ENTER_M_S) & (height < _KNOWN_ENTER_M)
    stay = (speed < _KNOWN_LEAVE_M_S) & (height < _KNOWN_LEAVE_M)
    planted = np.stack([_hysteresis(enter[:, k], stay[:, k]) for k in range(points_m.shape[1])], axis=1)
    return _without_short(planted, round(_KNOWN_SHORTEST_S * fps))


def resting_heights(heights_m: Float[Array, "frame point"]) -> Float[Array, " point"]:
    """Return the height of each point above the floor when it rests on it [m], from how low it comes."""
    return np.minimum(np.percentile(heights_m, _RESTING_PERCENTILE, axis=0), _HIGHEST_REST_M)


def _hysteresis(enter: Array, stay: Array) -> Array:
    """A run of ``stay`` counts when it holds an ``enter``."""
    result = np.zeros(len(enter), dtype=bool)
    for start, end in spans(stay):
        if enter[start:end].any():
            result[start:end] = True
    return result


def _without_short(planted: Bool[Array, "frame point"], shortest: int) -> Bool[Array, "frame point"]:
    result = planted.copy()
    for column in range(planted.shape[1]):
        for start, end in spans(planted[:, column]):
            result[start:end, column] = end - start >= shortest
    return result
