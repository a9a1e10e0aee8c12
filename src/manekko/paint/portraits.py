"""One person's character through a clip: painted or drawn in a square that follows it, frame by frame."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from manekko.ahead import ahead
from manekko.arrays import Array, Bool, Float, UInt8
from manekko.paint.characters import Character
from manekko.paint.crop import Outlines, Square, calm_squares
from manekko.paint.figure_keypoints import figure_keypoints_m
from manekko.paint.pose_map import LIGHT, NOTHING, PoseMap, looked_at
from manekko.people.keypoints import BODY33_INDEX
from manekko.stage.cameras import CameraAt
from manekko.stage.figure import Pose
from manekko.stage.projection import camera_from_world
from manekko.stage.renderer import Renderer
from manekko.stage.scene import Dancer
from manekko.stage.truths import Truths
from manekko.stage.view import Light, View

SIDES_PX = (256, 512)
"""How finely a figure can be painted."""
Way = Literal["painter", "3d", "sticks"]
"""Whether a character is painted on its posed body, its model is drawn, or it is painted from keypoints alone."""
_LARGEST_FOR_COARSE_PX = 300.0
_DRAWN_PX = (64, 1024)
_LOOKED_AT = 3
"""The square is found in one of so many frames; it moves calmly anyway."""
_AHEAD = 3
_FEET = [[BODY33_INDEX[f"{side}_{end}"] for end in ("heel", "toe")] for side in ("left", "right")]


@dataclass(frozen=True, eq=False)
class Portrait:
    """A character in one frame."""

    square: Square
    """Where it lies in the clip's picture."""
    rgba: UInt8[Array, "side side 4"]
    """Colours multiplied by alpha."""
    parts: UInt8[Array, "side side"]
    """Place in ``truths_parts.PARTS``; 255 where nothing is."""
    feet_m: Float[Array, "foot=2 end=2 axis=3"]
    """Heel and toe of both feet in the world; NaN where unknown."""
    view: View | None
    """The clip's camera; None where it is not known."""


