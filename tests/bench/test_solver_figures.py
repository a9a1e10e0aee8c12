"""Figures are right where they are known: 0 for a perfect performance, and known errors give known values."""

from dataclasses import replace

import numpy as np
import pytest

from manekko.bench.solver_figures import (
    JOINTS,
    PARTS,
    Mean,
    Performance,
    best_turn,
    bone_direction_deg,
    contact_f1,
    figures_of,
    float_mm,
    jitter_ratio,
    jump30_share,
    leap,
    leap_figures,
    leaps,
    mpjae_deg,
    mpjpe_mm,
    penetration_mm,
    performed,
    pooled,
    root_figures,
    slide_mm,
    tilt_deg,
)
from manekko.files.models import standard_rig
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.skeleton.rotations import IDENTITY_XYZW, angle_between, from_rotation_vectors, multiply, rotate

FRAMES = 60
TURN = from_rotation_vectors(np.array([0.1, 0.7, -0.2]))


def _dance() -> Performance:
    """A wild dance with one jump of 0.3 s in its middle, standing before and after."""
    rng = np.random.default_rng(0)
    smooth = np.cumsum(np.cumsum(rng.standard_normal((FRAMES, len(JOINTS), 3)), axis=0), axis=0) * 2e-4
    joints = rng.uniform([-0.5, 0.2, -0.5], [0.5, 1.5, 0.5], (len(JOINTS), 3)) + smooth
    low = np.zeros((FRAMES, 2))
    times = (np.arange(FRAMES) - 30.0) / 30.0
    rise = np.maximum(0.5 * 9.81 * (0.15**2 - times**2), 0.0)
    joints[..., 1] += rise[:, None]
    hips = [JOINTS.index("左足"), JOINTS.index("右足")]
    joints[:, hips, 1] = 0.9 + rise[:, None]
    soles = np.zeros((FRAMES, 4, 3))
    soles[..., 1] = rise[:, None]
    turns = from_rotation_vectors(rng.standard_normal((FRAMES, len(PARTS), 3)) * 0.3)
    turning = from_rotation_vectors(np.sin(np.arange(FRAMES) / 9.0)[:, None, None] * np.full((1, 15, 3), 0.2))
    return Performance(
        30.0, joints, turns, turning, soles, low + rise[:, None], np.repeat(rise[:, None] == 0.0, 4, axis=1)
    )


def test_a_perfect_performance_has_no_error() -> None:
    truth = _dance()
    found = {name: mean.value for name, mean in figures_of(truth, truth).items()}

    for name in ("heel_f1", "toe_f1", "jitter_ratio"):
        assert found.pop(name) == pytest.approx(1.0)
    for name, value in found.items():
        assert value == pytest.approx(0.0, abs=1e-4), name


def test_figures_add_up_over_clips_by_their_weights() -> None:
    assert pooled([Mean(2.0, 1.0), Mean(1.0, 2.0)]).value == pytest.approx(1.0)
    assert pooled([]).value is None


def test_a_turn_of_the_whole_counts_only_where_nothing_is_aligned() -> None:
    truth = _dance()
    turned = replace(truth, parts_xyzw=multiply(TURN, truth.parts_xyzw), joints_m=rotate(TURN, truth.joints_m))

    assert mpjae_deg(turned, truth).value == pytest.approx(0.0, abs=1e-4)
    assert mpjae_deg(turned, truth, aligned=False).value == pytest.approx(
        np.degrees(angle_between(TURN, IDENTITY_XYZW))
    )
    assert mpjpe_mm(turned, truth).value == pytest.approx(0.0, abs=1e-6)
    assert bone_direction_deg(turned, truth).value == pytest.approx(0.0, abs=1e-4)
    back = multiply(best_turn(turned.parts_xyzw, truth.parts_xyzw), TURN)
    assert angle_between(back, IDENTITY_XYZW) == pytest.approx(0.0, abs=1e-6)


def test_tilt_is_the_part_of_the_turn_that_moves_the_vertical() -> None:
    truth = _dance()
    for axis, tilt in (([0.0, 1.0, 0.0], 0.0), ([1.0, 0.0, 0.0], 10.0)):
        turn = from_rotation_vectors(np.radians(10.0) * np.array(axis))
        leaning = replace(truth, joints_m=rotate(turn, truth.joints_m))

        assert tilt_deg(leaning, truth).value == pytest.approx(tilt, abs=1e-4)


def test_one_wrong_part_counts_by_its_share() -> None:
    truth = _dance()
    parts = truth.parts_xyzw.copy()
    parts[:, 3] = multiply(parts[:, 3], from_rotation_vectors(np.array([np.radians(22.0), 0.0, 0.0])))

    assert mpjae_deg(replace(truth, parts_xyzw=parts), truth, aligned=False).value == pytest.approx(22.0 / len(PARTS))


