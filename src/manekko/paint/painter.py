"""A trained character in use: its networks, run on the processor, paint pose maps."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as states  # pyright: ignore[reportAttributeAccessIssue]

from manekko.arrays import Array, Float, UInt8
from manekko.errors import FormatError, InputError
from manekko.paint.heads import head_boxes
from manekko.paint.pose_map import FIELDS, NOTHING, PoseMap
from manekko.paint.surface import body_of
from manekko.paint.views import Views, load_views

_ERRORS = (
    *(states.Fail, states.InvalidArgument, states.InvalidGraph, states.InvalidProtobuf, states.NoSuchFile),
    *(states.NotImplemented, states.RuntimeException, states.EPFail, states.NoModel, RuntimeError, ValueError),
)
"""ONNX Runtime's own errors have no class in common."""
VERSION = 1
"""Of a painter's folder."""
_LARGEST_BYTES = 1 << 27
_STEP_PX, _ROOM_PX = 32, 12
"""Sides that networks take are multiples of the first; around the figure at least the second is painted, too."""
_DETAILS = ("face", "hand", "hand")
"""The network for each square of ``heads.HEADS``."""


def shipped_painters() -> Path:
    """Return the folder of the painters that come with Manekko, one folder each."""
    return Path(__file__).parent / "painters"


def is_painter(path: Path) -> bool:
    """Return whether a path is the folder of a painter."""
    return (path / "painter.json").is_file()


@dataclass(frozen=True, eq=False)
class Painted:
    """One painted square; colours are multiplied by alpha."""

    rgba: UInt8[Array, "side side 4"]
    plain: UInt8[Array, "side side 4"]
    """Before face and hands were painted a second time: what the next frame is painted after."""


@dataclass(frozen=True)
class Painter:
    """The folder that ``manekko train painter`` wrote: ``painter.json``, ``views.npz`` and networks."""

    folder: Path
    character: str
    threads: int | None = None
    """Processor cores to use; None: all."""
    made_of: Mapping[str, Any] = field(default_factory=dict)
    """What its card tells of the data."""

    @cached_property
    def views(self) -> Views:
        """The character's reference pictures.

        Raises:
            InputError: they are missing.
            FormatError: they are damaged.
        """
        return load_views(self.folder / "views.npz")

    def has(self, network: str) -> bool:
        """Return whether there is a network of this name: dense, face, hand, stick, stick_paint or plain."""
        return (self.folder / f"{network}.onnx").is_file()

    def painted(
        self, told: PoseMap, previous: UInt8[Array, "side side 4"] | None = None, network: str = "dense"
    ) -> Painted:
        """Return the picture of a pose map.

        Args:
            told: sides are multiples of 16.
            previous: ``plain`` of the frame before; None: there is none.
            network: ``dense``, or ``stick_paint`` for maps that were guessed from keypoints.

        Raises:
            FormatError: a network is damaged or of another kind.
        """
        result = Painted(np.zeros_like(told.copied), np.zeros_like(told.copied))
        part = _covered(told.parts)
        if part is None:
            return result
        maps = {name: getattr(told, name)[None, part[0], part[1]] for name in FIELDS}
        maps["depth"] = maps["depth"].astype(np.float32)
        before = np.zeros_like(maps["copied"]) if previous is None else previous[None, part[0], part[1]]
        picture = self.run(network, {**maps, "previous": before})
        result.plain[part] = _as_bytes(picture)
        if network == "dense":
            self._add_details(picture, told, maps, (part[0].start, part[1].start))
        result.rgba[part] = _as_bytes(picture)
        return result

    def _add_details(
        self, picture: Float[Array, "1 4 height width"], told: PoseMap, maps: Mapping[str, Array], at: tuple[int, int]
    ) -> None:
        """Paint face and hands a second time, where they are wholly in the part that was painted."""
        height, width = picture.shape[2:]
        for detail, (left, top, side) in zip(_DETAILS, head_boxes(told.parts).tolist(), strict=True):
            # The square may reach beyond the figure, and so beyond the part.
            top, left = np.clip([top - at[0], left - at[1]], 0, [max(height - side, 0), max(width - side, 0)]).tolist()
            if side and self.has(detail) and side <= min(height, width):
                rows, columns = slice(top, top + side), slice(left, left + side)
                square = {name: values[:, rows, columns] for name, values in maps.items()}
                coarse = picture[:, :, rows, columns]
                coarse += self.run(detail, {**square, "coarse": coarse})

    @cached_property
    def body_m(self) -> Float[Array, "33 3"]:
        """The character's keypoints at rest; usual ones where the painter does not tell."""
        return body_of(self.made_of)

    def plain(self, sticks: Float[Array, "1 channel height width"]) -> UInt8[Array, "side side 4"]:
        """Return the picture (colours multiplied by alpha) that the network ``plain`` paints from sticks alone."""
        return _as_bytes(self.run("plain", {"sticks": sticks}))

    def run(self, network: str, inputs: Mapping[str, Array]) -> Float[Array, "*any"]:
        """Return what a network makes of its inputs.

        Raises:
            FormatError: it is damaged or of another kind.
        """
        session = self._session(network)
        try:
            (result,) = session.run(None, {name: np.ascontiguousarray(values) for name, values in inputs.items()})
        except _ERRORS as error:
            raise _damaged(self.folder / f"{network}.onnx", error) from None
        return np.asarray(result)

    @cached_property
    def _sessions(self) -> dict[str, onnxruntime.InferenceSession]:
        return {}

    def _session(self, network: str) -> onnxruntime.InferenceSession:
        if network not in self._sessions:
            path = self.folder / f"{network}.onnx"
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 4
            # Small squares gain nothing from a second core, and a waiting pool must not take cores from the rest.
            options.intra_op_num_threads = 1 if network in _DETAILS else self.threads or 0
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            try:
                if path.stat().st_size > _LARGEST_BYTES:
                    raise FormatError("too large for a painter's network").at(path)
                data = path.read_bytes()
            except OSError as error:
                raise InputError(f"{path} cannot be read ({error.strerror}); train the painter again") from None
            try:
                session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
            except _ERRORS as error:
                raise _damaged(path, error) from None
            self._sessions[network] = session
        return self._sessions[network]


