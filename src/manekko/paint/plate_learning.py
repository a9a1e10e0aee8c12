"""Learning a clip's background: a bounded number of its frames, chosen so that each place is often free of people."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.ndimage import gaussian_filter

from manekko.arrays import Array, Bool, Float, Int, UInt8
from manekko.paint.panorama import Panorama
from manekko.paint.person_mask import PersonShape, people_in, person_shape
from manekko.paint.plate import STILL, WIDE, Plate, scaled_size, shift_between
from manekko.paint.plate_middle import usual_colours
from manekko.people.keypoints import Track
from manekko.pixels.fill import filled, stretched
from manekko.pixels.maps import enlarged, looked_up, map_points
from manekko.progress import Progress, counted, silent
from manekko.video.source import Clip

_MOST_FRAMES = 40
_LEAST_FRAMES = 8
_MOST_BYTES = 150_000_000
_MOST_PANORAMA_PX = 6_000_000
_MASK_PX = 640
_MOST_CANDIDATES = 400
_COARSE_PX = 64
"""Longest side of the pictures in which frames are chosen."""
_ENOUGH = 6
"""So often free of people, a place is told by what is seen there."""
_NEAR_LEVEL, _ON_LEVEL = 32, 192
"""Masks from here on mean near people, and on them."""
_LEVELS = 16
"""Of each channel, to tell people's colours from the background's."""
_BLACK, _BAR_EDGE_PX = 24.0, 3
"""Bars beside a picture of another shape do not turn with the camera; their edges are blurred by compression."""
_LOOKS = (15, _ENOUGH)
"""So many looks at a place that people hide, the soonest before and after, and how many of them must be there."""
_TRAVELS, _TRAVELLING_LOOKS = 0.004, (3, 2)
"""A camera that travels leaves what is followed further aside, in the picture's longest side: then only the soonest
looks show the place as it is."""
_FOR_EVER = 1e7
_CALM = 12
"""What was always near a person is believed if its closest half of colours is no wider, in 8-bit steps."""


def learn_plate(
    clip: Clip, tracks: list[Track], *, start_s: float = 0.0, end_s: float | None = None, progress: Progress = silent
) -> Plate:
    """Return the background of a clip, learned in one pass over its frames.

    Args:
        clip: a video, a folder of pictures or one picture.
        tracks: its people, seen in the same stretch of it; nobody: all of it is background.
        start_s: first moment of the tracks [s].
        end_s: moment at which they stop [s]; None for the end.
        progress: told the number of frames done.

    Raises:
        InputError: the clip cannot be read.
    """
    people = [person_shape(track) for track in tracks]
    camera = tracks[0].camera if tracks else None
    size = clip.info.size_px
    panorama = Panorama(camera, size, _MOST_PANORAMA_PX) if camera is not None and camera.moving else None
    width, height = size if panorama is None else panorama.size_px
    count = len(tracks[0].times_s) if tracks else clip.info.frame_estimate or _MOST_FRAMES
    most = int(np.clip(_MOST_BYTES // (3 * width * height), _LEAST_FRAMES, _MOST_FRAMES))
    wanted = set(chosen_frames(people, count, size, most).tolist())
    taken = []
    for frame in counted(clip.frames(start_s, end_s), "background", count, progress):
        if frame.index in wanted:
            taken.append((frame.index, frame.rgb))
            if len(taken) == len(wanted):
                break
    # A file may tell a wrong number of frames; its first one is always there.
    return plate_of(taken or [(0, next(clip.frames(start_s, end_s)).rgb)], people, panorama)


def chosen_frames(
    people: Sequence[PersonShape], count: int, size_px: tuple[int, int], most: int
) -> Int[Array, " chosen"]:
    """Return the numbers of at most ``most`` frames of ``count``.

    Half of them are evenly spread, the others such that places where people often stand are seen without them.
    """
    if count <= most:
        return np.arange(count)
    spread = np.unique(np.linspace(0, count - 1, most // 2 if people else most).astype(int))
    candidates = np.unique(np.linspace(0, count - 1, min(count, _MOST_CANDIDATES)).astype(int))
    small = scaled_size(size_px, _COARSE_PX)
    free = {
        int(frame): people_in(people, int(frame), size_px, small, wider=WIDE) == 0
        for frame in np.union1d(candidates, spread)
    }
    chosen = [int(frame) for frame in spread]
    often = np.sum([free[frame] for frame in chosen], axis=0)
    left = np.array([frame for frame in free if frame not in set(chosen)])
    shown = np.stack([free[int(frame)] for frame in left]).reshape(len(left), -1).astype(np.float32)
    for _ in range(most - len(chosen)):
        worth = shown @ (1.0 / (1.0 + often.reshape(-1).astype(np.float32)) ** 2)
        best = int(worth.argmax())
        chosen.append(int(left[best]))
        often = often + free[int(left[best])]
        shown[best] = 0.0
    return np.unique(chosen)


def plate_of(
    frames: Sequence[tuple[int, UInt8[Array, "height width 3"]]],
    people: Sequence[PersonShape],
    panorama: Panorama | None = None,
) -> Plate:
    """Return the background that some frames, with their numbers in the clip, show."""
    height, width = frames[0][1].shape[:2]
    shifts = dict.fromkeys((number for number, _ in frames), STILL)
    masks = [_levels(people, number, (width, height)) for number, _ in frames]
    if panorama is None:
        return _told([rgb for _, rgb in frames], masks, frames, people)
    bars = dark_bars([rgb for _, rgb in frames])
    for mask in masks:
        mask[_outside(bars, mask.shape)] = 255
    # A coarse panorama tells by how much each frame lies beside where the camera's path puts it.
    coarse = Panorama(panorama.path, panorama.picture_px, panorama.most_px // 16)
    plate = _turned(frames, masks, people, coarse, shifts, _LOOKS)
    small, aside = scaled_size((width, height), _MASK_PX), []
    for (number, rgb), mask in zip(frames, masks, strict=True):
        shifts[number], left = shift_between(plate.told(number, STILL), rgb, stretched(mask, small))
        aside.append(left)
    looks = _TRAVELLING_LOOKS if np.median(aside) > _TRAVELS else _LOOKS
    return replace(_turned(frames, masks, people, panorama, shifts, looks), bars_px=bars)


def dark_bars(pictures: Sequence[UInt8[Array, "height width 3"]]) -> tuple[int, int, int, int]:
    """Return how many columns on the left and on the right, and rows above and below, are black in all pictures."""
    height, width = pictures[0].shape[:2]
    few = [picture.max(axis=-1) for picture in pictures[:: max(1, len(pictures) // 6)]]
    columns = np.max([np.percentile(picture[::4], 95.0, axis=0) for picture in few], axis=0) < _BLACK
    rows = np.max([np.percentile(picture[:, ::4], 95.0, axis=1) for picture in few], axis=0) < _BLACK
    if columns.all() or rows.all():
        return 0, 0, 0, 0
    counts = [int(np.argmin(dark)) for dark in (columns, columns[::-1], rows, rows[::-1])]
    left, right, above, below = (count + _BAR_EDGE_PX if count else 0 for count in counts)
    return min(left, width), min(right, width), min(above, height), min(below, height)


def _outside(bars_px: tuple[int, int, int, int], shape: tuple[int, ...]) -> Bool[Array, "height width"]:
    left, right, above, below = bars_px
    outside = np.ones(shape[:2], dtype=bool)
    outside[above : shape[0] - below, left : shape[1] - right] = False
    return outside


def _told(
    pictures: Sequence[UInt8[Array, "height width 3"]],
    levels: Sequence[UInt8[Array, "height width"]],
    frames: Sequence[tuple[int, UInt8[Array, "picture_height picture_width 3"]]],
    people: Sequence[PersonShape],
    panorama: Panorama | None = None,
    enough: int = _ENOUGH,
) -> Plate:
    """Return the plate that pictures, brought to their places in it, tell; the frames are what they were made of."""
    palette = Palette()
    for number, rgb in frames:
        palette.look(rgb, _levels(people, number, rgb.shape[1::-1]))
    rgb, seen = usual_background(np.stack(pictures), np.stack(levels), palette, enough)
    return Plate(filled(rgb, ~seen), seen, frames[0][1].shape[1::-1], tuple(people), panorama)


def _turned(
    frames: Sequence[tuple[int, UInt8[Array, "height width 3"]]],
    masks: Sequence[UInt8[Array, "height width"]],
    people: Sequence[PersonShape],
    panorama: Panorama,
    shifts: dict[int, Float[Array, "2 3"]],
    looks: tuple[int, int],
) -> Plate:
    """Return the panorama that frames show; at each place of people, from what is seen of it soonest before and after.

    A camera that travels sees a place elsewhere later.
    """
    points = map_points((0, 0, *panorama.size_px))
    places = [panorama.seen_places(number, points, shifts[number]) for number, _ in frames]
    pictures = [looked_up(rgb, where, panorama.size_px) for (_, rgb), where in zip(frames, places, strict=True)]
    levels = [255 - looked_up(255 - mask, where, panorama.size_px) for mask, where in zip(masks, places, strict=True)]
    numbers = np.array([number for number, _ in frames], dtype=np.float64)
    middle, reach = _when_hidden(masks, places, numbers, looks[0])
    middle, reach = (enlarged(one, panorama.size_px) for one in (middle, reach))
    for number, level in zip(numbers, levels, strict=True):
        level[np.abs(middle - number) > reach] = 255
    return _told(pictures, levels, frames, people, panorama, looks[1])


def _when_hidden(
    masks: Sequence[UInt8[Array, "height width"]],
    places: Sequence[Float[Array, "rows columns 2"]],
    numbers: Float[Array, " frame"],
    soonest: int,
) -> tuple[Float[Array, "rows columns"], Float[Array, "rows columns"]]:
    """Return about when people hide each place of a panorama, and for how long before and after it is to be looked at.

    Both in frames. Where nobody ever is, or too little is seen, for ever.
    """
    height, width = masks[0].shape
    inside, hidden = [], []
    for mask, where in zip(masks, places, strict=True):
        x, y = np.rint(where[..., 0]).astype(int), np.rint(where[..., 1]).astype(int)
        within = (x >= 0) & (y >= 0) & (x < width) & (y < height)
        inside.append(within)
        hidden.append(within & (mask[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)] >= _NEAR_LEVEL))
    on, free = np.array(hidden), np.array(inside) & ~np.array(hidden)
    times = numbers[:, None, None]
    middle = (on * times).sum(axis=0) / np.maximum(on.sum(axis=0), 1)
    away = np.sort(np.where(free, np.abs(times - middle), np.inf), axis=0)[min(soonest, len(masks)) - 1]
    return middle, np.where(on.any(axis=0) & np.isfinite(away), away + 0.5, _FOR_EVER)


def usual_background(
    pictures: UInt8[Array, "picture height width 3"],
    levels: UInt8[Array, "picture height width"],
    palette: "Palette",
    enough: int,
) -> tuple[UInt8[Array, "height width 3"], Bool[Array, "height width"]]:
    """Return each place's colour and whether it is the background's.

    Where someone always is near, what is seen close to them is taken, if it stays the same and is not of their colours.

    Args:
        pictures: of one view.
        levels: 0 away from people, more near them, 255 on them.
        palette: the colours of people.
        enough: in so many pictures free of people, a place is told by them.
    """
    count, height, width = levels.shape
    rgb, seen = _usual(pictures.reshape(count, -1, 3), levels.reshape(count, -1), palette, enough)
    return rgb.reshape(height, width, 3), seen.reshape(height, width)


def _usual(
    pictures: UInt8[Array, "picture place 3"], levels: UInt8[Array, "picture place"], palette: "Palette", enough: int
) -> tuple[UInt8[Array, "place 3"], Bool[Array, " place"]]:
    rgb, _ = usual_colours(pictures, levels, _NEAR_LEVEL)
    seen = _often(levels, _NEAR_LEVEL) >= min(enough, len(levels) // 4 + 1)
    rare = np.flatnonzero(~seen)
    if len(rare):
        beside = levels[:, rare]
        rgb[rare], spread = usual_colours(pictures[:, rare], beside, _ON_LEVEL)
        seen[rare] = (_often(beside, _ON_LEVEL) >= _ENOUGH) & (spread <= _CALM) & ~palette.of_people(rgb[rare])
    return rgb, seen


def _often(levels: UInt8[Array, "picture place"], least: int) -> UInt8[Array, " place"]:
    """Return in how many pictures each place lies below a level."""
    often = np.zeros(levels.shape[1], np.uint8)
    for level in levels:
        often += level < least
    return often


@dataclass(frozen=True, eq=False)
class Palette:
    """How often colours are seen on people, and how often away from them."""

    _on: Float[Array, " bin"] = field(default_factory=lambda: np.zeros(_LEVELS**3))
    _off: Float[Array, " bin"] = field(default_factory=lambda: np.zeros(_LEVELS**3))

    def look(self, rgb: UInt8[Array, "height width 3"], levels: UInt8[Array, "height width"]) -> None:
        """Count a picture's colours, every fourth pixel of every fourth row."""
        bins, levels = _bins(rgb[::4, ::4]), levels[::4, ::4]
        self._on[:] += np.bincount(bins[levels >= _ON_LEVEL], minlength=_LEVELS**3)
        self._off[:] += np.bincount(bins[levels < _NEAR_LEVEL], minlength=_LEVELS**3)

    def of_people(self, rgb: UInt8[Array, "*place 3"]) -> Bool[Array, "*place"]:
        """Return which colours are more people's than the background's."""
        shares = [
            gaussian_filter(counts.reshape(_LEVELS, _LEVELS, _LEVELS) / max(counts.sum(), 1.0), 0.7).reshape(-1)
            for counts in (self._on, self._off)
        ]
        return (shares[0] > shares[1])[_bins(rgb)]


def _bins(rgb: UInt8[Array, "*place 3"]) -> Int[Array, "*place"]:
    levels = (rgb >> 4).astype(np.int64)
    return (levels[..., 0] * _LEVELS + levels[..., 1]) * _LEVELS + levels[..., 2]


def _levels(people: Sequence[PersonShape], frame: int, size_px: tuple[int, int]) -> UInt8[Array, "height width"]:
    """Return 255 on people, less near them, 0 elsewhere; all that is seen is below or above two levels."""
    small = scaled_size(size_px, _MASK_PX)
    near, on = (people_in(people, frame, size_px, small, wider=wider) // 2 for wider in (WIDE, 1.0))
    return stretched(near + on + (on > 0), size_px)
