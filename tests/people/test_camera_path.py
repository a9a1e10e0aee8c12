import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from manekko.people.camera_path import CameraPath, still_path

TIMES_S = np.array([0.0, 0.04, 0.1, 0.12, 0.2])
STEPS = st.lists(st.tuples(*[st.floats(-0.3, 0.3)] * 3), min_size=5, max_size=5)


def path(vectors: list[tuple[float, float, float]]) -> CameraPath:
    turned = Rotation.from_rotvec(np.array(vectors))
    zooms = np.linspace(1.0, 1.4, 5)
    return CameraPath(TIMES_S, (turned[0].inv() * turned).as_quat(), zooms, 500.0, ("it moves",))


def apart(a: np.ndarray, b: np.ndarray) -> float:
    return float((Rotation.from_quat(a).inv() * Rotation.from_quat(b)).magnitude().max())


def test_a_still_camera_stays_exactly_still() -> None:
    still = still_path(TIMES_S, 500.0)
    assert not still.moving
    for other in (
        still.at(np.linspace(-1.0, 1.0, 40)),
        still.part(slice(2, 5)),
        still.at(np.array([0.05])).part(slice(1)),
    ):
        assert not other.moving
        assert (other.rotations_xyzw == [0.0, 0.0, 0.0, 1.0]).all()
        assert (other.zooms == 1.0).all()


@given(vectors=STEPS)
def test_at_its_own_times_a_path_is_itself_and_beyond_them_it_holds(vectors: list[tuple[float, float, float]]) -> None:
    one = path(vectors)
    assert apart(one.at(TIMES_S).rotations_xyzw, one.rotations_xyzw) < 1e-7
    assert one.at(TIMES_S).zooms == pytest.approx(one.zooms)
    beyond = one.at(np.array([-3.0, 9.0]))
    assert apart(beyond.rotations_xyzw, one.rotations_xyzw[[0, -1]]) < 1e-7
    assert beyond.moving
    assert beyond.notes == one.notes


@given(vectors=STEPS, first=st.integers(0, 4))
def test_a_part_begins_straight_ahead_and_turns_as_the_whole(
    vectors: list[tuple[float, float, float]], first: int
) -> None:
    whole = path(vectors)
    part = whole.part(slice(first, 5))
    assert part.times_s[0] == 0.0
    assert apart(part.rotations_xyzw[:1], np.array([[0.0, 0.0, 0.0, 1.0]])) < 1e-7
    again = Rotation.from_quat(whole.rotations_xyzw[first]) * Rotation.from_quat(part.rotations_xyzw)
    assert apart(again.as_quat(), whole.rotations_xyzw[first:]) < 1e-7
    assert part.focal_px * part.zooms == pytest.approx(whole.focal_px * whole.zooms[first:])


def test_a_single_frame_holds_for_ever() -> None:
    assert path([(0.1, 0.0, 0.0)] * 5).part(slice(1)).at(np.array([0.0, 5.0])).rotations_xyzw.shape == (2, 4)
