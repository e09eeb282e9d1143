"""Every error that a caller can meet, typed by cause.

FrontdeskError                 code, HTTP status, retryable, data
├── Unauthorised      401      no valid token
├── Forbidden         403      a valid token without the right
├── NotFound          404      not there, or not yours: the two look the same
├── Conflict          409      somebody or something was first
├── TooLarge          413
├── Unprocessable     422      well-formed and wrong
├── TooMany           429      carries ``retry_after`` seconds
└── Unavailable       503      a part is away; try again

On the wire: ``{"code", "message", "data", "request_id"}``. ``message`` is a sentence for people.
"""

from __future__ import annotations

from typing import Any, ClassVar


class FrontdeskError(Exception):
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, code: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data: dict[str, Any] = data


class Unauthorised(FrontdeskError):
    status = 401


class Forbidden(FrontdeskError):
    status = 403


class NotFound(FrontdeskError):
    status = 404


class Conflict(FrontdeskError):
    status = 409


class TooLarge(FrontdeskError):
    status = 413


class Unprocessable(FrontdeskError):
    status = 422


class TooMany(FrontdeskError):
    status = 429
    retryable = True


class Unavailable(FrontdeskError):
    status = 503
    retryable = True
