"""Pictures in memory; files are made here byte by byte or by OpenCV, never by what is tested."""

import struct
import tracemalloc

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.arrays import Array
from manekko.errors import FormatError
from manekko.video.picture import decode_picture
from tests.clients.small_textures import encoded

_GENERATOR = np.random.default_rng(0)
PICTURE = _GENERATOR.integers(0, 256, (12, 16, 4)).astype(np.uint8)
OPAQUE = np.concatenate([PICTURE[..., :3], np.full((12, 16, 1), 255, np.uint8)], axis=-1)


def by_opencv(suffix: str, rgba: Array, *options: int) -> bytes:
    order = [2, 1, 0, 3][: rgba.shape[-1]]
    return cv2.imencode(suffix, np.ascontiguousarray(rgba[..., order]), list(options))[1].tobytes()


def dds(rgba: Array) -> bytes:
    """Uncompressed, 32 bits, with alpha."""
    height, width = rgba.shape[:2]
    masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    layout = struct.pack("<8I", 32, 0x41, 0, 32, *masks)
    head = (
        struct.pack("<7I44x", 124, 0x100F, height, width, width * 4, 0, 0)
        + layout
        + struct.pack("<5I", 0x1000, *[0] * 4)
    )
    return b"DDS " + head + rgba[..., [2, 1, 0, 3]].tobytes()


@pytest.mark.parametrize("name", ["x.png", "x.tga"])
def test_alpha_comes_over(name: str) -> None:
    assert (decode_picture(encoded(name, PICTURE)) == PICTURE).all()


def test_dds_and_webp_come_over() -> None:
    assert (decode_picture(dds(PICTURE)) == PICTURE).all()
    found = decode_picture(by_opencv(".webp", PICTURE, cv2.IMWRITE_WEBP_QUALITY, 101))
    seen = PICTURE[..., 3] > 0
    assert (found[seen] == PICTURE[seen]).all()


def test_bmp_has_no_alpha_and_its_first_row_is_up() -> None:
    assert (decode_picture(encoded("x.bmp", PICTURE)) == OPAQUE).all()


def test_jpeg_and_gray_png_come_over() -> None:
    smooth = np.zeros((32, 32, 3), np.uint8)
    smooth[..., 0] = np.arange(32) * 8
    smooth[..., 1] = 255 - np.arange(32)[:, None] * 8
    found = decode_picture(by_opencv(".jpg", smooth, cv2.IMWRITE_JPEG_QUALITY, 100))
    assert np.abs(found[..., :3].astype(int) - smooth).max() <= 10
    gray = decode_picture(cv2.imencode(".png", smooth[..., 0])[1].tobytes())
    assert (gray[..., :3] == smooth[..., :1]).all()


def test_a_gif_gives_its_first_frame() -> None:
    # One pixel, palette of black and (1, 200, 3), code 1.
    data = b"GIF89a\1\0\1\0\x80\0\0" + bytes([0, 0, 0, 1, 200, 3]) + b",\0\0\0\0\1\0\1\0\0\2\2\x4c\1\0;"
    assert decode_picture(data).tolist() == [[[1, 200, 3, 255]]]


@pytest.mark.parametrize("data", [b"", b"hello", bytes(40), b"GIF89a", b"DDS ", b"RIFF", b"\xff\xd8"])
def test_what_is_no_picture_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(FormatError, match="picture") as caught:
        decode_picture(data)
    assert "\n" not in str(caught.value)


def test_a_picture_as_large_as_a_town_is_refused_before_it_is_unpacked() -> None:
    small = encoded("x.tga", PICTURE)
    large = small[:12] + struct.pack("<HH", 30000, 30000) + small[16:]
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match=r"larger than 33554432 pixels|no picture"):
            decode_picture(large)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@given(
    kind=st.sampled_from(
        [encoded("x.png", PICTURE), encoded("x.tga", PICTURE), encoded("x.bmp", PICTURE), dds(PICTURE)]
    ),
    place=st.floats(0.0, 1.0, exclude_max=True),
    mask=st.integers(1, 255),
    end=st.floats(0.0, 1.0),
)
@settings(deadline=None)
def test_damaged_pictures_are_pictures_or_format_errors(kind: bytes, place: float, mask: int, end: float) -> None:
    at = int(place * len(kind))
    data = (kind[:at] + bytes([kind[at] ^ mask]) + kind[at + 1 :])[: round(end * len(kind)) + 1]
    try:
        assert decode_picture(data).shape[2] == 4
    except FormatError:
        return
