"""Scenes as a detector sees them."""

from dataclasses import replace

import numpy as np
import pytest

from manekko.bench.paint_noise import JITTER_SIDE_PX, Noise, in_view, seen_track, still
from manekko.bench.paint_scenes import Scene
from manekko.character import default_model
from manekko.paint.crop import Square
from manekko.paint.figure_keypoints import figure_keypoints_m
from manekko.paint.views import resting
from manekko.stage.figure import Figure
from manekko.stage.figures import read_figure
from manekko.stage.truths_surface import projected
from manekko.stage.view import View

FRAMES = 60


@pytest.fixture(scope="module")
def figure() -> Figure:
    return read_figure(default_model())


@pytest.fixture(scope="module")
def scene(figure: Figure) -> Scene:
    view = View(np.array([0.0, 1.0, 4.0]), np.array([1.0, 0.0, 0.0, 0.0]), (1280, 720), 1000.0)
    one = Scene("rest", (resting(figure),), view, (Square(300.0, 20.0, 512.0),))
    return still(one, FRAMES)


def test_points_are_seen_where_the_stage_draws_them(figure: Figure, scene: Scene) -> None:
    points_m = figure_keypoints_m(figure, scene.poses[0])
    turned = replace(
        scene.view, rotation_xyzw=np.array([0.98, 0.1, 0.05, 0.16]) / np.linalg.norm([0.98, 0.1, 0.05, 0.16])
    )
    seen_px, seen_m = in_view(turned, points_m[None])
    points_px, depths_m = projected(turned, points_m)
    assert seen_px[0] == pytest.approx(points_px, abs=1e-6)
    assert seen_m[0, :, 2] == pytest.approx(depths_m)


def test_without_noise_all_is_seen_in_its_place(figure: Figure, scene: Scene) -> None:
    track = seen_track(figure, scene, Noise(), 1)
    exact, _ = in_view(scene.view, np.stack([figure_keypoints_m(figure, pose) for pose in scene.poses]))
    assert track.keypoints_px == pytest.approx(exact)
    assert (track.confidences > 0.9).all()


def test_jitter_has_its_size_in_the_painted_picture(figure: Figure, scene: Scene) -> None:
    exact, noisy = (seen_track(figure, scene, noise, 1).keypoints_px for noise in (Noise(), Noise(jitter_px=3.0)))
    apart = (noisy - exact) * JITTER_SIDE_PX / scene.squares[0].side
    assert apart.std() == pytest.approx(3.0, rel=0.05)


def test_joints_are_missing_as_often_as_said_and_nothing_is_known_of_them(figure: Figure, scene: Scene) -> None:
    track = seen_track(figure, scene, Noise(missing=0.1), 1)
    gone = np.isnan(track.keypoints_px).any(axis=-1)
    assert gone.mean() == pytest.approx(0.1, abs=0.02)
    assert (track.confidences[gone] == 0.0).all()
    assert np.isnan(track.world_m[gone]).all()
    assert np.isfinite(track.world_m[~gone]).all()


def test_the_detector_s_own_errors_last_for_some_frames(figure: Figure, scene: Scene) -> None:
    exact, noisy = (seen_track(figure, scene, noise, 1).keypoints_px for noise in (Noise(), Noise(detector=1.0)))
    apart = noisy - exact
    assert 1.0 < apart.std() < 10.0
    assert np.diff(apart, axis=0).std() < apart.std()
