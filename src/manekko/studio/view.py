"""The verb that shows: motions danced by characters, in the browser."""

import os
import secrets
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from manekko.errors import MissingToolError
from manekko.studio.programme import programme
from manekko.studio.server import PAGE, Service, listening_socket, serve
from manekko.studio.shelf import Shelf


@dataclass(frozen=True)
class ViewOptions:
    """What to show, and where."""

    motions: tuple[Path, ...] = ()
    """Motion files (VMD, VPD, BVH), folders that ``capture`` wrote, or their reports; none: a character stands."""
    models: tuple[Path, ...] = ()
    """PMX, PMD, VRM or GLB, or ``maneko`` or ``tora``: one for all, or one for each motion; Maneko when empty."""
    port: int | None = None
    """Port to listen on; None: one that is free."""
    browser: bool = True
    """Whether to open the browser."""


def view(options: ViewOptions, tell: Callable[[str], None]) -> None:
    """Serve the page until Ctrl-C; ``tell`` is given its address.

    Raises:
        InputError: a motion or a model cannot be used, or the port is taken.
        FormatError: a file does not follow its format.
        MissingToolError: this installation has no page.
    """
    if not (PAGE / "index.html").is_file():
        raise MissingToolError(
            f"the page is not in this installation ({PAGE}); in Manekko's source folder it is built by "
            "`cd src/manekko/studio/web && npm ci && npm run build` (Node 20 or newer)"
        )
    own = tempfile.TemporaryDirectory(prefix="manekko-view-", ignore_cleanup_errors=True)
    with own as folder, suppress(KeyboardInterrupt):
        shelf = Shelf(Path(folder).resolve())
        shown = programme(options.motions, options.models, shelf)
        secret = secrets.token_urlsafe(24)
        with listening_socket(options.port) as listener:
            port = listener.getsockname()[1]
            url = f"http://127.0.0.1:{port}/{secret}/"
            tell(url)
            if options.browser and _has_browser():
                # Beside the server, which must answer meanwhile: some browsers come back only when they are closed.
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
            serve(Service(shelf, PAGE, shown).application(secret, port), listener)


def _has_browser() -> bool:
    """Whether there is a screen for a browser to open on."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
