"""Arms that do not go through a model's body where the dancer's did not: pushed out, smoothly in time."""

from collections.abc import Mapping

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from manekko.arrays import Array, Float
from manekko.motion.retarget_arm import Arm
from manekko.motion.retarget_shapes import Part
from manekko.skeleton.rotations import from_rotation_vectors, normalized, rotate

_ARM_M = 0.25
"""Half the thickness of an arm in lengths of the palm."""
_ROUNDS = 3
_AHEAD_FRAMES, _SMOOTH_FRAMES = 7, 2.5
"""Before and after it is needed a push grows and fades over so many frames."""
_STRAIGHT, _BENT = 0.1, 0.3
"""An elbow nearer than the first to the line from shoulder to wrist, as a share of that line, does not swing aside; one
further than the second does."""
_LARGEST_SWING_RAD = 0.6
_WRIST_PER_ELBOW = 1.5


def cleared(arm: Arm, dancer: Arm, own: Mapping[str, Part], parts: Mapping[str, Part]) -> Arm:
    """Return the model's arm, pushed out of its body as far as the dancer's is out of the dancer's own.

    Args:
        arm: the model's.
        dancer: the dancer's arm of the same side.
        own: the dancer's parts.
        parts: the model's.
    """
    theirs = [(point, {name: own[name].relation(point) for name in parts}) for point in _samples(dancer)]
    thickness = _ARM_M * arm.palm_m
    for _ in range(_ROUNDS):
        pushes = []
        for point, (_, relations) in zip(_samples(arm), theirs, strict=True):
            total, weight = np.zeros_like(point), np.full((len(point), 1), 1e-9)
            for name, part in parts.items():
                gaps, ways = relations[name].gaps_m, relations[name].ways
                inside = part.radius_m(ways) / own[name].radius_m(ways)
                allowed = np.minimum(gaps * np.where(gaps > 0.0, arm.palm_share, inside), thickness)
                lacking = np.maximum(allowed - part.relation(point).gaps_m, 0.0)[:, None]
                total += lacking**2 * rotate(part.turns_xyzw, ways)
                weight += lacking
            pushes.append(_smooth(total / weight))
        elbow, middle, wrist, palm = pushes
        if max(float(np.abs(push).max()) for push in pushes) < 1e-4:
            break
        arm = _pushed(arm, elbow=_stronger(elbow, middle), wrist=_stronger(wrist, _stronger(palm, middle)))
    return arm


def _samples(arm: Arm) -> list[Float[Array, "frame 3"]]:
    """Elbow, middle of the forearm, wrist and palm."""
    elbow, wrist = arm.elbows_m, arm.wrists_m
    return [elbow, (elbow + wrist) / 2.0, wrist, wrist + arm.palms_m]


def _stronger(a: Float[Array, "frame 3"], b: Float[Array, "frame 3"]) -> Float[Array, "frame 3"]:
    """Mix two pushes by their strength, so that the one that matters rules and neither comes all at once."""
    strength_a, strength_b = (np.linalg.norm(push, axis=-1, keepdims=True) for push in (a, b))
    return (a * strength_a + b * strength_b) / np.maximum(strength_a + strength_b, 1e-9)


def _smooth(push: Float[Array, "frame 3"]) -> Float[Array, "frame 3"]:
    """As strong as the strongest near by, then low-passed: an arm is out of the way before the body comes."""
    strength = np.linalg.norm(push, axis=-1)
    if not strength.any():
        return push
    strength = gaussian_filter1d(maximum_filter1d(strength, _AHEAD_FRAMES), _SMOOTH_FRAMES, mode="nearest")
    return normalized(gaussian_filter1d(push, 2.0 * _SMOOTH_FRAMES, axis=0, mode="nearest")) * strength[:, None]


def _pushed(arm: Arm, *, elbow: Float[Array, "frame 3"], wrist: Float[Array, "frame 3"]) -> Arm:
    """Move the wrist and swing the elbow about the line from shoulder to wrist; a straight arm goes as a whole."""
    aside, _, length = _elbow_aside(arm)
    bent = np.linalg.norm(aside, axis=-1, keepdims=True) / np.maximum(length, 1e-9)
    swings = np.clip((bent - _STRAIGHT) / (_BENT - _STRAIGHT), 0.0, 1.0)
    arm = arm.reaching(arm.within_reach(arm.wrists_m + wrist + _WRIST_PER_ELBOW * (1.0 - swings) * elbow))
    aside, axis, _ = _elbow_aside(arm)
    wanted = aside + swings * (elbow - (elbow * axis).sum(-1, keepdims=True) * axis)
    angle = np.arctan2((np.cross(aside, wanted) * axis).sum(-1), np.maximum((aside * wanted).sum(-1), 1e-6))
    angle = gaussian_filter1d(_LARGEST_SWING_RAD * np.tanh(angle / _LARGEST_SWING_RAD), _SMOOTH_FRAMES, mode="nearest")
    return arm.swung(from_rotation_vectors(angle[:, None] * axis))


def _elbow_aside(arm: Arm) -> tuple[Float[Array, "frame 3"], Float[Array, "frame 3"], Float[Array, "frame 1"]]:
    """Return the way from the line between shoulder and wrist to the elbow, the line's direction and its length."""
    line = arm.wrists_m - arm.shoulders_m
    axis, out = normalized(line), arm.elbows_m - arm.shoulders_m
    return out - (out * axis).sum(-1, keepdims=True) * axis, axis, np.linalg.norm(line, axis=-1, keepdims=True)
