"""Files that the page sends for the server to work on, each counted and limited while it comes."""

import asyncio
import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from manekko.studio.messages import Stored
from manekko.studio.shelf import Shelf, shown_name

LARGEST_BYTES: Final = 256 << 20
"""The largest file."""
MOST_BYTES: Final = 1 << 30
"""All files together."""
MOST_FILES: Final = 200
PATIENCE_S: Final = 120.0
"""A file from this machine that has not come by then does not come any more [s]."""
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,8}")


class Uploads:
    """Takes files in; what the limits leave is counted when a file begins, so that many at once stay within them."""

    def __init__(self, shelf: Shelf) -> None:
        """Put the files on ``shelf``."""
        self._shelf = shelf
        self._files = 0
        self._bytes = 0

    async def take(self, request: Request) -> Stored:
        """Return the number of the file that a request brings.

        Raises:
            HTTPException: it has no usable name, is too large or too slow, or one too many.
        """
        name = _name(request.headers.get("x-name"))
        announced = request.headers.get("content-length")
        if announced is not None and int(announced) > LARGEST_BYTES:
            raise _too_large()
        if self._files >= MOST_FILES:
            raise HTTPException(429, f"{MOST_FILES} files were sent already; stop `manekko view` and start it again")
        self._files += 1
        ending = Path(name).suffix
        # The user's own name could mean a device, or be one that this disk does not take.
        path = self._shelf.folder / f"sent-{self._files}{ending if _ENDING.fullmatch(ending) else ''}"
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._write(request, path)
        except TimeoutError:
            raise HTTPException(408, f"{name} did not come to its end in {PATIENCE_S:.0f} s; send it again") from None
        except ClientDisconnect:
            raise HTTPException(400, f"{name} did not come to its end") from None
        return Stored(self._shelf.put(path, name=name, is_given=False).id)

    async def _write(self, request: Request, path: Path) -> None:
        size = 0
        try:
            with path.open("xb") as file:
                async for piece in request.stream():
                    size += len(piece)
                    self._bytes += len(piece)
                    if size > LARGEST_BYTES:
                        raise _too_large()
                    if self._bytes > MOST_BYTES:
                        raise HTTPException(413, f"more than {MOST_BYTES >> 20} MB were sent in all; start again")
                    await run_sync(file.write, piece)
        except BaseException:
            self._bytes -= size
            path.unlink(missing_ok=True)
            raise


def _name(given: str | None) -> str:
    if given is None:
        raise HTTPException(400, "the file has no name; the header X-Name gives it, percent-encoded")
    try:
        return shown_name(unquote_to_bytes(given).decode("utf-8"))
    except UnicodeDecodeError:
        raise HTTPException(400, "the file's name is no percent-encoded UTF-8") from None


def _too_large() -> HTTPException:
    return HTTPException(413, f"larger than {LARGEST_BYTES >> 20} MB, which is the most that is taken")
