"""The dance: twenty beats written as keys, and the skeleton's motion that follows from them.

The right arm's numbers mean the same as the left's, mirrored. Legs are not written at all: the hips follow the
feet's support, and two-bone inverse kinematics reaches the planted feet, so they cannot slide.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from manekko.arrays import Array, Bool, Float
from manekko.motion.motion import Motion
from manekko.skeleton.kinematics import global_rotations
from manekko.skeleton.rotations import (
    IDENTITY_XYZW,
    between,
    conjugate,
    from_axes,
    from_rotation_vectors,
    multiply,
    normalized,
    rotate,
)
from manekko.skeleton.skeleton import FINGERS, HUMANOID, JOINT_INDEX, default_skeleton, finger_segments

FPS = 30
BEAT_S = 0.48
BEATS = 20
FRAMES = round(FPS * BEAT_S * BEATS)
_FINE = 8
"""Steps of the fine grid, on which the keys are smoothed, in one frame."""
_ANKLE_M = 0.08

ARM_POSES = {
    # raise, forward, twist, elbow, forearm twist, wrist, curl [degrees]; twist < 0 turns the elbow's bend upwards
    "down": (-70.0, 12.0, 0.0, 22.0, 0.0, 0.0, 22.0),
    "back": (-62.0, -25.0, 0.0, 25.0, 0.0, 0.0, 25.0),
    "side": (2.0, 8.0, -15.0, 12.0, 0.0, -10.0, 5.0),
    "low side": (-35.0, 5.0, 0.0, 15.0, 0.0, -25.0, 5.0),
    "up": (72.0, 8.0, -70.0, 14.0, 0.0, 0.0, 5.0),
    "up out": (48.0, 8.0, -60.0, 18.0, 0.0, 5.0, 5.0),
    "over": (78.0, 5.0, -85.0, 62.0, 0.0, 0.0, 8.0),
    "crown": (64.0, 10.0, -82.0, 42.0, 0.0, 0.0, 10.0),
    "clap up": (70.0, 22.0, -80.0, 38.0, -40.0, 0.0, 3.0),
    "strong": (2.0, 10.0, -88.0, 98.0, 0.0, 0.0, 75.0),
    "pump": (-40.0, 35.0, -25.0, 105.0, 0.0, 0.0, 80.0),
    "front": (-8.0, 68.0, -20.0, 48.0, 0.0, 0.0, 12.0),
    "hip": (-42.0, -16.0, 48.0, 92.0, 0.0, 35.0, 35.0),
}

LEFT_ARM: list[tuple[float, str]] = [
    (0, "down"), (0.9, "down"), (2.0, "up out"), (2.9, "side"), (4.0, "pump"), (5.0, "strong"), (6.0, "low side"),
    (6.7, "front"), (7.5, "side"), (8.5, "clap up"), (9.0, "clap up"), (9.7, "back"), (10.4, "up"), (10.7, "up"),
    (11.4, "low side"), (12.2, "side"), (13.2, "crown"), (14.9, "crown"), (15.8, "side"), (16.5, "over"),
    (17.0, "up"), (17.5, "over"), (18.0, "strong"), (18.5, "strong"), (19.1, "up out"), (20, "up out"),
]  # fmt: skip
RIGHT_ARM: list[tuple[float, str]] = [
    (0, "down"), (0.9, "down"), (2.0, "side"), (2.9, "low side"), (4.0, "up out"), (5.0, "strong"), (6.0, "up"),
    (6.7, "pump"), (7.5, "side"), (8.5, "clap up"), (9.0, "clap up"), (9.7, "back"), (10.4, "up"), (10.7, "up"),
    (11.4, "low side"), (12.2, "side"), (13.2, "crown"), (14.9, "crown"), (15.8, "side"), (16.5, "up"),
    (17.0, "over"), (17.5, "up"), (18.0, "strong"), (18.5, "strong"), (19.1, "hip"), (20, "hip"),
]  # fmt: skip

TRUNK: list[tuple[float, float, float, float, float, float, float]] = [
    # beat, turn, then chest: bow, twist to the left, lean to the right; head: nod, lean to the right [degrees]
    (0, 0, 2, 0, 0, 0, 0), (0.5, 0, 2, 0, 0, 8, 0), (1, 0, 2, 0, 0, -2, 0), (2, -8, 0, 14, 10, 4, 8),
    (2.5, -4, 3, 6, 4, 8, 4), (3, 0, 2, 0, 0, -2, 0), (4, 8, 0, -14, -10, 4, -8), (5, 0, 4, 0, 0, 6, 0),
    (6, 0, -2, 4, 0, -4, 0), (6.7, -6, 10, -16, 0, 4, 0), (7.5, 0, 2, 0, 0, 0, 0), (8.5, 0, -5, 0, 0, -6, 0),
    (9, 0, 0, 0, 0, 0, 0), (9.65, 0, 30, 0, 0, -14, 0), (10.4, 0, -6, 0, 0, -4, 0), (11.3, 0, 16, 0, 0, -8, 0),
    (12, 0, 2, 12, 0, 0, 0), (13.9, 190, 0, 14, 0, 0, 0), (15.7, 360, 2, -4, 0, 0, 0), (16.5, 360, 0, 0, 11, 0, 8),
    (17, 360, 0, 0, -11, 0, -8), (17.5, 360, 0, 0, 11, 0, 8), (18, 360, 3, 0, 0, 8, 0), (18.5, 360, 0, 0, 0, -3, 0),
    (19.1, 348, -3, 12, -6, -2, -9), (20, 348, -3, 12, -6, -2, -9),
]  # fmt: skip

_LEAP_M_S = 9.81 * 0.8 * BEAT_S / 2
HIP_HEIGHTS: list[tuple[float, float, float]] = [
    # beat, height [m], velocity [m/s]; between 10.1 and 10.9 the body falls freely
    (0, 0.886, 0), (6.2, 0.886, 0), (6.8, 0.876, 0), (7.4, 0.886, 0), (9.05, 0.886, 0), (9.62, 0.670, 0),
    (10.1, 0.884, _LEAP_M_S), (10.9, 0.884, -_LEAP_M_S), (11.35, 0.735, 0), (12.0, 0.880, 0), (20, 0.886, 0),
]  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One foot leaves the floor and lands elsewhere."""

    foot: str
    lift_beat: float
    land_beat: float
    x_m: float
    z_m: float
    yaw_degrees: float
    apex_m: float = 0.07
    kick_m: float = 0.0
    """How far to the front of the straight way the foot swings."""
    leap: bool = False


