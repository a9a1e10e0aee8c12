"""Baselines to beat: standing still, and the mapping everyone writes first."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.errors import InputError
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import (
    IDENTITY_XYZW,
    between,
    conjugate,
    from_axes,
    multiply,
    normalized,
    rotate,
)

FPS = 30.0
"""VMD's frame rate."""

SIDES = {"左": "left", "右": "right"}
LEG_IKS = ("左足ＩＫ", "右足ＩＫ", "左つま先ＩＫ", "右つま先ＩＫ")


def motionless(rig: Rig, frame_count: int) -> RigMotion:
    """Return the rest pose, held."""
    still = BoneTrack(np.array([0, max(frame_count - 1, 1)]), np.zeros((2, 3)), np.tile(IDENTITY_XYZW, (2, 1)))
    return RigMotion(rig.name, {"センター": still})


def naive_motion(track: Track, rig: Rig) -> RigMotion:
    """Map BlazePose's world landmarks to bones one by one, after MediaPipe's own filter.

    Orthonormal frames turn hips, chest and head; each limb bone swings the shortest way from its rest direction;
    legs are turned without IK and the body stays on its spot.
    """
    points = at_vmd_frames(held(one_euro(track.world_m, track.times_s)), track.times_s) * [1.0, -1.0, -1.0]
    return keyed(rig, _swung(points, rig))


def one_euro(
    points_m: Float[Array, "frame keypoint axis"],
    times_s: Float[Array, " frame"],
    *,
    least_cutoff_hz: float = 0.1,
    beta: float = 40.0,
    speed_cutoff_hz: float = 1.0,
) -> Float[Array, "frame keypoint axis"]:
    """Return points smoothed by the One-Euro filter, its defaults MediaPipe's for world landmarks.

    It starts anew after frames without the person, which stay NaN.
    """

    def gain(cutoff_hz: Float[Array, "*any"] | float, step_s: float) -> Float[Array, "*any"] | float:
        return 1.0 / (1.0 + 1.0 / (2.0 * np.pi * cutoff_hz * step_s))

    smooth = points_m.copy()
    speed = np.zeros(points_m.shape[1:])
    for frame in range(1, len(points_m)):
        here, before = points_m[frame], points_m[frame - 1]
        if np.isnan(here).any() or np.isnan(before).any():
            speed = np.zeros(points_m.shape[1:])
            continue
        step_s = max(float(times_s[frame] - times_s[frame - 1]), 1e-6)
        speed = speed + gain(speed_cutoff_hz, step_s) * ((here - before) / step_s - speed)
        weight = gain(least_cutoff_hz + beta * np.abs(speed), step_s)
        smooth[frame] = weight * here + (1.0 - weight) * smooth[frame - 1]
    return smooth


def held(points: Float[Array, "frame keypoint n"]) -> Float[Array, "frame keypoint n"]:
    """Fill frames with gaps by the last whole frame, and by the first one before that.

    Raises:
        InputError: no frame is whole.
    """
    whole = np.isfinite(points).all((1, 2))
    if not whole.any():
        raise InputError("the person is never seen whole: the baselines have nothing to map")
    source = np.maximum.accumulate(np.where(whole, np.arange(len(points)), -1))
    return points[np.where(source < 0, np.argmax(whole), source)]


def at_vmd_frames(values: Float[Array, "frame *rest"], times_s: Float[Array, " frame"]) -> Float[Array, "key *rest"]:
    """Return values at every 1/30 s from time 0, between neighbours in a straight line."""
    wanted_s = np.arange(int(np.floor(times_s[-1] * FPS + 1e-6)) + 1) / FPS
    after = np.clip(np.searchsorted(times_s, wanted_s), 1, max(len(times_s) - 1, 1))
    if len(times_s) == 1:
        return np.repeat(values, len(wanted_s), axis=0)
    share = np.clip((wanted_s - times_s[after - 1]) / (times_s[after] - times_s[after - 1]), 0.0, 1.0)
    share = share.reshape(-1, *(1,) * (values.ndim - 1))
    return values[after - 1] * (1.0 - share) + values[after] * share


