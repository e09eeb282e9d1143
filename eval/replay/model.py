"""The values of a replay: recorded turns, what the candidate said to them, and the episodes that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from eval.outcomes.model import Conversation, Episode
from eval.replay.said import Said
from handoff.contract.turn import ToolCall, Trigger

Verification = Literal["none", "identity_token", "one_time_code"]


@dataclass(frozen=True)
class Turn:
    """One recorded turn. ``at`` in seconds since 1970. ``events`` are the tracker's of this turn alone, ``snapshot``
    the state after it; both are ``None`` where the record holds words alone, and ``said`` is then read from the log."""

    seq: int
    reply_to: tuple[int, ...]
    trigger: Trigger
    text: str
    at: float
    said: Said
    payload: str | None = None
    note: str | None = None
    customer_id: str | None = None
    verification: Verification = "none"
    locale: str = "en"
    epoch: int = 1
    events: Sequence[dict[str, Any]] | None = None
    snapshot: Sequence[dict[str, Any]] = ()
    calls: Sequence[ToolCall] = ()


@dataclass(frozen=True)
class Recorded:
    """A conversation and its turns, in order. ``about`` says by id what each operation was about, ``promised`` by the
    promise's id which operation it was about; both as far as the record tells."""

    conversation: Conversation
    turns: Sequence[Turn]
    about: Mapping[str, str] = field(default_factory=dict)
    promised: Mapping[str, str] = field(default_factory=dict)


def turns_of(episode: Episode, recorded: Recorded) -> list[tuple[int, Turn]]:
    """The turns of ``recorded`` that belong to the episode, with their number from 0."""
    spans = [(c.first.seq, c.last.seq) for c in episode.contacts if c.conversation_id == recorded.conversation.id]
    return [
        (number, turn)
        for number, turn in enumerate(recorded.turns)
        if any(first <= turn.seq <= last for first, last in spans)
    ]


@dataclass(frozen=True)
class Asked:
    """What the candidate made of one turn. ``missed`` are tools that it asked and the record does not hold; ``problem``
    says why there is no result, ``held_back`` why the gateway would not have let the text out."""

    said: Said | None
    events: Sequence[dict[str, Any]] = ()
    missed: Sequence[str] = ()
    problem: str = ""
    held_back: str = ""


class Candidate(Protocol):
    async def turn(self, recorded: Recorded, number: int, history: Sequence[dict[str, Any]]) -> Asked:
        """The turn ``number`` (from 0) of ``recorded`` after this history of the tracker, with frozen tools."""
        ...


@dataclass(frozen=True)
class Chosen:
    """An episode to be replayed. ``control``: it went well, so it can show what breaks."""

    episode: Episode
    outcome: str
    control: bool
    parts: Sequence[Recorded] = field(default_factory=tuple)
