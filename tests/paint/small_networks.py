"""Painters as small as can be: their networks are a handful of ONNX operators, written byte by byte.

What they paint is known exactly: the copied colours, opaque where the body is, with a quarter of the frame before.
"""

import json
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from manekko.paint.views import Views

FLOAT, UINT8, INT8, UINT16 = 1, 2, 3, 4
FED = {
    "copied": (UINT8, 4), "rest": (UINT16, 3), "normals": (INT8, 3), "shade": (INT8, 0), "parts": (UINT8, 0),
    "depth": (FLOAT, 0),
}  # fmt: skip
"""What every network is fed: kind of number and channels of each array."""
_TOWARDS_PLANES = ("perm", (0, 3, 1, 2))


def _varint(value: int) -> bytes:
    result = bytearray()
    while value > 127:
        result.append(value & 127 | 128)
        value >>= 7
    return bytes([*result, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, data: bytes | str) -> bytes:
    data = data.encode() if isinstance(data, str) else data
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    sides = b"".join(_bytes(1, _number(1, s) if isinstance(s, int) else _bytes(2, s)) for s in shape)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, sides)))


def _constant(name: str, values: Sequence[float]) -> bytes:
    raw = struct.pack(f"<{len(values)}f", *values)
    return _number(1, len(values)) + _number(2, FLOAT) + _bytes(8, name) + _bytes(9, raw)


def _axes(name: str) -> bytes:
    return _number(1, 1) + _number(2, 7) + _bytes(8, name) + _bytes(9, struct.pack("<q", 3))


def _node(kind: str, inputs: str, output: str, attribute: tuple[str, int | Sequence[int]] | None = None) -> bytes:
    result = b"".join(_bytes(1, name) for name in inputs.split(" ")) + _bytes(2, output) + _bytes(4, kind)
    if attribute is not None:
        name, value = attribute
        whole = isinstance(value, int)
        told = _number(3, value) if whole else b"".join(_number(8, one) for one in value)
        result += _bytes(5, _bytes(1, name) + told + _number(20, 2 if whole else 7))
    return result


def _network(nodes: Sequence[bytes], constants: Sequence[bytes], fed: Sequence[bytes]) -> bytes:
    graph = b"".join(_bytes(1, node) for node in nodes) + _bytes(2, "small")
    graph += b"".join(_bytes(5, one) for one in constants) + b"".join(_bytes(11, one) for one in fed)
    graph += _bytes(12, _value("painted", FLOAT, (1, 4, "rows", "columns")))
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _bytes(1, "") + _number(2, 13))


def _fed() -> list[bytes]:
    return [
        _value(name, kind, (1, "height", "width", *([channels] if channels else [])))
        for name, (kind, channels) in FED.items()
    ]


def dense_network() -> bytes:
    """Return a network that paints ¾ of the copied colours, opaque on the body, and ¼ of the frame before."""
    nodes = [
        _node("Cast", "copied", "copied.f", ("to", FLOAT)),
        _node("Mul", "copied.f to_colour", "colour"),
        _node("Add", "colour opaque", "whole"),
        _node("Cast", "parts", "parts.f", ("to", FLOAT)),
        _node("Less", "parts.f nothing", "covered"),
        _node("Cast", "covered", "covered.f", ("to", FLOAT)),
        _node("Unsqueeze", "covered.f last", "mask"),
        _node("Mul", "whole mask", "now"),
        _node("Cast", "previous", "previous.f", ("to", FLOAT)),
        _node("Mul", "previous.f to_earlier", "earlier"),
        _node("Add", "now earlier", "mixed"),
        _node("Transpose", "mixed", "painted", _TOWARDS_PLANES),
    ]
    constants = [
        _constant("to_colour", [0.75 / 255.0] * 3 + [0.0]),
        _constant("opaque", [0.0, 0.0, 0.0, 0.75]),
        _constant("nothing", [254.5]),
        _constant("to_earlier", [0.25 / 255.0]),
        _axes("last"),
    ]
    previous = _value("previous", UINT8, (1, "height", "width", 4))
    return _network(nodes, constants, [*_fed(), previous])


def white_network() -> bytes:
    """Return a network for details that makes its whole square white: 1 − what is there."""
    nodes = [_node("Mul", "coarse minus", "away"), _node("Add", "away one", "painted")]
    coarse = _value("coarse", FLOAT, (1, 4, "height", "width"))
    return _network(nodes, [_constant("minus", [-1.0]), _constant("one", [1.0])], [*_fed(), coarse])


def plain_network() -> bytes:
    """Return a network that paints white where any of the sticks' channels is strong, four times as fine as they."""
    nodes = [
        _node("ReduceMax", "sticks", "strongest", ("axes", (1,))),
        _node("Resize", "strongest  scales", "fine"),
        _node("Concat", "fine fine fine fine", "painted", ("axis", 1)),
    ]
    return _network(
        nodes,
        [_constant("scales", [1.0, 1.0, 4.0, 4.0])],
        [_value("sticks", FLOAT, (1, "channels", "height", "width"))],
    )


def small_painter(folder: Path, views: Views, *, model: str = "maneko", details: Sequence[str] = ()) -> Path:
    """Write a whole painter into a new folder."""
    folder.mkdir(parents=True)
    views.save(folder / "views.npz")
    (folder / "painter.json").write_text(
        json.dumps({"version": 1, "character": "small", "data": {"model": model}}), encoding="utf-8"
    )
    (folder / "dense.onnx").write_bytes(dense_network())
    for name in details:
        (folder / f"{name}.onnx").write_bytes(white_network())
    return folder


def small_views(low_m: np.ndarray, high_m: np.ndarray, rgb: tuple[int, int, int], side_px: int = 64) -> Views:
    """Return views from in front and behind of a box around a figure, in which everything is of one colour."""
    picture = np.tile(np.array([*rgb, 255], np.uint8), (side_px, side_px, 1))
    middle, pixel_m = (low_m + high_m) / 2.0, float((high_m - low_m).max()) / side_px
    scale, half = 1.0 / pixel_m, side_px / 2.0
    front = [
        [scale, 0.0, 0.0, half - middle[0] * scale],
        [0.0, -scale, 0.0, half + middle[1] * scale],
        [0.0, 0.0, 0.0, 1.0],  # every place is as deep as what is shown
    ]
    depth, slant = np.full((side_px, side_px), 1.0, np.float32), np.ones((side_px, side_px), np.float32)
    return Views(low_m, high_m - low_m, (picture,), (depth,), (slant,), np.array([front]))
