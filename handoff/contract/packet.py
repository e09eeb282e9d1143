"""The hand-over packet v1: the structured context that travels with a conversation to a person.

Every statement names its source and the event it came from, so that an agent can check it with one click and
nothing in it is an unsupported claim. What stands in a list or is a ``Fact`` carries both itself; for the plain
fields of a group they stand in ``Packet.origins`` under ``group.field``.
Python 3.10 syntax, standard library alone (see ``events``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Literal, Optional, Union

from handoff.contract.events import Attachment, Evidence, HandoffReason, OperationState

PACKET_VERSION = 1
MOST_BYTES = 28 * 1024
"""Of the packet as JSON. What does not fit is named in ``overflow`` and can be fetched by its reference."""

FactSource = Literal["customer", "tool", "inferred", "host_site", "pre_chat", "browser"]
"""``customer``: said by them; ``tool``: held by a record (the log, the ledger, the business system); ``inferred``: the
assistant's reading; ``host_site``: vouched for by the site that shows the widget; ``pre_chat``: what they filled into
the form before the first message, not proven; ``browser``: what their browser sent along (language, time zone, page,
device), not proven."""

Effect = Literal["done", "not_done", "unknown"]
NextAction = Literal[
    "protect",
    "change_speaker",
    "check_effect",
    "decide_approval",
    "follow_up_promise",
    "verify_identity",
    "explain_refusal",
    "split_issues",
    "confirm_done",
    "ask_detail",
    "carry_out",
    "answer_question",
    "listen",
    "clarify",
    "ask_need",
]
"""What a good colleague does first; ``eval/sets/held/README.md`` says what each means."""

CloseField = Literal["outcome", "cause", "packet_enough", "article_missing"]


@dataclass(frozen=True)
class Origin:
    """``seq`` is ``None`` where no event of this conversation holds it (another conversation, a row of its own)."""

    source: FactSource
    seq: Optional[int] = None


@dataclass(frozen=True)
class Fact:
    """``confirmed``: the customer agreed to a change that named this value."""

    value: Union[str, int, float, bool]
    source: FactSource
    seq: Optional[int] = None
    confirmed: bool = False


@dataclass(frozen=True)
class PacketIds:
    """``wait_started_at``: the SLA clock, from the first wait. ``knowledge_version``: the articles that
    the assistant's answers rest on, each with its version (``returns@3``). ``model``: the chat model that worded the
    newest of them, if one did."""

    handoff_id: str
    conversation_id: str
    episode_id: Optional[str]
    epoch: int
    created_at: str
    first_contact_at: str
    wait_started_at: str
    bot_version: Optional[str] = None
    knowledge_version: Optional[str] = None
    model: Optional[str] = None


@dataclass(frozen=True)
class PacketCustomer:
    """``confirmed_contacts`` names those of ``email`` and ``phone`` that were checked. ``accessibility``: a need that
    they stated, in their words."""

    customer_id: Optional[str]
    name: Optional[str]
    verification: Literal["none", "identity_token", "one_time_code"]
    verified_at: Optional[str] = None
    email: Optional[str] = None
    phone: Optional[str] = None
    confirmed_contacts: List[str] = field(default_factory=list)
    tier: Optional[str] = None
    locale: str = "en"
    timezone: Optional[str] = None
    page_url: Optional[str] = None
    device: Optional[str] = None
    consent: List[str] = field(default_factory=list)
    accessibility: Optional[Fact] = None


@dataclass(frozen=True)
class PacketWhy:
    """``messages``: the customer's messages that caused it. ``alternatives``: what was tried instead and not taken.
    ``threshold``: what ``score`` had to reach; rules that rest on words or counts have neither.
    ``flags``: ``safety``, ``legal``, ``vulnerable``, ``abuse``, ``repeat_contact``."""

    reason: HandoffReason
    rule: Optional[str] = None
    score: Optional[float] = None
    threshold: Optional[float] = None
    evidence: List[Evidence] = field(default_factory=list)
    messages: List[int] = field(default_factory=list)
    alternatives: List[Fact] = field(default_factory=list)
    note: Optional[str] = None
    urgency: Literal["normal", "high", "urgent"] = "normal"
    flags: List[str] = field(default_factory=list)


@dataclass(frozen=True)
class PacketIntent:
    name: str
    confidence: float
    seq: int
    source: FactSource = "inferred"


@dataclass(frozen=True)
class PacketNeed:
    problem: Optional[Fact] = None
    wants: Optional[Fact] = None
    deadline: Optional[Fact] = None
    issues: List[Fact] = field(default_factory=list)
    intents: List[PacketIntent] = field(default_factory=list)
    active_form: Optional[str] = None
    requested_slot: Optional[str] = None
    slots: Dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class PacketStep:
    """One thing that was tried, in order. ``lookup``: what was read in the business system, and what came back."""

    seq: int
    kind: Literal["answer", "question", "article", "operation", "failure", "lookup"]
    text: str
    reaction: Optional[str] = None
    source: FactSource = "tool"


@dataclass(frozen=True)
class PacketQuestion:
    """What the assistant asked and what came back, so that nobody asks again."""

    seq: int
    text: str
    answer: Optional[str] = None
    answer_seq: Optional[int] = None
    source: FactSource = "customer"


@dataclass(frozen=True)
class PacketOperation:
    """``operation_id`` is the idempotency key. ``arguments`` are redacted."""

    operation_id: str
    kind: str
    state: OperationState
    summary: str
    receipt: Optional[str] = None
    seq: Optional[int] = None
    effect: Effect = "unknown"
    approval: Optional[Literal["wanted", "approved", "declined"]] = None
    arguments: Dict[str, str] = field(default_factory=dict)
    source: FactSource = "tool"


@dataclass(frozen=True)
class PacketArticle:
    article_id: str
    version: int
    title: str
    section: str
    url: str
    seq: int
    reaction: Optional[str] = None
    source: FactSource = "tool"


@dataclass(frozen=True)
class PacketPromise:
    promise_id: str
    text: str
    due_at: str
    owner: str
    seq: Optional[int] = None
    overdue: bool = False
    source: FactSource = "tool"


@dataclass(frozen=True)
class PacketApproval:
    approval_id: str
    operation_id: str
    summary: str
    amount: Optional[str] = None
    limit: Optional[str] = None
    seq: Optional[int] = None
    source: FactSource = "tool"


@dataclass(frozen=True)
class PacketMood:
    """Frustration 0..1 a customer message, oldest first; counts since the conversation began. ``signs`` are what the
    scores rest on. ``prior_contacts``: earlier conversations of this customer about this issue."""

    frustration: List[float] = field(default_factory=list)
    turns: int = 0
    rephrasings: int = 0
    minutes: float = 0.0
    prior_contacts: int = 0
    signs: List[Evidence] = field(default_factory=list)


@dataclass(frozen=True)
class PacketLine:
    """One line of the transcript. ``hidden`` names what redaction took out of it."""

    seq: int
    at: str
    who: Literal["customer", "bot", "agent", "system"]
    text: str
    kind: Literal["message", "note", "draft", "failure"] = "message"
    attachments: List[Attachment] = field(default_factory=list)
    hidden: List[str] = field(default_factory=list)
    translation: Optional[str] = None


@dataclass(frozen=True)
class PacketRouting:
    """``text_shown`` is exactly what the customer read when they were handed over. ``position_told``, ``wait_told``
    (seconds) and ``off_hours`` (outside business hours: when they begin again) are what they were told last.
    ``requested_agent``: the id of the colleague whom a transfer meant it for."""

    queue: str
    priority: int
    position_told: Optional[int] = None
    text_shown: Optional[str] = None
    wait_told: Optional[int] = None
    skills: List[str] = field(default_factory=list)
    capacity_weight: int = 1
    requested_agent: Optional[str] = None
    off_hours: Optional[str] = None


@dataclass(frozen=True)
class PacketSummary:
    """Four lines, made from the structure above. ``seqs`` names, for each line, the events that it rests on."""

    problem: str
    tried: str
    wants: str
    next_best_action: str
    seqs: Dict[str, List[int]] = field(default_factory=dict)
    written_by: Literal["rules", "model"] = "rules"


@dataclass(frozen=True)
class PacketAdvice:
    """For the agent. ``hand_back``: what to tell the assistant afterwards. ``close_fields``: what closing asks for."""

    next_action: NextAction
    first_reply: str
    macros: List[str] = field(default_factory=list)
    policy: Optional[str] = None
    hand_back: str = ""
    close_fields: List[CloseField] = field(default_factory=list)


@dataclass(frozen=True)
class PacketOverflow:
    """``items`` of ``part`` that did not fit; ``reference`` is a path under ``/api/v1`` that gives the whole part."""

    part: str
    items: int
    reference: str


@dataclass(frozen=True)
class PacketRedaction:
    """``count`` finds of ``kind`` were taken out of ``part``."""

    part: str
    kind: str
    count: int
    seq: Optional[int] = None


@dataclass(frozen=True)
class Packet:
    """``completeness`` is the share 0..1 of the wanted fields that are known; ``missing`` names the others."""

    ids: PacketIds
    customer: PacketCustomer
    why: PacketWhy
    need: PacketNeed
    tried: List[PacketStep]
    operations: List[PacketOperation]
    articles: List[PacketArticle]
    promises: List[PacketPromise]
    approvals: List[PacketApproval]
    mood: PacketMood
    routing: PacketRouting
    summary: PacketSummary
    advice: PacketAdvice
    completeness: float
    missing: List[str] = field(default_factory=list)
    questions: List[PacketQuestion] = field(default_factory=list)
    transcript: List[PacketLine] = field(default_factory=list)
    origins: Dict[str, Origin] = field(default_factory=dict)
    overflow: List[PacketOverflow] = field(default_factory=list)
    redactions: List[PacketRedaction] = field(default_factory=list)
    version: int = PACKET_VERSION
