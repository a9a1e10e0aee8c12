"""The server of the page: its addresses, and how it listens."""

import asyncio
import os
import signal
import socket
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import h11
import uvicorn
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from manekko.errors import InputError, ManekkoError, explained
from manekko.studio.giving import given_file, page_file
from manekko.studio.guard import Guard, refusal
from manekko.studio.messages import Programme
from manekko.studio.performances import Performances
from manekko.studio.shelf import Shelf
from manekko.studio.uploads import Uploads

PAGE: Final = Path(__file__).parent / "page"
"""Where the built page lies."""

_LARGEST_HEAD_BYTES: Final = 1 << 16
_MOST_AT_ONCE: Final = 64
HEAD_S: Final = 10.0
"""A request whose head has not come by then is none [s]."""
_CLOSING_S: Final = 1


class Service:
    """What answers each address."""

    def __init__(self, shelf: Shelf, page: Path, programme: Programme) -> None:
        """Answer from ``shelf`` and the built ``page``, which opens with ``programme``."""
        self._shelf = shelf
        self._page = page
        self._programme = programme
        self._uploads = Uploads(shelf)
        self._performances = Performances(shelf)

    def application(self, secret: str, port: int) -> ASGIApp:
        """Return the server's application, guarded."""
        routes = [
            Route("/api/programme", self._tell_programme),
            Route("/api/files", self._take_file, methods=["POST"]),
            Route("/api/performances", self._performances.give),
            Route("/files/{number}/{address:path}", self._give_file),
            Route("/{name:path}", self._give_page),
        ]
        handlers: dict[Any, Any] = {
            HTTPException: lambda _, error: refusal(error.status_code, error.detail),
            ManekkoError: lambda _, error: refusal(422, str(error)),
            Exception: lambda _, error: refusal(500, explained(error)),
        }
        return Guard(Starlette(routes=routes, exception_handlers=handlers), secret, port)

    async def _tell_programme(self, request: Request) -> Response:
        return JSONResponse(asdict(self._programme))

    async def _take_file(self, request: Request) -> Response:
        return JSONResponse(asdict(await self._uploads.take(request)), 201)

    async def _give_file(self, request: Request) -> Response:
        path = self._shelf.given(request.path_params["number"], request.path_params["address"])
        if path is None:
            return refusal(404, "there is nothing here")
        return await given_file(request, path)

    async def _give_page(self, request: Request) -> Response:
        files = await run_sync(page_files, self._page)
        path = files.get(request.path_params["name"] or "index.html")
        return await page_file(request, path) if path is not None else refusal(404, "there is nothing here")


def page_files(folder: Path) -> dict[str, Path]:
    """Return the files of the built page by address."""
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


class _Impatient(H11Protocol):
    """A connection on which the head of a request must come soon once it may: when it is made, and when one begins."""

    _waits: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._wait()
        elif self._waits is not None:
            self._waits.cancel()
            self._waits = None

    def _wait(self) -> None:
        # Every byte of a head that drips in comes here: only the first sets the clock.
        if self._waits is None:
            self._waits = self.loop.call_later(HEAD_S, self._give_up)

    def _give_up(self) -> None:
        self._waits = None
        if self.conn.their_state is h11.IDLE:
            self.transport.close()


def listening_socket(port: int | None) -> socket.socket:
    """Return a socket that listens on this machine only; None: any port that is free.

    Raises:
        InputError: the port is taken, or may not be used.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            # There it lets a port that was just left be used again; on Windows it would let two programs share one.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port or 0))
        listener.listen()
    except OSError as error:
        listener.close()
        raise InputError(
            f"port {port} cannot be used ({error.strerror}); give another with --port, or none: a free one is found"
        ) from None
    return listener


def serve(application: ASGIApp, listener: socket.socket) -> None:
    """Answer requests until Ctrl-C or the system's wish to end.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
        SystemExit: the system asked for the end.
    """
    # The usual end by these signals would leave the temporary folder behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if hasattr(signal, "SIGHUP"):
        # The terminal was closed; the server itself heeds SIGTERM only.
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    server_of(application).run(sockets=[listener])


def server_of(application: ASGIApp) -> uvicorn.Server:
    """Return what runs an application: with limits, and silent, since its words would be no user's."""
    config = uvicorn.Config(
        application,
        http=_Impatient,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning" if os.environ.get("MANEKKO_DEBUG") == "1" else "critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_MOST_AT_ONCE,
        timeout_graceful_shutdown=_CLOSING_S,
        h11_max_incomplete_event_size=_LARGEST_HEAD_BYTES,
    )
    return uvicorn.Server(config)
