"""Whether this app is the only one on its database, so that what runs there and is not ours has died with its process.

An app holds a shared advisory lock of PostgreSQL for as long as it lives; a killed process loses it with its
connection. Who gets the same lock for itself alone on arriving is the only one (PostgreSQL 15, chapter 13.3.5). SQLite
has one app by its nature: the launcher starts no second.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from handoff.errors import Unavailable
from handoff.storage.database import Database

KEY = 0x66726F6E74
"""Advisory locks belong to one database, so the number need only be the only one here."""


class Apps:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: sa.Connection | None = None

    @asynccontextmanager
    async def arriving(self) -> AsyncIterator[bool]:
        """Whether no other app is there. While this lasts none can arrive, so what is found can be put right.

        Raises ``Unavailable`` where the database cannot be reached.
        """
        if self._database.is_sqlite:
            yield True
            return
        alone = await asyncio.to_thread(self._arrive)
        try:
            yield alone
        finally:
            if alone:
                await asyncio.to_thread(self._ask, "pg_advisory_unlock")

    async def leave(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            # Out of the pool and closed: given back, the connection would keep its locks.
            await asyncio.to_thread(held.invalidate)
            held.close()

    def _arrive(self) -> bool:
        try:
            self._held = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            alone = bool(self._ask("pg_try_advisory_lock"))
            self._ask("pg_advisory_lock_shared")
        except OperationalError as problem:
            raise Unavailable("storage_unavailable", "The conversation log cannot be reached.") from problem
        return alone

    def _ask(self, function: str) -> object:
        assert self._held is not None
        return self._held.execute(sa.text(f"SELECT {function}(:key)"), {"key": KEY}).scalar()
