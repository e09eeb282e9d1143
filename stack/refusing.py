"""Answers that are given before our own code is asked, in the one shape that all errors have: a request that cannot
be read as HTTP, and a preflight from a site that is not named."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from handoff.http import refuse_early


class TypedHttp(HttpToolsProtocol):
    """A path with bare letters beyond ASCII, a method or a length that cannot be: uvicorn says so in plain text."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - it names what the parser found, for nobody
        body = bytes(refuse_early("malformed", "This is not a request of HTTP.").body)
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        self.transport.write(head.encode() + b"connection: close\r\n\r\n" + body)
        self.transport.close()


class TypedCors(CORSMiddleware):
    """Only a refused preflight differs from Starlette's: the browser keeps it from the page, people read it."""

    def preflight_response(self, request_headers: Headers) -> Response:
        answer = super().preflight_response(request_headers)
        if answer.status_code != 400:
            return answer
        sentence = "This site, method or header is not allowed to call from another page."
        typed = refuse_early("foreign_origin", sentence)
        for name, value in answer.headers.items():
            if name not in ("content-length", "content-type"):
                typed.headers[name] = value
        return typed
