"""One turn of the assistant: what the gateway asks Rasa and what Rasa answers.

Rasa is a function: everything it needs travels in the request, everything it learnt travels in the answer.
Python 3.10 syntax, standard library alone (see ``events``).

Two secrets guard the way:

* the *door secret* signs the whole request body (header ``X-Frontdesk-Signature``: hex HMAC-SHA256);
  the bot's channel refuses any other request;
* the *context key* signs ``TurnRequest.context_token``. Only the app has it. The bot reads the token's payload
  and hands the token on unchanged; the action webhook verifies it, so a bot cannot invent a customer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Literal, Optional, Union

from handoff.contract.events import Citation, Evidence, HandoffReason

SIGNATURE_HEADER = "X-Frontdesk-Signature"
CORRELATION_HEADER = "X-Request-Id"
TURN_PATH = "/frontdesk/v1/turn"
FORGET_PATH = "/frontdesk/v1/forget"
MOST_READ = 2000
"""Characters of what the customer wrote that the assistant is given at once."""
SURELY_SAID = 0.6
"""Confidence from which a typed "that's solved" is the customer's word, live and in evaluation."""
ACTION_RETURN = "frontdesk"
"""The key under which an ``ActionReturn`` stands in a custom message, and in the tracker's event of it."""

Trigger = Literal["message", "choice", "handed_back", "approval_decided", "operation_settled"]


@dataclass(frozen=True)
class TurnContext:
    """Who speaks, where, and until when. ``seq`` is the newest customer message of the turn."""

    conversation_id: str
    turn_id: str
    seq: int
    epoch: int
    deadline: str
    customer_id: Optional[str] = None
    verification: Literal["none", "identity_token", "one_time_code"] = "none"
    locale: str = "en"
    correlation_id: str = ""


@dataclass(frozen=True)
class TurnRequest:
    """``text`` is what the customer wrote (several messages are joined by a line break), at most 2,000 characters.

    ``payload`` stands in place of the text when a choice was taken: the intent payload that Rasa itself
    offered earlier and the gateway kept, e.g. ``/affirm{"operation": "op_1"}``. Customer text never goes there.
    ``tracker_version`` rises with each stored turn, by two where what is stored is not what the bot remembers.
    ``tracker_events`` is ``None`` at first; when the bot answers 409 ``tracker_miss`` the gateway sends the bounded
    window of events and the call is repeated.
    """

    context: TurnContext
    context_token: str
    trigger: Trigger
    text: str
    tracker_version: int
    payload: Optional[str] = None
    note: Optional[str] = None
    tracker_events: Optional[List[Dict[str, Any]]] = None
    version: int = 1


@dataclass(frozen=True)
class ChoiceOffer:
    """A button as Rasa made it; the gateway replaces ``payload`` by an opaque id before anyone sees it."""

    label: str
    payload: str


@dataclass(frozen=True)
class BotMessage:
    """``operations`` names those whose truth the text speaks of. ``read_from`` names what of the business system the
    text was read from in this turn (order numbers, the customer's id): what a text says of the customer's things needs
    one of the two behind it. ``worded_by``: the chat model that worded the text, if one did.
    """

    text: str
    choices: List[ChoiceOffer] = field(default_factory=list)
    citations: List[Citation] = field(default_factory=list)
    operations: List[str] = field(default_factory=list)
    response: Optional[str] = None
    read_from: List[str] = field(default_factory=list)
    worded_by: Optional[str] = None


@dataclass(frozen=True)
class HandoffDirective:
    """Change the owner to the queue in the transaction that stores this turn."""

    reason: HandoffReason
    score: Optional[float] = None
    evidence: List[Evidence] = field(default_factory=list)
    note: Optional[str] = None
    directive: Literal["handoff"] = "handoff"


@dataclass(frozen=True)
class AskResolvedDirective:
    """The bot believes that the need is met: ask "did this solve it?" once."""

    directive: Literal["ask_resolved"] = "ask_resolved"


@dataclass(frozen=True)
class PromiseDirective:
    """The customer was told that something will happen; ``due_in_seconds`` counts from the end of the turn."""

    text: str
    owner: str
    due_in_seconds: int
    operation_id: Optional[str] = None
    directive: Literal["promise"] = "promise"


