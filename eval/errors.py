"""Every error that a caller of the evaluation's routes can meet, typed by cause.

EvalError             code, HTTP status, retryable, data
├── NotFound    404   not there
├── Forbidden   403   not yours to do, though the role would allow it
├── Conflict    409   somebody was first, or it is over
└── Invalid     422   well-formed and wrong

On the wire they have the shape of all errors: ``{"code", "message", "data", "request_id"}``.
"""

from __future__ import annotations

from typing import Any, ClassVar


class EvalError(Exception):
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, code: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data: dict[str, Any] = data


class NotFound(EvalError):
    status = 404


class Forbidden(EvalError):
    status = 403


class Conflict(EvalError):
    status = 409


class Invalid(EvalError):
    status = 422
