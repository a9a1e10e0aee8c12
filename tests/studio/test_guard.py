"""Attacks on the server, each refused; and what its own page may do."""

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from manekko.studio import server
from manekko.studio.guard import own_path
from manekko.studio.shelf import Shelf, worn
from tests.studio.serving import SECRET, Answer, Site, made_page, parsed, received, running

SAYS = b"nobody may read this"


@dataclass(frozen=True)
class Served:
    """A server that has a motion, a model with one picture, and much beside them that nobody asked it to serve."""

    site: Site
    motion: str
    model: str
    sent: str
    folder: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("home")
    (folder / "secret.txt").write_bytes(SAYS)
    own = folder / "model"
    (own / "tex").mkdir(parents=True)
    for name in ("model.pmx", "tex/face.png", "tex/unnamed.png", "readme.txt"):
        (own / name).write_bytes(name.encode())
    (own / "tex" / "link.png").symlink_to(folder / "secret.txt")
    (own / "linked").symlink_to(folder)
    (folder / "dance.vmd").write_bytes(b"motion")
    shelf = Shelf(folder / "shelf")
    shelf.folder.mkdir()
    names = ["tex\\face.png", *HOSTILE_NAMES]
    beside = {key: path for key, (_, path) in worn(own, [*names, str(folder / "secret.txt")]).items()}
    model = shelf.put(own / "model.pmx", beside=beside)
    motion = shelf.put(folder / "dance.vmd")
    (shelf.folder / "sent-1.vrm").write_bytes(SAYS)
    sent = shelf.put(shelf.folder / "sent-1.vrm", is_given=False)
    with running(shelf, made_page(folder)) as site:
        yield Served(site, motion.id, model.id, sent.id, folder)


HOSTILE_NAMES = (
    "..\\secret.txt",
    "../secret.txt",
    "tex\\..\\..\\secret.txt",
    "tex/link.png",
    "linked\\secret.txt",
    "linked/model/../secret.txt",
    "．．\\secret.txt",
    "C:\\secret.txt",
    "\\\\127.0.0.1\\share\\secret.txt",
    "file:///secret.txt",
    "tex/face.png\0.txt",
)
"""Names that a model may give its pictures."""

CALLERS: dict[str, dict[str, str | None]] = {
    "a name that was made to mean this machine": {"host": "evil.example:{port}"},
    "a name that ends as ours": {"host": "evil.localhost:{port}"},
    "our name with a dot behind": {"host": "localhost.:{port}"},
    "our name with a name before": {"host": "evil@127.0.0.1:{port}"},
    "another port": {"host": "127.0.0.1:1"},
    "no port": {"host": "127.0.0.1"},
    "no name": {"host": ""},
    "another address of this machine": {"host": "127.0.0.2:{port}"},
    "a page from elsewhere": {"origin": "http://evil.example"},
    "a page that hides where it is from": {"origin": "null"},
    "a page of another server here": {"origin": "http://127.0.0.1:1"},
    "our name over another protocol": {"origin": "https://127.0.0.1:{port}"},
    "our name for another of our names": {"origin": "http://localhost:{port}"},
    "a link or picture on a page from elsewhere": {"sec_fetch_site": "cross-site"},
    "a link or picture on a page of another server here": {"sec_fetch_site": "same-site"},
}


@pytest.mark.parametrize("caller", CALLERS, ids=str)
@pytest.mark.parametrize("address", ["", "api/programme"])
def test_foreign_callers_are_refused_even_with_the_secret(served: Served, caller: str, address: str) -> None:
    headers = {name: value and value.format(port=served.site.port) for name, value in CALLERS[caller].items()}
    answer = served.site.ask(address, **headers)
    assert (answer.status, b"Manekko" in answer.body) == (403, False)


@pytest.mark.parametrize("hosts", [[], ["127.0.0.1:{port}", "evil.example"], ["127.0.0.1:{port}"] * 2])
def test_there_must_be_one_host(served: Served, hosts: list[str]) -> None:
    lines = "".join(f"Host: {host.format(port=served.site.port)}\r\n" for host in hosts)
    for version in ("1.0", "1.1"):
        answer = served.site.send(f"GET /{SECRET}/ HTTP/{version}\r\n{lines}Connection: close\r\n\r\n".encode())
        assert answer.status in (400, 403)


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/index.html",
        "/api/programme",
        f"/{SECRET[:-1]}/",
        f"/{SECRET}0/",
        f"/{SECRET.upper()}/",
        f"/{SECRET[:-1]}%36/",
        f"//{SECRET}/",
        f"/x/../{SECRET}/",
        f"/./{SECRET}/",
        f"http://evil.example/{SECRET}/",
        f"*/{SECRET}/",
        "/%00",
    ],
)
def test_without_the_very_secret_there_is_nothing(served: Served, target: str) -> None:
    assert served.site.ask_raw(target).status == 404


