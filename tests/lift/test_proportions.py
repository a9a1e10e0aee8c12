import numpy as np
import pytest

from manekko.lift.camera import default_camera
from manekko.lift.fit3d import BONES
from manekko.lift.proportions import bone_lengths, root_depths, with_lengths
from manekko.people.keypoints import BODY33, BODY33_INDEX, BODY33_MIRROR
from tests.lift.dancers import PICTURE_PX, Dance, camera_points, project

TIMES_S = np.arange(90) / 30
CAMERA = default_camera(PICTURE_PX)
HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]


def _view(place_m: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Camera-space truth, its image points, and its shape about the mid-hip."""
    points = camera_points(Dance(2).keypoints_m(TIMES_S), place_m=place_m)
    return points, project(CAMERA, points), points - points[:, HIPS].mean(1, keepdims=True)


@pytest.mark.parametrize("place_m", [(0.0, 0.0, 2.5), (0.0, 0.0, 6.0), (1.2, 0.4, 3.5)])
def test_depth_of_a_person_of_known_size_is_found(place_m):
    points, image, shape = _view(place_m)
    confidences = np.full(image.shape[:2], 0.9)
    assert root_depths(image, confidences, shape, CAMERA) == pytest.approx(points[:, HIPS, 2].mean(1), rel=1e-4)


def test_depth_survives_a_few_wild_keypoints():
    points, image, shape = _view((0.0, 0.0, 4.0))
    image[:, [BODY33_INDEX["left_wrist"], BODY33_INDEX["right_toe"]]] += 250.0
    confidences = np.full(image.shape[:2], 0.9)
    assert root_depths(image, confidences, shape, CAMERA) == pytest.approx(points[:, HIPS, 2].mean(1), rel=0.05)


def test_depth_is_unknown_when_fewer_than_six_points_are_seen():
    _, image, shape = _view((0.0, 0.0, 4.0))
    image[3, 5:] = np.nan
    depths = root_depths(image, np.full(image.shape[:2], 0.9), shape, CAMERA)
    assert np.isnan(depths[3])
    assert np.isfinite(np.delete(depths, 3)).all()


@pytest.mark.parametrize("place_m", [(0.0, 0.0, 2.5), (0.0, 0.0, 4.0), (1.2, 0.4, 3.5)])
def test_bone_lengths_are_the_bodys_whatever_part_of_the_picture_it_is_in(place_m):
    points, image, shape = _view(place_m)
    true = np.median(np.linalg.norm(points[:, BONES[:, 1]] - points[:, BONES[:, 0]], axis=-1), axis=0)
    found = bone_lengths(image, np.full(image.shape[:2], 0.9), shape, points[:, HIPS, 2].mean(1), CAMERA)
    rigid = np.array([not {"ear"} & {w for i in bone for w in BODY33[i].split("_")} for bone in BONES])
    torso = np.array([BODY33[a].endswith("shoulder") and BODY33[b].endswith("hip") for a, b in BONES])
    assert found[rigid & ~torso] == pytest.approx(true[rigid & ~torso], rel=0.02)


def test_bone_lengths_are_equal_on_both_sides():
    points, image, shape = _view((0.0, 0.0, 4.0))
    noisy = image + np.random.default_rng(0).normal(size=image.shape) * 4.0
    found = bone_lengths(noisy, np.full(image.shape[:2], 0.9), shape, points[:, HIPS, 2].mean(1), CAMERA)
    twins = {frozenset(pair): length for pair, length in zip(map(tuple, BONES.tolist()), found, strict=True)}
    for pair, length in twins.items():
        assert twins[frozenset(BODY33_MIRROR[list(pair)].tolist())] == length


def test_a_bone_never_seen_keeps_the_shapes_own_length():
    points, image, shape = _view((0.0, 0.0, 4.0))
    wrist = BODY33_INDEX["left_wrist"]
    image[:, [wrist, BODY33_MIRROR[wrist]]] = np.nan
    found = bone_lengths(image, np.full(image.shape[:2], 0.9), shape, points[:, HIPS, 2].mean(1), CAMERA)
    assert np.isfinite(found).all()
    forearm = BONES.tolist().index([BODY33_INDEX["left_elbow"], wrist])
    assert found[forearm] == pytest.approx(0.24, rel=1e-6)


def test_rebuilt_limbs_have_the_lengths_and_keep_their_directions():
    _, _, shape = _view((0.0, 0.0, 4.0))
    lengths = np.median(np.linalg.norm(shape[:, BONES[:, 1]] - shape[:, BONES[:, 0]], axis=-1), axis=0) * 1.1
    result = with_lengths(shape, lengths)
    limbs = ("shoulder-elbow", "elbow-wrist", "hip-knee", "knee-ankle", "ankle-toe", "ankle-heel")
    for bone, length in zip(BONES, lengths, strict=True):
        parts = "-".join(BODY33[k].split("_")[1] for k in bone)
        before, after = (x[:, bone[1]] - x[:, bone[0]] for x in (shape, result))
        if parts in limbs:
            assert np.linalg.norm(after, axis=-1) == pytest.approx(np.full(len(after), length))
            assert after / length == pytest.approx(before / np.linalg.norm(before, axis=-1, keepdims=True))
