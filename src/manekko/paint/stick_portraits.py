"""One person's character through a clip, painted from keypoints alone: no body of the character is needed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.paint.characters import Character
from manekko.paint.crop import Square, calm_squares
from manekko.paint.keypoint_series import filled_and_smoothed
from manekko.paint.painter import Painter
from manekko.paint.portraits import Portrait, Way
from manekko.paint.pose_map import NOTHING
from manekko.paint.stick_body import with_hands_of, with_lengths_of
from manekko.paint.surface import guessed_map, sticks_of
from manekko.people.keypoints import BODY33_INDEX, Track

SIDE_PX = 256
"""Of what is painted from sticks."""
_HEAD, _FEET = BODY33_INDEX["nose"], [BODY33_INDEX["left_ankle"], BODY33_INDEX["right_ankle"]]
_WRISTS = [BODY33_INDEX["left_wrist"], BODY33_INDEX["right_wrist"]]
_AROUND = np.array([[-0.22, -0.24], [0.22, 0.08]])
"""What hair, hands and skirts take up beyond the keypoints, in statures: left and above, right and below."""
_STATURE_M = 1.5
"""From nose to ankles."""
_NO_FEET = np.full((2, 2, 3), np.nan)


@dataclass(frozen=True, eq=False)
class StickSitting:
    """One person's character, and where and when it is to be portrayed."""

    character: Character
    painter: Painter
    track: Track
    shown: Bool[Array, " frame"]
    focal_px: float
    """Of the clip's camera: tells how far a person is who looks so small."""

    @property
    def _fps(self) -> float:
        times = self.track.times_s
        return 1.0 / max(float(np.median(np.diff(times))), 1e-3) if len(times) > 1 else 1.0

    @property
    def keypoints(self) -> Float[Array, "frame 33 4"]:
        """x, y [px], depth [m] and confidence, without gaps and jitter, in the character's proportions."""
        return self._body_and_hands[0]

    @property
    def hands(self) -> Float[Array, "frame side=2 point=21 4"] | None:
        """The same of the hands; None where nobody looked for them."""
        return self._body_and_hands[1]

    @cached_property
    def _body_and_hands(self) -> tuple[Float[Array, "frame 33 4"], Float[Array, "frame side=2 point=21 4"] | None]:
        track = self.track
        seen = np.concatenate([track.keypoints_px, track.world_m[..., 2:], track.confidences[..., None]], axis=-1)
        body, hands = filled_and_smoothed(seen, _hands(track), fps=self._fps)
        moved = with_lengths_of(body, self.painter.body_m)
        return moved, None if hands is None else with_hands_of(hands, body, moved)

    @cached_property
    def _statures_px(self) -> Float[Array, " frame"]:
        """From nose to ankles, at least as the eye sees it over half the clip: who bends down does not shrink."""
        points = self.keypoints[..., :2]
        heights = np.linalg.norm(points[:, _FEET].mean(1) - points[:, _HEAD], axis=-1)
        known = heights[np.isfinite(heights)]
        usual = float(np.median(known)) if len(known) else 1.0
        return np.where(np.isfinite(heights), np.maximum(heights, usual), usual)

    def squares(self) -> list[Square]:
        """Return the square of each frame."""
        points = self.keypoints[..., :2]
        known = np.isfinite(points).all(-1).any(-1) & self.shown
        boxes = np.full((len(points), 2, 2), np.nan)
        for frame in np.flatnonzero(known).tolist():
            ends = np.stack([np.nanmin(points[frame], axis=0), np.nanmax(points[frame], axis=0)])
            boxes[frame] = ends + _AROUND * self._statures_px[frame]
        return calm_squares(boxes, self._fps)

    def distances_m(self) -> Float[Array, " frame"]:
        """Return how far the person is from the camera in each frame; NaN where not to be seen."""
        return np.where(self.shown, self.focal_px * _STATURE_M / self._statures_px, np.nan)

    def portraits(self, way: Way, side_px: int | None = None) -> Iterator[Portrait | None]:
        """Yield the character of each frame, None where it is not to be seen.

        Raises:
            FormatError: the painter is damaged.
        """
        before: Array | None = None
        body, hands = self._body_and_hands
        for frame, (square, shown) in enumerate(zip(self.squares(), self.shown.tolist(), strict=True)):
            if not shown or not np.isfinite(body[frame]).any():
                before = None
                yield None
                continue
            fingers = None if hands is None else _inside(square, hands[frame])
            rgba, parts, before = self._painted(_inside(square, body[frame]), fingers, before)
            yield Portrait(square, rgba, parts, _NO_FEET, None)

    def _painted(
        self, keypoints: Float[Array, "33 4"], hands: Float[Array, "2 21 4"] | None, before: Array | None
    ) -> tuple[Array, Array, Array]:
        """Return the picture, its parts, and what the next frame is painted after."""
        painter = self.painter
        sticks = sticks_of(keypoints, hands, SIDE_PX, painter.body_m)
        if not painter.has("stick"):
            rgba = painter.plain(sticks)
            return rgba, np.full(rgba.shape[:2], NOTHING, np.uint8), rgba
        (surface,) = painter.run("stick", {"sticks": sticks})
        told = guessed_map(surface, keypoints, painter.body_m, painter.views)
        painted = painter.painted(told, before, "stick_paint")
        return painted.rgba, told.parts, painted.plain


def _hands(track: Track) -> Float[Array, "frame side=2 point=21 4"] | None:
    """Return x, y [px], depth [m] that goes on from the wrists', and confidence of a person's hands."""
    hands = track.hands
    if hands is None:
        return None
    depths = hands.world_m[..., 2] - hands.world_m[..., :1, 2] + track.world_m[:, _WRISTS, 2, None]
    sure = np.broadcast_to(hands.scores[..., None], depths.shape)
    return np.concatenate([hands.keypoints_px, depths[..., None], sure[..., None]], axis=-1)


def _inside(square: Square, points: Float[Array, "*point 4"]) -> Float[Array, "*point 4"]:
    """Return points as they lie in the painted picture of a square."""
    result = points.copy()
    result[..., :2] = (points[..., :2] - [square.left, square.top]) * (SIDE_PX / square.side)
    return result
