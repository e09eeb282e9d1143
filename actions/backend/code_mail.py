"""Mails the one-time codes, beside the answers and not within them.

How long a mail server takes, and whether it answers at all, must not tell a guest that order and e-mail belong
together. So the answer only writes a row, the same with a customer and without, and this sends what the rows say: at
once, again while the code is good where the mail server is away, and after a restart where the process died. A row
holds the code itself until its mail is out; then it is gone, and only the digest is left.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy import Engine, delete, select

from actions.backend.tables import code_mails
from actions.errors import ActionsError

AGAIN_EVERY = 5.0
BREATH = 0.2
"""The answer goes out first, so that the sending does not slow it down."""
_MOST = 100
log = structlog.get_logger(__name__)


class CodeSender(Protocol):
    async def send_code(self, customer_id: str, code: str, minutes: int, key: str) -> None:
        """As ``actions.backend.port.Backend`` has it. The same key again sends nothing."""
        ...


class CodeMail:
    """``sleep`` takes seconds; ``minutes`` is how long a code is good, as the mail says it."""

    def __init__(
        self,
        engine: Engine,
        sender: CodeSender,
        now: Callable[[], datetime],
        minutes: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._engine = engine.execution_options(writes=True)
        self._sender = sender
        self._now = now
        self._minutes = minutes
        self._sleep = sleep
        self._new = asyncio.Event()
        self._sending = asyncio.Lock()

    def wake(self) -> None:
        """There is a new row."""
        self._new.set()

    async def run_forever(self) -> None:
        while True:
            try:
                await self.deliver()
            except Exception:
                log.exception("code_mail.failed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_EVERY):
                    await self._new.wait()
            if self._new.is_set():
                await self._sleep(BREATH)
            self._new.clear()

    async def deliver(self) -> None:
        """Send what waits, each by itself: one customer's trouble keeps nobody else's code back."""
        async with self._sending:
            for code_id, customer_id, code in await asyncio.to_thread(self._waiting):
                try:
                    if customer_id is not None:
                        await self._sender.send_code(customer_id, code, self._minutes, code_id)
                    await asyncio.to_thread(self._gone, code_id)
                except Exception as exc:  # noqa: BLE001 - whatever it is, the others' codes go out; its text stays unread
                    log.warning("code_mail.not_sent", reason=_reason(exc))

    def _waiting(self) -> list[tuple[str, str | None, str]]:
        table, now = code_mails, self._now()
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(table.c.expires_at <= now))
            rows = connection.execute(select(table).order_by(table.c.expires_at).limit(_MOST)).all()
        return [(row.code_id, row.customer_id, row.code) for row in rows]

    def _gone(self, code_id: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(code_mails).where(code_mails.c.code_id == code_id))


def _reason(problem: Exception) -> str:
    return problem.code if isinstance(problem, ActionsError) else type(problem).__name__
