"""Which pages are ours: those of the address that the request came to, and those of the public address, since a proxy
may have put a name of its own into ``Host``."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

USUAL_PORTS = {"http": ":80", "https": ":443"}


def origin_of(url: str) -> str:
    """The origin of an address as browsers write it: small letters, without the usual port. Empty for no address."""
    parts = urlsplit(url.strip().lower())
    if not parts.scheme or not parts.netloc:
        return ""
    return f"{parts.scheme}://{parts.netloc.removesuffix(USUAL_PORTS.get(parts.scheme, ''))}"


def from_our_page(request: HTTPConnection, public_url: str) -> bool:
    """Whether the request names a page of ours as its origin. ``null`` and what cannot be read are foreign."""
    origin = request.headers.get("origin", "")
    if not origin:
        return False
    try:
        return urlsplit(origin).netloc == request.headers.get("host") or origin == origin_of(public_url)
    except ValueError:
        return False
