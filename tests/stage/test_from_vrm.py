"""VRM and GLB files as figures: at rest along the world's axes, facing +Z, looking as MToon means it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from manekko.errors import FormatError
from manekko.files.vrm_values import Expression, GltfMaterial, MToon
from manekko.files.vrm_write import write_vrm
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.skeleton.rotations import from_rotation_vectors
from manekko.stage import from_vrm_materials
from manekko.stage.figure import SPHERE_ADD, Figure, GroupMorph, Material, VertexMorph
from manekko.stage.from_vrm import figure_from_glb
from manekko.stage.from_vrm_morphs import unique
from manekko.stage.from_vrm_springs import vrm_gravity, vrm_stiffness
from manekko.stage.perform import perform
from tests.files.vrm_samples import BONES, META, document_of, sample_model, sample_vrm, sample_vrm0, with_document


def changed(document: dict[str, Any]) -> Figure:
    return figure_from_glb(with_document(sample_vrm(), document), "file")


def in_material(**changes: Any) -> tuple[Figure, Material]:
    """The sample with other values in the material of its face."""
    model = sample_model()
    skin = replace(model.materials[0], **changes)
    figure = figure_from_glb(write_vrm(replace(model, materials=(skin, model.materials[1])), META), "file")
    return figure, next(material for material in figure.materials if material.name == "skin")


def test_bones_stand_where_their_nodes_do() -> None:
    figure = figure_from_glb(sample_vrm(), "file")
    assert figure.rig.name == "sample"
    assert figure.rig.rest("leftHand").tolist() == pytest.approx([0.65, 1.4, 0.0])
    assert figure.rig.bones[figure.humanoid["leftFoot"]].name == "leftFoot"
    assert figure.rig.bones[figure.humanoid["hips"]].movable
    assert not figure.warnings


def test_a_vrm0_figure_is_turned_to_face_forwards() -> None:
    old, new = figure_from_glb(sample_vrm0(), "file"), figure_from_glb(sample_vrm(), "file")
    assert np.allclose(old.mesh.positions_m, new.mesh.positions_m, atol=1e-6)
    assert np.allclose(old.rig.rest("leftHand"), new.rig.rest("leftHand"), atol=1e-6)
    assert np.allclose(old.mesh.normals, new.mesh.normals, atol=1e-6)


def test_turned_nodes_give_the_same_figure() -> None:
    """The spine's own axes are turned and what hangs on it turned back: nothing is seen of it."""
    document, turn = document_of(sample_vrm()), [0.0, 0.0, 0.5**0.5, 0.5**0.5]
    document["nodes"][1]["rotation"] = turn
    for child in document["nodes"][1]["children"]:
        x, y, z = document["nodes"][child]["translation"]
        document["nodes"][child]["translation"] = [y, -x, z]
        document["nodes"][child]["rotation"] = [0.0, 0.0, -turn[2], turn[3]]
    turned, plain = changed(document), figure_from_glb(sample_vrm(), "file")
    assert np.allclose(turned.mesh.positions_m, plain.mesh.positions_m, atol=1e-6)
    motion = RigMotion(
        "",
        {"spine": BoneTrack(np.array([0]), np.zeros((1, 3)), from_rotation_vectors(np.array([[0.2, 0.4, -0.3]])))},
    )
    ours, theirs = (
        next(perform(figure, motion, np.array([0]), swaying=False)).positions_m for figure in (turned, plain)
    )
    assert np.allclose(ours, theirs, atol=1e-6)


def test_an_expression_is_a_group_of_morph_targets() -> None:
    figure = figure_from_glb(sample_vrm(), "file")
    assert [name for name, _ in figure.morphs] == ["happy", "smile"]
    assert figure.rig.morphs == ("happy", "smile")
    happy, smile = (morph for _, morph in figure.morphs)
    assert isinstance(happy, GroupMorph)
    assert isinstance(smile, VertexMorph)
    assert (happy.morphs.tolist(), happy.shares.tolist()) == ([1], [1.0])
    face = next(material for material in figure.materials if material.name == "skin")
    corners = figure.mesh.triangles[face.first_triangle : face.first_triangle + face.triangle_count]
    assert set(smile.vertices.tolist()) <= set(corners.ravel().tolist())
    assert np.allclose(smile.shifts_m, [[0.0, 0.01, 0.0], [0.0, 0.02, 0.0]], atol=1e-7)


