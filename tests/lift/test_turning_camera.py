"""What a camera that turns and zooms saw is lifted as if it had stood still."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.lift.camera import default_camera, steadied
from manekko.lift.lift import Lifted, lift_track
from manekko.people.camera_path import CameraPath
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.skeleton.rotations import between, conjugate, from_rotation_vectors, multiply, rotate
from tests.lift.dancers import PICTURE_PX, Dance, seen

TIMES_S = np.arange(76) / 25
CAMERA = default_camera(PICTURE_PX)
HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
PAN = np.stack([0.06 * np.sin(1.7 * TIMES_S), 0.25 * np.sin(1.1 * TIMES_S), 0.03 * np.sin(2.3 * TIMES_S)], axis=-1)
SHAKE = np.random.default_rng(0).normal(0.0, 0.006, (76, 3)) * (TIMES_S > 0)[:, None]


def filmed(track: Track, vectors_rad: np.ndarray, zooms: np.ndarray | None = None) -> Track:
    """The same dance as a camera sees it that stands in the same place and turns; it tells how."""
    turns = from_rotation_vectors(vectors_rad)
    zooms = np.ones(len(turns)) if zooms is None else zooms
    rays = rotate(conjugate(turns)[:, None], CAMERA.rays(track.keypoints_px))
    middle = np.array(CAMERA.centre_px)
    keypoints = middle + (CAMERA.project(rays) - middle) * zooms[:, None, None]
    # The detector's own shape is relative to its view straight at the hips.
    ahead = np.array([0.0, 0.0, 1.0])
    before = between(ahead, CAMERA.rays(track.keypoints_px[:, HIPS].mean(1)))
    after = between(ahead, rays[:, HIPS].mean(1))
    turned = multiply(conjugate(after), multiply(conjugate(turns), before))
    return replace(
        track,
        keypoints_px=keypoints,
        world_m=rotate(turned[:, None], track.world_m),
        camera=CameraPath(track.times_s, turns, zooms, CAMERA.focal_px),
    )


@pytest.fixture(scope="module")
def still() -> tuple[Track, Lifted]:
    track = seen(Dance(2), TIMES_S, place_m=(0.4, 0.0, 4.5), pitch_rad=0.1)
    return track, lift_track(track)


def hips_apart_m(one: Lifted, other: Lifted) -> np.ndarray:
    return np.linalg.norm((one.positions_m - other.positions_m)[:, HIPS].mean(1)[:, [0, 2]], axis=-1)


@pytest.mark.parametrize("vectors", [PAN, SHAKE, PAN + SHAKE], ids=["pan", "shake", "both"])
def test_the_dancer_does_not_go_with_the_camera(still: tuple[Track, Lifted], vectors: np.ndarray) -> None:
    track, truth = still
    found = lift_track(filmed(track, vectors))
    taken_as_still = lift_track(replace(filmed(track, vectors), camera=None))
    assert hips_apart_m(found, truth).max() < 0.08
    assert hips_apart_m(found, truth).mean() < 0.2 * hips_apart_m(taken_as_still, truth).mean()


def test_a_zoom_brings_nobody_nearer(still: tuple[Track, Lifted]) -> None:
    track, truth = still
    zoomed = filmed(track, 0.0 * PAN, 1.0 + 0.4 * TIMES_S / TIMES_S[-1])
    assert hips_apart_m(lift_track(zoomed), truth).max() < 1e-6
    assert hips_apart_m(lift_track(replace(zoomed, camera=None)), truth).max() > 0.5


def test_a_camera_that_nods_leaves_up_where_it_is(still: tuple[Track, Lifted]) -> None:
    track, truth = still
    nod = np.stack([0.12 * np.sin(1.5 * TIMES_S), 0.0 * TIMES_S, 0.0 * TIMES_S], axis=-1)
    found = lift_track(filmed(track, nod))
    up = np.array([0.0, 1.0, 0.0])
    cosine = rotate(conjugate(found.upright_xyzw), up) @ rotate(conjugate(truth.upright_xyzw), up)
    assert np.degrees(np.arccos(min(1.0, cosine))) < 1.0
    assert np.abs(found.positions_m - truth.positions_m)[..., 1].mean() < 0.03


def test_a_path_that_stands_still_changes_nothing(still: tuple[Track, Lifted]) -> None:
    track, truth = still
    found = lift_track(filmed(track, 0.0 * PAN))
    assert found.positions_m == pytest.approx(truth.positions_m, abs=1e-9)
    assert (found.turns_xyzw == truth.turns_xyzw).all()


def test_the_camera_of_each_frame_sees_the_person_where_they_were_seen(still: tuple[Track, Lifted]) -> None:
    track = filmed(still[0], PAN)
    found = lift_track(track)
    own = rotate(conjugate(found.to_world_xyzw)[:, None], found.positions_m)
    frames = np.arange(0, 76, 5)
    at = np.rint(TIMES_S[frames] * 30.0).astype(int)
    away = CAMERA.project(own[at]) - track.keypoints_px[frames]
    assert np.linalg.norm(away[:, HIPS], axis=-1).mean() < 0.01 * PICTURE_PX[0]


@given(
    vectors=st.lists(st.tuples(*[st.floats(-0.2, 0.2)] * 3), min_size=3, max_size=6),
    x=st.floats(200.0, 1000.0),
    y=st.floats(200.0, 500.0),
)
def test_what_stands_in_the_world_stands_in_the_steadied_picture(
    vectors: list[tuple[float, float, float]], x: float, y: float
) -> None:
    turns = from_rotation_vectors(np.array(vectors))
    places = CAMERA.project(rotate(conjugate(turns), CAMERA.rays(np.array([[x, y]]))))
    assert steadied(places[:, None], CAMERA, turns) == pytest.approx(np.tile(places[0], (len(turns), 1, 1)), abs=1e-6)
