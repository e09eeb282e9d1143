"""One turn as a function: ``TurnRequest`` in, ``TurnResult`` (JSON-ready) out. No HTTP in here."""

from __future__ import annotations

import asyncio
import contextvars
import json
import re
from collections import OrderedDict
from dataclasses import asdict
from datetime import datetime, timezone
from itertools import islice
from typing import Any, Callable, Dict, List, Optional, Sequence, Set, Tuple

from rasa.core.channels.channel import UserMessage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.constants import REQUESTED_SLOT, USER_INTENT_BACK, USER_INTENT_RESTART, USER_INTENT_SESSION_START
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.collect import Collector
from bot.local_actions import AWAITING, OPEN_QUESTION, QUESTION_OPEN
from bot.policies.triage import SLOT
from bot.processor import TurnProcessor
from bot.rule_limits import limit_of
from bot.text.normalise import harmless
from bot.tracker_store import LiveTrackers, snapshot
from bot.triage import kept, language
from bot.triage.thresholds import shipped
from bot.wire import Malformed
from handoff.contract.signing import BadToken, read_context
from handoff.contract.turn import TurnRequest

DEADLINE: contextvars.ContextVar[Optional[datetime]] = contextvars.ContextVar("deadline", default=None)
"""Until when the running turn may take; the action endpoint spends no more than what is left."""

SYSTEM_INTENTS = frozenset({"handed_back", "approval_decided", "operation_settled"})
NEVER_BY_PAYLOAD = SYSTEM_INTENTS | {
    USER_INTENT_RESTART,
    USER_INTENT_BACK,
    USER_INTENT_SESSION_START,
    DEFAULT_NLU_FALLBACK_INTENT_NAME,
}
_PAYLOAD = re.compile(r"^/(?P<intent>[a-z_]{1,60})(?P<entities>\{.*\})?$", re.DOTALL)
_OPERATION_INTENTS = {"affirm": "confirm_operation", "deny": "decline_operation"}
UNTOLD = frozenset({SLOT, REQUESTED_SLOT, OPEN_QUESTION, QUESTION_OPEN, "code", "session_started_metadata"})
"""Slots that the triage record leaves out: told elsewhere, or nobody's business."""
_LOCKS = 4000


class DeadlinePassed(Exception):
    """The turn did not end in time; nothing of it is kept here."""


class TurnRunner:
    """``now`` gives aware UTC. Turns of one conversation run one after the other, those of others beside it."""

    def __init__(
        self, processor: TurnProcessor, trackers: LiveTrackers, model_version: str, now: Callable[[], datetime]
    ) -> None:
        self._processor = processor
        self._trackers = trackers
        self._model_version = model_version
        self._now = now
        self._intents = frozenset(processor.domain.intents)
        self._locks: OrderedDict[str, asyncio.Lock] = OrderedDict()
        self._erased: Set[str] = set()
        """Conversations that were forgotten while a turn of theirs ran: its tracker is not put back."""

    async def run(self, request: TurnRequest) -> Dict[str, Any]:
        """Raises ``Malformed``, ``TrackerMiss``, ``DeadlinePassed``; on any failure the live tracker is dropped."""
        message = self._message(request)
        deadline = _moment(request.context.deadline)
        conversation = request.context.conversation_id
        async with self._lock(conversation):
            try:
                left = (deadline - self._now()).total_seconds()
                if left <= 0:
                    raise DeadlinePassed
                return await self._turn(request, message, deadline, left)
            finally:
                if conversation in self._erased:
                    self._erased.remove(conversation)
                    self._drop(conversation)

    def forget(self, conversations: Sequence[str]) -> int:
        """How many trackers went. A turn that runs goes on, for its effects count, and leaves nothing behind here."""
        gone = 0
        for conversation in conversations:
            lock = self._locks.get(conversation)
            if lock is not None and lock.locked():
                self._erased.add(conversation)
                gone += 1
            gone += self._drop(conversation)
        return gone

    def _drop(self, conversation: str) -> bool:
        kept.forget()
        return self._trackers.forget(conversation)

    async def _turn(
        self, request: TurnRequest, message: UserMessage, deadline: datetime, left: float
    ) -> Dict[str, Any]:
        tracker = self._take(request)
        before = len(tracker.events)
        output = Collector()
        message.output_channel = output
        DEADLINE.set(deadline)
        try:
            await asyncio.wait_for(self._processor.turn(message, tracker, output), left)
        except asyncio.TimeoutError:
            raise DeadlinePassed from None
        for spent in ("context_token", "turn"):
            message.metadata.pop(spent, None)
        result = self._result(request, tracker, before, output)
        self._trackers.put(request.context.conversation_id, request.tracker_version + 1, tracker)
        return result

    def _take(self, request: TurnRequest) -> DialogueStateTracker:
        try:
            return self._trackers.take(request.context.conversation_id, request.tracker_version, request.tracker_events)
        except (ValueError, KeyError, TypeError):
            raise Malformed("request.tracker_events: not events of a tracker") from None

    def _lock(self, conversation: str) -> asyncio.Lock:
        lock = self._locks.setdefault(conversation, asyncio.Lock())
        self._locks.move_to_end(conversation)
        while len(self._locks) > _LOCKS:
            oldest, held = next(iter(self._locks.items()))
            if held.locked():
                break
            del self._locks[oldest]
        return lock

    def _message(self, request: TurnRequest) -> UserMessage:
        """The user message for Rasa. Text is only ever text; an intent comes from a signed payload or trigger."""
        self._check_token(request)
        metadata = {
            "context_token": request.context_token,
            "turn": asdict(request.context),
            "trigger": request.trigger,
            "seq": request.context.seq,
        }
        text = harmless(request.text)
        parsed = None
        if request.trigger == "choice":
            parsed = self._parsed(text, *self._payload(request.payload or ""))
        elif request.trigger != "message":
            parsed = self._parsed("", request.trigger, _noted(request))
        return UserMessage(
            text=text if request.trigger in ("message", "choice") else "",
            sender_id=request.context.conversation_id,
            parse_data=parsed,
            input_channel=Collector.name(),
            message_id=request.context.turn_id,
            metadata=metadata,
        )

    def _check_token(self, request: TurnRequest) -> None:
        """The token is opaque to the bot but must speak of this very turn."""
        try:
            context = read_context(request.context_token)
        except BadToken:
            raise Malformed("request.context_token: not a context token") from None
        if context != request.context:
            raise Malformed("request.context_token: of another turn")

    def _payload(self, payload: str) -> Tuple[str, Dict[str, str]]:
        match = _PAYLOAD.match(payload)
        if match is None:
            raise Malformed("request.payload: not an intent payload")
        intent = match.group("intent")
        try:
            entities = json.loads(match.group("entities") or "{}")
        except ValueError:
            raise Malformed("request.payload: its entities are not JSON") from None
        if intent not in self._intents or intent in NEVER_BY_PAYLOAD:
            raise Malformed("request.payload: no such intent")
        if entities.get("operation_id"):
            intent = _OPERATION_INTENTS.get(intent, intent)
        return intent, entities

    @staticmethod
    def _parsed(text: str, intent: str, entities: Dict[str, str]) -> Dict[str, Any]:
        return {
            "text": text,
            "intent": {"name": intent, "confidence": 1.0},
            "intent_ranking": [{"name": intent, "confidence": 1.0}],
            "entities": [
                {"entity": name, "start": 0, "end": 0, "value": value, "extractor": "payload"}
                for name, value in entities.items()
            ],
        }

    def _result(
        self, request: TurnRequest, tracker: DialogueStateTracker, before: int, output: Collector
    ) -> Dict[str, Any]:
        return {
            "messages": output.messages,
            "directives": _one_question(output.directives, tracker),
            "triage": _triage(request, tracker, output),
            "operations": output.operations,
            "tracker_events": [event.as_dict() for event in islice(tracker.events, before, None)],
            "snapshot": [event.as_dict() for event in snapshot(tracker)],
            "tracker_version": request.tracker_version + 1,
            "model_version": self._model_version,
            "version": 1,
        }


