"""Sticks to look at."""

import numpy as np

from manekko.paint.stick_picture import drawn_sticks
from manekko.people.keypoints import BODY33_INDEX
from tests.paint.stick_samples import hand_at, seen


def test_left_is_blue_right_is_orange_and_what_is_missing_is_not_drawn() -> None:
    keypoints = seen()
    picture = drawn_sticks(keypoints, np.stack([hand_at((220.0, 150.0)), hand_at((30.0, 150.0))]), 256)
    knees = {side: (keypoints[BODY33_INDEX[f"{side}_knee"], :2]).astype(int) for side in ("left", "right")}
    left, right = (picture[y - 12, x].astype(int) for x, y in knees.values())
    assert left[2] > left[0] + 30
    assert right[0] > right[2] + 30
    keypoints[BODY33_INDEX["left_knee"]] = np.nan
    x, y = knees["left"]
    assert not drawn_sticks(keypoints, None, 256)[y - 12, x].any()


def test_nothing_known_is_black() -> None:
    assert not drawn_sticks(np.full((33, 4), np.nan), None, 64).any()


def test_the_nearer_arm_is_brighter() -> None:
    keypoints = seen(yaw_rad=1.2)
    picture = drawn_sticks(keypoints, None, 256).astype(int)
    light = {}
    for side in ("left", "right"):
        ends = keypoints[[BODY33_INDEX[f"{side}_{joint}"] for joint in ("elbow", "wrist")], :2]
        x, y = ends.mean(0).astype(int)
        light[side] = picture[y, x].max()
    nearer = "left" if keypoints[BODY33_INDEX["left_wrist"], 2] < keypoints[BODY33_INDEX["right_wrist"], 2] else "right"
    assert light[nearer] > light["left" if nearer == "right" else "right"]
