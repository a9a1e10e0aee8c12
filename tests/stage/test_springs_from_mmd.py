from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.character import default_model
from manekko.files.pmd import parse_pmd
from manekko.files.pmd_bodies import pmx_bodies
from manekko.files.pmx import parse_pmx, rig_from_pmx
from manekko.files.pmx_values import PmxBone, PmxFile, PmxJoint, PmxRigidBody
from manekko.stage.figure import Capsule, Spring
from manekko.stage.from_pmd import figure_from_pmd
from manekko.stage.springs_from_mmd import springs_from_mmd
from manekko.stage.sway import Sway
from tests.files.model_samples import pmd_swaying, pmx_21
from tests.stage.sway_samples import danced, figure_of

EMPTY = parse_pmx(pmx_21())
FOLLOWS, FREE = 0, 1
SPHERE, BOX, CAPSULE = range(3)
ODD = st.floats(allow_nan=True, allow_infinity=True)


def bone(name: str, parent: int, position: tuple[float, float, float]) -> PmxBone:
    return PmxBone(name, "", position, parent, 0, 0, tail_offset=(0.0, -1.0, 0.0))


def body(number: int, mode: int, position: tuple[float, float, float] = (0.0, 0.0, 0.0), **other) -> PmxRigidBody:
    plain = PmxRigidBody(
        "", "", number, 0, 0xFFFF, CAPSULE, (0.2, 1.0, 0.0), position, (0.0, 0.0, 0.0), 1.0, 0.5, 0.5, 0.0, 0.0, mode
    )
    return replace(plain, **other)


def joint(a: int, b: int, width_rad: float = 0.5, spring: float = 0.0) -> PmxJoint:
    turns = (-width_rad,) * 3 + (width_rad,) * 3
    return PmxJoint("", "", 0, (a, b), (0.0,) * 12 + turns + (0.0,) * 3 + (spring,) * 3)


def file_of(bones: list[PmxBone], bodies: list[PmxRigidBody], joints: list[PmxJoint]) -> PmxFile:
    return replace(EMPTY, bones=tuple(bones), rigid_bodies=tuple(bodies), joints=tuple(joints))


def strand(length: int = 3, **feel: float) -> PmxFile:
    """A head with a body, and a strand of hair on it."""
    bones = [bone("head", -1, (0.0, 18.0, 0.0))]
    bones += [bone(f"hair{n}", n, (0.0, 18.0 - n, 1.0)) for n in range(length)]
    bodies = [body(0, FOLLOWS, (0.0, 18.5, 0.0), shape=SPHERE, size=(1.0, 0.0, 0.0))]
    bodies += [body(n + 1, FREE, (0.0, 17.5 - n, 1.0)) for n in range(length)]
    return file_of(bones, bodies, [joint(n, n + 1, **feel) for n in range(length)])


def springs_of(file: PmxFile) -> tuple[tuple[Spring, ...], tuple[Capsule, ...]]:
    return springs_from_mmd(file.bones, file.rigid_bodies, file.joints)


def test_a_strand_of_bodies_is_one_spring_from_the_head_outwards():
    springs, capsules = springs_of(strand())
    assert [spring.bones for spring in springs] == [(1, 2, 3)]
    assert springs[0].radius_m == pytest.approx(0.016)
    assert [capsule.bone for capsule in capsules] == [0]
    assert capsules[0].radius_m == pytest.approx(0.08)
    assert capsules[0].ends_m[0] == capsules[0].ends_m[1] == pytest.approx((0.0, 18.5 * 0.08, 0.0))


def test_narrow_limits_and_strong_springs_are_stiff():
    def stiffness(**feel: float) -> float:
        return springs_of(strand(**feel))[0][0].stiffness

    assert 0.0 < stiffness(width_rad=1.4) < stiffness(width_rad=0.7) < stiffness(width_rad=0.4) <= 1.0
    assert stiffness(width_rad=1.4) < stiffness(width_rad=1.4, spring=100.0) <= 1.0


