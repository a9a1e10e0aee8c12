"""Model files become figures: axes, weights, morphs, pictures, and whatever is wrong in them."""

import os
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.arrays import Array
from manekko.errors import FormatError, InputError
from manekko.files.pmd import parse_pmd
from manekko.files.pmx import parse_pmx, write_pmx
from manekko.stage.figure import (
    DUAL_QUATERNION,
    LINEAR,
    SPHERE_ADD,
    SPHERE_MULTIPLY,
    SPHERE_SUB_TEXTURE,
    SPHERICAL,
    BoneMorph,
    Figure,
    GroupMorph,
    MaterialMorph,
    UvMorph,
    VertexMorph,
)
from manekko.stage.figures import read_figure
from manekko.stage.from_mmd import figure_from_pmx
from manekko.stage.from_pmd import figure_from_pmd
from tests.clients.small_textures import encoded
from tests.files.model_samples import fixed, pmd_bone, pmd_core, pmd_english, pmd_toons, pmd_vertex, pmx_21

PMX = pmx_21()
PICTURE = np.full((4, 4, 4), (10, 200, 30, 255), np.uint8)


def saved(folder: Path, data: bytes = PMX, name: str = "model.pmx") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def with_texture(folder: Path, named: str, *, kept: str | None = None) -> Figure:
    """The sample whose only texture has a name, with a file of that or another name beside it."""
    if kept is not None:
        (folder / kept).parent.mkdir(parents=True, exist_ok=True)
        (folder / kept).write_bytes(encoded("x.png", PICTURE))
    return read_figure(saved(folder, write_pmx(replace(parse_pmx(PMX), textures=(named,)))))


def test_a_pmx_is_in_metres_and_mirrored(tmp_path: Path) -> None:
    mesh = read_figure(saved(tmp_path)).mesh
    assert mesh.positions_m[0] == pytest.approx([0.04, 0.0, 0.08])
    assert mesh.normals[0] == pytest.approx([0.0, 1.0, 0.0])
    assert mesh.uvs[0] == pytest.approx([0.25, 0.75])
    assert mesh.second_uvs is not None
    assert mesh.second_uvs[0] == pytest.approx([1.0, 2.0])
    assert mesh.triangles.tolist() == [[2, 1, 0], [4, 3, 2]]
    assert mesh.skinning.tolist() == [LINEAR, LINEAR, LINEAR, SPHERICAL, DUAL_QUATERNION]
    assert mesh.sdef_m[3, 0] == pytest.approx([0.0, 0.08, -0.16])
    assert mesh.weights.sum(axis=1) == pytest.approx(np.ones(5))


def test_every_kind_of_morph_comes_over_at_its_place(tmp_path: Path) -> None:
    morphs = read_figure(saved(tmp_path)).morphs
    kinds = [GroupMorph, VertexMorph, BoneMorph, UvMorph, VertexMorph, MaterialMorph, GroupMorph, VertexMorph]
    assert [type(morph) for _, morph in morphs] == kinds
    vertex, bone, uv = morphs[1][1], morphs[2][1], morphs[3][1]
    assert isinstance(vertex, VertexMorph)
    assert vertex.vertices.tolist() == [4]
    assert vertex.shifts_m[0] == pytest.approx([0.008, 0.016, -0.024])
    assert isinstance(bone, BoneMorph)
    assert bone.turns_xyzw[0] == pytest.approx([-3.0, -4.0, 5.0, 6.0])
    assert isinstance(uv, UvMorph)
    assert uv.shifts[0] == pytest.approx([0.0, 1.0])
    assert all(len(morph.vertices) == 0 for _, morph in (morphs[4], morphs[7]) if isinstance(morph, VertexMorph))


def test_materials_keep_what_the_file_says(tmp_path: Path) -> None:
    skin, shared = read_figure(saved(tmp_path)).materials
    assert (skin.first_triangle, skin.triangle_count, shared.first_triangle) == (0, 1, 1)
    assert skin.diffuse_rgba == (0.5, 0.5, 0.5, 0.5)
    assert skin.edge_rgba == pytest.approx((0.1, 0.1, 0.1, 0.1))
    assert (skin.two_sided, skin.edge, skin.casts_shadow, skin.takes_shadow) == (True, True, True, True)
    assert skin.toon == -1
    assert shared.toon >= 0


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ("tex\\Skin.PNG", "tex/skin.png"),
        ("TEX/skin.png", "Tex/Skin.png"),
        ("./tex//肌.png", "tex/肌.png"),
        ("ｓｋｉｎ.png", "skin.png"),
        ("skin.sph", "skin.sph"),
    ],
)
def test_textures_are_found_whatever_their_slashes_and_case(tmp_path: Path, named: str, kept: str) -> None:
    figure = with_texture(tmp_path, named, kept=kept)
    assert figure.warnings == ()
    assert figure.textures[figure.materials[0].texture].rgba[0, 0].tolist() == [10, 200, 30, 255]


