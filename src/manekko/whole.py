"""Files that appear whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