def test_slide_is_the_way_over_the_floor_between_planted_frames() -> None:
    truth = _dance()
    soles = truth.soles_m.copy()
    soles[:, 0, 0] += 0.004 * np.arange(FRAMES)
    soles[:, 0, 1] += 0.5 * np.arange(FRAMES)
    held = np.zeros((FRAMES, 4), dtype=bool)
    held[10:20, :2] = True

    assert slide_mm(replace(truth, soles_m=soles), held).value == pytest.approx(2.0)
    assert slide_mm(truth, np.zeros((FRAMES, 4), dtype=bool)).value is None


def test_feet_in_the_floor_and_over_it_are_told_apart() -> None:
    truth = replace(_dance(), lowest_m=np.tile([0.02, -0.01], (FRAMES, 1)))
    held = np.zeros((FRAMES, 4), dtype=bool)
    held[:, 1] = True

    assert penetration_mm(truth).value == pytest.approx(10.0)
    assert float_mm(truth, held).value == pytest.approx(20.0)


def test_contacts_found_twice_too_often_have_two_thirds() -> None:
    truth = np.zeros((10, 2), dtype=bool)
    truth[:5] = True

    assert contact_f1(np.ones((10, 2), dtype=bool), truth).value == pytest.approx(2.0 / 3.0)
    assert contact_f1(~truth, truth).value == 0.0


def test_shaking_raises_the_jitter_and_smoothing_lowers_it() -> None:
    truth = _dance()
    shaken = truth.joints_m + np.random.default_rng(1).standard_normal(truth.joints_m.shape) * 0.01
    calm = np.apply_along_axis(lambda x: np.convolve(np.pad(x, 2, "edge"), np.full(5, 0.2), "valid"), 0, truth.joints_m)

    assert (jitter_ratio(replace(truth, joints_m=shaken), truth).value or 0.0) > 1.5
    assert (jitter_ratio(replace(truth, joints_m=calm), truth).value or 2.0) < 0.9


def test_a_sudden_turn_counts_unless_the_truth_makes_it_too() -> None:
    truth = _dance()
    sudden = truth.turning_xyzw.copy()
    sudden[40:, 2] = multiply(sudden[40:, 2], from_rotation_vectors(np.array([0.0, 0.8, 0.0])))
    found = replace(truth, turning_xyzw=sudden)

    assert jump30_share(found, truth).value == pytest.approx(1.0 / (FRAMES - 1))
    assert jump30_share(found, found).value == 0.0


def test_standing_still_has_all_of_the_roots_error_and_scale_none() -> None:
    truth = _dance()
    walk = np.linspace(0.0, 1.0, FRAMES)[:, None, None] * np.array([1.0, 0.0, 0.5])
    truth = replace(truth, joints_m=truth.joints_m + walk)
    still = replace(truth, joints_m=np.repeat(truth.joints_m[:1], FRAMES, axis=0))
    larger = replace(truth, joints_m=1.3 * truth.joints_m + np.array([1.0, 0.0, 2.0]))

    assert root_figures(still, truth)["root_vs_still"].value == pytest.approx(1.0)
    assert root_figures(larger, truth)["root_path_percent"].value == pytest.approx(0.0, abs=1e-9)


def test_a_jump_is_found_and_its_height_and_hang_time_are_those_of_its_parabola() -> None:
    truth = _dance()
    (where,) = leaps(truth)
    found = leap(truth, *where)

    assert found.height_m == pytest.approx(0.5 * 9.81 * 0.15**2, abs=0.04)
    assert found.hang_s == pytest.approx(2.0 * np.sqrt(0.15**2 - 2.0 * 0.03 / 9.81), abs=0.01)


def test_a_jump_that_stays_on_the_floor_is_lost_whole() -> None:
    truth = _dance()
    joints = truth.joints_m.copy()
    joints[:, [JOINTS.index("左足"), JOINTS.index("右足")], 1] = 0.9
    flat = replace(truth, joints_m=joints, lowest_m=np.zeros((FRAMES, 2)))
    errors = leap_figures(flat, truth)

    assert errors["jump_height_error"].value == pytest.approx(1.0)
    assert errors["hang_time_error"].value == pytest.approx(1.0)


def test_the_standard_model_at_rest_stands_on_its_soles() -> None:
    rig = standard_rig()
    still = RigMotion(
        rig.name, {"センター": BoneTrack(np.array([0, 5]), np.zeros((2, 3)), np.tile(IDENTITY_XYZW, (2, 1)))}
    )
    found = performed(still, rig, np.ones((6, 4), dtype=bool))

    np.testing.assert_allclose(found.soles_m[..., 1], 0.0, atol=1e-6)
    np.testing.assert_allclose(found.lowest_m, 0.0, atol=0.02)
    assert found.soles_m[0, 1, 2] > found.soles_m[0, 0, 2] + 0.1
    assert found.soles_m[0, 0, 0] > 0.0 > found.soles_m[0, 2, 0]
    np.testing.assert_allclose(found.root_m[:, 0], 0.0, atol=1e-6)
