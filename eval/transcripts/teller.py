"""The events of one conversation of another system, collected in the order of its file."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final

from eval.outcomes.model import Conversation, Event, moment
from eval.transcripts.model import Transcript, Unusable
from eval.transcripts.own import Tell

LATEST: Final = 32_503_680_000.0
"""The year 3000: what is later is no time of a message."""


class Teller:
    """Numbers the events. A clock that goes back is held still, what stands there twice counts once, and a message
    without words counts as far as it says something; each is told."""

    def __init__(self, name: str, channel: str, customer: str | None, tell: Tell) -> None:
        self._name, self._channel, self._customer = name, channel, customer
        self._tell = tell
        self._events: list[Event] = []
        self._last = 0.0
        self._seen: dict[str, str] = {}

    def add(self, at: float, source: str, kind: str, /, **data: Any) -> None:
        if at < self._last:
            place = f"conversation {self._name}, entry {len(self._events) + 1}"
            self._tell(f"{place}: the clock goes back by {self._last - at:.0f} s; held at the time before", False)
        self._last = max(at, self._last)
        self._events.append(Event(len(self._events) + 1, self._last, source, kind, data))

    def message(self, at: float, source: str, text: Any, place: str, files: int = 0, tell: Tell | None = None) -> None:
        """A bot's message without words answers nothing and is lost; a person's says that they were there."""
        tell = tell or self._tell
        said = text if isinstance(text, str) else ""
        if not said.strip():
            if source not in ("customer", "agent") or not files:
                held = f", {files} attached" if files else ""
                tell(f"{place}: a message of {source} without text{held}; not counted", True)
                return
            tell(f"{place}: a message of {source} without text, {files} attached; counted without words", False)
        if source == "agent" and not self._holds("handoff.accepted"):
            self.add(at, "agent", "handoff.accepted", handoff_id=self._name, agent_id="agent", agent_name="")
        files_of: dict[str, Any] = {"attachments": [{}] * files} if files else {}
        self.add(at, source, "message.sent", text=said, author=source, **files_of)

    def hand_over(self, at: float, source: str) -> None:
        """Somebody was asked to take it. Where a person has it or was asked already, that changes who, and not whether.

        Other systems call a queue an assignment: who is assigned has not answered.
        """
        if not self._holds("handoff.requested", "handoff.accepted"):
            self.add(at, source, "handoff.requested", reason="business_rule")

    def is_again(self, key: Any, entry: Mapping[str, Any], what: str, tell: Tell | None = None) -> bool:
        """Whether ``key`` was there before; the first entry counts. Without a key only an equal entry is the same."""
        content = json.dumps(entry, sort_keys=True)
        name = content if key is None else f"id {key}"
        if name not in self._seen:
            self._seen[name] = content
            return False
        same = self._seen[name] == content
        which = "" if key is None else f" with id {key}"
        found = f"twice the same {what}" if same else f"two different {what}s"
        tell = tell or self._tell
        tell(f"conversation {self._name}: {found}{which}; the first is counted", not same)
        return True

    def transcript(self, line: int, **stored: Any) -> Transcript:
        if not self._events:
            raise Unusable(f"conversation {self._name} holds no messages")
        conversation = Conversation(self._name, self._channel, self._customer, tuple(self._events))
        return Transcript(line, conversation, stored)

    def _holds(self, *kinds: str) -> bool:
        return any(event.type in kinds for event in self._events)


def time_of(value: Any) -> float:
    """Seconds, milliseconds or RFC 3339. Raises ``ValueError``."""
    if isinstance(value, str) and value.strip():
        at = float(value) if re.fullmatch(r"\s*\d+(?:\.\d+)?\s*", value) else moment(value.strip())
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18:
        at = float(value)
    else:
        raise ValueError("no time")
    at = at / 1000 if at > 1e11 else at
    if not math.isfinite(at) or not 0 <= at < LATEST:
        raise ValueError("no time")
    return at


def part(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What stands under ``name``, where that is an object."""
    found = record.get(name)
    return found if isinstance(found, dict) else {}


def how_many(entry: Mapping[str, Any], *names: str) -> int:
    """How many files hang at a message, by the first of ``names`` that lists any."""
    found = [entry.get(name) for name in names]
    return next((len(each) for each in found if isinstance(each, list | dict) and each), 0)