def test_morph_shifts_turn_with_what_carries_them() -> None:
    old = figure_from_glb(sample_vrm0(), "file")
    document = document_of(sample_vrm0())
    document["nodes"][2]["rotation"] = [0.5**0.5, 0.0, 0.0, 0.5**0.5]
    nodding = figure_from_glb(with_document(sample_vrm0(), document), "file")
    shifts = [dict(figure.morphs)["smile"].shifts_m for figure in (old, nodding)]  # type: ignore[union-attr]
    assert np.allclose(shifts[0][1], [0.0, 0.02, 0.0], atol=1e-7)
    # The node turns +y to its own +z, which the half turn of the hips makes the world's −z, and the figure's +z again.
    assert np.allclose(shifts[1][1], [0.0, 0.0, 0.02], atol=1e-7)


def test_what_blends_is_drawn_last() -> None:
    figure = figure_from_glb(sample_vrm(), "file")
    assert [material.name for material in figure.materials] == ["cloth", "skin"]
    assert [material.first_triangle for material in figure.materials] == [0, 2]
    assert figure.materials[0].two_sided
    assert not figure.materials[1].two_sided


def test_an_opaque_material_shows_no_hole() -> None:
    figure, material = in_material(alpha_mode="OPAQUE", base_rgba=(1.0, 1.0, 1.0, 0.3))
    assert material.diffuse_rgba[3] == 1.0
    assert (figure.textures[material.texture].rgba[..., 3] == 255).all()
    figure, material = in_material(alpha_mode="MASK", base_rgba=(1.0, 1.0, 1.0, 0.3))
    assert (figure.textures[material.texture].rgba[..., 3] == 0).all()


def test_a_lit_surface_has_its_own_colour_and_a_dark_one_the_shade() -> None:
    figure, material = in_material(base_rgba=(0.5, 0.25, 1.0, 1.0))
    light = 0.604
    lit = np.array(material.diffuse_rgba[:3]) * light + np.array(material.ambient_rgb)
    assert np.allclose(lit, [0.7354, 0.5371, 1.0], atol=1e-3)
    ramp = figure.textures[material.toon].rgba[:, 0, :3] / 255.0
    assert np.allclose(ramp[0], 1.0)
    assert np.allclose(ramp[-1] * lit, [0.7354, 0.5371, 0.5371], atol=0.01)
    # Half way is the cosine 0.1 of the sample's shift.
    half = (ramp[:, 2] - ramp[-1, 2]) / (1.0 - ramp[-1, 2])
    assert 1.0 - 2.0 * (np.argmin(np.abs(half - 0.5)) + 0.5) / len(ramp) == pytest.approx(0.1, abs=0.05)


def test_an_unlit_surface_is_always_its_own_colour() -> None:
    document = document_of(sample_vrm())
    document["materials"][0]["extensions"] = {"KHR_materials_unlit": {}}
    material = next(entry for entry in changed(document).materials if entry.name == "skin")
    assert material.diffuse_rgba[:3] == (0.0, 0.0, 0.0)
    assert material.toon == -1
    assert material.ambient_rgb == pytest.approx((1.0, 0.7354, 0.7354), abs=1e-3)


def test_outlines_and_matcaps_are_edges_and_spheres() -> None:
    _, material = in_material()
    assert material.edge
    assert material.edge_size == pytest.approx(0.002 / 0.0028)
    assert material.sphere >= 0
    assert material.sphere_mode == SPHERE_ADD
    _, plain = in_material(mtoon=MToon())
    assert (plain.edge, plain.sphere) == (False, -1)


def test_a_picture_that_cannot_be_read_is_told_once() -> None:
    model = sample_model()
    figure = figure_from_glb(write_vrm(replace(model, images=(("broken", b"no picture"),)), META), "file")
    assert len(figure.warnings) == 1
    assert "'broken'" in figure.warnings[0]
    assert all(material.texture == -1 for material in figure.materials)


