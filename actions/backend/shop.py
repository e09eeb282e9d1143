"""The embedded demo shop: the business-system port on SQL.

Every change runs in one write transaction: the idempotency key is looked up first, the order's row is held, the rule
is asked, the rows and the effect are written together. The key is the effect's primary key, so that even two
processes with the same key cannot both commit.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from actions.backend.account import Slot
from actions.backend.account_rules import free_slots
from actions.backend.changes import plan_change
from actions.backend.mail import Mailbox
from actions.backend.planning import Desk, Mailing, Planned
from actions.backend.policy import Policy
from actions.backend.port import Change, Customer, Effect, Order, Plan, Preview, change_to_json
from actions.backend.store import (
    StoredEffect,
    booked,
    given_since,
    read_customer,
    read_effect,
    read_order,
    read_orders,
)
from actions.backend.tables import customers, effects, orders
from actions.errors import ActionsError, BackendUnavailable, NotAllowed, NotFound

T = TypeVar("T")


def system_now() -> datetime:
    return datetime.now(UTC)


def new_receipt(prefix: str) -> str:
    """Readable over the phone: no letters or digits that look alike."""
    return prefix + "-" + "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(8))


class DemoShop:
    """Implements ``actions.backend.port.Backend``. Each call runs in a thread of its own."""

    def __init__(
        self,
        engine: Engine,
        policy: Policy,
        mailbox: Mailbox,
        now: Callable[[], datetime] = system_now,
        receipt: Callable[[str], str] = new_receipt,
    ) -> None:
        self._reader = engine
        self._writer = engine.execution_options(writes=True)
        self._policy = policy
        self._mailbox = mailbox
        self._now = now
        self._receipt = receipt

    def _moment(self) -> datetime:
        """Now, as exact as it is stored: an effect reads back as it was returned."""
        now = self._now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    async def customer(self, customer_id: str) -> Customer:
        return await self._read(lambda connection: read_customer(connection, customer_id))

    async def orders(self, customer_id: str) -> Sequence[Order]:
        return await self._read(lambda connection: read_orders(connection, customer_id, self._policy.currency))

    async def order(self, order_id: str, customer_id: str) -> Order:
        return await self._read(lambda connection: read_order(connection, order_id, customer_id, self._policy.currency))

    async def plans(self) -> Sequence[Plan]:
        return self._policy.plans

    async def callback_slots(self) -> Sequence[Slot]:
        now = self._moment()
        taken = await self._read(lambda connection: booked(connection, now))
        return free_slots(self._policy, taken, now)

    async def find_customer_by_order_and_email(self, order_id: str, email: str) -> str | None:
        query = (
            select(customers.c.id)
            .join(orders, orders.c.customer_id == customers.c.id)
            .where(func.lower(customers.c.email) == email.strip().lower())
        )
        exact = query.where(func.upper(orders.c.id) == order_id.strip().upper())
        digits = re.sub(r"\D", "", order_id)
        by_digits = query.where(orders.c.id.like(f"%-{digits or '!'}")).distinct()

        def work(connection: Connection) -> str | None:
            found = connection.scalar(exact)
            return found if found is not None else connection.execute(by_digits).scalars().first()

        return await self._read(work)

    async def preview(self, customer_id: str, change: Change) -> Preview:
        def work(connection: Connection) -> Preview:
            desk = Desk(connection, customer_id, self._policy, self._moment(), lock=False)
            return plan_change(desk, change).preview

        return await self._read(work)

    async def apply(self, customer_id: str, change: Change, key: str, *, confirmed: Decimal | None = None) -> Effect:
        return await asyncio.to_thread(_guarded, lambda: self._apply(customer_id, change, key, confirmed))

    async def given_since(self, customer_id: str, since: datetime) -> Decimal:
        return await self._read(lambda connection: given_since(connection, customer_id, since))

    async def effect(self, customer_id: str, key: str) -> Effect | None:
        def work(connection: Connection) -> Effect | None:
            stored = read_effect(connection, key)
            return stored.effect if stored is not None and stored.customer_id == customer_id else None

        return await self._read(work)

    async def send_code(self, customer_id: str, code: str, minutes: int, key: str) -> None:
        customer = await self.customer(customer_id)
        text = (
            f"Your code is {code}. It is good for {minutes} minutes.\n\n"
            "If you did not ask for it, you can ignore this mail; nobody can see your orders without it."
        )
        signed = f"{text}\n\n{self._policy.company}"

        def deliver() -> None:
            self._mailbox.send(
                key=key,
                kind="one_time_code",
                to=customer.email,
                subject=f"{code} is your code",
                text=signed,
                at=self._now(),
                code=code,
            )

        await asyncio.to_thread(_guarded, deliver)

    async def mail_was_sent(self, customer_id: str, key: str) -> bool:
        if await self.effect(customer_id, key) is None:
            return False
        return await asyncio.to_thread(lambda: self._mailbox.find(key) is not None)

    async def _read(self, work: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._reader.begin() as connection:
                return work(connection)

        return await asyncio.to_thread(_guarded, run)

    def _apply(self, customer_id: str, change: Change, key: str, confirmed: Decimal | None) -> Effect:
        if not key:
            raise ValueError("a change needs an idempotency key")
        try:
            return self._apply_once(customer_id, change, key, confirmed)
        except (IntegrityError, NotAllowed):
            # On PostgreSQL a call with the same key may commit between our look-up and our write: its effect is ours.
            with self._reader.begin() as connection:
                if read_effect(connection, key) is None:
                    raise
            return self._apply_once(customer_id, change, key, confirmed)

    def _apply_once(self, customer_id: str, change: Change, key: str, confirmed: Decimal | None) -> Effect:
        with self._writer.begin() as connection:
            stored = read_effect(connection, key)
            if stored is None:
                desk = Desk(connection, customer_id, self._policy, self._moment(), lock=True)
                planned = plan_change(desk, change)
                if confirmed is not None and planned.preview.amount != confirmed:
                    raise NotAllowed("amount_changed", "The amount is another one by now.")
                stored = self._write(desk, change, planned, key)
            elif stored.customer_id != customer_id:
                raise NotFound
            elif stored.request != change_to_json(change):
                raise NotAllowed("key_reused", "This key belongs to another change.")
        for number, mail in enumerate(stored.mails):  # each once a key, whoever calls how often
            self._mailbox.send(key=f"{key}#{number}" if number else key, at=stored.effect.at, **mail)
        return stored.effect

    def _write(self, desk: Desk, change: Change, planned: Planned, key: str) -> StoredEffect:
        receipt = self._receipt(planned.prefix)
        preview, own = planned.preview, desk.customer().email
        mails = [_letter(mail, own, receipt) for mail in planned.mails]
        effect = Effect(key, change.kind, planned.object_ref, receipt, desk.now, preview.amount, preview.facts)
        stored = StoredEffect(desk.customer_id, change_to_json(change), effect, mails)
        desk.connection.execute(
            insert(effects).values(
                key=key,
                customer_id=desk.customer_id,
                kind=change.kind,
                object_ref=planned.object_ref,
                request=stored.request,
                receipt=receipt,
                amount=preview.amount,
                facts=preview.facts,
                mails=mails,
                at=desk.now,
            )
        )
        planned.write(key, receipt)
        return stored


def _letter(mail: Mailing, own_address: str, receipt: str) -> dict[str, str]:
    text = mail.text.replace("{receipt}", receipt)
    return {"kind": mail.kind, "to": mail.to or own_address, "subject": mail.subject, "text": text}


def _guarded(work: Callable[[], T]) -> T:
    """The database's own failures leave as ``BackendUnavailable``."""
    try:
        return work()
    except ActionsError:
        raise
    except (DBAPIError, SQLAlchemyError, OSError) as exc:
        raise BackendUnavailable from exc
