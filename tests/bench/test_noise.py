"""Seeded errors of a detector have the sizes and the duration that the measurements say."""

import numpy as np
import pytest

from manekko.bench.noise import (
    bursts,
    carrier_of,
    keypoint_noise,
    lasting_noise,
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


def test_lasting_noise_has_unit_size_and_fades_as_it_was_measured() -> None:
    noise = lasting_noise(np.random.default_rng(12), (20_000, 4), 3.6)
    alike = [(noise[lag:] * noise[:-lag]).mean() for lag in (1, 2, 4, 8)]

    assert noise.std() == pytest.approx(1.0, abs=0.03)
    np.testing.assert_allclose(alike, [0.76, 0.57, 0.33, 0.11], atol=0.04)


def test_well_seen_keypoints_err_as_the_measurements_say() -> None:
    noise = keypoint_noise(np.random.default_rng(6), 20_000, 1.0)
    for name, size_m in (("left_wrist", 0.010), ("right_ankle", 0.010), ("left_elbow", 0.014), ("left_hip", 0.015)):
        sure = noise.confidences[:, BODY33_INDEX[name]] > 0.88
        middle = np.median(np.abs(noise.moving_m[sure, BODY33_INDEX[name]]))
        assert middle / 0.6745 == pytest.approx(size_m, rel=0.25), name


def test_confidence_tells_large_errors_from_small_ones() -> None:
    noise = keypoint_noise(np.random.default_rng(7), 5000, 1.0)
    wrist = BODY33_INDEX["left_wrist"]
    error, sure = np.linalg.norm(noise.moving_m[:, wrist], axis=-1), noise.confidences[:, wrist]

    assert np.median(error[sure < 0.4]) > 2.5 * np.median(error[sure > 0.9])
    assert (error[sure < 0.4] > 0.12).mean() > 4.0 * (error[sure > 0.9] > 0.12).mean()
    assert 0.05 < (sure < 0.8).mean() < 0.3


def test_a_hand_goes_astray_with_its_wrist() -> None:
    moving = keypoint_noise(np.random.default_rng(8), 20_000, 1.0).moving_m
    wrist, hand, other = (moving[:, BODY33_INDEX[name]] for name in ("left_wrist", "left_index", "right_index"))
    lost = np.linalg.norm(wrist, axis=-1) > 0.2

    assert np.median(np.linalg.norm(hand[lost], axis=-1)) > 0.15
    assert np.median(np.linalg.norm(other[lost], axis=-1)) < 0.06


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


def test_a_head_is_wrong_as_a_whole() -> None:
    true = _standing()
    error = weak_world(np.random.default_rng(3), true, 1.0) - true
    nose, ear, hand = (error[:, BODY33_INDEX[name], 2] for name in ("nose", "left_ear", "left_wrist"))

    assert np.corrcoef(nose, ear)[0, 1] > 0.8
    assert abs(np.corrcoef(nose, hand)[0, 1]) < 0.5


def test_carriers_are_of_the_same_side() -> None:
    assert [carrier_of(name) for name in ("left_index", "right_toe", "mouth_left", "right_eye_inner", "left_hip")] == [
        "left_wrist",
        "right_ankle",
        "nose",
        "nose",
        "left_hip",
    ]
