"""Hands and arms on other bodies: what touches keeps touching, what is free keeps its way, nothing goes through."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.arrays import Array
from manekko.bench.rig_variants import Build, built, variants
from manekko.bench.solver_rigs import rigs_report
from manekko.files.models import standard_rig
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.retarget import retarget
from manekko.motion.retarget_arm import palm_m
from manekko.motion.retarget_shapes import Part, dancer_parts, model_parts
from manekko.motion.rig_kinematics import RigPose, pose_rig
from manekko.motion.rigged import motion_from_rig_motion
from manekko.skeleton.kinematics import global_rotations
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import normalized, rotate
from manekko.skeleton.skeleton import JOINT_INDEX
from tests.lift.dancers import Dance, degrees_apart
from tests.motion.reaching import with_wrists_at

VARIANTS = variants(standard_rig())
FRAMES = 5
SIDES = (("left", "左", 1.0), ("right", "右", -1.0))
BUILDS = st.builds(
    Build,
    legs=st.floats(0.4, 1.5),
    trunk=st.floats(0.6, 1.2),
    arms=st.floats(0.7, 1.3),
    head=st.floats(0.8, 1.4),
    arm_slope_deg=st.floats(0.0, 55.0),
)


class Posed:
    """A model in pose, IK done, as ``model_parts`` asks for it."""

    def __init__(self, rig: Rig, motion: Motion) -> None:
        self.rig = rig
        self.pose: RigPose = pose_rig(rig, retarget(motion, rig), np.arange(motion.frame_count))

    def position_m(self, name: str) -> Array:
        return self.pose.positions_m(name)

    def rotation(self, name: str) -> Array:
        return self.pose.rotations_xyzw(name)

    def palm_m(self, motion: Motion, side: str, s: str, sign: float) -> Array:
        hand = global_rotations(motion.local_rotations_xyzw)[:, JOINT_INDEX[side + "Hand"]]
        return self.position_m(s + "手首") + rotate(hand, np.array([sign * 0.6 * palm_m(self.rig, side), 0.0, 0.0]))


def own_palm_m(motion: Motion, side: str, sign: float) -> Array:
    hand = global_rotations(motion.local_rotations_xyzw)[:, JOINT_INDEX[side + "Hand"]]
    wrist = motion.joint_positions_m()[:, JOINT_INDEX[side + "Hand"]]
    return wrist + rotate(hand, np.array([sign * 0.6 * palm_m(motion.skeleton, side), 0.0, 0.0]))


def gaps(parts: Mapping[str, Part], point_m: Array) -> Array:
    return np.stack([parts[name].relation(point_m).gaps_m for name in sorted(parts)])


def own_parts(motion: Motion) -> dict[str, Part]:
    return dancer_parts(motion.skeleton, motion.joint_positions_m(), global_rotations(motion.local_rotations_xyzw))


CLAP = {"left": (0.03, 1.2, 0.25), "right": (-0.03, 1.2, 0.25)}
HIPS = {"left": (0.15, 0.98, 0.02), "right": (-0.15, 0.98, 0.02)}
FACE = {"left": (0.09, 1.42, 0.10), "right": (-0.09, 1.42, 0.10)}
THIGHS = {"left": (0.12, 0.78, 0.08), "right": (-0.12, 0.78, 0.08)}


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(build=BUILDS)
def test_hands_together_stay_together_on_any_body(build: Build) -> None:
    motion = with_wrists_at(CLAP)
    model = Posed(built(standard_rig(), build), motion)
    own = np.linalg.norm(own_palm_m(motion, "left", 1.0) - own_palm_m(motion, "right", -1.0), axis=-1)
    theirs = np.linalg.norm(model.palm_m(motion, *SIDES[0]) - model.palm_m(motion, *SIDES[1]), axis=-1)
    assert np.abs(theirs - own * palm_m(model.rig, "left") / palm_m(motion.skeleton, "left")).max() < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("places", [HIPS, FACE, THIGHS], ids=["hips", "face", "thighs"])
@pytest.mark.parametrize("kind", ["chibi", "long legs", "arms at 0°", "no 上半身2", "no 捩", "English names"])
def test_hands_that_touch_the_body_touch_it_on_another(places: dict, kind: str) -> None:
    motion, rig = with_wrists_at(places), VARIANTS[kind]
    model = Posed(rig, motion)
    theirs, own = model_parts(model), own_parts(motion)
    for side, s, sign in SIDES:
        gap = gaps(own, own_palm_m(motion, side, sign)).min(0) / palm_m(motion.skeleton, side)
        their_gap = gaps(theirs, model.palm_m(motion, side, s, sign)).min(0) / palm_m(rig, side)
        assert gap.max() < 0.5
        assert np.abs(np.maximum(their_gap, 0.0) - np.maximum(gap, 0.0)).max() < 0.2


@pytest.mark.parametrize("seed", [1, 3])
def test_a_body_of_the_dancers_proportions_does_what_the_dancer_does(seed: int) -> None:
    rig = standard_rig()
    body = motion_from_rig_motion(RigMotion("", {}), rig).skeleton
    motion = Dance(seed).motion(1.0)
    motion = Motion(30.0, body, motion.root_positions_m * 0.98, motion.local_rotations_xyzw, motion.confidences,
                    motion.contacts)  # fmt: skip
    pose, joints = pose_rig(rig, retarget(motion, rig), np.arange(31)), motion.joint_positions_m()
    for side, s, _ in SIDES:
        for (a, b), (start, end) in {
            ("UpperArm", "LowerArm"): ("腕", "ひじ"),
            ("LowerArm", "Hand"): ("ひじ", "手首"),
        }.items():
            own = normalized(joints[:, JOINT_INDEX[side + b]] - joints[:, JOINT_INDEX[side + a]])
            theirs = normalized(pose.positions_m(s + end) - pose.positions_m(s + start))
            assert degrees_apart(own, theirs).max() < 1.0


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(build=BUILDS, height=st.floats(1.0, 1.6))
def test_free_arms_keep_their_directions_on_any_body(build: Build, height: float) -> None:
    motion = with_wrists_at({"left": (0.6, height, 0.1), "right": (-0.6, height, 0.1)})
    rig, joints = built(standard_rig(), build), motion.joint_positions_m()
    pose = pose_rig(rig, retarget(motion, rig), np.arange(FRAMES))
    for side, s, _ in SIDES:
        own = normalized(joints[:, JOINT_INDEX[side + "Hand"]] - joints[:, JOINT_INDEX[side + "LowerArm"]])
        theirs = normalized(pose.positions_m(s + "手首") - pose.positions_m(s + "ひじ"))
        assert degrees_apart(own, theirs).max() < 1.0


def test_no_arm_is_in_a_body_stouter_than_the_dancers() -> None:
    """The dancer's arms hang close by the sides; the model's hips are where they hang."""
    motion = with_wrists_at({"left": (0.2, 0.92, 0.0), "right": (-0.2, 0.92, 0.0)})
    rig = standard_rig()
    stout = Rig(rig.name, rig.bones, rig.sole_points_m, rig.morphs, (("下半身", (0.3, 0.2, 0.2, 0.1)),))
    slim, wide = (Posed(body, motion) for body in (rig, stout))
    parts, own = model_parts(wide), own_parts(motion)

    def deepest(model: Posed) -> float:
        depths = []
        for side, s, _ in SIDES:
            joints = motion.joint_positions_m()[:, [JOINT_INDEX[side + "LowerArm"], JOINT_INDEX[side + "Hand"]]]
            for k, bone in enumerate(("ひじ", "手首")):
                allowed = np.minimum(gaps(own, joints[:, k]), 0.0)
                depths.append((allowed - gaps(parts, model.position_m(s + bone))).max())
        return max(depths)

    assert deepest(slim) > 0.01
    assert deepest(wide) < 0.002


def test_arms_that_are_pushed_out_do_not_shake() -> None:
    motion = Dance(4, elbow_rad=(0.3, 2.4)).motion(2.0)
    rig = standard_rig()
    stout = Rig(
        rig.name,
        rig.bones,
        rig.sole_points_m,
        rig.morphs,
        (("下半身", (0.2, 0.16, 0.16, 0.1)), ("上半身2", (0.15, 0.14, 0.1, 0.2))),
    )
    slim, wide = rigs_report([motion], {"slim": rig, "stout": stout}).rows
    assert slim.jitter is not None
    assert wide.jitter is not None
    assert wide.jitter < 1.3 * slim.jitter
    assert wide.through_mm is not None
    assert wide.through_mm < 1.0


def test_twist_bones_take_the_twist_and_nothing_else() -> None:
    rig, motion = standard_rig(), Dance(2).motion(0.5)
    rig_motion = retarget(motion, rig)
    for s in "左右":
        for bone in ("腕捩", "手捩"):
            axis = np.array(rig.bones[rig.index[s + bone]].fixed_axis)
            turns = rig_motion.bones[s + bone].rotations_xyzw
            assert np.abs(np.cross(turns[:, :3], axis)).max() < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("kind", VARIANTS)
def test_arms_follow_on_every_kind_of_model(kind: str) -> None:
    motions = [Dance(6).motion(1.5), with_wrists_at(HIPS), with_wrists_at(CLAP)]
    (row,) = rigs_report(motions, {kind: VARIANTS[kind]}).rows
    assert row.through_mm is not None
    assert row.through_mm < 1.0
    assert row.touch_mm is not None
    assert row.touch_mm < 5.0
    assert row.clap_mm is not None
    assert row.clap_mm < 5.0
