"""Actions of the app that may ask for something, and what belongs to a question: putting it again after an aside, the
requests that wait for it, what was set in motion before. Nothing here decides about the business.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from rasa.core.actions.action import Action, RemoteAction, create_bot_utterance
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.collect import PAYLOAD, unpack
from bot.last_turn import done_in_turn, of_contract
from bot.policies.triage import ACKNOWLEDGE, AWAITING, NEXT_REQUEST, SLOT, WAITING
from bot.text.calls import wished_call
from bot.waiting import PER_TURN, UNREAD, note_with, shown, take, to_do

OPEN_QUESTION = "open_question"
QUESTION_OPEN = "question_open"
OPERATION = "operation_id"
TRANSACTION = "transaction"
ABOUT = "about_order"
LAST_OPERATION = "last_operation"
STATUS = "action_order_status"
PREPARE = "action_prepare"
ANSWER = "action_answer_question"
SETTLED = "action_operation_settled"
DECLINE = "action_decline"
CALLBACK = "callback"
BACK = "action_back_to_question"
WHAT_BECAME = "action_what_became"
NOT_UNDERSTOOD = "action_not_understood"
OFFER_BESIDE = "utter_offer_beside"
PERSON = {"title": "Talk to a person", "payload": "/talk_to_person"}
LOW_MOOD = 0.4
"""Frustration from which the trouble is acknowledged before the answer; below it that would sound false."""
_ACTIONS = {"order_status": STATUS, "refund_status": STATUS, "ask_howto": ANSWER}
_LEADS = {
    "greet": "utter_hello_again",
    "thanks": "utter_welcome_back",
    "operation_status": "utter_waits_for_yes",
    "needs_a_moment": "utter_take_your_time",
}
_SET_IN_MOTION = frozenset({"done", "verified", "failed", "unknown"})


class Asking(RemoteAction):
    """An action of the app that may ask for something. What it asks is kept; once it answers, no question is open."""

    async def run(self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> List[Event]:
        events = await super().run(output_channel, nlg, tracker, domain)
        slots = {event.key: event.value for event in events if isinstance(event, SlotSet)}
        aside = self._is_aside(slots)  # what is awaited stays awaited: its question is put again
        if tracker.get_slot(AWAITING) is not None and AWAITING not in slots and not aside:
            events.append(SlotSet(AWAITING, None))
        before = tracker.get_slot(OPEN_QUESTION)
        question = self._question(events, slots, tracker)
        events += [*_open(question)] if question != before or slots.get(AWAITING) else []
        events += _set_in_motion(events)
        waiting = to_do(tracker.get_slot(WAITING))
        _note_open_requests(events, tracker)
        asked, lead = _last_message(events), None
        if before and asked and asked["text"] == before["text"] and _meant_as_answer(tracker):
            lead = "utter_again_not_understood"
            _offer_person(events)
        elif waiting and question and _said_now(tracker, waiting):
            lead = "utter_one_by_one"
        if lead:
            _begin(events, await words_of(nlg, lead, tracker, output_channel))
        if _mood_is_low(tracker):
            response = OFFER_BESIDE if (tracker.get_slot(SLOT) or {}).get("decision") == "offer" else ACKNOWLEDGE
            acknowledged = await nlg.generate(response, tracker, output_channel.name())
            if acknowledged:
                events.insert(0, create_bot_utterance({**acknowledged, "utter_action": response}))
        return events

    def _is_aside(self, slots: Dict[str, Any]) -> bool:
        """An answer beside the matter: to a question, or one that says what the talk is about still and closes nothing,
        on another order or where something else was taken back."""
        return self.name() == ANSWER or (ABOUT in slots and not {OPERATION, TRANSACTION, AWAITING} & set(slots))

    def _question(
        self, events: List[Event], slots: Dict[str, Any], tracker: DialogueStateTracker
    ) -> Optional[Dict[str, Any]]:
        """The question that is open after this action: its own, the one before where that still stands, or none."""
        asked = _last_message(events)
        if slots.get(AWAITING):
            return asked
        if self._is_aside(slots):
            return tracker.get_slot(OPEN_QUESTION)
        if not slots.get(OPERATION, tracker.get_slot(OPERATION)):
            return None
        if asked and _waits_for_yes(asked) and self.name() != STATUS:
            return asked
        return tracker.get_slot(OPEN_QUESTION) if OPERATION not in slots else None


class BackToQuestion(Action):
    """After an aside: the question that is still open, once more with its choices. Silent when none is, or when this
    turn asked it. The stored choices are those of the question, so a yes means what it meant before."""

    def __init__(self, endpoint: Optional[Any]) -> None:
        self._endpoint = endpoint

    def name(self) -> str:
        return BACK

    async def run(self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> List[Event]:  # noqa: ARG002
        question = tracker.get_slot(OPEN_QUESTION)
        if not question or _asked_in_turn(tracker):
            return []
        done = done_in_turn(tracker)
        lost = NOT_UNDERSTOOD in done
        lead = "utter_again_not_understood" if lost else "utter_back_to_question"
        if lost and _waits_for_yes(question) and _sounded_like_yes(tracker):
            lead = "utter_plain_yes"
        if not lost and set(done) <= {BACK, WHAT_BECAME}:
            intent = tracker.latest_message.intent_name if tracker.latest_message else None
            lead = _LEADS.get(intent or "", lead)
        buttons = [*question["choices"], *([PERSON] if lost and PERSON not in question["choices"] else [])]
        text = f"{await words_of(nlg, lead, tracker, output_channel)} {question['text']}".strip()
        return [create_bot_utterance({"text": text, "buttons": buttons, "utter_action": lead})]


class NextRequest(Action):
    """The next of the requests that waited, worked off as if it had been said now.

    A turn has room for a few; then the customer reads which ones are left, and says whether to go on.
    """

    def __init__(self, endpoint: Optional[Any]) -> None:
        self._endpoint = endpoint

    def name(self) -> str:
        return NEXT_REQUEST

    async def run(self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> List[Event]:
        request, left = take(tracker.get_slot(WAITING))
        if request is None:
            return await self._say("utter_affirm_unclear", nlg, tracker, output_channel)
        slots: List[Event] = [SlotSet(WAITING, left or None)]
        if request["intent"] == UNREAD:
            told = await self._say("utter_left_unread", nlg, tracker, output_channel, requests=shown([request]))
            return [*slots, *told]
        known = {slot.name for slot in domain.slots}
        slots += [SlotSet(one["entity"], one["value"]) for one in request["entities"] if one["entity"] in known]
        tracker.update_with_events(slots, domain)
        said = tracker.latest_message
        try:
            tracker.latest_message = _as_said_now(request, said)
            action = Asking(_ACTIONS.get(request["intent"], PREPARE), self._endpoint)
            events = await action.run(output_channel, nlg, tracker, domain)
        finally:
            tracker.latest_message = said
        _begin(events, await words_of(nlg, "utter_next_request", tracker, output_channel))
        asked = any(isinstance(event, SlotSet) and event.key == OPEN_QUESTION and event.value for event in events)
        full = done_in_turn(tracker).count(NEXT_REQUEST) + 1 >= PER_TURN
        if full and to_do(left) and not asked:
            events += await self._say("utter_more_wait", nlg, tracker, output_channel, requests=shown(to_do(left)))
        return [*slots, *events]

    @staticmethod
    async def _say(
        response: str, nlg: Any, tracker: DialogueStateTracker, channel: Any, **variables: str
    ) -> List[Event]:
        message = await nlg.generate(response, tracker, channel.name(), **variables)
        return [create_bot_utterance({**message, "utter_action": response})] if message else []


class WhatBecame(Action):
    """ "Is it done yet?": what became of the operation that was last set in motion. Causes nothing.

    What only waits for the customer's own yes is put to them again by the action after this one.
    """

    def __init__(self, endpoint: Optional[Any]) -> None:
        self._endpoint = endpoint

    def name(self) -> str:
        return WHAT_BECAME

    async def run(self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> List[Event]:
        if tracker.get_slot(OPEN_QUESTION):
            return []
        last, before = tracker.get_slot(LAST_OPERATION), tracker.get_slot(OPERATION)
        if not last:
            message = await nlg.generate("utter_nothing_in_motion", tracker, output_channel.name())
            return [create_bot_utterance({**message, "utter_action": "utter_nothing_in_motion"})] if message else []
        tracker.update(SlotSet(OPERATION, last))
        told = await Asking(SETTLED, self._endpoint).run(output_channel, nlg, tracker, domain)
        # What was promised when it was done is told again, not promised once more.
        events = [
            event for event in told if not any(one["directive"] == "promise" for one in _returned([event], "directive"))
        ]
        kept = any(isinstance(event, SlotSet) and event.key == OPERATION for event in events)
        return events if kept else [*events, SlotSet(OPERATION, before)]


async def words_of(nlg: Any, response: str, tracker: DialogueStateTracker, channel: Any) -> str:
    """The text of the response's next variant; empty when the domain has none of that name."""
    message = await nlg.generate(response, tracker, channel.name())
    return str((message or {}).get("text", ""))


