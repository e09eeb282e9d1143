"""The events of a conversation's log: what every part of Frontdesk reads and writes.

A log is append-only, its ``seq`` starts at 1 and has no gap. An event is a fact (``noun.past_verb``).
Written in Python 3.10 syntax with the standard library alone, because the bot's interpreter reads it too;
services validate it with pydantic (``handoff.contract.wire``), extras forbidden.

Times are RFC 3339 strings in UTC. Sequence numbers are integers from 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Literal, Optional, Union

CONTRACT_VERSION = 1
WRITTEN = {"written": True}
"""Metadata of a field that is written even where it says nothing; readers take a log without it, too."""

Source = Literal["customer", "bot", "agent", "system"]
Visibility = Literal["all", "staff"]
Device = Literal["phone", "tablet", "computer"]
HandoffReason = Literal[
    "explicit_request",
    "frustration",
    "repeated_failure",
    "policy_limit",
    "tool_failure",
    "missing_knowledge",
    "low_confidence",
    "complexity",
    "business_rule",
    "safety",
]
OperationState = Literal["intended", "done", "verified", "failed", "unknown"]


@dataclass(frozen=True)
class Choice:
    """A button under a bot message. ``choice`` is an opaque random id, valid once."""

    label: str
    choice: str


@dataclass(frozen=True)
class Citation:
    """The passage of the knowledge base that a message rests on."""

    article_id: str
    version: int
    title: str
    section: str
    url: str


@dataclass(frozen=True)
class Attachment:
    id: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Evidence:
    """One observation behind a score. ``weight`` is its share of the score, ``seq`` the message it was seen in."""

    kind: str
    text: str
    weight: float
    seq: Optional[int] = None


@dataclass(frozen=True)
class ConversationOpened:
    """``name``, ``email`` and ``topic`` are what an unknown customer wrote into the form before the first message.
    ``timezone`` (IANA) and ``device`` are what the page reports of the browser: nothing rests on them."""

    channel: str
    customer_id: Optional[str] = None
    page_url: Optional[str] = None
    locale: str = "en"
    name: Optional[str] = None
    email: Optional[str] = None
    topic: Optional[str] = None
    timezone: Optional[str] = None
    device: Optional[Device] = None


@dataclass(frozen=True)
class ConversationClosed:
    """``by`` is an agent's id, or ``idle`` when silence closed it. ``cause_code`` is the real cause, from one list;
    ``packet_enough`` and ``packet_missing`` an agent's word on what travelled with the hand-over; ``article_missing``
    the question that no article answers."""

    by: str
    outcome: Optional[str] = None
    cause: Optional[str] = None
    packet_enough: Optional[bool] = None
    packet_missing: Optional[str] = None
    cause_code: Optional[str] = None
    article_missing: Optional[str] = None


@dataclass(frozen=True)
class ConversationReopened:
    by: str


@dataclass(frozen=True)
class MessageSent:
    """``reply_to`` names the customer messages that this message answers; empty for a notice.

    ``operations`` names the operations whose truth the message speaks of.
    """

    text: str
    author: str
    client_message_id: Optional[str] = None
    reply_to: List[int] = field(default_factory=list, metadata=WRITTEN)
    choices: List[Choice] = field(default_factory=list)
    citations: List[Citation] = field(default_factory=list)
    attachments: List[Attachment] = field(default_factory=list)
    operations: List[str] = field(default_factory=list)


@dataclass(frozen=True)
class MessageDrafted:
    """A message that was written under an epoch that had ended: shown to staff, never to the customer."""

    text: str
    author: str
    reason: str
    reply_to: List[int] = field(default_factory=list)


@dataclass(frozen=True)
class TurnFailed:
    """The visible end of customer messages that could not be answered; ``text`` is what the customer reads."""

    reply_to: List[int]
    reason: str
    text: str


@dataclass(frozen=True)
class TriageDecided:
    """Scores are 0..1. ``decision`` is what the bot did, ``rule`` the name of the rule that fired."""

    reply_to: List[int]
    decision: Literal["continue", "offer", "hand_over", "approval", "boundary"]
    rule: str
    frustration: float
    complexity: float
    abuse: float = 0.0
    intent: Optional[str] = None
    confidence: Optional[float] = None
    reason: Optional[HandoffReason] = None
    evidence: List[Evidence] = field(default_factory=list)


@dataclass(frozen=True)
class CustomerVerified:
    """``tier`` and ``consent`` are what the host site's token says of them; nothing rests on them, and only staff see
    them."""

    customer_id: str
    method: Literal["identity_token", "one_time_code"]
    tier: Optional[str] = None
    consent: List[str] = field(default_factory=list)


@dataclass(frozen=True)
class EpisodeOpened:
    episode_id: str
    topic: Optional[str] = None
    entity: Optional[str] = None


@dataclass(frozen=True)
class EpisodeLinked:
    """What an episode is about became known (``topic``, ``entity`` such as an order number), or this conversation
    turned out to go on with an earlier episode: then ``episode_id`` is the earlier one and ``from_episode_id`` the
    one that ends in it."""

    episode_id: str
    rule: str
    topic: Optional[str] = None
    entity: Optional[str] = None
    from_episode_id: Optional[str] = None


@dataclass(frozen=True)
class EpisodeClosed:
    episode_id: str
    reason: str


@dataclass(frozen=True)
class ActionPerformed:
    """What was done in the business system. A ``receipt`` is there only when the effect was read back."""

    operation_id: str
    kind: str
    state: OperationState
    summary: str
    receipt: Optional[str] = None


@dataclass(frozen=True)
class ApprovalRequested:
    approval_id: str
    operation_id: str
    kind: str
    summary: str
    amount: Optional[str] = None
    limit: Optional[str] = None


@dataclass(frozen=True)
class ApprovalDecided:
    approval_id: str
    operation_id: str
    decision: Literal["approved", "declined"]
    by: str


@dataclass(frozen=True)
class HandoffRequested:
    reason: HandoffReason
    evidence: List[Evidence] = field(default_factory=list, metadata=WRITTEN)
    score: Optional[float] = field(default=None, metadata=WRITTEN)
    note: Optional[str] = None


@dataclass(frozen=True)
class HandoffQueued:
    """``due_at`` is when the first answer is due, counted from the first wait. ``department`` is absent where anybody
    may take it."""

    handoff_id: str
    queue: str
    position: int
    department: Optional[str] = None
    due_at: Optional[str] = None


@dataclass(frozen=True)
class HandoffAdvanced:
    """Where a waiting customer stands now. ``estimate_seconds`` is absent where nobody can say; ``staffed`` is false
    when nobody who could take it is at the desk; ``opens_at`` is set outside business hours."""

    handoff_id: str
    position: int
    staffed: bool
    estimate_seconds: Optional[int] = None
    opens_at: Optional[str] = None


@dataclass(frozen=True)
class HandoffOffered:
    handoff_id: str
    agent_id: str
    expires_at: str


@dataclass(frozen=True)
class HandoffDeclined:
    handoff_id: str
    agent_id: str
    reason: Literal["declined", "expired"]


@dataclass(frozen=True)
class HandoffAccepted:
    handoff_id: str
    agent_id: str
    agent_name: str


@dataclass(frozen=True)
class HandoffReleased:
    """An agent who had accepted lost the conversation; it waits again, with its packet and its clock."""

    handoff_id: str
    agent_id: str
    reason: Literal["no_answer", "disconnected", "switched_off"]


@dataclass(frozen=True)
class HandoffTransferred:
    """``to_agent`` is the colleague it is meant for, who gets it offered first."""

    handoff_id: str
    by: str
    queue: str
    note: Optional[str] = None
    to_agent: Optional[str] = None


@dataclass(frozen=True)
class HandoffReturned:
    handoff_id: str
    by: str
    note: Optional[str] = None


@dataclass(frozen=True)
class HandoffReopened:
    """A person opened the closed conversation again. ``handoff_id`` is the hand-over that had ended; the one that
    begins follows as ``handoff.queued``, and ``handoff.accepted`` in the same step where they took it at once."""

    handoff_id: str
    by: str


@dataclass(frozen=True)
class NoteAdded:
    text: str
    author: str


@dataclass(frozen=True)
class FeedbackGiven:
    kind: Literal["solved", "not_solved", "survey"]
    episode_id: Optional[str] = None
    comment: Optional[str] = None


@dataclass(frozen=True)
class SurveyOffered:
    """Asked once an episode. ``ces7``: "{company} made it easy for me to handle my issue", 1 strongly disagree … 7
    strongly agree (CES 2.0); ``ces5`` the same in five steps. Then ``csat``, 1–5, and a free text."""

    episode_id: str
    form: Literal["ces7", "ces5"]
    company: Optional[str] = None


@dataclass(frozen=True)
class SurveyAnswered:
    episode_id: str
    form: Literal["ces7", "ces5"]
    ces: Optional[int] = None
    csat: Optional[int] = None
    comment: Optional[str] = None


ContactKind = Literal["email", "phone"]


@dataclass(frozen=True)
class ContactGiven:
    """Where the customer wants to be answered: an e-mail address, or a telephone number in its international form.
    ``checked``: ``format`` (one that can exist) or ``verified`` (the one on record for a verified customer)."""

    kind: ContactKind
    address: str
    checked: Literal["format", "verified"]


@dataclass(frozen=True)
class PromiseMade:
    """``owner`` is an agent's id, or a team such as ``team:billing``."""

    promise_id: str
    text: str
    owner: str
    due_at: str


