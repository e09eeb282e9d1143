"""A machine's translation of what a reader cannot read, made when it is asked for and kept nowhere.

The words go to the configured language model one message at a time, without cards, accounts, addresses and telephone
numbers. Each message has its own end: one that is late or wrong keeps none of the others back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from handoff.contract.redact import PERSONAL, for_staff, redact
from handoff.conversations.log import find, read_whole
from handoff.core import Core
from handoff.ports import NotTranslated, Ports, Translator
from handoff.translation.rules import LONGEST, Foreign, foreign, problem_of

MOST = 20
"""Messages in one answer: the newest."""
AT_ONCE = 4


@dataclass(frozen=True)
class Translated:
    """``state``: ``translated``, or why there is no ``text``."""

    seq: int
    language: str | None
    state: str
    text: str | None = None


@dataclass(frozen=True)
class Translation:
    """``into``: a language code. ``model``: ``None`` where there is none. ``earlier``: older messages left out."""

    into: str
    model: str | None
    messages: list[Translated]
    earlier: int = 0


class Translations:
    def __init__(self, core: Core, ports: Ports) -> None:
        self._core = core
        self._ports = ports

    async def of(self, conversation_id: str, languages: Sequence[str], into: str, after: int) -> Translation:
        """Of the messages after ``after`` that are in none of ``languages``. Raises ``NotFound``."""
        translator = self._ports.translator
        if translator is None:
            return Translation(into, None, [])
        found = foreign(await self._events(conversation_id), self._ports.language_of, [*languages, into])
        wanted = [message for message in found if message.seq > after]
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(message: Foreign) -> Translated:
            async with turns:
                return await self._translated(translator, message, into)

        made = await asyncio.gather(*map(one, wanted[-MOST:]))
        # What was erased while the model thought is not shown once more.
        left = {event["seq"] for event in await self._events(conversation_id) if "text" in event["data"]}
        kept = [message for message in made if message.seq in left]
        return Translation(into, translator.name, kept, max(0, len(wanted) - MOST))

    async def _translated(self, translator: Translator, message: Foreign, into: str) -> Translated:
        given = replace(message, text=redact(message.text, labels=PERSONAL))
        if len(given.text) > LONGEST:
            return Translated(message.seq, message.language, "too_long")
        try:
            text = await translator.translate(given.text, message.language, into)
        except NotTranslated as why:
            return Translated(message.seq, message.language, why.state)
        problem = problem_of(given, text, into, self._ports.language_of)
        return Translated(message.seq, message.language, problem or "translated", None if problem else text)

    async def _events(self, conversation_id: str) -> list[dict[str, Any]]:
        def work(connection: sa.Connection) -> list[dict[str, Any]]:
            find(connection, conversation_id)
            return for_staff(read_whole(connection, conversation_id))

        return await self._core.database.read(work)
