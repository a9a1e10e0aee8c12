"""``python -m manekko.bench.usual_poses``: gathers anew how people usually hold their limbs (``solve/usual.py``).

Motion capture of walks, sports and dances (CMU's, without the held-out subject 05): mean rotations, mean hinge angles
and covariances of the joints of each limb, right limbs as the left ones' mirror images. Takes about two minutes.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Float
from manekko.bench.mocap import training_clips
from manekko.errors import InputError
from manekko.skeleton.rotations import (
    as_rotation_vectors,
    conjugate,
    from_rotation_vectors,
    multiply,
    normalized,
)
from manekko.skeleton.skeleton import JOINT_INDEX
from manekko.solve.joints import HEAD_SHARES, INDEX, SPINE_SHARES, elbow_axis, forearm_axis
from manekko.solve.ranges import HINGES, hinge_angles
from manekko.solve.usual import DATA

_LONGEST, _EACH = 600, 3
"""Frames taken of a clip at most, and how many apart: neighbours tell the same."""
_BELIEVED_RAD = np.radians(120.0)
"""A joint farther than this from its mean is the capture's mistake."""
_TWIST_SIGMA_RAD = np.radians(30.0)
"""Optical capture knows next to nothing of the forearm's twist: it is at least so free, whatever else the arm does."""
_DANCE = 1.25
"""Dancers' arms range this much wider than those of the captures, most of which are no dances."""
_SHOULDER_SIGMA_RAD = np.radians([12.0, 12.0, 12.0])
_HAND_SIGMA_RAD = np.radians([25.0, 25.0, 25.0])
_FOOT_MEAN_RAD, _FOOT_SIGMA_RAD = np.radians([-5.0, 4.0, 0.0]), np.radians([20.0, 12.0, 10.0])
"""Set by hand: captures' rest poses of hands and feet differ by more than people move them; most captures leave the
shoulders where they are."""

Limb = dict[str, list]
"""What ``solve/usual.py`` reads of a limb: means_xyzw, mean_angles_rad, covariance_rad2."""


@dataclass(frozen=True)
class Captured:
    """Rotations of the humanoid's joints in their parents, of many people in many moments."""

    local_xyzw: Float[Array, "moment joint 4"]

    def of(self, joint: str) -> Float[Array, "moment 4"]:
        """Return the rotations of a joint."""
        return self.local_xyzw[:, JOINT_INDEX[joint]]

    def of_either(self, part: str) -> Float[Array, "twice 4"]:
        """Return the rotations of a left joint and of the right one in the mirror."""
        return np.concatenate([self.of("left" + part), self.of("right" + part) * [1.0, -1.0, -1.0, 1.0]])


def captured() -> Captured:
    """Return moments of every clip that may be learned from.

    Raises:
        MissingToolError: the measuring data is missing.
    """
    return Captured(np.concatenate(list(_moments())))


def _moments() -> Iterator[Float[Array, "moment joint 4"]]:
    for clip in training_clips():
        try:
            yield clip.motion(longest=_LONGEST).local_rotations_xyzw[::_EACH]
        except InputError:
            continue


def usual_limbs(people: Captured) -> dict[str, Limb]:
    """Return what is usual for each limb of ``solve/usual.py: PARTS``."""
    return {
        "spine": _shared([people.of("spine"), people.of("chest")], dict(SPINE_SHARES)["spine"]),
        "head": _nodding(_shared([people.of("neck"), people.of("head")], dict(HEAD_SHARES)["head"])),
        "shoulder": _by_hand(np.zeros(3), _SHOULDER_SIGMA_RAD),
        "arm": _arm(people),
        "hand": _by_hand(np.zeros(3), _HAND_SIGMA_RAD),
        "leg": _leg(people),
        "foot": _by_hand(_FOOT_MEAN_RAD, _FOOT_SIGMA_RAD),
    }


def _shared(joints: list[Float[Array, "moment 4"]], share: float) -> Limb:
    """The usual turn of one joint of two that share a bend."""
    mean, away = _about_mean(multiply(joints[0], joints[1]))
    vector = as_rotation_vectors(mean) * share
    return _limb([from_rotation_vectors(vector)], [], _covariance(away) * share**2)


