"""Depths that no body has are put right; depths that a body has are left."""

import numpy as np
import pytest

from manekko.lift.anchoring import anchored_depths
from manekko.lift.balance import balanced
from manekko.lift.camera import default_camera
from manekko.lift.crouch import bent_legs
from manekko.lift.gravity import to_world, upright_rotation
from manekko.lift.plausible import plausible_hands, plausible_legs, straightened_knees
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import from_rotation_vectors, multiply, rotate
from manekko.skeleton.skeleton import HUMANOID, JOINT_INDEX, default_skeleton
from tests.lift.dancers import PICTURE_PX, camera_points, keypoints_of, project

FPS = 30.0
CAMERA = default_camera(PICTURE_PX)
HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]


def crouching(bend_rad: np.ndarray) -> np.ndarray:
    """Keypoints in the world of someone who faces the camera with feet flat and knees bent so far (frame, 33, 3)."""
    rotations = np.tile([0.0, 0.0, 0.0, 1.0], (len(bend_rad), len(HUMANOID), 1))
    for side in ("left", "right"):
        half = np.stack([bend_rad / 2.0, 0 * bend_rad, 0 * bend_rad], axis=-1)
        rotations[:, JOINT_INDEX[side + "UpperLeg"]] = from_rotation_vectors(-half)
        rotations[:, JOINT_INDEX[side + "LowerLeg"]] = from_rotation_vectors(half)
    points = keypoints_of(np.zeros((len(bend_rad), 3)), rotations)
    floor = points[:, BODY33_INDEX["left_heel"], 1]
    ankle = points[:, BODY33_INDEX["left_ankle"], 2]
    return points - np.stack([0 * floor, floor, ankle], axis=-1)[:, None]


def shape_of(world_m: np.ndarray) -> np.ndarray:
    points = camera_points(world_m)
    return points - points[:, HIPS].mean(1, keepdims=True)


def knee_bend(points: np.ndarray, side: str = "left") -> np.ndarray:
    hip, knee, ankle = (points[:, BODY33_INDEX[f"{side}_{part}"]] for part in ("hip", "knee", "ankle"))
    thigh, shin = knee - hip, ankle - knee
    cosine = (thigh * shin).sum(-1) / np.linalg.norm(thigh, axis=-1) / np.linalg.norm(shin, axis=-1)
    return np.arccos(np.clip(cosine, -1.0, 1.0))


def test_a_foot_seen_from_behind_is_turned_to_where_the_body_faces() -> None:
    shape = shape_of(crouching(np.full(3, 0.3)))
    wrong = shape.copy()
    ankle = BODY33_INDEX["right_ankle"]
    for part in ("right_heel", "right_toe"):
        index = BODY33_INDEX[part]
        wrong[:, index, 2] = 2 * shape[:, ankle, 2] - shape[:, index, 2]
    assert plausible_legs(wrong) == pytest.approx(shape, abs=1e-9)
    assert plausible_legs(shape) == pytest.approx(shape, abs=1e-9)


def test_a_knee_behind_its_leg_is_brought_before_it() -> None:
    shape = shape_of(crouching(np.full(3, 0.9)))
    knee, hip, ankle = (BODY33_INDEX[f"left_{part}"] for part in ("knee", "hip", "ankle"))
    line = (shape[:, hip, 2] + shape[:, ankle, 2]) / 2
    wrong = shape.copy()
    wrong[:, knee, 2] = 2 * line - shape[:, knee, 2]
    fixed = plausible_legs(wrong)
    assert (fixed[:, knee, 2] < line - 0.05).all(), "nearer to the camera, which the body faces"
    assert fixed[..., :2] == pytest.approx(wrong[..., :2]), "the picture is the same"


def test_a_hand_that_is_seen_over_the_face_is_before_it_and_a_hidden_one_is_left() -> None:
    shape = shape_of(crouching(np.zeros(2)))
    head = shape[:, [BODY33_INDEX["left_ear"], BODY33_INDEX["right_ear"]]].mean(1)
    wrist = BODY33_INDEX["left_wrist"]
    shape[:, wrist] = head + np.array([0.02, 0.0, 0.15])
    confidences = np.full((2, 33), 0.95)
    confidences[1, wrist] = 0.3
    fixed = plausible_hands(shape, confidences)
    assert fixed[0, wrist, 2] < head[0, 2] - 0.1
    assert fixed[1, wrist] == pytest.approx(shape[1, wrist])


def test_the_detectors_own_bend_is_taken_off_straight_legs_in_long_clips_only() -> None:
    bends = np.full(240, np.radians(20.0))
    bends[100:140] = np.radians(100.0)
    shape = shape_of(crouching(bends))
    assert straightened_knees(shape[:90], fps=FPS) == pytest.approx(shape[:90])
    bent = np.degrees(knee_bend(straightened_knees(shape, fps=FPS)))
    assert bent[:100].max() < 8.0
    assert bent[100:140].min() > 99.0


