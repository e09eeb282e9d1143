"""Make a scenario of a conversation, and follow its issue until it next resolves without a person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eval.errors import Invalid, NotFound
from eval.learned.rules import scenario_of, topic_of
from eval.ports import Clock, Ids, Sql
from eval.storage.tables import made_scenarios
from handoff.contract.turn import ToolCall

MOST = 200

Transcript = Callable[[str], Awaitable[Sequence[dict[str, Any]] | None]]
Calls = Callable[[str], Awaitable[Sequence[ToolCall]]]
"""What the tools were asked in all turns of a conversation, in their order."""


@dataclass(frozen=True)
class Made:
    """``resolved_by`` names the conversation that ended the link; ``None`` while the issue is open."""

    scenario_id: str
    conversation_id: str
    topic: str | None
    yaml: str
    made_by: str
    made_at: str
    resolved_by: str | None


Resolved = Callable[[Made], Awaitable[str | None]]
"""The first conversation since in which the same issue was resolved without a person, once that has stood for its
time; only a scenario with a topic is asked about."""


class ScenarioMaker:
    def __init__(
        self, sql: Sql, clock: Clock, ids: Ids, transcript: Transcript, calls: Calls, resolved: Resolved
    ) -> None:
        self._sql = sql
        self._clock = clock
        self._ids = ids
        self._transcript = transcript
        self._calls = calls
        self._resolved = resolved

    async def make(self, conversation_id: str, about: str, by: str) -> Made:
        """The same conversation again gives the scenario that was made of it. Raises ``NotFound``, ``Invalid``."""
        events = await self._transcript(conversation_id)
        if events is None:
            raise NotFound("conversation_not_found", "There is no such conversation.")
        earlier = await self._find(made_scenarios.c.conversation_id == conversation_id)
        if earlier:
            return earlier[0]
        scenario_id = self._ids.new("scn").lower().replace("-", "_")
        text = scenario_of(scenario_id, events, about, await self._calls(conversation_id))
        if text is None:
            raise Invalid("nothing_said", "The customer wrote nothing here, so there is nothing to try again.")
        at = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        made = Made(scenario_id, conversation_id, topic_of(events), text, by, at, None)
        await self._sql.write(lambda c: c.execute(sa.insert(made_scenarios).values(**vars(made))))
        return made

    async def listing(self) -> list[Made]:
        """The newest first. A link whose issue has resolved meanwhile is ended here."""
        found = await self._find(sa.true())
        return [await self._followed(made) for made in found]

    async def _followed(self, made: Made) -> Made:
        if made.resolved_by is not None or made.topic is None:
            return made
        by = await self._resolved(made)
        if by is None:
            return made
        this = made_scenarios.c.scenario_id == made.scenario_id
        await self._sql.write(lambda c: c.execute(sa.update(made_scenarios).where(this).values(resolved_by=by)))
        return Made(**{**vars(made), "resolved_by": by})

    async def _find(self, where: sa.ColumnElement[bool]) -> list[Made]:
        query = sa.select(made_scenarios).where(where).order_by(made_scenarios.c.made_at.desc()).limit(MOST)
        return await self._sql.read(lambda c: [Made(**row) for row in c.execute(query).mappings()])
