"""One-time codes: proof that somebody reads the mail of the customer whose order they name.

Six digits, ten minutes, five tries, three codes a conversation and six a customer within an hour. The answer to
"send me a code" is the same whether order and e-mail belong together or not, and takes the same road to the
database; the mail goes out afterwards (``code_mail``), so nothing can be learnt by asking, nor by a clock. Once it is
out only a digest of the code is stored.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Engine, func, insert, select, update

from actions.backend.tables import code_mails, one_time_codes
from actions.errors import CodeRefused

CODE_LIFE = timedelta(minutes=10)
MAX_TRIES = 5
MAX_CODES_PER_CONVERSATION = 3
MAX_CODES_PER_CUSTOMER = 6
_WINDOW = timedelta(hours=1)


class Verifier(Protocol):
    async def send(self, conversation_id: str, customer_id: str | None) -> None:
        """Send a code to the customer; with ``None`` (no match) do all the same but the mail.

        Raises ``CodeRefused("too_many")``."""
        ...

    async def pending(self, conversation_id: str) -> bool:
        """Whether a code is out for this conversation and can still be entered."""
        ...

    async def check(self, conversation_id: str, code: str) -> str:
        """The customer whose code it is; it is spent with that. Raises ``CodeRefused``."""
        ...


def six_digits() -> str:
    return f"{secrets.randbelow(1_000_000):06d}"


class OneTimeCodes:
    """``recorded`` hears that a code is to be mailed, or that none is: the same for both."""

    def __init__(
        self,
        engine: Engine,
        now: Callable[[], datetime],
        recorded: Callable[[], None] = lambda: None,
        new_code: Callable[[], str] = six_digits,
        new_id: Callable[[], str] = lambda: secrets.token_urlsafe(16),
    ) -> None:
        self._engine = engine.execution_options(writes=True)
        self._recorded = recorded
        self._now = now
        self._new_code = new_code
        self._new_id = new_id

    async def send(self, conversation_id: str, customer_id: str | None) -> None:
        await asyncio.to_thread(self._record, conversation_id, customer_id, self._new_code(), self._new_id())
        self._recorded()

    async def pending(self, conversation_id: str) -> bool:
        return await asyncio.to_thread(self._pending, conversation_id)

    async def check(self, conversation_id: str, code: str) -> str:
        return await asyncio.to_thread(self._check, conversation_id, code)

    def _record(self, conversation_id: str, customer_id: str | None, code: str, code_id: str) -> None:
        now, table = self._now(), one_time_codes
        recent = select(func.count()).select_from(table).where(table.c.sent_at > now - _WINDOW)
        with self._engine.begin() as connection:
            here = connection.scalar(recent.where(table.c.conversation_id == conversation_id)) or 0
            if here >= MAX_CODES_PER_CONVERSATION:
                raise CodeRefused("too_many")
            to_them = connection.scalar(recent.where(table.c.customer_id == (customer_id or ""))) or 0
            goes_to = customer_id if to_them < MAX_CODES_PER_CUSTOMER else None
            connection.execute(
                update(table)
                .where(table.c.conversation_id == conversation_id, table.c.used_at.is_(None))
                .values(expires_at=now)  # only the newest code counts
            )
            connection.execute(
                insert(table).values(
                    id=code_id,
                    conversation_id=conversation_id,
                    customer_id=goes_to,
                    digest=_digest(code_id, code),
                    sent_at=now,
                    expires_at=now + CODE_LIFE,
                    attempts=0,
                )
            )
            connection.execute(
                insert(code_mails).values(code_id=code_id, customer_id=goes_to, code=code, expires_at=now + CODE_LIFE)
            )

    def _pending(self, conversation_id: str) -> bool:
        table = one_time_codes
        with self._engine.begin() as connection:
            count = connection.scalar(
                select(func.count())
                .select_from(table)
                .where(
                    table.c.conversation_id == conversation_id,
                    table.c.used_at.is_(None),
                    table.c.expires_at > self._now(),
                    table.c.attempts < MAX_TRIES,
                )
            )
        return bool(count)

    def _check(self, conversation_id: str, code: str) -> str:
        table, now = one_time_codes, self._now()
        newest = (
            select(table)
            .where(table.c.conversation_id == conversation_id)
            .order_by(table.c.sent_at.desc(), table.c.expires_at.desc())
            .limit(1)
            .with_for_update()
        )
        with self._engine.begin() as connection:
            row = connection.execute(newest).one_or_none()
            if row is None or row.used_at is not None:
                raise CodeRefused("none")
            if row.attempts >= MAX_TRIES:
                raise CodeRefused("too_many")
            if row.expires_at <= now:
                raise CodeRefused("expired")
            good = hmac.compare_digest(row.digest, _digest(row.id, code)) and row.customer_id is not None
            connection.execute(
                update(table)
                .where(table.c.id == row.id)
                .values(attempts=row.attempts + 1, used_at=now if good else None)
            )
            tries = row.attempts + 1
        if good:
            return str(row.customer_id)
        raise CodeRefused("too_many" if tries >= MAX_TRIES else "wrong")


def _digest(code_id: str, code: str) -> str:
    return hashlib.sha256(f"{code_id}:{code}".encode()).hexdigest()
