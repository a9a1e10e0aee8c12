from contextlib import closing

import numpy as np
import pytest

from manekko.ahead import ahead
from manekko.skeleton.rotations import from_rotation_vectors
from manekko.stage.backdrops import colour_backdrop, no_backdrop
from manekko.stage.cameras import fixed_camera
from manekko.stage.scene import Dancer, Place, Scene, dancers_reach, scene_pictures
from tests.stage.dolls import doll, sliding

SIZE = (160, 90)

pytestmark = pytest.mark.usefixtures("graphics")


def scene(*dancers: Dancer, clear: bool = False) -> Scene:
    camera = fixed_camera(dancers_reach(dancers, 0.0, 2.0), SIZE)
    return Scene(dancers, camera, SIZE, no_backdrop if clear else colour_backdrop((0, 0, 255), SIZE))


def middle_of(picture: np.ndarray, channel: int) -> float:
    return float(np.nonzero(picture[..., channel] > 100)[1].mean())


def test_the_dancer_moves_before_the_backdrop() -> None:
    pictures = list(scene_pictures(scene(Dancer(doll(), sliding((2.0, 0.0, 0.0)))), np.array([0.0, 1.0, 2.0])))
    assert [picture.shape for picture in pictures] == [(90, 160, 3)] * 3
    places = [middle_of(picture, 0) for picture in pictures]
    assert places[1] - places[0] > 20
    assert places[2] - places[1] > 20
    assert (pictures[0][0, 0] == (0, 0, 255)).all()


def test_without_a_backdrop_the_rest_is_transparent() -> None:
    [picture] = scene_pictures(scene(Dancer(doll(), sliding((0.0, 0.0, 0.0))), clear=True), np.zeros(1))
    assert picture.shape == (90, 160, 4)
    assert picture[0, 0, 3] == 0
    assert picture[45, 80, 3] == 255


def test_two_dancers_stand_where_they_are_put() -> None:
    aside = Place(from_rotation_vectors(np.array([0.0, np.pi / 2, 0.0])), np.array([1.5, 0.0, 0.0]))
    red = Dancer(doll(), sliding((0.0, 0.0, 0.0)))
    green = Dancer(doll((0.0, 1.0, 0.0)), sliding((0.0, 0.0, 1.0)), aside)
    first, last = scene_pictures(scene(red, green), np.array([0.0, 2.0]))
    assert middle_of(first, 0) < middle_of(first, 1)
    assert middle_of(last, 1) - middle_of(first, 1) > 20  # its own +z is the stage's +x


def test_drawing_may_be_left_early_in_another_thread() -> None:
    one = scene(Dancer(doll(), sliding((2.0, 0.0, 0.0))))
    with closing(ahead(scene_pictures(one, np.arange(60) / 30), 2)) as pictures:
        assert next(pictures).shape == (90, 160, 3)
    assert len(list(scene_pictures(one, np.zeros(1)))) == 1
