"""Reference pictures of a character at rest, from which colours are copied onto the posed body."""

import io
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.errors import FormatError, InputError
from manekko.skeleton.rotations import as_axes, from_rotation_vectors, multiply, rotate
from manekko.stage.figure import Figure, Pose
from manekko.stage.projection import camera_from_world
from manekko.stage.renderer import Renderer
from manekko.stage.truths import Truths
from manekko.stage.truths_parts import PARTS, vertex_parts
from manekko.stage.view import Light, View
from manekko.whole import whole_file

_SIDE_PX = 768
_FACE_SIDE_PX = 512
_BODY_TURNS_DEG = ((0.0, 0.0), (0.0, 90.0), (0.0, 180.0), (0.0, 270.0), (70.0, 0.0), (-60.0, 0.0), (-60.0, 180.0))
"""(downwards, around) of the cameras that see all of the body."""
_FACE_TURNS_DEG = ((0.0, 0.0), (0.0, 50.0), (0.0, -50.0))
FACE = len(_BODY_TURNS_DEG)
"""From this place on views show the head, the first of them from in front; none does where a figure has no head."""
_NEAR_M, _BACK_M = 0.1, 10.0
_SAME_M = 0.006
"""A place this far behind what a view shows there is hidden from it, mostly."""
_LEVELS = 4
_SURE = 0.004
"""With which a place seen straight from in front, at 3 mm a pixel, is sure to 3/4."""
_DEPTH_STEPS = 4000.0
"""Stored steps of depth in a metre."""
_NOTHING_M = 1e3
_LARGEST_BYTES = 1 << 28
"""Of a file, and of what is packed in it."""
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, ValueError, LookupError, EOFError, TypeError, RuntimeError, MemoryError),
    *(SyntaxError, TokenError, OverflowError),
)
"""What reading an archive of something else, or a damaged one, may raise."""


@dataclass(frozen=True, eq=False)
class Views:
    """Orthographic pictures of one figure in its rest pose; the body's and the face's."""

    low_m: Float[Array, "3"]
    """Corner of the box around the figure at rest."""
    span_m: Float[Array, "3"]
    """Size of that box."""
    pictures: tuple[Array, ...]
    """(side, side, 4) uint8, each of its own side: lit from the camera, no outlines; colours multiplied by alpha."""
    depths_m: tuple[Array, ...]
    """(side, side): along the camera's forward axis; ``_NOTHING_M`` where nothing is."""
    slants: tuple[Array, ...]
    """(side, side): cosine between the surface and the camera; 0 where nothing is."""
    matrices: Float[Array, "view 3 4"]
    """From a place at rest to column, row [px] and depth [m] of each view."""

    @cached_property
    def _levels(self) -> list[list[Array]]:
        """Of each view its picture as floats, then halved again and again."""
        result = []
        for picture in self.pictures:
            levels = [picture.astype(np.float32)]
            for _ in range(_LEVELS - 1):
                side = len(levels[-1]) // 2
                levels.append(levels[-1].reshape(side, 2, side, 2, 4).mean((1, 3)))
            result.append(levels)
        return result

    def copied(
        self, rest_m: Float[Array, "point 3"], pixel_m: float, same_m: float = _SAME_M
    ) -> UInt8[Array, "point 4"]:
        """Return the colours that the views show of places of the body, and how sure that is (alpha, 0–255).

        A view counts as much as it shows the place at all, from in front, and finely.

        Args:
            rest_m: places in the rest pose.
            pixel_m: how large the pixels are that the colours are for, so that nothing shimmers.
            same_m: how far behind what a view shows a place may lie; more for places that were guessed.
        """
        total = np.zeros((len(rest_m), 4), np.float32)
        weights = np.zeros(len(rest_m), np.float32)
        for number, matrix in enumerate(self.matrices.astype(np.float32)):
            at = rest_m.astype(np.float32) @ matrix[:, :3].T + matrix[:, 3]
            weight = self.shown(number, at, same_m)
            some = np.flatnonzero(weight > 1e-4)
            view_m = 1.0 / float(np.linalg.norm(matrix[0, :3]))
            level = int(np.clip(round(np.log2(max(pixel_m / view_m, 1.0))), 0, _LEVELS - 1))
            colours = _between(self._levels[number][level], at[some, :2] / 2.0**level)
            weight = weight[some] / view_m
            total[some] += colours * weight[:, None]
            weights[some] += weight
        sure = 1.0 - np.exp(-weights * _SURE)
        alpha = np.maximum(total[:, 3:], 1e-3)
        colour = np.minimum(total[:, :3] * 255.0 / alpha, 255.0)
        known = (weights > 0.0)[:, None]
        return np.where(known, np.concatenate([colour, 255.0 * sure[:, None]], axis=1), 0.0).astype(np.uint8)

    def shown(self, number: int, at: Float[Array, "point 3"], same_m: float) -> Float[Array, " point"]:
        """Return how well a view shows points that lie at (column, row, depth) in it."""
        side = len(self.depths_m[number])
        places = np.floor(at[:, :2]).astype(np.int32)
        inside = ((places >= 0) & (places < side)).all(1)
        columns, rows = np.clip(places, 0, side - 1).T
        behind = at[:, 2] - self.depths_m[number][rows, columns]
        slant = self.slants[number][rows, columns]
        return np.where(inside, np.exp(-((behind / same_m) ** 2)) * slant**3, 0.0).astype(np.float32)

    def quantised(self, rest_m: Float[Array, "*point 3"]) -> Array:
        """Return places as 16-bit shares of the figure's box (uint16)."""
        share = (rest_m - self.low_m) / self.span_m
        return np.round(np.clip(np.nan_to_num(share), 0.0, 1.0) * 65535.0).astype(np.uint16)

    def places_m(self, quantised: Array) -> Float[Array, "*point 3"]:
        """Return the places that ``quantised`` was made of, to a fortieth of a millimetre."""
        return quantised.astype(np.float32) / 65535.0 * self.span_m.astype(np.float32) + self.low_m.astype(np.float32)

    def save(self, path: Path) -> None:
        """Write one file, whole or not at all."""
        arrays: dict[str, Any] = {"low_m": self.low_m, "span_m": self.span_m, "matrices": self.matrices}
        for number, (picture, depth, slant) in enumerate(zip(self.pictures, self.depths_m, self.slants, strict=True)):
            depth_mm = np.minimum(np.round(depth * _DEPTH_STEPS), 65535).astype(np.uint16)
            slant_255 = np.round(slant * 255.0).astype(np.uint8)
            arrays |= {f"picture{number}": picture, f"depth{number}": depth_mm, f"slant{number}": slant_255}
        with whole_file(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, **arrays)


