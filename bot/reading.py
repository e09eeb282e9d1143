"""A typed message in the light of what was said before: an answer, a choice typed out, a correction, a way out.

The classifier knows no question. This comes after it and before any policy, and only ever names an intent of the
domain; what a choice stands for is taken from the choices that the assistant itself gave in its last turn.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Tuple

from rasa.shared.core.trackers import DialogueStateTracker

from bot import answers, corrections, patience
from bot.consent import begins_with_yes, is_plain_yes
from bot.last_turn import LastTurn, last_turn
from bot.text import trouble
from bot.text.normalise import words
from bot.triage.declined import declines_only_a_person

AWAITING = "awaiting"
OPEN_QUESTION = "open_question"
OPERATION = "operation_id"
LAST_OPERATION = "last_operation"
PERSON = "talk_to_person"
Meant = Tuple[str, Dict[str, str]]
_TROUBLES = frozenset({"refund", "report_problem"})
_ONLY_TELLS = (None, "refund_status")
"""What is open where an order is asked for to tell of it: nothing was begun that the answer would go on with."""
_SHARED = ("problem",)
"""What was told of one order and is true of each."""
_TAKE_BACK = "decline_operation"
_OWN_WORDS = frozenset({"thing", "trouble"})
"""Read by the trained extractor: no value of a fixed form, so they answer nothing that is awaited."""
_NAVIGATION = frozenset({PERSON, "what_can_you_do", "deny", "affirm"})
"""Choices that lead somewhere else and do nothing by themselves."""
_CLOSING = frozenset(
    {
        "utter_thanks",
        "utter_deny_unclear",
        "utter_affirm_unclear",
        "utter_solved",
        "utter_welcome_back",
        "utter_more_wait",
    }
)
_READINGS = frozenset({"inform", "affirm", "deny"})
_OFFERS = frozenset({"utter_offer_person", "utter_other_language", "utter_not_solved"})


def read(data: Dict[str, Any], tracker: DialogueStateTracker) -> Dict[str, Any]:
    """``data`` is what the pipeline made of a typed message; what it means here goes in its place."""
    awaited = tracker.get_slot(AWAITING)
    aside = answers.is_aside(data["text"] or "", data["intent"]["name"], data["intent"]["confidence"])
    data["entities"] = answers.entities(awaited, data["entities"], aside=aside)
    if (data.get("triage") or {}).get("person"):
        return data
    if answers.is_machine_talk(data["text"] or "") or answers.is_gesture(data["text"] or ""):
        data["intent"], data["entities"] = {"name": "out_of_scope", "confidence": 1.0}, []
        return data
    several = data.get("requests") or []
    idle = not awaited and not tracker.get_slot(OPEN_QUESTION) and not tracker.get_slot(OPERATION)
    if several and idle and answers.dismisses(several[0]["text"]):
        several = several[1:]
        data["intent"] = {"name": several[0]["intent"], "confidence": several[0]["confidence"]}
        data["entities"], data["requests"] = several[0]["entities"], several if len(several) > 1 else []
    text = several[0]["text"] if several else data["text"] or ""
    before = last_turn(tracker)
    each = _each_order(text, before, tracker) if awaited == "order_number" and not several else []
    if each:
        data["intent"] = {"name": each[0]["intent"], "confidence": 1.0}
        data["entities"], data["requests"] = each[0]["entities"], each
        return data
    meant = _meant(text, data, tracker, before)
    if meant is not None:
        intent, entities = meant
        data["intent"] = {"name": intent, "confidence": 1.0}
        data["entities"] = data["entities"] + [_entity(name, value) for name, value in entities.items()]
    return data


def _meant(text: str, data: Dict[str, Any], tracker: DialogueStateTracker, before: LastTurn) -> Optional[Meant]:
    intent, confidence = data["intent"]["name"], data["intent"]["confidence"]
    awaited, question = tracker.get_slot(AWAITING), tracker.get_slot(OPEN_QUESTION)
    named = [entity["entity"] for entity in data["entities"] if entity["entity"] not in _OWN_WORDS]
    chosen = answers.typed_choice(text, [choice["title"] for choice in before.choices])
    if chosen is not None and (_is_no_confirmation(before, chosen) or _word_for_word(text, before, chosen)):
        return payload(before.choices[chosen]["payload"])
    kind, of = tracker.get_slot("transaction"), tracker.get_slot("order_number")
    numbers = [entity["value"] for entity in data["entities"] if entity["entity"] == "order_number"]
    if question and declines_only_a_person(text):
        return "needs_a_moment", {}  # no answer to what was asked
    kinds = answers.withdrawn(text) if intent != PERSON and _in_motion(tracker) else ()
    if kinds:  # before any yes is looked for: the actions take back what is of these kinds, and nothing else
        return _TAKE_BACK, {"withdraws": " ".join(kinds)}
    if _would_do(before) and (intent == "affirm" or begins_with_yes(text)):
        plain = is_plain_yes(text, _offered(question, before, tracker))
        if plain and begins_with_yes(text):
            return "affirm", {}
        if intent == "affirm" and (confidence < answers.SURE or not plain):
            if corrections.names_another(kind, text, numbers, of):
                return "inform", {}  # "yes, but at 11"
            return "out_of_scope", {}  # a doubtful yes begins nothing
    if kind == "subscription" and intent == "cancel_order" and answers.ends_what_is_spoken_of(text, numbers):
        return "subscription_change", {"subscription_action": "cancel"}
    if intent == "payment_method" and answers.speaks_of_a_gift_card(text):
        return "ask_howto", {}
    if intent == "thanks" and answers.mocks_thanks(text):
        return "complain", {}
    waits = None if named else _while_waiting(text, intent, tracker, before)
    if waits is not None:
        return waits
    if not awaited and trouble.wants_anew(text) and _trouble_is_spoken_of(kind, before):
        return "damaged_or_wrong_item", {}
    if answers.lacks(awaited, text) and not named:
        return "cannot_give", {}
    only_tells = awaited == "order_number" and kind in _ONLY_TELLS
    if only_tells and not named and answers.wishes_anew(text, intent, confidence):
        return None
    if answers.is_answer(awaited, text, intent, confidence, named):
        return "inform", {}
    proposed = corrections.waits_for_yes(question)
    if corrections.corrects(kind, text, intent, confidence, numbers, of, proposed=proposed):
        return "inform", {}
    if question and intent in _READINGS and corrections.asks(text):
        return "out_of_scope", {}  # a question is no answer: what was asked is asked again
    if answers.yes_elsewhere(text) and _OFFERS & set(before.responses):
        return "affirm", {}
    if question and not awaited and answers.names_a_thing(text, intent, confidence):
        return "inform", {}
    if intent == "affirm" and not question:
        return _yes(before)
    if intent == "deny" and not question:
        return _no(text, before, tracker.get_slot(OPERATION))
    return None


def _while_waiting(text: str, intent: str, tracker: DialogueStateTracker, before: LastTurn) -> Optional[Meant]:
    """What names nothing while a question is open: time is wanted, a new code, or the address was not the right one."""
    awaited, email = tracker.get_slot(AWAITING), tracker.get_slot("email")
    if email and patience.names_wrong_address(awaited, text):
        return "inform", {"email": ""}
    if email and patience.wants_new_code(awaited, text):
        return "inform", {"email": email}
    agrees = intent == "affirm" and answers.needs_its_form(awaited) and not _OFFERS & set(before.responses)
    agrees = agrees and is_plain_yes(text, "")
    if tracker.get_slot(OPEN_QUESTION) and (agrees or patience.needs_a_moment(text)):
        return "needs_a_moment", {}
    return None


def _in_motion(tracker: DialogueStateTracker) -> bool:
    """Whether something is being asked for, was proposed, or is on its way."""
    return any(tracker.get_slot(name) for name in ("transaction", OPERATION, LAST_OPERATION))


def _trouble_is_spoken_of(kind: Optional[str], before: LastTurn) -> bool:
    """Whether "send it again" can only mean what did not come, or came broken."""
    offered = {payload(choice["payload"])[0] for choice in before.choices}
    return kind in _TROUBLES or "refund_request" in offered


def _each_order(text: str, before: LastTurn, tracker: DialogueStateTracker) -> List[Dict[str, Any]]:
    """ "Both of them", where it was asked which of two orders: a request for each, as if both had been named."""
    offered = [payload(choice["payload"]) for choice in before.choices]
    orders = [(intent, named) for intent, named in offered if "order_number" in named]
    if len({intent for intent, _ in orders}) != 1 or not answers.means_each(text, len(orders)):
        return []
    told = {name: tracker.get_slot(name) for name in _SHARED if tracker.get_slot(name)}
    return [
        {
            "text": named["order_number"],
            "intent": intent,
            "confidence": 1.0,
            "entities": [_entity(name, value) for name, value in {**told, **named}.items()],
        }
        for intent, named in orders
    ]


def _is_no_confirmation(before: LastTurn, chosen: int) -> bool:
    return payload(before.choices[chosen]["payload"])[0] != "confirm_operation"


def _would_do(before: LastTurn) -> bool:
    return any(not _is_no_confirmation(before, number) for number in range(len(before.choices)))


def _offered(question: Optional[Dict[str, Any]], before: LastTurn, tracker: DialogueStateTracker) -> str:
    """The words of what a yes would begin: the question, the label of its yes, and what the transaction is called. Not
    what was said before the question: "so a plain yes or no" lends no words."""
    labels = [choice["title"] for choice in before.choices if payload(choice["payload"])[0] == "confirm_operation"]
    called = (tracker.get_slot("transaction") or "").replace("_", " ")
    return " ".join([(question or {}).get("text") or before.text, *labels, called])


def _word_for_word(text: str, before: LastTurn, chosen: int) -> bool:
    """A change is only confirmed by a yes, or by its button's whole label."""
    return words(text) == words(before.choices[chosen]["title"])


