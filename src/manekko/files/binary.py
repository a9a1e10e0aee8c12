"""Reading little-endian binary files with every step checked against the bytes that are left."""

import struct

import numpy as np

from manekko.arrays import Array
from manekko.errors import FormatError


class ByteReader:
    """A position in some bytes that moves forward with each read; short data raises ``FormatError``."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.offset = 0

    @property
    def left(self) -> int:
        """Number of bytes not read yet."""
        return len(self.data) - self.offset

    def error(self, problem: str) -> FormatError:
        """Return an error about the present position."""
        return FormatError(problem, offset=self.offset)

    def take(self, count: int, what: str) -> bytes:
        """Return the next ``count`` bytes."""
        if not 0 <= count <= self.left:
            raise self.error(f"{what} needs {count} bytes, {self.left} are left: the file is damaged or cut off")
        start = self.offset
        self.offset += count
        return self.data[start : self.offset]

    def numbers(self, layout: str, what: str) -> tuple:
        """Return the next numbers, laid out as ``struct`` says, without padding."""
        layout = "<" + layout
        return struct.unpack(layout, self.take(struct.calcsize(layout), what))

    def number(self, layout: str, what: str) -> int:
        """Return the next integer, laid out as ``struct`` says."""
        return self.numbers(layout, what)[0]

    def count(self, least_bytes: int, what: str, layout: str = "i") -> int:
        """Return how many things follow, having checked that so many can fit.

        Args:
            least_bytes: the size of the smallest such thing [bytes], at least 1.
            what: plural name for the message.
            layout: how the number itself is stored.
        """
        count = self.number(layout, f"number of {what}")
        if not 0 <= count * least_bytes <= self.left:
            raise self.error(f"the file announces {count} {what}, at most {self.left // least_bytes} can follow")
        return count

    def array(self, dtype: np.dtype, count: int, what: str) -> Array:
        """Return the next ``count`` records; the array is read-only."""
        return np.frombuffer(self.take(count * dtype.itemsize, what), dtype)

    def text(self, encoding: str, what: str) -> str:
        """Return a text that is preceded by its length in bytes; broken characters become lone surrogates."""
        length = self.number("i", f"length of {what}")
        raw = self.take(length, what)
        try:
            return raw.decode(encoding, TEXT_ERRORS[encoding])
        except UnicodeDecodeError:
            raise self.error(f"{what} is not {encoding} text") from None


TEXT_ERRORS = {"utf-16-le": "surrogatepass", "utf-8": "surrogateescape"}
"""How broken characters survive being read and written again."""


def text_bytes(text: str, encoding: str) -> bytes:
    """Return a text preceded by its length in bytes, as ``ByteReader.text`` reads it."""
    raw = text.encode(encoding, TEXT_ERRORS[encoding])
    return struct.pack("<i", len(raw)) + raw


def beginning(data: bytes) -> str:
    """Return in words what a file of the wrong kind begins with: "this one with 'GIF89a'"."""
    return f"this one with {repr(data[:16])[1:]}" if data else "this one is empty"


def printable(text: str) -> str:
    """Return the text with every lone surrogate replaced, so that it can be shown and written anywhere."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
