"""The words of an outcome: events, contacts, claims, episodes. Values only.

Times are seconds since 1970 in UTC. A ``Ref`` points at the event that a statement rests on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

Status = Literal[
    "resolved",
    "unresolved",
    "abandoned",
    "repeat",
    "declined_by_policy",
    "false_resolution",
    "open",
    "immature",
]
Evidence = Literal["verified_state", "confirmed", "assumed_silent", "none"]
Resolver = Literal["bot", "assisted", "human"]
Traffic = Literal["customer", "test", "staff", "outbound"]
TransferLabel = Literal["right", "needless", "late", "missing", "none_due"]
"""What people say of a hand-over: made when it was due, made and not due, not in time, due and not made, neither."""
Exclusion = Literal["greeting_only", "spam", "test", "staff", "outbound", "empty"]
PROVEN: frozenset[str] = frozenset({"verified_state", "confirmed"})
UNSETTLED: frozenset[str] = frozenset({"open", "immature"})

HOUR = 3600.0
DAY = 24 * HOUR
STANDS_FOR = 7 * DAY
"""A resolution counts once it has stood for so long."""
RETURN_DAYS = (1, 3, 7, 14)
RETURNS_WITHIN = RETURN_DAYS[-1] * DAY
"""A later contact on the same issue is looked for as long as this after the end of the last one."""


class Ref(NamedTuple):
    """One event of one conversation's log."""

    conversation_id: str
    seq: int


NOWHERE = Ref("", 0)


class Event(NamedTuple):
    """``data`` has the shape of ``handoff.contract.events.EVENT_TYPES[type]``; unknown types are passed over."""

    seq: int
    at: float
    source: str
    type: str
    data: dict[str, Any]


