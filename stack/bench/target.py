"""What is put under load: something that takes message ``i`` of a fixed plan. Ours here, the stock bot in ``stock``."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol
from uuid import uuid4

import aiohttp

from stack.bench.client import Conversation, connect, open_many, say
from stack.bench.figures import Sample
from stack.bench.load import drive
from stack.bench.messages import LENGTH, Script, scripts
from stack.bench.progress import bar

SPACING = 6.0  # seconds between two messages of one conversation
SPARE = 0.1  # more conversations than planned, for those that go to people on the way
WARM_UP = 5.0  # seconds, not measured
WARM_UP_RATE = 10.0


class Placed:
    """Message ``i`` belongs to conversation ``of(i)[0]`` and is its message number ``of(i)[1]``.

    ``width`` conversations take turns, so that one customer's messages lie ``SPACING`` apart; after ``LENGTH``
    messages the next ``width`` customers come.
    """

    def __init__(self, rate: float, count: int) -> None:
        self.width = max(1, math.ceil(rate * SPACING))
        self.conversations = self.width * math.ceil(count / (self.width * LENGTH))

    def of(self, number: int) -> tuple[int, int]:
        turn, slot = divmod(number, self.width)
        wave, message = divmod(turn, LENGTH)
        return wave * self.width + slot, message


class Load(Protocol):
    """A target with everything opened that ``count`` messages at ``rate`` need."""

    async def send(self, number: int, due: float) -> Sample: ...


Opened = Callable[[float, int, int], AbstractAsyncContextManager[Load]]
"""``(rate, count, seed)`` to a target that is ready."""


async def measure(opened: Opened, title: str, rate: float, seconds: float, seed: int) -> list[Sample]:
    """Warm up, then send ``rate * seconds`` messages on schedule. Only the latter are returned."""
    warm_rate = min(rate, WARM_UP_RATE)
    warm = round(warm_rate * WARM_UP)
    count = max(1, round(rate * seconds))
    async with opened(warm_rate, warm, seed + 1) as target:
        with bar(f"{title}: warming up", warm) as passed:
            await drive(warm_rate, warm, target.send, passed)
    async with opened(rate, count, seed) as target:
        with bar(f"{title}: {rate:g} messages/s", count) as passed:
            return await drive(rate, count, target.send, passed)


class Ours:
    """The running stack, over its public API: sending by POST, answers by WebSocket."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        placed: Placed,
        people: Sequence[Script],
        open_ones: list[Conversation],
    ) -> None:
        self._session = session
        self._placed = placed
        self._now = list(zip(open_ones, people, strict=True))
        self._spares = iter(self._now[placed.conversations :])

    async def send(self, number: int, due: float) -> Sample:
        place, message = self._placed.of(number)
        conversation, person = self._now[place]
        if conversation.with_people or conversation.broken:
            # A person has this customer; the next message is another customer's.
            conversation, person = self._now[place] = next(self._spares, self._now[place])
        return await say(self._session, conversation, uuid4().hex, person.texts[message], due)


def ours(base: str, identity_token: Callable[[str], str]) -> Opened:
    """The stack at ``base``. ``identity_token`` signs for a customer, as the host site would."""

    @asynccontextmanager
    async def opened(rate: float, count: int, seed: int) -> AsyncIterator[Load]:
        placed = Placed(rate, count)
        spares = max(2, math.ceil(SPARE * placed.conversations))
        people = scripts(placed.conversations + spares, seed)
        tokens = {person.customer_id: identity_token(person.customer_id) for person in people}
        writers = [tokens[person.customer_id] for person in people]
        async with connect() as session:
            with bar("Opening conversations", len(writers)) as passed:
                open_ones = await open_many(session, base, list(writers), passed)
            try:
                yield Ours(session, placed, people, open_ones)
            finally:
                await asyncio.gather(*(conversation.close() for conversation in open_ones))

    return opened
