"""The JSON files of a folder or an archive, one after another, without unpacking anything to disk.

Archives may be hostile: sizes are checked before and while bytes are unpacked, names are never used as paths.
"""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from manekko.errors import FormatError, InputError

MEMBER_BYTES = 8 << 20
"""Largest JSON file that is read."""
TOTAL_BYTES = 2 << 30
"""Most bytes that are unpacked from one archive."""
MEMBER_COUNT = 200_000
"""Most files that are looked at."""

_OPENERS = {
    b"\x1f\x8b": lambda raw: gzip.GzipFile(fileobj=raw),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
}
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
)


def json_members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, bytes) of every JSON file in a folder (or the folders right in it), a zip or a tar archive.

    The order is the container's own. Names are the last part only, free of control characters.

    Raises:
        InputError: the path is neither of the three.
        FormatError: the archive is damaged, or it holds more than anyone means.
    """
    if path.is_dir():
        yield from _folder_members(path)
        return
    if not path.is_file():
        raise InputError(f"{path}: no such file or folder")
    try:
        if zipfile.is_zipfile(path):
            yield from _zip_members(path)
        else:
            yield from _tar_members(path)
    except FormatError as error:
        raise error.at(path) from None
    except _BROKEN as error:
        raise FormatError(
            f"the archive is damaged or not a zip or tar ({_printable(str(error))})", path=path
        ) from error


def _folder_members(folder: Path) -> Iterator[tuple[str, bytes]]:
    files = sorted(folder.glob("*.json")) or sorted(folder.glob("*/*.json"))
    for file in files:
        size = file.stat().st_size
        if size > MEMBER_BYTES:
            raise FormatError(f"{size} bytes are too many for the keypoints of one frame", path=file)
        yield _printable(file.name), file.read_bytes()


def _zip_members(path: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        _check_count(len(members))
        for member in members:
            if not member.is_dir() and member.filename.lower().endswith(".json"):
                total += _checked_size(member.filename, member.file_size, total)
                with archive.open(member) as stream:
                    yield _last_part(member.filename), stream.read(MEMBER_BYTES)


def _tar_members(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as raw:
        start = raw.read(6)
        raw.seek(0)
        opener = next((opener for magic, opener in _OPENERS.items() if start.startswith(magic)), None)
        unpacked = _Limited(opener(raw) if opener else raw)
        with tarfile.open(fileobj=unpacked, mode="r:") as archive:
            for count, member in enumerate(archive, start=1):
                _check_count(count)
                if member.isfile() and member.name.lower().endswith(".json"):
                    _checked_size(member.name, member.size, 0)
                    stream = archive.extractfile(member)
                    if stream is not None:
                        yield _last_part(member.name), stream.read(MEMBER_BYTES)


class _Limited(io.RawIOBase):
    """A stream that refuses to go on where an archive unpacks to more than anyone means."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if offset > TOTAL_BYTES:
            raise _too_much()
        return self._stream.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MEMBER_BYTES or self._stream.tell() > TOTAL_BYTES:
            raise _too_much()
        return self._stream.read(size)


def _too_much() -> FormatError:
    return FormatError(f"the archive unpacks to more than {TOTAL_BYTES >> 20} MB; it is damaged or a trap")


def _check_count(count: int) -> None:
    if count > MEMBER_COUNT:
        raise FormatError(f"the archive holds more than {MEMBER_COUNT} files; it is damaged or a trap")


def _checked_size(name: str, size: int, before: int) -> int:
    if size > MEMBER_BYTES:
        raise FormatError(f"{_last_part(name)}: {size} bytes are too many for the keypoints of one frame")
    if before + size > TOTAL_BYTES:
        raise _too_much()
    return size


def _last_part(name: str) -> str:
    return _printable(PurePosixPath(name.replace("\\", "/")).name)


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)[:120]
