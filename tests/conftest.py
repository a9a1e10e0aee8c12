"""Fixtures shared by all tests; array shapes and types are checked at run time."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

install_import_hook("manekko", "beartype.beartype")

# A busy or slow machine is no failure: no test is timed. The full check tries more.
settings.register_profile("fast", deadline=None, max_examples=20)
settings.register_profile("full", deadline=None, max_examples=200)
settings.load_profile("full" if os.environ.get("MANEKKO_FULL") == "1" else "fast")

ROOT = Path(__file__).parent.parent


def missing(reason: str) -> None:
    """Skip, visibly, on a user's machine; fail where the full check is run (MANEKKO_FULL=1)."""
    if os.environ.get("MANEKKO_FULL") == "1":
        pytest.fail(f"missing real part: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Folder of the shared measuring data."""
    folder = Path(os.environ.get("MANEKKO_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        missing(f"measuring data not found at {folder}; set MANEKKO_DATA")
    return folder


@pytest.fixture(scope="session")
def graphics() -> None:
    """OpenGL off the screen, for tests that draw."""
    from manekko.errors import MissingToolError
    from manekko.stage.gl import opened_context

    try:
        opened_context().release()
    except MissingToolError as error:
        missing(str(error))


@pytest.fixture(scope="session")
def weights_folder() -> Path:
    """Folder of the detector's models, fetched once as the program does."""
    from manekko.errors import MissingToolError
    from manekko.weights import fetch_weights

    try:
        return fetch_weights()
    except MissingToolError as error:
        missing(str(error))
        raise