def _nodding(head: Limb) -> Limb:
    """People look neither to the left nor to the right on average, whatever these did."""
    nod = as_rotation_vectors(np.array(head["means_xyzw"][0])) * [1.0, 0.0, 0.0]
    return {**head, "means_xyzw": [from_rotation_vectors(nod).tolist()]}


def _arm(people: Captured) -> Limb:
    upper, lower = people.of_either("UpperArm"), people.of_either("LowerArm")
    turn = _turn_of_elbow(lower)
    mean, away = _about_mean(multiply(upper, turn))
    bend, twist = _hinge_angles("leftLowerArm", multiply(conjugate(turn), multiply(lower, turn)))
    covariance = _covariance(np.column_stack([away, bend, twist]))
    covariance[-1, :-1] = covariance[:-1, -1] = 0.0
    covariance[-1, -1] = max(covariance[-1, -1], _TWIST_SIGMA_RAD**2)
    return _limb([mean], [float(np.median(bend)), 0.0], covariance * _DANCE**2)


def _turn_of_elbow(lower_xyzw: Float[Array, "moment 4"]) -> Float[Array, "4"]:
    """Return the twist of the upper arm that brings our elbow's axis to where the capture's is on average."""
    vectors = as_rotation_vectors(lower_xyzw)
    axis = np.linalg.svd(vectors, full_matrices=False)[2][0]
    axis *= np.sign((vectors @ axis).mean())
    ours, angle = elbow_axis("left"), np.arctan2(axis[2], axis[1])
    return from_rotation_vectors((angle - np.arctan2(ours[2], ours[1])) * forearm_axis("left"))


def _leg(people: Captured) -> Limb:
    mean, away = _about_mean(people.of_either("UpperLeg"))
    (knee,) = _hinge_angles("leftLowerLeg", people.of_either("LowerLeg"))
    return _limb([mean], [float(np.median(knee))], _covariance(np.column_stack([away, knee])))


def _by_hand(mean_rad: Float[Array, "3"], sigma_rad: Float[Array, "3"]) -> Limb:
    return _limb([from_rotation_vectors(mean_rad)], [], np.diag(sigma_rad**2))


def _about_mean(rotations_xyzw: Float[Array, "moment 4"]) -> tuple[Float[Array, "4"], Float[Array, "moment 3"]]:
    """Return the mean rotation (Markley 2007: the largest principal axis) and how far each is from it."""
    mean = np.linalg.eigh(rotations_xyzw.T @ rotations_xyzw)[1][:, -1]
    mean = normalized(mean * np.copysign(1.0, mean[3]))
    return mean, as_rotation_vectors(multiply(conjugate(mean), rotations_xyzw))


def _hinge_angles(joint: str, local_xyzw: Float[Array, "moment 4"]) -> list[Float[Array, " moment"]]:
    return [hinge_angles(local_xyzw, hinge) for hinge in HINGES if hinge.joint == INDEX[joint]]


def _covariance(values: Float[Array, "moment value"]) -> Float[Array, "value value"]:
    return np.cov(values[(np.abs(values) < _BELIEVED_RAD).all(1)].T)


def _limb(means: list[Float[Array, "4"]], angles: list[float], covariance: Float[Array, "value value"]) -> Limb:
    return {
        "means_xyzw": [np.round(mean, 5).tolist() for mean in means],
        "mean_angles_rad": np.round(angles, 5).tolist(),
        "covariance_rad2": np.round(covariance, 6).tolist(),
    }


def main() -> None:
    """Gather and write."""
    parser = argparse.ArgumentParser(prog="python -m manekko.bench.usual_poses", description=__doc__)
    default = Path(__file__).parents[1] / "solve" / DATA
    parser.add_argument("--out", type=Path, default=default, help="file to write; by default the package's own")
    out = parser.parse_args().out
    out.write_text(json.dumps(usual_limbs(captured()), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
