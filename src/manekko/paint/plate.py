"""The background without the people: learned from a clip, and put in their place in each of its frames."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from manekko.arrays import Array, Bool, Float, UInt8
from manekko.paint.panorama import Panorama
from manekko.paint.person_mask import PersonShape, people_in
from manekko.pixels.background import corners, followed, small_grey, small_size, within
from manekko.pixels.fill import grown, mixed, softened, spread_within, stretched
from manekko.pixels.maps import looked_up, map_points, shift_of

STILL = np.eye(2, 3)
"""The shift of a frame that lies where the camera's path says."""

WIDE = 1.35
"""What is learned from keeps clear of the people by so much: a colour of theirs would stay in every frame."""
_SMALL_SIDE_PX = 320
_LIGHT_SIDE_PX = 80
_LIGHT_REACH = 0.07
"""Brightness is matched to what is around within this share of the picture's longest side."""
_LIGHT_FLOOR = 300.0
_LIGHT_RANGE = (0.5, 2.0)
_OTHER = 24.0
"""8-bit steps between the frame and the plate that no noise makes: hair, a skirt, a shadow, or another moving thing."""
_SPREAD = 0.09
"""What differs and hangs together with a person is theirs up to so many statures away."""
_MOST = 80.0
_SOFT = 0.012
"""Softness of the edge between plate and frame, in statures."""