class StateRead(NamedTuple):
    """What the business system showed when an effect was read back later."""

    operation_id: str
    at: float
    result: Literal["stands", "gone", "unreadable"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """``customer_id`` only where the customer is verified. ``traffic`` says whose conversation it is,
    ``reads`` what the business system showed of its operations later, oldest first."""

    id: str
    channel: str
    customer_id: str | None
    events: tuple[Event, ...]
    traffic: Traffic = "customer"
    version: str | None = None
    reads: tuple[StateRead, ...] = ()


class Claim(NamedTuple):
    """Why an issue is held to be settled: the evidence, when, and the event behind it. ``by`` the bot or a person."""

    evidence: Evidence
    at: float
    ref: Ref
    by: Literal["bot", "agent"]


class Survey(NamedTuple):
    """``ces7`` 1 to 7 (7 = easy), ``ces5`` 1 to 5 (1 = very low effort), ``csat`` 1 to 5."""

    form: str
    ces: int | None
    csat: int | None
    ref: Ref


class Handoff(NamedTuple):
    """One move to people. ``turn`` is the number of the customer's turn, from 1, after which it was asked for;
    ``due_at`` when its queue owed the first answer, None where the log tells none."""

    reason: str
    by: str
    turn: int
    requested_at: float
    ref: Ref
    accepted_at: float | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    returned: bool = False
    queue: str | None = None
    due_at: float | None = None


class Promise(NamedTuple):
    promise_id: str
    due_at: float
    ref: Ref
    kept_at: float | None = None


class Operation(NamedTuple):
    """The newest state of one change in the business system, as the log tells it."""

    operation_id: str
    kind: str
    state: str
    at: float
    ref: Ref


@dataclass(slots=True)
class Effort:
    """What the customer had to do *again*, and how long they waited. Counts, seconds."""

    rephrased: int = 0
    asked_again: int = 0
    failed_turns: int = 0
    not_understood: int = 0
    waited: float = 0.0
    turns: int = 0
    frustration: float = 0.0


@dataclass(slots=True)
class Contact:
    """One sitting of one customer about one issue, with everything that outcomes and metrics need from its events.

    ``unanswered``: the customer's messages with a need that nothing has answered yet. ``moods``: the frustration, 0 to
    1, read in each of their messages that is more than small talk.
    """

    id: str
    conversation_id: str
    customer_id: str | None
    channel: str
    traffic: Traffic
    opened_at: float
    first: Ref
    episode_id: str | None = None
    linked_to: str | None = None
    last: Ref = NOWHERE
    ended_at: float = 0.0
    closed: bool = False
    reopened: bool = False
    after: str | None = None
    exclusion: Exclusion | None = None
    topic: str | None = None
    intents: list[str] = field(default_factory=list)
    need: str = ""
    entities: frozenset[str] = frozenset()
    articles: list[tuple[str, int]] = field(default_factory=list)
    version: str | None = None
    first_need_at: float | None = None
    said: list[tuple[Ref, str]] = field(default_factory=list)
    customer_messages: int = 0
    bot_answers: int = 0
    bot_messages: int = 0
    agent_messages: int = 0
    last_customer_at: float | None = None
    last_bot_answer_at: float | None = None
    first_answer_at: float | None = None
    answered: bool = False
    unanswered: list[Ref] = field(default_factory=list)
    moods: list[tuple[Ref, float]] = field(default_factory=list)
    last_answer: Ref | None = None
    claim: Claim | None = None
    withdrawn: list[tuple[Claim, float, Ref]] = field(default_factory=list)
    denied: Ref | None = None
    said_solved: Ref | None = None
    false_claim: Ref | None = None
    declined: Ref | None = None
    closing: tuple[str, str | None, Ref] | None = None
    handoffs: list[Handoff] = field(default_factory=list)
    approvals: int = 0
    offers: list[int] = field(default_factory=list)
    offered_survey: bool = False
    surveys: list[Survey] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    operations: dict[str, Operation] = field(default_factory=dict)
    effort: Effort = field(default_factory=Effort)
    packet_enough: bool | None = None

    @property
    def person_asked(self) -> bool:
        return bool(self.handoffs)

    @property
    def person_took_part(self) -> bool:
        return self.agent_messages > 0 or self.approvals > 0 or any(h.accepted_at is not None for h in self.handoffs)


@dataclass(frozen=True, slots=True)
class Episode:
    """One issue of one customer, over all its contacts, as it stands at one moment.

    ``would_be`` is the status that an ``open`` or ``immature`` episode has so far. ``refs`` point at what decided.
    ``matured``: its time to stand is over, so it counts in rates; a ``false_resolution`` is told at once and counts
    when others of its age do.
    ``follows`` is the earlier episode on the same issue that this one returns to after more than ``STANDS_FOR``.
    """

    id: str
    contacts: tuple[Contact, ...]
    status: Status
    evidence: Evidence
    resolver: Resolver
    refs: tuple[Ref, ...]
    why: str
    exclusion: Exclusion | None
    would_be: Status
    claimed_at: float | None
    assessed_at: float
    matured: bool
    follows: str | None = None
    aliases: tuple[str, ...] = ()

    @property
    def eligible(self) -> bool:
        return self.exclusion is None

    @property
    def proven(self) -> bool:
        return self.status == "resolved" and self.evidence in PROVEN

    @property
    def silent(self) -> bool:
        return self.status == "resolved" and self.evidence == "assumed_silent"

    @property
    def opened_at(self) -> float:
        return self.contacts[0].opened_at

    @property
    def handoffs(self) -> list[Handoff]:
        return [handoff for contact in self.contacts for handoff in contact.handoffs]

    @property
    def conversation_ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(contact.conversation_id for contact in self.contacts))


def moment(text: str) -> float:
    """Seconds since 1970 of an RFC 3339 time; without an offset it is UTC. Raises ``ValueError``."""
    parsed = datetime.fromisoformat(text.replace("Z", "+00:00") if text.endswith("Z") else text)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def told(at: float) -> str:
    """The RFC 3339 form of ``at``, with milliseconds."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def conversation_of(wire: list[dict[str, Any]], *, traffic: Traffic = "customer") -> Conversation:
    """The conversation whose whole log ``wire`` is, in the envelope of the contract. ``wire`` is not empty."""
    events = tuple(
        Event(each["seq"], moment(each["occurred_at"]), each["source"], each["type"], each["data"]) for each in wire
    )
    customer, channel = None, "web"
    for event in events:
        if event.type == "conversation.opened":
            channel, customer = event.data.get("channel", channel), event.data.get("customer_id") or customer
        elif event.type == "customer.verified":
            customer = event.data["customer_id"]
    return Conversation(wire[0]["conversation_id"], channel, customer, events, traffic)
