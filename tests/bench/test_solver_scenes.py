"""Scenes are judged as one, and a turning camera is found from the points of its room."""

import numpy as np
import pytest

from manekko.bench.solver_ablations import ABLATIONS, without_swap_repair
from manekko.bench.solver_scenes import (
    BASELINES,
    Condition,
    Solve,
    estimated_path,
    ik_key_steps_mm,
    judged_motion,
    judged_rig_motion,
    manekko_motion,
    scenes,
)
from manekko.bench.synthetic import TrueMotion, seen
from manekko.files.models import standard_rig
from manekko.motion.motion import BoneTrack, Motion, RigMotion
from manekko.people.fixes import swap_sides
from manekko.skeleton.rotations import IDENTITY_XYZW, angle_between, conjugate, from_rotation_vectors, multiply
from manekko.skeleton.skeleton import HUMANOID, JOINT_INDEX, default_skeleton

RIG = standard_rig()
FRAMES = 40


def _waving() -> TrueMotion:
    """Somebody who stands, waves an arm and sways from side to side."""
    rotations = np.tile(IDENTITY_XYZW, (FRAMES, len(HUMANOID), 1))
    wave = np.sin(np.arange(FRAMES) / 6.0)[:, None]
    rotations[:, JOINT_INDEX["leftUpperArm"]] = from_rotation_vectors(wave * np.array([0.0, 0.0, 0.7]))
    rotations[:, JOINT_INDEX["rightUpperArm"]] = from_rotation_vectors(np.tile([0.0, 0.0, 1.2], (FRAMES, 1)))
    skeleton = default_skeleton()
    roots = skeleton.rest_offsets_m[0] + 0.3 * wave * np.array([1.0, 0.0, 0.0])
    ones = np.ones((FRAMES, len(HUMANOID)))
    return TrueMotion("waving", Motion(30.0, skeleton, roots, rotations, ones, np.zeros((FRAMES, 4), dtype=bool)))


def test_the_true_motion_is_without_error_and_standing_still_is_not() -> None:
    dance = _waving()
    shown = scenes([dance], Condition("plain", level=0.0), RIG)
    truth = seen(dance, 1, 0.0).truth
    right = judged_motion(lambda track: truth, shown, RIG).figures
    still = judged_rig_motion(BASELINES["motionless"], shown, RIG).figures

    assert right["mpjae_deg"] == pytest.approx(0.0, abs=1e-3)
    assert right["root_vs_still"] == pytest.approx(0.0, abs=1e-6)
    assert still["root_vs_still"] == pytest.approx(1.0)
    assert (still["mpjae_deg"] or 0.0) > 3.0


def test_a_turning_camera_is_found_at_its_own_focal_length(monkeypatch: pytest.MonkeyPatch) -> None:
    found = seen(_waving(), 2, 0.0, panning=True)
    monkeypatch.setattr("manekko.bench.solver_scenes.default_focal_px", lambda size: found.camera.lens.focal_px)
    path = estimated_path(found)
    relative = multiply(conjugate(found.camera.to_world_xyzw[:1]), found.camera.to_world_xyzw)

    assert np.degrees(angle_between(relative, relative[:1])).max() > 0.5
    assert np.degrees(angle_between(path.rotations_xyzw, relative)).max() < 0.1


def test_steps_of_keys_count_only_while_heel_and_ball_stand() -> None:
    frames = np.arange(4)
    places = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.002, 0.0, 0.0], [0.5, 0.0, 0.0]])
    track = BoneTrack(frames, places, np.tile(IDENTITY_XYZW, (4, 1)))
    contacts = np.array([[True, True, True, True]] * 3 + [[True, False, False, False]])

    assert ik_key_steps_mm(RigMotion("", {"左足ＩＫ": track}), contacts).value == pytest.approx(1.0)
    assert ik_key_steps_mm(RigMotion("", {}), contacts).value is None


def test_without_swap_repair_a_swapped_body_stays_swapped() -> None:
    burst = np.isin(np.arange(FRAMES), np.arange(15, 20))
    swapped = swap_sides(seen(_waving(), 3, 0.0).track, burst)

    repaired, left = manekko_motion(swapped), without_swap_repair(swapped)
    arm = JOINT_INDEX["leftUpperArm"]
    assert not np.allclose(repaired.local_rotations_xyzw[:, arm], left.local_rotations_xyzw[:, arm], atol=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("solve", [solve for _, solve in ABLATIONS], ids=[name for name, _ in ABLATIONS])
def test_every_part_can_be_taken_out(solve: Solve) -> None:
    motion = solve(seen(_waving(), 4, 1.0).track)

    assert motion.frame_count == FRAMES
    assert np.isfinite(motion.local_rotations_xyzw).all()