def test_springs_swing_as_stiffly_as_vrm_means() -> None:
    figure = figure_from_glb(sample_vrm(), "file")
    (spring,) = figure.springs
    assert [figure.rig.bones[bone].name for bone in spring.bones] == ["ribbon"]
    assert vrm_stiffness(spring.stiffness, 0.2) == pytest.approx(0.5)
    assert vrm_gravity(spring.gravity) == pytest.approx(0.1)
    assert spring.drag == pytest.approx(1.0 - 0.6**2)
    tail = figure.rig.bones[spring.bones[0]].tail_position_m
    assert tail == pytest.approx((0.0, 1.4, -0.1))
    sphere, capsule = figure.capsules
    assert sphere.ends_m[0] == sphere.ends_m[1] == pytest.approx((0.0, 1.6, 0.0))
    assert capsule.ends_m[1] == pytest.approx((0.0, 1.3, 0.0))


def test_springs_of_wild_numbers_are_bounded() -> None:
    model = sample_model()
    wild = replace(model.springs[0][0], stiffness=1e308, drag=-1e308, gravity=1e308, radius_m=1e308)
    chain = (wild, replace(wild, node=14), replace(wild, node=13))
    (spring,) = figure_from_glb(write_vrm(replace(model, springs=(chain,)), META), "file").springs
    assert spring.stiffness == 1.0
    assert spring.drag == 0.0
    assert np.isfinite([spring.gravity, spring.radius_m]).all()


def test_a_plain_glb_tells_its_bones_by_their_names() -> None:
    document = document_of(sample_vrm())
    del document["extensions"]
    names = {"hips": "pelvis", "spine": "spine_01", "head": "head"}
    parts = {"UpperLeg": "thigh", "LowerLeg": "calf", "Foot": "foot"}
    parts |= {"UpperArm": "upperarm", "LowerArm": "lowerarm", "Hand": "hand"}
    names |= {side + part: f"{word}_{side[0]}" for side in ("left", "right") for part, word in parts.items()}
    for node in document["nodes"]:
        node["name"] = names.get(node["name"], node["name"])
    figure = changed(document)
    assert figure.rig.name == "file"
    assert {name: figure.rig.bones[bone].name for name, bone in figure.humanoid.items()}["leftLowerLeg"] == "calf_l"
    assert {"hips", "head", "leftHand", "rightFoot"} <= set(figure.humanoid)
    assert not figure.warnings


def test_a_glb_of_no_person_stands_still_and_says_so() -> None:
    document = document_of(sample_vrm())
    del document["extensions"]
    for number, node in enumerate(document["nodes"]):
        node["name"] = f"thing {number % 3}"
    figure = changed(document)
    assert figure.humanoid == {}
    assert any("no bones of a person" in warning for warning in figure.warnings)
    assert len({bone.name for bone in figure.rig.bones}) == len(BONES) + 2


def test_names_used_twice_are_numbered() -> None:
    assert unique(["a", "b", "a", "a 2", "a"]) == ["a", "b", "a 3", "a 2", "a 4"]


def test_a_file_without_a_mesh_is_refused_with_advice() -> None:
    document = document_of(sample_vrm())
    for node in document["nodes"]:
        node.pop("mesh", None)
    with pytest.raises(FormatError, match="give a VRM or GLB of a character"):
        changed(document)


def test_a_file_whose_meshes_are_empty_is_refused_with_advice() -> None:
    document = document_of(sample_vrm())
    for mesh in document["meshes"]:
        mesh["primitives"] = []
    with pytest.raises(FormatError, match="give a VRM or GLB of a character"):
        changed(document)


def test_morph_targets_of_one_name_are_told_apart_however_many_there_are() -> None:
    model = sample_model()
    many = replace(model.vertices[0], targets=model.vertices[0].targets * 600)
    face = replace(model.meshes[0], target_names=("a",) * 600)
    faces = tuple(Expression(f"face {n}", ((0, n, 1e300), (0, n, 1e308))) for n in range(600))
    crowd = replace(model, vertices=(many, model.vertices[1]), meshes=(face, model.meshes[1]), expressions=faces)
    figure = figure_from_glb(write_vrm(crowd, META), "file")
    names = [name for name, _ in figure.morphs]
    assert len(set(names)) == len(names) == 1200
    assert names[600:603] == ["a", "Face.a", "Face.a 2"]
    last = figure.morphs[599][1]
    assert isinstance(last, GroupMorph)
    assert last.morphs.tolist() == [1199]
    assert np.isfinite(last.shares).all()