@dataclass(frozen=True, eq=False)
class Plate:
    """A clip's background without its people."""

    rgb: UInt8[Array, "height width 3"]
    """As the still camera sees it, or the panorama of a turning one."""
    seen: Bool[Array, "height width"]
    """Where it was seen; the rest is made up from what is around."""
    size_px: tuple[int, int]
    """Width and height of the clip's pictures."""
    people: tuple[PersonShape, ...]
    panorama: Panorama | None = None
    """Where a turning camera's frames lie in the plate; None: they all are where the plate is."""
    bars_px: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Columns left and right, and rows above and below, that do not turn with the camera: black bars."""
    _shifts: dict[int, Float[Array, "2 3"]] = field(default_factory=dict)

    def behind(
        self,
        rgb: UInt8[Array, "height width 3"],
        frame: int,
        *,
        also: Bool[Array, "height width"] | None = None,
    ) -> UInt8[Array, "height width 3"]:
        """Return a frame of the clip with its people replaced by what is behind them.

        All else is the frame itself, so that other things go on moving; the plate is as bright as the frame is around.

        Args:
            rgb: the frame.
            frame: its number.
            also: further places to be replaced.
        """
        small = self._small(rgb)
        mask = self._people_small(frame, also)
        if not mask.any():
            return rgb
        shift = self._shift(rgb, frame, mask)
        plate = self._small_plate(frame, shift)
        light = _light(small, plate, grown(mask, self._small_stature(frame) * _SPREAD / 2.0))
        mask = self._with_what_hangs_on(mask, small, plate * stretched(light, small.shape[1::-1]), frame)
        return self._replaced(rgb, frame, mask, light, shift)

    def clean(self, frame: int) -> UInt8[Array, "height width 3"]:
        """Return the background alone as the camera sees it in a frame: the same in all frames of a still camera."""
        if self.panorama is None:
            return self.rgb
        return self._part((0, 0, *self.size_px), frame, self._shifts.get(frame, STILL))

    def _part(
        self, part: tuple[int, int, int, int], frame: int, shift: Float[Array, "2 3"]
    ) -> UInt8[Array, "part_height part_width 3"]:
        left, top, width, height = part
        if self.panorama is None:
            return self.rgb[top : top + height, left : left + width]
        places = self.panorama.places(frame, map_points(part), shift)
        return looked_up(self.rgb, places, (width, height), repeat_edges=True)

    @cached_property
    def _shrunk(self) -> UInt8[Array, "height width 3"]:
        factor = self._following_px[0] / self.size_px[0]
        height, width = self.rgb.shape[:2]
        return stretched(self.rgb, (max(2, round(width * factor)), max(2, round(height * factor))))

    @cached_property
    def _following_px(self) -> tuple[int, int]:
        return small_size(self.size_px)

    def told(self, frame: int, shift: Float[Array, "2 3"]) -> UInt8[Array, "small_height small_width 3"]:
        """Return a small picture of what the turning camera sees in a frame, from the plate alone."""
        assert self.panorama is not None
        points = map_points((0, 0, *self._following_px))
        places = self.panorama.places(frame, between_sizes(points, self._following_px, self.size_px), shift)
        small = between_sizes(places, self.rgb.shape[1::-1], self._shrunk.shape[1::-1])
        return looked_up(self._shrunk, small, self._following_px, repeat_edges=True)

    @cached_property
    def _small_px(self) -> tuple[int, int]:
        return scaled_size(self.size_px, _SMALL_SIDE_PX)

    def _small(self, rgb: UInt8[Array, "height width 3"]) -> Float[Array, "small_height small_width 3"]:
        return stretched(rgb, self._small_px).astype(np.float32)

    @cached_property
    def _still_small(self) -> Float[Array, "small_height small_width 3"]:
        return self._small(self.rgb)

    def _small_plate(self, frame: int, shift: Float[Array, "2 3"]) -> Float[Array, "small_height small_width 3"]:
        if self.panorama is None:
            return self._still_small
        return self._small(self.told(frame, shift))

    def _people_small(self, frame: int, also: Bool[Array, "height width"] | None) -> UInt8[Array, "height width"]:
        mask = people_in(self.people, frame, self.size_px, self._small_px)
        if also is None:
            return mask
        return np.maximum(
            mask, np.where(stretched(also.astype(np.uint8) * 255, self._small_px) > 0, 255, 0).astype(np.uint8)
        )

    def _small_stature(self, frame: int) -> float:
        """Return the tallest person's stature in the small picture [px]."""
        told = [float(shape.statures_px[frame]) for shape in self.people if frame < len(shape.statures_px)]
        tallest = max((stature for stature in told if np.isfinite(stature)), default=0.5 * max(self.size_px))
        return tallest * self._small_px[0] / self.size_px[0]

    def _shift(self, rgb: Array, frame: int, mask: UInt8[Array, "height width"]) -> Float[Array, "2 3"]:
        """Return by how much a turning camera's frame lies beside where its path says."""
        if self.panorama is None:
            return STILL
        if frame not in self._shifts:
            self._shifts[frame] = shift_between(self.told(frame, STILL), rgb, mask)[0]
        return self._shifts[frame]

    def _with_what_hangs_on(self, mask: Array, small: Array, plate: Array, frame: int) -> UInt8[Array, "height width"]:
        """Return the mask with the differences from the plate that are joined to it: hair, skirts, what is held."""
        other = (_greatest(np.abs(softened(small - plate, 0.7))) > _OTHER).astype(np.uint8) * 255
        reach = self._small_stature(frame) * _SPREAD
        return grown(spread_within(mask, other, max(1, round(reach / 2.0))), 1.0)

    def _replaced(
        self,
        rgb: UInt8[Array, "height width 3"],
        frame: int,
        mask: UInt8[Array, "small_height small_width"],
        light: Array,
        shift: Float[Array, "2 3"],
    ) -> UInt8[Array, "height width 3"]:
        """Return the frame with the plate where the mask is, each brightness changed by the light."""
        soft = max(0.7, self._small_stature(frame) * _SOFT)
        alpha = softened(grown(mask, soft), soft)
        window = _window(alpha > 0)
        part = _enlarged(window, self._small_px, self.size_px)
        place = _slices(part)
        share = stretched(alpha[_slices(window)].astype(np.float32) / np.float32(255.0), part[2:])
        gain = stretched(stretched(light, self._small_px)[_slices(window)], part[2:])
        result = rgb.copy()
        result[place] = mixed(rgb[place], self._part(part, frame, shift), gain, share)
        left, right, above, below = self.bars_px
        for bar in (np.s_[:, :left], np.s_[:, len(rgb[0]) - right :], np.s_[:above], np.s_[len(rgb) - below :]):
            result[bar] = rgb[bar]
        return result


