import numpy as np
import pytest

from manekko.bench.solver_camera import drawn, found_paths, path_errors_rad
from manekko.bench.synthetic import TrueMotion, seen
from manekko.people.camera_path import still_path
from tests.lift.dancers import Dance


@pytest.mark.slow
def test_the_path_of_a_camera_is_found_in_drawn_pictures_of_a_room() -> None:
    shown = seen(TrueMotion("steps", Dance(2).motion(0.8)), 1, panning=True)
    focal = shown.camera.lens.focal_px
    (path,) = found_paths(shown, (focal,))
    assert np.degrees(path_errors_rad(shown, path).max()) < 0.1
    assert np.degrees(path_errors_rad(shown, still_path(shown.track.times_s, focal)).max()) > 0.5


def test_a_drawn_room_differs_from_frame_to_frame_and_is_the_same_every_time() -> None:
    shown = seen(TrueMotion("steps", Dance(2).motion(0.1)), 1, panning=True)
    first, second = list(drawn(shown)), list(drawn(shown))
    assert len(first) == len(shown.track.times_s)
    assert (first[1] != first[0]).any()
    assert all((a == b).all() for a, b in zip(first, second, strict=True))