def test_a_texture_that_two_materials_wear_is_missed_once(tmp_path: Path) -> None:
    figure = with_texture(tmp_path, "tex\\gone.png")
    assert [material.texture for material in figure.materials] == [-1, -1]
    assert figure.warnings == ("texture 'tex/gone.png' is not beside the model; what wears it is drawn plain",)


@pytest.mark.parametrize("named", ["../secret.png", "..\\secret.png", "a/../../secret.png", "{root}/secret.png"])
def test_no_texture_is_read_from_outside_the_models_folder(tmp_path: Path, named: str) -> None:
    (tmp_path / "secret.png").write_bytes(encoded("x.png", PICTURE))
    home = tmp_path / "model"
    home.mkdir()
    figure = with_texture(home, named.format(root=tmp_path.as_posix()))
    assert figure.materials[0].texture == -1
    assert len(figure.warnings) == 1


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_no_link_leads_outside_the_models_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(encoded("x.png", PICTURE))
    home = tmp_path / "model"
    home.mkdir()
    (home / "inside.png").symlink_to(tmp_path / "secret.png")
    assert with_texture(home, "inside.png").materials[0].texture == -1


def test_a_damaged_texture_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"\x89PNG and nothing more")
    figure = with_texture(tmp_path, "bad.png")
    assert figure.materials[0].texture == -1
    assert figure.warnings[0].startswith("texture 'bad.png' cannot be used: the picture is damaged")


def test_sub_textures_need_coordinates_of_their_own() -> None:
    file = parse_pmx(PMX)
    sub = replace(file, materials=tuple(replace(m, sphere=0, sphere_mode=SPHERE_SUB_TEXTURE) for m in file.materials))
    assert figure_from_pmx(sub, Path("/nonexistent")).materials[0].sphere_mode == SPHERE_SUB_TEXTURE
    plain = replace(sub, header=replace(file.header, extra_uv_count=0))
    assert figure_from_pmx(plain, Path("/nonexistent")).materials[0].sphere_mode != SPHERE_SUB_TEXTURE


def test_triangles_of_vertices_that_do_not_exist_are_left_out() -> None:
    file = parse_pmx(PMX)
    faces = file.faces.copy()
    faces[0, 0] = 77
    figure = figure_from_pmx(replace(file, faces=faces), Path("/nonexistent"))
    assert figure.mesh.triangles[0].tolist() == [0, 0, 0]
    assert figure.warnings[0] == "1 triangles name vertices that the model does not have; they are left out"