def scaled_size(size_px: tuple[int, int], longest_px: int) -> tuple[int, int]:
    """Return a picture's size when its longest side is at most ``longest_px``."""
    factor = min(1.0, longest_px / max(size_px))
    return max(1, round(size_px[0] * factor)), max(1, round(size_px[1] * factor))


def shift_between(
    predicted: UInt8[Array, "other_height other_width 3"],
    frame: UInt8[Array, "height width 3"],
    people: UInt8[Array, "small_height small_width"],
) -> tuple[Float[Array, "2 3"], float]:
    """Return the shift [px] that brings what was predicted to where the frame shows it, people (not 0) left out.

    And how far it leaves most of what was followed aside, in shares of the longest side: a camera that travels shifts
    near and far things differently.
    """
    before, after = small_grey(predicted), small_grey(frame)
    size = before.shape[1::-1]
    free = np.where(stretched(people, size) > 0, 0, 255).astype(np.uint8)
    points = corners(before, free)
    there, ok = followed(before, after, points, points)
    ok &= within(there, free)
    large = frame.shape[1::-1]
    start, end = between_sizes(points[ok], size, large), between_sizes(there[ok], size, large)
    shift = shift_of(start, end)
    aside = np.linalg.norm(start @ shift[:, :2].T + shift[:, 2] - end, axis=1)
    return shift, float(np.percentile(aside, _MOST)) / max(large) if len(aside) else 0.0


def between_sizes(
    points_px: Float[Array, "*point 2"], from_px: tuple[int, int], to_px: tuple[int, int]
) -> Float[Array, "*point 2"]:
    """Return where points of a picture lie when its size is another; the middle of the first pixel is (0, 0)."""
    return (points_px + 0.5) * (np.array(to_px) / np.array(from_px)) - 0.5


def _light(
    small: Float[Array, "height width 3"], plate: Float[Array, "height width 3"], hidden: UInt8[Array, "height width"]
) -> Float[Array, "light_height light_width 3"]:
    """Return by how much brighter the frame is than the plate, smooth over the picture, from where both show the same.

    The least squares factor about each place; far from everything that tells, that of the whole picture.
    """
    size = scaled_size(small.shape[1::-1], _LIGHT_SIDE_PX)
    known = ((hidden == 0) & (_greatest(np.abs(small - plate)) < 3.0 * _OTHER)).astype(np.float32)[..., None]
    both, own = stretched(known * plate * small, size), stretched(known * plate * plate, size)
    floor = np.float32(_LIGHT_FLOOR)
    whole = (both.mean((0, 1)) + floor) / (own.mean((0, 1)) + floor)
    sigma = _LIGHT_REACH * max(size)
    factor = (softened(both, sigma) + floor * whole) / (softened(own, sigma) + floor)
    return np.clip(softened(factor, sigma / 3.0), *_LIGHT_RANGE).astype(np.float32)


def _greatest(picture: Float[Array, "height width 3"]) -> Float[Array, "height width"]:
    """Return each pixel's greatest channel; channel by channel is much faster than along the last axis."""
    return np.maximum(np.maximum(picture[..., 0], picture[..., 1]), picture[..., 2])


def _window(inside: Bool[Array, "height width"]) -> tuple[int, int, int, int]:
    """Return left, top, width and height of all that is inside."""
    columns, rows = np.flatnonzero(inside.any(axis=0)), np.flatnonzero(inside.any(axis=1))
    return int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def _slices(window: tuple[int, int, int, int]) -> tuple[slice, slice]:
    left, top, width, height = window
    return slice(top, top + height), slice(left, left + width)


def _enlarged(
    window: tuple[int, int, int, int], small_px: tuple[int, int], size_px: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Return the window of the small picture in the large one, to the nearest pixels."""
    left, top, width, height = window
    across, down = size_px[0] / small_px[0], size_px[1] / small_px[1]
    start, end = round(left * across), round((left + width) * across)
    upper, lower = round(top * down), round((top + height) * down)
    return start, upper, end - start, lower - upper
