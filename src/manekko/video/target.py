"""Refusals of the system to write a file, in words."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from manekko.errors import MissingToolError
from manekko.whole import whole_file


@contextmanager
def refusals(target: Path) -> Iterator[None]:
    """Turn the system's refusal to write ``target`` into a ``MissingToolError`` that says what to do."""
    try:
        yield
    except OSError as error:
        raise _refused(target, error) from None


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a temporary name beside ``target``; it becomes ``target`` at the end, or vanishes if anything fails.

    Raises:
        MissingToolError: the system refuses (no such folder, no permission, disk full).
    """
    with refusals(target), whole_file(target) as temporary:
        yield temporary


class AbandonedError(Exception):
    """The block that was writing has failed: clean up, whatever it was."""


def abandon(opened: ExitStack) -> None:
    """Close and remove what a failed block was writing; what it failed with is not the target's fault."""
    with suppress(AbandonedError), opened:
        raise AbandonedError


def _refused(target: Path, error: OSError) -> MissingToolError:
    if target.is_dir():
        return MissingToolError(f"cannot write {target}: it is a folder; give the name of a file")
    if not target.parent.is_dir():
        return MissingToolError(f"cannot write {target}: the folder {target.parent} does not exist; create it first")
    reason = error.strerror or str(error)
    return MissingToolError(f"cannot write {target} ({reason}); free some space or choose another folder")
