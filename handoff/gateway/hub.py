"""Fan-out inside one process: who listens to which conversation, and to the desk as a whole.

Listeners have bounded queues. One that does not keep up is told to go (``overflowed``): it comes back and asks the log
for what it missed, so nothing is lost and nobody else waits for it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from handoff.conversations.log import Announcement
from handoff.desk.viewers import Viewer

QUEUE_LIMIT = 256
DESK = "desk"


@dataclass(frozen=True)
class Typing:
    conversation_id: str
    who: Literal["customer", "bot", "agent"]
    owner: str = ""


@dataclass(frozen=True)
class Hint:
    """Another process committed events of this conversation: read the log."""

    conversation_id: str
    owner: str


@dataclass(frozen=True)
class Watching:
    """Who of the staff looks at the conversation now (``handoff.desk.viewers``). For desks alone."""

    conversation_id: str
    viewers: tuple[Viewer, ...]
    owner: str = ""


@dataclass(frozen=True)
class Rights:
    """What this member of the staff may do has changed: whoever serves them looks it up again. For desks alone."""

    agent_id: str
    conversation_id: str = ""
    owner: str = ""


Signal = Announcement | Typing | Hint | Watching | Rights


@dataclass(eq=False)
class Listener:
    queue: asyncio.Queue[Signal] = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))
    overflowed: asyncio.Event = field(default_factory=asyncio.Event)
    polls: bool = False

    def offer(self, signal: Signal) -> None:
        try:
            self.queue.put_nowait(signal)
        except asyncio.QueueFull:
            self.overflowed.set()


class Hub:
    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self.leaving = False
        """The app stops: nobody waits for news any more."""

    @contextmanager
    def listen(self, topic: str, *, polls: bool = False) -> Iterator[Listener]:
        """Listen to a conversation's id or to ``DESK``. ``polls``: in a request, which ``leave`` is to end."""
        listener = Listener(polls=polls)
        self._listeners[topic].add(listener)
        try:
            yield listener
        finally:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]

    def tell(self, signal: Signal) -> None:
        for topic in (signal.conversation_id, DESK):
            for listener in tuple(self._listeners.get(topic, ())):
                listener.offer(signal)

    def tell_desk(self, signal: Watching | Rights) -> None:
        for listener in tuple(self._listeners.get(DESK, ())):
            listener.offer(signal)

    def leave(self) -> None:
        """Wake the long polls: each would keep the app from stopping for as long as it may wait."""
        self.leaving = True
        for topic, listeners in tuple(self._listeners.items()):
            for listener in listeners:
                if listener.polls:
                    listener.offer(Hint(topic, ""))

    def count(self) -> int:
        return sum(len(listeners) for listeners in self._listeners.values())
