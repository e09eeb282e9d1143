"""The built pages, served from memory before the API is asked: demo shop, widget script, desk.

Everything is read once at start, so a request can reach no other file. Pages carry a content security policy without
inline scripts; names with a hash in them never change and are cached for good.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[..., Awaitable[None]]

HASHED = re.compile(r"-[A-Za-z0-9_-]{8,}\.\w+$")
COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}; object-src 'none'"
)
HARDENING = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"strict-origin-when-cross-origin"))


@dataclass(frozen=True)
class Page:
    body: bytes
    compressed: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    etag: bytes


def read_pages(dist: Path, *, demo: bool) -> dict[str, Page]:
    """Every file of the build by its path; ``index.html`` by its folder. Without ``demo`` the shop is left out."""
    pages: dict[str, Page] = {}
    for file in sorted(path for path in dist.rglob("*") if path.is_file()):
        relative = file.relative_to(dist).as_posix()
        if not demo and (relative == "index.html" or relative.startswith("demo/")):
            continue
        address = "/" + (relative[: -len("index.html")] if file.name == "index.html" else relative)
        pages[address] = _page(file, address)
    return pages


def _page(file: Path, address: str) -> Page:
    body = file.read_bytes()
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if kind == "text/javascript":
        kind = "application/javascript"
    small = gzip.compress(body, 9, mtime=0) if kind.startswith(COMPRESSED) else b""
    etag = b'"' + hashlib.sha256(body).hexdigest()[:24].encode() + b'"'
    lasting = "public, max-age=31536000, immutable" if HASHED.search(file.name) else "no-cache"
    charset = "; charset=utf-8" if kind.startswith(COMPRESSED) else ""
    headers = [(b"content-type", f"{kind}{charset}".encode()), (b"cache-control", lasting.encode()), (b"etag", etag)]
    if kind == "text/html":
        ancestors = "'none'" if address.startswith("/desk/") else "'self'"
        headers.append((b"content-security-policy", POLICY.format(ancestors=ancestors).encode()))
        headers.append((b"cross-origin-opener-policy", b"same-origin"))
    if address == "/widget.js" or address.startswith("/widget/"):
        headers.append((b"cross-origin-resource-policy", b"cross-origin"))
    if address.startswith("/widget/"):
        # Modules are fetched with CORS, from whatever site shows the widget; there is nothing secret in them.
        headers.append((b"access-control-allow-origin", b"*"))
    if small:
        headers.append((b"vary", b"accept-encoding"))
    return Page(body, small, tuple(headers), etag)


class Pages:
    """ASGI: answers GET and HEAD of a page itself and hands everything else to ``application``, whose answers get the
    hardening headers too."""

    def __init__(self, application: Application, pages: dict[str, Page], redirects: Iterable[tuple[str, str]]) -> None:
        self._application = application
        self._pages = pages
        self._redirects = {source: target for source, target in redirects if source not in pages}

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        if scope["method"] in ("GET", "HEAD"):
            page = self._pages.get(scope["path"])
            if page is not None:
                await _answer(page, scope, send)
                return
            target = self._redirects.get(scope["path"])
            if target is not None:
                await _send(send, 307, ((b"location", target.encode()), *HARDENING), b"")
                return

        async def hardened(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", []))
                named = {name for name, _ in given}
                message["headers"] = [*given, *((name, value) for name, value in HARDENING if name not in named)]
            await send(message)

        await self._application(scope, receive, hardened)


async def _answer(page: Page, scope: Scope, send: Send) -> None:
    asked = dict(scope["headers"])
    headers = (*page.headers, *HARDENING)
    if asked.get(b"if-none-match") == page.etag:
        await _send(send, 304, headers, b"")
        return
    body = page.body
    if page.compressed and b"gzip" in asked.get(b"accept-encoding", b""):
        body = page.compressed
        headers = (*headers, (b"content-encoding", b"gzip"))
    await _send(send, 200, headers, body, head=scope["method"] == "HEAD")


async def _send(
    send: Send, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes, *, head: bool = False
) -> None:
    lengths = [] if status == 304 else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *lengths]})
    await send({"type": "http.response.body", "body": b"" if head else body})
