"""One-time codes: proof that somebody reads the mail of the customer whose order they name.

Six digits, ten minutes, five tries, three codes a conversation and six a customer within an hour. The answer to
"send me a code" is the same whether order and e-mail belong together or not, and takes the same road to the
database; the mail goes out afterwards (``code_mail``), so nothing can be learnt by asking, nor by a clock. Once it is
out only a digest of the code is stored.

A turn may be tried again. ``seq`` names it, and with the conversation it is the key of what the turn does here: the
same turn sends one code, and hears of a code that it entered what it heard the first time.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol, cast

from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from actions.backend.tables import code_mails, code_tries, one_time_codes
from actions.errors import CodeRefused, Refusal

CODE_LIFE = timedelta(minutes=10)
MAX_TRIES = 5
MAX_CODES_PER_CONVERSATION = 3
MAX_CODES_PER_CUSTOMER = 6
GOOD = "good"
_WINDOW = timedelta(hours=1)


class Verifier(Protocol):
    async def send(self, conversation_id: str, seq: int, customer_id: str | None) -> None:
        """Send a code to the customer; with ``None`` (no match) do all the same but the mail.

        Raises ``CodeRefused("too_many")``."""
        ...

    async def pending(self, conversation_id: str, seq: int) -> bool:
        """Whether a code was out for this conversation and could be entered when the turn came."""
        ...

    async def check(self, conversation_id: str, seq: int, code: str) -> str:
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
    ) -> None:
        self._engine = engine.execution_options(writes=True)
        self._recorded = recorded
        self._now = now
        self._new_code = new_code

    async def send(self, conversation_id: str, seq: int, customer_id: str | None) -> None:
        code_id = _code_id(conversation_id, seq)
        with suppress(IntegrityError):  # another try of the same turn was there in the same moment
            await asyncio.to_thread(self._record, conversation_id, customer_id, self._new_code(), code_id)
        self._recorded()

    async def pending(self, conversation_id: str, seq: int) -> bool:
        return await asyncio.to_thread(self._pending, conversation_id, seq)

    async def check(self, conversation_id: str, seq: int, code: str) -> str:
        return await asyncio.to_thread(self._check, conversation_id, seq, code)

    def _record(self, conversation_id: str, customer_id: str | None, code: str, code_id: str) -> None:
        now, table = self._now(), one_time_codes
        sent = select(func.count()).select_from(table).where(table.c.id == code_id)
        recent = select(func.count()).select_from(table).where(table.c.sent_at > now - _WINDOW)
        with self._engine.begin() as connection:
            if connection.scalar(sent):
                return
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

    def _pending(self, conversation_id: str, seq: int) -> bool:
        table, tries = one_time_codes, code_tries
        with self._engine.begin() as connection:
            entered = select(func.count()).select_from(tries)
            if connection.scalar(entered.where(tries.c.conversation_id == conversation_id, tries.c.seq == seq)):
                return True
            count = connection.scalar(
                select(func.count())
                .select_from(table)
                .where(
                    table.c.conversation_id == conversation_id,
                    table.c.id != _code_id(conversation_id, seq),
                    table.c.used_at.is_(None),
                    table.c.expires_at > self._now(),
                    table.c.attempts < MAX_TRIES,
                )
            )
        return bool(count)

    def _check(self, conversation_id: str, seq: int, code: str) -> str:
        table, tries, now = one_time_codes, code_tries, self._now()
        newest = (
            select(table)
            # Never the one that this turn sent: it was written before that.
            .where(table.c.conversation_id == conversation_id, table.c.id != _code_id(conversation_id, seq))
            .order_by(table.c.sent_at.desc(), table.c.expires_at.desc())
            .limit(1)
            .with_for_update()
        )
        with self._engine.begin() as connection:
            row = connection.execute(newest).one_or_none()
            if row is None:
                raise CodeRefused("none")
            entered = {"conversation_id": conversation_id, "seq": seq, "digest": _digest(row.id, code)}
            earlier = connection.scalar(select(tries.c.outcome).filter_by(**entered))
            if earlier is not None:
                return _told(earlier, row.customer_id)
            if row.used_at is not None:
                raise CodeRefused("none")
            if row.attempts >= MAX_TRIES:
                raise CodeRefused("too_many")
            if row.expires_at <= now:
                raise CodeRefused("expired")
            good = hmac.compare_digest(row.digest, entered["digest"]) and row.customer_id is not None
            outcome = GOOD if good else "too_many" if row.attempts + 1 >= MAX_TRIES else "wrong"
            connection.execute(
                update(table)
                .where(table.c.id == row.id)
                .values(attempts=row.attempts + 1, used_at=now if good else None)
            )
            connection.execute(insert(tries).values(**entered, outcome=outcome))
        return _told(outcome, row.customer_id)


def _told(outcome: str, customer_id: str) -> str:
    if outcome != GOOD:
        raise CodeRefused(cast(Refusal, outcome))
    return customer_id


def _code_id(conversation_id: str, seq: int) -> str:
    """The code's key, and its mail's."""
    return "code_" + hashlib.sha256(f"{conversation_id}:{seq}".encode()).hexdigest()[:40]


def _digest(code_id: str, code: str) -> str:
    return hashlib.sha256(f"{code_id}:{code}".encode()).hexdigest()