def keyed(
    rig: Rig, turns: dict[str, Float[Array, "frame 4"]], centre_m: Float[Array, "frame 3"] | None = None
) -> RigMotion:
    """Return a motion with a key in every frame from bones' rotations in the world; the other bones rest."""
    turns = {name: turn for name, turn in turns.items() if name in rig}
    count = len(next(iter(turns.values())))
    frames = np.arange(count)
    bones = {}
    for name, turn in turns.items():
        above = _keyed_ancestor(rig, name, turns)
        local = turn if above is None else multiply(conjugate(turns[above]), turn)
        bones[name] = BoneTrack(frames, np.zeros((count, 3)), local)
    shift = np.zeros((count, 3)) if centre_m is None else centre_m
    bones["センター"] = BoneTrack(frames, shift, np.tile(IDENTITY_XYZW, (count, 1)))
    off = {name: False for name in LEG_IKS if name in rig}
    return RigMotion(rig.name, bones, ik_states=((0, off),))


def _keyed_ancestor(rig: Rig, name: str, turns: dict[str, Array]) -> str | None:
    bone = rig.bones[rig.index[name]]
    while bone.parent >= 0:
        bone = rig.bones[bone.parent]
        if bone.name in turns:
            return bone.name
    return None


def rest_direction(rig: Rig, bone: str, tip: str) -> Float[Array, "3"]:
    """Return the way from one bone to another in the rest pose [m]."""
    return rig.rest(tip) - rig.rest(bone)


def limbs(rig: Rig, side: str) -> list[tuple[str, str, str]]:
    """Limb bones of a side, parents first: (bone, what it hangs from, bone at its tip); those the model has."""
    middle = next((side + name for name in ("中指１", "人指１") if side + name in rig), "")
    toe = next((side + name for name in ("つま先", "足首先") if side + name in rig), "")
    rows = [
        (side + "腕", "上半身", side + "ひじ"),
        (side + "ひじ", side + "腕", side + "手首"),
        (side + "手首", side + "ひじ", middle),
        (side + "足", "下半身", side + "ひざ"),
        (side + "ひざ", side + "足", side + "足首"),
        (side + "足首", side + "ひざ", toe),
    ]
    return [(bone, above, tip) for bone, above, tip in rows if bone in rig and tip in rig]


def _swung(points: Float[Array, "frame keypoint 3"], rig: Rig) -> dict[str, Float[Array, "frame 4"]]:
    def at(name: str) -> Float[Array, "frame 3"]:
        return points[:, BODY33_INDEX[name]]

    def middle(part: str) -> Float[Array, "frame 3"]:
        return (at(f"left_{part}") + at(f"right_{part}")) / 2

    up = middle("shoulder") - middle("hip")
    turns = {
        "下半身": _frame(at("left_hip") - at("right_hip"), up),
        "上半身": _frame(at("left_shoulder") - at("right_shoulder"), up),
    }
    ears = at("left_ear") - at("right_ear")
    turns["頭"] = _frame(ears, np.cross(at("nose") - middle("ear"), ears))
    for side, english in SIDES.items():
        hand = (at(f"{english}_index") + at(f"{english}_pinky")) / 2
        joints = {
            part: at(f"{english}_{part}") for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "toe")
        }
        ways = {
            "腕": joints["elbow"] - joints["shoulder"],
            "ひじ": joints["wrist"] - joints["elbow"],
            "手首": hand - joints["wrist"],
            "足": joints["knee"] - joints["hip"],
            "ひざ": joints["ankle"] - joints["knee"],
            "足首": joints["toe"] - joints["ankle"],
        }
        for bone, above, tip in limbs(rig, side):
            way = rotate(conjugate(turns[above]), ways[bone.removeprefix(side)])
            turns[bone] = multiply(turns[above], between(rest_direction(rig, bone, tip), way))
    return turns


def _frame(left: Float[Array, "frame 3"], up: Float[Array, "frame 3"]) -> Float[Array, "frame 4"]:
    """Rotation that brings +x to ``left`` and +y as near to ``up`` as is square to it."""
    x = normalized(left)
    y = normalized(up - x * (x * up).sum(-1, keepdims=True))
    return from_axes(np.stack([x, y, np.cross(x, y)], axis=-1))