STEPS_UP = (
    "..",
    "%2e%2e",
    ".%2e",
    "%2E.",
    "%252e%252e",
    "%c0%ae%c0%ae",
    "%e0%80%ae%e0%80%ae",
    "..%00",
    "..;",
    "...",
    "%ef%bc%8e%ef%bc%8e",
    "%u002e%u002e",
)


@pytest.mark.parametrize("slash", ["/", "%2f", "%5c", "\\", "%252f", "%c0%af", "%ef%bc%8f"])
@pytest.mark.parametrize("up", STEPS_UP)
def test_no_way_leads_out_of_what_is_served(served: Served, up: str, slash: str) -> None:
    for start in (f"files/{served.model}/tex", f"files/{served.model}", "files", "assets"):
        for count in range(1, 5):
            answer = served.site.ask(start + "/" + (up + slash) * count + "secret.txt")
            assert (answer.status in (400, 404), SAYS in answer.body) == (True, False)


@pytest.mark.parametrize(
    "way",
    [
        "../x",
        "a/..",
        "a/./b",
        "a//b",
        "/etc/passwd",
        "a%2fb",
        "a%5cb",
        "a\\b",
        "%00",
        "a%0d%0ab",
        "%7f",
        "c:/x",
        "C%3A/x",
        "%ff",
        "%c0%ae",
        "%ed%a0%80",
    ],
)
def test_a_doubtful_way_is_not_even_looked_up(way: str) -> None:
    assert own_path(f"/{SECRET}/{way}".encode()) is None


def test_a_way_is_decoded_once() -> None:
    assert own_path(f"/{SECRET}/a%252e/100%25/%E9%A1%94.png".encode()) == "/a%2e/100%/顔.png"
    assert own_path(f"/{SECRET}/files/f1/".encode()) == "/files/f1/"
    assert own_path(f"/{SECRET}/".encode()) == "/"


@pytest.mark.parametrize("place", ["{}/secret.txt", "/{}/secret.txt", "C:{}/secret.txt", "file://{}/secret.txt"])
def test_whole_paths_of_this_machine_mean_nothing(served: Served, place: str) -> None:
    path = place.format(served.folder)
    for start in ("", "files/", f"files/{served.model}/", f"files/{served.model}/tex/"):
        for written in (path, path.replace("/", "%2F"), path.replace("/", "\\")):
            answer = served.site.ask(start + written)
            assert (answer.status in (400, 404), SAYS in answer.body) == (True, False)


def test_hostile_names_of_pictures_are_not_served(served: Served) -> None:
    for name in HOSTILE_NAMES:
        address = name.replace("\\", "/").replace("．", "%ef%bc%8e").replace("\0", "%00")
        answer = served.site.ask(f"files/{served.model}/{address}")
        assert (answer.status, SAYS in answer.body) == (404, False)


@pytest.mark.parametrize(
    "address",
    [
        "files/{model}/readme.txt",
        "files/{model}/tex/unnamed.png",
        "files/{model}/tex/link.png",
        "files/{model}/linked/secret.txt",
        "files/{model}/tex",
        "files/{model}/tex/",
        "files/{model}/",
        "files/{model}",
        "files/{motion}/model.pmx",
        "files/{motion}/tex/face.png",
        "files/{sent}/sent-1.vrm",
        "files/f0/dance.vmd",
        "files/f99/dance.vmd",
        "files/-1/dance.vmd",
        "files/__class__/dance.vmd",
        "files//dance.vmd",
        "files/",
        "assets",
        "assets/",
        "shelf/sent-1.vrm",
        "page/index.html",
        "web/package.json",
        "api/",
        "api/files/",
        "api/programme/",
    ],
)
def test_only_what_was_put_on_the_shelf_is_served(served: Served, address: str) -> None:
    found = served.site.ask(address.format(**{name: getattr(served, name) for name in ("model", "motion", "sent")}))
    assert (found.status, SAYS in found.body) == (404, False)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "POST", "PROPFIND", "get"])
