"""Keeps the outcomes of live conversations up to date, a person at a time.

A person is a verified customer, or one anonymous conversation. What is judged anew: persons in whose conversations
something happened, and persons whose episodes have ripened. Everything is read from the log again, so the outcomes can
be thrown away and made anew; only the ledger remembers what was held before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

import sqlalchemy as sa
import structlog

from eval.judge.model import VERSION, Verdict
from eval.judge.rules import Judge
from eval.live import store
from eval.outcomes.classify import Rules, episodes_of
from eval.outcomes.ledger import Entry
from eval.outcomes.model import Conversation, Episode

T = TypeVar("T")
BATCH = 200

logger = structlog.get_logger(__name__)


class Store(Protocol):
    """Units of work on the database, as the log's own door gives them."""

    async def read(self, work: Callable[[sa.Connection], T]) -> T: ...

    async def write(self, work: Callable[[sa.Connection], T]) -> T: ...


class Log(Protocol):
    """What the keeper reads of conversations. A person is named as in ``outcome_episodes.person``."""

    async def changed(self, position: int) -> tuple[Sequence[str], int]:
        """Persons in whose conversations something happened after ``position``, and the position behind it."""
        ...

    async def of_person(self, person: str) -> Sequence[Conversation]:
        """All conversations of a person, oldest first."""
        ...


class Keeper:
    """``judge`` is heard on episodes of which state cannot tell; it changes no outcome."""

    def __init__(
        self,
        database: Store,
        log: Log,
        now: Callable[[], float],
        rules: Rules | None = None,
        judge: Judge | None = None,
    ) -> None:
        self._database = database
        self._log = log
        self._now = now
        self._rules = rules or Rules()
        self._heard = judge
        self._asked_again = judge is None

    async def step(self) -> bool:
        """Take in what happened and what ripened; true when there may be more."""
        if not self._asked_again:
            await self._database.write(lambda connection: store.ask_again(connection, VERSION))
            self._asked_again = True
        position = await self._database.read(store.position)
        persons, reached = await self._log.changed(position)
        ripe = await self._database.read(lambda connection: store.due_persons(connection, self._now(), BATCH))
        for person in dict.fromkeys([*persons, *ripe]):
            try:
                await self.judge(person)
            except Exception as problem:  # noqa: BLE001 - one person's log must not hold up everybody's outcomes
                # Named by nobody: the id is a customer's. What happens to them next is a new try.
                logger.warning("outcome not judged", error=type(problem).__name__)
        if reached != position:
            await self._database.write(lambda connection: store.move_to(connection, reached))
        return reached != position or len(ripe) == BATCH

    async def judge(self, person: str) -> list[Entry]:
        """What the ledger learnt."""
        conversations = await self._log.of_person(person)
        now = self._now()
        episodes, said = await asyncio.to_thread(self._outcomes, conversations, now)
        found = await self._database.read(lambda connection: store.change(connection, person, episodes, now, said))
        if found:
            await self._database.write(lambda connection: store.keep(connection, found))
        return found.entries

    def _outcomes(
        self, conversations: Sequence[Conversation], now: float
    ) -> tuple[list[Episode], Mapping[str, Verdict]]:
        episodes = episodes_of(conversations, now, self._rules)
        return episodes, self._heard(episodes, conversations) if self._heard else {}
