"""Planted feet on models of all kinds: still, on the floor, within reach."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.arrays import Array, spans
from manekko.bench.rig_variants import Build, built, variants, without
from manekko.bench.solver_rigs import rigs_report
from manekko.files.models import standard_rig
from manekko.motion.motion import Motion
from manekko.motion.retarget import retarget
from manekko.motion.retarget_feet import eased, give_way
from manekko.motion.retarget_legs import model_foot
from manekko.motion.rig_kinematics import pose_rig
from manekko.skeleton.kinematics import global_rotations, local_rotations
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import from_rotation_vectors, multiply, rotate
from manekko.skeleton.skeleton import HUMANOID, JOINT_INDEX, default_skeleton
from tests.lift.dancers import Dance

VARIANTS = variants(standard_rig())
BUILDS = st.builds(
    Build,
    legs=st.floats(0.4, 1.6),
    trunk=st.floats(0.6, 1.3),
    arms=st.floats(0.6, 1.3),
    arm_slope_deg=st.floats(0.0, 55.0),
    heel_m=st.floats(0.0, 0.1),
)


@pytest.fixture(scope="module")
def motion() -> Motion:
    return Dance(3, turn_rad_s=0.5).motion(2.0)


def rolling(*, heel_up_rad: float = 0.0, toes_up_rad: float = 0.0, toes_bend: bool = True) -> Motion:
    """Two seconds on straight legs; in the middle one the left foot rolls onto its ball or its heel, and back."""
    skeleton = default_skeleton()
    frames = np.arange(61)
    share = np.clip(np.minimum(frames - 15, 45 - frames) / 10.0, 0.0, 1.0)
    pitch = (heel_up_rad - toes_up_rad) * share
    turned = np.tile([0.0, 0.0, 0.0, 1.0], (len(frames), len(HUMANOID), 1))
    foot = from_rotation_vectors(pitch[:, None] * np.array([1.0, 0.0, 0.0]))
    turned[:, JOINT_INDEX["leftFoot"]] = foot
    if not toes_bend or toes_up_rad:
        turned[:, JOINT_INDEX["leftToes"]] = foot
    contacts = np.ones((len(frames), 4), dtype=bool)
    contacts[:, 0] = (share == 0.0) | (toes_up_rad > 0.0)
    contacts[:, 1] = (share == 0.0) | (heel_up_rad > 0.0)
    # The whole body rises over the foot that rolls; the other leg hangs.
    pivot = skeleton.rest_offsets_m[JOINT_INDEX["leftToes"]] if heel_up_rad else np.array([0.0, -0.08, -0.045])
    contacts[15:46, 2:] = False
    roots = np.array([0.0, 0.9, 0.0]) + pivot - rotate(foot, pivot)
    return Motion(30.0, skeleton, roots, local_rotations(turned), np.ones((len(frames), len(HUMANOID))), contacts)


def _known(figure: float | None) -> float:
    assert figure is not None
    return figure


def soles_m(rig: Rig, motion: Motion, s: str) -> Array:
    """Height of every corner of a sole, IK done (frame, corner)."""
    foot = model_foot(rig, s)
    names = [s + "足先EX" if on_toes else s + "足首" for on_toes in foot.on_toes]
    pose = pose_rig(rig, retarget(motion, rig), np.arange(motion.frame_count), [*names, s + "足首"])
    corners = [
        pose.positions_m(name) + rotate(pose.rotations_xyzw(name), corner - rig.rest(name))
        for name, corner in zip(names, foot.soles_m, strict=True)
    ]
    return np.stack(corners, axis=1)


def point_m(rig: Rig, motion: Motion, s: str, rest_m: Array) -> Array:
    pose = pose_rig(rig, retarget(motion, rig), np.arange(motion.frame_count), [s + "足首"])
    return pose.positions_m(s + "足首") + rotate(pose.rotations_xyzw(s + "足首"), rest_m - rig.rest(s + "足首"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", VARIANTS)
def test_planted_feet_are_still_and_on_the_floor_on_every_kind_of_model(kind: str, motion: Motion) -> None:
    (row,) = rigs_report([motion], {kind: VARIANTS[kind]}).rows
    assert (row.keys_mm is None) == (kind == "no leg IK")
    assert (row.keys_mm or 0.0) == 0.0
    assert _known(row.slide_mm) < 0.2
    assert _known(row.penetration_mm) < 0.1
    assert _known(row.float_mm) < 0.5


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(build=BUILDS)
def test_planted_feet_are_still_and_on_the_floor_in_any_proportions(build: Build) -> None:
    (row,) = rigs_report([Dance(5).motion(1.0)], {"drawn": built(standard_rig(), build)}).rows
    assert row.keys_mm == 0.0
    assert _known(row.slide_mm) < 0.2
    assert _known(row.penetration_mm) < 0.1
    assert _known(row.float_mm) < 0.5


def test_foot_ik_keys_of_a_locked_foot_are_the_same_to_the_last_bit(motion: Motion) -> None:
    slow = replace(motion, fps=24.0)
    rig_motion = retarget(slow, standard_rig())
    for side, s in enumerate("左右"):
        track = rig_motion.bones[s + "足ＩＫ"]
        frames = np.flatnonzero(slow.contacts[:, 2 * side : 2 * side + 2].all(1))
        runs = spans(np.isin(np.arange(slow.frame_count), frames))
        for start, end in runs:
            # At 30 frames a second the contact lasts a quarter longer.
            inside = slice(round(start * 1.25) + 1, round((end - 1) * 1.25) - 1)
            assert len(np.unique(track.positions_m[inside], axis=0)) == 1
            assert len(np.unique(track.rotations_xyzw[inside], axis=0)) == 1


@pytest.mark.parametrize(
    "rig", [standard_rig(), without(standard_rig(), "左足先EX", "右足先EX")], ids=["bent", "rigid"]
)
def test_a_foot_on_its_ball_turns_about_it_and_no_toe_is_in_the_floor(rig: Rig) -> None:
    motion = rolling(heel_up_rad=0.7)
    soles = soles_m(rig, motion, "左")
    assert soles[..., 1].min() > -1e-4
    assert soles[..., 1].min(1).max() < 1e-3
    ball = point_m(rig, motion, "左", model_foot(rig, "左").ball_m)
    assert np.ptp(ball[:, [0, 2]], axis=0).max() < 1e-3
    assert soles[30, :, 1].max() > 0.05


def test_a_foot_on_its_heel_turns_about_it() -> None:
    rig, motion = standard_rig(), rolling(toes_up_rad=0.5)
    heel = point_m(rig, motion, "左", model_foot(rig, "左").heel_m)
    assert np.ptp(heel, axis=0).max() < 2e-3
    assert soles_m(rig, motion, "左")[..., 1].min() > -1e-4


def test_toes_stay_level_under_a_raised_heel() -> None:
    rig = standard_rig()
    for bent in (True, False):
        motion = rolling(heel_up_rad=0.6, toes_bend=bent)
        pose = pose_rig(rig, retarget(motion, rig), np.array([30]), ["左足先EX", "左足首"])
        up = rotate(pose.rotations_xyzw("左足先EX"), np.array([0.0, 1.0, 0.0]))
        assert up[0, 1] > 0.999
        assert rotate(pose.rotations_xyzw("左足首"), np.array([0.0, 1.0, 0.0]))[0, 1] < 0.9


def test_a_sole_on_high_heels_lies_on_heel_and_toe() -> None:
    rig = built(standard_rig(), Build(heel_m=0.08))
    motion = Dance(1).motion(1.0)
    soles = soles_m(rig, motion, "左")
    flat = motion.contacts[:, :2].all(1)
    assert np.abs(soles[flat][..., 1]).max() < 1e-3


def test_hips_come_down_where_a_planted_foot_is_out_of_reach() -> None:
    """A split stance of a body with a wide pelvis does not fit on legs of the same length below a narrow one."""
    motion = rolling()
    turned = global_rotations(motion.local_rotations_xyzw)
    out = from_rotation_vectors(np.array([0.0, 0.0, 0.6]))
    for side, turn in (("left", out), ("right", out * [-1, -1, -1, 1])):
        for part in ("UpperLeg", "LowerLeg"):
            turned[:, JOINT_INDEX[side + part]] = multiply(turn, turned[:, JOINT_INDEX[side + part]])
    down = np.array([0.0, 0.79 * (1.0 - np.cos(0.6)), 0.0])
    split = replace(
        motion, local_rotations_xyzw=local_rotations(turned), root_positions_m=motion.root_positions_m - down
    )
    rig = standard_rig()
    narrow = replace(
        rig,
        bones=tuple(
            replace(bone, rest_position_m=(bone.rest_position_m[0] * 0.4, *bone.rest_position_m[1:]))
            if bone.name[:1] in "左右" and any(part in bone.name for part in ("足", "ひざ", "つま先"))
            else bone
            for bone in rig.bones
        ),
    )
    pose = pose_rig(narrow, retarget(split, narrow), np.arange(20), ["左足首", "左足ＩＫ", "左足", "左ひざ"])
    assert np.linalg.norm(pose.positions_m("左足首") - pose.positions_m("左足ＩＫ"), axis=-1).max() < 1e-3


@given(st.floats(0.1, 2.0), st.floats(0.0, 3.0), st.floats(1e-5, 1.0))
def test_a_stretched_leg_gives_way_softly(length: float, share: float, more: float) -> None:
    near, far = (
        give_way(np.array([share * length]), length)[0],
        give_way(np.array([(share + more) * length]), length)[0],
    )
    assert near <= far <= 0.9985 * length
    assert far - near <= more * length + 1e-12
    assert share > 0.99 or near == pytest.approx(share * length)


def test_feet_that_stand_together_are_not_in_each_other() -> None:
    motion = rolling()
    turned = global_rotations(motion.local_rotations_xyzw)
    for side, angle in (("left", -0.09), ("right", 0.09)):
        for part in ("UpperLeg", "LowerLeg"):
            turned[:, JOINT_INDEX[side + part]] = from_rotation_vectors(np.array([0.0, 0.0, angle]))
    together = replace(motion, local_rotations_xyzw=local_rotations(turned))
    own = np.linalg.norm(
        np.diff(together.joint_positions_m()[0, [JOINT_INDEX["leftFoot"], JOINT_INDEX["rightFoot"]]], axis=0)
    )
    rig = standard_rig()
    ankles = pose_rig(rig, retarget(together, rig), np.arange(5), ["左足首", "右足首"])
    apart = (ankles.positions_m("左足首") - ankles.positions_m("右足首"))[:, 0]
    width = np.ptp(model_foot(rig, "左").soles_m[:, 0])
    assert own < width
    assert apart.min() > width - 1e-3


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.floats(-1.0, 1.0))
def test_one_correction_for_all_contacts_is_never_exceeded_between_them(flags: list[bool], value: float) -> None:
    planted = np.array(flags)
    result = eased(np.full((len(flags), 1), value), planted, fps=30.0)[:, 0]
    assert np.abs(result).max() <= abs(value) + 1e-12
    assert (result[planted] == value).all()


@pytest.mark.slow
def test_a_jump_is_as_high_in_proportion_as_the_dancers() -> None:
    motion = rolling()
    height = 0.3 * np.clip(1.0 - ((np.arange(61) - 30) / 12.0) ** 2, 0.0, None)
    leap = replace(
        motion,
        root_positions_m=motion.root_positions_m + height[:, None] * np.array([0.0, 1.0, 0.0]),
        contacts=np.repeat(height[:, None] == 0.0, 4, axis=1),
    )
    for legs in (0.5, 1.3):
        rig = built(standard_rig(), Build(legs=legs))
        pose = pose_rig(rig, retarget(leap, rig), np.arange(61), ["左足首", "左足"])
        scale = (rig.rest("左足") - rig.rest("左足首"))[1] / 0.79
        for bone in ("左足首", "左足"):
            up = pose.positions_m(bone)[:, 1]
            assert up[30] - up[0] == pytest.approx(0.3 * scale, rel=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["no センター", "グルーブ above センター", "センター at the knees", "no グルーブ"])
def test_the_body_is_where_it_is_on_the_usual_bones(kind: str, motion: Motion) -> None:
    frames, bones = np.arange(motion.frame_count), ["頭", "左手首", "右足首", "下半身"]
    usual = pose_rig(standard_rig(), retarget(motion, standard_rig()), frames, bones)
    rig = VARIANTS[kind]
    other = pose_rig(rig, retarget(motion, rig), frames, bones)
    for bone in bones:
        assert np.abs(usual.positions_m(bone) - other.positions_m(bone)).max() < 1e-4, bone


def test_keys_are_written_under_the_models_own_names(motion: Motion) -> None:
    rig = VARIANTS["English names"]
    rig_motion = retarget(motion, rig)
    assert {"center", "upper body", "arm_L", "leg IK_R"} <= set(rig_motion.bones)
    assert set(rig_motion.bones) <= {bone.name for bone in rig.bones}
    ((_, states),) = rig_motion.ik_states
    assert states == dict.fromkeys(["leg IK_L", "toe IK_L", "leg IK_R", "toe IK_R"], True)