def test_targets_that_move_nothing_are_left_out() -> None:
    document = document_of(sample_vrm())
    document["meshes"][0]["primitives"][0]["targets"] *= 2
    document["meshes"][0]["primitives"][0]["targets"][0] = {}
    document["meshes"][0]["extras"] = {"targetNames": ["nothing", "smile"]}
    assert [name for name, _ in changed(document).morphs] == ["smile"]


def test_one_picture_is_not_copied_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(from_vrm_materials, "MOST_PIXELS", 20)
    document = document_of(sample_vrm())
    skin, primitive = document["materials"][0], document["meshes"][0]["primitives"][0]
    document["materials"] += [skin | {"alphaMode": "MASK", "alphaCutoff": n / 200} for n in range(1, 100)]
    document["meshes"][0]["primitives"] = [primitive | {"material": 2 + n} for n in range(99)]
    figure = changed(document)
    copies = [texture for texture in figure.textures if texture.name == "red"]
    assert 10 < len(copies) < 30
    assert len(figure.warnings) == 1
    assert "left out" in figure.warnings[0]


def test_a_vertex_on_no_joint_is_refused() -> None:
    model = sample_model()
    lost = replace(model.vertices[1], joints=np.full((4, 4), 99))
    with pytest.raises(FormatError, match="joint 99 of a skin with 17"):
        figure_from_glb(write_vrm(replace(model, vertices=(model.vertices[0], lost)), META), "file")


def test_a_material_without_anything_is_white() -> None:
    document = document_of(sample_vrm())
    document["materials"] = [{}, {}]
    material = changed(document).materials[0]
    assert GltfMaterial("").base_rgba == (1.0, 1.0, 1.0, 1.0)
    assert material.texture == -1
    assert not material.edge


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "bones", "triangles"),
    [
        ("cc0_humanoid.vrm", 52, 4608),
        ("godette_ccby.vrm", 45, 3439),
        ("cc0_mesh2motion_human.glb", 0, 13757),
        ("cc0_mesh2motion_animations.glb", 51, 13713),
    ],
)
def test_files_of_others_are_read_whole(data_folder: Path, name: str, bones: int, triangles: int) -> None:
    figure = figure_from_glb((data_folder / "avatars" / name).read_bytes(), name)
    assert len(figure.humanoid) == bones
    assert len(figure.mesh.triangles) == triangles
    assert bool(figure.warnings) == (bones == 0)
    assert figure.mesh.positions_m[:, 1].min() > -0.01
    if bones:
        hands = [figure.rig.bones[figure.humanoid[side + "Hand"]].rest_position_m for side in ("left", "right")]
        assert hands[0][0] > 0.4 > -0.4 > hands[1][0]
        toes, foot = (figure.rig.bones[figure.humanoid["left" + part]].rest_position_m for part in ("Toes", "Foot"))
        assert toes[2] > foot[2]


@pytest.mark.slow
def test_one_mesh_on_thousands_of_nodes_is_refused_before_it_is_made() -> None:
    model = sample_model()
    many = replace(
        model.vertices[1],
        positions_m=np.zeros((1000, 3)),
        normals=None,
        joints=np.zeros((1000, 4), dtype=np.int64),
        weights=np.tile([1.0, 0.0, 0.0, 0.0], (1000, 1)),
    )
    document = document_of(write_vrm(replace(model, vertices=(model.vertices[0], many)), META))
    place = len(document["nodes"])
    document["nodes"] += [{"mesh": 1} for _ in range(3000)]
    document["scenes"][0]["nodes"] += list(range(place, place + 3000))
    data = with_document(write_vrm(replace(model, vertices=(model.vertices[0], many)), META), document)
    with pytest.raises(FormatError, match="drawn so often"):
        figure_from_glb(data, "file")


@pytest.mark.slow
def test_small_parts_on_thousands_of_nodes_are_refused_in_time() -> None:
    document = document_of(sample_vrm())
    primitive = document["meshes"][1]["primitives"][0]
    document["meshes"][1]["primitives"] = [
        primitive | {"attributes": primitive["attributes"] | {f"_{n}": 0}} for n in range(3)
    ]
    place = len(document["nodes"])
    document["nodes"] += [{"mesh": 1} for _ in range(3000)]
    document["scenes"][0]["nodes"] += list(range(place, place + 3000))
    with pytest.raises(FormatError, match="drawn so often"):
        changed(document)
