"""Pictures as files: one at a time, or a folder of them in natural order."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from manekko.arrays import Array, UInt8
from manekko.errors import InputError
from manekko.video.decode import first_frame, opened, video_stream
from manekko.video.exif import exif_orientation
from manekko.video.upright import Developer, scaled

PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"}
_VIDEO_SUFFIXES = {".mp4", ".mov", ".avi", ".webm", ".wmv", ".mkv", ".gif", ".m4v"}
_BESIDE = 128  # grey beside a picture of another shape


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Return a sorting key by which "2.png" comes before "10.png"; case does not count."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


def folder_pictures(path: Path) -> list[Path]:
    """Return the pictures of a folder in natural order of their names.

    Raises:
        InputError: there is none; the message says what the folder holds instead.
    """
    try:
        files = [entry for entry in path.iterdir() if not entry.name.startswith(".") and entry.is_file()]
    except OSError as error:
        raise InputError(f"the folder {path} cannot be listed ({error.strerror}); allow it or copy it") from None
    pictures = [file for file in files if file.suffix.lower() in PICTURE_SUFFIXES]
    if pictures:
        return sorted(pictures, key=lambda file: (natural_key(file.name), file.name))
    kinds = [file.suffix.lower() for file in files]
    if ".json" in kinds:
        raise InputError(
            f"the folder {path} holds {kinds.count('.json')} JSON files and no picture; if they are OpenPose's, "
            "they are keypoints, not a clip: each must be OpenPose JSON with a list 'people'"
        )
    videos = sum(kind in _VIDEO_SUFFIXES for kind in kinds)
    if videos:
        raise InputError(f"the folder {path} holds {videos} videos and no picture; give one video at a time")
    raise InputError(f"the folder {path} holds no picture; expected png, jpg, webp or bmp files")


def read_picture(path: Path) -> UInt8[Array, "height width 3"]:
    """Return a picture file upright (its first picture, if it holds several).

    Raises:
        InputError: it cannot be read.
    """
    with opened(path) as container:
        stream = video_stream(container, path)
        _, frame = first_frame(container, stream, path, [])
        return Developer.of(frame, stream.sample_aspect_ratio, orientation=exif_orientation(path)).develop(frame)


def first_size(pictures: list[Path], folder: Path, warnings: list[str]) -> tuple[int, int]:
    """Return width and height [px] of the first picture that can be read.

    Raises:
        InputError: not one of them can be read.
    """
    for picture in pictures:
        try:
            height, width = read_picture(picture).shape[:2]
        except InputError as error:
            _note(warnings, str(error))
        else:
            return width, height
    raise InputError(f"the folder {folder} holds {len(pictures)} pictures but none can be read; {warnings[0]}")


def folder_frames(
    path: Path, size_px: tuple[int, int], fps: float, start_s: float, warnings: list[str]
) -> Iterator[tuple[float, UInt8[Array, "height width 3"]]]:
    """Yield the time [s] and the pixels of each picture of a folder from ``start_s`` on.

    A picture of another size is fitted into ``size_px``, its shape kept; one that cannot be read leaves a gap in
    time, as a dropped frame does. Both are told in ``warnings``.
    """
    for index, picture in enumerate(folder_pictures(path)):
        if index / fps < start_s:
            continue
        try:
            rgb = read_picture(picture)
        except InputError as error:
            _note(warnings, f"left out: {error}")
            continue
        if rgb.shape[1::-1] != size_px:
            _note(warnings, f"pictures of {path} differ in size and were fitted into {size_px[0]}x{size_px[1]} pixels")
            rgb = _fitted(rgb, size_px)
        yield index / fps, rgb


def _fitted(rgb: UInt8[Array, "height width 3"], size_px: tuple[int, int]) -> UInt8[Array, "height2 width2 3"]:
    """Return the picture scaled to lie within ``size_px``, in the middle, grey beside it."""
    height, width = rgb.shape[:2]
    scale = min(size_px[0] / width, size_px[1] / height)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    fitted = np.full((size_px[1], size_px[0], 3), _BESIDE, dtype=np.uint8)
    left, top = (size_px[0] - wide) // 2, (size_px[1] - high) // 2
    fitted[top : top + high, left : left + wide] = scaled(rgb, (wide, high))
    return fitted


def _note(warnings: list[str], warning: str) -> None:
    if warning not in warnings and len(warnings) < 20:
        warnings.append(warning)
