import numpy as np
import pytest

from manekko.lift.lift import lift_track
from manekko.skeleton.skeleton import JOINT_INDEX, default_skeleton
from manekko.solve.start import start_of
from tests.lift.dancers import Dance, seen


def test_a_body_that_is_seen_clearly_has_its_ankles_as_high_over_the_soles_as_the_dancer():
    start = start_of(lift_track(seen(Dance(2), np.arange(90) / 30)))
    foot = JOINT_INDEX["leftFoot"]
    dancer = default_skeleton().rest_positions_m[foot, 1]
    assert start.skeleton.rest_positions_m[foot, 1] == pytest.approx(dancer, abs=0.008)
