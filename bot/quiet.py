"""Logs of the bot: JSON lines on stderr, without a word that a customer wrote.

Rasa logs message texts at debug level (and computes them even when nobody reads); here everything of Rasa below ERROR
is cut off before it is formatted, and our own lines carry codes, ids and times alone.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

_LOUD = (
    "rasa",
    "sanic",
    "sanic.root",
    "sanic.error",
    "sanic.access",
    "apscheduler",
    "asyncio",
    "matplotlib",
    "aiohttp",
)


def quiet(own_level: int = logging.INFO) -> None:
    """Call once, after Rasa was imported. Rasa's structured loggers are lazy and obey from then on."""
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s", stream=sys.stderr, force=True)
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, _drop_foreign_events],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    _OWN["level"] = own_level


_OWN = {"level": logging.INFO}


def _drop_foreign_events(logger: Any, method: str, event: Any) -> Any:  # noqa: ARG001 - structlog's signature
    raise structlog.DropEvent


def own_logger() -> Any:
    """The logger of our modules: JSON, with the correlation id of the turn where there is one."""
    return structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_OWN["level"]),
    )