def _turning(foot: str, lift: float, land: float, degrees: float) -> Step:
    side = 0.12 if foot == "left" else -0.12
    angle = np.radians(degrees)
    return Step(foot, lift, land, side * np.cos(angle), 0.02 - side * np.sin(angle), degrees + np.sign(side) * 8, 0.06)


STEPS = (
    Step("left", -1, -0.5, 0.12, 0.0, 8),
    Step("right", -1, -0.5, -0.12, 0.0, -8),
    Step("left", 1.0, 1.65, 0.40, 0.02, 14),
    Step("right", 2.0, 2.6, 0.15, 0.02, -4),
    Step("right", 3.0, 3.65, -0.30, 0.02, -14),
    Step("left", 4.0, 4.6, -0.05, 0.02, 4),
    Step("right", 5.0, 5.65, -0.22, 0.28, -6),
    Step("left", 6.0, 7.4, 0.08, 0.26, 6, 0.40, 0.26),
    Step("right", 7.55, 8.15, -0.13, 0.0, -8),
    Step("left", 8.2, 8.8, 0.13, 0.0, 8),
    Step("left", 10.1, 10.9, 0.15, 0.03, 10, 0.16, leap=True),
    Step("right", 10.1, 10.9, -0.15, 0.03, -10, 0.16, leap=True),
    _turning("left", 12.0, 12.6, 85.0),
    _turning("right", 12.65, 13.25, 160.0),
    _turning("left", 13.3, 13.9, 225.0),
    _turning("right", 13.95, 14.5, 290.0),
    _turning("left", 14.55, 15.1, 352.0),
    _turning("right", 15.15, 15.7, 360.0),
    Step("left", 18.2, 18.85, 0.33, 0.06, 380),
)


def beats(steps_in_a_frame: int = 1) -> Float[Array, " time"]:
    """Return the beat at each frame (or at each part of a frame) of the clip."""
    return np.arange(FRAMES * steps_in_a_frame) / (FPS * steps_in_a_frame * BEAT_S)


def _channels(keys: Sequence[tuple[float, ...]]) -> Float[Array, "time channel"]:
    """Interpolate keys (beat, values…) without overshoot on the fine grid, round their corners."""
    table = np.array(keys, dtype=np.float64)
    return _rounded(PchipInterpolator(table[:, 0], table[:, 1:])(beats(_FINE)))


def _rounded(values: Array) -> Array:
    return gaussian_filter1d(values, 0.040 * FPS * _FINE, axis=0, mode="nearest")


def _about(axis: int, angle_rad: Array) -> Array:
    vectors = np.zeros((*angle_rad.shape, 3))
    vectors[..., axis] = angle_rad
    return from_rotation_vectors(vectors)


