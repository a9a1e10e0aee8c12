import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from manekko.character import default_model
from manekko.character.build import build_character, write_character
from manekko.character.cast import CAST
from manekko.character.design import Design
from manekko.files.pmx import PmxFile, parse_pmx, write_pmx
from manekko.files.standard_rig import standard_rig
from manekko.stage.figures import read_figure
from tests.character.dolls import CHIBI, TALL, built

MODELS = default_model().parent.parent
FACES = "まばたき 笑い ウィンク ウィンク右 ウィンク２ ｳｨﾝｸ２右 あ い う え お にこり 困る 怒り 真面目 上 下".split()


@cache
def maneko() -> PmxFile:
    return parse_pmx(default_model().read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("stem", CAST)
def test_the_shipped_models_are_what_the_generator_makes(stem: str) -> None:
    shipped, fresh = parse_pmx((MODELS / stem / f"{stem}.pmx").read_bytes()), built(CAST[stem]).pmx
    hint = "run `python -m manekko.character`"
    assert shipped.header == fresh.header, hint
    assert shipped.textures == fresh.textures, hint
    assert len(shipped.vertices.positions) == len(fresh.vertices.positions), hint
    assert np.array_equal(shipped.faces, fresh.faces), hint
    for name in ("positions", "normals", "uvs", "edge_scales"):
        assert getattr(shipped.vertices, name) == pytest.approx(getattr(fresh.vertices, name), abs=2e-3), hint
    assert [(m.name, m.vertex_count, m.flags) for m in shipped.materials] == [
        (m.name, m.vertex_count, m.flags) for m in fresh.materials
    ], hint
    assert [bone.name for bone in shipped.bones] == [bone.name for bone in fresh.bones], hint
    assert [(m.name, m.panel, len(m.offsets)) for m in shipped.morphs] == [
        (m.name, m.panel, len(m.offsets)) for m in fresh.morphs
    ], hint
    assert [body.name for body in shipped.rigid_bodies] == [body.name for body in fresh.rigid_bodies], hint
    assert len(shipped.joints) == len(fresh.joints), hint
    pictures = {path.relative_to(MODELS / stem).as_posix() for path in (MODELS / stem).rglob("*.png")}
    assert pictures == {name.replace("\\", "/") for name in built(CAST[stem]).textures}, hint


@pytest.mark.parametrize("stem", CAST)
def test_a_shipped_model_is_small_and_reads_without_a_warning(stem: str) -> None:
    path = MODELS / stem / f"{stem}.pmx"
    assert path.stat().st_size < 3_000_000
    assert sum(file.stat().st_size for file in [path, *path.parent.rglob("*.png")]) < 3_000_000
    figure = read_figure(path)
    assert figure.warnings == ()
    assert figure.springs
    assert figure.capsules
    named = {texture.name.replace("\\", "/") for texture in figure.textures}
    assert all((path.parent / name).is_file() for name in named if name.startswith("tex/"))


def test_the_file_says_its_licence_in_two_languages() -> None:
    header = maneko().header
    assert "CC0" in header.comment
    assert "自由" in header.comment
    assert "CC0 1.0" in header.comment_en
    assert "free for any use" in header.comment_en
    assert (header.name, header.name_en, header.version) == ("まねこ", "Maneko", 2.0)


def test_it_has_the_bones_and_faces_that_motions_use() -> None:
    bones = {bone.name for bone in maneko().bones}
    assert {bone.name for bone in standard_rig().bones} <= bones
    morphs = {morph.name for morph in maneko().morphs}
    assert set(FACES) <= morphs
    assert set(standard_rig().morphs) <= morphs


def test_names_fit_into_a_vmd_and_are_used_once() -> None:
    for names in ([bone.name for bone in maneko().bones], [morph.name for morph in maneko().morphs]):
        assert len(set(names)) == len(names)
        assert all(len(name.encode("cp932")) <= 15 for name in names)


def test_all_bones_and_morphs_stand_in_a_display_frame_once() -> None:
    items = [item for frame in maneko().display_frames for item in frame.items]
    assert len(set(items)) == len(items)
    shown = {number for number, bone in enumerate(maneko().bones) if bone.flags & 0x0008}
    assert {number for kind, number in items if kind == 0} == shown
    assert {number for kind, number in items if kind == 1} == set(range(len(maneko().morphs)))
    assert [(frame.name, frame.special) for frame in maneko().display_frames[:2]] == [("Root", 1), ("表情", 1)]


def test_triangles_and_normals_of_body_and_clothes_look_outwards_as_in_other_models() -> None:
    vertices, start = maneko().vertices, 0
    for material in maneko().materials:
        triangles = maneko().faces[start : start + material.vertex_count // 3]
        start += len(triangles)
        if material.name == "顔":
            break
        corners = vertices.positions[triangles].astype(np.float64)
        faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        agree = np.einsum("ij,ij->i", faces, vertices.normals[triangles].mean(axis=1)) >= 0.0
        assert agree.mean() > 0.94, material.name
    assert np.linalg.norm(vertices.normals, axis=1) == pytest.approx(np.ones(len(vertices.normals)), abs=1e-3)


def test_weights_are_as_the_format_wants_them() -> None:
    vertices = maneko().vertices
    used = vertices.bones >= 0
    assert vertices.weights.sum(axis=1) == pytest.approx(np.ones(len(used)), abs=1e-5)
    assert vertices.bones.max() < len(maneko().bones)
    assert (used.sum(axis=1) == np.array([1, 2, 4])[vertices.weight_kinds]).all()


def test_every_swaying_bone_has_a_body_and_hangs_on_the_figure() -> None:
    file = maneko()
    swaying = [number for number, body in enumerate(file.rigid_bodies) if body.mode != 0]
    assert len(swaying) > 40
    hung = {joint.bodies[1] for joint in file.joints}
    assert set(swaying) <= hung
    for body in file.rigid_bodies:
        assert 0 <= body.bone < len(file.bones)
        assert min(body.size[:1]) > 0.0
        assert body.mass > 0.0
    for joint in file.joints:
        assert len(joint.settings) == 24
        assert np.isfinite(joint.settings).all()
        assert all(low <= high for low, high in zip(joint.settings[6:9], joint.settings[9:12], strict=True))


@pytest.mark.slow
def test_the_same_design_gives_the_same_bytes() -> None:
    again = build_character(CAST["maneko"])
    assert write_pmx(again.pmx) == write_pmx(built(CAST["maneko"]).pmx)
    for name, picture in built(CAST["maneko"]).textures.items():
        assert np.array_equal(picture, again.textures[name])


@pytest.mark.slow
@pytest.mark.parametrize("design", [CHIBI, TALL, Design(hair="short", outfit="sports")])
def test_other_proportions_and_outfits_make_whole_models(design: Design, tmp_path: Path) -> None:
    path = write_character(built(design), tmp_path, "doll")
    figure = read_figure(path)
    assert figure.warnings == ()
    height = figure.mesh.positions_m[:, 1]
    assert height.min() == pytest.approx(0.0, abs=0.005)
    assert design.height_m <= height.max() < 1.08 * design.height_m


@pytest.mark.slow
def test_the_command_writes_the_whole_cast(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "manekko.character", "--out", str(tmp_path)], check=True)
    for stem in CAST:
        assert (tmp_path / stem / f"{stem}.pmx").read_bytes() == write_pmx(built(CAST[stem]).pmx)
