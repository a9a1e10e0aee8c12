import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.skeleton.limbs import reach
from manekko.skeleton.rotations import rotate
from manekko.skeleton.skeleton import ELBOW_NORMAL
from tests.properties.strategies import DIRECTIONS, ROTATIONS

THIGH, SHIN = np.array([0.0, -0.40, 0.0]), np.array([0.0, -0.39, 0.0])
KNEE = np.array([1.0, 0.0, 0.0])
UPPER, LOWER = np.array([0.27, 0.0, 0.0]), np.array([0.22, 0.0, 0.0])
# Many models stand with slightly bent knees.
BENT_THIGH, BENT_SHIN = np.array([0.0, -0.38, 0.03]), np.array([0.01, -0.37, -0.06])
LIMBS = st.sampled_from([(THIGH, SHIN, KNEE), (UPPER, LOWER, -ELBOW_NORMAL)])
ANY_LIMBS = st.one_of(LIMBS, st.just((BENT_THIGH, BENT_SHIN, KNEE)))
ROOT = np.array([0.2, 0.9, -0.1])


def _reached(upper_xyzw, target, limb):
    upper_offset, lower_offset, hinge = limb
    upper, lower = reach(
        upper_xyzw[None],
        ROOT[None],
        target[None],
        upper_offset_m=upper_offset,
        lower_offset_m=lower_offset,
        hinge=hinge,
    )
    middle = ROOT + rotate(upper[0], upper_offset)
    return upper[0], lower[0], middle, middle + rotate(lower[0], lower_offset)


@given(ROTATIONS, DIRECTIONS, st.floats(0.1, 0.99), ANY_LIMBS)
def test_a_limb_comes_to_every_target_within_its_reach(start, direction, share, limb):
    length = np.linalg.norm(limb[0]) + np.linalg.norm(limb[1])
    target = ROOT + max(share * length, abs(0.05) + 1e-3) * direction
    _, _, _, end = _reached(start, target, limb)
    # Within 5e-5 rad of pointing the other way the swing's axis is free, and its angle that uncertain.
    assert end == pytest.approx(target, abs=5e-5)


@given(ROTATIONS, DIRECTIONS, st.floats(0.15, 0.99), ANY_LIMBS)
def test_a_limb_comes_to_targets_before_it_within_a_micrometre(start, direction, share, limb):
    upper_offset, lower_offset, _ = limb
    length = np.linalg.norm(upper_offset) + np.linalg.norm(lower_offset)
    along = rotate(start, upper_offset / np.linalg.norm(upper_offset))
    direction = direction if direction @ along > -0.5 else -direction
    target = ROOT + share * length * direction
    _, _, _, end = _reached(start, target, limb)
    assert end == pytest.approx(target, abs=1e-6)


@given(ROTATIONS, DIRECTIONS, st.floats(0.1, 1.5), LIMBS)
def test_a_limb_bends_about_its_hinge_only_and_never_backwards(start, direction, share, limb):
    upper_offset, lower_offset, hinge = limb
    length = np.linalg.norm(upper_offset) + np.linalg.norm(lower_offset)
    upper, lower, _, _ = _reached(start, ROOT + share * length * direction, limb)
    first, second = rotate(upper, upper_offset), rotate(lower, lower_offset)
    axis = rotate(upper, hinge)
    assert first @ axis == pytest.approx(0.0, abs=1e-9)
    assert second @ axis == pytest.approx(0.0, abs=1e-9)
    assert np.cross(first, second) @ axis > 0.0


@given(ROTATIONS, DIRECTIONS, st.floats(1.01, 20.0), LIMBS)
def test_a_limb_points_straight_at_targets_too_far_away(start, direction, share, limb):
    length = np.linalg.norm(limb[0]) + np.linalg.norm(limb[1])
    _, _, _, end = _reached(start, ROOT + share * length * direction, limb)
    assert 0.99 * length < np.linalg.norm(end - ROOT) < length
    assert (end - ROOT) / np.linalg.norm(end - ROOT) == pytest.approx(direction, abs=1e-4)


@given(ROTATIONS, LIMBS)
def test_a_target_at_the_root_folds_the_limb_and_stays_finite(start, limb):
    upper, lower, _, end = _reached(start, ROOT, limb)
    assert np.isfinite(upper).all()
    assert np.isfinite(lower).all()
    shortest = abs(np.linalg.norm(limb[0]) - np.linalg.norm(limb[1]))
    assert np.linalg.norm(end - ROOT) == pytest.approx(shortest + 1e-4, abs=1e-6)


def test_a_target_straight_below_keeps_the_knee_in_the_plane_it_was_given():
    upper, _, knee, _ = _reached(np.array([0.0, 0.0, 0.0, 1.0]), ROOT - np.array([0.0, 0.6, 0.0]), (THIGH, SHIN, KNEE))
    assert knee[0] == pytest.approx(ROOT[0])
    assert knee[2] > ROOT[2] + 0.1
    assert rotate(upper, KNEE) == pytest.approx(KNEE)
