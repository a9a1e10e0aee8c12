"""The orientation that a camera notes in a photograph."""

import re
import struct
from pathlib import Path

from manekko.video.upright import Orientation

_MOST_BYTES = 1 << 26
_ORIENTATION_TAG = 0x0112
_EXIF = re.compile(rb"(?:Exif\0\0|eXIf|EXIF.{4}(?:Exif\0\0)?)(II\*\0|MM\0\*)", re.DOTALL)
"""A TIFF header behind what announces it in JPEG, PNG and WebP."""

_ORIENTATIONS = {
    1: Orientation(),
    2: Orientation(flip_x=True),
    3: Orientation(flip_x=True, flip_y=True),
    4: Orientation(flip_y=True),
    5: Orientation(transposed=True),
    6: Orientation(transposed=True, flip_x=True),
    7: Orientation(transposed=True, flip_x=True, flip_y=True),
    8: Orientation(transposed=True, flip_y=True),
}


def exif_orientation(path: Path) -> Orientation | None:
    """Return what a picture file's EXIF data says about turning, or None if it says nothing that makes sense.

    Read here and not taken from FFmpeg, whose angle alone cannot tell a mirrored photograph.
    """
    with path.open("rb") as handle:
        data = handle.read(_MOST_BYTES)
    found = _EXIF.search(data)
    if found is None:
        return None
    tiff = data[found.start(1) : found.start(1) + 65_536]
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, directory)
        for entry in range(directory + 2, directory + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == _ORIENTATION_TAG:
                return _ORIENTATIONS.get(value)
    except struct.error:
        return None
    return None
