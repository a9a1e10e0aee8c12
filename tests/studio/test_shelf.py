from pathlib import Path
from urllib.parse import unquote

import pytest

from manekko.errors import InputError
from manekko.studio.guard import own_path
from manekko.studio.shelf import Shelf, shown_name, worn


def test_a_file_put_twice_keeps_its_number(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for name in ("a.vmd", "b.vmd"):
        (tmp_path / name).write_bytes(b"")
    first = shelf.put(tmp_path / "a.vmd")
    assert shelf.put(tmp_path / "b.vmd").id != first.id
    assert shelf.put(tmp_path / "x" / ".." / "a.vmd") == first
    assert shelf.held(first.id) == first
    assert shelf.held("f9") is None


def test_what_is_no_file_cannot_be_put(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.vmd"):
        with pytest.raises(InputError, match="no such file"):
            Shelf(tmp_path).put(path)


@pytest.mark.parametrize(
    "name",
    [
        "踊り (1).vmd",
        "a#b?c&d=e%20.vmd",
        "ダンス\u3000.vmd",
        "é.vmd",
        "a'\"<b>.vmd",
        "-.vmd",
        "C:踊り.vmd",
        "a\n\x01C:b.vmd",
    ],
)
def test_every_name_has_an_address_that_leads_back_to_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"motion")
    shelf = Shelf(tmp_path)
    held = shelf.put(tmp_path / name)
    assert not set(held.url) & set(" #?&\"'<>")
    _, number, address = held.url.split("/", 2)
    assert "/" not in address
    assert own_path(f"/secret/{held.url}".encode()) is not None
    assert shelf.given(number, unquote(address)) == (tmp_path / name).resolve()


def test_a_name_that_is_no_unicode_can_be_shown(tmp_path: Path) -> None:
    name = b"\x93\xae.vmd".decode("utf-8", "surrogateescape")
    assert shown_name(name).encode("utf-8").decode("utf-8") == "��.vmd"
    assert shown_name("a" * 300 + ".vmd").endswith("a.vmd")


def test_a_model_wears_what_it_names_in_any_case_and_with_any_slashes(tmp_path: Path) -> None:
    (tmp_path / "Tex").mkdir()
    for name in ("Tex/Face.PNG", "髪.bmp", "unnamed.png"):
        (tmp_path / name).write_bytes(b"")
    found = worn(tmp_path, ["tex\\face.png", ".\\tex/FACE.png", "髪.BMP", "gone.png", ""])
    assert [(address, path.name) for address, path in found.values()] == [
        ("tex/FACE.png", "Face.PNG"),
        ("髪.BMP", "髪.bmp"),
    ]


def test_a_model_cannot_name_without_end(tmp_path: Path) -> None:
    (tmp_path / "last.png").write_bytes(b"")
    assert worn(tmp_path, ["gone.png"] * 100_000 + ["last.png"])
    assert not worn(tmp_path, [f"{number}.png" for number in range(100_000)] + ["last.png"])