def _waits_for_yes(asked: Dict[str, Any]) -> bool:
    return any(choice["payload"].startswith("/confirm_operation") for choice in asked["choices"])


def _open(question: Optional[Dict[str, Any]]) -> List[Event]:
    return [SlotSet(OPEN_QUESTION, question), SlotSet(QUESTION_OPEN, question is not None)]


def _returned(events: List[Event], kind: str) -> List[Dict[str, Any]]:
    """The values of one kind (message, directive, operation) that an action of the app returned, in order."""
    found: List[Dict[str, Any]] = []
    for event in events:
        custom = event.data.get("custom") if isinstance(event, BotUttered) else None
        if isinstance(custom, dict) and PAYLOAD in custom:
            found.extend(value for name, value in unpack(custom[PAYLOAD]) if name == kind)
    return found


def _last_message(events: List[Event]) -> Optional[Dict[str, Any]]:
    said = _returned(events, "message")
    return {"text": said[-1]["text"], "choices": of_contract(said[-1].get("choices"))} if said else None


def _begin(events: List[Event], lead: str) -> None:
    """Put ``lead`` before the first thing said. Where that is the open question, it is kept without the lead."""
    said = _returned(events, "message")
    if said and lead:
        said[0]["text"] = f"{lead} {said[0]['text']}"


