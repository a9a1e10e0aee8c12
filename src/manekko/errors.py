"""Errors that are the user's or the machine's, not ours: each message says what was found, expected, and to do."""

import errno
from pathlib import Path


class ManekkoError(Exception):
    """The input or the machine cannot do what was asked; the message is one line a user can act on."""


class InputError(ManekkoError):
    """A video, picture or folder cannot be used as it is."""


class MissingToolError(ManekkoError):
    """Something the machine lacks (models, a driver, disk space); the message names what to install or do."""


class FormatError(ManekkoError):
    """The bytes of a file do not follow its format.

    Attributes:
        path: the file, or None where only bytes were given.
        offset: byte position of the trouble, or None where the format is text without positions.
    """

    def __init__(self, problem: str, *, path: Path | None = None, offset: int | None = None) -> None:
        self.problem = problem
        self.path = path
        self.offset = offset
        place = f"{path}: " if path is not None else ""
        position = f" (at byte {offset})" if offset is not None else ""
        super().__init__(f"{place}{problem}{position}")

    def at(self, path: Path) -> "FormatError":
        """Return the same error, told which file it is about."""
        return FormatError(self.problem, path=path, offset=self.offset)


def explained(error: Exception) -> str:
    """Return the one line that says what went wrong and what to do."""
    match error:
        case ManekkoError():
            return str(error)
        case MemoryError():
            return "the machine ran out of memory; close other programs, or use --workers 1"
        case OSError():
            return _explained_os_error(error)
        case _:
            problem = f"{type(error).__name__}: {error}"
            return f"a mistake in Manekko itself ({problem}); set MANEKKO_DEBUG=1 to see where, and please report it"


def _explained_os_error(error: OSError) -> str:
    place = error.filename if error.filename is not None else "a file"
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return (
                f"the disk is full, {place} could not be written; free some space or choose another folder with --out"
            )
        case errno.EFBIG:
            return f"{place} would grow beyond what this disk or account allows; choose another folder with --out"
        case errno.EROFS:
            return f"{place} lies on a disk that cannot be written to; choose another folder with --out"
        case errno.EACCES | errno.EPERM:
            return f"no permission for {place}; choose a file or folder of your own"
        case errno.ENOTDIR | errno.EEXIST:
            return f"{place} is a file, a folder was expected; choose another folder with --out"
        case _:
            return f"{place}: {error.strerror or error}"
