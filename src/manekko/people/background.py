"""The camera's pose in each frame, from corners of the background that are followed from key pictures."""

from dataclasses import dataclass, field, replace

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.people.turning import Turn, View, turn_between
from manekko.pixels.background import alike, corners, followed, share_of_fields, shift_between, within

_LEAST = 10
"""Corners that must agree on where the camera looks."""
_LEAST_SHARE = 0.3
"""Of the corners that were found again, those that must agree."""
_WORN_SHARE = 0.5
"""A key picture of which fewer of the corners are still found is replaced."""
_LEAST_SPREAD = 0.25
"""Corners that agree must lie apart by this share of the picture: a shadow or a flag is no background."""
_STAYS_PX, _STAYS_SHARE = 0.75, 0.3
"""Where corners in so many of the picture's fields stay where they are, whatever moves is no background: a screen."""
_CHANGED = 0.6
"""Pictures that correlate less are of another view."""
_MOST_KEYS = 32
_NEAR = 0.5
"""An old key picture is looked for again where its middle is within this share of the picture's width."""
_SETTLED_FRAMES = 3
"""So many frames must follow a new view before it is believed that the old one will not come back at once."""


@dataclass(frozen=True)
class Pose:
    """Where the camera looks."""

    matrix: Float[Array, "3 3"]
    """From the frame's camera axes to the first frame's."""
    zoom: float
    """Focal length in the first frame's."""


STRAIGHT = Pose(np.eye(3), 1.0)
_NOBODY = (0.0, 0.0)


@dataclass(frozen=True)
class Seen:
    """What the background told of one frame."""

    turned: Pose
    """Under the assumption that the camera only turns."""
    zoomed: Pose
    """Under the assumption that it turns and zooms."""
    known: bool
    """Whether the background was recognized; else the poses are the last known."""
    cut: bool
    """Whether the view does not continue the one before."""
    agreeing: tuple[float, float]
    """Shares of the corners in view that agree with the turned and the zoomed pose; 0 where unknown."""


@dataclass(frozen=True)
class _Key:
    """A picture that others are compared with."""

    grey: UInt8[Array, "height width"]
    points_px: Float[Array, "point 2"]
    turned: Pose
    zoomed: Pose