def test_bodies_that_nothing_ties_to_the_figure_do_not_sway():
    file = strand()
    assert springs_of(replace(file, joints=file.joints[1:]))[0] == ()


def test_bodies_of_groups_that_hair_passes_through_are_no_capsules():
    file = strand()
    through = tuple(replace(each, unhit_groups=0xFFFE) if each.mode == FREE else each for each in file.rigid_bodies)
    assert springs_of(replace(file, rigid_bodies=through))[1] == ()


def test_a_skirt_of_panels_side_by_side_is_tied():
    bones, bodies, joints = [bone("hips", -1, (0.0, 12.0, 0.0))], [body(0, FOLLOWS)], []
    for panel in range(3):
        first = len(bones)
        bones += [bone("", 0, (float(panel), 12.0, 1.0)), bone("", first, (float(panel), 11.0, 1.0))]
        bodies += [body(first, FREE), body(first + 1, FREE)]
        joints += [joint(0, first), joint(first, first + 1)]
    joints += [joint(2, 4), joint(4, 6)]
    springs, _ = springs_of(file_of(bones, bodies, joints))
    assert [spring.bones for spring in springs] == [(1, 2), (3, 4), (5, 6)]
    assert [spring.neighbours for spring in springs] == [(1,), (0, 2), (1,)]


def test_bones_side_by_side_are_chained_by_their_joints():
    file = strand()
    flat = tuple(each if number == 0 else replace(each, parent=0) for number, each in enumerate(file.bones))
    assert [spring.bones for spring in springs_of(replace(file, bones=flat))[0]] == [(1, 2, 3)]


def test_where_bones_branch_one_goes_on():
    file = strand()
    bones = [*file.bones, bone("twig", 1, (1.0, 17.0, 1.0))]
    forked = file_of(bones, [*file.rigid_bodies, body(4, FREE)], [*file.joints, joint(1, 4)])
    assert [spring.bones for spring in springs_of(forked)[0]] == [(1, 2, 3), (4,)]


def test_a_turned_box_becomes_a_capsule_along_its_long_side():
    box = body(0, FOLLOWS, (1.0, 2.0, 3.0), shape=BOX, size=(0.2, 1.2, 0.4), rotation=(0.0, 0.0, np.pi / 2))
    file = strand()
    capsule = springs_of(replace(file, rigid_bodies=(box, *file.rigid_bodies[1:])))[1][0]
    assert capsule.radius_m == pytest.approx(0.3 * 0.08)
    ends = sorted(capsule.ends_m)
    np.testing.assert_allclose(ends, [[0.1 * 0.08, 0.16, -0.24], [1.9 * 0.08, 0.16, -0.24]], atol=1e-12)


def test_bodies_turn_about_z_then_x_then_y_as_in_mmd():
    # (π/2 about x brings y to z; π/2 about y brings z to x; z is mirrored in our frame, x is not.)
    turned = body(0, FOLLOWS, size=(0.1, 2.0, 0.0), rotation=(np.pi / 2, np.pi / 2, 0.0))
    file = strand()
    capsule = springs_of(replace(file, rigid_bodies=(turned, *file.rigid_bodies[1:])))[1][0]
    np.testing.assert_allclose(sorted(capsule.ends_m), [[-0.08, 0.0, 0.0], [0.08, 0.0, 0.0]], atol=1e-12)


def test_a_pmd_sways_as_the_same_pmx() -> None:
    file = parse_pmx(default_model().read_bytes())
    springs, capsules = springs_of(file)
    figure = figure_from_pmd(parse_pmd(pmd_swaying(file)), Path())
    assert len(springs) > 10
    assert len(capsules) > 5
    for one, other in ((figure.springs, springs), (figure.capsules, capsules)):
        assert len(one) == len(other)
        for ours, theirs in zip(one, other, strict=True):
            assert numbers_in(ours) == pytest.approx(numbers_in(theirs), abs=1e-5)


