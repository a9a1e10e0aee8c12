import numpy as np
import pytest

from manekko.bench.solver_exact import rebuilt
from manekko.bench.synthetic import TrueMotion, seen
from manekko.skeleton.kinematics import global_rotations
from manekko.skeleton.rotations import angle_between
from manekko.solve.joints import IN_HUMANOID, INDEX
from tests.lift.dancers import Dance


@pytest.mark.slow
def test_what_is_known_exactly_is_found_again():
    shown = seen(TrueMotion("made of formulas", Dance(4).motion(1.5)), 1, 0.0)
    found, truth = rebuilt(shown), shown.truth
    about = found.joint_positions_m() - found.root_positions_m[:, None]
    exact = truth.joint_positions_m() - truth.root_positions_m[:, None]
    assert np.linalg.norm(about - exact, axis=-1)[:, IN_HUMANOID].mean() < 0.001
    turned, truly = (global_rotations(motion.local_rotations_xyzw)[:, IN_HUMANOID] for motion in (found, truth))
    off = np.degrees(angle_between(turned, truly)).mean(0)
    for joint in ("hips", "chest", "head", "leftUpperArm", "rightLowerArm", "leftHand", "rightUpperLeg", "leftFoot"):
        assert off[INDEX[joint]] < 2.0, joint