@dataclass
class Background:
    """Follows the background through the frames of a clip, which are shown to it one after the other."""

    view: View
    _keys: list[_Key] = field(default_factory=list)
    """The pictures known; the one in use is the last."""
    _last: tuple[UInt8[Array, "height width"], Pose, Pose] | None = None
    """The last frame that was recognized, and its poses."""
    _new: _Key | None = None
    """The first picture of a view that nothing connects with the others yet."""
    _most: float = 0.0
    """The most corners of the key in use that agreed in any frame."""
    _waiting: int = 0
    """Frames that followed it."""

    def see(self, grey: UInt8[Array, "height width"], mask: UInt8[Array, "height width"]) -> Seen:
        """Return the camera's pose in the next frame; ``mask`` is 0 on the people, who prove nothing."""
        if self._last is None:
            return self._begin(grey, mask)
        _, turned, zoomed = self._last
        found = self._recognized(grey, mask)
        if found is not None:
            self._new, self._waiting = None, 0
            self._last = (grey, found.turned, found.zoomed)
            return found
        return self._lost(grey, mask, turned, zoomed)

    def _begin(self, grey: Array, mask: Array) -> Seen:
        key = _Key(grey, corners(grey, mask), STRAIGHT, STRAIGHT)
        known = len(key.points_px) >= _LEAST
        if known:
            self._keys, self._last = [key], (grey, STRAIGHT, STRAIGHT)
        return Seen(STRAIGHT, STRAIGHT, known, cut=False, agreeing=(1.0, 1.0) if known else _NOBODY)

    def _recognized(self, grey: Array, mask: Array) -> Seen | None:
        """Compare with the key in use, then, where that fails, with the last frame and with older keys."""
        assert self._last is not None
        before, turned, zoomed = self._last
        key = self._keys[-1]
        found = self._compared(key, grey, mask, turned, zoomed)
        if found is None:
            fresh = _Key(before, corners(before, mask), turned, zoomed)
            shifted = self._shifted(zoomed, shift_between(before, grey, mask))
            for key, near in ((fresh, zoomed), (fresh, shifted), *((old, old.zoomed) for old in self._keys[-4:-1])):
                found = self._compared(key, grey, mask, turned, near)
                if found is not None:
                    self._use(key)
                    break
        if found is None:
            return None
        return self._renewed(found[0], found[1], grey, mask)

    def _renewed(self, found: Seen, count: float, grey: Array, mask: Array) -> Seen:
        """Take another key where little of the one in use is left: an old one if back in view, else this frame."""
        self._most = max(self._most, count)
        if count >= _WORN_SHARE * self._most:
            return found
        for key in self._nearby(found.zoomed):
            again = self._compared(key, grey, mask, found.turned, found.zoomed)
            if again is not None and again[1] > count / _WORN_SHARE:
                self._use(key)
                self._most = again[1]
                return again[0]
        fresh = _Key(grey, corners(grey, mask), found.turned, found.zoomed)
        if len(fresh.points_px) > count:
            self._use(fresh)
        return found

    def _nearby(self, pose: Pose) -> list[_Key]:
        """The older keys that look where the pose does, nearest first."""
        ahead = pose.matrix[:, 2]
        reach = _NEAR * 2.0 * self.view.centre_px[0] / (self.view.focal_px * pose.zoom)
        angles = [float(np.arccos(np.clip(key.zoomed.matrix[:, 2] @ ahead, -1.0, 1.0))) for key in self._keys[:-1]]
        near = [index for index in np.argsort(angles) if angles[index] < reach]
        return [self._keys[index] for index in near[:2]]

    def _use(self, key: _Key) -> None:
        self._keys, self._most = [*(one for one in self._keys if one is not key), key], 0.0
        if len(self._keys) > _MOST_KEYS:
            self._keys = [self._keys[0], *self._keys[1:-4:2], *self._keys[-4:]]

    def _lost(self, grey: Array, mask: Array, turned: Pose, zoomed: Pose) -> Seen:
        """Nothing known is seen: hold the pose, and see whether the frames from here on follow each other."""
        follows = None
        if self._new is not None:
            follows = self._compared(self._new, grey, mask, self._new.turned, self._new.zoomed)
        if follows is None or self._new is None:
            self._new, self._waiting = _Key(grey, corners(grey, mask), turned, zoomed), 0
            return Seen(turned, zoomed, known=False, cut=False, agreeing=_NOBODY)
        self._waiting += 1
        if self._waiting < _SETTLED_FRAMES:
            return Seen(turned, zoomed, known=False, cut=False, agreeing=_NOBODY)
        cut = self._last is not None and alike(self._last[0], self._new.grey) < _CHANGED
        self._use(self._new)
        seen = follows[0]
        self._last, self._new, self._waiting = (grey, seen.turned, seen.zoomed), None, 0
        return replace(seen, cut=cut)

    def _shifted(self, pose: Pose, shift_px: Float[Array, "2"]) -> Pose:
        """Return the pose that sees everything moved in the picture by so much."""
        middle = np.array(self.view.centre_px)
        start, end = self.view.rays(np.stack([middle, middle + shift_px]), pose.zoom)
        axis = np.cross(end, start)
        turn = np.eye(3) + _cross(axis) + _cross(axis) @ _cross(axis) / (1.0 + float(start @ end))
        return Pose(pose.matrix @ turn, pose.zoom)

    def _compared(self, key: _Key, grey: Array, mask: Array, turned: Pose, near: Pose) -> tuple[Seen, float] | None:
        """Return the pose in which the key's corners are found, and how many agree; None where they are not.

        Looked for about where a camera of the pose ``near`` sees them.
        """
        if len(key.points_px) < _LEAST:
            return None
        rays = self.view.rays(key.points_px, key.zoomed.zoom)
        to_near = near.matrix.T @ key.zoomed.matrix
        guess = self.view.seen(rays @ to_near.T, near.zoom)
        there, ok = followed(key.grey, grey, key.points_px, guess)
        ok &= within(there, mask)
        visible = max(int(within(guess, mask).sum()), int(ok.sum()))
        if ok.sum() < _LEAST:
            return None
        there, rays = there[ok], rays[ok]
        zoomed = turn_between(rays, there, self.view, _turn(to_near, near.zoom), zooms=True)
        plain = self.view.rays(key.points_px[ok])
        to_plain = turned.matrix.T @ key.turned.matrix
        straight = turn_between(plain, there, self.view, _turn(to_plain, 1.0), zooms=False)
        stays = np.linalg.norm(there - key.points_px[ok], axis=1) < _STAYS_PX
        if share_of_fields(there, stays) > _STAYS_SHARE and (stays & straight.inliers).sum() < stays.sum() / 2:
            share = float(stays.mean())
            return Seen(key.turned, key.zoomed, known=True, cut=False, agreeing=(share, share)), float(stays.sum())
        counts = float(straight.inliers.sum()), float(zoomed.inliers.sum())
        count = max(counts)
        agreed = there[zoomed.inliers if counts[1] > counts[0] else straight.inliers]
        if count < max(_LEAST, _LEAST_SHARE * len(there)) or _spread(agreed) < _LEAST_SPREAD * max(grey.shape):
            return None
        seen = Seen(
            Pose(key.turned.matrix @ straight.matrix.T, 1.0),
            Pose(key.zoomed.matrix @ zoomed.matrix.T, zoomed.zoom),
            known=True,
            cut=False,
            agreeing=(counts[0] / visible, counts[1] / visible),
        )
        return seen, count


def _spread(points_px: Float[Array, "point 2"]) -> float:
    """How far apart most of the points lie, across or down, whichever is more [px]."""
    low, high = np.percentile(points_px, [10.0, 90.0], axis=0)
    return float((high - low).max())


def _turn(matrix: Array, zoom: float) -> Turn:
    return Turn(matrix, zoom, np.zeros(0, dtype=bool))


def _cross(axis: Float[Array, "3"]) -> Float[Array, "3 3"]:
    x, y, z = axis
    return np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
