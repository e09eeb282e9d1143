"""Actions that need no shop and no network: they run inside the bot, so that they work when nothing else does."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, Dict, List, Optional, Set

from rasa.core.actions.action import Action, RemoteAction, create_bot_utterance
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.collect import PAYLOAD, unpack
from bot.policies.triage import AWAITING, HAND_OVER, SLOT, TOOL_FAILED

OPEN_QUESTION = "open_question"
QUESTION_OPEN = "question_open"
OPERATION = "operation_id"
STATUS = "action_order_status"
_PERSON = {"title": "Talk to a person", "payload": "/talk_to_person"}


class LocalAction(Action):
    action_name = ""

    def __init__(self, endpoint: Optional[Any]) -> None:
        self._endpoint = endpoint

    def name(self) -> str:
        return self.action_name


def directive(data: Dict[str, Any]) -> BotUttered:
    return BotUttered(data={"custom": {PAYLOAD: {"directive": data}}})


async def say(response: str, nlg: Any, tracker: DialogueStateTracker, channel: Any) -> List[Event]:
    """The response's next variant; nothing when the domain has none of that name."""
    message = await nlg.generate(response, tracker, channel.name())
    if message is None:
        return []
    message["utter_action"] = response
    return [create_bot_utterance(message)]


def quiet_down() -> List[Event]:
    """No question is open any more."""
    return [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None), SlotSet(AWAITING, None), *_open(None)]


class HandOver(LocalAction):
    """Carries out what triage decided: an honest sentence and the directive that changes the owner."""

    action_name = HAND_OVER

    async def run(self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> List[Event]:
        decision = tracker.get_slot(SLOT) or {}
        reason = decision.get("reason") or "explicit_request"
        response = f"utter_hand_over_{reason}"
        if response not in domain.responses:
            response = "utter_hand_over"
        said = await say(response, nlg, tracker, output_channel)
        score = {"frustration": "frustration", "complexity": "complexity"}.get(reason)
        return [
            *said,
            directive(
                {
                    "directive": "handoff",
                    "reason": reason,
                    "score": decision.get(score) if score else None,
                    "evidence": list(decision.get("evidence", ())),
                    "note": None,
                }
            ),
            *quiet_down(),
        ]


class ToolFailed(LocalAction):
    """An action that ought to have told the truth could not be reached: say so and bring a person."""

    action_name = TOOL_FAILED

    async def run(self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> List[Event]:  # noqa: ARG002
        said = await say("utter_hand_over_tool_failure", nlg, tracker, output_channel)
        evidence = {"kind": "tool_failure", "text": "an action gave no usable answer", "weight": 1.0, "seq": None}
        data = {"directive": "handoff", "reason": "tool_failure", "score": None, "evidence": [evidence], "note": None}
        return [*said, directive(data), *quiet_down()]


class NotUnderstood(LocalAction):
    """Says so once. Where a question is open it stays silent: that question comes again, with a way to a person."""

    action_name = "action_not_understood"

    async def run(self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> List[Event]:  # noqa: ARG002
        if tracker.get_slot(OPEN_QUESTION):
            return []
        return await say("utter_out_of_scope", nlg, tracker, output_channel)


class StartOver(LocalAction):
    action_name = "action_start_over"

    async def run(self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> List[Event]:
        said = await say("utter_started_over", nlg, tracker, output_channel)
        kept = {SLOT, REQUESTED_SLOT}
        cleared = [
            SlotSet(slot.name, slot.initial_value)
            for slot in domain.slots
            if slot.name not in kept and tracker.get_slot(slot.name) != slot.initial_value
        ]
        return [*said, *quiet_down(), *cleared]


class Asking(RemoteAction):
    """An action of the app that may ask for something. What it asks is kept; once it answers, no question is open."""

    async def run(self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> List[Event]:
        events = await super().run(output_channel, nlg, tracker, domain)
        slots = {event.key: event.value for event in events if isinstance(event, SlotSet)}
        if tracker.get_slot(AWAITING) is not None and AWAITING not in slots:
            events.append(SlotSet(AWAITING, None))
        before = tracker.get_slot(OPEN_QUESTION)
        question = self._question(events, slots, tracker)
        return [*events, *(_open(question) if question != before or slots.get(AWAITING) else [])]

    def _question(
        self, events: List[Event], slots: Dict[str, Any], tracker: DialogueStateTracker
    ) -> Optional[Dict[str, Any]]:
        """The question that is open after this action: its own, the one before where that still stands, or none."""
        asked = _last_message(events)
        if slots.get(AWAITING):
            return asked
        if not slots.get(OPERATION, tracker.get_slot(OPERATION)):
            return None
        if asked and asked["choices"] and self.name() != STATUS:
            return asked
        return tracker.get_slot(OPEN_QUESTION) if OPERATION not in slots else None


class BackToQuestion(LocalAction):
    """After an aside: the question that is still open, once more with its choices. Silent when none is, or when this
    turn asked it. The stored choices are those of the question, so a yes means what it meant before."""

    action_name = "action_back_to_question"

    async def run(self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> List[Event]:  # noqa: ARG002
        question = tracker.get_slot(OPEN_QUESTION)
        if not question or _asked_in_turn(tracker):
            return []
        lost = NotUnderstood.action_name in _done_in_turn(tracker)
        lead = await nlg.generate(
            "utter_again_not_understood" if lost else "utter_back_to_question", tracker, output_channel.name()
        )
        buttons = [*question["choices"], *([_PERSON] if lost and _PERSON not in question["choices"] else [])]
        text = f"{(lead or {}).get('text', '')} {question['text']}".strip()
        return [create_bot_utterance({"text": text, "buttons": buttons, "utter_action": self.action_name})]


def _open(question: Optional[Dict[str, Any]]) -> List[Event]:
    return [SlotSet(OPEN_QUESTION, question), SlotSet(QUESTION_OPEN, question is not None)]


def _last_message(events: List[Event]) -> Optional[Dict[str, Any]]:
    said: List[Dict[str, Any]] = []
    for event in events:
        custom = event.data.get("custom") if isinstance(event, BotUttered) else None
        if isinstance(custom, dict) and PAYLOAD in custom:
            said.extend(value for kind, value in unpack(custom[PAYLOAD]) if kind == "message")
    if not said:
        return None
    choices = [{"title": choice["label"], "payload": choice["payload"]} for choice in said[-1].get("choices") or ()]
    return {"text": said[-1]["text"], "choices": choices}


def _asked_in_turn(tracker: DialogueStateTracker) -> bool:
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return False
        if isinstance(event, SlotSet) and event.key == OPEN_QUESTION and event.value:
            return True
    return False


def _done_in_turn(tracker: DialogueStateTracker) -> Set[str]:
    """The actions of the running turn so far."""
    done: Set[str] = set()
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, ActionExecuted):
            done.add(event.action_name)
    return done


_ALL = (HandOver, ToolFailed, NotUnderstood, StartOver, BackToQuestion)
_ASKING = (
    "action_order_status",
    "action_prepare",
    "action_confirm",
    "action_decline",
    "action_handed_back",
    "action_operation_settled",
)
LOCAL_ACTIONS: Dict[str, Callable[[Any], Action]] = {
    **{kind.action_name: kind for kind in _ALL},
    **{name: partial(Asking, name) for name in _ASKING},
}
