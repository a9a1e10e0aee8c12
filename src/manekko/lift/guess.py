"""A first idea of depth from image points alone, for input that brings no 3D of its own (OpenPose's JSON).

An ordinary body's bones have known proportions, so what a bone lacks in the picture it has along the view; only the
sense is unknown: to the camera or away. The senses of each limb are chosen over the whole clip by a Viterbi pass:
limbs move little between frames, arms and thighs rather go forwards, elbows and knees bend the way they can.
"""

import numpy as np
from scipy.ndimage import percentile_filter

from manekko.arrays import Array, Float
from manekko.errors import InputError
from manekko.lift.series import smoothed
from manekko.people.keypoints import BODY33, BODY33_INDEX
from manekko.skeleton.rotations import normalized

_LENGTHS_M = {"shoulders": 0.33, "hips": 0.21, "torso": 0.49, "arm": (0.27, 0.24), "leg": (0.40, 0.39)}
_BACKWARD_COST = {"arm": 0.10, "leg": 0.20}
"""Price of a limb that reaches behind the body, per metre."""
_WRONG_HINGE_COST = {"arm": 0.3, "leg": 2.0}
"""Price of an elbow or knee that bends the wrong way, per metre."""
_STEP_COST = 1.5
"""Price of a joint's movement along the view between frames, per metre."""
_LIMBS = {"arm": ("shoulder", "elbow", "wrist"), "leg": ("hip", "knee", "ankle")}
_HEAD_TEMPLATE_M = {
    "nose": (0.0, 0.22, 0.13), "left_eye_inner": (0.015, 0.26, 0.11), "left_eye": (0.03, 0.26, 0.11),
    "left_eye_outer": (0.045, 0.26, 0.10), "left_ear": (0.075, 0.25, 0.02), "mouth_left": (0.025, 0.18, 0.11),
}  # fmt: skip
"""Points of the head (left, up, forward) from the middle of the shoulders [m]; the right ones mirror them."""
_FOOT_TEMPLATE_M = {"heel": (-0.05, -0.05), "toe": (0.13, -0.07)}
"""Points of a foot (forward, up) from the ankle [m]."""
_HAND_TEMPLATE_M = {"index": 0.09, "pinky": 0.08, "thumb": 0.05}
"""Points of a hand along the forearm, from the wrist [m]."""
_STRAIGHT = 0.95
_WINDOW_S = 2.0
_MOST_NAMES = 3


def guessed_prior(keypoints_px: Float[Array, "frame 33 2"], *, fps: float) -> Float[Array, "frame 33 3"]:
    """Return a body's points about its mid-hip in camera axes [m], from gapless image points at a regular rate.

    Image points that are NaN throughout (hands, feet, face in some layouts) are put where a body has them.

    Raises:
        InputError: shoulders, hips, elbows or knees are never seen.
    """
    _check(keypoints_px)
    flat = (keypoints_px - _middle(keypoints_px, "hip")[:, None]) / _pixels_per_metre(keypoints_px, fps)[:, None, None]
    points = np.concatenate([flat, np.zeros((*flat.shape[:2], 1))], axis=-1)
    forward_x = _facing_sideways(points, fps)
    for part, width in (("shoulder", _LENGTHS_M["shoulders"]), ("hip", _LENGTHS_M["hips"])):
        left, right = BODY33_INDEX[f"left_{part}"], BODY33_INDEX[f"right_{part}"]
        across = points[:, left, 0] - points[:, right, 0]
        half = 0.5 * np.sqrt(np.maximum(width**2 - across**2, 0.0)) * forward_x
        points[:, left, 2], points[:, right, 2] = half, -half
    forward = _forward(points)
    for kind in _LIMBS:
        for side in ("left", "right"):
            _give_depth(points, kind, side, forward)
    _add_missing(points, forward)
    return points