def load_views(path: Path) -> Views:
    """Read what ``Views.save`` wrote.

    Raises:
        InputError: the file cannot be read.
        FormatError: it is no such file, or damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > _LARGEST_BYTES:
                raise FormatError("too large for reference pictures").at(path)
            return _checked({one.filename.removesuffix(".npy"): _read_array(archive.read(one)) for one in members})
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from None
    except _DAMAGE:
        raise FormatError("damaged, or no reference pictures of a character; make them again").at(path) from None


def _read_array(data: bytes) -> Array:
    return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)


def _checked(arrays: dict[str, Array]) -> Views:
    count = len(arrays["matrices"])
    pictures = tuple(arrays[f"picture{number}"] for number in range(count))
    depths = tuple(arrays[f"depth{number}"].astype(np.float32) / np.float32(_DEPTH_STEPS) for number in range(count))
    slants = tuple(arrays[f"slant{number}"].astype(np.float32) / np.float32(255.0) for number in range(count))
    for picture, depth, slant in zip(pictures, depths, slants, strict=True):
        side = len(picture)
        wanted = picture.shape == (side, side, 4) and depth.shape == slant.shape == (side, side)
        if not (wanted and picture.dtype == np.uint8 and side % 2 ** (_LEVELS - 1) == 0 and side > 0):
            raise ValueError("pictures of another shape")
    low, span, matrices = (arrays[name].astype(np.float64) for name in ("low_m", "span_m", "matrices"))
    if not (low.shape == span.shape == (3,) and matrices.shape == (count, 3, 4) and count and (span > 0.0).all()):
        raise ValueError("boxes of another shape")
    if not all(np.isfinite(values).all() for values in (low, span, matrices)) or not matrices[:, 0, :3].any(1).all():
        raise ValueError("places that are none")
    return Views(low, span, pictures, depths, slants, matrices)


def draw_views(figure: Figure) -> Views:
    """Return the reference pictures of a figure.

    Raises:
        MissingToolError: the machine has no OpenGL.
        InputError: the figure is too large for it.
    """
    low, high = figure.mesh.positions_m.min(0), figure.mesh.positions_m.max(0)
    span = np.maximum(high - low, 1e-3)
    rest = resting(figure)
    body = [_view(low, high, turn, _SIDE_PX) for turn in _BODY_TURNS_DEG]
    head = figure.mesh.positions_m[vertex_parts(figure) == PARTS.index("head")]
    if len(head):
        body += [_view(head.min(0), head.max(0), turn, _FACE_SIDE_PX) for turn in _FACE_TURNS_DEG]
    pictures, depths, slants = zip(*(_drawn(figure, rest, view) for view in body), strict=True)
    return Views(low, span, pictures, depths, slants, np.stack([_matrix(view) for view in body]))


def resting(figure: Figure) -> Pose:
    """Return the figure's rest pose."""
    rest_m = np.array([bone.rest_position_m for bone in figure.rig.bones], dtype=np.float64).reshape(-1, 3)
    turns = np.tile(np.array([0.0, 0.0, 0.0, 1.0]), (len(rest_m), 1))
    return Pose(rest_m, turns, np.zeros(len(figure.morphs)))


