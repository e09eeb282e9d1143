"""HTTP at the edge: request ids, size limits, one error shape, timings. Pure ASGI, so that sockets are left alone."""

from __future__ import annotations

import fnmatch
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, ClassVar, Protocol, cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.websockets import WebSocket

from handoff.errors import FrontdeskError, TooLarge, TooMany, Unavailable
from handoff.gateway import sockets

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BODY_LIMIT = 160 * 1024
"""The longest message is 10,000 characters, each of them up to twelve bytes where JSON escapes them all."""
MOST_AT_ONCE = 5000
OPERATORS = ("/metrics", "/health/live", "/health/ready")
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

REQUEST_SECONDS = Histogram("frontdesk_http_seconds", "Time to answer", ["method", "status"])
ERRORS = Counter("frontdesk_errors_total", "Errors answered, by code", ["code"])

logger = structlog.get_logger(__name__)


class RequestEdge:
    """Gives every request an id that travels into logs and errors, and refuses bodies over ``limit`` bytes.

    ``most`` requests and sockets are open at once; above that a request is answered with 503 ``overloaded`` and a
    socket is closed with 1013, so that what is already here is served well. Whoever asks after our health is answered.

    ``larger`` allows more at some paths: a pattern as file names have them (``*``) → bytes; the first that fits counts.
    Where that is ``None``, the route itself counts what it reads, once it knows who sends it.
    """

    def __init__(
        self,
        app: Callable[[Scope, Receive, Send], Awaitable[None]],
        limit: int = BODY_LIMIT,
        larger: Mapping[str, int | None] | None = None,
        most: int = MOST_AT_ONCE,
    ) -> None:
        self._app = app
        self._limit = limit
        self._most = most
        self._open = 0
        self._larger = [(re.compile(fnmatch.translate(path)), size) for path, size in (larger or {}).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        full = self._open >= self._most and scope.get("path") not in OPERATORS
        self._open += 1
        try:
            if scope["type"] == "http":
                await self._answer(scope, receive, send, full=full)
            elif full and scope["type"] == "websocket":
                await sockets.refuse(WebSocket(scope, receive, send), sockets.TRY_AGAIN, "please come back")
            else:
                await self._app(scope, receive, send)
        finally:
            self._open -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send, *, full: bool) -> None:
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = given if REQUEST_ID.fullmatch(given) else _new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(correlation_id=request_id)
        try:
            declared = headers.get(b"content-length", b"0")
            limit = next((size for path, size in self._larger if path.match(scope["path"])), self._limit)
            if full:
                await answer_typed(Request(scope), _overloaded())(scope, receive, answer)
            elif limit is None:
                await self._app(scope, receive, answer)
            elif declared.isdigit() and int(declared) > limit:
                await answer_typed(Request(scope), _too_large(limit))(scope, receive, answer)
            else:
                await self._app(scope, _Limited(receive, limit), answer)
        finally:
            seconds = time.perf_counter() - began
            REQUEST_SECONDS.labels(scope["method"], str(status)).observe(seconds)
            if scope["path"] not in OPERATORS:
                logger.info("http.answered", method=scope["method"], status=status, ms=round(seconds * 1000, 1))


class _Limited:
    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = self._left = limit

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _too_large(self._limit)
        return message


def _too_large(limit: int) -> TooLarge:
    return TooLarge("body_too_large", f"A request may hold at most {limit // 1024} KiB.")


def _overloaded() -> Unavailable:
    return Unavailable("overloaded", "We are very busy just now. Please try again in a moment.", retry_after=1)


class TypedError(Protocol):
    """An error of any part that knows its code, its sentence and its HTTP status."""

    status: ClassVar[int]
    code: str
    message: str
    data: dict[str, Any]


def answer_typed(request: Request, exc: TypedError) -> JSONResponse:
    """The one shape of an error. ``retry_after`` among its data, in seconds, becomes the header."""
    response = _json(exc.status, exc.code, exc.message, exc.data, _request_id(request))
    wait = exc.data.get("retry_after", 1 if isinstance(exc, TooMany) else None)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def install_error_handlers(app: FastAPI, *others: type[Exception]) -> None:
    """One shape for every error. The unexpected answers 500 with the request's id and nothing else.

    ``others`` are the roots of other parts' errors; each has the form of ``TypedError``.
    """

    async def typed(request: Request, exc: Exception) -> JSONResponse:
        return answer_typed(request, cast(TypedError, exc))

    roots: tuple[type[Exception], ...] = (FrontdeskError, *others)
    for root in roots:
        app.add_exception_handler(root, typed)

    @app.exception_handler(RequestValidationError)
    async def _malformed(request: Request, exc: RequestValidationError) -> JSONResponse:
        errors = exc.errors()
        if any(error["type"] == "json_invalid" for error in errors):
            return _json(400, "malformed", "The body is not valid JSON.", {}, _request_id(request))
        # Where and what kind, never the value: it may be a customer's words.
        fields = [{"field": ".".join(str(part) for part in e["loc"][1:]), "problem": e["type"]} for e in errors[:10]]
        return _json(
            422, "invalid", "Something in this request is missing or wrong.", {"fields": fields}, _request_id(request)
        )

    @app.exception_handler(HTTPException)
    async def _http(request: Request, exc: HTTPException) -> JSONResponse:
        if isinstance(exc.__cause__, TooLarge):  # the body turned out too long while it was read
            return answer_typed(request, exc.__cause__)
        codes = {400: "malformed", 404: "not_found", 405: "method_not_allowed"}
        code = codes.get(exc.status_code, f"http_{exc.status_code}")
        sentence = {
            400: "The body cannot be read.",
            404: "There is nothing at this address.",
            405: "This address does not take that method.",
        }
        message = sentence.get(exc.status_code, "This request cannot be answered.")
        response = _json(exc.status_code, code, message, {}, _request_id(request))
        response.headers.update(exc.headers or {})
        return response

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, exc: Exception) -> JSONResponse:
        logger.error("http.unexpected", error=type(exc).__name__, exc_info=exc)
        message = "Something went wrong on our side. Please try again."
        return _json(500, "internal", message, {}, _request_id(request))


def refuse_early(code: str, message: str) -> JSONResponse:
    """400 where there is no request to hand on: under the id of the one that is being answered, or one of its own where
    none got as far as the edge."""
    known = structlog.contextvars.get_contextvars().get("correlation_id")
    return _json(400, code, message, {}, str(known or _new_id()))


def _new_id() -> str:
    return f"req_{secrets.token_urlsafe(12)}"


def _json(status: int, code: str, message: str, data: dict[str, Any], request_id: str) -> JSONResponse:
    ERRORS.labels(code).inc()
    body = {"code": code, "message": message, "data": data, "request_id": request_id}
    return JSONResponse(body, status_code=status)


def _request_id(request: Request) -> str:
    return str(getattr(request.state, "request_id", ""))
