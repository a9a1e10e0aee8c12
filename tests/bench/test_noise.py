"""Seeded errors of a detector have the sizes and the duration that the measurements say."""

import numpy as np

from manekko.bench.noise import (
    bursts,
    dropped_keypoints,
    keypoint_noise,
    part_of,
    slow_noise,
    swapped_columns,
    weak_world,
)
from manekko.people.keypoints import BODY33, BODY33_INDEX, BODY33_MIRROR

FRAMES = 600


def _standing() -> np.ndarray:
    """A plausible spread of points about the hips [m], the same in every frame."""
    points = np.random.default_rng(0).uniform([-0.4, -0.7, -0.3], [0.4, 0.8, 0.3], (33, 3))
    points -= points[[BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]].mean(0)
    return np.tile(points, (FRAMES, 1, 1))


def test_part_of_a_keypoint_has_no_side_and_no_detail() -> None:
    assert [part_of(name) for name in ("nose", "left_eye_inner", "mouth_right", "right_wrist")] == [
        "nose",
        "eye",
        "mouth",
        "wrist",
    ]


def test_level_zero_is_exact() -> None:
    noise = keypoint_noise(np.random.default_rng(1), FRAMES, 0.0)

    assert not noise.bias_m.any()
    assert not noise.moving_m.any()
    np.testing.assert_array_equal(noise.confidences, 1.0)
    np.testing.assert_allclose(weak_world(np.random.default_rng(1), _standing(), 0.0), _standing(), atol=1e-12)


def test_slow_noise_has_unit_size_and_lasts_as_long_as_its_knots() -> None:
    noise = slow_noise(np.random.default_rng(2), (6000, 8), 10)
    neighbours = (noise[1:] * noise[:-1]).mean() / (noise**2).mean()
    strangers = (noise[30:] * noise[:-30]).mean() / (noise**2).mean()

    assert 0.85 < noise.std() < 1.15
    assert neighbours > 0.95
    assert abs(strangers) < 0.1


def test_the_same_seed_gives_the_same_noise_and_another_does_not() -> None:
    first, again, other = (keypoint_noise(np.random.default_rng(seed), 50, 1.0).moving_m for seed in (3, 3, 4))

    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_twice_the_level_is_twice_the_error() -> None:
    one, two = (keypoint_noise(np.random.default_rng(5), FRAMES, level) for level in (1.0, 2.0))

    np.testing.assert_allclose(two.bias_m, 2.0 * one.bias_m)
    np.testing.assert_allclose(two.moving_m, 2.0 * one.moving_m)


def test_keypoints_err_by_centimetres_and_wrists_more_than_eyes() -> None:
    moving = keypoint_noise(np.random.default_rng(6), 3000, 1.0).moving_m
    size = np.sqrt((moving**2).sum(-1).mean(0))

    assert 0.02 < size.mean() < 0.06
    assert size[BODY33_INDEX["left_wrist"]] > 1.5 * size[BODY33_INDEX["left_eye"]]


def test_confidence_tells_large_errors_from_small_ones() -> None:
    noise = keypoint_noise(np.random.default_rng(7), 3000, 1.0)
    error = np.linalg.norm(noise.moving_m, axis=-1).reshape(-1)
    sure = noise.confidences.reshape(-1)

    assert error[sure < 0.5].mean() > 2.0 * error[sure > 0.8].mean()


def test_limbs_are_lost_from_a_joint_outwards() -> None:
    lost = dropped_keypoints(np.random.default_rng(8), 5000)
    wrist, hand = lost[:, BODY33_INDEX["left_wrist"]], lost[:, BODY33_INDEX["left_index"]]

    assert 0.01 < wrist.mean() < 0.06
    np.testing.assert_array_equal(wrist, hand)
    assert not lost[:, BODY33_INDEX["left_hip"]].any()


def test_bursts_lie_inside_the_clip_and_cover_about_their_share() -> None:
    runs = bursts(np.random.default_rng(9), 10_000, 0.1, (3, 12))

    assert all(0 <= start < end <= 10_000 and 3 <= end - start <= 12 for start, end in runs)
    assert 0.05 < sum(end - start for start, end in runs) / 10_000 < 0.15


def test_swaps_take_both_sides_of_the_body_or_of_the_legs() -> None:
    columns = swapped_columns(np.random.default_rng(10), 4000)
    swapped = (columns != np.arange(33)).any(1)
    shoulders = columns[:, BODY33_INDEX["left_shoulder"]] != BODY33_INDEX["left_shoulder"]

    assert 0.04 < swapped.mean() < 0.16
    assert 0 < shoulders.sum() < swapped.sum()
    np.testing.assert_array_equal(columns[shoulders], np.tile(BODY33_MIRROR, (int(shoulders.sum()), 1)))


def test_weak_depth_is_worse_than_what_the_picture_shows_and_hips_stay_at_the_origin() -> None:
    true = _standing()
    errors = [np.abs(weak_world(np.random.default_rng(seed), true, 1.0) - true).mean((0, 1)) for seed in range(8)]
    across, down, depth = np.mean(errors, axis=0)
    world = weak_world(np.random.default_rng(0), true, 1.0)

    assert depth > 2.0 * across
    assert depth > 1.5 * down
    assert 0.05 < depth < 0.12
    hips = world[:, [BODY33.index("left_hip"), BODY33.index("right_hip")]].mean(1)
    np.testing.assert_allclose(hips, 0.0, atol=1e-12)