def _covered(parts: UInt8[Array, "side side"]) -> tuple[slice, slice] | None:
    """Return the rows and columns that need painting: all around the figure; None where nothing is.

    Networks are convolutions, and know the emptiness around a figure from training: only part of the square is run.
    """
    seen = parts != NOTHING
    ends = []
    for axis in (1, 0):
        places = np.flatnonzero(seen.any(axis=axis))
        if len(places) == 0:
            return None
        first = max(int(places[0]) - _ROOM_PX, 0) // _STEP_PX * _STEP_PX
        last = min(-(-(int(places[-1]) + 1 + _ROOM_PX) // _STEP_PX) * _STEP_PX, len(parts))
        ends.append(slice(first, last))
    return ends[0], ends[1]


def _as_bytes(picture: Float[Array, "1 4 height width"]) -> UInt8[Array, "height width 4"]:
    return np.round(np.clip(picture[0].transpose(1, 2, 0), 0.0, 1.0) * 255.0).astype(np.uint8)


def _damaged(path: Path, error: Exception) -> FormatError:
    # Only its kind: the message is long and names the insides of the runtime.
    return FormatError(f"this network is damaged or no painter's ({type(error).__name__}); train it again").at(path)


def open_painter(folder: Path, threads: int | None = None) -> Painter:
    """Return the painter in a folder.

    Raises:
        InputError: there is none.
        FormatError: it is damaged.
    """
    path = folder / "painter.json"
    try:
        values: Any = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"{folder} is no painter ({error.strerror}); make one with: manekko train painter") from None
    except (ValueError, RecursionError):
        raise FormatError("damaged JSON; train the painter again").at(path) from None
    if not isinstance(values, dict) or values.get("version") != VERSION:
        raise FormatError(f"no painter of version {VERSION}; train it again").at(path)
    data = values.get("data")
    return Painter(folder, str(values.get("character", "")), threads, data if isinstance(data, dict) else {})
