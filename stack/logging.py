"""Structured logs: one JSON object a line in ``var/log/<process>.log``; never a word that a customer wrote.

``correlation_id`` is bound for the life of a request and travels to the bot and back in a header, so that one
message can be followed through every process. Exceptions are logged with their type and place, and without their
text: it may quote what it failed on.
"""

from __future__ import annotations

import logging
import logging.handlers
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import structlog

QUIET = ("uvicorn", "uvicorn.access", "alembic", "httpx", "httpcore", "chromadb", "rasa_sdk", "asyncio", "sqlalchemy")
FORBIDDEN_KEYS = frozenset({"text", "message_text", "body", "email", "phone", "password", "token", "secret", "payload"})
_LARGEST = 20 << 20
_KEPT = 3
_LONGEST_FOREIGN = 160
_FEWEST_DIGITS = 7
_OWN = re.compile(r"[a-z]{2,8}_[A-Za-z0-9_-]{8,}|\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|\+00:00)")
"""Our own ids and times: they name nobody, and stand in every line."""


class LogFile(logging.handlers.RotatingFileHandler):
    """Made, with its folder, when there is a first line to write."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=_LARGEST, backupCount=_KEPT, encoding="utf-8", delay=True)

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()


def configure(process: str, folder: Path, level: str = "info") -> None:
    """Send everything this process logs to its own file in ``folder``, rotated by size, made with the first line."""
    handler = LogFile(folder / f"{process}.log")
    handler.addFilter(shorten_foreign)
    logging.raiseExceptions = False  # a log that cannot be written must not disturb the work

    def name_process(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    shared: list[Any] = [
        name_process,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        withhold_text,
        take_out_personal,
        place_of_exception,
    ]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
        logger.setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def shorten_foreign(record: logging.LogRecord) -> bool:
    """Of what libraries log, keep the first line without its values: those may quote a customer."""
    if not isinstance(record.msg, dict):
        record.msg = str(record.msg).partition("\n")[0][:_LONGEST_FOREIGN]
        record.args = ()
    return True


def withhold_text(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace values whose name says that a person wrote them, at any depth, should a call ever pass one."""
    for key in event.keys() - {"exc_info"}:
        event[key] = "withheld" if key in FORBIDDEN_KEYS else _without_words(event[key])
    return event


def _without_words(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: "withheld" if k in FORBIDDEN_KEYS else _without_words(item) for k, item in value.items()}
    return [_without_words(item) for item in value] if isinstance(value, list | tuple | set | frozenset) else value


def take_out_personal(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Addresses, telephone numbers, cards and accounts go from every other value, should one hold them."""
    for key in event.keys() - {"exc_info"}:
        event[key] = _without_personal(event[key])
    return event


def _without_personal(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_without_personal(key): _without_personal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_personal(item) for item in value]
    if not isinstance(value, str) or _OWN.fullmatch(value):
        return value
    if "@" not in value and sum(map(str.isdigit, value)) < _FEWEST_DIGITS:
        return value
    from handoff.contract.redact import PERSONAL, redact  # heavy, and hardly ever needed

    return redact(value, labels=PERSONAL)


def place_of_exception(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """``exc_info`` becomes the exception's type and the innermost places it passed, without its text."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    while isinstance(error, BaseExceptionGroup):  # the group says nothing; what is in it does
        error = error.exceptions[0]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        event["at"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return event
