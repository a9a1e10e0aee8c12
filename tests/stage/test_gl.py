import os
import subprocess
import sys

import pytest

from manekko.stage.gl import opened_context


def test_a_context_opens_without_a_display(graphics: None) -> None:
    context = opened_context()
    try:
        assert context.version_code >= 330
    finally:
        context.release()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="EGL is Linux's way")
def test_without_any_driver_one_clear_line_names_what_to_install() -> None:
    code = "from manekko.stage.gl import opened_context; opened_context()"
    environment = {**os.environ, "__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent.json"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("manekko.errors.MissingToolError: characters cannot be drawn: there is no OpenGL 3.3 here")
    assert "sudo apt install libegl1 libgl1-mesa-dri" in last
