import socket
from dataclasses import replace
from pathlib import Path

import pytest

from manekko.studio import giving
from manekko.studio.giving import part_of
from manekko.studio.messages import Media
from manekko.studio.shelf import Shelf
from tests.studio.serving import PROGRAMME, SECRET, made_page, running

VIDEO = b"".join(b"%5d" % number for number in range(2048))
PARTS = {
    "bytes=0-": VIDEO,
    "bytes=100-": VIDEO[100:],
    "bytes=100-199": VIDEO[100:200],
    "bytes=0-0": VIDEO[:1],
    "bytes=-5": VIDEO[-5:],
    "bytes=-99999": VIDEO,
    "bytes=10000-99999": VIDEO[10000:],
}
WHOLE = (
    "bytes=0-1,5-9",
    "bytes=" + ",".join("0-" for _ in range(1000)),
    "bytes=9-5",
    "bytes=-",
    "bytes=a-b",
    "bytes=1-2-3",
    "bytes=٣-",
    "frames=0-5",
    "bytes=" + "9" * 500 + "-",
    "",
)


@pytest.mark.parametrize("asked", PARTS)
def test_a_video_can_be_wound(tmp_path: Path, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving, "_PIECE_BYTES", 1000)
    (tmp_path / "踊り.mp4").write_bytes(VIDEO)
    shelf = Shelf(tmp_path)
    with running(shelf, made_page(tmp_path)) as site:
        answer = site.ask(shelf.put(tmp_path / "踊り.mp4").url, range=asked)
    start = VIDEO.index(PARTS[asked])
    assert (answer.status, answer.body) == (206, PARTS[asked])
    assert answer.headers["content-range"] == f"bytes {start}-{start + len(PARTS[asked]) - 1}/{len(VIDEO)}"
    assert (answer.headers["content-type"], answer.headers["accept-ranges"]) == ("video/mp4", "bytes")


@pytest.mark.parametrize("asked", ["bytes=10240-", "bytes=10240-10250", "bytes=-0", "bytes=999999999999999999-"])
def test_a_part_beyond_the_end_is_refused(asked: str) -> None:
    part = part_of(asked, len(VIDEO))
    assert part is not None
    assert part[0] >= part[1]


@pytest.mark.parametrize("asked", WHOLE)
def test_several_parts_or_none_that_makes_sense_give_the_whole(asked: str) -> None:
    assert part_of(asked, len(VIDEO)) is None


def test_answers_to_parts_as_a_browser_sees_them(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(VIDEO)
    shelf = Shelf(tmp_path)
    url = shelf.put(tmp_path / "a.mp4").url
    with running(shelf, made_page(tmp_path)) as site:
        beyond = site.ask(url, range="bytes=10240-")
        several = site.ask(url, range="bytes=0-1,5-9")
        head = site.ask(url, method="HEAD", range="bytes=2-5")
        whole = site.ask(url)
    assert (beyond.status, beyond.headers["content-range"]) == (416, "bytes */10240")
    assert (several.status, several.body) == (200, VIDEO)
    assert (head.status, head.body, head.headers["content-length"]) == (206, b"", "4")
    assert (whole.status, whole.body, whole.headers["content-length"]) == (200, VIDEO, "10240")


def test_files_that_could_act_in_a_page_are_plain_bytes_there(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    kinds = {}
    with running(shelf, made_page(tmp_path)) as site:
        for name in ("a.js", "a.svg", "a.css", "a.wasm", "a.html", "a.xhtml", "a.vmd", "A.PNG", "a.toml", "a"):
            (tmp_path / name).write_bytes(b"<script>alert(1)</script>")
            answer = site.ask(shelf.put(tmp_path / name).url)
            kinds[name] = answer.headers["content-type"]
            assert "script-src" not in answer.headers["content-security-policy"]
    plain = dict.fromkeys(("a.js", "a.svg", "a.css", "a.wasm", "a.xhtml", "a.vmd", "a"), "application/octet-stream")
    shown = {"a.html": "text/html; charset=utf-8", "A.PNG": "image/png", "a.toml": "text/plain; charset=utf-8"}
    assert kinds == plain | shown


def test_the_page_is_given_with_the_types_that_browsers_ask_for(tmp_path: Path) -> None:
    with running(Shelf(tmp_path), made_page(tmp_path)) as site:
        script, wasm = site.ask("assets/index-1a2b.js"), site.ask("assets/physics.wasm")
        page, same = site.ask(""), site.ask("index.html")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert (wasm.headers["content-type"], wasm.body) == ("application/wasm", b"\0asm")
    assert page.body == same.body != b""


def test_a_file_that_is_gone_is_said_to_be_gone(tmp_path: Path) -> None:
    (tmp_path / "a.vmd").write_bytes(b"motion")
    shelf = Shelf(tmp_path)
    url = shelf.put(tmp_path / "a.vmd").url
    (tmp_path / "a.vmd").unlink()
    with running(shelf, made_page(tmp_path)) as site:
        answer = site.ask(url)
    assert (answer.status, answer.body) == (404, b'{"error":"this file is no longer there"}')


def test_an_empty_file_is_given_empty(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"")
    shelf = Shelf(tmp_path)
    with running(shelf, made_page(tmp_path)) as site:
        answer = site.ask(shelf.put(tmp_path / "a.wav").url)
        part = site.ask("files/f1/a.wav", range="bytes=0-")
    assert (answer.status, answer.body, part.status) == (200, b"", 416)


def test_who_leaves_in_the_middle_of_a_file_disturbs_nobody(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(bytes(1 << 25))
    shelf = Shelf(tmp_path)
    url = shelf.put(tmp_path / "a.mp4").url
    with running(shelf, made_page(tmp_path)) as site:
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", site.port)) as wire:
                wire.sendall(f"GET /{SECRET}/{url} HTTP/1.1\r\nHost: {site.host}\r\n\r\n".encode())
                wire.recv(1000)
        assert site.ask(url, range="bytes=0-9").body == bytes(10)


def test_our_own_mistakes_are_one_line_and_end_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    broken = replace(PROGRAMME, sound=Media("a.wav", "files/f1/a.wav", float("nan")))
    with running(Shelf(tmp_path), made_page(tmp_path), broken) as site:
        answer = site.ask("api/programme")
        again = site.ask("")
    assert (answer.status, again.status) == (500, 200)
    assert answer.body.startswith(b'{"error":"a mistake in Manekko itself (ValueError: ')
    assert b"Traceback" not in answer.body
    assert capfd.readouterr() == ("", "")
