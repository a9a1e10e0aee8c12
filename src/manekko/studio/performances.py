"""Performances that the page asks for: made one at a time, and kept while they may be asked for again."""

from asyncio import Lock
from contextlib import suppress
from pathlib import Path
from typing import Final

from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from manekko.errors import FormatError, InputError
from manekko.files.motions import read_motion
from manekko.studio.giving import given_file
from manekko.studio.performance import performance
from manekko.studio.shelf import Held, Shelf

MOST_KEPT: Final = 8
"""Performances on disk; those that were not asked for longest make room."""

_Key = tuple[str, str, bool]


class Performances:
    """Characters of the shelf that dance to motions of the shelf."""

    def __init__(self, shelf: Shelf) -> None:
        """Use the files on ``shelf``, and keep what is made in its folder."""
        self._shelf = shelf
        self._made: dict[_Key, Path] = {}
        self._lock = Lock()

    async def give(self, request: Request) -> Response:
        """Answer with the GLB that a request asks for.

        Raises:
            HTTPException: it asks for nothing that there is.
            InputError: the character cannot dance this.
            FormatError: one of the files is damaged.
        """
        model, motion = (self._asked(request, name) for name in ("model", "motion"))
        physics = request.query_params.get("physics", "0") == "1"
        # One at a time: each needs memory, and most of them a whole core.
        async with self._lock:
            key = (model.id, motion.id, physics)
            path = self._made.pop(key, None) or await run_sync(self._perform, model, motion, physics)
            self._made[key] = path
            while len(self._made) > MOST_KEPT:
                # One that is still being sent stays on some systems until the server ends.
                with suppress(OSError):
                    self._made.pop(next(iter(self._made))).unlink()
            return await given_file(request, path)

    def _asked(self, request: Request, name: str) -> Held:
        held = self._shelf.held(request.query_params.get(name, ""))
        if held is None:
            raise HTTPException(404, f"there is no such {name}")
        return held

    def _perform(self, model: Held, motion: Held, physics: bool) -> Path:
        try:
            data = model.path.read_bytes()
        except OSError as error:
            raise InputError(f"{model.name} cannot be read any more ({error.strerror}); drop it again") from None
        danced = read_motion(motion.path)
        try:
            made = performance(data, Path(model.name).stem, danced, swaying=physics)
        except FormatError as error:
            raise error.at(Path(model.name)) from None
        path = self._shelf.own_place(".glb")
        path.write_bytes(made)
        return path