def test_nothing_but_reading_is_allowed(served: Served, method: str) -> None:
    for address in ("", "api/programme", f"files/{served.motion}/dance.vmd"):
        answer = served.site.ask(address, method=method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert (served.folder / "dance.vmd").read_bytes() == b"motion"


def test_reading_brings_nothing_with_it(served: Served) -> None:
    endless = served.site.ask("", transfer_encoding="chunked")
    announced = served.site.ask("", content_length="1000000000000")
    assert (endless.status, announced.status) == (400, 400)


def test_what_is_sent_must_be_posted(served: Served) -> None:
    answer = served.site.ask("api/files")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_it_speaks_one_protocol(served: Served) -> None:
    upgrade = served.site.ask("", connection="Upgrade, close", upgrade="websocket", sec_websocket_key="x" * 22 + "==")
    assert upgrade.status == 200
    assert served.site.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status in (400, 403)
    assert served.site.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n").status == 400


def test_a_head_without_end_is_cut_off(served: Served) -> None:
    long = f"GET /{SECRET}/ HTTP/1.1\r\nHost: {served.site.host}\r\nX: ".encode() + b"a" * (1 << 20)
    with socket.create_connection(("127.0.0.1", served.site.port), timeout=20) as wire:
        try:
            wire.sendall(long)
            answer = received(wire)
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
    assert answer == b"" or parsed(answer).status == 400


def test_a_head_that_drips_in_is_given_up(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_S", 0.2)
    with socket.create_connection(("127.0.0.1", served.site.port), timeout=4) as wire:
        wire.sendall(b"GET /")
        assert received(wire) == b""
    with socket.create_connection(("127.0.0.1", served.site.port), timeout=4) as wire:
        wire.sendall(f"GET /{SECRET}/index.html HTTP/1.1\r\nHost: {served.site.host}\r\n\r\n".encode())
        answer = wire.recv(1 << 16)
        while not answer.endswith(b"</title>"):
            answer += wire.recv(1 << 16)
        wire.sendall(b"GET /")
        assert received(wire) == b""


def test_an_abandoned_head_gets_no_answer(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_S", 0.2)
    with socket.create_connection(("127.0.0.1", served.site.port), timeout=5) as wire:
        assert received(wire) == b""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
@pytest.mark.parametrize("swap", [lambda path, secret: path.symlink_to(secret), lambda path, _: os.mkfifo(path)])
def test_what_takes_a_files_place_is_not_served(tmp_path: Path, swap: Callable[[Path, Path], None]) -> None:
    secret, dance = tmp_path / "secret.txt", tmp_path / "dance.vmd"
    secret.write_bytes(SAYS)
    dance.write_bytes(b"motion")
    shelf = Shelf(tmp_path)
    held = shelf.put(dance)
    dance.unlink()
    swap(dance, secret)
    with running(shelf, made_page(tmp_path)) as site:
        answer = site.ask(held.url)
    assert (answer.status, SAYS in answer.body) == (404, False)


def test_other_machines_cannot_reach_it(served: Served) -> None:
    for address in _own_addresses():
        with pytest.raises(OSError), socket.create_connection((address, served.site.port), timeout=2):  # noqa: PT011
            pass


def _own_addresses() -> list[str]:
    """Addresses of this machine that others reach it by, and loopback's other one."""
    names = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    return ["127.0.0.2", *(str(name) for name in names if not str(name).startswith("127."))]


def test_refusals_are_words_and_tell_nothing_of_the_machine(served: Served) -> None:
    for answer in (served.site.ask("nothing"), served.site.ask("", method="PUT"), served.site.ask("", host="evil")):
        assert answer.headers["content-type"] == "application/json"
        assert b"error" in answer.body
        assert not {b"Traceback", str(served.folder).encode(), b"uvicorn"} & set(answer.body.split())
        assert "server" not in answer.headers


def kept_private(answer: Answer) -> bool:
    """Whether no other page may show, keep or learn of an answer."""
    wanted = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-store",
    }
    allows = [name for name in answer.headers if name.startswith("access-control")]
    return wanted.items() <= answer.headers.items() and not allows


def test_every_answer_is_private_and_has_a_strict_policy(served: Served) -> None:
    addresses = ("", "assets/index-1a2b.js", "api/programme", f"files/{served.model}/tex/face.png", "nothing")
    for answer in [served.site.ask(address) for address in addresses] + [served.site.ask("", host="evil")]:
        assert kept_private(answer)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"} & set(policy.replace(";", " ").split())


def test_the_page_may_load_its_own_files_only(served: Served) -> None:
    policy = served.site.ask("").headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


def test_our_own_page_is_answered_under_each_of_our_names(served: Served) -> None:
    for name in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]"):
        host = f"{name}:{served.site.port}"
        answer = served.site.ask(
            "api/programme", host=host, origin=f"http://{host.lower()}", sec_fetch_site="same-origin"
        )
        assert answer.status == 200
    assert served.site.ask("", sec_fetch_site="none").body.endswith(b"<title>Manekko</title>")


def test_the_address_without_its_slash_leads_to_the_page(served: Served) -> None:
    answer = served.site.ask_raw(f"/{SECRET}")
    assert (answer.status, answer.headers["location"]) == (307, f"/{SECRET}/")


def test_files_are_found_whatever_case_and_slashes_the_model_uses(served: Served) -> None:
    for address in ("tex/face.png", "TEX/Face.PNG", "tex/%66ace.png"):
        assert served.site.ask(f"files/{served.model}/{address}").body == b"tex/face.png"
