"""A knowledge part that has been asked things, and events as the conversations' log sends them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from handoff.contract.events import Citation
from handoff.contract.turn import TurnContext
from handoff.contract.wire import dump
from knowledge.answer import Answer
from knowledge.clock import stamp
from knowledge.desk.questions import Stored, q, select
from knowledge.service import Knowledge
from tests.knowledge.conftest import HandClock


@dataclass
class Conversations:
    """Asks as the bot does, and tells the events that follow; each event comes a second after the one before."""

    knowledge: Knowledge
    clock: HandClock

    async def ask(
        self,
        question: str,
        conversation: str = "c1",
        seq: int = 2,
        customer: str | None = None,
        *,
        history: Sequence[str] = (),
        sent: bool = True,
    ) -> Answer:
        turn = TurnContext(conversation, f"t{seq}", seq, 1, "", customer)
        asked = self.knowledge.desk.asked
        answer = await asked.answer(question, audience="public", locale="en", history=history, turn=turn)
        await self.knowledge.desk.usage.settle()
        if sent:
            await self.sent(conversation, seq + 1, [seq], citations=answer.citations)
        return answer

    async def sent(self, conversation: str, seq: int, reply_to: list[int], **data: Any) -> None:
        named = {
            name: [dump(one) if isinstance(one, Citation) else one for one in value] for name, value in data.items()
        }
        await self.event("message.sent", conversation, seq, "bot", reply_to=reply_to, text="…", **named)

    async def event(
        self, event_type: str, conversation: str = "c1", seq: int = 9, source: str = "customer", **data: Any
    ) -> dict[str, Any]:
        self.clock.moment += timedelta(seconds=1)
        event = {
            "type": event_type,
            "conversation_id": conversation,
            "seq": seq,
            "source": source,
            "occurred_at": stamp(self.clock.moment),
            "data": data,
        }
        await self.knowledge.desk.usage.observe([event])
        return event

    async def feedback(self, kind: str, conversation: str = "c1", seq: int = 9) -> dict[str, Any]:
        return await self.event("feedback.given", conversation, seq, kind=kind)

    async def stored(self) -> list[Stored]:
        """Everything that is kept, oldest first."""
        return await self.knowledge._database.read(lambda connection: select(connection, q.id > 0))

    async def outcome(self) -> str:
        return (await self.stored())[-1].outcome


@pytest.fixture
async def knowledge(opened: AbstractAsyncContextManager[Knowledge]) -> AsyncIterator[Knowledge]:
    async with opened as knowledge:
        yield knowledge


@pytest.fixture
def conversations(knowledge: Knowledge, clock: HandClock) -> Conversations:
    return Conversations(knowledge, clock)
