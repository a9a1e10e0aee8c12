"""A made-up dance: a motion of the canonical humanoid, and the track that a camera in front of it would give."""

from dataclasses import replace

import numpy as np

from manekko.motion.motion import Motion
from manekko.people.keypoints import BODY33, BODY33_INDEX, Hands, Track
from manekko.skeleton.rotations import from_rotation_vectors, multiply
from manekko.skeleton.skeleton import HUMANOID, JOINT_INDEX, default_skeleton

_JOINT_OF = {
    "shoulder": "UpperArm",
    "elbow": "LowerArm",
    "wrist": "Hand",
    "index": "IndexDistal",
    "pinky": "LittleDistal",
    "thumb": "ThumbDistal",
    "hip": "UpperLeg",
    "knee": "LowerLeg",
    "ankle": "Foot",
    "heel": "Foot",
    "toe": "Toes",
}


def dance_motion(seconds: float = 4.0, fps: float = 30.0) -> Motion:
    """A sway with waving arms, a step aside, and a hop near the end; feet planted in turns."""
    count = max(1, round(seconds * fps))
    time = np.arange(count) / fps
    beat = 2 * np.pi * time
    vectors = np.zeros((count, len(HUMANOID), 3))
    vectors[:, JOINT_INDEX["hips"], 1] = 0.5 * np.sin(beat / 4)
    vectors[:, JOINT_INDEX["chest"], 2] = 0.15 * np.sin(beat / 2)
    vectors[:, JOINT_INDEX["head"], 1] = 0.3 * np.sin(beat / 3)
    vectors[:, JOINT_INDEX["leftUpperArm"], 2] = -0.9 + 0.7 * np.sin(beat)
    vectors[:, JOINT_INDEX["rightUpperArm"], 2] = 0.9 + 0.7 * np.sin(beat + 0.6)
    vectors[:, JOINT_INDEX["leftLowerArm"], 1] = -0.9 - 0.6 * np.sin(beat)
    vectors[:, JOINT_INDEX["rightLowerArm"], 1] = 0.9 + 0.6 * np.sin(beat)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        bend = np.maximum(0.0, 0.7 * sign * np.sin(beat / 2))
        vectors[:, JOINT_INDEX[side + "UpperLeg"], 0] = -bend
        vectors[:, JOINT_INDEX[side + "LowerLeg"], 0] = 2 * bend
        vectors[:, JOINT_INDEX[side + "Foot"], 0] = -bend
    local = from_rotation_vectors(vectors)
    turned = multiply(local, np.broadcast_to([0.0, 0.0, 0.0, 1.0], local.shape))
    hop = np.maximum(0.0, 0.25 - 8 * (time - 0.8 * seconds) ** 2)
    root = np.stack([0.3 * np.sin(beat / 4), 0.90 + hop, 0.1 * np.cos(beat / 4)], axis=-1)
    left_up, right_up = np.sin(beat / 2) > 0.1, np.sin(beat / 2) < -0.1
    floor = hop <= 0
    contacts = np.stack([~left_up & floor, ~left_up & floor, ~right_up & floor, ~right_up & floor], axis=-1)
    confidences = np.ones((count, len(HUMANOID)))
    return Motion(fps, default_skeleton(), root, turned, confidences, contacts)


def dance_track(seconds: float = 4.0, fps: float = 24.0, size: tuple[int, int] = (360, 640)) -> Track:
    """What a detector sees of ``dance_motion``: the whole body, surely, in every frame."""
    motion = dance_motion(seconds, fps)
    joints = motion.joint_positions_m()
    points = np.zeros((motion.frame_count, len(BODY33), 3))
    for index, name in enumerate(BODY33):
        side, _, part = name.partition("_")
        if part in _JOINT_OF:
            points[:, index] = joints[:, JOINT_INDEX[side + _JOINT_OF[part]]]
        else:
            spread = 0.0 if name == "nose" else 0.06 * (1 if "left" in name else -1)
            points[:, index] = joints[:, JOINT_INDEX["head"]] + [spread, 0.08, 0.08]
        if part == "heel":
            points[:, index] += [0.0, -0.06, -0.03]
    scale = min(0.42 * size[1], 0.38 * size[0])
    keypoints = np.stack([size[0] / 2 + scale * points[..., 0], 0.92 * size[1] - scale * points[..., 1]], axis=-1)
    world = (points - points[:, [23, 24]].mean(axis=1, keepdims=True)) * [1.0, -1.0, -1.0]
    confidences = np.full(points.shape[:2], 0.95)
    return Track(1, np.arange(motion.frame_count) / fps, keypoints, confidences, world, size, hands=_hands(keypoints))


def _hands(keypoints: np.ndarray) -> Hands:
    wrists = keypoints[:, [BODY33_INDEX["left_wrist"], BODY33_INDEX["right_wrist"]]]
    fan = np.stack([np.repeat(np.arange(5) - 2.0, 4) * 3, np.tile(np.arange(4) + 1.0, 5) * 4], axis=-1)
    points = wrists[:, :, None] + np.concatenate([np.zeros((1, 2)), fan])
    world = np.concatenate([points * 0.002, np.zeros((*points.shape[:-1], 1))], axis=-1)
    return Hands(points, world, np.full(points.shape[:2], 0.9))


def hide(track: Track, names: list[str], start_s: float, end_s: float) -> Track:
    """The same track with some keypoints unseen for a while."""
    frames = (track.times_s >= start_s - 1e-9) & (track.times_s < end_s - 1e-9)
    chosen = np.ix_(frames, [BODY33_INDEX[name] for name in names])
    keypoints, confidences = track.keypoints_px.copy(), track.confidences.copy()
    keypoints[chosen], confidences[chosen] = np.nan, 0.0
    return replace(track, keypoints_px=keypoints, confidences=confidences)


def leave(track: Track, start_s: float, end_s: float) -> Track:
    """The same track with the person out of view for a while."""
    return hide(track, list(BODY33), start_s, end_s)
