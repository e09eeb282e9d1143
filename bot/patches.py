"""The changes that we make to Rasa from outside, each small and named. ``install`` is idempotent.

``resolve_actions``  Rasa builds every default action anew for each look-up and knows no action of ours that runs in its
                     own process. One resolver with a cache, asked first for ``bot.local_actions``.
``cache_types``      ``Event.resolve_by_type`` and ``Slot.resolve_by_type`` walk the tree of subclasses for every event.
``check_responses``  The reply of an action is validated by ``jsonschema`` against the schema of all events, which costs
                     more than the action. The webhook is ours and its reply is checked for its two lists only.
``remember_rules``   ``RulePolicy`` replays the whole conversation for each prediction and holds every rule against
                     every past state, twice: once for rules about texts, of which we have none. The states so far are
                     kept (``bot.followed``), and what the last ones led to is remembered.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional, Tuple

import rasa.core.actions.action as actions
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.events import Event
from rasa.shared.core.slots import Slot

from bot.followed import states_of

Maker = Callable[[Any], Any]

_done: Dict[str, bool] = {}
_MOST_REMEMBERED = 10_000


def install(local: Dict[str, Maker]) -> None:
    """``local`` names the actions that run here; each maker is given the action endpoint."""
    resolve_actions(local)
    if not _done:
        cache_types()
        check_responses()
        remember_rules()
        _done["installed"] = True


def resolve_actions(local: Dict[str, Maker]) -> None:
    original = getattr(actions, "frontdesk_original", actions.action_for_name_or_text)
    cache: Dict[Tuple[str, int], Any] = {}

    def action_for_name_or_text(name: str, domain: Any, endpoint: Optional[Any]) -> Any:
        key = (name, id(endpoint))
        if key not in cache:
            maker = local.get(name)
            cache[key] = maker(endpoint) if maker else original(name, domain, endpoint)
        return cache[key]

    actions.frontdesk_original = original
    actions.action_for_name_or_text = action_for_name_or_text


def cache_types() -> None:
    for base in (Event, Slot):
        original = base.resolve_by_type
        known: Dict[Any, Any] = {}

        def resolve(*arguments: Any, _original: Any = original, _known: Dict[Any, Any] = known) -> Any:
            if arguments not in _known:
                _known[arguments] = _original(*arguments)
            return _known[arguments]

        base.resolve_by_type = staticmethod(resolve)


def check_responses() -> None:
    def validate(self: Any, result: Any) -> bool:  # noqa: ARG001 - Rasa's signature
        if not isinstance(result, dict) or not all(
            isinstance(result.get(key, []), list) for key in ("events", "responses")
        ):
            raise ValueError("the action webhook answered in another shape")
        return True

    actions.RemoteAction._validate_action_result = validate


def remember_rules() -> None:
    original = RulePolicy._find_action_from_rules

    def find(self: Any, tracker: Any, domain: Any, use_text_for_last_user_input: bool) -> Any:
        if tracker.active_loop_name:
            return original(self, tracker, domain, use_text_for_last_user_input)
        if use_text_for_last_user_input:
            return None, None, False
        rules = self.lookup[RULES]
        memory = self.__dict__.setdefault("frontdesk_memory", {})
        longest = self.__dict__.get("frontdesk_longest")
        if longest is None:
            longest = max((len(self._rule_key_to_state(key)) for key in rules), default=1)
            self.frontdesk_longest = longest
        states = states_of(tracker, domain)
        self.featurizer._choose_last_user_input([states], False)
        key = self._create_feature_key(states[-longest:])
        if key not in memory:
            if len(memory) >= _MOST_REMEMBERED:
                memory.clear()
            fitting = self._get_possible_keys(rules, states)
            best = max(fitting, key=len, default="")
            memory[key] = (rules.get(best), best or self._create_feature_key(states), False)
        return memory[key]

    RulePolicy._find_action_from_rules = find
