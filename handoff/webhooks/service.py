"""What admins do with webhooks. A secret is shown once: when it is made."""

from __future__ import annotations

import secrets as random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from handoff.clock import Clock, Ids, stamp
from handoff.contract.events import EVENT_TYPES
from handoff.errors import NotFound, Unprocessable
from handoff.storage import tables as t
from handoff.storage.database import Database
from handoff.webhooks import rules, store
from handoff.webhooks.signing import secret_from

SECRET_BYTES = 32


class WebhookService:
    def __init__(self, database: Database, clock: Clock, ids: Ids, *, private_targets: bool) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._private_targets = private_targets

    async def listing(self) -> list[dict[str, Any]]:
        return await self._database.read(lambda c: [_shown(row) for row in store.webhooks(c)])

    async def create(
        self, by: str, url: str, description: str, events: Sequence[str], texts: bool
    ) -> tuple[dict[str, Any], str]:
        """The webhook, which begins with what happens from now on, and its secret."""
        self._check(url, events)
        secret = secret_from(random.token_bytes(SECRET_BYTES))
        row = {
            "id": self._ids.new("whk"),
            "url": url,
            "description": description,
            "events": list(events),
            "texts": texts,
            "secrets": [{"secret": secret, "until": None}],
            "active": True,
            "created_at": stamp(self._clock.now()),
            "created_by": by,
        }

        def work(connection: sa.Connection) -> dict[str, Any]:
            connection.execute(sa.insert(t.webhooks).values(**row, position=store.newest_position(connection)))
            return _shown(store.webhook(connection, str(row["id"])))

        return await self._database.write(work), secret

    async def change(self, webhook_id: str, values: dict[str, Any]) -> dict[str, Any]:
        """``values``: any of ``url``, ``description``, ``events``, ``texts``, ``active``."""
        self._check(values.get("url"), values.get("events", ()))

        def work(connection: sa.Connection) -> dict[str, Any]:
            store.webhook(connection, webhook_id)
            if values:
                connection.execute(sa.update(t.webhooks).where(t.webhooks.c.id == webhook_id).values(**values))
            return _shown(store.webhook(connection, webhook_id))

        return await self._database.write(work)

    async def rotate(self, webhook_id: str, keep: timedelta) -> str:
        """A new secret; the old one signs beside it for ``keep``."""
        secret, now = secret_from(random.token_bytes(SECRET_BYTES)), self._clock.now()

        def work(connection: sa.Connection) -> None:
            before = store.webhook(connection, webhook_id)["secrets"][:1]
            secrets = [{"secret": secret, "until": None}, *({**old, "until": stamp(now + keep)} for old in before)]
            connection.execute(sa.update(t.webhooks).where(t.webhooks.c.id == webhook_id).values(secrets=secrets))

        await self._database.write(work)
        return secret

    async def test(self, webhook_id: str) -> None:
        """Send a call that is about nothing, through the same way as all others."""
        now, message_id = stamp(self._clock.now()), self._ids.new("msg")

        def work(connection: sa.Connection) -> None:
            store.webhook(connection, webhook_id)
            values = {"webhook_id": webhook_id, "message_id": message_id, "event_type": rules.TEST, "seq": 0}
            times = {"next_at": now, "created_at": now}
            connection.execute(sa.insert(t.webhook_deliveries).values(**values, **times, state="pending", attempts=0))

        await self._database.write(work)

    async def deliveries(self, webhook_id: str, state: str | None) -> list[dict[str, Any]]:
        def work(connection: sa.Connection) -> list[dict[str, Any]]:
            store.webhook(connection, webhook_id)
            return [dict(row) for row in store.deliveries(connection, webhook_id, state)]

        return await self._database.read(work)

    async def replay(self, webhook_id: str, delivery_id: int) -> None:
        """Send it again, under the same id."""
        now = stamp(self._clock.now())

        def work(connection: sa.Connection) -> None:
            mine = (t.webhook_deliveries.c.id == delivery_id) & (t.webhook_deliveries.c.webhook_id == webhook_id)
            again = sa.update(t.webhook_deliveries).where(mine).values(state="pending", attempts=0, next_at=now)
            if connection.execute(again).rowcount != 1:
                raise NotFound("delivery_not_found", "There is no such delivery.")

        await self._database.write(work)

    def _check(self, url: str | None, events: Sequence[str]) -> None:
        if url is not None:
            rules.check_url(url, private_targets=self._private_targets)
        unknown = sorted(set(events) - set(EVENT_TYPES))
        if unknown:
            raise Unprocessable("unknown_event", f"There is no event {unknown[0]}.", unknown=unknown)


def _shown(row: sa.RowMapping) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ("secrets", "position")}
