"""The shape of the code: who may import whom, how long things may be, what must be said."""

import ast
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "manekko"
ORDER = (
    *(
        "errors",
        "arrays",
        "whole",
        "ahead",
        "progress",
        "weights",
        "video",
        "pixels",
        "people",
        "lift",
        "skeleton",
        "solve",
        "motion",
    ),
    *("files", "stage", "character", "show", "paint", "bench", "follow", "capture", "convert", "check", "render"),
    *("painting", "studio", "options", "commands", "cli", "__main__", "__init__"),
)
"""The data flow: each may import only itself and what stands before it."""
EXCEPTIONS = {
    "lift": {"manekko.skeleton.rotations"},  # the maths of rotations knows no skeleton
    "capture": {"manekko"},  # the version
    "follow": {"manekko"},
    "cli": {"manekko"},
}
HOME_OF_HEAVY = {
    "av": {"video"},
    "cv2": {"pixels"},
    "ai_edge_litert": {"people"},
    "moderngl": {"stage"},
    "onnxruntime": {"paint"},
    "torch": {"paint"},
    "lightning": {"paint"},
    "lightning_fabric": {"paint"},
    "playwright": {"bench"},
    "tyro": {"cli", "commands", "options"},
    "starlette": {"studio"},
    "uvicorn": {"studio"},
    "anyio": {"studio"},
    "h11": {"studio"},
    "rich": {"cli", "progress"},
}
LIGHT = {"skeleton", "solve", "motion", "files"}
FILE_LINES, FUNCTION_LINES = 400, 40


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def folder(path: Path) -> str:
    """Name of the part of the package that a file belongs to, as in ``ORDER``."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a file imports, wherever in the file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute here"
            for alias in node.names:
                is_module = (PACKAGE.parent / f"{node.module}.{alias.name}".replace(".", "/")).with_suffix(".py")
                is_folder = is_module.with_suffix("") / "__init__.py"
                deeper = is_module.is_file() or is_folder.is_file()
                yield node.lineno, f"{node.module}.{alias.name}" if deeper else str(node.module)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def assert_none(offenders: list[str], rule: str) -> None:
    assert not offenders, f"{rule}:\n  " + "\n  ".join(offenders)


def test_every_part_of_the_package_has_its_place_in_the_order() -> None:
    assert_none(sorted({folder(path) for path in modules()} - set(ORDER)), "not in ORDER")


def test_imports_go_down_the_data_flow_only() -> None:
    offenders = []
    for path in modules():
        own = folder(path)
        allowed = {f"manekko.{name}" for name in ORDER[: ORDER.index(own) + 1]}
        for line, name in imports(path):
            if name.split(".")[0] != "manekko" or name in EXCEPTIONS.get(own, ()):
                continue
            if ".".join(name.split(".")[:2]) not in allowed:
                offenders.append(f"{place(path, line)}: {own} imports {name}")
    assert_none(offenders, "imports against the data flow")


def test_each_heavy_library_lives_in_one_folder() -> None:
    offenders = [
        f"{place(path, line)}: {name}"
        for path in modules()
        for line, name in imports(path)
        if folder(path) not in HOME_OF_HEAVY.get(name.split(".")[0], {folder(path)})
    ]
    assert_none(offenders, "heavy library outside its folder")


def test_skeleton_motion_and_files_need_numpy_and_scipy_only() -> None:
    light = {"manekko", "numpy", "scipy", *sys.stdlib_module_names}
    offenders = [
        f"{place(path, line)}: {name}"
        for path in modules()
        if folder(path) in LIGHT
        for line, name in imports(path)
        if name.split(".")[0] not in light
    ]
    assert_none(offenders, "more than numpy and scipy")


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert_none([f"{place(p, 1)}: {n} lines" for p, n in lengths.items() if n > FILE_LINES], f"over {FILE_LINES} lines")


def test_functions_are_short() -> None:
    offenders = []
    for path in modules():
        for function in functions(path):
            body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1
            if length > FUNCTION_LINES:
                offenders.append(f"{place(path, function.lineno)}: {function.name} has {length} lines")
    assert_none(offenders, f"over {FUNCTION_LINES} lines")


def test_every_function_says_all_its_types() -> None:
    offenders = []
    for path in modules():
        for function in functions(path):
            arguments = function.args
            named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            named += [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]
            bare = [a.arg for a in named if a.annotation is None and a.arg not in ("self", "cls")]
            if bare or function.returns is None:
                offenders.append(f"{place(path, function.lineno)}: {function.name} {' '.join(bare)}")
    assert_none(offenders, "types missing")


def test_only_the_command_line_catches_every_exception() -> None:
    offenders = []
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and path != PACKAGE / "cli.py":
                caught = "everything" if node.type is None else ast.unparse(node.type)
                if caught in ("everything", "Exception", "BaseException"):
                    # Cleaning up and passing the same exception on hides nothing.
                    passes_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
                    if caught != "BaseException" or not passes_on:
                        offenders.append(f"{place(path, node.lineno)}: except {caught}")
    assert_none(offenders, "too broad")


def test_every_module_says_what_it_is() -> None:
    assert_none([place(p, 1) for p in modules() if not ast.get_docstring(tree(p))], "no docstring")


def test_names_in_all_exist() -> None:
    offenders = []
    for path in modules():
        if path.name == "__main__.py" or "__all__" not in path.read_text(encoding="utf-8"):
            continue
        dotted = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        module = importlib.import_module(dotted)
        offenders += [f"{dotted}.{name}" for name in module.__all__ if not hasattr(module, name)]
    assert_none(offenders, "announced but missing")


def test_nothing_is_left_to_do_in_the_code() -> None:
    marker = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    offenders = [
        place(path, number)
        for path in modules()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if marker.search(line)
    ]
    assert_none(offenders, "unfinished")


def test_nothing_is_printed_outside_the_command_line() -> None:
    offenders = [
        place(path, node.lineno)
        for path in modules()
        if folder(path) not in ("cli", "bench")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert_none(offenders, "print in the library")


def test_tests_mirror_the_source() -> None:
    own = {"properties", "golden", "corpus", "clients", "gallery", "page"}
    offenders = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        parts = path.relative_to(ROOT / "tests").parts
        if len(parts) > 1 and parts[0] not in own and not (PACKAGE / parts[0]).is_dir():
            offenders.append(str(path.relative_to(ROOT)))
    assert_none(offenders, "no such folder in src/manekko")


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout: nothing to list")
def test_repository_holds_no_large_or_generated_file() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    models = (PACKAGE / "character" / "models").rglob("*.*")
    limits = {path.relative_to(ROOT).as_posix(): 3_000_000 for path in models if path.suffix in (".pmx", ".vrm")}
    limits["examples/dance.mp4"] = 1_000_000
    painters = [path.relative_to(ROOT).as_posix() for path in (PACKAGE / "paint" / "painters").rglob("*.*")]
    limits |= dict.fromkeys(painters, 10_000_000)
    offenders = []
    for name in filter(None, os.fsdecode(listed).split("\0")):
        path = ROOT / name
        if path.is_file() and path.stat().st_size > limits.get(name, 500_000):
            offenders.append(f"{name}: {path.stat().st_size} bytes")
        if path.suffix in (".pyc", ".tflite", ".onnx", ".whl") and name not in painters:
            offenders.append(f"{name}: not a source file")
    assert_none(offenders, "does not belong in the repository")
