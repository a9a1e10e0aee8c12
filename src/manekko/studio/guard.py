"""Who may ask the server for what: checks before every request, and headers on every answer.

Any page in the user's browser can send requests to this machine, and names such as ``evil.example`` can be made to
mean it (DNS rebinding). So each request must carry the secret in its address, call the server by its own name, and
come from the server's own page.
"""

import re
from secrets import compare_digest
from typing import Final
from urllib.parse import unquote_to_bytes

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self' blob:",
        "worker-src 'self' blob:",
        "font-src 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What the page itself may load."""

REPORT_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""A report brings its style with it, and needs no script."""

_NOTHING_POLICY: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
_HEADERS: Final = {
    "content-security-policy": _NOTHING_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
_OWN_SITES: Final = (b"same-origin", b"none")
_USUAL_PORT: Final = 80
_UPLOADS: Final = "/api/files"
_DOUBTFUL: Final = re.compile(r"[\x00-\x1f\x7f/\\]|^[A-Za-z]:")


class Guard:
    """Lets through what the server's own page asks, with the path as the application knows it: without the secret."""

    def __init__(self, app: ASGIApp, secret: str, port: int) -> None:
        """Guard ``app``, which listens on ``port`` behind ``secret``."""
        self._app = app
        self._secret = secret.encode("ascii")
        # Browsers leave the usual port away.
        ending = "" if port == _USUAL_PORT else f":{port}"
        self._hosts = {f"{name}{ending}".encode("ascii") for name in ("127.0.0.1", "localhost", "[::1]")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if message["status"] >= 400:
                    # What is still to come of a refused request, which may have no end, is not waited for.
                    headers["connection"] = "close"
            await send(message)

        answer = self._refused(scope)
        if answer is not None:
            await answer(scope, receive, send_guarded)
            return
        path = own_path(bytes(scope["raw_path"]))
        await self._app({**scope, "path": path, "root_path": ""}, receive, send_guarded)

    def _refused(self, scope: Scope) -> Response | None:
        """Return the answer to a request that goes no further."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return refusal(403, "this server answers to its own name only")
        origins = {value for name, value in headers if name == b"origin"}
        sites = {value for name, value in headers if name == b"sec-fetch-site"}
        if not origins <= {b"http://" + hosts[0].lower()} or not sites <= set(_OWN_SITES):
            return refusal(403, "this server answers to its own page only")
        first, slash, _ = bytes(scope["raw_path"]).removeprefix(b"/").partition(b"/")
        if not compare_digest(first, self._secret):
            return refusal(404, "there is nothing here")
        if not slash:
            return RedirectResponse(f"/{self._secret.decode('ascii')}/")
        path = own_path(bytes(scope["raw_path"]))
        if path is None:
            return refusal(404, "there is nothing here")
        allowed = ("POST",) if path == _UPLOADS else ("GET", "HEAD")
        if scope["method"] not in allowed:
            answer = refusal(405, f"{' and '.join(allowed)} can be asked for here")
            answer.headers["allow"] = ", ".join(allowed)
            return answer
        if scope["method"] != "POST" and any(_announces_body(*header) for header in headers):
            return refusal(400, "a request to read brings nothing with it")
        return None


def own_path(raw: bytes) -> str | None:
    """Return the path after the secret, decoded once, beginning with a slash; None for one that no page of ours asks.

    A path is refused that could mean another place to some part of some system: steps up, empty steps, backslashes,
    drive letters, NUL and other control characters, and bytes that are no UTF-8.
    """
    _, _, rest = raw.removeprefix(b"/").partition(b"/")
    parts = []
    for step in rest.split(b"/"):
        try:
            part = unquote_to_bytes(step).decode("utf-8")
        except UnicodeDecodeError:
            return None
        if part in (".", "..") or _DOUBTFUL.search(part):
            return None
        parts.append(part)
    return None if "" in parts[:-1] else "/" + "/".join(parts)


def _announces_body(name: bytes, value: bytes) -> bool:
    return name == b"transfer-encoding" or (name == b"content-length" and value != b"0")


def refusal(status: int, error: str) -> Response:
    """Return an answer that says in words why something is refused."""
    return JSONResponse({"error": error}, status)