def _view(low_m: Float[Array, "3"], high_m: Float[Array, "3"], turn_deg: tuple[float, float], side_px: int) -> View:
    """Return an orthographic camera around a box: first raised to look down, then taken around it."""
    down, around = np.radians(turn_deg)
    facing = from_rotation_vectors(np.array([np.pi, 0.0, 0.0]))  # OpenCV's axes, looking along −z
    tilt = from_rotation_vectors(np.array([-down, 0.0, 0.0]))
    turn = from_rotation_vectors(np.array([0.0, around, 0.0]))
    rotation = multiply(turn, multiply(tilt, facing))
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]) * (high_m - low_m) + low_m
    middle = (low_m + high_m) / 2.0
    across = (corners - middle) @ as_axes(rotation)
    height_m = 2.0 * float(np.abs(across[:, :2]).max()) * 1.02
    back = rotate(rotation, np.array([0.0, 0.0, -(float(np.abs(across[:, 2]).max()) + _NEAR_M + 0.05)]))
    return View(
        middle + back, rotation, (side_px, side_px), 1.0, near_m=_NEAR_M, far_m=_BACK_M, orthographic_height_m=height_m
    )


def _drawn(figure: Figure, rest: Pose, view: View) -> tuple[Array, Array, Array]:
    """Return picture, depths and slants of one view."""
    forward = camera_from_world(view)[2, :3]
    x, y, z = forward.tolist()
    with Renderer(view.size_px, [figure], samples=4, edges=False, shadow=False) as renderer:
        rgba = renderer.draw(view, Light(direction=(x, y, z)), [rest]).astype(np.float32)
    with Truths([figure]) as truths:
        truth = truths.look(view, [rest])
    rgba[..., :3] *= rgba[..., 3:] / 255.0
    depth = np.where(np.isfinite(truth.depth_m), truth.depth_m, _NOTHING_M).astype(np.float32)
    slant = np.clip(-(truth.normals @ forward), 0.0, 1.0).astype(np.float32)
    return np.round(rgba).astype(np.uint8), depth, slant


def _matrix(view: View) -> Float[Array, "3 4"]:
    """Return the matrix from places to columns, rows and depths."""
    assert view.orthographic_height_m is not None
    scale = view.size_px[1] / view.orthographic_height_m
    matrix = camera_from_world(view)[:3].copy()
    matrix[:2] *= scale
    matrix[0, 3] += view.size_px[0] / 2.0
    matrix[1, 3] += view.size_px[1] / 2.0
    return matrix


def _between(picture: Float[Array, "side side 4"], points_px: Float[Array, "point 2"]) -> Float[Array, "point 4"]:
    """Return the picture's colours at points, between its pixels' middles in proportion."""
    side = len(picture)
    at = np.clip(points_px - 0.5, 0.0, side - 1.001)
    first = at.astype(np.int32)
    x, y = (at - first).T[..., None]
    place = first[:, 1] * side + first[:, 0]
    flat = picture.reshape(-1, 4)
    upper = flat[place] * (1.0 - x) + flat[place + 1] * x
    lower = flat[place + side] * (1.0 - x) + flat[place + side + 1] * x
    return upper * (1.0 - y) + lower * y