def _check(keypoints_px: Array) -> None:
    needed = [f"{s}_{p}" for p in ("shoulder", "hip", "elbow", "knee", "wrist", "ankle") for s in ("left", "right")]
    missing = [name.replace("_", " ") for name in needed if not np.isfinite(keypoints_px[:, BODY33_INDEX[name]]).any()]
    if missing:
        rest = f" and {len(missing) - _MOST_NAMES} more" if len(missing) > _MOST_NAMES else ""
        raise InputError(
            f"too little of the body is seen (never: {', '.join(missing[:_MOST_NAMES])}{rest}); "
            "use a clip that shows the dancer from head to feet"
        )


def _middle(points: Array, part: str) -> Array:
    return (points[:, BODY33_INDEX[f"left_{part}"]] + points[:, BODY33_INDEX[f"right_{part}"]]) / 2.0


def _pixels_per_metre(keypoints_px: Array, fps: float) -> Float[Array, " frame"]:
    """Size of the person: the second most stretched of torso, thighs and shins; stretches last, crouches do not."""
    torso = np.linalg.norm(_middle(keypoints_px, "shoulder") - _middle(keypoints_px, "hip"), axis=-1)
    ratios = [torso / _LENGTHS_M["torso"]]
    for side in ("left", "right"):
        hip, knee, ankle = (keypoints_px[:, BODY33_INDEX[f"{side}_{part}"]] for part in _LIMBS["leg"])
        upper, lower = _LENGTHS_M["leg"]
        ratios += [np.linalg.norm(knee - hip, axis=-1) / upper, np.linalg.norm(ankle - knee, axis=-1) / lower]
    stretch = np.sort(np.stack(ratios), axis=0)[-2]
    window = max(1, min(round(_WINDOW_S * fps) | 1, len(stretch) | 1))
    return smoothed(percentile_filter(stretch, 75, size=window, mode="nearest"), fps=fps, cutoff_hz=1.0) + 1e-6


def _facing_sideways(points: Array, fps: float) -> Float[Array, " frame"]:
    """-1 … 1: how far the body faces the picture's right, from the nose against the shoulders, and the feet."""
    nose = points[:, BODY33_INDEX["nose"], 0] - _middle(points, "shoulder")[:, 0]
    feet = np.zeros_like(nose)
    for side in ("left", "right"):
        feet = feet + np.nan_to_num(
            points[:, BODY33_INDEX[f"{side}_toe"], 0] - points[:, BODY33_INDEX[f"{side}_ankle"], 0]
        )
    signal = smoothed(np.nan_to_num(nose) / 0.06 + feet / 0.15, fps=fps, cutoff_hz=2.0)
    return np.clip(signal, -1.0, 1.0)


def _forward(points: Array) -> Float[Array, "frame 3"]:
    across = points[:, BODY33_INDEX["left_hip"]] - points[:, BODY33_INDEX["right_hip"]]
    across = across + points[:, BODY33_INDEX["left_shoulder"]] - points[:, BODY33_INDEX["right_shoulder"]]
    up = _middle(points, "shoulder") - _middle(points, "hip")
    return normalized(np.cross(across, up))


def _give_depth(points: Array, kind: str, side: str, forward: Array) -> None:
    """Set the depths of a limb's middle and end joint by the cheapest senses through the clip."""
    root, middle, end = (BODY33_INDEX[f"{side}_{part}"] for part in _LIMBS[kind])
    lengths = _LENGTHS_M[kind]
    first = _missing_length(points[:, middle, :2] - points[:, root, :2], lengths[0])
    second = _missing_length(points[:, end, :2] - points[:, middle, :2], lengths[1])
    senses = np.array([(a, b) for a in (-1.0, 1.0) for b in (-1.0, 1.0)])
    depths = np.stack([first[:, None] * senses[:, 0], second[:, None] * senses[:, 1]], axis=-1)
    upper = _with_depth(points[:, middle, :2] - points[:, root, :2], depths[..., 0])
    lower = _with_depth(points[:, end, :2] - points[:, middle, :2], depths[..., 1])
    own = _implausibility(kind, upper, lower, forward)
    chosen = _cheapest(own, np.cumsum(depths, axis=-1))
    picked = depths[np.arange(len(depths)), chosen]
    points[:, middle, 2] = points[:, root, 2] + picked[:, 0]
    points[:, end, 2] = points[:, middle, 2] + picked[:, 1]


