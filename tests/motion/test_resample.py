"""Another frame rate: the same motion at the same moments."""

import numpy as np
import pytest

from manekko.motion.motion import Motion
from manekko.motion.resample import resampled
from manekko.skeleton.rotations import angle_between
from manekko.skeleton.skeleton import HUMANOID, JOINT_INDEX, default_skeleton


def spinning(frames: int, fps: float) -> Motion:
    """A body that goes 1 m/s along +X and turns about the vertical by 90° a second."""
    time_s = np.arange(frames) / fps
    rotations = np.tile([0.0, 0.0, 0.0, 1.0], (frames, len(HUMANOID), 1))
    half = np.radians(90.0) * time_s / 2
    rotations[:, JOINT_INDEX["hips"], 1], rotations[:, JOINT_INDEX["hips"], 3] = np.sin(half), np.cos(half)
    roots = np.stack([time_s, np.ones(frames), np.zeros(frames)], axis=1)
    contacts = np.zeros((frames, 4), dtype=bool)
    contacts[frames // 2 :, 0] = True
    return Motion(
        fps=fps,
        skeleton=default_skeleton(),
        root_positions_m=roots,
        local_rotations_xyzw=rotations,
        confidences=np.ones((frames, len(HUMANOID))),
        contacts=contacts,
        expressions={"happy": time_s / time_s[-1] if frames > 1 else np.zeros(frames)},
    )


@pytest.mark.parametrize("fps", [12.0, 24.0, 25.0, 30.0, 59.94, 100.0, 120.0])
def test_every_moment_is_where_it_was(fps: float) -> None:
    motion = spinning(round(fps * 2) + 1, fps)
    result = resampled(motion, fps=30.0)
    assert result.fps == 30.0
    assert (result.frame_count - 1) / 30.0 == pytest.approx((motion.frame_count - 1) / fps, abs=0.51 / 30.0)
    inside = result.frame_count - 1
    true = spinning(inside, 30.0)
    np.testing.assert_allclose(result.root_positions_m[:inside], true.root_positions_m, atol=1e-9)
    turned = angle_between(result.local_rotations_xyzw[:inside], true.local_rotations_xyzw)
    assert turned.max() < 1e-6
    assert result.expressions["happy"][-1] == pytest.approx(1.0, abs=0.02)


def test_the_same_rate_changes_nothing() -> None:
    motion = spinning(40, 30.0)
    result = resampled(motion, fps=30.0)
    np.testing.assert_array_equal(result.local_rotations_xyzw, motion.local_rotations_xyzw)
    np.testing.assert_array_equal(result.contacts, motion.contacts)


def test_a_single_frame_stays_a_single_frame() -> None:
    assert resampled(spinning(1, 100.0), fps=30.0).frame_count == 1


def test_a_foot_is_planted_at_the_same_time() -> None:
    result = resampled(spinning(200, 100.0), fps=30.0)
    assert result.contacts[:, 0].argmax() / 30.0 == pytest.approx(1.0, abs=1 / 30)
