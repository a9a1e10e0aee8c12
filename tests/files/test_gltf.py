"""GLB containers and accessors: what they say, and that nothing they say does harm."""

import copy
import json
import random
import struct
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.errors import FormatError
from manekko.files.gltf import Glb, parse_glb, write_glb
from manekko.files.vrm_read import read_model
from manekko.stage.from_vrm import figure_from_glb
from tests.files.vrm_samples import document_of, sample_vrm, sample_vrm0, with_document

SAMPLES = (sample_vrm(), sample_vrm0())
ODD = (
    *(None, True, -1, 0, 1, 7, 2**31 - 1, 2**70, -0.5, 1e308, float("inf"), float("nan")),
    *("", "POSITION", [], [0], [1e9] * 4, [[]], {}, {"node": 0}, [{}]),
)


def glb_of(raw: bytes, **accessor: Any) -> Glb:
    view = {"buffer": 0, "byteLength": len(raw)} | accessor.pop("view", {})
    document = {
        "buffers": [{"byteLength": len(raw)}],
        "bufferViews": [view],
        "accessors": [{"bufferView": 0} | accessor],
    }
    return parse_glb(write_glb(document, raw))


def take(data: bytes) -> FormatError | None:
    try:
        figure_from_glb(data, "sample")
    except FormatError as error:
        return error
    return None


def test_a_glb_is_read_as_written() -> None:
    document = {"asset": {"version": "2.0"}, "名": ["前"]}
    glb = parse_glb(write_glb(document, b"12345"))
    assert glb.document == document
    assert glb.binary == b"12345\0\0\0"


def test_rows_farther_apart_than_the_file_is_long_are_refused() -> None:
    floats = bytes(12)
    for stride in (11, 13, 2**70):
        glb = glb_of(floats, componentType=5126, count=1, type="VEC3", view={"byteStride": stride})
        with pytest.raises(FormatError, match="needs"):
            glb.accessor(0, 3, "")


def test_numbers_of_every_kind_are_read() -> None:
    floats = np.array([[1.5, -2.0, 3.0]], "<f4").tobytes()
    assert glb_of(floats, componentType=5126, count=1, type="VEC3").accessor(0, 3, "").tolist() == [[1.5, -2.0, 3.0]]
    shorts = struct.pack("<4H", 0, 1, 65535, 3)
    whole = glb_of(shorts, componentType=5123, count=4, type="SCALAR").accessor(0, 1, "")
    assert whole.tolist() == [[0], [1], [65535], [3]]
    shares = glb_of(shorts, componentType=5123, count=1, type="VEC4", normalized=True).accessor(0, 4, "")
    assert np.allclose(shares, [[0.0, 1 / 65535, 1.0, 3 / 65535]])
    signed = glb_of(struct.pack("<2b", -128, 127), componentType=5120, count=2, type="SCALAR", normalized=True)
    assert signed.accessor(0, 1, "").tolist() == [[-1.0], [1.0]]


def test_rows_may_lie_apart() -> None:
    raw = struct.pack("<8f", 1, 2, 3, 9, 4, 5, 6, 9)
    glb = glb_of(raw, view={"byteStride": 16}, componentType=5126, count=2, type="VEC3")
    assert glb.accessor(0, 3, "").tolist() == [[1, 2, 3], [4, 5, 6]]


def test_sparse_rows_replace_zeros() -> None:
    raw = struct.pack("<2H2f", 1, 3, 7.0, 8.0)
    document = {
        "buffers": [{"byteLength": 12}],
        "bufferViews": [
            {"buffer": 0, "byteLength": 4},
            {"buffer": 0, "byteOffset": 4, "byteLength": 8},
        ],
        "accessors": [
            {
                "componentType": 5126,
                "count": 5,
                "type": "SCALAR",
                "sparse": {
                    "count": 2,
                    "indices": {"bufferView": 0, "componentType": 5123},
                    "values": {"bufferView": 1},
                },
            }
        ],
    }
    glb = parse_glb(write_glb(document, raw))
    assert glb.accessor(0, 1, "")[:, 0].tolist() == [0, 7, 0, 8, 0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"count": 5}, "needs 20 bytes, its buffer view 0 has 16"),
        ({"count": 2**31}, "a trap"),
        ({"count": -1}, "announces -1 rows"),
        ({"count": 1.5}, "expected a whole number"),
        ({"componentType": 99}, "which is not used"),
        ({"bufferView": 3}, "names number 3 of a list of 1"),
        ({"byteOffset": -4}, "needs"),
        ({"view": {"byteLength": 99}}, "the file is damaged or cut off"),
        ({"view": {"buffer": 1}}, "names number 1 of a list of 1"),
        ({"view": {"byteStride": 2}}, "needs"),
    ],
)
def test_an_accessor_that_cannot_be_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    entry = {"componentType": 5126, "count": 4, "type": "SCALAR"} | changes
    with pytest.raises(FormatError, match=words):
        glb_of(bytes(16), **entry).accessor(0, 1, "here")