@dataclass(frozen=True, eq=False)
class Sitting:
    """One person's character, and where and when it is to be portrayed."""

    character: Character
    dancer: Dancer
    camera: CameraAt
    times_s: Float[Array, " frame"]
    shown: Bool[Array, " frame"]

    @cached_property
    def _surveyed(self) -> tuple[Float[Array, "frame corner=2 2"], Float[Array, " frame"]]:
        """What the figure may cover [px] and how far it is [m], in some frames; NaN in all others."""
        outlines = Outlines(self.dancer.figure)
        boxes, distances = np.full((len(self.times_s), 2, 2), np.nan), np.full(len(self.times_s), np.nan)
        # Whoever comes and goes is looked at as they do, in whichever frame that is.
        beside = np.pad(self.shown, 1)
        regular = np.arange(len(self.shown)) % _LOOKED_AT == 0
        chosen = np.flatnonzero(self.shown & (regular | ~(beside[:-2] & beside[2:])))
        poses = self.dancer.poses(self.times_s[chosen], swaying=False)
        for frame, pose in zip(chosen.tolist(), poses, strict=True):
            view = self.camera(float(self.times_s[frame]))
            box = outlines.box_px(view, pose)
            if box is not None:
                boxes[frame], distances[frame] = box, depth_of(pose, view)
        return boxes, distances

    def squares(self) -> list[Square]:
        """Return the square of each frame."""
        spacing = float(np.median(np.diff(self.times_s))) if len(self.times_s) > 1 else 1.0
        return calm_squares(self._surveyed[0], 1.0 / max(spacing, 1e-3))

    def distances_m(self) -> Float[Array, " frame"]:
        """Return how far the body's middle is from the camera in each frame; NaN where it is not to be seen."""
        distances = self._surveyed[1]
        known = np.flatnonzero(np.isfinite(distances))
        if len(known) == 0:
            return distances
        return np.where(self.shown, np.interp(np.arange(len(distances)), known, distances[known]), np.nan)

    def portraits(self, way: Way, side_px: int | None = None) -> Iterator[Portrait | None]:
        """Yield the character of each frame, None where it is not to be seen.

        Args:
            way: how it comes about.
            side_px: of the painted square; None: as finely as the clip shows it.

        Raises:
            MissingToolError: the machine has no OpenGL.
            FormatError: the painter is damaged.
        """
        squares = self.squares()
        if way == "3d":
            yield from self._drawn(squares, drawn_side(squares))
            return
        side = side_px or painted_side(squares)
        with closing(ahead(self._maps(squares, side), _AHEAD)) as maps:
            yield from self._painted(maps)

    def _feet_m(self, pose: Pose) -> Float[Array, "foot=2 end=2 axis=3"]:
        return figure_keypoints_m(self.dancer.figure, pose)[_FEET]

    def _drawn(self, squares: list[Square], side_px: int) -> Iterator[Portrait | None]:
        figure, size = self.dancer.figure, (side_px, side_px)
        with ExitStack() as stack:
            renderer = stack.enter_context(Renderer(size, [figure]))
            truths = stack.enter_context(Truths([figure]))
            for seen in self._seen(squares):
                if seen is None:
                    yield None
                    continue
                square, view, pose = seen
                close = square.seen_by(view, side_px)
                rgba = multiplied(renderer.draw(close, Light(), [pose]))
                parts = truths.look(close, [pose]).parts
                numbers = np.where(parts >= 0, parts, NOTHING).astype(np.uint8)
                yield Portrait(square, rgba, numbers, self._feet_m(pose), view)

    def _seen(self, squares: list[Square]) -> Iterator[tuple[Square, View, Pose] | None]:
        poses = self.dancer.poses(self.times_s)
        for square, time_s, shown, pose in zip(squares, self.times_s.tolist(), self.shown, poses, strict=True):
            yield (square, self.camera(time_s), pose) if shown and pose.shown else None

    def _maps(self, squares: list[Square], side_px: int) -> Iterator[tuple[Square, PoseMap, Pose, View] | None]:
        """Yield what the painter is told; all of it belongs to one thread, the graphics' own."""
        painter = self.character.painter
        assert painter is not None, "only a trained character can be painted"
        with Truths([self.dancer.figure]) as truths:
            for seen in self._seen(squares):
                if seen is None:
                    yield None
                    continue
                square, view, pose = seen
                _, told = looked_at(truths, square.seen_by(view, side_px), pose, painter.views, LIGHT)
                yield square, told, pose, view

    def _painted(self, maps: Iterator[tuple[Square, PoseMap, Pose, View] | None]) -> Iterator[Portrait | None]:
        painter = self.character.painter
        assert painter is not None
        before: Array | None = None
        for told in maps:
            if told is None:
                before = None
                yield None
                continue
            square, seen, pose, view = told
            painted = painter.painted(seen, before)
            before = painted.plain
            yield Portrait(square, painted.rgba, seen.parts, self._feet_m(pose), view)


def painted_side(squares: list[Square]) -> int:
    """Return how finely a figure is worth painting that fills these squares [px]."""
    median = float(np.median([square.side for square in squares]))
    return SIDES_PX[0] if median <= _LARGEST_FOR_COARSE_PX else SIDES_PX[1]


def drawn_side(squares: list[Square]) -> int:
    """Return how finely a figure is worth drawing that fills these squares [px]."""
    largest = max(square.side for square in squares)
    return int(np.clip(np.ceil(largest / 16.0) * 16, *_DRAWN_PX))


def multiplied(rgba: UInt8[Array, "height width 4"]) -> UInt8[Array, "height width 4"]:
    """Return a picture with its colours multiplied by its alpha."""
    result = rgba.copy()
    colours = rgba[..., :3].astype(np.uint16) * rgba[..., 3:]
    result[..., :3] = (colours + 127) // 255
    return result


def depth_of(pose: Pose, view: View) -> float:
    """Return how far the body's middle is along the camera's forward axis [m]."""
    forward = camera_from_world(view)[2]
    return float(pose.positions_m.mean(0) @ forward[:3] + forward[3])
