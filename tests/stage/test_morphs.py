"""What morphs do: weights over time, groups, vertices, texture coordinates, bones, materials."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.files.standard_rig import standard_rig
from manekko.motion.motion import RigMotion
from manekko.skeleton.rotations import angle_between, from_rotation_vectors, multiply
from manekko.stage.figure import BoneMorph, GroupMorph, Material, MaterialMorph, UvMorph, VertexMorph
from manekko.stage.morphs import (
    material_values,
    morphed_bones,
    sample_weights,
    shared_out,
    uv_shifts,
    vertex_shifts,
)
from tests.stage.morph_samples import POINTS, figure_of

RIG = standard_rig()
WEIGHTS = st.floats(-1.0, 1.5)


def moving(rows: dict[int, tuple[float, float, float]]) -> VertexMorph:
    return VertexMorph(np.array(list(rows), np.int64), np.array(list(rows.values()), np.float64))


def group(members: dict[int, float]) -> GroupMorph:
    return GroupMorph(np.array(list(members), np.int64), np.array(list(members.values()), np.float64))


def turning(bone: int, turn_rad: tuple[float, float, float], shift_m: tuple[float, float, float]) -> BoneMorph:
    return BoneMorph(np.array([bone]), np.array([shift_m]), from_rotation_vectors(np.array([turn_rad])))


def painting(values: dict[int, float], *, adds: bool, material: int = 0) -> MaterialMorph:
    row = np.full(28, 0.0 if adds else 1.0)
    row[list(values)] = list(values.values())
    return MaterialMorph(np.array([material]), np.array([adds]), row[None])


def all_shifts(rows: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    result = np.zeros((POINTS, shifts.shape[1]))
    result[rows] = shifts
    return result


@given(weight=WEIGHTS, first=WEIGHTS, second=WEIGHTS)
def test_a_group_does_what_its_members_do_at_its_shares(weight: float, first: float, second: float) -> None:
    morphs = (
        ("a", moving({0: (1.0, 0.0, 0.0), 3: (0.0, 2.0, 0.0)})),
        ("b", moving({3: (0.0, 1.0, 1.0)})),
        ("both", group({0: first, 1: second})),
    )
    figure = figure_of(RIG, morphs)
    grouped = shared_out(morphs, np.array([0.0, 0.0, weight]))
    single = shared_out(morphs, np.array([weight * first, weight * second, 0.0]))
    assert np.allclose(all_shifts(*vertex_shifts(figure, grouped)), all_shifts(*vertex_shifts(figure, single)))
    assert grouped[2] == 0.0


def test_members_keep_what_they_have_of_their_own() -> None:
    morphs = (("a", moving({0: (1.0, 0.0, 0.0)})), ("g", group({0: 0.5})), ("h", group({0: -0.25})))
    assert shared_out(morphs, np.array([0.3, 1.0, 1.0])).tolist() == pytest.approx([0.55, 0.0, 0.0])


def test_groups_in_groups_and_members_that_do_not_exist_are_passed_over() -> None:
    morphs = (
        ("a", moving({0: (1.0, 0.0, 0.0)})),
        ("g", group({0: 1.0, 2: 1.0, 7: 1.0})),
        ("h", group({1: 1.0, 2: 1.0})),
    )
    assert shared_out(morphs, np.array([0.0, 0.0, 1.0])).tolist() == [0.0, 0.0, 0.0]
    assert shared_out(morphs, np.array([0.0, 1.0, 0.0])).tolist() == [1.0, 0.0, 0.0]


def test_weights_go_straight_from_key_to_key_and_stay_outside() -> None:
    morphs = (("a", moving({0: (1.0, 0.0, 0.0)})), ("b", group({0: 2.0})), ("a", moving({1: (1.0, 0.0, 0.0)})))
    motion = RigMotion(
        "m", {}, {"a": (np.array([10, 20]), np.array([0.2, 0.6])), "nobody": (np.array([0]), np.ones(1))}
    )
    weights = sample_weights(morphs, motion, np.array([0.0, 12.5, 99.0]))
    assert weights[:, 0].tolist() == pytest.approx([0.2, 0.3, 0.6])
    assert weights[:, 2].tolist() == weights[:, 0].tolist(), "all morphs of a name take its keys"
    assert not weights[:, 1].any()


def test_shifts_of_one_vertex_add_up_and_rows_beyond_the_mesh_are_left_out() -> None:
    double = VertexMorph(np.array([2, 2, POINTS, -1]), np.array([[1.0, 0, 0], [0, 1.0, 0], [9.0, 9, 9], [9.0, 9, 9]]))
    figure = figure_of(RIG, (("a", double), ("b", moving({2: (0.0, 0.0, 4.0), 0: (1.0, 0.0, 0.0)}))))
    rows, shifts = vertex_shifts(figure, np.array([2.0, 0.5]))
    assert rows.tolist() == [0, 2]
    assert shifts.tolist() == [[0.5, 0.0, 0.0], [2.0, 2.0, 2.0]]
    assert len(vertex_shifts(figure, np.zeros(2))[0]) == 0


def test_texture_coordinates_move_by_their_own_morphs_only() -> None:
    uv = UvMorph(np.array([1]), np.array([[0.25, -0.5]]))
    figure = figure_of(RIG, (("v", moving({1: (1.0, 1.0, 1.0)})), ("u", uv)))
    rows, shifts = uv_shifts(figure, np.array([1.0, 0.5]))
    assert rows.tolist() == [1]
    assert shifts.tolist() == [[0.125, -0.25]]


@given(weight=st.floats(0.0, 1.0), angle=st.floats(-3.0, 3.0))
def test_a_bone_morph_turns_by_its_share_of_the_angle(weight: float, angle: float) -> None:
    figure = figure_of(RIG, (("a", turning(3, (0.0, angle, 0.0), (0.0, 0.0, 2.0))),))
    done = morphed_bones(figure, np.array([[weight]]))
    if weight == 0.0:
        assert done == {}
        return
    shift, turn = done[3]
    assert shift.tolist() == [[0.0, 0.0, pytest.approx(2.0 * weight)]]
    assert angle_between(turn[0], from_rotation_vectors(np.array([0.0, weight * angle, 0.0]))) < 1e-6


def test_turns_of_two_bone_morphs_follow_each_other_and_a_turn_of_no_length_is_none() -> None:
    one, two = (0.7, 0.0, 0.0), (0.0, 0.5, 0.0)
    nothing = BoneMorph(np.array([3, 99]), np.zeros((2, 3)), np.zeros((2, 4)))
    morphs = (("a", turning(3, one, (1.0, 0.0, 0.0))), ("b", turning(3, two, (1.0, 0.0, 0.0))), ("c", nothing))
    shift, turn = morphed_bones(figure_of(RIG, morphs), np.ones((1, 3)))[3]
    expected = multiply(from_rotation_vectors(np.array(two)), from_rotation_vectors(np.array(one)))
    assert angle_between(turn[0], expected) < 1e-6
    assert shift.tolist() == [[2.0, 0.0, 0.0]]


MATERIALS = (
    Material("skin", 0, 1, (0.5, 0.4, 0.3, 1.0), specular_power=8.0, edge_size=2.0),
    Material("hair", 1, 1, (0.2, 0.2, 0.2, 0.5)),
)


def test_without_weight_materials_are_as_they_are() -> None:
    values = material_values(figure_of(RIG, (("a", painting({0: 0.0}, adds=False)),), MATERIALS), np.zeros(1))
    assert values.own[0].tolist() == [0.5, 0.4, 0.3, 1.0, 0, 0, 0, 8.0, 0, 0, 0, 0, 0, 0, 1.0, 2.0]
    assert (values.tints == 1.0).all()
    assert (values.added == 0.0).all()


def test_factors_come_before_what_is_added_whatever_their_order() -> None:
    morphs = (("plus", painting({0: 0.1}, adds=True)), ("times", painting({0: 0.5, 15: 0.0}, adds=False)))
    values = material_values(figure_of(RIG, morphs, MATERIALS), np.array([1.0, 0.5]))
    assert values.own[0, 0] == pytest.approx(0.5 * 0.75 + 0.1)
    assert values.own[0, 15] == pytest.approx(2.0 * 0.5)
    assert values.own[1].tolist() == pytest.approx(material_values(figure_of(RIG, (), MATERIALS), np.zeros(0)).own[1])


def test_minus_one_means_every_material_and_tints_keep_factor_and_sum_apart() -> None:
    morphs = (
        ("t", painting({16: 0.5, 27: 0.0}, adds=False, material=-1)),
        ("p", painting({20: 0.3}, adds=True, material=1)),
    )
    values = material_values(figure_of(RIG, morphs, MATERIALS), np.ones(2))
    assert values.tints[:, 0, 0].tolist() == [0.5, 0.5]
    assert values.tints[:, 2, 3].tolist() == [0.0, 0.0]
    assert values.added[:, 1, 0].tolist() == [0.0, 0.3]
    beyond = material_values(
        figure_of(RIG, (("x", painting({0: 0.0}, adds=False, material=5)),), MATERIALS), np.ones(1)
    )
    assert beyond.own[:, 0].tolist() == [0.5, 0.2]
