"""A described body dressed in the colours that pictures show where its maps lie on them.

Its own colours are somebody else's. Every pixel of every picture says which place of the body it shows; the reference
views take the colour that most of the pictures show of a place, and are unsure of places that none shows. Eyes would
be lost in the mean of many faces, none of which lies quite right: the face is that of one picture.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt, gaussian_filter, zoom

from manekko.arrays import Array, Float, UInt8
from manekko.paint.dataset.bodies import DRESSED
from manekko.paint.dataset.shards import Dataset, Shard
from manekko.paint.pose_map import NOTHING
from manekko.paint.stick_parts import parts_of
from manekko.paint.surface import body_of
from manekko.paint.views import FACE, Views, draw_views
from manekko.people.keypoints import BODY33_INDEX
from manekko.progress import Progress
from manekko.stage.figure import Figure
from manekko.whole import whole_file

_SIDE_CELLS = 128
"""Cells along a view's side: about as fine as pictures of 256² that are laid on with an error of one or two pixels."""
_LIKE = 40.0
"""Colours this far [levels] from a place's mean are another's that came to lie there, mostly."""
_NEAR_CELLS = 6.0
"""A place that no picture shows takes the colour of one so near."""
_SOLID, _KNOWN = 250, 0.05
_SAME_M = 0.02
_FRONT, _LARGE = 0.3, 0.8
"""How well the view from in front shows what is called the face; and how large it must be by the largest ones."""
_MOST_FRAMES = 600
"""Pictures that are looked at: more would only say the same again."""

_FACE_POINTS = [BODY33_INDEX[name] for name in ("nose", "left_eye", "right_eye")]
_HIDDEN_M = 0.03
"""A point of the face is hidden where the picture shows nothing of the body this near."""
_AS_WELL, _FACES = 0.01, 8
"""Faces that lie as well as the best by so much of the picture's side are chosen from, at most so many."""


@dataclass(frozen=True, eq=False)
class _Seen:
    """What one picture shows of the body."""

    rest_m: Float[Array, "point 3"]
    colours: Float[Array, "point 3"]
    """Of these places, 0–255."""
    shares: Float[Array, "point 2"]
    """Where they are in the picture: across and down, in its side."""
    keypoints: Float[Array, "keypoint=33 2"]
    """Likewise."""


def dress(dataset: Dataset, figure: Figure, progress: Progress) -> None:
    """Give the body of a dataset the colours of its pictures: write ``views.npz``, and each shard's ``copied`` anew.

    Nothing is done where it was done with the very same shards.

    Args:
        dataset: all of its shards are there.
        figure: the body, in its own colours.
        progress: told after each shard.

    Raises:
        FormatError: a shard is damaged.
        MissingToolError: the machine has no OpenGL.
    """
    shards = dataset.all_shards
    names, told = [shard.folder.name for shard in shards], dataset.folder / DRESSED
    if told.is_file() and told.read_bytes() == json.dumps(names).encode():
        return
    views = dressed(dataset, draw_views(figure))
    for done, shard in enumerate(shards, start=1):
        copied = _copied(shard, views, body_of(dataset.made_of))
        with whole_file(shard.folder / "copied.npy") as temporary, temporary.open("wb") as file:
            np.save(file, copied)
        progress("colours", done, len(shards))
    views.save(dataset.folder / "views.npz")
    with whole_file(told) as temporary:
        temporary.write_bytes(json.dumps(names).encode())


