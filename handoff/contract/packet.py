"""The hand-over packet v1: the structured context that travels with a conversation to a person.

Every statement names its source and the event it came from, so that an agent can check it with one click and
nothing in it is an unsupported claim. Python 3.10 syntax, standard library alone (see ``events``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Literal, Optional, Union

from handoff.contract.events import Evidence, HandoffReason, OperationState

FactSource = Literal["customer", "tool", "inferred", "host_site"]


@dataclass(frozen=True)
class Fact:
    value: Union[str, int, float, bool]
    source: FactSource
    seq: Optional[int] = None


@dataclass(frozen=True)
class PacketIds:
    handoff_id: str
    conversation_id: str
    episode_id: Optional[str]
    epoch: int
    created_at: str
    first_contact_at: str
    wait_started_at: str
    bot_version: Optional[str] = None
    knowledge_version: Optional[str] = None


@dataclass(frozen=True)
class PacketCustomer:
    customer_id: Optional[str]
    name: Optional[str]
    verification: Literal["none", "identity_token", "one_time_code"]
    verified_at: Optional[str] = None
    email: Optional[str] = None
    phone: Optional[str] = None
    tier: Optional[str] = None
    locale: str = "en"
    timezone: Optional[str] = None
    page_url: Optional[str] = None


@dataclass(frozen=True)
class PacketWhy:
    reason: HandoffReason
    rule: Optional[str] = None
    score: Optional[float] = None
    threshold: Optional[float] = None
    evidence: List[Evidence] = field(default_factory=list)
    note: Optional[str] = None
    urgency: Literal["normal", "high", "urgent"] = "normal"
    flags: List[str] = field(default_factory=list)


@dataclass(frozen=True)
class PacketIntent:
    name: str
    confidence: float
    seq: int


@dataclass(frozen=True)
class PacketNeed:
    problem: Optional[Fact] = None
    wants: Optional[Fact] = None
    issues: List[Fact] = field(default_factory=list)
    intents: List[PacketIntent] = field(default_factory=list)
    active_form: Optional[str] = None
    requested_slot: Optional[str] = None
    slots: Dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class PacketStep:
    """One thing that was tried, in order."""

    seq: int
    kind: Literal["answer", "question", "article", "operation", "failure"]
    text: str
    reaction: Optional[str] = None


@dataclass(frozen=True)
class PacketOperation:
    operation_id: str
    kind: str
    state: OperationState
    summary: str
    receipt: Optional[str] = None
    seq: Optional[int] = None


@dataclass(frozen=True)
class PacketArticle:
    article_id: str
    version: int
    title: str
    section: str
    url: str
    seq: int


@dataclass(frozen=True)
class PacketPromise:
    promise_id: str
    text: str
    due_at: str
    owner: str


@dataclass(frozen=True)
class PacketApproval:
    approval_id: str
    operation_id: str
    summary: str
    amount: Optional[str] = None
    limit: Optional[str] = None


@dataclass(frozen=True)
class PacketMood:
    """Frustration 0..1 a customer message, oldest first; counts since the conversation began."""

    frustration: List[float] = field(default_factory=list)
    turns: int = 0
    rephrasings: int = 0
    minutes: float = 0.0
    prior_contacts: int = 0


@dataclass(frozen=True)
class PacketRouting:
    queue: str
    priority: int
    position_told: Optional[int] = None
    text_shown: Optional[str] = None


@dataclass(frozen=True)
class PacketSummary:
    """Four lines, made from the structure above."""

    problem: str
    tried: str
    wants: str
    next_best_action: str


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
    completeness: float
    missing: List[str] = field(default_factory=list)
    version: int = 1
