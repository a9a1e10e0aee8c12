"""Relabelled joints stay where they are, and mean what ours mean."""

from dataclasses import replace

import numpy as np

from manekko.bench.synthetic_joints import with_known_joints, with_twisted_forearms
from manekko.motion.motion import Motion
from manekko.skeleton.kinematics import global_rotations
from manekko.skeleton.rotations import angle_between, conjugate, from_rotation_vectors, multiply, rotate, swing_twist
from manekko.skeleton.skeleton import HUMANOID, HUMANOID_PARENTS, JOINT_INDEX, Skeleton, default_skeleton

FRAMES = 40
MOVING = ("hips", "chest", "leftUpperArm", "leftLowerArm", "leftHand", "rightUpperArm", "rightHand", "leftUpperLeg")


def _moving() -> Motion:
    """Somebody who stands and moves the trunk and the arms."""
    rng = np.random.default_rng(0)
    rotations = np.tile([0.0, 0.0, 0.0, 1.0], (FRAMES, len(HUMANOID), 1))
    for name in MOVING[1:-1]:
        wave = np.sin(np.arange(FRAMES)[:, None] / 8.0 + rng.uniform(0.0, 6.0, 3))
        rotations[:, JOINT_INDEX[name]] = from_rotation_vectors(0.5 * wave)
    skeleton = default_skeleton()
    roots = np.tile(skeleton.rest_offsets_m[0], (FRAMES, 1))
    return Motion(30.0, skeleton, roots, rotations, np.ones((FRAMES, len(HUMANOID))), np.zeros((FRAMES, 4), dtype=bool))


def _mislabelled(motion: Motion, name: str, by: np.ndarray) -> Motion:
    """The same motion with a joint whose own axes are turned: what a file with another rest pose says."""
    offsets = motion.skeleton.rest_offsets_m.copy()
    joint = JOINT_INDEX[name]
    local = motion.local_rotations_xyzw.copy()
    local[:, joint] = multiply(local[:, joint], by)
    for child in (JOINT_INDEX[other] for other in HUMANOID if HUMANOID_PARENTS[other] == name):
        offsets[child] = rotate(conjugate(by), offsets[child])
        local[:, child] = multiply(conjugate(by), local[:, child])
    return replace(motion, skeleton=Skeleton(offsets), local_rotations_xyzw=local)


def _main_joints(motion: Motion) -> np.ndarray:
    names = [name for name in HUMANOID if not name.endswith("Toes")]
    return motion.joint_positions_m()[:, [JOINT_INDEX[name] for name in names]]


def test_relabelling_moves_no_joint_but_the_toes() -> None:
    motion = _mislabelled(_moving(), "chest", from_rotation_vectors(np.array([0.3, 0.0, 0.0])))
    known = with_known_joints({"clip": motion})["clip"]

    np.testing.assert_allclose(_main_joints(known), _main_joints(motion), atol=1e-9)


def test_a_palm_that_rests_turned_comes_out_flat() -> None:
    true = _moving()
    turned = _mislabelled(true, "leftHand", from_rotation_vectors(np.array([0.4, 0.2, -0.3])))
    known, expected = (with_known_joints({"clip": motion})["clip"] for motion in (turned, true))
    hand = JOINT_INDEX["leftHand"]

    np.testing.assert_allclose(
        angle_between(
            global_rotations(known.local_rotations_xyzw)[:, hand],
            global_rotations(expected.local_rotations_xyzw)[:, hand],
        ),
        0.0,
        atol=1e-6,
    )


def test_a_foot_that_rests_pointed_comes_out_level_where_it_stands() -> None:
    turned = _mislabelled(_moving(), "rightFoot", from_rotation_vectors(np.array([0.6, 0.2, 0.0])))
    known = with_known_joints({"clip": turned})["clip"]
    up = rotate(global_rotations(known.local_rotations_xyzw)[:, JOINT_INDEX["rightFoot"]], np.array([0.0, 1.0, 0.0]))

    np.testing.assert_allclose(up, np.tile([0.0, 1.0, 0.0], (FRAMES, 1)), atol=1e-6)
    assert known.skeleton.rest_positions_m[JOINT_INDEX["rightToes"], 1] > 0.0


def test_the_forearm_takes_the_twist_and_the_hand_stays() -> None:
    motion = _moving()
    twisted = with_twisted_forearms(motion)

    np.testing.assert_allclose(_main_joints(twisted), _main_joints(motion), atol=1e-9)
    for side in ("left", "right"):
        hand = JOINT_INDEX[side + "Hand"]
        before, after = (global_rotations(m.local_rotations_xyzw)[:, hand] for m in (motion, twisted))
        _, rest = swing_twist(conjugate(twisted.local_rotations_xyzw[:, hand]), np.array([1.0, 0.0, 0.0]))
        np.testing.assert_allclose(angle_between(before, after), 0.0, atol=1e-7)
        np.testing.assert_allclose(rest[:, 0], 0.0, atol=1e-9)
