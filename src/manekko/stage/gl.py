"""The graphics context: off-screen, without a window or a display."""

import sys
from importlib import resources
from types import TracebackType
from typing import Any

import moderngl

from manekko.errors import MissingToolError

_GLSL_VERSION = 330
"""Core profile 3.3: macOS stops at 4.1, software renderers offer more."""


def opened_context() -> moderngl.Context:
    """Return a new off-screen context; whoever opens it releases it.

    Raises:
        MissingToolError: the machine has no OpenGL 3.3, neither of a graphics card nor in software.
    """
    settings: dict[str, Any] = {"backend": "egl"} if sys.platform.startswith("linux") else {}
    with _Advice():
        return moderngl.create_context(require=_GLSL_VERSION, standalone=True, **settings)


class _Advice:
    """Tells what to install when a context cannot be opened; drivers' errors have no class of their own."""

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Turn any error into the clear line."""
        if isinstance(error, Exception):
            raise MissingToolError(_advice(sys.platform.startswith("linux"), str(error))) from None


def _advice(linux: bool, found: str) -> str:
    what = f"characters cannot be drawn: there is no OpenGL 3.3 here ({' '.join(found.split()) or 'no driver'})"
    if linux:
        return f"{what}; install it with `sudo apt install libegl1 libgl1-mesa-dri` or your system's like of it (Mesa)"
    return f"{what}; install the driver of your graphics card"


def compiled(
    context: moderngl.Context,
    vertex: str,
    fragment: str | None = None,
    *,
    defines: frozenset[str] = frozenset(),
    outputs: tuple[str, ...] = (),
) -> moderngl.Program:
    """Return a program made of files in ``shaders/``.

    Args:
        context: where it will run.
        vertex: file name of the vertex shader.
        fragment: file name of the fragment shader; None for a program that writes ``outputs`` into buffers.
        defines: names that the files' ``#ifdef`` ask for.
        outputs: the vertex shader's results that are captured, in this order.
    """
    return context.program(
        vertex_shader=_source(vertex, defines),
        fragment_shader=None if fragment is None else _source(fragment, defines),
        varyings=outputs,
    )


def _source(name: str, defines: frozenset[str]) -> str:
    folder = resources.files("manekko.stage") / "shaders"
    text = (folder / name).read_text("utf-8")
    for included in ("scene.glsl", "material.glsl"):
        text = text.replace(f'#include "{included}"', (folder / included).read_text("utf-8"))
    named = "".join(f"#define {define}\n" for define in sorted(defines))
    return f"#version {_GLSL_VERSION} core\n{named}{text}"
