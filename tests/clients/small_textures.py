"""Small textures for the material fixtures, whose own are not given away with them."""

import struct
import zlib

import numpy as np

from manekko.arrays import Array, Float, UInt8


def pictures() -> dict[str, UInt8[Array, "height width 4"]]:
    """Return a picture for every texture that the fixtures name."""
    return {
        "toon-three-step-warm.png": _toon(),
        "sphere-radial-add.png": _sphere(dark=0.0, bright=0.55),
        "sphere-radial-multiply.png": _sphere(dark=0.35, bright=1.0),
        "texture-alpha-cutout.png": _with_alpha(_colours(), _holes()),
        "texture-atlas-padding.png": _with_alpha(_colours(), _middle()),
        "uv-orientation.png": _with_alpha(_colours(), np.ones((64, 64))),
        "png-hair-shadow-alpha.png": _with_alpha(_colours() * 0.4, _fading()),
        "tga-hair-shadow-alpha.tga": _with_alpha(_colours() * 0.4, _fading()),
        "tga-regular-hair-alpha.tga": _with_alpha(_colours(), np.ones((64, 64))),
        "ref.jpg": _with_alpha(_colours(), np.ones((64, 64))),
    }


def _grid() -> tuple[Float[Array, "height width"], Float[Array, "height width"]]:
    """Return x and y of a texture's points, 0–1 from its upper left corner."""
    y, x = (np.mgrid[:64, :64] + 0.5) / 64.0
    return x, y


def _colours() -> Float[Array, "height width 3"]:
    """Return four quarters of different colours with a dark mark that no turn or mirroring leaves where it is."""
    x, y = _grid()
    quarters = np.array([[[0.9, 0.3, 0.3], [0.3, 0.8, 0.4]], [[0.3, 0.4, 0.9], [0.9, 0.8, 0.3]]])
    rgb = quarters[(y > 0.5).astype(int), (x > 0.5).astype(int)]
    rgb[(abs(x - 0.5) < 0.06) & (y < 0.8)] = 0.1
    rgb[(abs(y - 0.15) < 0.06) & (x > 0.5) & (x < 0.85)] = 0.1
    return rgb


def _toon() -> UInt8[Array, "height width 4"]:
    """Return a ramp in three steps, the shaded end at the bottom."""
    _, y = _grid()
    steps = np.array([[1.0, 1.0, 1.0], [0.93, 0.78, 0.68], [0.66, 0.48, 0.5]])
    return _with_alpha(steps[np.digitize(y, [0.4, 0.6])], np.ones((64, 64)))


def _sphere(*, dark: float, bright: float) -> UInt8[Array, "height width 4"]:
    """Return a light spot above and left of the middle, bluish to the right and reddish below."""
    x, y = _grid()
    spot = np.exp(-((x - 0.4) ** 2 + (y - 0.35) ** 2) / 0.06)
    tint = np.stack([0.8 + 0.2 * y, np.full_like(x, 0.9), 0.8 + 0.2 * x], axis=-1)
    return _with_alpha((dark + (bright - dark) * spot[..., None]) * tint, np.ones((64, 64)))


def _holes() -> Float[Array, "height width"]:
    x, y = _grid()
    return ((x * 4 % 1.0 - 0.5) ** 2 + (y * 4 % 1.0 - 0.5) ** 2 > 0.08).astype(float)


def _middle() -> Float[Array, "height width"]:
    x, y = _grid()
    return (np.maximum(abs(x - 0.5), abs(y - 0.5)) < 0.24).astype(float)


def _fading() -> Float[Array, "height width"]:
    x, y = _grid()
    return np.clip(1.2 * y - 0.3 * x, 0.0, 0.9)


def _with_alpha(
    rgb: Float[Array, "height width 3"], alpha: Float[Array, "height width"]
) -> UInt8[Array, "height width 4"]:
    return np.rint(np.concatenate([rgb, alpha[..., None]], axis=-1) * 255.0).astype(np.uint8)


def encoded(name: str, rgba: UInt8[Array, "height width 4"]) -> bytes:
    """Return a picture as a file of the kind that the name's suffix says: png, tga or bmp; jpg goes by OpenCV."""
    kind = name.rsplit(".", 1)[1]
    if kind == "jpg":
        import cv2

        return cv2.imencode(".jpg", np.ascontiguousarray(rgba[..., 2::-1]), [cv2.IMWRITE_JPEG_QUALITY, 98])[1].tobytes()
    return {"png": _png, "tga": _tga, "bmp": _bmp, "sph": _bmp, "spa": _bmp}[kind](rgba)


def _png(rgba: UInt8[Array, "height width 4"]) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = rgba.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in rgba)
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _tga(rgba: UInt8[Array, "height width 4"]) -> bytes:
    """Uncompressed, 32 bits, the bottom row first, as most programs write it."""
    height, width = rgba.shape[:2]
    head = struct.pack("<BBBHHBHHHHBB", 0, 0, 2, 0, 0, 0, 0, 0, width, height, 32, 8)
    return head + rgba[::-1, :, [2, 1, 0, 3]].tobytes()


def _bmp(rgba: UInt8[Array, "height width 4"]) -> bytes:
    """24 bits, the bottom row first; a width of a multiple of four needs no padding."""
    height, width = rgba.shape[:2]
    data = rgba[::-1, :, 2::-1].tobytes()
    head = b"BM" + struct.pack("<IHHI", 54 + len(data), 0, 0, 54)
    return head + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(data), 2835, 2835, 0, 0) + data