def sample_pmd(texture: str = "", diffuse_alpha: float = 1.0, toon: int = 0) -> bytes:
    colours = (0.1, 0.2, 0.3, diffuse_alpha, 5.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    material = np.array(colours, "<f4").tobytes() + bytes([toon, 1]) + np.uint32(3).tobytes() + fixed(texture, 20)
    vertices = [pmd_vertex((float(n), 2.0, 3.0), (0, 1), 25) for n in range(3)]
    bones = [pmd_bone("センター", (0.0, 1.0, 0.0)), pmd_bone("頭", (0.0, 2.0, 0.0), parent=0)]
    return pmd_core(bones, [], vertices=vertices, faces=[0, 1, 2], materials=[material])


def test_a_pmd_becomes_the_same_kind_of_figure(tmp_path: Path) -> None:
    data = sample_pmd() + pmd_english(2) + pmd_toons()
    figure = read_figure(saved(tmp_path, data, "model.pmd"))
    assert figure.mesh.positions_m[1] == pytest.approx([0.08, 0.16, -0.24])
    assert figure.mesh.weights[0] == pytest.approx([0.25, 0.75, 0.0, 0.0])
    assert figure.mesh.bones[0].tolist() == [0, 1, 0, 0]
    material = figure.materials[0]
    assert material.diffuse_rgba == pytest.approx((0.1, 0.2, 0.3, 1.0))
    assert material.specular_power == 5.0
    assert material.specular_rgb == pytest.approx((0.4, 0.5, 0.6))
    assert material.ambient_rgb == pytest.approx((0.7, 0.8, 0.9))
    assert figure.textures[material.toon].name == "toon01"
    assert figure.warnings == ()
    ((name, blink),) = figure.morphs
    assert name == "まばたき"
    assert isinstance(blink, VertexMorph)
    assert blink.vertices.tolist() == [0]
    assert blink.shifts_m[0] == pytest.approx([0.0, -0.008, 0.0])


@pytest.mark.parametrize(("suffix", "mode"), [(".spa", SPHERE_ADD), (".sph", SPHERE_MULTIPLY)])
def test_a_pmds_texture_may_name_a_sphere_map_too(tmp_path: Path, suffix: str, mode: int) -> None:
    for name in ("肌.bmp", "s" + suffix):
        (tmp_path / name).write_bytes(encoded("x.bmp", PICTURE))
    material = read_figure(saved(tmp_path, sample_pmd(f"肌.bmp*S{suffix}"), "model.pmd")).materials[0]
    assert material.sphere_mode == mode
    assert sorted([material.texture, material.sphere]) == [0, 1]


def test_a_transparent_pmd_material_has_two_sides_and_098_stays_out_of_shadow() -> None:
    def material(alpha: float) -> Array:
        made = figure_from_pmd(parse_pmd(sample_pmd(diffuse_alpha=alpha)), Path("/nonexistent")).materials[0]
        return np.array([made.two_sided, made.takes_shadow, made.casts_shadow])

    assert material(1.0).tolist() == [False, True, True]
    assert material(0.5).tolist() == [True, True, True]
    assert material(0.98).tolist() == [True, False, False]


def test_other_files_are_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="neither PMX, PMD, VRM nor GLB"):
        read_figure(saved(tmp_path, b"hello", "a.pmx"))
    with pytest.raises(InputError, match=r"a\.pmx.*cannot be read"):
        read_figure(tmp_path / "nothing" / "a.pmx")
    with pytest.raises(FormatError, match="no bones"):
        figure_from_pmd(parse_pmd(pmd_core([], [], vertices=[], faces=[])), tmp_path)


@given(place=st.integers(0, len(PMX) - 1), mask=st.integers(1, 255))
@settings(deadline=None)
def test_a_flipped_byte_is_a_figure_with_sound_numbers_or_a_format_error(place: int, mask: int) -> None:
    data = PMX[:place] + bytes([PMX[place] ^ mask]) + PMX[place + 1 :]
    try:
        figure = figure_from_pmx(parse_pmx(data), Path("/nonexistent"))
    except FormatError:
        return
    mesh = figure.mesh
    assert np.isfinite(np.concatenate([mesh.positions_m, mesh.normals, mesh.sdef_m[:, 0]], axis=None)).all()
    assert ((mesh.triangles >= 0) & (mesh.triangles < max(len(mesh.positions_m), 1))).all()
    assert ((mesh.bones >= 0) & (mesh.bones < len(figure.rig.bones))).all()
    assert mesh.weights.sum(axis=1) == pytest.approx(np.ones(len(mesh.weights)))
    assert sum(material.triangle_count for material in figure.materials) <= len(mesh.triangles)
    assert all(-1 <= place < len(figure.textures) for m in figure.materials for place in (m.texture, m.sphere, m.toon))


@pytest.mark.data
def test_triangles_of_real_models_turn_anticlockwise_seen_from_outside(data_folder: Path) -> None:
    for name in ("models/yw_test_model.pmx", "fixtures/mmd-diffuse-lit-box.pmx"):
        mesh = read_figure(data_folder / "mmd" / name).mesh
        a, b, c = np.moveaxis(mesh.positions_m[mesh.triangles], 1, 0)
        assert (np.cross(b - a, c - a) * mesh.normals[mesh.triangles].mean(axis=1)).sum(axis=1).mean() > 0.0
        assert np.einsum("ij,ij->i", a, np.cross(b, c)).sum() > 0.0, "volume"


def test_a_folder_means_the_only_model_in_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no model"):
        read_figure(tmp_path)
    saved(tmp_path, name="One.PMX")
    (tmp_path / "readme.txt").write_text("よろしく")
    assert read_figure(tmp_path).rig.name == read_figure(tmp_path / "One.PMX").rig.name
    saved(tmp_path, name="two.pmx")
    with pytest.raises(InputError, match=r"2 models; give one of them: One.PMX, two.pmx"):
        read_figure(tmp_path)


def test_a_zip_is_to_be_unpacked_first(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "model.zip", "w") as archive:
        archive.writestr("model.pmx", PMX)
    with pytest.raises(FormatError, match="unpack it"):
        read_figure(tmp_path / "model.zip")
