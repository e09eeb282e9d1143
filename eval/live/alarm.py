"""Reads effects back while their customers are away, and judges anew whose effect is gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Literal, Protocol

import sqlalchemy as sa
import structlog

from eval.live.keeper import Store
from eval.outcomes import recheck
from eval.outcomes.model import StateRead
from eval.outcomes.recheck import Check, Done
from eval.storage.tables import outcome_reads

AT_A_TIME = 50
R = outcome_reads.c

logger = structlog.get_logger(__name__)


class Effects(Protocol):
    """The verified effects, and the business system that shows them."""

    async def to_read(self, now: float) -> Sequence[Done]:
        """Verified effects that ``recheck.due`` may want read now; what was never tried first."""
        ...

    async def read_back(self, check: Check) -> Literal["stands", "gone", "unreadable"]: ...


class Alarm:
    """``judge`` is given the person whose effect is not there any more."""

    def __init__(
        self, database: Store, effects: Effects, judge: Callable[[str], Awaitable[object]], now: Callable[[], float]
    ) -> None:
        self._database = database
        self._effects = effects
        self._judge = judge
        self._now = now

    async def step(self) -> bool:
        """Read what is due; true when there may be more."""
        effects = await self._effects.to_read(self._now())
        names = [each.operation_id for each in effects]
        reads = await self._database.read(lambda connection: reads_of(connection, names))
        checks = recheck.due(effects, reads, self._now())
        for check in checks[:AT_A_TIME]:
            (read,) = await recheck.run([check], self._effects.read_back, self._now)
            await self._database.write(partial(add, read))
            if read.result == "gone":
                logger.warning("effect is gone", operation=read.operation_id, check=check.number)
                await self._judge(check.done.person)
        return len(checks) > AT_A_TIME


def add(read: StateRead, connection: sa.Connection) -> None:
    connection.execute(sa.insert(outcome_reads).values(read._asdict()))


def reads_of(connection: sa.Connection, operation_ids: Iterable[str]) -> dict[str, list[StateRead]]:
    """The readings of each operation, oldest first."""
    names, found = list(operation_ids), dict[str, list[StateRead]]()
    for start in range(0, len(names), 500):
        query = sa.select(R.operation_id, R.at, R.result).where(R.operation_id.in_(names[start : start + 500]))
        for row in connection.execute(query.order_by(R.at, R.number)):
            found.setdefault(row.operation_id, []).append(StateRead(*row))
    return found
