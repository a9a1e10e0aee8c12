"""Animations put into a GLB, read back by the plainest reader of what glTF says."""

import numpy as np
import pytest

from manekko.errors import FormatError
from manekko.files.gltf import parse_glb
from manekko.files.gltf_animation import NodeTrack, parts_of, with_animation
from manekko.files.vrm_read import read_model
from manekko.skeleton.rotations import as_axes, normalized
from tests.files.gltf_played import played_worlds
from tests.files.test_gltf import with_document_of_anything
from tests.files.vrm_samples import document_of, sample_vrm, with_document

TIMES_S = np.arange(3) / 30.0
TURN_XYZW = normalized(np.array([0.1, 0.2, -0.3, 0.9]))


def test_a_node_goes_and_turns_as_its_track_says() -> None:
    shifts, turns = np.arange(9.0).reshape(3, 3), np.tile(TURN_XYZW, (3, 1))
    made = with_animation(sample_vrm(), "walk", TIMES_S, [NodeTrack(0, shifts, turns)])
    assert [one["name"] for one in document_of(made)["animations"]] == ["walk"]
    for frame in range(3):
        hips = played_worlds(made, frame)[0]
        assert np.allclose(hips[:3, 3], shifts[frame], atol=1e-6)
        assert np.allclose(hips[:3, :3], as_axes(TURN_XYZW), atol=1e-6)


def test_the_file_stays_what_it_was_but_for_its_animations() -> None:
    document = document_of(sample_vrm())
    document["animations"] = [{"name": "old", "channels": [], "samplers": []}]
    data = with_document(sample_vrm(), document)
    made = with_animation(
        data, "walk", TIMES_S, [NodeTrack(1, weights=None, rotations_xyzw=np.tile(TURN_XYZW, (3, 1)))]
    )
    before, after = document_of(data), document_of(made)
    assert after["accessors"][: len(before["accessors"])] == before["accessors"]
    assert parse_glb(made).binary.startswith(parse_glb(data).binary)
    for name in set(before) - {"accessors", "bufferViews", "buffers", "animations"}:
        assert after[name] == before[name], name
    assert "animations" not in document_of(with_animation(data, "still", TIMES_S, []))


def test_weights_stand_target_by_target() -> None:
    made = with_animation(sample_vrm(), "smile", TIMES_S, [NodeTrack(17, weights=np.array([[0.0], [0.5], [1.0]]))])
    sampler = document_of(made)["animations"][0]["samplers"][0]
    assert parse_glb(made).accessor(sampler["output"], 1, "weights")[:, 0].tolist() == [0.0, 0.5, 1.0]


def test_a_scene_is_turned_as_a_whole() -> None:
    made = with_animation(sample_vrm(), "still", TIMES_S, [], turned=True)
    plain, turned = (np.array([world[:3, 3] for world in played_worlds(data, 0)])[:17] for data in (sample_vrm(), made))
    assert np.allclose(turned, plain * [-1.0, 1.0, -1.0], atol=1e-6)


def test_a_node_with_a_matrix_moves_too_and_keeps_its_scale() -> None:
    document = document_of(sample_vrm())
    matrix = np.eye(4)
    matrix[:3, :3] = as_axes(TURN_XYZW) * [2.0, 3.0, 0.5]
    matrix[:3, 3] = (1.0, 2.0, 3.0)
    node = document["nodes"][0]
    del node["translation"]
    node["matrix"] = matrix.T.ravel().tolist()
    data = with_document(sample_vrm(), document)
    made = with_animation(data, "walk", TIMES_S, [NodeTrack(0, np.tile([0.0, 5.0, 0.0], (3, 1)))])
    matrix[:3, 3] = (0.0, 5.0, 0.0)
    assert np.allclose(played_worlds(made, 1)[0], matrix, atol=1e-6)
    assert read_model(made).nodes[0].local == pytest.approx(read_model(data).nodes[0].local, abs=1e-6)


@pytest.mark.parametrize("scale", [(1.0, 1.0, 1.0), (2.0, 0.5, 3.0), (-1.0, 1.0, 1.0)])
def test_a_matrix_is_its_parts(scale: tuple[float, float, float]) -> None:
    local = np.eye(4)
    local[:3, :3] = as_axes(TURN_XYZW) * scale
    local[:3, 3] = (0.1, 0.2, 0.3)
    shift, turn, size = parts_of(local)
    assert np.allclose(as_axes(turn) * size, local[:3, :3], atol=1e-9)
    assert shift.tolist() == [0.1, 0.2, 0.3]


def test_a_point_and_what_is_flat_are_not_turned() -> None:
    flat = np.eye(4)
    flat[:3, 1] = flat[:3, 0]
    for local in (np.zeros((4, 4)), flat):
        assert parts_of(local)[1].tolist() == [0.0, 0.0, 0.0, 1.0]


def test_numbers_that_json_has_no_words_for_are_refused() -> None:
    document = document_of(sample_vrm())
    document["nodes"][0]["extras"] = float("nan")
    with pytest.raises(FormatError, match="numbers that are not finite"):
        with_animation(with_document_of_anything(sample_vrm(), document), "walk", TIMES_S, [])


def test_a_track_of_no_node_is_refused() -> None:
    with pytest.raises(FormatError, match="names number 99 of a list of 19"):
        with_animation(sample_vrm(), "walk", TIMES_S, [NodeTrack(99, np.zeros((3, 3)))])
