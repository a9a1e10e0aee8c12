import numpy as np
from hypothesis import given

from manekko.people.keypoints import BODY33, BODY33_INDEX, BODY33_MIRROR
from manekko.skeleton.rotations import from_rotation_vectors, multiply
from manekko.skeleton.skeleton import JOINT_INDEX
from manekko.solve.joints import JOINTS
from manekko.solve.observed import CARRIERS, EDGES, marks_of, pose_of
from manekko.solve.pose import Pose, placed, whole_body
from manekko.solve.ranges import HINGES
from tests.lift.dancers import Dance, keypoints_of
from tests.solve.scenes import SKELETON, angles, degrees_apart, drawn_poses

TIMES_S = np.arange(20) / 10.0
MARKS = marks_of(pose_of(*Dance(2).body(TIMES_S)[::-1]), SKELETON, keypoints_of(*Dance(2).body(TIMES_S)))


@given(drawn_poses(1))
def test_bodies_whose_hinges_are_within_their_ends_are_found_back(pose: Pose):
    within = all(hinge.least_rad <= angles(pose, hinge)[0] <= hinge.most_rad for hinge in HINGES)
    found = pose_of(whole_body(pose), pose.roots_m)
    if within:
        assert degrees_apart(found, pose).max() < 1e-4
    for hinge in HINGES:
        assert hinge.least_rad - 1e-9 <= angles(found, hinge)[0] <= hinge.most_rad + 1e-9


def test_what_a_hinge_cannot_do_is_left_out():
    roots, rotations = Dance(2).body(TIMES_S)
    hinge = HINGES[0]
    askew = rotations.copy()
    elbow, upper = JOINT_INDEX["leftLowerArm"], JOINT_INDEX["leftUpperArm"]
    side = np.cross(hinge.axis, [1.0, 0.0, 0.0])
    askew[:, elbow] = multiply(
        rotations[:, upper],
        multiply(
            from_rotation_vectors(0.3 * side), multiply(rotations[:, upper] * [-1, -1, -1, 1], rotations[:, elbow])
        ),
    )
    local = pose_of(askew, roots).local_xyzw[:, hinge.joint]
    # Only a bend and a twist are left: no turn about the third axis but what the two make together.
    along, across, third = (local[:, :3] @ axis for axis in (hinge.axis, np.array([1.0, 0.0, 0.0]), side))
    np.testing.assert_allclose(np.abs(third * local[:, 3]), np.abs(along * across), atol=1e-9)


def test_marks_are_mirror_images_of_each_other():
    np.testing.assert_allclose(MARKS.offsets_m, MARKS.offsets_m[BODY33_MIRROR] * [-1.0, 1.0, 1.0], atol=1e-12)
    assert (MARKS.joints == CARRIERS).all()


def test_marks_put_the_keypoints_where_they_were_seen():
    roots, rotations = Dance(2).body(TIMES_S)
    found = placed(pose_of(rotations, roots), SKELETON, MARKS).points_m
    np.testing.assert_allclose(found, keypoints_of(roots, rotations), atol=1e-6)


def test_a_keypoint_seen_elsewhere_for_a_moment_does_not_move_its_mark():
    roots, rotations = Dance(2).body(TIMES_S)
    keypoints = keypoints_of(roots, rotations)
    keypoints[3:8, BODY33_INDEX["left_index"]] += 0.5
    found = marks_of(pose_of(rotations, roots), SKELETON, keypoints)
    np.testing.assert_allclose(found.offsets_m, MARKS.offsets_m, atol=1e-6)


def test_the_ends_of_limbs_are_at_their_joints():
    for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle"):
        assert not MARKS.offsets_m[BODY33_INDEX[f"left_{part}"]].any()


def test_the_pairs_of_the_prior_are_of_both_sides_and_none_is_told_twice():
    pairs = {frozenset(pair) for pair in EDGES.tolist()}
    assert len(pairs) == len(EDGES)
    assert {frozenset(BODY33_MIRROR[list(pair)].tolist()) for pair in pairs} == pairs


def test_a_keypoint_is_carried_by_a_joint_of_its_own_side():
    carried = np.array([JOINTS[joint].removeprefix("left") for joint in CARRIERS])
    mirror = np.array([JOINTS[joint].removeprefix("right") for joint in CARRIERS[BODY33_MIRROR]])
    of_left = [BODY33_INDEX[name] for name in BODY33 if name.startswith("left")]
    np.testing.assert_array_equal(carried[of_left], mirror[of_left])
    assert JOINTS[CARRIERS[BODY33_INDEX["left_heel"]]] == "leftFoot"
    assert JOINTS[CARRIERS[BODY33_INDEX["nose"]]] == "head"
