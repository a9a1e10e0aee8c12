"""One arm through time: where its joints are, and how it swings and bends to a place."""

from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.limbs import reach
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import between, conjugate, multiply, normalized, rotate, slerp, swing_twist
from manekko.skeleton.skeleton import ELBOW_NORMAL, JOINT_INDEX, Skeleton

_STRAIGHTEST = 0.9985
"""Longest reach as a share of the arm."""
_MOVED_M = 0.003
"""A wrist that is moved by less than this [m] is moved by less still."""
_PALM_OF_FOREARM = 0.35
"""Length of the palm by that of the forearm, for models without fingers."""


def palm_m(body: Skeleton | Rig, side: str) -> float:
    """Return the length of a hand from wrist to the knuckle of the middle finger [m]; ``side`` is left or right."""
    if isinstance(body, Skeleton):
        return max(float(np.linalg.norm(body.rest_offsets_m[JOINT_INDEX[side + "MiddleProximal"]])), 1e-6)
    s = "左" if side == "left" else "右"
    wrist = body.rest(s + "手首")
    knuckle = next((body.rest(s + name) for name in ("中指１", "人指１") if s + name in body), None)
    if knuckle is None:
        return _PALM_OF_FOREARM * float(np.linalg.norm(wrist - body.rest(s + "ひじ")))
    return float(np.linalg.norm(knuckle - wrist))


@dataclass(frozen=True)
class Arm:
    """One arm of the model through time, twist included."""

    sign: float
    shoulders_m: Float[Array, "frame 3"]
    upper_rest_m: Float[Array, "3"]
    lower_rest_m: Float[Array, "3"]
    upper_xyzw: Float[Array, "frame 4"]
    lower_xyzw: Float[Array, "frame 4"]
    palms_m: Float[Array, "frame 3"]
    """From wrist to the middle of the palm."""
    palm_m: float
    """Length of the palm from wrist to knuckles [m]."""
    palm_share: float
    """Length of the palm by the dancer's."""

    @property
    def elbows_m(self) -> Float[Array, "frame 3"]:
        """Where the elbow is [m]."""
        return self.shoulders_m + rotate(self.upper_xyzw, self.upper_rest_m)

    @property
    def wrists_m(self) -> Float[Array, "frame 3"]:
        """Where the wrist is [m]."""
        return self.elbows_m + rotate(self.lower_xyzw, self.lower_rest_m)

    def within_reach(self, wrists_m: Float[Array, "frame 3"]) -> Float[Array, "frame 3"]:
        """Return the places nearest to those given where the wrist can be."""
        way = wrists_m - self.shoulders_m
        longest = (np.linalg.norm(self.upper_rest_m) + np.linalg.norm(self.lower_rest_m)) * _STRAIGHTEST
        return self.shoulders_m + way * np.minimum(longest / np.maximum(_length(way), 1e-9), 1.0)

    def reaching(self, wrists_m: Float[Array, "frame 3"]) -> "Arm":
        """Return the arm swung and bent to the places in its own plane; the forearm keeps its twist."""
        upper_rest, lower_rest = self.upper_rest_m, self.lower_rest_m
        across = np.array([self.sign, 0.0, 0.0])
        straight_hinge = rotate(conjugate(between(upper_rest, across)), -self.sign * ELBOW_NORMAL)
        hinge = _hinge(self, straight_hinge)
        # The forearm's rest direction seen from the upper arm differs in an A-pose: bend from a straight arm instead.
        straight = normalized(upper_rest) * np.linalg.norm(lower_rest)
        upper, lower = reach(
            self.upper_xyzw, self.shoulders_m, wrists_m, upper_offset_m=upper_rest, lower_offset_m=straight, hinge=hinge
        )
        unbent = between(lower_rest, straight)
        own = multiply(conjugate(multiply(self.upper_xyzw, unbent)), self.lower_xyzw)
        _, twist = swing_twist(own, normalized(lower_rest))
        # A straight arm that need not move keeps straight, and comes by its bend little by little.
        share = np.clip(_length(wrists_m - self.wrists_m)[:, 0] / _MOVED_M, 0.0, 1.0)
        return replace(
            self,
            upper_xyzw=slerp(self.upper_xyzw, upper, share),
            lower_xyzw=slerp(self.lower_xyzw, multiply(multiply(lower, unbent), twist), share),
        )

    def swung(self, turn: Float[Array, "frame 4"]) -> "Arm":
        """Return the arm turned as a whole about the shoulder."""
        return replace(self, upper_xyzw=multiply(turn, self.upper_xyzw), lower_xyzw=multiply(turn, self.lower_xyzw))


def _hinge(arm: Arm, straight_hinge: Array) -> Float[Array, "frame 3"]:
    """Axis of the upper arm about which the elbow is bent; an almost straight arm takes the anatomical one."""
    forearm = rotate(conjugate(arm.upper_xyzw), rotate(arm.lower_xyzw, arm.lower_rest_m))
    normal = np.cross(arm.upper_rest_m, forearm)
    normal = normal / (np.linalg.norm(arm.upper_rest_m) * np.linalg.norm(arm.lower_rest_m))
    size = _length(normal)
    trust = np.clip((size - 0.1) / 0.2, 0.0, 1.0)
    return normalized(trust * normal / np.maximum(size, 1e-9) + (1.0 - trust) * straight_hinge)


def _length(vectors: Float[Array, "frame 3"]) -> Float[Array, "frame 1"]:
    return np.linalg.norm(vectors, axis=-1, keepdims=True)
