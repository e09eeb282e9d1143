"""The demo shop's customers for the trials: each with orders of their own, so that no trial can meet another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa

from actions.backend import tables
from actions.backend.mail import list_mails
from actions.backend.seed import add_customer, read_seed
from actions.backend.tables import open_engine
from stack.parts_settings import actions_settings
from stack.settings import Settings
from stack.token_command import identity_token

TOKEN_LIFE = 6 * 3600


class Shop:
    """The shop of the proof's own stack, read and filled beside it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seed = read_seed()
        self._engine = open_engine(actions_settings(settings).shop_url)

    def close(self) -> None:
        self._engine.dispose()

    def customer(self, customer_id: str) -> tuple[str, str, str]:
        """A new customer with one order that can be cancelled and one on its way: ``(token, placed, moving)``.

        ``customer_id`` ends in a number below 2,500, from which the order numbers are made.
        """
        template = self._seed.customers[0]
        moving = next(order for order in self._seed.orders if order["status"] == "in_transit")
        placed = next(order for order in self._seed.orders if order["status"] == "placed")
        number = int(customer_id.rsplit("-", 1)[1])
        ids = (f"A-{5000 + 2 * number}", f"A-{5001 + 2 * number}")
        person = template | {"id": customer_id, "email": f"{customer_id}@example.com"}
        add_customer(
            self._engine,
            self._seed,
            datetime.now(UTC),
            person,
            [placed | {"id": ids[0]}, moving | {"id": ids[1]}],
        )
        return (identity_token(self._settings, customer_id, TOKEN_LIFE, datetime.now(UTC)), *ids)

    def effects(self) -> dict[str, int]:
        """Traces of effects by idempotency key: the most that any of the shop's tables holds for one."""
        counts: dict[str, int] = {}
        sources = (tables.effects.c.key, tables.refunds.c.effect_key, tables.cases.c.effect_key)
        with self._engine.connect() as connection:
            for key in sources:
                query = sa.select(key, sa.func.count()).where(key.is_not(None)).group_by(key)
                for name, count in connection.execute(query):
                    counts[name] = max(counts.get(name, 0), count)
        return counts

    def cancellations(self) -> dict[str, int]:
        """How often each order was cancelled, whatever the key."""
        effects = tables.effects.c
        query = sa.select(effects.object_ref, sa.func.count()).where(effects.kind == "cancel_order")
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(query.group_by(effects.object_ref))}

    def email_of(self, order_id: str) -> str:
        """Of the customer whose order it is."""
        query = (
            sa.select(tables.customers.c.email)
            .join(tables.orders, tables.orders.c.customer_id == tables.customers.c.id)
            .where(tables.orders.c.id == order_id)
        )
        with self._engine.connect() as connection:
            return str(connection.execute(query).scalar_one())

    def mailed_codes(self, email: str) -> list[str]:
        """The one-time codes that went to this address."""
        folder = actions_settings(self._settings).mail_folder
        return [str(mail["code"]) for mail in list_mails(folder) if mail["code"] and mail["to"] == email]

    def codes(self) -> dict[str, int]:
        """How many one-time codes each conversation brought about."""
        codes = tables.one_time_codes.c
        query = sa.select(codes.conversation_id, sa.func.count()).group_by(codes.conversation_id)
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def statuses(self) -> dict[str, str]:
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(sa.select(tables.orders.c.id, tables.orders.c.status))}


Newcomer = Callable[[], tuple[str, str, str]]


def newcomers(shop: Shop, prefix: str) -> Newcomer:
    """A function that brings one new customer after the other."""
    numbers = iter(range(1_000_000))
    return lambda: shop.customer(f"{prefix}-{next(numbers)}")
