"""Laws of the figures of steadiness."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from manekko.arrays import Array
from manekko.bench.paint_time import flicker, sampled, warping_error

SIDE = 48


def texture(seed: int = 1) -> Array:
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=(SIDE, SIDE, 3)), (3.0, 3.0, 0.0))
    return (noise - noise.min()) / np.ptp(noise) * 255.0


def moved(shift_px: tuple[float, float], seed: int = 1) -> Array:
    """The texture moved right and down, wholly opaque."""
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    places = np.stack([columns - shift_px[0], rows - shift_px[1]], axis=-1).reshape(-1, 2)
    colours = sampled(texture(seed), places).reshape(SIDE, SIDE, 3)
    return np.concatenate([np.rint(np.clip(colours, 0.0, 255.0)), np.full((SIDE, SIDE, 1), 255.0)], axis=-1).astype(
        np.uint8
    )


def moving(step_px: tuple[float, float], count: int = 3) -> tuple[Array, Array]:
    """Pictures of the moving texture, and how its inner points move; the last has no next."""
    pictures = np.stack([moved((k * step_px[0], k * step_px[1])) for k in range(count)])
    flow = np.full((count, SIDE, SIDE, 2), np.nan)
    flow[:-1, 12:-12, 12:-12] = step_px
    return pictures, flow


@pytest.mark.parametrize("step_px", [(2.0, 0.0), (0.0, -3.0), (1.5, 0.75)])
def test_what_moves_rigidly_has_hardly_any_warping_error(step_px: tuple[float, float]) -> None:
    pictures, flow = moving(step_px)
    assert warping_error(pictures, flow) < 1e-4
    assert warping_error(pictures, np.zeros_like(flow) + np.where(np.isnan(flow), np.nan, 0.0)) > 1e-3


def test_noise_that_is_new_each_time_counts_twice() -> None:
    pictures, flow = moving((0.0, 0.0))
    noisy = pictures.copy()
    noise = np.random.default_rng(2).integers(-10, 11, (*pictures.shape[:3], 3))
    noisy[..., :3] = np.clip(128 + noise, 0, 255)
    assert warping_error(noisy, flow) == pytest.approx(2.0 * float((noise / 255.0).var()), rel=0.05)


def test_it_is_one_mean_over_all_points_and_nothing_without_any() -> None:
    pictures, flow = moving((0.0, 0.0))
    pictures[1, ..., :3] = pictures[0, ..., :3]
    pictures[2, ..., :3] = pictures[0, ..., :3] // 2 + 60
    last = float(
        np.square((pictures[2, 12:-12, 12:-12, :3] - pictures[1, 12:-12, 12:-12, :3].astype(float)) / 255).mean()
    )
    assert warping_error(pictures, flow) == pytest.approx(last / 2.0, rel=1e-4)
    assert np.isnan(warping_error(pictures, np.full_like(flow, np.nan)))
    assert np.isnan(warping_error(pictures[:1], flow[:1]))


def test_between_points_the_four_around_are_mixed() -> None:
    picture = np.zeros((2, 2, 3))
    picture[0, 1], picture[1, 0], picture[1, 1] = 1.0, 2.0, 7.0
    assert sampled(picture, np.array([[0.25, 0.5], [1.0, 1.0]]))[:, 0] == pytest.approx([1.75, 7.0])


def test_what_stands_still_does_not_flicker() -> None:
    pictures = np.repeat(moved((0.0, 0.0))[None], 5, axis=0)
    assert flicker(pictures) == 0.0


def test_flicker_is_the_deviation_in_time_of_the_figure_alone() -> None:
    pictures = np.zeros((400, 20, 20, 4), np.uint8)
    pictures[:, 5:15, 5:15, 3] = 255
    noise = np.random.default_rng(3).normal(0.0, 4.0, (400, 20, 20, 3))
    pictures[..., :3] = np.clip(np.rint(128.0 + noise), 0, 255)
    assert flicker(pictures) == pytest.approx(4.0, rel=0.03)
    assert flicker(np.zeros((3, 8, 8, 4), np.uint8)) == 0.0
