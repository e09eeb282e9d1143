"""The invariants of DESIGN part 8, checked on a recorded history: what clients saw and what the log holds.

Import it in load and fault tests: ``check(history)`` returns every violation, an empty list means that all hold. It is
pure; ``handoff.history.load`` reads a history from the stores.

I1 acknowledged ⇒ in the log · I2 no two events share (author, client_message_id) · I3 ``seq`` has no gap, no repeat and
no lost end
I4 a client's view equals its projection of the log · I5 the customer's order is kept into Rasa
I6 every customer message has exactly one outcome · I7 one owner at a time, no bot message after a person took over
I8 one backend effect per operation · I11 Rasa's tracker, rebuilt from the stored events, agrees with the log
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from handoff.conversations import rules
from handoff.conversations.log import WireEvent, for_customer
from handoff.history.trackers import StoredTurn, disagreements

Invariant = Literal["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I11"]


@dataclass(frozen=True)
class Violation:
    invariant: Invariant
    conversation_id: str
    seq: int | None
    what: str

    def __str__(self) -> str:
        place = f" at {self.seq}" if self.seq is not None else ""
        return f"{self.invariant} {self.conversation_id}{place}: {self.what}"


@dataclass(frozen=True)
class History:
    """``events`` is the whole log in the staff's form, ``head_seq`` what the conversation's row says of its end.
    ``acknowledged`` maps a ``client_message_id`` to the ``seq`` in its 202. ``views`` are what customers' clients hold
    after resuming to the end. ``effects`` counts the backend's effects per operation; an operation that is not there
    had none. ``settled``: nothing is in flight any more, so every message must have its end. ``reading`` is what the
    bot makes of a text before it reads it (line breaks, invisible characters).

    ``None`` means "not looked at", which is not the same as "looked and found nothing"."""

    conversation_id: str
    events: Sequence[WireEvent]
    head_seq: int | None = None
    turns: Sequence[StoredTurn] | None = None
    acknowledged: Mapping[str, int] = field(default_factory=dict)
    views: Sequence[Sequence[WireEvent]] = ()
    effects: Mapping[str, int] | None = None
    settled: bool = True
    reading: Callable[[str], str] = str


def check(history: History) -> list[Violation]:
    """Every violation found, in the order of the invariants."""
    checks = (_acknowledged, _unique_ids, _gapless, _views, _order, _outcomes, _owners, _effects, _tracker)
    return [violation for one in checks for violation in one(history)]


def _acknowledged(history: History) -> Iterator[Violation]:
    there = {
        event["data"]["client_message_id"]: event["seq"]
        for event in _customer_messages(history)
        if "client_message_id" in event["data"]
    }
    for client_message_id, seq in history.acknowledged.items():
        if there.get(client_message_id) != seq:
            yield _violation("I1", history, seq, "acknowledged and not in the log")


def _unique_ids(history: History) -> Iterator[Violation]:
    keys = Counter(
        (event["data"]["author"], event["data"]["client_message_id"])
        for event in history.events
        if event["type"] == "message.sent" and "client_message_id" in event["data"]
    )
    for (author, _), count in keys.items():
        if count > 1:
            yield _violation("I2", history, None, f"{count} messages of {author} share a client_message_id")


def _gapless(history: History) -> Iterator[Violation]:
    for expected, event in enumerate(history.events, start=1):
        if event["seq"] != expected:
            yield _violation("I3", history, event["seq"], f"expected seq {expected}")
            return
    last, head = len(history.events), history.head_seq
    if head is not None and last != head:
        yield _violation("I3", history, last, f"the log ends at {last}, its conversation at {head}")


def _views(history: History) -> Iterator[Violation]:
    projection = for_customer(history.events)
    for view in history.views:
        if list(view) != projection[: len(view)] or (history.settled and len(view) != len(projection)):
            at = next((i for i, (a, b) in enumerate(zip(view, projection, strict=False), 1) if a != b), len(view))
            yield _violation("I4", history, at, "a client's view differs from the log")


def _order(history: History) -> Iterator[Violation]:
    read = [seq for turn in history.turns or () for seq in turn.reply_to]
    if read != sorted(set(read)):
        yield _violation("I5", history, None, f"Rasa read the messages in the order {read}")


def _outcomes(history: History) -> Iterator[Violation]:
    """Answered by the bot (once), handed over, or failed visibly. What is written to people is theirs already."""
    answered: dict[int, set[tuple[int, ...]]] = {}
    failed: Counter[int] = Counter()
    for event in history.events:
        if event["type"] == "message.sent" and event["source"] == "bot":
            group = tuple(event["data"].get("reply_to", ()))
            for seq in group:
                answered.setdefault(seq, set()).add(group)
        elif event["type"] == "turn.failed":
            failed.update(event["data"]["reply_to"])
    with_people = dict(_with_people(history))
    for event in _customer_messages(history):
        seq = event["seq"]
        count = len(answered.get(seq, ())) + failed[seq]
        if count > 1:
            yield _violation("I6", history, seq, f"{count} outcomes")
        elif count == 0 and history.settled and not with_people[seq]:
            yield _violation("I6", history, seq, "no outcome")


def _with_people(history: History) -> Iterator[tuple[int, bool]]:
    """For each customer message: was it written to people, or handed over before the bot owned the log again?"""
    pending: list[int] = []
    owner = "bot"
    for event in history.events:
        if event["type"] == "message.sent" and event["source"] == "customer":
            if owner == "bot":
                pending.append(event["seq"])
            else:
                yield event["seq"], True
        owner = _owner_after(owner, event)
        if event["type"] == "handoff.queued":
            yield from ((seq, True) for seq in pending)
            pending = []
    yield from ((seq, False) for seq in pending)


def _owners(history: History) -> Iterator[Violation]:
    owner, epoch = "bot", 1
    for event in history.events:
        try:
            after = _owner_after(owner, event, strict=True)
        except rules.IllegalTransition:
            yield _violation("I7", history, event["seq"], f"{event['type']} while the owner is {owner}")
            return
        moved = event["type"] in _MOVES and not _rejoins(owner, event)
        if event["epoch"] != epoch + (1 if moved else 0):
            yield _violation("I7", history, event["seq"], f"epoch {event['epoch']} after {epoch} ({event['type']})")
        owner, epoch = after, event["epoch"]
        if event["type"] == "message.sent" and event["source"] == "bot" and owner != "bot":
            yield _violation("I7", history, event["seq"], f"the bot spoke while the owner is {owner}")
        if event["type"] == "message.sent" and event["source"] == "agent" and owner != f"agent:{_author(event)}":
            yield _violation("I7", history, event["seq"], f"{_author(event)} spoke while the owner is {owner}")


def _effects(history: History) -> Iterator[Violation]:
    if history.effects is None:
        return
    for operation_id, count in history.effects.items():
        if count > 1:
            yield _violation("I8", history, None, f"operation {operation_id} had {count} effects")
    for event in history.events:
        verified = event["type"] == "action.performed" and event["data"]["state"] == "verified"
        if verified and not history.effects.get(event["data"]["operation_id"]):
            yield _violation("I8", history, event["seq"], "verified without an effect")


def _tracker(history: History) -> Iterator[Violation]:
    if history.turns is not None:
        for seq, what in disagreements(history.events, history.turns, history.reading):
            yield _violation("I11", history, seq, what)


_MOVES = frozenset(event for _, event in rules.TRANSITIONS)


def _owner_after(owner: str, event: WireEvent, *, strict: bool = False) -> str:
    if event["type"] not in _MOVES or _rejoins(owner, event):
        return owner
    try:
        return rules.next_owner(owner, event["type"], event["data"].get("agent_id"))
    except rules.IllegalTransition:
        if strict:
            raise
        return owner


def _rejoins(owner: str, event: WireEvent) -> bool:
    """The second half of a transfer: the place in the new queue, with the owner there already."""
    return owner == "queue" and event["type"] == "handoff.queued"


def _customer_messages(history: History) -> Iterator[WireEvent]:
    return (e for e in history.events if e["type"] == "message.sent" and e["source"] == "customer")


def _author(event: WireEvent) -> str:
    return str(event["data"]["author"])


def _violation(invariant: Invariant, history: History, seq: int | None, what: str) -> Violation:
    return Violation(invariant, history.conversation_id, seq, what)