def dressed(dataset: Dataset, bare: Views) -> Views:
    """Return the views of a body with the colours that a dataset's pictures show."""
    means: list[Array] = []
    weights: list[Array] = []
    for _ in range(2):  # the mean, then the mean of what is like it
        totals = [np.zeros((_SIDE_CELLS**2, 4), np.float64) for _ in bare.pictures]
        for seen in _pictures(dataset, bare):
            for number, total in enumerate(totals):
                cells, weight = _cells(bare, number, seen.rest_m)
                if means:
                    weight = weight / (1.0 + ((seen.colours - means[number][cells]) ** 2).sum(1) / _LIKE**2)
                for channel in range(3):
                    total[:, channel] += np.bincount(cells, weight * seen.colours[:, channel], _SIDE_CELLS**2)
                total[:, 3] += np.bincount(cells, weight, _SIDE_CELLS**2)
        means = [total[:, :3] / np.maximum(total[:, 3:], 1e-9) for total in totals]
        weights = [total[:, 3] for total in totals]
    for number, (mean, weight) in _one_face(dataset, bare).items():
        weights[number] = np.maximum(weights[number], weight)
        means[number] = np.where(weight[:, None] > _KNOWN, mean, means[number])
    worn = [_worn(bare, number, mean, weights[number]) for number, mean in enumerate(means)]
    return replace(bare, pictures=tuple(picture for picture, _ in worn), slants=tuple(slant for _, slant in worn))


