"""What the server has to give: files that it was told of, each under a number of its own, and nothing else.

An address is looked up in tables made when the files were put here; no path is ever made of one.
"""

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import BinaryIO
from urllib.parse import quote

from manekko.errors import InputError
from manekko.files.binary import printable
from manekko.stage.wardrobe import Wardrobe, folded

_MOST_BESIDE = 4096
"""No model wears more pictures."""
_LONGEST_NAME = 200
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"^(?:[A-Za-z]:)+")


@dataclass(frozen=True)
class Held:
    """A file on the shelf."""

    id: str
    name: str
    """Name under which it is shown and given."""
    path: Path
    beside: dict[str, Path] = field(default_factory=dict)
    """What it names and what lies beside it, by folded address from its own folder."""
    is_given: bool = True
    """Whether the page may fetch it; what the page itself has sent is only worked on."""

    @property
    def url(self) -> str:
        """Its address, from the page's."""
        return f"files/{self.id}/{quote(self.name, safe='')}"


class Shelf:
    """Files by number; may be used from several threads."""

    def __init__(self, folder: Path) -> None:
        """Keep what is made or sent while the server runs in ``folder``."""
        self.folder = folder
        self._held: dict[str, Held] = {}
        self._made = 0
        self._lock = Lock()

    def put(
        self, path: Path, *, name: str | None = None, beside: dict[str, Path] | None = None, is_given: bool = True
    ) -> Held:
        """Put a file here; one that is here already, under the same name, keeps its number.

        Raises:
            InputError: it is no file.
        """
        # What is opened later is what lies there now, not what a link may point to by then.
        place = path.resolve()
        if not place.is_file():
            raise InputError(f"{path}: there is no such file; check its name")
        shown = shown_name(name if name is not None else path.name)
        with self._lock:
            for held in self._held.values():
                if (held.path, held.name, held.is_given) == (place, shown, is_given):
                    return held
            held = Held(f"f{len(self._held) + 1}", shown, place, beside or {}, is_given)
            self._held[held.id] = held
        return held

    def own_place(self, ending: str) -> Path:
        """Return a path for a new file in the shelf's own folder."""
        with self._lock:
            self._made += 1
            return self.folder / f"made-{self._made}{ending}"

    def held(self, number: str) -> Held | None:
        """Return the file of a number, or None: for what works on files, such as performances."""
        return self._held.get(number)

    def given(self, number: str, address: str) -> Path | None:
        """Return the file at an address below ``files/NUMBER/``, or None; case and slashes do not matter."""
        held = self._held.get(number)
        if held is None or not held.is_given:
            return None
        if address == held.name:
            return held.path
        return held.beside.get(folded(address))


def shown_name(name: str) -> str:
    """Return a file's name without drive and folders, and without what cannot be shown or be in an address."""
    last = _DRIVE.sub("", printable(_UNSHOWN.sub("", name.replace("\\", "/").rpartition("/")[2])))
    return (last if len(last) <= _LONGEST_NAME else last[:100] + last[100 - _LONGEST_NAME :]) or "file"


def worn(folder: Path, names: Iterable[str]) -> dict[str, tuple[str, Path]]:
    """Return the files below ``folder`` that a model names: folded address → (address, file).

    Names that lead out of the folder, by dots, as whole paths or through links, are left out.
    """
    wardrobe = Wardrobe(folder)
    found: dict[str, tuple[str, Path]] = {}
    for name in islice(dict.fromkeys(names), _MOST_BESIDE):
        path = wardrobe.found(name)
        if path is not None:
            address = "/".join(part for part in name.strip().replace("\\", "/").split("/") if part not in ("", "."))
            found[folded(address)] = (address, path.resolve())
    return found


def opened(path: Path) -> tuple[BinaryIO, int]:
    """Open a file to give it away; return it with its size.

    Raises:
        OSError: it is gone, or no plain file any more.
    """
    # Not followed: it was resolved when it was put here. Not waited for: a pipe in its place would never end.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    number = os.open(path, flags)
    try:
        facts = os.fstat(number)
        if not stat.S_ISREG(facts.st_mode):
            raise OSError("no plain file")
        return os.fdopen(number, "rb"), facts.st_size
    except BaseException:
        os.close(number)
        raise
