"""Every error that a caller of the knowledge part can meet, typed by cause.

KnowledgeError           code, HTTP status, retryable, data
├── NotFound       404   no such article or version, or not for this reader: the two look the same
├── EditConflict   409   somebody saved first: ``data`` has their version, author and time
├── WrongState     409   the article is in a state that does not allow this
├── BadArticle     422   the content is wrong: ``data["problems"]`` names each field and why
├── IndexOwned     409   another process owns the index directory
├── TooMany        429   a lot at once from one address; ``data["retry_after"]`` in seconds
└── Unavailable    503   the store cannot be reached; try again

On the wire: ``{"code", "message", "data", "request_id"}``. ``message`` is a sentence for people.
"""

from __future__ import annotations

from typing import Any, ClassVar


class KnowledgeError(Exception):
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, code: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data: dict[str, Any] = data


class NotFound(KnowledgeError):
    status = 404


class EditConflict(KnowledgeError):
    status = 409


class WrongState(KnowledgeError):
    status = 409


class BadArticle(KnowledgeError):
    status = 422


class IndexOwned(KnowledgeError):
    status = 409


class TooMany(KnowledgeError):
    status = 429
    retryable = True


class Unavailable(KnowledgeError):
    status = 503
    retryable = True
