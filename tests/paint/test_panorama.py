import numpy as np
from scipy.spatial.transform import Rotation

from manekko.paint.panorama import Panorama
from manekko.people.camera_path import CameraPath

STILL = np.eye(2, 3)


def path(degrees: tuple[float, ...] = (0.0, 10.0, 25.0), zooms: tuple[float, ...] = (1.0, 1.0, 1.5)) -> CameraPath:
    turns = Rotation.from_rotvec([[0.05 * k, np.radians(angle), 0.02 * k] for k, angle in enumerate(degrees)])
    return CameraPath(np.arange(len(degrees)) / 30.0, turns.as_quat(), np.array(zooms), 300.0)


def test_points_go_into_the_panorama_and_back() -> None:
    panorama = Panorama(path(), (320, 180), 1_000_000)
    points = np.random.default_rng(0).uniform(0, 179, (50, 2))
    shift = np.array([[1.01, 0.02, 3.0], [-0.02, 0.99, -2.0]])
    for frame in range(3):
        there = panorama.places(frame, points, shift)
        np.testing.assert_allclose(panorama.seen_places(frame, there, shift), points, atol=1e-6)


def test_all_frames_lie_inside() -> None:
    panorama = Panorama(path(), (320, 180), 1_000_000)
    width, height = panorama.size_px
    corners = np.array([[0.0, 0.0], [319.0, 0.0], [0.0, 179.0], [319.0, 179.0]])
    for frame in range(3):
        places = panorama.places(frame, corners, STILL)
        assert (places > -1.0).all()
        assert (places < np.array([width, height]) + 1.0).all()


def test_convention_what_the_camera_turns_to_lies_on_that_side() -> None:
    # About the camera's axis that points down, a positive turn looks to the right.
    panorama = Panorama(path((0.0, 20.0), (1.0, 1.0)), (320, 180), 1_000_000)
    middle = np.array([[159.5, 89.5]])
    shift = panorama.places(1, middle, STILL) - panorama.places(0, middle, STILL)
    np.testing.assert_allclose(shift[0, 0], np.radians(20.0) * 300.0, rtol=0.02)


def test_it_is_as_sharp_as_the_pictures_unless_that_is_too_large() -> None:
    sharp = Panorama(path(), (320, 180), 10_000_000)
    small = Panorama(path(), (320, 180), 40_000)
    assert small.size_px[0] * small.size_px[1] <= 42_000
    assert sharp.size_px[0] > 2 * small.size_px[0]


def test_what_lies_behind_the_camera_is_nowhere() -> None:
    panorama = Panorama(path((0.0, 170.0), (1.0, 1.0)), (320, 180), 2_000_000)
    other = panorama.places(1, np.array([[160.0, 90.0]]), STILL)
    assert (panorama.seen_places(0, other, STILL) < -1000.0).all()
