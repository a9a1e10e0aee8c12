"""Every material fixture as babylon-mmd draws it, and as we do."""

import tempfile
from pathlib import Path

import numpy as np

from manekko.bench.ssim import box_of, figure_similarity
from manekko.pixels.warp import resize
from tests.clients.babylon_pictures import babylon_pictures
from tests.clients.material_scenes import character_scenes, material_scenes
from tests.clients.our_pictures import our_picture
from tests.gallery.sheets import Tile, sheet

_SIDE_PX = 132


def materials(data_folder: Path) -> Tile:
    """Return pairs of pictures, babylon-mmd's on the left, ours on the right, each with its structural similarity."""
    with tempfile.TemporaryDirectory() as folder:
        scenes = list(material_scenes(data_folder, Path(folder)).values())
        judged = babylon_pictures(scenes)
        ours = [our_picture(scene) for scene in scenes]
    tiles = [_pair(one, other) for one, other in zip(judged, ours, strict=True)]
    words = [
        f"{scene.name}: {figure_similarity(one, other):.3f}"
        for scene, one, other in zip(scenes, judged, ours, strict=True)
    ]
    return sheet(tiles, words, 5)


def character_beside() -> Tile:
    """Return our character in babylon-mmd and in our own renderer, without anti-aliasing and shadow."""
    scenes = list(character_scenes().values())
    judged = babylon_pictures(scenes)
    tiles, words = [], []
    for scene, picture in zip(scenes, judged, strict=True):
        ours = our_picture(scene)
        tiles += [resize(picture, (330, 440)), resize(ours, (330, 440))]
        words += [f"babylon-mmd, {scene.name}", f"Manekko: {figure_similarity(picture, ours):.3f}"]
    return sheet(tiles, words, 4)


def _pair(one: Tile, other: Tile) -> Tile:
    shown = (one != one[0, 0]).any(axis=-1) | (other != other[0, 0]).any(axis=-1)
    rows, columns = _square(box_of(shown, 20), one.shape[:2])
    return np.concatenate([resize(picture[rows, columns], (_SIDE_PX, _SIDE_PX)) for picture in (one, other)], axis=1)


def _square(box: tuple[slice, slice], shape: tuple[int, int]) -> tuple[slice, slice]:
    """Return the smallest square of the picture around a box."""
    side = min(max(span.stop - span.start for span in box), *shape)
    starts = [
        int(np.clip((span.start + span.stop - side) // 2, 0, whole - side))
        for span, whole in zip(box, shape, strict=True)
    ]
    return slice(starts[0], starts[0] + side), slice(starts[1], starts[1] + side)