def test_a_pmds_body_without_a_bone_follows_the_centre_or_sways_nothing() -> None:
    file = strand()
    loose = tuple(replace(each, bone=-1) for each in file.rigid_bodies[::3])
    pmd = parse_pmd(pmd_swaying(replace(file, rigid_bodies=loose)))
    assert [body.bone for body in pmx_bodies(pmd)] == [0, -1]
    assert [body.position for body in pmx_bodies(pmd)] == [(0.0, 18.5, 0.0), (0.0, 15.5, 1.0)]


def numbers_in(made: Spring | Capsule) -> list[float]:
    """All numbers of a spring or capsule, in order."""
    if isinstance(made, Spring):
        feel = [made.radius_m, made.stiffness, made.drag, made.gravity]
        return [*made.bones, *feel, *made.neighbours]
    return [made.bone, *made.ends_m[0], *made.ends_m[1], made.radius_m]


@pytest.mark.data
def test_a_crowd_of_bodies_is_cut_to_what_can_be_simulated():
    """Long chains of bones above each, thousands of capsules, everyone tied to one."""
    stem, crowd = 500, 3100
    bones = [bone("", n - 1, (0.0, 0.01 * n, 0.0)) for n in range(stem)]
    bones += [bone("", stem - 1, (0.01 * n, 20.0, 0.0)) for n in range(crowd)]
    bodies = [body(0, FOLLOWS), *(body(stem + n, FREE) for n in range(crowd)), *(body(n, FOLLOWS) for n in range(500))]
    joints = [joint(0, 1 + n) for n in range(crowd)] + [joint(1, 2 + n) for n in range(crowd - 1)]
    springs, capsules = springs_of(file_of(bones, bodies, joints))
    assert len(springs) == 3000
    assert len(capsules) == 500
    assert max(len(spring.neighbours) for spring in springs) == 8


def test_twin_tails_of_a_real_model_swing(data_folder: Path):
    file = parse_pmx((data_folder / "mmd" / "fixtures" / "test_hair_physics.pmx").read_bytes())
    springs, _ = springs_of(file)
    names = [[file.bones[number].name for number in spring.bones] for spring in springs]
    assert names == [[f"{side}髪{n}" for n in "２３４５６７８"] for side in "右左"]
    figure = figure_of(rig_from_pmx(file).bones, springs)
    sway = Sway(figure)
    for frame in range(30):
        pose = sway.step(danced(figure, frame / 30.0), 1.0 / 30.0)
    stiff = danced(figure, 29 / 30.0)
    assert 0.05 < np.linalg.norm(pose.positions_m - stiff.positions_m, axis=-1).max() < 1.5


BODIES = st.tuples(
    st.integers(-2, 9), st.integers(0, 3), st.tuples(ODD, ODD, ODD), st.tuples(ODD, ODD, ODD), st.integers(0, 3), ODD
)


@given(
    st.lists(st.integers(-2, 7), min_size=1, max_size=8),
    st.lists(BODIES, max_size=10),
    st.lists(st.tuples(st.integers(-2, 11), st.integers(-2, 11), ODD), max_size=14),
)
def test_no_bodies_or_joints_break_the_reading(parents: list[int], bodies: list[tuple], joints: list[tuple]):
    bones = [bone("", parent, (0.0, float(number), 0.0)) for number, parent in enumerate(parents)]
    made = [
        body(number, mode, position, size=size, shape=shape, mass=odd, linear_damping=odd, rotation=size)
        for number, mode, position, size, shape, odd in bodies
    ]
    springs, capsules = springs_of(file_of(bones, made, [joint(a, b, odd, odd) for a, b, odd in joints]))
    named = [number for spring in springs for number in spring.bones]
    assert len(named) == len(set(named))
    for spring in springs:
        assert 0.0 <= spring.stiffness <= 1.0
        assert 0.0 <= spring.drag <= 1.0
        assert 0.0 <= spring.gravity <= 1.0
        assert 0.0 <= spring.radius_m <= 0.1
        assert all(0 <= other < len(springs) for other in spring.neighbours)
    for capsule in capsules:
        assert np.isfinite([*capsule.ends_m[0], *capsule.ends_m[1], capsule.radius_m]).all()
