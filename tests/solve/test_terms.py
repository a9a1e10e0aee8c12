"""Each term's equations against its cost: slopes everywhere, curvature where the residuals are none."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from manekko.skeleton.rotations import from_rotation_vectors
from manekko.solve.banded import Normal
from manekko.solve.evidence import DEFAULT_WEIGHTS, Evidence
from manekko.solve.joints import FREEDOMS, INDEX
from manekko.solve.pose import Marks, Pose, jacobians, placed
from manekko.solve.ranges import HINGES
from manekko.solve.terms import (
    contact_term,
    following_term,
    image_term,
    limit_term,
    pose_term,
    prior_term,
    smoothness_term,
)
from manekko.solve.usual import usual_poses
from tests.solve.scenes import FEWER, SKELETON, SOLES, angles, bent, danced, dense, drawn_poses, t_pose, told

FRAMES = 4
TRUTH = danced(FRAMES)
_STEP = 1e-6

Term = Callable[[Pose, Evidence, Normal | None], float]


def of_points(term: Callable, marks_of: Callable[[Evidence], Marks]) -> Term:
    def cost(pose: Pose, evidence: Evidence, normal: Normal | None) -> float:
        marks = marks_of(evidence)
        place = placed(pose, SKELETON, marks)
        return term(place, None if normal is None else jacobians(place, marks), evidence, normal)

    return cost


TERMS: dict[str, Term] = {
    "image": of_points(lambda place, slopes, e, normal: image_term(place, slopes, e, DEFAULT_WEIGHTS, normal),
                       lambda evidence: evidence.marks),
    "prior": of_points(prior_term, lambda evidence: evidence.marks),
    "contact": of_points(lambda place, slopes, e, normal: contact_term(place, slopes, e, DEFAULT_WEIGHTS, normal),
                         lambda evidence: evidence.soles),
    "smoothness": lambda pose, evidence, normal: smoothness_term(pose, evidence, DEFAULT_WEIGHTS, normal),
    "pose": lambda pose, evidence, normal: pose_term(pose, DEFAULT_WEIGHTS, normal),
    "following": lambda pose, evidence, normal: following_term(pose, DEFAULT_WEIGHTS, normal),
    "limit": lambda pose, evidence, normal: limit_term(pose, normal),
}  # fmt: skip


def seen(truth: Pose) -> Evidence:
    """Feet stand and fly in turns; most points are the hips', so that the depth by which errors count is theirs."""
    evidence = told(truth)
    many = len(evidence.marks.joints) + 1
    marks = Marks(
        np.concatenate([evidence.marks.joints, np.zeros(many, dtype=int)]),
        np.concatenate([evidence.marks.offsets_m, np.zeros((many, 3))]),
    )
    contacts = np.zeros((FRAMES, 4), dtype=bool)
    contacts[:3, 0], contacts[1:, 3] = True, True
    unseen = np.full((FRAMES, many), np.inf)
    return replace(
        evidence,
        marks=marks,
        keypoints_px=np.concatenate([evidence.keypoints_px, np.zeros((FRAMES, many, 2))], axis=1),
        image_sigma_m=np.concatenate([evidence.image_sigma_m, unseen], axis=1),
        contacts=contacts,
        airborne=np.array([False, False, True, False]),
    )


SEEN = seen(TRUTH)


def ways() -> np.ndarray:
    """Directions to go; the depth of the hips, on which the scale of the image's errors hangs, stays."""
    result = np.random.default_rng(7).normal(size=(6, FRAMES, FREEDOMS))
    result[..., 2] = 0.0
    return result


@FEWER
@given(pose=drawn_poses(FRAMES))
def test_pull_is_minus_half_the_slope_of_the_cost(pose: Pose):
    way = ways()[0]
    ahead, behind = (pose.moved(sign * _STEP * way) for sign in (1.0, -1.0))
    for name, term in TERMS.items():
        normal = Normal.zeros(FRAMES, FREEDOMS)
        assert term(pose, SEEN, normal) == pytest.approx(term(pose, SEEN, None))
        slope = (term(ahead, SEEN, None) - term(behind, SEEN, None)) / (2.0 * _STEP)
        # At a kink, as where a knee is just straight, the slopes of either side differ by up to this much.
        size = float(np.linalg.norm(normal.pull)) + 50.0
        assert -2.0 * float((normal.pull * way).sum()) == pytest.approx(slope, abs=1e-3 * size, rel=1e-4), name


def turning() -> Pose:
    """Every joint turns evenly, the hips travel evenly and then fall: nobody hurries."""
    vectors = np.random.default_rng(2).normal(0.0, 0.3, (1, *TRUTH.local_xyzw.shape[1:2], 3))
    local = from_rotation_vectors(np.arange(FRAMES)[:, None, None] * vectors)
    roots = np.arange(FRAMES)[:, None] * np.array([0.01, 0.0, 0.02]) + np.array([0.0, 0.9, 0.0])
    roots[3, 1] -= 9.81 / 30.0**2
    return Pose(roots, local)


