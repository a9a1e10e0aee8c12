"""Keypoints of figures: where bones and faces say, and carried along by the bones."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import manekko.character
from manekko.paint.figure_keypoints import figure_hands_m, figure_keypoints_m
from manekko.people.keypoints import BODY33, BODY33_INDEX, BODY33_MIRROR
from manekko.skeleton.rotations import from_rotation_vectors, rotate
from manekko.stage.figure import Figure, Pose
from manekko.stage.figures import read_figure
from manekko.stage.truths_parts import PARTS, vertex_parts
from tests.stage.dolls import doll

_MODELS = Path(manekko.character.__file__).parent / "models"


@cache
def _figure(name: str) -> Figure:
    return read_figure(_MODELS / name)


def _at_rest(figure: Figure) -> Pose:
    places = np.array([bone.rest_position_m for bone in figure.rig.bones])
    still = np.tile([0.0, 0.0, 0.0, 1.0], (len(places), 1))
    return Pose(places, still, np.zeros(len(figure.morphs)))


def _named(figure: Figure) -> dict[str, np.ndarray]:
    """Return the keypoints at rest by name."""
    return dict(zip(BODY33, figure_keypoints_m(figure, _at_rest(figure)), strict=True))


@pytest.fixture(params=["maneko/maneko.pmx", "tora/tora.vrm"])
def figure(request: pytest.FixtureRequest) -> Figure:
    return _figure(request.param)


def test_our_own_characters_have_all_keypoints(figure: Figure) -> None:
    pose = _at_rest(figure)
    assert np.isfinite(figure_keypoints_m(figure, pose)).all()
    assert np.isfinite(figure_hands_m(figure, pose)).all()


def test_the_two_sides_mirror_each_other(figure: Figure) -> None:
    pose = _at_rest(figure)
    points, hands = figure_keypoints_m(figure, pose), figure_hands_m(figure, pose)
    np.testing.assert_allclose(points[BODY33_MIRROR] * [-1.0, 1.0, 1.0], points, atol=0.003)
    np.testing.assert_allclose(hands[::-1] * [-1.0, 1.0, 1.0], hands, atol=0.003)
    assert (points[[name.startswith("left") or name.endswith("left") for name in BODY33], 0] > 0.0).all()


def test_a_face_lies_in_order(figure: Figure) -> None:
    points = _named(figure)
    across = ["nose", "left_eye_inner", "left_eye", "left_eye_outer", "left_ear"]
    assert np.all(np.diff([points[name][0] for name in across]) > 0.005)
    assert points["left_eye"][1] > points["nose"][1] + 0.01 > points["mouth_left"][1] + 0.02
    assert points["nose"][2] > points["left_eye"][2] > points["left_ear"][2] + 0.05


def test_eyes_are_before_the_eye_bones_and_the_mouth_where_it_opens(figure: Figure) -> None:
    points = _named(figure)
    np.testing.assert_allclose(points["left_eye"][:2], figure.rig.rest("左目")[:2], atol=0.003)
    assert 0.01 < points["mouth_left"][0] < 0.03
    assert 0.01 < points["mouth_left"][1] - figure.mesh.positions_m[_face(figure), 1].min() < 0.06


def _face(figure: Figure) -> np.ndarray:
    return vertex_parts(figure) == PARTS.index("head")


def test_heel_ankle_and_toe_stand_on_the_floor(figure: Figure) -> None:
    points = _named(figure)
    assert points["left_heel"][2] < points["left_ankle"][2] < points["left_toe"][2] - 0.08
    assert 0.01 < points["left_heel"][1] < 0.05
    assert 0.01 < points["left_toe"][1] < 0.05


def test_fingers_go_outwards_to_their_tips(figure: Figure) -> None:
    hands = figure_hands_m(figure, _at_rest(figure))
    for first in (5, 9, 13, 17):
        away = np.linalg.norm(hands[0, first : first + 4] - hands[0, 0], axis=1)
        assert (np.diff(away) > 0.005).all()


def test_the_body_s_knuckles_are_those_of_the_hands(figure: Figure) -> None:
    pose = _at_rest(figure)
    points, hands = figure_keypoints_m(figure, pose), figure_hands_m(figure, pose)
    for side, name in enumerate(("left", "right")):
        for knuckle, point in (("thumb", 2), ("index", 5), ("pinky", 17), ("wrist", 0)):
            np.testing.assert_array_equal(points[BODY33_INDEX[f"{name}_{knuckle}"]], hands[side, point])


def test_keypoints_go_with_the_figure_when_it_turns_and_moves(figure: Figure) -> None:
    pose = _at_rest(figure)
    turn, shift = from_rotation_vectors(np.array([0.3, -1.0, 0.2])), np.array([0.5, 0.1, -2.0])
    moved = replace(
        pose,
        positions_m=rotate(turn, pose.positions_m) + shift,
        rotations_xyzw=np.tile(turn, (len(pose.positions_m), 1)),
    )
    np.testing.assert_allclose(
        figure_keypoints_m(figure, moved), rotate(turn, figure_keypoints_m(figure, pose)) + shift, atol=1e-9
    )


def test_pmx_and_vrm_of_one_character_have_one_face() -> None:
    pmx, vrm = _figure("maneko/maneko.pmx"), _figure("maneko/maneko.vrm")
    faces = [figure_keypoints_m(each, _at_rest(each))[:11] for each in (pmx, vrm)]
    np.testing.assert_allclose(faces[0], faces[1], atol=0.002)


def test_what_a_figure_lacks_is_missing() -> None:
    box = doll()
    pose = _at_rest(box)
    assert np.isnan(figure_keypoints_m(box, pose)).all()
    assert np.isnan(figure_hands_m(box, pose)).all()
