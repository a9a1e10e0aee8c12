"""Files that appear whole or not at all."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from manekko.errors import MissingToolError


def make_folder(folder: Path) -> None:
    """Make a folder and those above it where they are not there yet.

    Raises:
        MissingToolError: there is no such place (another system's drive, a name too long).
        OSError: the system refuses otherwise (no permission, a file of that name, disk full).
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENAMETOOLONG, errno.EINVAL):
            raise
        raise MissingToolError(
            f"the folder {folder} cannot be made ({error.strerror}); choose a place that exists, such as out"
        ) from None


@contextmanager
def folder_for_results(folder: Path) -> Iterator[None]:
    """Make a folder first, so that a place that cannot be written is known at once; take it away if nothing came.

    Raises:
        MissingToolError: there is no such place.
        OSError: the system refuses otherwise.
    """
    made = not folder.exists()
    make_folder(folder)
    try:
        yield
    except BaseException:
        if made:
            with suppress(OSError):
                folder.rmdir()
        raise


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Give a temporary name beside ``target``; it becomes ``target`` at the end, or vanishes if anything fails.

    Raises:
        OSError: the system refuses (no such folder, no permission, disk full).
    """
    # Cut, so that a name of the longest length that the system takes still has room for what is added.
    temporary = target.with_name(f".{target.name[:60]}.{os.getpid()}.part")
    try:
        yield temporary
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