def usually_held() -> Pose:
    pose = t_pose(FRAMES)
    for usual in usual_poses():
        for joint, mean in usual.means_xyzw.items():
            pose.local_xyzw[:, INDEX[joint]] = mean
        hinges = [hinge for joint in usual.joints for hinge in HINGES if hinge.joint == INDEX[joint]]
        for hinge, angle in zip(hinges, usual.mean_angles_rad, strict=True):
            pose = bent(pose, hinge, float(angle))
    return pose


@pytest.mark.parametrize(
    ("name", "pose"),
    [("image", TRUTH), ("prior", TRUTH), ("contact", t_pose(FRAMES)), ("smoothness", turning()),
     ("pose", usually_held()), ("following", t_pose(FRAMES))],
)  # fmt: skip
def test_equations_are_the_curvature_of_the_cost_where_residuals_are_none(name: str, pose: Pose):
    term, normal = TERMS[name], Normal.zeros(FRAMES, FREEDOMS)
    assert term(pose, SEEN, normal) == pytest.approx(0.0, abs=1e-9)
    for way in ways()[:3]:
        # A foot that is not planted counts only below the floor: half of the time here.
        found = sum(term(pose.moved(sign * _STEP * way), SEEN, None) for sign in (1.0, -1.0)) / 2.0 / _STEP**2
        expected = way.ravel() @ dense(normal) @ way.ravel()
        if name == "contact":
            loose = np.where(SEEN.contacts, 0.0, (placed_height(way)) ** 2 / DEFAULT_WEIGHTS.below_floor_m**2)
            expected += float(loose.sum()) / 2.0
        assert expected > 1.0
        assert found == pytest.approx(expected, rel=1e-3)


def placed_height(way: np.ndarray) -> np.ndarray:
    """How fast each point of the soles rises on a way out of the T-pose [m]."""
    pose = t_pose(FRAMES)
    return np.einsum("fpn,fn->fp", jacobians(placed(pose, SKELETON, SOLES), SOLES)[:, :, 1], way)


def test_points_far_off_cost_little_more_than_points_off():
    pose = TRUTH
    costs = []
    for off_px in (0.0, 3.0, 300.0, 600.0):
        keypoints = SEEN.keypoints_px.copy()
        keypoints[0, 15, 0] += off_px
        costs.append(TERMS["image"](pose, replace(SEEN, keypoints_px=keypoints), None))
    assert costs == sorted(costs)
    assert costs[3] - costs[2] < 0.1 * (costs[2] - costs[0])
    assert costs[3] < DEFAULT_WEIGHTS.robust_image**2


def test_points_that_are_not_seen_say_nothing():
    nothing = replace(SEEN, image_sigma_m=np.full_like(SEEN.image_sigma_m, np.inf))
    normal = Normal.zeros(FRAMES, FREEDOMS)
    assert TERMS["image"](t_pose(FRAMES), nothing, normal) == 0.0
    assert not normal.diagonal.any()
    assert not normal.pull.any()


def test_only_feet_below_the_floor_are_pushed_up():
    floating = replace(SEEN, contacts=np.zeros((FRAMES, 4), dtype=bool))
    up, down = (t_pose(FRAMES).moved(np.eye(FREEDOMS)[[1] * FRAMES] * sign * 0.05) for sign in (1.0, -1.0))
    assert TERMS["contact"](up, floating, None) == 0.0
    normal = Normal.zeros(FRAMES, FREEDOMS)
    expected = FRAMES * 4 * (0.05 / DEFAULT_WEIGHTS.below_floor_m) ** 2
    assert TERMS["contact"](down, floating, normal) == pytest.approx(expected)
    assert (normal.pull[:, 1] > 0.0).all()


def test_a_joint_beyond_its_end_is_pulled_back_and_one_within_is_left_alone():
    for hinge in HINGES:
        least, most = hinge.least_rad - 0.1, hinge.most_rad + 0.2
        for angle, beyond in ((least, -0.1), (most, 0.2), ((least + most) / 2.0, 0.0)):
            pose, normal = bent(t_pose(2), hinge, angle), Normal.zeros(2, FREEDOMS)
            assert limit_term(pose, normal) == pytest.approx(2.0 * (beyond / hinge.sigma_rad) ** 2, abs=1e-9)
            assert np.sign(np.round(normal.pull[0, hinge.freedom], 6)) == -np.sign(beyond)
            assert angles(pose, hinge)[0] == pytest.approx(angle)


@pytest.mark.parametrize("frames", [1, 2])
def test_a_clip_of_a_frame_or_two_is_never_in_a_hurry(frames: int):
    assert smoothness_term(danced(frames), told(danced(frames)), DEFAULT_WEIGHTS, None) == 0.0