@dataclass(frozen=True)
class _Feet:
    """Both feet (left, right) on the fine grid."""

    ankles_m: Float[Array, "time side=2 3"]
    yaw_rad: Float[Array, "time side=2"]
    pitch_rad: Float[Array, "time side=2"]
    planted: Bool[Array, "time side=2"]


def _feet() -> _Feet:
    beat = beats(_FINE)
    place, height = np.zeros((len(beat), 2, 3)), np.zeros((len(beat), 2))
    planted = np.ones((len(beat), 2), dtype=bool)
    kick = np.zeros((len(beat), 2))
    for step in STEPS:
        side = ("left", "right").index(step.foot)
        share = np.clip((beat - step.lift_beat) / (step.land_beat - step.lift_beat), 0.0, 1.0)
        eased = (share**3 * (10.0 - 15.0 * share + 6.0 * share**2))[:, None]
        goal = np.array([step.x_m, step.z_m, np.radians(step.yaw_degrees)])
        place[:, side] += eased * (goal - place[:, side])
        rise = share * (1.0 - share)
        kick[:, side] += step.kick_m * 16.0 * rise**2
        height[:, side] += step.apex_m * (4.0 * rise if step.leap else 16.0 * rise**2)
        planted[:, side] &= (share <= 0.0) | (share >= 1.0)
    ankles = np.stack([place[..., 0], _ANKLE_M + height, place[..., 1] + kick], axis=-1)
    # Toes hang as the foot rises, slowly enough to stay clear of the floor.
    return _Feet(ankles, place[..., 2], np.radians(32.0) * (1.0 - np.exp(-height / 0.15)), planted)


def _hips(feet: _Feet, turn_rad: Array) -> tuple[Array, Array]:
    """Return the hips' positions and rotations: above the support, as high as both legs reach."""
    support = gaussian_filter1d(feet.planted.astype(float), 0.085 * FPS * _FINE, axis=0, mode="nearest") + 0.02
    support = 0.7 * support / support.sum(1, keepdims=True) + 0.15
    forward = np.stack([np.sin(feet.yaw_rad), np.zeros_like(feet.yaw_rad), np.cos(feet.yaw_rad)], axis=-1)
    middle = _rounded((support[..., None] * (feet.ankles_m + 0.03 * forward)).sum(1))
    beat = beats(_FINE)
    keys = np.array(HIP_HEIGHTS)
    height = CubicHermiteSpline(keys[:, 0], keys[:, 1], keys[:, 2] * BEAT_S)(beat)
    calm = np.interp(beat, [0, 0.5, 8.6, 9.0, 12.0, 12.4, 18.8, 19.3], [0, 1, 1, 0, 0, 0.7, 0.7, 0])
    height = height - 0.024 * calm * (0.5 + 0.5 * np.cos(2.0 * np.pi * beat))
    lean = np.radians(7.0) * (support[:, 0] - support[:, 1])
    rotations = multiply(_about(1, turn_rad), _about(2, _rounded(lean)))
    hips = np.stack([middle[:, 0], height, middle[:, 2]], axis=-1)
    sockets = rotate(rotations[:, None], np.stack([_offset("leftUpperLeg"), _offset("rightUpperLeg")])) + hips[:, None]
    reach = 0.993 * -(_offset("leftLowerLeg")[1] + _offset("leftFoot")[1])
    aside = np.square((sockets - feet.ankles_m)[..., [0, 2]]).sum(-1)
    room = (feet.ankles_m[..., 1] + np.sqrt(reach**2 - aside) - sockets[..., 1]).min(1)
    # The lowest within ±60 ms, smoothed over the same ±60 ms, is nowhere above what it was.
    width = round(0.06 * FPS * _FINE)
    room = gaussian_filter1d(minimum_filter1d(np.minimum(room, 0.0), 2 * width + 1), width / 2, radius=width)
    hips[:, 1] += room
    return hips, rotations


def _offset(joint: str) -> Array:
    return default_skeleton().rest_offsets_m[JOINT_INDEX[joint]]


