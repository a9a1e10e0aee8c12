"""GLB, the binary form of glTF 2.0: its JSON document, its accessors as arrays, and the way back to bytes.

Files may be hostile: every count is checked against the bytes there are before anything is made of it, what one file
may unpack to is bounded, and nothing outside the file is ever opened.
"""

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np

from manekko.arrays import Array
from manekko.errors import FormatError
from manekko.files.binary import beginning, printable

Json = dict[str, Any]
_Kind = TypeVar("_Kind", int, str, float, dict, list, bool)

_HEADER = struct.Struct("<4sII")
_CHUNK = struct.Struct("<I4s")
_JSON, _BINARY = b"JSON", b"BIN\0"
_COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
UNPACKED_BYTES = 1 << 30
"""Most bytes that the accessors of one file may unpack to: several may share the same bytes, some have none."""
NAME_LENGTH = 200
"""Characters of a name that are kept."""


@dataclass
class Glb:
    """A file's document and its binary chunk; ``unpacked`` counts the bytes that have been made of them."""

    document: Json
    binary: bytes
    unpacked: int = 0
    _lists: dict[str, list[Json]] = field(default_factory=dict)

    def list_of(self, name: str) -> list[Json]:
        """Return one of the document's lists of objects; an absent one is empty."""
        if name not in self._lists:
            self._lists[name] = objects(self.document, name, "the document")
        return self._lists[name]

    def spend(self, size: int, place: str) -> None:
        """Count bytes that are about to be made of the file's.

        Raises:
            FormatError: the file unpacks to more than anyone means.
        """
        self.unpacked += size
        if self.unpacked > UNPACKED_BYTES:
            raise FormatError(f"{place}: the file unpacks to more than {UNPACKED_BYTES >> 20} MB; it is a trap")

    def accessor(self, number: int, width: int, what: str) -> Array:
        """Return an accessor as (count, width) float64, or as int64 where its numbers are whole.

        Normalized integers become 0–1 or −1–1 as glTF says.
        """
        entry = at(self.list_of("accessors"), number, what)
        place = f"accessor {number}"
        dtype, found = _layout(entry, place)
        if found != width:
            raise FormatError(f"{what}: {place} has {found} numbers a row, expected {width}")
        count = value(entry, "count", int, place)
        if count < 0:
            raise FormatError(f"{place} announces {count} rows: the file is damaged")
        self.spend(count * width * 8, place)
        if "bufferView" in entry:
            rows = self._rows(entry, dtype, width, count, place)
        else:
            rows = np.zeros((count, width), dtype)
        if "sparse" in entry:
            rows = self._with_sparse(rows, value(entry, "sparse", dict, place), dtype, width, place)
        result = _as_numbers(rows, normalized=value(entry, "normalized", bool, place, default=False))
        if not np.isfinite(result).all():
            raise FormatError(f"{place} holds numbers that are not finite")
        return result

    def _rows(self, entry: Json, dtype: np.dtype, width: int, count: int, place: str) -> Array:
        view = value(entry, "bufferView", int, place)
        data, stride = self.view(view, place), self._stride(view, place)
        start = value(entry, "byteOffset", int, place, default=0)
        size = dtype.itemsize * width
        stride = stride or size
        needed = start + stride * (count - 1) + size if count else start
        if start < 0 or not size <= stride <= max(size, len(data)) or needed > len(data):
            raise FormatError(f"{place} needs {needed} bytes, its buffer view {view} has {len(data)}")
        shape, strides = (count, width), (stride, dtype.itemsize)
        return np.ndarray(shape, dtype, memoryview(data), start, strides) if count else np.zeros(shape, dtype)

    def _stride(self, view: int, place: str) -> int:
        return value(at(self.list_of("bufferViews"), view, place), "byteStride", int, place, default=0)

    def _with_sparse(self, rows: Array, sparse: Json, dtype: np.dtype, width: int, place: str) -> Array:
        count = value(sparse, "count", int, place)
        indices, values = value(sparse, "indices", dict, place), value(sparse, "values", dict, place)
        code = _COMPONENTS.get(value(indices, "componentType", int, place), "")
        if count < 0 or code not in ("<u1", "<u2", "<u4"):
            raise FormatError(f"{place}: its sparse indices are not sensible")
        where = self._rows(indices, np.dtype(code), 1, count, place)[:, 0].astype(np.int64)
        if len(where) and where.max() >= len(rows):
            raise FormatError(f"{place}: a sparse index {where.max()} is beyond its {len(rows)} rows")
        result = rows.copy()
        result[where] = self._rows(values, dtype, width, count, place)
        return result

    def view(self, number: int, what: str) -> memoryview:
        """Return the bytes of a buffer view."""
        entry = at(self.list_of("bufferViews"), number, what)
        place = f"buffer view {number}"
        buffer = value(entry, "buffer", int, place)
        if "uri" in at(self.list_of("buffers"), buffer, place) or buffer != 0:
            raise FormatError(f"{place} lies outside the file; expected a GLB with everything inside: export it so")
        start, length = value(entry, "byteOffset", int, place, default=0), value(entry, "byteLength", int, place)
        if start < 0 or length < 0 or start + length > len(self.binary):
            raise FormatError(
                f"{place} covers bytes {start}–{start + length} of {len(self.binary)}: the file is damaged or cut off"
            )
        return memoryview(self.binary)[start : start + length]


