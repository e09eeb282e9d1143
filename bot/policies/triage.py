"""Rasa policy: reads the last turns off the tracker, asks ``bot.triage.decide``, and acts before every other policy.

It speaks once a turn, right after the customer: its decision goes into the slot ``triage`` (so the tracker shows why),
and where the decision is not "continue" it predicts the action that carries it out, with the highest priority.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Dict, List, Optional

from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.last_turn import done_in_turn
from bot.triage.decide import Decision, decide
from bot.triage.seen import Seen, read
from bot.triage.thresholds import shipped
from bot.waiting import PER_TURN, after, to_do

SLOT = "triage"
AWAITING = "awaiting"
WAITING = "waiting_requests"
QUESTION_OPEN = "question_open"
NEXT_REQUEST = "action_next_request"
INFORM = "inform"
ACKNOWLEDGE = "utter_acknowledge"
HAND_OVER = "action_hand_over"
OFFER = "utter_offer_person"
OFFER_LANGUAGE = "utter_other_language"
OFFER_UNSOLVED = "utter_not_solved"
BOUNDARY = "utter_boundary"
FALLBACKS = frozenset({"action_not_understood", "utter_out_of_scope"})
TOOL_FAILED = "action_tool_failed"
BACK_TO_QUESTION = "action_back_to_question"
ENDS = frozenset({HAND_OVER, OFFER, OFFER_LANGUAGE, OFFER_UNSOLVED, TOOL_FAILED, NEXT_REQUEST})
"""After these the turn is over, whatever the rules say."""
LEADS_ON = frozenset({"action_order_status", "action_answer_question", "action_not_understood", "action_what_became"})
"""The rules go on after these, so a request that waits does not come yet."""
OFFERS = frozenset({OFFER, OFFER_LANGUAGE, OFFER_UNSOLVED, "utter_complaint"})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class TriagePolicy(Policy):
    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """``priority`` lies above RulePolicy's 6."""
        return {"priority": 10}

    @staticmethod
    def supported_data() -> SupportedData:
        return SupportedData.ML_AND_RULE_DATA

    def __init__(
        self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, context: ExecutionContext
    ) -> None:
        super().__init__(config, model_storage, resource, context)
        self._limits = shipped()

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> TriagePolicy:
        return cls(config, model_storage, resource, execution_context)

    def train(self, training_trackers: List[Any], domain: Domain, **_: Any) -> Resource:  # noqa: ARG002
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[Dict[str, Any]] = None,  # noqa: ARG002 - Rasa's signature
        **_: Any,
    ) -> PolicyPrediction:
        latest = tracker.latest_action_name
        if latest == BOUNDARY:
            return self._predict(BACK_TO_QUESTION, domain)
        if latest == BACK_TO_QUESTION and _bounded(tracker):
            return self._predict(ACTION_LISTEN_NAME, domain)
        if latest != ACTION_LISTEN_NAME and latest not in LEADS_ON and _request_waits(tracker):
            return self._predict(NEXT_REQUEST, domain)
        if latest in ENDS:
            return self._predict(ACTION_LISTEN_NAME, domain)
        if latest != ACTION_LISTEN_NAME or tracker.latest_message is None:
            return self._predict(None, domain)
        turns = seen(tracker)
        if not turns or is_system(tracker.latest_message):
            return self._predict(None, domain)
        decision = decide(turns, self._limits)
        events = [SlotSet(SLOT, asdict(decision)), *_waiting(tracker)]
        return self._predict(action_for(decision), domain, events)

    def _predict(self, action: Optional[str], domain: Domain, events: Optional[List[Any]] = None) -> PolicyPrediction:
        chances = self._default_predictions(domain)
        if action is not None:
            chances[domain.index_for_action(action)] = 1.0
        # A form that waits counts as "no user prediction" and would overrule every other; so does what we decide.
        return self._prediction(chances, events=events, is_no_user_prediction=action is not None)


def action_for(decision: Decision) -> Optional[str]:
    """The action that carries a decision out; ``None`` leaves the turn to the rules."""
    if decision.decision == "hand_over":
        return HAND_OVER
    if decision.decision == "boundary":
        return BOUNDARY
    if decision.decision == "offer":
        if decision.rule == "frustration_rising":
            return None
        if decision.rule == "other_language":
            return OFFER_LANGUAGE
        return OFFER_UNSOLVED if decision.rule == "not_solved" else OFFER
    return None


def _bounded(tracker: DialogueStateTracker) -> bool:
    """Whether a boundary was set in this turn: then what was said is not answered by a rule beside it."""
    return tracker.get_slot(SLOT) is not None and tracker.get_slot(SLOT).get("decision") == "boundary"


def _request_waits(tracker: DialogueStateTracker) -> bool:
    """Whether another request of the customer's may be taken up now: nothing is open and nobody else takes over."""
    if not to_do(tracker.get_slot(WAITING)) or tracker.get_slot(QUESTION_OPEN):
        return False
    if done_in_turn(tracker).count(NEXT_REQUEST) >= PER_TURN:
        return False
    return tracker.latest_action_name not in ENDS - {NEXT_REQUEST}


def _waiting(tracker: DialogueStateTracker) -> List[SlotSet]:
    """The requests that wait after the newest message."""
    said = tracker.latest_message
    before = tracker.get_slot(WAITING) or []
    if said is None:
        return []
    now = after(before, said.intent_name, dict(said.parse_data or {}))
    return [SlotSet(WAITING, now or None)] if now != before else []


def is_system(message: UserUttered) -> bool:
    """Whether the turn was started by the system (hand-back, approval) and not by the customer."""
    return (message.metadata or {}).get("trigger", "message") not in ("message", "choice")


def seen(tracker: DialogueStateTracker) -> List[Seen]:
    """The customer's turns on the tracker, oldest first, each with how the bot answered it."""
    turns: List[Dict[str, Any]] = []
    asked: Optional[str] = None
    put_again, open_question = 0, False
    for event in tracker.events:
        if isinstance(event, SlotSet) and event.key == AWAITING:
            put_again = put_again if event.value == asked else 0
            asked = event.value
        elif isinstance(event, SlotSet) and event.key == QUESTION_OPEN:
            open_question = bool(event.value)
        elif isinstance(event, UserUttered):
            if is_system(event):
                continue
            put_again += asked is not None and event.intent_name == INFORM
            turns.append({**_read(event), "in_form": asked is not None, "same_question": put_again})
        elif isinstance(event, ActionExecuted) and turns:
            name = event.action_name
            turns[-1]["fallback"] |= name in FALLBACKS
            turns[-1]["offered"] |= name in OFFERS
            turns[-1]["bounded"] |= name == BOUNDARY
            turns[-1]["overtaken"] |= name == BACK_TO_QUESTION and open_question
            turns[-1]["tool_failed"] |= name == TOOL_FAILED
    return [Seen(**turn) for turn in turns]


def _read(event: UserUttered) -> Dict[str, Any]:
    metadata = event.metadata or {}
    intent = {"name": event.intent_name, "confidence": (event.intent or {}).get("confidence")}
    return {
        **read(event.text or "", {**(event.parse_data or {}), "intent": intent}),
        "seq": metadata.get("seq"),
        "written": metadata.get("trigger", "message") == "message",
        "fallback": False,
        "offered": False,
        "bounded": False,
        "overtaken": False,
        "tool_failed": False,
    }