def _leg(socket_m: Array, ankle_m: Array, knee_towards: Array) -> tuple[Array, Array]:
    """Return global rotations of thigh and shin that bring the ankle where it must be, the knee bent forwards."""
    thigh, shin = -_offset("leftLowerLeg")[1], -_offset("leftFoot")[1]
    straight = ankle_m - socket_m
    length = np.linalg.norm(straight, axis=-1, keepdims=True)
    along = straight / length
    outwards = normalized(knee_towards - (knee_towards * along).sum(-1, keepdims=True) * along)
    cosine = np.clip((thigh**2 + length**2 - shin**2) / (2.0 * thigh * length), -1.0, 1.0)
    knee = socket_m + thigh * (cosine * along + np.sqrt(1.0 - cosine**2) * outwards)
    sideways = normalized(np.cross(outwards, along))
    frames = []
    for bone in (knee - socket_m, ankle_m - knee):
        up = -normalized(bone)
        frames.append(from_axes(np.stack([sideways, up, np.cross(sideways, up)], axis=-1)))
    return frames[0], frames[1]


def _set_arm(local: dict[str, Array], side: str, keys: list[tuple[float, str]]) -> None:
    angles = np.radians(_channels([(beat, *ARM_POSES[pose]) for beat, pose in keys])).T
    lift, forward, twist, elbow, forearm, wrist, curl = angles
    direction = np.stack([np.cos(lift) * np.cos(forward), np.sin(lift), np.cos(lift) * np.sin(forward)], axis=-1)
    collar = from_rotation_vectors(
        np.stack([0.0 * lift, -0.12 * forward, 0.18 * lift + 0.10 * np.maximum(lift, 0)], axis=-1)
    )
    swing = multiply(between(np.array([1.0, 0.0, 0.0]), direction), _about(0, twist))
    arm = {
        "Shoulder": collar,
        "UpperArm": multiply(conjugate(collar), swing),
        "LowerArm": multiply(_about(1, -elbow), _about(0, forearm)),
        "Hand": _about(2, -wrist),
    }
    for finger in FINGERS:
        for segment in finger_segments(finger):
            thumb = finger == "Thumb"
            arm[finger + segment] = _about(1, 0.35 * curl) if thumb else _about(2, -curl)
    mirror = np.array([1.0, 1.0, 1.0, 1.0]) if side == "left" else np.array([1.0, -1.0, -1.0, 1.0])
    local |= {side + name: rotation * mirror for name, rotation in arm.items()}


def dance() -> Motion:
    """Return the whole dance at 30 frames a second."""
    turn, bow, twist, lean, nod, tilt = np.radians(_channels(TRUNK)).T
    feet = _feet()
    hips, hip_rotations = _hips(feet, turn)
    local: dict[str, Array] = {"hips": hip_rotations}
    for joint, share in (("spine", 0.5), ("chest", 0.5)):
        local[joint] = from_rotation_vectors(share * np.stack([bow, twist, -lean], axis=-1))
    for joint in ("neck", "head"):
        local[joint] = from_rotation_vectors(
            0.5 * np.stack([nod - 0.4 * bow, -0.6 * twist, -tilt + 0.3 * lean], axis=-1)
        )
    _set_arm(local, "left", LEFT_ARM)
    _set_arm(local, "right", RIGHT_ARM)
    for number, side in enumerate(("left", "right")):
        yaw = feet.yaw_rad[:, number]
        middle = 0.5 * (yaw + turn)
        towards = np.stack([np.sin(middle), np.zeros_like(middle), np.cos(middle)], axis=-1)
        socket = hips + rotate(hip_rotations, _offset(side + "UpperLeg"))
        thigh, shin = _leg(socket, feet.ankles_m[:, number], towards)
        foot = multiply(_about(1, yaw), _about(0, feet.pitch_rad[:, number]))
        local[side + "UpperLeg"] = multiply(conjugate(hip_rotations), thigh)
        local[side + "LowerLeg"] = multiply(conjugate(thigh), shin)
        local[side + "Foot"] = multiply(conjugate(shin), foot)
    return _motion(hips, local, feet.planted)


def _motion(hips_m: Array, local: dict[str, Array], planted: Array) -> Motion:
    at_frames = slice(None, None, _FINE)
    rotations = np.tile(IDENTITY_XYZW, (FRAMES, len(HUMANOID), 1))
    for joint, values in local.items():
        rotations[:, JOINT_INDEX[joint]] = values[at_frames]
    return Motion(
        fps=float(FPS),
        skeleton=default_skeleton(),
        root_positions_m=hips_m[at_frames],
        local_rotations_xyzw=rotations,
        confidences=np.ones((FRAMES, len(HUMANOID))),
        contacts=np.repeat(planted[at_frames], 2, axis=1),
    )


def global_pose(motion: Motion, frame: int) -> tuple[Float[Array, "joint 3"], Float[Array, "joint 4"]]:
    """Return global positions [m] and rotations of all joints in one frame."""
    return motion.joint_positions_m()[frame], global_rotations(motion.local_rotations_xyzw[frame])