@pytest.mark.parametrize("lean_deg", [-25.0, 20.0])
def test_a_body_that_would_fall_over_is_set_over_its_feet(lean_deg: float) -> None:
    shape = shape_of(crouching(np.full(90, 0.2)))
    upright = upright_rotation(shape)
    tilted = rotate(from_rotation_vectors(np.array([np.radians(lean_deg), 0.0, 0.0])), shape)
    back = balanced(tilted, upright, fps=FPS)
    shoulders = [BODY33_INDEX["left_shoulder"], BODY33_INDEX["right_shoulder"]]
    lean = np.degrees(np.arctan2(back[:, shoulders, 2].mean(1), -back[:, shoulders, 1].mean(1)))
    true = np.degrees(np.arctan2(shape[:, shoulders, 2].mean(1), -shape[:, shoulders, 1].mean(1)))
    assert np.abs(lean - true)[15:-15].max() < 7.0
    assert np.linalg.norm(back - tilted, axis=-1).max() > 0.05


def test_a_body_that_balances_is_left() -> None:
    shape = shape_of(crouching(np.full(60, 0.2)))
    assert balanced(shape, upright_rotation(shape), fps=FPS) == pytest.approx(shape, abs=1e-6)


def test_legs_seen_too_short_are_bent_and_straight_ones_are_left() -> None:
    true = crouching(np.radians(np.array([5.0, 110.0])))
    points = camera_points(true)
    straight = shape_of(crouching(np.radians(np.array([5.0, 40.0]))))
    bent = bent_legs(straight, project(CAMERA, points), points[:, HIPS, 2].mean(1), CAMERA, fps=FPS)
    assert bent[0] == pytest.approx(straight[0], abs=1e-6)
    assert np.degrees(knee_bend(bent))[1] == pytest.approx(95.0, abs=10.0), "the picture's 110°, less the doubt of 15°"
    knee, hip = BODY33_INDEX["left_knee"], BODY33_INDEX["left_hip"]
    assert bent[1, knee, 2] < bent[1, hip, 2] - 0.1, "forwards"


def test_legs_that_look_straight_for_a_while_are_straight() -> None:
    true = crouching(np.full(60, np.radians(3.0)))
    points = camera_points(true)
    image = project(CAMERA, points)
    too_bent = shape_of(crouching(np.full(60, np.radians(45.0))))
    stood = bent_legs(too_bent, image, points[:, HIPS, 2].mean(1), CAMERA, fps=FPS)
    # The detector's own lengths are a little off, and feet lie behind the hips: so much is left.
    assert np.degrees(knee_bend(stood)).max() < 15.0
    knees = [BODY33_INDEX["left_knee"], BODY33_INDEX["right_knee"]]
    assert np.abs(stood[:, knees, 2] - shape_of(true)[:, knees, 2]).max() < 0.08


def test_feet_that_stand_hold_the_depth_that_a_crouch_would_change() -> None:
    points = camera_points(crouching(np.full(90, 0.2)))
    image = project(CAMERA, points)
    drift = 0.3 * np.sin(np.linspace(0, np.pi, 90))
    wrong = points * (1.0 + drift / points[:, HIPS, 2].mean(1))[:, None, None]
    depths = wrong[:, HIPS, 2].mean(1)
    corrected = anchored_depths(depths, wrong, image, CAMERA, fps=FPS)
    assert np.ptp(depths) > 0.25
    assert np.ptp(corrected) < 0.06


def test_depth_is_left_where_no_foot_stands() -> None:
    points = camera_points(crouching(np.full(60, 0.2))) + np.linspace(0, 3, 60)[:, None, None] * np.array([1.0, 0, 0])
    depths = points[:, HIPS, 2].mean(1)
    assert anchored_depths(depths, points, project(CAMERA, points), CAMERA, fps=FPS) == pytest.approx(depths)


@pytest.mark.parametrize(("pitch_deg", "roll_deg"), [(0.0, 0.0), (15.0, 0.0), (-10.0, 8.0)])
def test_up_is_where_a_standing_body_says(pitch_deg: float, roll_deg: float) -> None:
    level = shape_of(crouching(np.full(120, 0.1)))
    tilt = multiply(
        from_rotation_vectors(np.array([np.radians(pitch_deg), 0.0, 0.0])),
        from_rotation_vectors(np.array([0.0, 0.0, np.radians(roll_deg)])),
    )
    seen = rotate(tilt, level)
    world = to_world(seen, upright_rotation(seen))
    head = world[:, BODY33_INDEX["nose"]] - world[:, [BODY33_INDEX["left_heel"], BODY33_INDEX["left_toe"]]].mean(1)
    assert np.degrees(np.arctan2(np.linalg.norm(head[:, [0, 2]], axis=-1), head[:, 1])).max() < 9.0


def test_someone_lying_does_not_turn_the_world_over() -> None:
    lying = rotate(from_rotation_vectors(np.array([0.0, 0.0, np.pi / 2])), shape_of(crouching(np.full(60, 0.1))))
    world = to_world(lying, upright_rotation(lying))
    nose, heel = world[0, BODY33_INDEX["nose"]], world[0, BODY33_INDEX["left_heel"]]
    assert abs(nose[1] - heel[1]) < 0.3
    assert abs(nose[0] - heel[0]) > 1.2


def test_a_default_body_stands_in_this_file_as_it_should() -> None:
    points = crouching(np.zeros(1))
    assert np.ptp(points[0, :, 1]) == pytest.approx(default_skeleton().height_m, abs=0.15)
