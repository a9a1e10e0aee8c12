"""A real server on a real socket, and requests that say exactly what a test wants, right or wrong."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from manekko.studio.messages import Programme
from manekko.studio.server import Service, listening_socket, server_of
from manekko.studio.shelf import Shelf

SECRET = "a-secret_that-no-page-knows-0123456"
PROGRAMME = Programme("1", "踊り", (), None, None, None, None, None, (), ())


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Site:
    """A server that runs."""

    port: int

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def ask(self, address: str, *, method: str = "GET", body: bytes = b"", **headers: str | None) -> Answer:
        """Ask for an address behind the secret; a header's name has _ for -, None leaves it out."""
        return self.ask_raw(f"/{SECRET}/{address}", method=method, body=body, **headers)

    def ask_raw(self, target: str, *, method: str = "GET", body: bytes = b"", **headers: str | None) -> Answer:
        """Ask for a target just as it is written."""
        named = {"Host": self.host, "Connection": "close"}
        named |= {"Content-Length": str(len(body))} if body else {}
        named |= {name.replace("_", "-").title(): value for name, value in headers.items()}
        lines = [
            f"{method} {target} HTTP/1.1",
            *(f"{name}: {value}" for name, value in named.items() if value is not None),
        ]
        return self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def send(self, request: bytes) -> Answer:
        """Send bytes, and return what comes back until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as wire:
            wire.sendall(request)
            return parsed(received(wire))


def received(wire: socket.socket) -> bytes:
    pieces = []
    while True:
        try:
            piece = wire.recv(1 << 16)
        except ConnectionResetError:
            break
        if not piece:
            break
        pieces.append(piece)
    return b"".join(pieces)


def parsed(data: bytes) -> Answer:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    assert re.match(r"HTTP/1\.1 \d{3}", first), f"no answer: {data[:100]!r}"
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        body = b"".join(re.split(rb"(?:\r\n)?[0-9a-f]+\r\n", body))
    return Answer(int(first.split()[1]), headers, body)


@contextmanager
def running(shelf: Shelf, page: Path, programme: Programme = PROGRAMME) -> Iterator[Site]:
    """Serve until the block ends."""
    listener = listening_socket(None)
    port = listener.getsockname()[1]
    server = server_of(Service(shelf, page, programme).application(SECRET, port))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.002)
        yield Site(port)
    finally:
        assert thread.is_alive()
        # It ends by itself a moment later, and closes the socket; nothing waits for that.
        server.should_exit = True


def made_page(folder: Path) -> Path:
    """A page as the build makes one."""
    page = folder / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html><title>Manekko</title>", encoding="utf-8")
    (page / "assets" / "index-1a2b.js").write_text("export {};", encoding="utf-8")
    (page / "assets" / "physics.wasm").write_bytes(b"\0asm")
    return page