def parse_glb(data: bytes) -> Glb:
    """Return the document and the binary chunk of a GLB.

    Raises:
        FormatError: this is no GLB of glTF 2.0, or it is damaged.
    """
    if len(data) < _HEADER.size or data[:4] != b"glTF":
        raise FormatError(f"a GLB begins with 'glTF', {beginning(data)}", offset=0)
    _, version, length = _HEADER.unpack_from(data)
    if version != 2:
        raise FormatError(f"this is glTF {version}; expected version 2: export it again", offset=4)
    if length > len(data):
        raise FormatError(f"the file announces {length} bytes and has {len(data)}: it is cut off", offset=8)
    chunks = _chunks(data[:length])
    if not chunks or chunks[0][0] != _JSON:
        raise FormatError("the first part of a GLB is its JSON document; here it is missing", offset=_HEADER.size)
    binary = chunks[1][1] if len(chunks) > 1 and chunks[1][0] == _BINARY else b""
    return Glb(_document(chunks[0][1]), binary)


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return (kind, bytes) of the first two chunks: what follows them belongs to extensions."""
    chunks: list[tuple[bytes, bytes]] = []
    place = _HEADER.size
    while place + _CHUNK.size <= len(data) and len(chunks) < 2:
        size, kind = _CHUNK.unpack_from(data, place)
        place += _CHUNK.size
        if size > len(data) - place:
            raise FormatError(f"a part announces {size} bytes, {len(data) - place} are left", offset=place)
        chunks.append((kind, data[place : place + size]))
        place += size
    return chunks


def _document(raw: bytes) -> Json:
    try:
        document = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"the JSON document cannot be read ({error})", offset=_HEADER.size + _CHUNK.size) from None
    if not isinstance(document, dict):
        raise FormatError("the JSON document is no object", offset=_HEADER.size + _CHUNK.size)
    return document


def _layout(entry: Json, place: str) -> tuple[np.dtype, int]:
    code = _COMPONENTS.get(value(entry, "componentType", int, place))
    width = _WIDTHS.get(value(entry, "type", str, place))
    if code is None or width is None:
        raise FormatError(f"{place} has the type {entry['type']!r:.40} of {entry['componentType']}, which is not used")
    return np.dtype(code), width


def _as_numbers(rows: Array, *, normalized: bool) -> Array:
    if rows.dtype.kind == "f":
        with np.errstate(invalid="ignore"):  # what is not finite is refused by the caller
            return rows.astype(np.float64)
    if not normalized:
        return rows.astype(np.int64)
    return np.maximum(rows.astype(np.float64) / np.iinfo(rows.dtype).max, -1.0)


def value(entry: Mapping[str, Any], name: str, kind: type[_Kind], place: str, *, default: _Kind | None = None) -> _Kind:
    """Return a member of a JSON object, checked to be of a kind; whole numbers count as fractions too.

    Raises:
        FormatError: it is of another kind, or absent where there is no default.
    """
    found = entry.get(name, default)
    if kind is float and isinstance(found, int) and not isinstance(found, bool):
        found = float(found) if abs(found) < 1 << 64 else math.inf
    good = isinstance(found, kind) and (kind is bool or not isinstance(found, bool))
    if not good or (isinstance(found, float) and not math.isfinite(found)):
        raise FormatError(f"{place}: {name} is {_shown(found)}, expected {_WORDS[kind]}")
    return cast(_Kind, found)


_WORDS = {int: "a whole number", str: "a text", float: "a number", dict: "an object", list: "a list", bool: "yes or no"}


def _shown(found: object) -> str:
    return "missing" if found is None else printable(repr(found)[:40])


def objects(entry: Mapping[str, Any], name: str, place: str) -> list[Json]:
    """Return a member that is a list of objects; an absent one is empty."""
    found = value(entry, name, list, place, default=[])
    if not all(isinstance(item, dict) for item in found):
        raise FormatError(f"{place}: {name} is no list of objects")
    return found


def integers(entry: Mapping[str, Any], name: str, place: str) -> list[int]:
    """Return a member that is a list of whole numbers; an absent one is empty."""
    found = value(entry, name, list, place, default=[])
    if not all(isinstance(item, int) and not isinstance(item, bool) for item in found):
        raise FormatError(f"{place}: {name} is no list of whole numbers")
    return found


def numbers(entry: Mapping[str, Any], name: str, place: str, *, default: Sequence[float]) -> tuple[float, ...]:
    """Return a member that is a list of as many finite numbers as the default has."""
    found = value(entry, name, list, place, default=list(default))
    if len(found) < len(default):
        raise FormatError(f"{place}: {name} has {len(found)} numbers, expected {len(default)}")
    named = {str(index): item for index, item in enumerate(found[: len(default)])}
    return tuple(value(named, index, float, f"{place}: {name}") for index in named)


def at(entries: Sequence[Json], number: int, place: str) -> Json:
    """Return the object of that number in a list.

    Raises:
        FormatError: there is no such number.
    """
    if not 0 <= number < len(entries):
        raise FormatError(f"{place} names number {number} of a list of {len(entries)}")
    return entries[number]


def name_of(entry: Mapping[str, Any], otherwise: str) -> str:
    """Return an object's name, fit to be shown; another where it has none."""
    found = entry.get("name")
    return printable(found[:NAME_LENGTH]) if isinstance(found, str) and found else otherwise


def write_glb(document: Json, binary: bytes) -> bytes:
    """Return the bytes of a GLB; the same document gives the same bytes."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
    text += b" " * (-len(text) % 4)
    binary += bytes(-len(binary) % 4)
    parts = _CHUNK.pack(len(text), _JSON) + text + _CHUNK.pack(len(binary), _BINARY) + binary
    return _HEADER.pack(b"glTF", 2, _HEADER.size + len(parts)) + parts