def _offer_person(events: List[Event]) -> None:
    """Beside a question that has to be put again: the way out."""
    said = _returned(events, "message")[-1]
    choices = said.get("choices") or []
    if all(choice["payload"] != PERSON["payload"] for choice in choices):
        said["choices"] = [*choices, {"label": PERSON["title"], "payload": PERSON["payload"]}]


def _set_in_motion(events: List[Event]) -> List[Event]:
    """The operation that something became of in this turn, or that a person is to approve."""
    moved = [one["operation_id"] for one in _returned(events, "operation") if one["state"] in _SET_IN_MOTION]
    asked = [one["operation_id"] for one in _returned(events, "directive") if one["directive"] == "approval"]
    return [SlotSet(LAST_OPERATION, (moved + asked)[-1])] if moved or asked else []


def _note_open_requests(events: List[Event], tracker: DialogueStateTracker) -> None:
    for directive in _returned(events, "directive"):
        if directive.get("directive") == "handoff":
            directive["note"] = note_of(directive.get("note"), tracker)


def note_of(note: Optional[str], tracker: DialogueStateTracker) -> Optional[str]:
    """A hand-over's note with what nobody has looked at: other requests, and the call that was wished for."""
    return note_with(note, tracker.get_slot(WAITING), _wished_call(tracker))


def _wished_call(tracker: DialogueStateTracker) -> Optional[str]:
    """By the newest message, or while a call is being asked for by one before."""
    asked_for = tracker.get_slot(TRANSACTION) == CALLBACK
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            call = wished_call(event.text or "")
            if call or not asked_for:
                return call
    return None


def _as_said_now(request: Dict[str, Any], said: Optional[UserUttered]) -> UserUttered:
    metadata = {**((said.metadata if said else None) or {}), "trigger": "message"}
    intent = {"name": request["intent"], "confidence": request["confidence"]}
    data = {"text": request["text"], "intent": intent, "entities": request["entities"], "metadata": metadata}
    return UserUttered(request["text"], intent, request["entities"], parse_data=data, metadata=metadata)


def _meant_as_answer(tracker: DialogueStateTracker) -> bool:
    """Not where the words were read as a choice: those were understood."""
    said = tracker.latest_message
    if said is None or not _typed(tracker) or any(one.get("extractor") == "choice" for one in said.entities):
        return False
    return said.intent_name in ("inform", "affirm")


def _answers(tracker: DialogueStateTracker) -> bool:
    """A typed answer or choice ("everything", "one month") has no tone worth a word."""
    said = tracker.latest_message
    return said is not None and said.intent_name in ("inform", "affirm", "deny", "decline_operation")


def _sounded_like_yes(tracker: DialogueStateTracker) -> bool:
    said = tracker.latest_message
    ranking: List[Dict[str, Any]] = (said.parse_data or {}).get("intent_ranking") or [] if said else []
    return bool(ranking) and ranking[0]["name"] == "affirm"


def _typed(tracker: DialogueStateTracker) -> bool:
    said = tracker.latest_message
    return said is not None and (said.metadata or {}).get("trigger", "message") == "message"


def _said_now(tracker: DialogueStateTracker, waiting: List[Dict[str, Any]]) -> bool:
    """Whether the waiting requests came with the newest message, and not with one before."""
    said = tracker.latest_message
    return bool(said and waiting[-1] in ((said.parse_data or {}).get("requests") or []))


def _mood_is_low(tracker: DialogueStateTracker) -> bool:
    """A trouble that was told now, not acknowledged before, and not worth a hand-over."""
    if not _typed(tracker) or _answers(tracker):
        return False
    decided = tracker.get_slot(SLOT) or {}
    if decided.get("frustration", 0.0) < LOW_MOOD:
        return False
    wanted = OFFER_BESIDE if decided.get("decision") == "offer" else ACKNOWLEDGE
    said = {event.metadata.get("utter_action") for event in tracker.events if isinstance(event, BotUttered)}
    return not said & {wanted, OFFER_BESIDE}


def _asked_in_turn(tracker: DialogueStateTracker) -> bool:
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return False
        if isinstance(event, SlotSet) and event.key == OPEN_QUESTION and event.value:
            return True
    return False