def _missing_length(flat: Array, length: float) -> Array:
    # A few percent short is noise, not depth: else nobody would ever stand straight.
    return np.sqrt(np.maximum((_STRAIGHT * length) ** 2 - (flat**2).sum(-1), 0.0))


def _with_depth(flat: Array, depth: Array) -> Array:
    spread = np.broadcast_to(flat[:, None], (*depth.shape, 2))
    return np.concatenate([spread, depth[..., None]], axis=-1)


def _implausibility(kind: str, upper: Array, lower: Array, forward: Array) -> Float[Array, "frame sense"]:
    ahead = forward[:, None]
    backward = np.maximum(-((upper + lower) * ahead).sum(-1), 0.0)
    share = (upper * (upper + lower)).sum(-1) / np.maximum(((upper + lower) ** 2).sum(-1), 1e-9)
    bulge = ((upper - share[..., None] * (upper + lower)) * ahead).sum(-1)
    # Knees bulge forwards, elbows backwards.
    wrong = np.maximum(-bulge, 0.0) if kind == "leg" else np.maximum(bulge, 0.0)
    return _BACKWARD_COST[kind] * backward + _WRONG_HINGE_COST[kind] * wrong


def _cheapest(own: Float[Array, "frame sense"], depths: Float[Array, "frame sense 2"]) -> Array:
    """Viterbi over the senses: each frame's own cost, and the movement along the view between frames."""
    totals = own[0].copy()
    choices = np.zeros(own.shape, dtype=np.int64)
    for frame in range(1, len(own)):
        steps = np.abs(depths[frame][:, None] - depths[frame - 1][None]).sum(-1)
        through = totals[None] + _STEP_COST * steps
        choices[frame] = through.argmin(1)
        totals = through.min(1) + own[frame]
    states = np.empty(len(own), dtype=np.int64)
    states[-1] = int(totals.argmin())
    for frame in range(len(own) - 1, 0, -1):
        states[frame - 1] = choices[frame, states[frame]]
    return states


def _add_missing(points: Array, forward: Array) -> None:
    """Put the points that have no image, and the depths of those that hang on a limb's end, where a body has them."""
    up = normalized(_middle(points, "shoulder") - _middle(points, "hip"))
    left = normalized(np.cross(up, forward))
    middle = _middle(points, "shoulder")
    places = {}
    for name, (x, y, z) in _HEAD_TEMPLATE_M.items():
        mirrored = name.replace("left", "right")
        places[name] = middle + x * left + y * up + z * forward
        places[mirrored] = middle - x * left + y * up + z * forward if mirrored != name else places[name]
    for side in ("left", "right"):
        ankle, wrist = points[:, BODY33_INDEX[f"{side}_ankle"]], points[:, BODY33_INDEX[f"{side}_wrist"]]
        along = normalized(wrist - points[:, BODY33_INDEX[f"{side}_elbow"]])
        for name, (ahead, above) in _FOOT_TEMPLATE_M.items():
            places[f"{side}_{name}"] = ankle + ahead * forward + above * up
        for name, reach in _HAND_TEMPLATE_M.items():
            spread = {"index": 0.02, "pinky": -0.02, "thumb": 0.04}[name]
            places[f"{side}_{name}"] = wrist + reach * along + spread * forward
    for name in BODY33:
        if name in places:
            column = points[:, BODY33_INDEX[name]]
            points[:, BODY33_INDEX[name]] = np.where(
                np.isfinite(column[:, :1]), np.concatenate([column[:, :2], places[name][:, 2:]], -1), places[name]
            )