def _yes(before: LastTurn) -> Optional[Meant]:
    """What a yes stands for where nothing waits for one."""
    if _OFFERS & set(before.responses):
        return None
    doing = [one for one in before.choices if payload(one["payload"])[0] not in _NAVIGATION]
    if len(doing) == 1 and payload(doing[0]["payload"])[0] != _TAKE_BACK:
        return payload(doing[0]["payload"])
    if before.asked_solved:
        return "solved_yes", {}
    if before.spoke_of_approval:
        return "operation_status", {}
    offered = any(payload(one["payload"])[0] == PERSON for one in before.choices)
    if offered and not doing and before.text.rstrip().endswith("?") and "utter_capabilities" not in before.responses:
        return PERSON, {}
    return None


def _no(text: str, before: LastTurn, operation: Optional[str]) -> Optional[Meant]:
    if answers.says_enough(text) or _CLOSING & set(before.responses):
        return "goodbye", {}
    if operation:  # prepared, and with a colleague: the customer's yes to it is taken back
        return _TAKE_BACK, {"operation_id": operation}
    if before.asked_solved:
        return "solved_no", {}
    if before.spoke_of_approval:
        return "operation_status", {}
    return None


def payload(text: str) -> Meant:
    """``/intent{"entity": "value"}``, as this assistant's own choices carry it."""
    intent, brace, entities = text.lstrip("/").partition("{")
    return intent, json.loads(brace + entities) if brace else {}


def _entity(name: str, value: str) -> Dict[str, Any]:
    return {"entity": name, "start": 0, "end": 0, "value": value, "extractor": "choice"}