def test_a_buffer_outside_the_file_is_refused() -> None:
    document = document_of(SAMPLES[0])
    document["buffers"][0]["uri"] = "http://localhost/secret.bin"
    with pytest.raises(FormatError, match="lies outside the file"):
        read_model(with_document(SAMPLES[0], document))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "this one is empty"),
        (b"PMX 2.0 and so on", "begins with 'glTF'"),
        (b"glTF" + struct.pack("<II", 1, 12), "this is glTF 1"),
        (b"glTF" + struct.pack("<II", 2, 99), "it is cut off"),
        (b"glTF" + struct.pack("<II", 2, 12), "JSON document; here it is missing"),
        (write_glb({}, b"").replace(b"{}  ", b"[1]" + b" "), "is no object"),
        (b"glTF" + struct.pack("<III", 2, 200_020, 200_000) + b"JSON" + b"[" * 200_000, "cannot be read"),
    ],
)
def test_what_is_no_glb_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        parse_glb(data)


@pytest.mark.parametrize(
    ("node", "member", "words"),
    [
        (2, {"children": [0]}, "circle"),
        (0, {"children": [0]}, "hangs on two nodes"),
        (5, {"children": [2]}, "hangs on two nodes"),
        (3, {"children": [999]}, "names number 999"),
        (3, {"rotation": [0, 0, 0, 0]}, "no unit quaternion"),
        (3, {"translation": [1e30, 0, 0]}, "beyond all measure"),
        (17, {"mesh": 12}, "names number 12"),
    ],
)
def test_nodes_that_cannot_be_are_refused_in_words(node: int, member: dict[str, Any], words: str) -> None:
    document = document_of(SAMPLES[0])
    document["nodes"][node] |= member
    with pytest.raises(FormatError, match=words):
        read_model(with_document(SAMPLES[0], document))


def test_a_compressed_file_is_refused_with_advice() -> None:
    document = document_of(SAMPLES[0]) | {"extensionsRequired": ["KHR_draco_mesh_compression"]}
    with pytest.raises(FormatError, match="export it without compression"):
        read_model(with_document(SAMPLES[0], document))


@given(data=st.data())
@settings(max_examples=15)
def test_a_prefix_of_a_vrm_is_a_format_error(data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(SAMPLES))
    assert take(sample[: data.draw(st.integers(0, len(sample) - 1))]) is not None


@given(data=st.data())
@settings(max_examples=20)
def test_a_flipped_byte_of_a_vrm_is_a_figure_or_a_format_error(data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(SAMPLES))
    place, mask = data.draw(st.integers(0, len(sample) - 1)), data.draw(st.integers(1, 255))
    take(sample[:place] + bytes([sample[place] ^ mask]) + sample[place + 1 :])


def members(entry: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) in a JSON value."""
    keys = list(entry) if isinstance(entry, dict) else range(len(entry)) if isinstance(entry, list) else []
    return [(entry, key) for key in keys] + [found for key in keys for found in members(entry[key])]


def changed(seed: int) -> bytes:
    """A sample with one to three members of its document replaced, or taken away, by chance."""
    chance = random.Random(seed)
    sample = chance.choice(SAMPLES)
    document = copy.deepcopy(document_of(sample))
    for _ in range(chance.randint(1, 3)):
        holder, key = chance.choice(members(document))
        if isinstance(holder, dict) and chance.random() < 0.2:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(chance.choice(ODD))
    return with_document_of_anything(sample, document)


def with_document_of_anything(sample: bytes, document: dict[str, Any]) -> bytes:
    try:
        return with_document(sample, document)
    except ValueError:  # JSON has no infinities; Python's reader takes them all the same.
        text = json.dumps(document).encode()
        text += b" " * (-len(text) % 4)
        rest = sample[20 + struct.unpack_from("<I", sample, 12)[0] :]
        return (
            b"glTF"
            + struct.pack("<II", 2, 20 + len(text) + len(rest))
            + struct.pack("<I", len(text))
            + b"JSON"
            + text
            + rest
        )


@given(seed=st.integers(0, 10**9))
@settings(max_examples=30)
def test_a_changed_document_is_a_figure_or_a_format_error(seed: int) -> None:
    take(changed(seed))


@pytest.mark.slow
def test_hundreds_of_changed_documents_are_figures_or_format_errors() -> None:
    errors = [take(changed(seed)) for seed in range(600)]
    assert 60 < sum(error is None for error in errors) < 540


@pytest.mark.slow
def test_memory_stays_small_whatever_number_is_announced() -> None:
    document = document_of(SAMPLES[0])
    tracemalloc.start()
    for number in range(len(document["accessors"])):
        for count in (2**20, 2**31):
            larger = copy.deepcopy(document)
            larger["accessors"][number]["count"] = count
            assert take(with_document(SAMPLES[0], larger)) is not None
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 << 20
