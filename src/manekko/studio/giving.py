"""Files as answers: whole or a part (for video that is wound), with a type that the page may rely on."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO, Final

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from manekko.studio.guard import PAGE_POLICY, REPORT_POLICY, refusal
from manekko.studio.shelf import opened

_TYPES: Final = {
    ".aac": "audio/aac",
    ".bmp": "image/bmp",
    ".css": "text/css; charset=utf-8",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".m4v": "video/mp4",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".toml": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_PAGE_ONLY: Final = (".css", ".js", ".svg", ".wasm")
"""Types that can act in a page: of the page's own files only."""
_PIECE_BYTES: Final = 1 << 18
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


async def page_file(request: Request, path: Path) -> Response:
    """Answer with a file of the page itself."""
    answer = await _answer(request, path, _TYPES.get(path.suffix.lower(), "application/octet-stream"))
    if path.suffix == ".html":
        answer.headers["content-security-policy"] = PAGE_POLICY
    return answer


async def given_file(request: Request, path: Path) -> Response:
    """Answer with a file of the user's; it can be shown, and never acts."""
    ending = path.suffix.lower()
    kind = _TYPES.get(ending, "application/octet-stream") if ending not in _PAGE_ONLY else "application/octet-stream"
    answer = await _answer(request, path, kind)
    if ending == ".html":
        answer.headers["content-security-policy"] = REPORT_POLICY
    return answer


async def _answer(request: Request, path: Path, kind: str) -> Response:
    try:
        file, size = await run_sync(opened, path)
    except OSError:
        return refusal(404, "this file is no longer there")
    asked = part_of(request.headers.get("range"), size)
    start, end = asked or (0, size)
    if asked is not None and start >= end:
        file.close()
        answer = refusal(416, f"this file has {size} bytes")
        answer.headers["content-range"] = f"bytes */{size}"
        return answer
    headers = {"accept-ranges": "bytes", "content-type": kind, "content-length": str(end - start)}
    if asked is not None:
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    status = 200 if asked is None else 206
    if request.method == "HEAD":
        file.close()
        return Response(None, status, headers)
    return StreamingResponse(_pieces(file, start, end), status, headers)


def part_of(asked: str | None, size: int) -> tuple[int, int] | None:
    """Return which bytes a ``Range`` asks for, from the first up to the last, which is no further where there are none.

    None, which is all: nothing is asked for, nothing that makes sense, or several parts at once.
    """
    match = _RANGE.fullmatch(asked.strip()) if asked is not None else None
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        return max(size - int(last), 0), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size


async def _pieces(file: BinaryIO, start: int, end: int) -> AsyncIterator[bytes]:
    try:
        await run_sync(file.seek, start)
        while start < end:
            piece = await run_sync(file.read, min(_PIECE_BYTES, end - start))
            if not piece:
                return
            start += len(piece)
            yield piece
    finally:
        file.close()
