from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.arrays import Array, Float
from manekko.skeleton.rotations import rotate
from manekko.stage.figure import Capsule, Figure, Pose, Spring
from manekko.stage.sway import Sway
from tests.stage.sway_samples import chain_bones, danced, figure_of, pendulum, placed, rest_of, skirt

ODD = st.floats(allow_nan=True, allow_infinity=True)


def positions_of(figure: Figure, seconds: float, fps: int) -> Float[Array, "frame bone 3"]:
    sway = Sway(figure)
    return np.stack([sway.step(danced(figure, n / fps), 1.0 / fps).positions_m for n in range(int(seconds * fps) + 1)])


def tip_of(figure: Figure, pose: Pose, bone: int) -> Float[Array, "3"]:
    tail = figure.rig.bones[bone].tail_position_m
    arm = np.array(tail) - rest_of(figure)[bone]
    return pose.positions_m[bone] + rotate(pose.rotations_xyzw[bone], arm)


def test_bones_keep_their_lengths_and_stay_on_their_parents():
    figure = skirt()
    rest = rest_of(figure)
    for positions in positions_of(figure, 1.0, 30):
        for bone in range(1, len(rest)):
            parent = figure.rig.bones[bone].parent
            length = np.linalg.norm(rest[bone] - rest[parent])
            assert abs(np.linalg.norm(positions[bone] - positions[parent]) - length) < 1e-9


def test_rest_stays_rest_where_gravity_bends_nothing():
    figure = skirt(gravity=0.0)
    sway = Sway(figure)
    for _ in range(30):
        pose = sway.step(placed(figure), 1.0 / 30.0)
    np.testing.assert_allclose(pose.positions_m, rest_of(figure), atol=1e-9)
    np.testing.assert_allclose(np.abs(pose.rotations_xyzw[:, 3]), 1.0, atol=1e-9)


def test_the_first_pose_hangs_still():
    figure = skirt(gravity=1.0, stiffness=0.05)
    sway = Sway(figure)
    first = sway.step(placed(figure, turn_rad=(0.5, 0.0, 0.3)), 0.0)
    for _ in range(20):
        later = sway.step(placed(figure, turn_rad=(0.5, 0.0, 0.3)), 1.0 / 30.0)
    assert np.abs(later.positions_m - first.positions_m).max() < 0.005


def test_a_chain_comes_to_rest_two_seconds_after_a_dance():
    figure = skirt()
    sway = Sway(figure)
    for frame in range(16):
        sway.step(danced(figure, frame / 30.0), 1.0 / 30.0)
    for _ in range(60):
        before = sway.step(danced(figure, 0.5), 1.0 / 30.0)
    after = sway.step(danced(figure, 0.5), 1.0 / 30.0)
    assert np.linalg.norm(after.positions_m - before.positions_m, axis=-1).max() * 30.0 < 0.001


def test_a_dance_makes_the_chains_swing():
    figure = skirt(stiffness=0.03)
    stiff = np.stack([danced(figure, frame / 30.0).positions_m for frame in range(31)])
    swung = positions_of(figure, 1.0, 30)
    assert np.linalg.norm(swung - stiff, axis=-1).max() > 0.03


def test_the_same_poses_give_the_same_result():
    np.testing.assert_array_equal(positions_of(skirt(), 1.0, 30), positions_of(skirt(), 1.0, 30))