@dataclass(frozen=True)
class PromiseWarned:
    """The promise is not kept yet and will be late at ``due_at``."""

    promise_id: str
    due_at: str


@dataclass(frozen=True)
class PromiseKept:
    promise_id: str
    proof: str
    by: Optional[str] = None


EventData = Union[
    ConversationOpened,
    ConversationClosed,
    ConversationReopened,
    MessageSent,
    MessageDrafted,
    TurnFailed,
    TriageDecided,
    CustomerVerified,
    EpisodeOpened,
    EpisodeLinked,
    EpisodeClosed,
    ActionPerformed,
    ApprovalRequested,
    ApprovalDecided,
    HandoffRequested,
    HandoffQueued,
    HandoffAdvanced,
    HandoffOffered,
    HandoffDeclined,
    HandoffAccepted,
    HandoffReleased,
    HandoffTransferred,
    HandoffReturned,
    HandoffReopened,
    NoteAdded,
    FeedbackGiven,
    SurveyOffered,
    SurveyAnswered,
    ContactGiven,
    PromiseMade,
    PromiseWarned,
    PromiseKept,
]

EVENT_TYPES: Dict[str, type] = {
    "conversation.opened": ConversationOpened,
    "conversation.closed": ConversationClosed,
    "conversation.reopened": ConversationReopened,
    "message.sent": MessageSent,
    "message.drafted": MessageDrafted,
    "turn.failed": TurnFailed,
    "triage.decided": TriageDecided,
    "customer.verified": CustomerVerified,
    "episode.opened": EpisodeOpened,
    "episode.linked": EpisodeLinked,
    "episode.closed": EpisodeClosed,
    "action.performed": ActionPerformed,
    "approval.requested": ApprovalRequested,
    "approval.decided": ApprovalDecided,
    "handoff.requested": HandoffRequested,
    "handoff.queued": HandoffQueued,
    "handoff.advanced": HandoffAdvanced,
    "handoff.offered": HandoffOffered,
    "handoff.declined": HandoffDeclined,
    "handoff.accepted": HandoffAccepted,
    "handoff.released": HandoffReleased,
    "handoff.transferred": HandoffTransferred,
    "handoff.returned": HandoffReturned,
    "handoff.reopened": HandoffReopened,
    "note.added": NoteAdded,
    "feedback.given": FeedbackGiven,
    "survey.offered": SurveyOffered,
    "survey.answered": SurveyAnswered,
    "contact.given": ContactGiven,
    "promise.made": PromiseMade,
    "promise.warned": PromiseWarned,
    "promise.kept": PromiseKept,
}


@dataclass(frozen=True)
class Envelope:
    """One event as it is stored and sent. ``data`` has the shape ``EVENT_TYPES[type]``."""

    id: str
    seq: int
    type: str
    version: int
    conversation_id: str
    occurred_at: str
    source: Source
    epoch: int
    visibility: Visibility
    data: EventData