@dataclass(frozen=True)
class ApprovalDirective:
    """A prepared operation is over the bot's authority: ask a person for it; the owner does not change."""

    operation_id: str
    kind: str
    summary: str
    amount: Optional[str] = None
    limit: Optional[str] = None
    directive: Literal["approval"] = "approval"


@dataclass(frozen=True)
class VerifiedDirective:
    """The customer proved who they are inside the conversation (one-time code)."""

    customer_id: str
    directive: Literal["verified"] = "verified"


Directive = Union[HandoffDirective, AskResolvedDirective, PromiseDirective, ApprovalDirective, VerifiedDirective]


@dataclass(frozen=True)
class IntentScore:
    name: str
    confidence: float


@dataclass(frozen=True)
class Triage:
    """What was understood and decided. Scores are 0..1; ``ranking`` is at most five intents, best first. ``threshold``:
    what the score behind ``rule`` had to reach; ``None`` for a rule that rests on words or counts. ``language_told``:
    the words were enough to tell ``language``, which is ``en`` in doubt too."""

    decision: Literal["continue", "offer", "hand_over", "approval", "boundary"]
    rule: str
    frustration: float
    complexity: float
    abuse: float = 0.0
    reason: Optional[HandoffReason] = None
    intent: Optional[str] = None
    confidence: Optional[float] = None
    ranking: List[IntentScore] = field(default_factory=list)
    entities: Dict[str, str] = field(default_factory=dict)
    evidence: List[Evidence] = field(default_factory=list)
    language: str = "en"
    active_form: Optional[str] = None
    requested_slot: Optional[str] = None
    slots: Dict[str, Any] = field(default_factory=dict)
    threshold: Optional[float] = None
    language_told: bool = False


@dataclass(frozen=True)
class OperationRef:
    """An operation that this turn prepared or changed. ``summary`` is one line for people."""

    operation_id: str
    kind: str
    state: Literal["intended", "done", "verified", "failed", "unknown"]
    summary: str
    receipt: Optional[str] = None


@dataclass(frozen=True)
class ToolCall:
    """What a tool of the actions was asked in a turn and what it answered, so that the turn can be asked again of
    another assistant with the same answers. ``tool`` is ``port.method``; ``error`` is an exception by name and fields.
    """

    tool: str
    arguments: Dict[str, Any]
    answer: Any = None
    error: Optional[Dict[str, Any]] = None


@dataclass(frozen=True)
class TurnResult:
    """Everything that one turn brought forth.

    ``tracker_events`` are the events of this turn alone; ``snapshot`` is the state after it (slots, active form)
    written as tracker events, from which a tracker can be started without older history. ``calls`` is added by the
    app before it stores the turn; it never comes from the bot.
    """

    messages: List[BotMessage]
    directives: List[Directive]
    triage: Triage
    operations: List[OperationRef]
    tracker_events: List[Dict[str, Any]]
    snapshot: List[Dict[str, Any]]
    tracker_version: int
    model_version: str
    version: int = 1
    calls: List[ToolCall] = field(default_factory=list)


@dataclass(frozen=True)
class TurnRefused:
    """The body of every answer that is not 200. ``tracker_miss`` (409) asks for the tracker's events."""

    code: Literal["tracker_miss", "bad_signature", "malformed", "deadline_passed", "not_ready", "failed"]
    message: str


@dataclass(frozen=True)
class ForgetRequest:
    """These conversations are erased: what the bot's process still holds of them in memory goes at once."""

    conversation_ids: List[str]
    version: int = 1


@dataclass(frozen=True)
class Forgotten:
    """``trackers`` were held of the conversations, a running turn's included."""

    trackers: int


@dataclass(frozen=True)
class ActionReturn:
    """What a custom action puts into Rasa's ``json_message`` (key ``frontdesk``), and the channel collects.

    Exactly one of the fields is set; a text with its citations is one ``message``.
    """

    message: Optional[BotMessage] = None
    directive: Optional[Directive] = None
    operation: Optional[OperationRef] = None
