"""Actions that need no shop and no network: they run inside the bot, so that they work when nothing else does."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, Dict, List, Optional

from rasa.core.actions.action import Action, create_bot_utterance
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, BotUttered, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.asking import (
    ANSWER,
    DECLINE,
    NOT_UNDERSTOOD,
    OPEN_QUESTION,
    OPERATION,
    PREPARE,
    QUESTION_OPEN,
    SETTLED,
    STATUS,
    Asking,
    BackToQuestion,
    NextRequest,
    WhatBecame,
    note_of,
)
from bot.collect import PAYLOAD
from bot.policies.triage import AWAITING, HAND_OVER, SLOT, TOOL_FAILED, WAITING

__all__ = ["AWAITING", "LOCAL_ACTIONS", "OPEN_QUESTION", "QUESTION_OPEN"]


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
    question = [SlotSet(OPEN_QUESTION, None), SlotSet(QUESTION_OPEN, False)]
    return [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None), SlotSet(AWAITING, None), *question]


class HandOver(LocalAction):
    """Carries out what triage decided: an honest sentence and the directive that changes the owner."""

    action_name = HAND_OVER

    async def run(self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> List[Event]:
        decision = tracker.get_slot(SLOT) or {}
        reason = decision.get("reason") or "explicit_request"
        fitting = [f"utter_hand_over_{part}" for part in (decision.get("about"), reason)]
        response = next((each for each in fitting if each in domain.responses), "utter_hand_over")
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
                    "note": note_of(None, tracker),
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
        note = note_of(None, tracker)
        data = {"directive": "handoff", "reason": "tool_failure", "score": None, "evidence": [evidence], "note": note}
        return [*said, directive(data), *quiet_down()]


class NotUnderstood(LocalAction):
    """Says so once. Where a question is open it stays silent: that question comes again, with a way to a person."""

    action_name = NOT_UNDERSTOOD

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


class Goodbye(LocalAction):
    """Ends the talk. A question that was open is closed with it, so that a later yes cannot mean it."""

    action_name = "action_goodbye"

    async def run(self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> List[Event]:  # noqa: ARG002
        waits = tracker.get_slot(OPEN_QUESTION) and tracker.get_slot(OPERATION)
        said = await say("utter_goodbye_unfinished" if waits else "utter_goodbye", nlg, tracker, output_channel)
        closed = [SlotSet(OPERATION, None), SlotSet("transaction", None)] if tracker.get_slot(OPEN_QUESTION) else []
        return [*said, *quiet_down(), *closed, *([SlotSet(WAITING, None)] if tracker.get_slot(WAITING) else [])]


class CannotGive(LocalAction):
    """The customer does not have what was asked for: what else there is, instead of the same question again."""

    action_name = "action_cannot_give"

    async def run(self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> List[Event]:
        response = f"utter_cannot_give_{tracker.get_slot(AWAITING)}"
        if response not in domain.responses:
            return await say("utter_cannot_give", nlg, tracker, output_channel)
        said = await say(response, nlg, tracker, output_channel)
        again = {"title": "Send a new code", "payload": f'/inform{{"email": "{tracker.get_slot("email")}"}}'}
        for event in said if response.endswith("_code") and tracker.get_slot("email") else ():
            event.data["buttons"] = [again, *(event.data.get("buttons") or ())]
        return said


_ALL = (HandOver, ToolFailed, NotUnderstood, StartOver, Goodbye, CannotGive)
_BESIDE = {
    "action_back_to_question": BackToQuestion,
    "action_next_request": NextRequest,
    "action_what_became": WhatBecame,
}
_ASKING = (STATUS, PREPARE, ANSWER, SETTLED, "action_confirm", DECLINE, "action_handed_back")
LOCAL_ACTIONS: Dict[str, Callable[[Any], Action]] = {
    **{kind.action_name: kind for kind in _ALL},
    **_BESIDE,
    **{name: partial(Asking, name) for name in _ASKING},
}
