"""Pictures of our own character in poses of a dance, whose keypoints are known: what a user might bring."""

import json
from functools import cache
from pathlib import Path

import numpy as np

from manekko.arrays import Array
from manekko.character import default_model
from manekko.files.motions import read_motion
from manekko.paint.dataset.render import seen_keypoints
from manekko.paint.pose_map import LIGHT
from manekko.people.keypoints import BODY33_INDEX
from manekko.stage.casting import Part, dancer
from manekko.stage.figures import read_figure
from manekko.stage.renderer import Renderer
from manekko.stage.truths import Truths
from tests.stage.looking import looking

SIZE = (400, 400)
_BODY25 = {
    "nose": 0, "right_shoulder": 2, "right_elbow": 3, "right_wrist": 4, "left_shoulder": 5, "left_elbow": 6,
    "left_wrist": 7, "right_hip": 9, "right_knee": 10, "right_ankle": 11, "left_hip": 12, "left_knee": 13,
    "left_ankle": 14, "right_eye": 15, "left_eye": 16, "right_ear": 17, "left_ear": 18, "left_toe": 19,
    "left_heel": 21, "right_toe": 22, "right_heel": 24,
}  # fmt: skip
MAIN = [
    BODY33_INDEX[f"{side}_{joint}"]
    for side in ("left", "right")
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
]


@cache
def portraits(count: int) -> list[tuple[Array, Array, Array]]:
    """Return pictures (RGBA), body keypoints (33, 4) and hands (2, 21, 4), half a second apart in the dance."""
    figure = read_figure(default_model())
    motion = read_motion(Path(__file__).parents[3] / "examples" / "dance-truth.bvh")
    poses = dancer(Part(Path("dance"), motion), figure).poses(np.arange(count) * 0.5)
    result = []
    with Renderer(SIZE, [figure], shadow=False) as renderer, Truths([figure]) as truths:
        for number, pose in enumerate(poses):
            turn = (0.0, 0.6, -0.6)[number % 3]
            place = (3.6 * float(np.sin(turn)), 1.0, 3.6 * float(np.cos(turn)))
            view = looking(place, (0.0, 0.85, 0.0), fov_rad=0.7, size_px=SIZE)
            rgba = renderer.draw(view, LIGHT, [pose])
            result.append((rgba, *seen_keypoints(figure, pose, view, truths.look(view, [pose]))))
    return result


def over(rgba: Array, colour: tuple[int, int, int]) -> Array:
    """Return a picture before a plain background."""
    alpha = rgba[..., 3:] / 255.0
    return np.round(rgba[..., :3] * alpha + np.array(colour) * (1.0 - alpha)).astype(np.uint8)


def openpose_json(body: Array, hands: Array) -> str:
    """Return the JSON that OpenPose would write of such keypoints: 25 + 70 + 21 + 21 points."""
    pose = np.zeros((25, 3))
    for name, place in _BODY25.items():
        if np.isfinite(body[BODY33_INDEX[name], 0]):
            pose[place] = (*body[BODY33_INDEX[name], :2], 0.9)
    pose[1], pose[8] = pose[[2, 5]].mean(0), pose[[9, 12]].mean(0)
    sides = [np.concatenate([np.nan_to_num(hand[:, :2]), np.full((21, 1), 0.8)], axis=1) for hand in hands]
    person = {
        "person_id": [-1],
        "pose_keypoints_2d": pose.ravel().tolist(),
        "face_keypoints_2d": [0.0] * 210,
        "hand_left_keypoints_2d": sides[0].ravel().tolist(),
        "hand_right_keypoints_2d": sides[1].ravel().tolist(),
        "pose_keypoints_3d": [],
    }
    return json.dumps({"version": 1.3, "people": [person]})