def _pictures(dataset: Dataset, views: Views) -> Iterator[_Seen]:
    """Yield what pictures that are learned from show of the body: all of them, or as many, spread evenly."""
    shards = dataset.shards("train") or dataset.all_shards
    count = sum(shard.info.frames for shard in shards)
    every = -(-count // _MOST_FRAMES)
    for shard in shards:
        rgba, rest, parts, keypoints = (shard.array(name) for name in ("rgba", "rest", "parts", "keypoints"))
        assert rgba is not None
        assert rest is not None
        assert parts is not None
        assert keypoints is not None
        for frame in range(0, shard.info.frames, every):
            # At the edge the two silhouettes differ, and colours are mixed with what is behind.
            inside = binary_erosion((rgba[frame, ..., 3] >= _SOLID) & (parts[frame] != NOTHING))
            yield _Seen(
                views.places_m(rest[frame][inside]),
                rgba[frame][inside][:, :3].astype(np.float64),
                (np.argwhere(inside)[:, ::-1] + 0.5) / shard.size_px,
                keypoints[frame, :, :2] / shard.size_px,
            )


def _one_face(dataset: Dataset, views: Views) -> dict[int, tuple[Float[Array, "cell 3"], Float[Array, " cell"]]]:
    """Return colours and weights of the views of the head from one picture; none where no picture shows a face.

    It is large, its eyes and nose lie where the body has them, and of those that do as well it is the most usual: no
    hand before it, no eye closed.
    """
    if len(views.pictures) <= FACE:
        return {}
    body_m = body_of(dataset.made_of)
    found = [(_front_size(views, seen), _face_off(seen, body_m), seen) for seen in _pictures(dataset, views)]
    large = _LARGE * float(np.percentile([size for size, _, _ in found], 90))
    lying = sorted(((off, seen) for size, off, seen in found if size >= large), key=lambda one: one[0])
    best = [seen for off, seen in lying[:_FACES] if off <= lying[0][0] + _AS_WELL and np.isfinite(off)]
    if not best:
        return {}
    faces = [_spread(views, FACE, seen) for seen in best]
    colours = np.stack([np.where(weight[:, None] > _KNOWN, colour, np.nan) for colour, weight in faces])
    everywhere = np.isfinite(colours).all((0, 2))
    unlike = np.abs(colours - np.median(colours, axis=0))[:, everywhere].sum((1, 2))
    chosen = best[int(np.argmin(unlike))]
    return {number: _spread(views, number, chosen) for number in range(FACE, len(views.pictures))}


def _front_size(views: Views, seen: _Seen) -> int:
    """Return how many points of a picture show the front of the head."""
    return int((_cells(views, FACE, seen.rest_m)[1] > _FRONT).sum())


def _face_off(seen: _Seen, body_m: Float[Array, "33 3"]) -> float:
    """Return how far eyes and nose of the body lie from those that are seen; infinite where one is hidden."""
    if len(seen.rest_m) == 0:
        return np.inf
    offs = []
    for point in _FACE_POINTS:
        away_m = np.linalg.norm(seen.rest_m - body_m[point], axis=1)
        nearest = int(np.argmin(away_m))
        if not away_m[nearest] <= _HIDDEN_M:
            return np.inf
        offs.append(float(np.linalg.norm(seen.shares[nearest] - seen.keypoints[point])))
    return float(np.nan_to_num(np.mean(offs), nan=np.inf))


def _spread(views: Views, number: int, seen: _Seen) -> tuple[Float[Array, "cell 3"], Float[Array, " cell"]]:
    """Return colours and weights of a view's cells from one picture, whose pixels are larger than they."""
    cells, weight = _cells(views, number, seen.rest_m)
    layers = [np.bincount(cells, weight * seen.colours[:, channel], _SIDE_CELLS**2) for channel in range(3)]
    layers.append(np.bincount(cells, weight, _SIDE_CELLS**2))
    wide = [gaussian_filter(layer.reshape(_SIDE_CELLS, _SIDE_CELLS), 1.0).ravel() for layer in layers]
    return np.stack(wide[:3], axis=1) / np.maximum(wide[3], 1e-9)[:, None], wide[3]


def _cells(views: Views, number: int, rest_m: Float[Array, "point 3"]) -> tuple[Array, Float[Array, " point"]]:
    """Return in which cell of a view each place lies, and how well the view shows it."""
    side = len(views.pictures[number])
    at = rest_m.astype(np.float32) @ views.matrices[number, :, :3].T.astype(np.float32)
    at += views.matrices[number, :, 3].astype(np.float32)
    columns, rows = np.clip(np.floor(at[:, :2] * (_SIDE_CELLS / side)), 0, _SIDE_CELLS - 1).astype(np.int64).T
    return rows * _SIDE_CELLS + columns, views.shown(number, at, _SAME_M).astype(np.float64)


def _worn(
    bare: Views, number: int, mean: Float[Array, "cell 3"], weight: Float[Array, " cell"]
) -> tuple[UInt8[Array, "side side 4"], Float[Array, "side side"]]:
    """Return a view's picture in the colours that were seen, and its slants, 0 where nothing is known."""
    side = len(bare.pictures[number])
    known = (weight > _KNOWN).reshape(_SIDE_CELLS, _SIDE_CELLS)
    colours = mean.reshape(_SIDE_CELLS, _SIDE_CELLS, 3)
    if not known.any():
        return bare.pictures[number], np.zeros_like(bare.slants[number])
    away, nearest = cast("tuple[Array, Array]", distance_transform_edt(~known, return_indices=True))
    filled = colours[nearest[0], nearest[1]]
    scale = side / _SIDE_CELLS
    large = np.asarray(zoom(filled, (scale, scale, 1.0), order=1, grid_mode=True, mode="nearest"))
    near = np.asarray(zoom((away <= _NEAR_CELLS).astype(np.uint8), scale, order=0, grid_mode=True, mode="nearest"))
    shown = bare.pictures[number][..., 3:]
    rgb = np.clip(large, 0.0, 255.0) * (shown / 255.0)
    picture = np.concatenate([np.round(rgb).astype(np.uint8), shown], axis=-1)
    return picture, np.where(near > 0, bare.slants[number], 0.0).astype(np.float32)


def _copied(shard: Shard, views: Views, body_m: Float[Array, "33 3"]) -> UInt8[Array, "frame side side 4"]:
    rest, parts, keypoints = (shard.array(name) for name in ("rest", "parts", "keypoints"))
    assert rest is not None
    assert parts is not None
    assert keypoints is not None
    result = np.zeros((*parts.shape, 4), np.uint8)
    for frame in range(shard.info.frames):
        covered = np.asarray(parts[frame] != NOTHING)
        scale_px = float(parts_of(np.asarray(keypoints[frame], dtype=np.float64), body_m).scale_px)
        result[frame][covered] = views.copied(views.places_m(rest[frame][covered]), 1.0 / max(scale_px, 1.0))
    return result
