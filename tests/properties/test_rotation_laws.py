"""Laws of rotations, and SciPy as the second opinion."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation, Slerp

from manekko.skeleton.rotations import (
    IDENTITY_XYZW,
    angle_between,
    as_axes,
    as_rotation_vectors,
    between,
    conjugate,
    continuous,
    from_axes,
    from_rotation_vectors,
    multiply,
    normalized,
    rotate,
    slerp,
    swing_twist,
)
from tests.properties.strategies import ANGLES_RAD, DIRECTIONS, FRACTIONS, ROTATIONS, VECTORS, apart

EXACT = 1e-12


@given(ROTATIONS, ROTATIONS, ROTATIONS)
def test_composition_is_associative(a, b, c):
    assert apart(multiply(multiply(a, b), c), multiply(a, multiply(b, c))) < EXACT


@given(ROTATIONS)
def test_identity_changes_nothing_and_the_inverse_undoes(q):
    assert apart(multiply(q, IDENTITY_XYZW), q) < EXACT
    assert apart(multiply(IDENTITY_XYZW, q), q) < EXACT
    assert apart(multiply(q, conjugate(q)), IDENTITY_XYZW) < EXACT
    assert apart(multiply(conjugate(q), q), IDENTITY_XYZW) < EXACT


@given(ROTATIONS, ROTATIONS, VECTORS)
def test_the_second_factor_is_applied_first(a, b, v):
    assert rotate(multiply(a, b), v) == pytest.approx(rotate(a, rotate(b, v)), abs=EXACT)


@given(ROTATIONS, ROTATIONS, VECTORS)
def test_composition_and_turning_agree_with_scipy(a, b, v):
    ours, theirs = multiply(a, b), Rotation.from_quat(a) * Rotation.from_quat(b)
    assert apart(ours, theirs.as_quat()) < EXACT
    assert rotate(ours, v) == pytest.approx(theirs.apply(v), abs=EXACT)


@given(ROTATIONS, VECTORS)
def test_turning_keeps_lengths_and_forgets_the_sign_of_the_quaternion(q, v):
    assert np.linalg.norm(rotate(q, v)) == pytest.approx(np.linalg.norm(v), abs=EXACT)
    assert rotate(-q, v) == pytest.approx(rotate(q, v), abs=EXACT)


def test_convention_a_quarter_turn_about_z_brings_x_to_y():
    quarter = np.array([0.0, 0.0, np.sqrt(0.5), np.sqrt(0.5)])
    assert rotate(quarter, np.array([1.0, 0.0, 0.0])) == pytest.approx([0.0, 1.0, 0.0])
    assert from_rotation_vectors(np.array([0.0, 0.0, np.pi / 2])) == pytest.approx(quarter)


def test_operations_broadcast_over_leading_axes():
    rng = np.random.default_rng(1)
    many, one = normalized(rng.normal(size=(4, 1, 4))), normalized(rng.normal(size=(3, 4)))
    assert multiply(many, one).shape == (4, 3, 4)
    assert rotate(many, rng.normal(size=(3, 3))).shape == (4, 3, 3)
    assert apart(multiply(many, one)[2, 1], multiply(many[2, 0], one[1])) < EXACT


@given(DIRECTIONS, DIRECTIONS)
def test_between_brings_one_direction_to_the_other_by_the_shortest_way(start, end):
    # Within 5e-5 rad of opposite directions every half turn is as good; there the answer may be that far off.
    q = between(start, end)
    assert np.linalg.norm(q) == pytest.approx(1.0)
    assert rotate(q, start) == pytest.approx(end, abs=5e-5)
    angle = np.arctan2(np.linalg.norm(np.cross(start, end)), float(start @ end))
    assert angle_between(q, IDENTITY_XYZW) == pytest.approx(angle, abs=1e-4)


@given(DIRECTIONS, st.floats(0.01, 100.0))
def test_between_opposite_directions_is_half_a_turn_and_length_does_not_matter(direction, length):
    q = between(direction, -length * direction)
    assert rotate(q, direction) == pytest.approx(-direction, abs=1e-9)
    assert q[:3] @ direction == pytest.approx(0.0, abs=1e-9)


@given(DIRECTIONS)
def test_between_and_a_zero_vector_is_identity(direction):
    zero = np.zeros(3)
    for q in (between(zero, direction), between(direction, zero), between(zero, zero)):
        assert apart(q, IDENTITY_XYZW) < EXACT


@given(ROTATIONS, DIRECTIONS)
def test_swing_after_twist_is_the_rotation(q, axis):
    swing, twist = swing_twist(q, axis)
    assert apart(multiply(swing, twist), q) < 1e-9
    assert np.cross(twist[:3], axis) == pytest.approx(np.zeros(3), abs=1e-9)


@given(ROTATIONS, DIRECTIONS)
def test_swing_brings_the_axis_where_the_rotation_does_and_has_no_part_about_it(q, axis):
    swing, twist = swing_twist(q, axis)
    assert rotate(swing, axis) == pytest.approx(rotate(q, axis), abs=1e-9)
    if np.hypot(q[:3] @ axis, q[3]) > 1e-6:
        assert swing[:3] @ axis == pytest.approx(0.0, abs=1e-9)
        assert np.linalg.norm(twist) == pytest.approx(1.0)


def test_a_half_turn_square_to_the_axis_has_no_twist():
    half = np.array([1.0, 0.0, 0.0, 0.0])
    swing, twist = swing_twist(half, np.array([0.0, 1.0, 0.0]))
    assert apart(twist, IDENTITY_XYZW) < EXACT
    assert apart(swing, half) < EXACT


@given(ROTATIONS, ROTATIONS)
def test_slerp_starts_and_ends_where_it_should(a, b):
    assert apart(slerp(a, b, 0.0), a) < 1e-9
    assert apart(slerp(a, b, 1.0), b) < 1e-9


@given(ROTATIONS, ROTATIONS, FRACTIONS)
def test_slerp_goes_evenly_and_never_the_long_way(a, b, fraction):
    whole = angle_between(a, b)
    middle = slerp(a, b, fraction)
    assert np.linalg.norm(middle) == pytest.approx(1.0)
    assert angle_between(a, middle) == pytest.approx(fraction * whole, abs=2e-6)
    assert angle_between(middle, b) == pytest.approx((1.0 - fraction) * whole, abs=2e-6)


@given(ROTATIONS, ROTATIONS, FRACTIONS)
def test_slerp_agrees_with_scipy(a, b, fraction):
    assume(angle_between(a, b) < np.pi - 1e-3)
    theirs = Slerp([0.0, 1.0], Rotation.from_quat(np.stack([a, b])))(fraction).as_quat()
    assert apart(slerp(a, b, fraction), theirs) < 1e-6


@given(ROTATIONS, ROTATIONS)
def test_angle_between_is_a_distance(a, b):
    assert angle_between(a, b) == pytest.approx(angle_between(b, a), abs=EXACT)
    assert angle_between(a, -a) == pytest.approx(0.0, abs=1e-9)
    assert angle_between(a, b) == pytest.approx((Rotation.from_quat(a).inv() * Rotation.from_quat(b)).magnitude())


@given(DIRECTIONS, ANGLES_RAD)
def test_angle_of_a_turn_is_the_angle_it_was_made_of(axis, angle):
    assert angle_between(IDENTITY_XYZW, from_rotation_vectors(axis * angle)) == pytest.approx(angle, abs=1e-9)


@given(ROTATIONS)
def test_rotation_vectors_and_axes_come_back_as_the_same_rotation(q):
    assert apart(from_rotation_vectors(as_rotation_vectors(q)), q) < 1e-9
    assert apart(from_axes(as_axes(q)), q) < 1e-9
    assert np.linalg.norm(as_rotation_vectors(q)) <= np.pi + EXACT


@given(ROTATIONS)
def test_axes_are_orthonormal_right_handed_and_the_turned_unit_vectors(q):
    axes = as_axes(q)
    assert axes.T @ axes == pytest.approx(np.eye(3), abs=EXACT)
    assert np.linalg.det(axes) == pytest.approx(1.0)
    assert axes[:, 1] == pytest.approx(rotate(q, np.array([0.0, 1.0, 0.0])), abs=EXACT)


@given(st.lists(ROTATIONS, min_size=1, max_size=12))
def test_continuous_changes_signs_only_and_never_turns_back_between_neighbours(rotations):
    series = np.stack(rotations)
    result = continuous(series)
    assert apart(result, series) == 0.0
    assert (result[0] == series[0]).all()
    assert ((result[1:] * result[:-1]).sum(-1) >= 0.0).all()


def test_continuous_treats_every_joint_by_itself():
    series = np.tile(IDENTITY_XYZW, (3, 2, 1))
    series[1, 0] *= -1.0
    series[2, 1] *= -1.0
    assert (continuous(series) == IDENTITY_XYZW).all()


@given(VECTORS)
def test_normalized_is_of_length_one_or_zero(vector):
    length = np.linalg.norm(normalized(vector))
    assert length == pytest.approx(1.0) or np.linalg.norm(vector) < 1e-11