@pytest.mark.parametrize("fps", [24, pytest.param(60, marks=pytest.mark.slow)])
def test_frame_rates_differ_by_a_few_centimetres_at_most(fps: int):
    seconds = 1.5
    at_30 = positions_of(skirt(), seconds, 30)[:: 30 // 6]
    other = positions_of(skirt(), seconds, fps)[:: fps // 6]
    distances = np.linalg.norm(at_30 - other, axis=-1)
    assert distances.max() < 0.03
    assert np.median(distances) < 0.003


@pytest.mark.slow
def test_longer_steps_swing_much_the_same():
    figure = skirt()
    fine, coarse = Sway(figure), Sway(figure, longest_step_s=1.0 / 60.0)
    distances = []
    for frame in range(46):
        pose = danced(figure, frame / 15.0)
        both = [sway.step(pose, 1.0 / 15.0).positions_m for sway in (fine, coarse)]
        distances.append(np.linalg.norm(both[0] - both[1], axis=-1))
    assert 0.0 < np.max(distances) < 0.08
    assert np.mean(distances) < 0.012


def test_tips_stay_out_of_capsules():
    figure = skirt(stiffness=0.02)
    sway = Sway(figure)
    for frame in range(40):
        body = danced(figure, frame / 30.0)
        pose = sway.step(body, 1.0 / 30.0)
        for spring in figure.springs:
            for bone in spring.bones:
                tip = rotate(body.rotations_xyzw[0] * [-1, -1, -1, 1], tip_of(figure, pose, bone) - pose.positions_m[0])
                axis = np.array([0.0, np.clip(tip[1], -0.6, 0.0), 0.0])
                assert np.linalg.norm(tip - axis) > 0.1 + spring.radius_m - 0.001


def test_a_passing_capsule_pushes_a_chain_aside():
    bones = [*skirt(1).rig.bones[:1], *chain_bones((0.0, 1.5, 0.0), (0.0, -0.1, 0.0), 3, 1)]
    bones.append(type(bones[0])("hand", -1, (0.5, 1.2, 0.0)))
    figure = figure_of(
        bones, [Spring((1, 2, 3), 0.01, 0.1, 0.2, 0.1)], [Capsule(4, ((0.5, 1.2, -0.3), (0.5, 1.2, 0.3)), 0.05)]
    )
    sway, rest, furthest = Sway(figure), rest_of(figure), 0.0
    for frame in range(46):
        positions = rest.copy()
        positions[4, 0] = 0.5 - frame / 45.0
        pose = sway.step(Pose(positions, placed(figure).rotations_xyzw, np.zeros(0)), 1.0 / 30.0)
        furthest = max(furthest, float(-tip_of(figure, pose, 3)[0]))
        assert np.linalg.norm(tip_of(figure, pose, 2)[:2] - positions[4, :2]) > 0.06 - 0.001
    assert furthest > 0.05


def test_gravity_pulls_down():
    bones = [*skirt(1).rig.bones[:1], *chain_bones((0.0, 1.5, 0.0), (0.1, 0.0, 0.0), 3, 1)]
    heights = []
    for gravity in (0.0, 0.3, 1.0):
        figure = figure_of(bones, [Spring((1, 2, 3), 0.0, 0.2, 0.2, gravity)])
        heights.append(float(tip_of(figure, Sway(figure).step(placed(figure), 0.0), 3)[1]))
    assert heights[0] == pytest.approx(1.5)
    assert heights[0] > heights[1] + 0.01 > heights[2] + 0.02


@pytest.mark.parametrize("length_m", [0.1, pytest.param(0.4, marks=pytest.mark.slow)])
@pytest.mark.parametrize("fps", [30, pytest.param(50, marks=pytest.mark.slow)])
def test_a_loose_bone_swings_as_a_pendulum_does(length_m: float, fps: int):
    figure = pendulum(length_m)
    sway = Sway(figure)
    sway.step(placed(figure), 0.0)
    # A short push to the side starts the swing.
    tips = [
        float(tip_of(figure, sway.step(placed(figure, (min(n / fps, 0.1) * 0.05, 0.0, 0.0)), 1.0 / fps), 1)[0])
        for n in range(1, 6 * fps)
    ]
    offsets = np.array(tips)[fps:] - 0.005
    crossings = [
        n + before / (before - after) for n, (before, after) in enumerate(pairwise(offsets)) if before < 0 <= after
    ]
    period_s = float(np.diff(crossings).mean()) / fps
    assert period_s == pytest.approx(2.0 * np.pi * np.sqrt(length_m / 9.81), rel=0.05)


def test_a_bone_strives_back_as_fast_as_its_stiffness_says():
    # Stiffness 0.04 alone swings once a second; its own friction, 0.45 of the critical one, makes that slower.
    figure = pendulum(0.2, stiffness=0.04, gravity=0.0)
    sway = Sway(figure)
    sway.step(placed(figure), 0.0)
    shift = (0.02, 0.0, 0.0)
    tips = [float(tip_of(figure, sway.step(placed(figure, shift), 1.0 / 60.0), 1)[0]) for _ in range(90)]
    highest = int(np.argmax(tips))
    half_period_s = int(np.argmin(tips[highest:])) / 60.0
    assert half_period_s == pytest.approx(0.5 / np.sqrt(1.0 - 0.45**2), rel=0.05)
    overshoot = np.exp(-np.pi * 0.45 / np.sqrt(1.0 - 0.45**2))
    assert 0.02 - min(tips[highest:]) == pytest.approx((max(tips) - 0.02) * overshoot, rel=0.1)


def test_a_figure_without_springs_comes_back_as_it_is():
    figure = figure_of(skirt().rig.bones, ())
    pose = danced(figure, 1.0)
    assert Sway(figure).step(pose, 1.0 / 30.0) is pose


@pytest.mark.parametrize("dt_s", [-1.0, 3.0, np.nan, np.inf])
def test_after_a_jump_in_time_the_chains_rest(dt_s: float):
    figure = skirt()
    sway = Sway(figure)
    for frame in range(20):
        sway.step(danced(figure, frame / 30.0), 1.0 / 30.0)
    jumped = sway.step(danced(figure, 1.3), dt_s)
    np.testing.assert_array_equal(jumped.positions_m, Sway(figure).step(danced(figure, 1.3), 0.0).positions_m)


def test_after_a_leap_to_another_place_the_chains_rest():
    figure = skirt()
    sway = Sway(figure)
    for frame in range(20):
        sway.step(danced(figure, frame / 30.0), 1.0 / 30.0)
    there = placed(figure, (40.0, 0.0, -20.0), (0.0, 2.0, 0.0))
    np.testing.assert_array_equal(sway.step(there, 1.0 / 30.0).positions_m, Sway(figure).step(there, 0.0).positions_m)


def test_no_time_between_equal_poses_changes_nothing():
    figure = skirt()
    sway = Sway(figure)
    for frame in range(20):
        pose = sway.step(danced(figure, frame / 30.0), 1.0 / 30.0)
    again = sway.step(danced(figure, 19 / 30.0), 0.0)
    np.testing.assert_allclose(again.positions_m, pose.positions_m, atol=1e-9)


def test_a_figure_that_is_not_shown_stays_so():
    figure = skirt()
    hidden = replace(danced(figure, 0.0), shown=False)
    assert not Sway(figure).step(hidden, 0.0).shown


def test_what_hangs_on_a_swaying_bone_goes_along():
    figure = skirt(stiffness=0.02)
    rest, bow = rest_of(figure), len(figure.rig.bones) - 1
    sway = Sway(figure)
    for frame in range(20):
        pose = sway.step(danced(figure, frame / 30.0), 1.0 / 30.0)
    expected = pose.positions_m[2] + rotate(pose.rotations_xyzw[2], rest[bow] - rest[2])
    np.testing.assert_allclose(pose.positions_m[bow], expected, atol=1e-9)


def test_neighbours_stay_together():
    spread = {}
    for tied in (False, True):
        bones = [*skirt(1).rig.bones[:1]]
        bones += chain_bones((-0.05, 1.5, 0.0), (0.0, -0.1, 0.0), 3, 1)
        bones += chain_bones((0.05, 1.5, 0.0), (0.0, -0.1, 0.0), 3, 4)
        first = Spring((1, 2, 3), 0.0, 0.02, 0.1, 0.0, (1,) if tied else ())
        figure = figure_of(bones, [first, Spring((4, 5, 6), 0.0, 0.3, 0.1, 0.0)])
        sway, gaps = Sway(figure), []
        for frame in range(30):
            pose = sway.step(danced(figure, frame / 30.0), 1.0 / 30.0)
            gaps.append(np.linalg.norm(tip_of(figure, pose, 3) - tip_of(figure, pose, 6)))
        spread[tied] = max(gaps)
    assert spread[True] < 0.14 < spread[False]


def test_a_pose_that_is_not_finite_comes_back_and_is_forgotten():
    figure = skirt()
    sway = Sway(figure)
    sway.step(danced(figure, 0.0), 0.0)
    broken = danced(figure, 0.1)
    broken.positions_m[0] = np.nan
    assert sway.step(broken, 1.0 / 30.0) is broken
    assert np.isfinite(sway.step(danced(figure, 0.2), 1.0 / 30.0).positions_m).all()


@given(
    st.lists(
        st.tuples(
            st.floats(0.0, 1.0),
            st.tuples(*[st.floats(-1e3, 1e3)] * 3),
            st.tuples(*[st.floats(-10.0, 10.0)] * 3),
        ),
        min_size=2,
        max_size=6,
    )
)
def test_no_motion_breaks_the_chains(steps: list[tuple[float, tuple[float, ...], tuple[float, ...]]]):
    figure = skirt(3, 3, drag=0.0)
    sway, rest = Sway(figure), rest_of(figure)
    for dt_s, shift, turn in steps:
        pose = sway.step(placed(figure, shift, turn), dt_s)
        assert np.linalg.norm(pose.positions_m - pose.positions_m[0], axis=-1).max() < 1.0
        for bone in range(1, len(rest)):
            parent = figure.rig.bones[bone].parent
            length = np.linalg.norm(rest[bone] - rest[parent])
            assert abs(np.linalg.norm(pose.positions_m[bone] - pose.positions_m[parent]) - length) < 1e-6


SPRINGS = st.tuples(
    st.lists(st.integers(-3, 20), max_size=6).map(tuple),
    *[ODD] * 4,
    st.lists(st.integers(-2, 5), max_size=3).map(tuple),
)
CAPSULES = st.tuples(st.integers(-3, 20), st.tuples(*[st.tuples(ODD, ODD, ODD)] * 2), ODD)


@given(st.lists(SPRINGS, max_size=4), st.lists(CAPSULES, max_size=3))
def test_no_spring_or_capsule_breaks_the_pose(springs: list[tuple], capsules: list[tuple]):
    figure = figure_of(skirt(3, 4).rig.bones, [Spring(*spring) for spring in springs], [Capsule(*c) for c in capsules])
    sway = Sway(figure)
    for frame in range(3):
        pose = sway.step(danced(figure, frame / 30.0), 1.0 / 30.0)
        assert np.linalg.norm(pose.positions_m - pose.positions_m[0], axis=-1).max() < 2.0
        np.testing.assert_allclose(np.linalg.norm(pose.rotations_xyzw, axis=-1), 1.0, atol=1e-6)
