"""MMD's camera, light and self shadow between their keys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.files.vmd import CAMERA_KEY, LIGHT_KEY, SHADOW_KEY, VmdFile
from manekko.files.vmd_camera import camera_track, light_track, shadow_track
from manekko.motion.camera import CameraTrack
from manekko.skeleton.rotations import rotate

STRAIGHT = (20, 107, 20, 107)


def keys(*rows: tuple[int, float, tuple[float, float, float], tuple[float, float, float], int]) -> np.ndarray:
    """Return camera keys of frame, distance, centre, angles and view angle, with straight curves."""
    table = np.zeros(len(rows), CAMERA_KEY)
    for number, (frame, distance, centre, angles, view_angle) in enumerate(rows):
        table[number] = (frame, distance, centre, angles, STRAIGHT * 6, view_angle, 0)
    return table


def track(table: np.ndarray) -> CameraTrack:
    result = camera_track(VmdFile(b"", cameras=table))
    assert result is not None
    return result


def test_a_camera_without_turns_looks_at_the_figures_face_from_the_front() -> None:
    state = track(keys((0, -45.0, (0.0, 10.0, 0.0), (0.0, 0.0, 0.0), 30))).at(0.0)
    assert state.position_m.tolist() == pytest.approx([0.0, 0.8, 3.6])
    assert rotate(state.rotation_xyzw, np.array([0.0, 0.0, -1.0])).tolist() == pytest.approx([0.0, 0.0, -1.0])
    assert state.view_angle_rad == pytest.approx(np.radians(30.0))


@pytest.mark.parametrize(
    ("angles", "position"),
    [
        ((0.5, 0.0, 0.0), (0.0, -np.sin(0.5), np.cos(0.5))),
        ((0.0, 0.5, 0.0), (np.sin(0.5), 0.0, np.cos(0.5))),
        ((0.0, 0.0, 0.5), (0.0, 0.0, 1.0)),
    ],
)
def test_each_angle_turns_the_camera_about_its_centre(
    angles: tuple[float, float, float], position: tuple[float, float, float]
) -> None:
    """The senses are those of babylon-mmd, see tests/clients."""
    state = track(keys((0, -12.5, (0.0, 0.0, 0.0), angles, 30))).at(0.0)
    assert state.position_m.tolist() == pytest.approx(list(position))
    right = rotate(state.rotation_xyzw, np.array([1.0, 0.0, 0.0]))
    assert right[1] == pytest.approx(-np.sin(angles[2]))


@given(share=st.floats(0.0, 1.0))
def test_everything_goes_straight_between_keys_with_straight_curves(share: float) -> None:
    camera = track(
        keys((10, -10.0, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 20), (30, -20.0, (5.0, 0.0, 0.0), (0.0, 9.0, 0.0), 40))
    )
    state = camera.at(10.0 + 20.0 * share)
    assert state.distance_m == pytest.approx(0.8 + 0.8 * share)
    assert state.centre_m[0] == pytest.approx(0.4 * share)
    assert state.angles_rad[1] == pytest.approx(9.0 * share), "a turn and a half is turned"
    assert state.view_angle_rad == pytest.approx(np.radians(20.0 + 20.0 * share))


def test_keys_on_neighbouring_frames_are_a_cut() -> None:
    camera = track(keys((0, -10.0, (0, 0, 0), (0, 0, 0), 30), (1, -20.0, (0, 0, 0), (0, 0, 0), 30)))
    assert [camera.at(frame).distance_m for frame in (-3.0, 0.5, 0.999)] == pytest.approx([0.8, 0.8, 0.8])
    assert [camera.at(frame).distance_m for frame in (1.0, 1.001, 7.0)] == pytest.approx([1.6, 1.6, 1.6])


def test_each_channel_has_its_own_curve() -> None:
    table = keys((0, 0.0, (0, 0, 0), (0, 0, 0), 30), (10, -10.0, (1.0, 1.0, 0), (0, 0, 0), 30))
    table["curves"][1, :4] = (127, 127, 0, 0)  # x stays long
    table["curves"][1, 16:20] = (0, 0, 127, 127)  # the distance goes at once
    state = track(table).at(5.0)
    assert state.centre_m[0] < 0.1 * 0.08
    assert state.centre_m[1] == pytest.approx(0.04)
    assert state.distance_m > 0.9 * 0.8


def test_perspective_changes_at_its_key() -> None:
    table = keys((0, -10.0, (0, 0, 0), (0, 0, 0), 30), (10, -10.0, (0, 0, 0), (0, 0, 0), 30))
    table["orthographic"][1] = 1
    assert [track(table).at(frame).perspective for frame in (0.0, 9.9, 10.0, 20.0)] == [True, True, False, False]


def test_light_goes_straight_and_keeps_unit_length() -> None:
    table = np.array([(0, (0.0, 0.5, 1.0), (-1.0, 0.0, 0.0)), (10, (1.0, 0.5, 1.0), (0.0, -1.0, 1.0))], LIGHT_KEY)
    light = light_track(VmdFile(b"", lights=table))
    assert light is not None
    colour, direction = light.at(5.0)
    assert colour.tolist() == pytest.approx([0.5, 0.5, 1.0])
    assert direction.tolist() == pytest.approx((np.array([-1.0, -1.0, -1.0]) / np.sqrt(3.0)).tolist())


def test_a_light_without_direction_shines_down() -> None:
    light = light_track(VmdFile(b"", lights=np.zeros(1, LIGHT_KEY)))
    assert light is not None
    assert light.at(3.0)[1].tolist() == [0.0, -1.0, 0.0]


def test_self_shadow_stays_until_its_next_key() -> None:
    shadow = shadow_track(VmdFile(b"", shadows=np.array([(5, 1, 0.01125), (9, 0, 0.1)], SHADOW_KEY)))
    assert shadow is not None
    assert [shadow.at(frame)[0] for frame in (0.0, 8.9, 9.0, 100.0)] == [1, 1, 0, 0]
    assert shadow.at(6.0)[1] == pytest.approx(8875.0)
    assert shadow.at(9.0)[1] == pytest.approx(0.0, abs=1e-3)