def _wish(tracker: DialogueStateTracker) -> Optional[str]:
    """What the open question is about."""
    if not tracker.get_slot(OPEN_QUESTION):
        return None
    return str(tracker.get_slot("transaction") or "order_status")


def _one_question(directives: List[Dict[str, Any]], tracker: DialogueStateTracker) -> List[Dict[str, Any]]:
    """ "Did this solve it?" is not asked beside a question that is still open."""
    open_question = tracker.get_slot(OPEN_QUESTION)
    return [item for item in directives if not (open_question and item.get("directive") == "ask_resolved")]


def _noted(request: TurnRequest) -> Dict[str, str]:
    """A system turn's note, and the operation that it names ("approved op_1")."""
    entities = {"note": request.note} if request.note else {}
    if request.trigger != "handed_back" and request.note and len(request.note.split()) > 1:
        entities["operation_id"] = request.note.split()[1]
    return entities


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Malformed("request.context.deadline: not a time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _triage(request: TurnRequest, tracker: DialogueStateTracker, output: Collector) -> Dict[str, Any]:
    """What was understood and decided. A person that an action asked for counts as the decision of the turn."""
    by_customer = request.trigger in ("message", "choice")
    decided: Dict[str, Any] = (tracker.get_slot(SLOT) or {}) if by_customer else {}
    decision, rule, reason = (
        decided.get("decision", "continue"),
        decided.get("rule", "system_turn"),
        decided.get("reason"),
    )
    for directive in output.directives:
        if directive.get("directive") == "approval":
            decision, rule, reason = "approval", "over_authority", "policy_limit"
    for directive in output.directives:
        if directive.get("directive") == "handoff" and decision != "hand_over":
            decision, rule, reason = "hand_over", "action", directive.get("reason")
    said: Optional[UserUttered] = tracker.latest_message
    data: Dict[str, Any] = dict(said.parse_data or {}) if said else {}
    ranking: List[Dict[str, Any]] = data.get("intent_ranking") or []
    intent = data.get("intent") or {}
    return {
        "decision": decision,
        "rule": rule,
        "threshold": limit_of(rule, shipped()),
        "reason": reason if decision != "continue" else None,
        "frustration": decided.get("frustration", 0.0),
        "complexity": decided.get("complexity", 0.0),
        "abuse": decided.get("abuse", 0.0),
        "intent": intent.get("name"),
        "confidence": intent.get("confidence"),
        "ranking": [{"name": item["name"], "confidence": item["confidence"]} for item in ranking[:5]],
        "entities": {item["entity"]: str(item["value"]) for item in data.get("entities") or ()},
        "evidence": list(decided.get("evidence") or ()),
        "language": decided.get("language", "en"),
        "language_told": request.trigger == "message" and language.is_told(request.text),
        "active_form": _wish(tracker),
        "requested_slot": tracker.get_slot(AWAITING),
        "slots": {
            slot.name: slot.value
            for slot in tracker.slots.values()
            if slot.value is not None and slot.name not in UNTOLD
        },
    }
