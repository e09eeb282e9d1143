"""What every service of the human side works with: storage, announcements, turns, time and ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
import structlog

from handoff.clock import Clock, Ids
from handoff.conversations.log import Announcement, LogWriter
from handoff.gateway import turns
from handoff.gateway.hub import Hub
from handoff.gateway.runner import TurnRunner
from handoff.gateway.turns import TurnStart
from handoff.outbox.announcer import Announcer
from handoff.settings import HandoffSettings
from handoff.storage.database import Database
from handoff.surveys import service as surveys

T = TypeVar("T")


@dataclass(frozen=True)
class Core:
    settings: HandoffSettings
    database: Database
    hub: Hub
    announcer: Announcer
    runner: TurnRunner
    clock: Clock
    ids: Ids

    async def change(self, conversation_id: str, work: Callable[[LogWriter], T]) -> T:
        """Run ``work`` on the locked log of a conversation, commit, announce, and begin a turn if one is due."""
        # Read here: the unit of work runs in a thread that knows nothing of the request.
        correlation_id = str(structlog.contextvars.get_contextvars().get("correlation_id", ""))

        def unit(connection: sa.Connection) -> tuple[T, Announcement, TurnStart | None]:
            log = LogWriter.locked(connection, conversation_id, self.clock.now(), self.ids)
            log.correlation_id = correlation_id
            result = work(log)
            surveys.follow(log, self.settings)
            turn = turns.begin(log, self.runner.limits)
            return result, log.save(), turn

        result, announcement, turn = await self.database.write(unit)
        self.announcer.announce(announcement)
        self.runner.start(turn)
        if turn is not None:
            await self.runner.on_its_way()
        return result
