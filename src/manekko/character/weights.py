"""Which bones each point of the skin follows."""

from itertools import pairwise

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.hands import FINGERS
from manekko.character.limbs import ELBOW_ALONG_M, WRIST_ALONG_M

_ARM = ("腕", "腕捩1", "腕捩2", "腕捩3", "腕捩", "ひじ", "手捩1", "手捩2", "手捩3", "手捩", "手首")
_LEG = ("足D", "ひざD", "足首D", "足先EX")
_TRUNK = ("下半身", "上半身", "上半身2", "首", "頭")
_DIGITS = tuple("親指" + digit for digit in "０１２") + tuple(name + digit for name in FINGERS for digit in "１２３")
BODY_BONES = (
    *_TRUNK,
    *(side + bone for side in "左右" for bone in ("肩", *_ARM, *_LEG, *_DIGITS)),
)
"""All bones of the body that skin hangs on; weights are columns in this order."""
_COLUMN = {name: number for number, name in enumerate(BODY_BONES)}

Weights = Float[Array, "vertex bone"]


def mirrored_columns() -> list[int]:
    """Return for each column the one of the same bone on the other side."""
    swap = str.maketrans("左右", "右左")
    return [_COLUMN[name.translate(swap)] for name in BODY_BONES]


def eased(value: Array, start: float, end: float) -> Array:
    """Return 0 before ``start``, 1 beyond ``end`` and a smooth step between; ``start`` may be the larger."""
    share = np.clip((value - start) / (end - start), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)


def rigid(count: int, bone: str) -> Weights:
    """Return weights of points that hang on one bone."""
    weights = np.zeros((count, len(BODY_BONES)))
    weights[:, _COLUMN[bone]] = 1.0
    return weights


def along_chain(bones: tuple[str, ...], steps: list[Array]) -> Weights:
    """Return weights along a chain; ``steps`` say how far each bone has taken over from the one before."""
    weights = np.zeros((len(steps[0]), len(BODY_BONES)))
    rest = np.ones(len(steps[0]))
    for bone, step in reversed(list(zip(bones[1:], steps, strict=True))):
        weights[:, _COLUMN[bone]] += rest * step
        rest = rest * (1.0 - step)
    weights[:, _COLUMN[bones[0]]] += rest
    return weights


def trunk_weights(points: Float[Array, "vertex 3"]) -> Weights:
    """Return weights of the trunk's left half and the neck."""
    x, y, z = points.T
    # the neck leans, so that what is behind takes part in its turns higher up
    neck = y + 0.15 * (z + 0.02)
    steps = [eased(y, 0.895, 1.015), eased(y, 1.015, 1.135), eased(neck, 1.272, 1.322), eased(neck, 1.306, 1.341)]
    weights = along_chain(_TRUNK, steps)
    collar = eased(x, 0.018, 0.085) * eased(y, 1.165, 1.245) * (1.0 - weights[:, [3, 4]].sum(axis=1))
    weights *= 1.0 - 0.75 * collar[:, None]
    weights[:, _COLUMN["左肩"]] += 0.75 * collar
    hip = eased(y, 0.880, 0.775) * eased(x, 0.004, 0.048)
    weights *= 1.0 - hip[:, None]
    weights[:, _COLUMN["左足D"]] += hip
    return weights


def arm_weights(along_m: Float[Array, " vertex"]) -> Weights:
    """Return weights of the left arm; the twist is spread over upper arm and forearm."""
    upper = np.linspace(0.045, 0.200, 5)
    lower = np.linspace(ELBOW_ALONG_M + 0.035, WRIST_ALONG_M - 0.012, 5)
    steps = [np.clip((along_m - a) / (b - a), 0.0, 1.0) for a, b in pairwise(upper)]
    steps.append(eased(along_m, ELBOW_ALONG_M - 0.024, ELBOW_ALONG_M + 0.024))
    steps += [np.clip((along_m - a) / (b - a), 0.0, 1.0) for a, b in pairwise(lower)]
    steps.append(eased(along_m, WRIST_ALONG_M - 0.014, WRIST_ALONG_M + 0.014))
    return along_chain(tuple("左" + bone for bone in _ARM), steps)


def leg_weights(points: Float[Array, "vertex 3"]) -> Weights:
    """Return weights of the left leg."""
    x, y, z = points.T
    hip = eased(y, 0.880, 0.775) * np.maximum(eased(x, 0.002, 0.030), eased(y, 0.76, 0.725))
    knee = eased(y + 0.10 * (z + 0.005), 0.497, 0.425)
    ankle = eased(y, 0.112, 0.066)
    return along_chain(("下半身", *("左" + bone for bone in _LEG[:3])), [hip, knee, ankle])


def foot_weights(points: Float[Array, "vertex 3"]) -> Weights:
    """Return weights of the left foot and its shoe below the ankle."""
    toes = eased(points[:, 2], 0.040, 0.085)
    return along_chain(("左足首D", "左足先EX"), [toes])


def digit_weights(name: str, along_m: Float[Array, " vertex"], lengths_m: tuple[float, ...]) -> Weights:
    """Return weights along one of the left hand's digits, ``along_m`` from its first joint."""
    digits = "０１２" if name == "親指" else "１２３"
    joints = np.concatenate([[0.0], np.cumsum(lengths_m)])
    bones = ("左手首", *("左" + name + digit for digit in digits))
    widths = (0.012, 0.006, 0.005)
    steps = [eased(along_m, joint - wide, joint + wide) for joint, wide in zip(joints[:3], widths, strict=True)]
    return along_chain(bones, steps)
