"""A few looks at the background while a clip is read for its people: enough to tell a camera that stands still."""

from dataclasses import dataclass, field

import numpy as np

from manekko.arrays import Array, Bool, Float, UInt8
from manekko.people.keypoints import BODY33_EDGES, BODY33_INDEX, Track
from manekko.pixels.background import (
    background_mask,
    corners,
    followed,
    share_of_fields,
    small_grey,
    small_size,
    within,
)

_EVERY = 16
"""Frames between looks, after the first few."""
_LEAST = 8
_MOVED_PX = 0.75
"""A corner that is further from where it was has moved; compression and light move them by a third of that."""
_FOUND_SHARE = 0.25
"""Of the corners, those found again in a frame soon after; a camera that turns fast loses them."""
_ENOUGH = 24
_CORNERS = 120
_MOVED_SHARE = 0.7
"""Of the corners, and of the picture's fields, those that move with a camera; a screen behind the dancer has fewer."""
_LIMB_WIDTH = 0.16
"""Breadth of what is left out about a limb, in the person's size in the picture: clothes, hair, and the head."""
_LIMBS = [
    *BODY33_EDGES,
    *((BODY33_INDEX[a], BODY33_INDEX[b]) for a, b in (("left_shoulder", "right_hip"), ("right_shoulder", "left_hip"))),
    *((BODY33_INDEX["nose"], BODY33_INDEX[f"{side}_shoulder"]) for side in ("left", "right")),
]


@dataclass(frozen=True)
class _Pair:
    """The corners of one frame, and where they are in a later one."""

    start: int
    end: int
    from_px: Float[Array, "point 2"]
    to_px: Float[Array, "point 2"]
    """NaN where the corner was not found again."""


@dataclass
class Glimpses:
    """Looks at every sixteenth frame or so; shown to it one after the other."""

    _pairs: list[_Pair] = field(default_factory=list)
    _first: tuple[int, UInt8[Array, "height width"], Float[Array, "point 2"]] | None = None
    _last: tuple[int, UInt8[Array, "height width"], Float[Array, "point 2"]] | None = None
    _next: int = 0

    def look(self, index: int, rgb: UInt8[Array, "height width 3"]) -> None:
        """Compare the frame with the last and with the first that was looked at; most frames are passed over."""
        if index < self._next:
            return
        self._next = index + min(_EVERY, index + 1)
        grey = small_grey(rgb)
        for before in (self._last, self._first if self._last is not self._first else None):
            if before is not None:
                self._pairs.append(_pair(before, index, grey))
        now = (index, grey, corners(grey, np.full(grey.shape, 255, np.uint8), most=_CORNERS))
        self._last = now
        # A view of which nothing is left, as after a cut, tells nothing more.
        if self._first is None or np.isfinite(self._pairs[-1].to_px).all(-1).sum() < _LEAST:
            self._first = now

    def moved(self, tracks: list[Track]) -> bool:
        """Return whether any two frames leave a doubt that the camera stood still; the people prove nothing."""
        return any(_doubtful(*_background(pair, tracks), pair.end - pair.start) for pair in self._pairs)


def people_mask(tracks: list[Track], frame: int) -> UInt8[Array, "height width"]:
    """Return the small picture of a frame, 0 where a person is and 255 elsewhere."""
    size_px = tracks[0].image_size_px
    small = small_size(size_px)
    limbs, widths = [np.zeros((0, 2, 2))], [np.zeros(0)]
    for track in tracks:
        points = track.keypoints_px[frame] * (small[0] / size_px[0])
        seen = np.isfinite(points).all(-1)
        if seen.any():
            own = points[np.array(_LIMBS)]
            own = own[np.isfinite(own).all(axis=(1, 2))]
            limbs.append(own)
            widths.append(np.full(len(own), _LIMB_WIDTH * float(np.ptp(points[seen], axis=0).max())))
    return background_mask(small, np.concatenate(limbs), np.concatenate(widths))


def _pair(before: tuple[int, Array, Array], index: int, grey: Array) -> _Pair:
    start, picture, points = before
    there, found = followed(picture, grey, points, points)
    there[~found] = np.nan
    # Half the numbers' width: an hour's looks are some thirty megabytes.
    return _Pair(start, index, points.astype(np.float32), there.astype(np.float32))


def _background(pair: _Pair, tracks: list[Track]) -> tuple[_Pair, Bool[Array, " point"], Bool[Array, " point"]]:
    """Return which corners of the background were found again, and which were not."""
    own = within(pair.from_px, people_mask(tracks, pair.start))
    found = np.isfinite(pair.to_px).all(-1)
    kept = own & found
    kept[found] &= within(pair.to_px[found], people_mask(tracks, pair.end))
    return pair, kept, own & ~found


def _doubtful(pair: _Pair, found: Bool[Array, " point"], lost: Bool[Array, " point"], frames: int) -> bool:
    count = int(found.sum() + lost.sum())
    if frames <= _EVERY and count >= _ENOUGH and found.sum() < _FOUND_SHARE * count:
        return True
    moved = np.linalg.norm(pair.to_px[found] - pair.from_px[found], axis=1) > _MOVED_PX
    if len(moved) < _LEAST:
        return False
    return min(float(moved.mean()), share_of_fields(pair.from_px[found], moved)) > _MOVED_SHARE
