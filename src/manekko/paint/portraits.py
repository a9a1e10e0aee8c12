"""One person's character through a clip: painted or drawn in a square that follows it, frame by frame."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from manekko.ahead import ahead
from manekko.arrays import Array, Bool, Float, UInt8
from manekko.paint.characters import Character
from manekko.paint.crop import Outlines, Square, calm_squares
from manekko.paint.pose_map import LIGHT, PoseMap, looked_at
from manekko.stage.cameras import CameraAt
from manekko.stage.figure import Pose
from manekko.stage.projection import camera_from_world
from manekko.stage.scene import Dancer
from manekko.stage.truths import Truths
from manekko.stage.view import View

SIDES_PX = (256, 512)
"""How finely a figure can be painted."""
_LARGEST_FOR_COARSE_PX = 300.0
_LOOKED_AT = 3
"""The square is found in one of so many frames; it moves calmly anyway."""
_AHEAD = 3


@dataclass(frozen=True, eq=False)
class Portrait:
    """A character in one frame."""

    square: Square
    """Where it lies in the clip's picture."""
    rgba: UInt8[Array, "side side 4"]
    """Colours multiplied by alpha."""
    parts: UInt8[Array, "side side"]
    """Place in ``truths_parts.PARTS``; 255 where nothing is."""
    depth_m: float
    """Of the body's middle, from the camera."""
    pose: Pose
    view: View
    """The clip's camera."""


@dataclass(frozen=True, eq=False)
class Sitting:
    """One person's character, and where and when it is to be portrayed."""

    character: Character
    dancer: Dancer
    camera: CameraAt
    times_s: Float[Array, " frame"]
    shown: Bool[Array, " frame"]

    def squares(self) -> list[Square]:
        """Return the square of each frame."""
        outlines = Outlines(self.dancer.figure)
        boxes = np.full((len(self.times_s), 2, 2), np.nan)
        chosen = np.unique(np.append(np.arange(0, len(self.times_s), _LOOKED_AT), len(self.times_s) - 1))
        poses = self.dancer.poses(self.times_s[chosen], swaying=False)
        for frame, pose in zip(chosen.tolist(), poses, strict=True):
            box = outlines.box_px(self.camera(float(self.times_s[frame])), pose) if self.shown[frame] else None
            boxes[frame] = np.nan if box is None else box
        spacing = float(np.median(np.diff(self.times_s))) if len(self.times_s) > 1 else 1.0
        return calm_squares(boxes, 1.0 / max(spacing, 1e-3))

    def portraits(self, side_px: int | None = None) -> Iterator[Portrait | None]:
        """Yield the painted character of each frame, None where it is not to be seen.

        Args:
            side_px: of the painted square; None: as finely as the clip shows it.

        Raises:
            MissingToolError: the machine has no OpenGL.
            FormatError: the painter is damaged.
        """
        squares = self.squares()
        side = side_px or finest_side(squares)
        yield from self._painted(ahead(self._maps(squares, side), _AHEAD))

    def _maps(self, squares: list[Square], side_px: int) -> Iterator[tuple[Square, PoseMap, Pose, View] | None]:
        """Yield what the painter is told; all of it belongs to one thread, the graphics' own."""
        painter = self.character.painter
        assert painter is not None, "only a trained character can be painted"
        poses = self.dancer.poses(self.times_s)
        with ExitStack() as stack:
            truths = stack.enter_context(Truths([self.dancer.figure]))
            for square, time_s, shown, pose in zip(squares, self.times_s.tolist(), self.shown, poses, strict=True):
                if not shown or not pose.shown:
                    yield None
                    continue
                view = self.camera(time_s)
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
            yield Portrait(square, painted.rgba, seen.parts, depth_of(pose, view), pose, view)


def finest_side(squares: list[Square]) -> int:
    """Return how finely a figure is worth painting that fills these squares."""
    median = float(np.median([square.side for square in squares]))
    return SIDES_PX[0] if median <= _LARGEST_FOR_COARSE_PX else SIDES_PX[1]


def depth_of(pose: Pose, view: View) -> float:
    """Return how far the body's middle is along the camera's forward axis [m]."""
    forward = camera_from_world(view)[2]
    return float(pose.positions_m.mean(0) @ forward[:3] + forward[3])
