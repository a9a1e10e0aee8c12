"""Errors that are the user's or the machine's, not ours: each message says what was found, expected, and to do."""

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
