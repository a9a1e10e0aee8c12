"""Faces under the names of MMD and of VRM."""

import numpy as np
import pytest

from manekko.motion.morph_names import MMD_MORPHS_OF_EXPRESSION, Keys, morphs_for


def keys(*pairs: tuple[int, float]) -> Keys:
    return np.array([frame for frame, _ in pairs]), np.array([weight for _, weight in pairs])


def test_every_expression_finds_its_way_to_mmd_and_back() -> None:
    for expression, morphs in MMD_MORPHS_OF_EXPRESSION.items():
        there = morphs_for({expression: keys((0, 0.5))}, [morphs[0]])
        assert list(there) == [morphs[0]]
        assert list(morphs_for(there, [expression])) == [expression]


def test_a_name_that_the_figure_has_stays() -> None:
    found = morphs_for({"あ": keys((3, 0.7))}, ["aa", "あ"])
    assert list(found) == ["あ"]
    assert found["あ"][1].tolist() == [0.7]


def test_the_nearest_morph_that_the_figure_has_is_taken() -> None:
    assert list(morphs_for({"happy": keys((0, 1.0))}, ["にこり", "にっこり"])) == ["にこり"]


def test_what_the_figure_cannot_show_is_left_out() -> None:
    assert morphs_for({"ぺろっ": keys((0, 1.0)), "surprised": keys((0, 1.0))}, ["aa"]) == {}


def test_two_morphs_that_become_one_show_the_stronger() -> None:
    found = morphs_for({"ウィンク": keys((0, 0.0), (10, 1.0)), "ウィンク２": keys((5, 0.8))}, ["blinkLeft"])
    frames, weights = found["blinkLeft"]
    assert frames.tolist() == [0, 5, 10]
    assert weights.tolist() == pytest.approx([0.8, 0.8, 1.0])
