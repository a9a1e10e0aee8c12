"""VRM 1.0 as written and read again, and VRM 0.x told in VRM 1.0's words."""

import numpy as np
import pytest

from manekko.errors import FormatError
from manekko.files.vrm_materials import linear, srgb
from manekko.files.vrm_read import read_model
from manekko.files.vrm_values import humanoid_name
from manekko.files.vrm_write import write_vrm
from tests.files.vrm_samples import (
    META,
    document_of,
    sample_model,
    sample_vrm,
    sample_vrm0,
    with_document,
)


def test_a_vrm_reads_as_it_was_written() -> None:
    model, read = sample_model(), read_model(sample_vrm())
    assert read.vrm_version == "1"
    assert read.meta == {"name": "sample", "authors": "somebody", "licenseUrl": "https://vrm.dev/licenses/1.0/"}
    for name in ("name", "humanoid", "expressions", "springs", "colliders", "images"):
        assert getattr(read, name) == getattr(model, name), name
    assert read.materials[0].mtoon == model.materials[0].mtoon
    assert [(m.name, m.base_rgba, m.image, m.alpha_mode, m.two_sided, m.unlit) for m in read.materials] == [
        (m.name, m.base_rgba, m.image, m.alpha_mode, m.two_sided, m.unlit) for m in model.materials
    ]
    for node, other in zip(read.nodes, model.nodes, strict=True):
        assert (node.name, node.parent, node.mesh, node.skin) == (other.name, other.parent, other.mesh, other.skin)
        assert np.allclose(node.local, other.local, atol=1e-7)
    assert np.allclose(read.skins[0].inverse_binds, model.skins[0].inverse_binds, atol=1e-6)


def test_meshes_read_as_they_were_written() -> None:
    model, read = sample_model(), read_model(sample_vrm())
    assert [mesh.name for mesh in read.meshes] == ["Face", "Body"]
    assert read.meshes[0].target_names == ("smile",)
    for entry, other in zip(read.vertices, model.vertices, strict=True):
        assert np.allclose(entry.positions_m, other.positions_m, atol=1e-6)
        assert entry.joints is not None
        assert other.joints is not None
        assert entry.joints.tolist() == other.joints.tolist()
        assert (entry.uvs is None) == (other.uvs is None)
    target, other = read.vertices[0].targets[0], model.vertices[0].targets[0]
    assert target.vertices.tolist() == other.vertices.tolist()
    assert np.allclose(target.shifts_m, other.shifts_m, atol=1e-7)
    assert read.meshes[1].primitives[0].triangles.tolist() == [[0, 1, 2], [0, 2, 3]]


def test_the_same_model_gives_the_same_bytes() -> None:
    assert sample_vrm() == sample_vrm()
    assert write_vrm(read_model(sample_vrm()), META) == sample_vrm()


def test_vrm0_speaks_of_the_same_bones_and_faces() -> None:
    read = read_model(sample_vrm0())
    assert read.vrm_version == "0"
    assert read.name == "old sample"
    assert read.humanoid == sample_model().humanoid
    assert [(face.name, face.binds) for face in read.expressions] == [
        ("happy", ((0, 0, 1.0),)),
        ("Grin", ((0, 0, 0.5),)),
    ]
    assert humanoid_name("rightThumbIntermediate") == "rightThumbProximal"
    assert humanoid_name("leftThumbDistal") == "leftThumbDistal"


def test_vrm0_springs_run_to_every_tip() -> None:
    read = read_model(sample_vrm0())
    assert [[joint.node for joint in chain] for chain in read.springs] == [[15, 16]]
    assert read.springs[0][0].stiffness == 2.0
    # Unity's z points the other way.
    assert read.colliders[0].offset_m == (0.0, 0.1, -0.02)
    document = document_of(sample_vrm0())
    document["nodes"].append({"name": "second tip", "translation": [0.1, -0.1, 0.0]})
    document["nodes"][15]["children"].append(len(document["nodes"]) - 1)
    forked = read_model(with_document(sample_vrm0(), document))
    assert [[joint.node for joint in chain] for chain in forked.springs] == [[15, 16], [len(document["nodes"]) - 1]]


def test_vrm0_shading_is_lit_and_dark_at_the_same_angles() -> None:
    toon = read_model(sample_vrm0()).materials[0].mtoon
    assert toon is not None
    # VRM 0.x with shift 0 and toony 0.9 is dark up to a cosine of 0 and lit from 0.1 on.
    assert -1.0 + toon.shading_toony - toon.shading_shift == pytest.approx(0.0)
    assert 1.0 - toon.shading_toony - toon.shading_shift == pytest.approx(0.1)


def test_vrm0_materials_are_read_from_their_tables() -> None:
    material = read_model(sample_vrm0()).materials[0]
    assert material.two_sided
    assert (material.alpha_mode, material.alpha_cutoff, material.image) == ("MASK", 0.4, 0)
    assert material.base_rgba == pytest.approx((1.0, float(linear(0.5)), float(linear(0.5)), 1.0))
    assert material.mtoon is not None
    assert (material.mtoon.outline_mode, material.mtoon.outline_width) == ("worldCoordinates", pytest.approx(0.002))


def test_colours_go_from_srgb_to_linear_and_back() -> None:
    levels = np.linspace(0.0, 1.0, 50)
    assert np.allclose(srgb(linear(levels)), levels, atol=1e-7)
    assert float(linear(0.5)) == pytest.approx(0.2140, abs=1e-4)


def test_a_skin_without_enough_matrices_is_refused() -> None:
    document = document_of(sample_vrm())
    document["skins"][0]["joints"] = document["skins"][0]["joints"] + [17]
    with pytest.raises(FormatError, match="18 joints and 17 bind matrices"):
        read_model(with_document(sample_vrm(), document))
