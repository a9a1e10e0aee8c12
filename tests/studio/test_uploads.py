"""What the page sends: kept as it is, counted while it comes, cut off where it is too much."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from manekko.studio import uploads
from manekko.studio.shelf import Shelf
from tests.studio.serving import SECRET, Answer, Site, made_page, parsed, received, running

NAME = "%E5%88%9D%E9%9F%B3.vrm"


@dataclass(frozen=True)
class Taking:
    site: Site
    shelf: Shelf

    def sent(self, body: bytes, name: str | None = NAME, **headers: str | None) -> Answer:
        return self.site.ask("api/files", method="POST", body=body, x_name=name, **headers)

    def kept(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.shelf.folder.glob("sent-*"))]


@pytest.fixture
def taking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Taking]:
    monkeypatch.setattr(uploads, "LARGEST_BYTES", 100_000)
    monkeypatch.setattr(uploads, "MOST_BYTES", 250_000)
    monkeypatch.setattr(uploads, "MOST_FILES", 5)
    (tmp_path / "shelf").mkdir()
    shelf = Shelf(tmp_path / "shelf")
    with running(shelf, made_page(tmp_path)) as site:
        yield Taking(site, shelf)


def test_a_file_that_is_sent_can_be_worked_on_but_not_fetched(taking: Taking) -> None:
    answer = taking.sent(b"glTF" * 1000)
    number = json.loads(answer.body)["id"]
    held = taking.shelf.held(number)
    assert answer.status == 201
    assert held is not None
    assert (held.name, held.path.suffix, held.path.read_bytes()) == ("初音.vrm", ".vrm", b"glTF" * 1000)
    assert taking.site.ask(held.url).status == 404


def test_a_file_in_pieces_of_unknown_number_is_taken(taking: Taking) -> None:
    body = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    assert taking.sent(body, transfer_encoding="chunked", content_length=None).status == 201
    assert taking.kept() == [b"hello world"]


@pytest.mark.parametrize(
    ("name", "shown", "ending"),
    [
        ("..%2F..%2Fetc%2Fpasswd", "passwd", ""),
        ("..%5C..%5Cboot.ini", "boot.ini", ".ini"),
        ("%2Fetc%2Fcron.d%2Fjob", "job", ""),
        ("C%3A%5CWindows%5Cx.vrm", "x.vrm", ".vrm"),
        ("CON", "CON", ""),
        ("..", "..", ""),
        ("%00", "file", ""),
        ("", "file", ""),
        ("a.%2F", "file", ""),
        ("x.vrm%00.png", "x.vrm.png", ".png"),
        ("a.vrm%0D%0AX-Evil%3A%201", "a.vrmX-Evil: 1", ""),
        ("a." + "b" * 300, "a." + "b" * 198, ""),
    ],
)
def test_a_name_never_says_where_a_file_is_put(taking: Taking, name: str, shown: str, ending: str) -> None:
    held = taking.shelf.held(json.loads(taking.sent(b"x", name).body)["id"])
    assert held is not None
    assert (held.name, held.path.name) == (shown, f"sent-1{ending}")
    assert held.path.parent == taking.shelf.folder


@pytest.mark.parametrize("name", [None, "%FF%FE", "%ED%A0%80"])
def test_a_name_is_needed(taking: Taking, name: str | None) -> None:
    answer = taking.sent(b"x", name)
    assert (answer.status, b"name" in answer.body, taking.kept()) == (400, True, [])


def test_a_file_announced_too_large_is_refused_before_it_comes(taking: Taking) -> None:
    answer = taking.sent(b"", content_length="100001")
    assert (answer.status, taking.kept()) == (413, [])
    assert taking.sent(b"", content_length="9" * 19).status == 413


def test_a_file_without_announced_size_is_cut_off(taking: Taking) -> None:
    head = f"POST /{SECRET}/api/files HTTP/1.1\r\nHost: {taking.site.host}\r\nX-Name: a\r\n"
    with socket.create_connection(("127.0.0.1", taking.site.port), timeout=20) as wire:
        wire.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        taken = 0
        try:
            while taken < 50_000_000:
                wire.sendall(b"2710\r\n" + bytes(10_000) + b"\r\n")
                taken += 10_000
        except OSError:
            pass
        answer = received(wire)
    assert taken < 50_000_000
    assert answer == b"" or parsed(answer).status == 413
    assert taking.kept() == []


def test_a_file_of_pieces_is_as_large_as_it_may_be_and_no_larger(taking: Taking) -> None:
    for size, status in ((100_000, 201), (100_001, 413)):
        body = b"%x\r\n" % size + bytes(size) + b"\r\n0\r\n\r\n"
        assert taking.sent(body, transfer_encoding="chunked", content_length=None).status == status
    assert taking.kept() == [bytes(100_000)]


def test_all_files_together_have_a_limit(taking: Taking) -> None:
    assert [taking.sent(bytes(90_000)).status for _ in range(3)] == [201, 201, 413]
    assert taking.sent(bytes(60_000)).status == 201
    assert [len(kept) for kept in taking.kept()] == [90_000, 90_000, 60_000]


def test_the_number_of_files_has_a_limit(taking: Taking) -> None:
    assert [taking.sent(b"x").status for _ in range(7)] == [201] * 5 + [429] * 2


def test_a_sender_who_falls_silent_is_given_up(taking: Taking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PATIENCE_S", 0.2)
    answer = taking.sent(b"abc", content_length="1000")
    assert (answer.status, taking.kept()) == (408, [])


def test_a_sender_who_leaves_leaves_nothing(taking: Taking) -> None:
    head = f"POST /{SECRET}/api/files HTTP/1.1\r\nHost: {taking.site.host}\r\nX-Name: a\r\nContent-Length: 1000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", taking.site.port), timeout=20) as wire:
        wire.sendall(head.encode() + b"abc")
    assert taking.sent(b"x").status == 201
    until = time.monotonic() + 10.0
    # The server learns of it in its own time.
    while len(taking.kept()) > 1 and time.monotonic() < until:
        time.sleep(0.01)
    assert taking.kept() == [b"x"]


@pytest.mark.parametrize(
    "lengths",
    ["Content-Length: -1", "Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5x", "Content-Length: 0x10"],
)
def test_sizes_that_make_no_sense_are_refused(taking: Taking, lengths: str) -> None:
    head = f"POST /{SECRET}/api/files HTTP/1.1\r\nHost: {taking.site.host}\r\nX-Name: a\r\nConnection: close\r\n"
    assert taking.site.send(f"{head}{lengths}\r\n\r\nhello".encode()).status == 400
    assert taking.kept() == []


def test_a_second_request_cannot_hide_in_the_first(taking: Taking) -> None:
    hidden = f"GET /{SECRET}/api/programme HTTP/1.1\r\nHost: evil.example\r\n\r\n".encode()
    both = taking.sent(b"0\r\n\r\n" + hidden, transfer_encoding="chunked", content_length="5")
    assert both.status in (201, 400)
    assert b"dancers" not in both.body


def test_other_pages_cannot_send(taking: Taking) -> None:
    for headers in ({"origin": "http://evil.example"}, {"sec_fetch_site": "cross-site"}, {"host": "evil.example"}):
        assert taking.sent(b"x", **headers).status == 403
    assert taking.kept() == []
