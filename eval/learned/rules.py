"""A conversation becomes a scenario: the customer's words, without what names anybody. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from eval.learned.state import state_of
from eval.outcomes.texts import entities
from eval.simulate.scenario import FORMAT
from handoff.contract.redact import redact
from handoff.contract.turn import ToolCall

NOTHING_DONE = "do_nothing_passes"
"""The tag of a scenario in whose conversation nothing was done: until an editor says what proves it, silence passes."""
MOST_WORDS = 8
LONGEST = 600
_SMALL_TALK = frozenset(
    {"greet", "thanks", "goodbye", "affirm", "deny", "talk_to_person", "confirm_operation", "inform"}
)

Event = Mapping[str, Any]


def topic_of(events: Sequence[Event]) -> str | None:
    """What the conversation was about: the intent that was understood most often, small talk aside."""
    intents = [event["data"].get("intent") for event in events if event["type"] == "triage.decided"]
    counted = Counter(intent for intent in intents if intent and intent not in _SMALL_TALK)
    return counted.most_common(1)[0][0] if counted else None


def kinds_of(events: Sequence[Event]) -> frozenset[str]:
    """The kinds of things whose numbers the customer named: the letters before the digits."""
    named = (entities(str(event["data"].get("text") or "")) for event in events if _by_customer(event))
    return frozenset(name.split("-")[0] for names in named for name in names)


def one_kind(these: frozenset[str], those: frozenset[str]) -> bool:
    """Whether two conversations may be about the same kind of thing: one that names nothing says nothing."""
    return not these or not those or bool(these & those)


def _by_customer(event: Event) -> bool:
    return bool(event["type"] == "message.sent" and event["source"] == "customer")


def scenario_of(name: str, events: Sequence[Event], about: str, calls: Sequence[ToolCall] = ()) -> str | None:
    """The scenario as YAML, ready for ``eval/scenarios/dev``; ``None`` where the customer wrote nothing.

    It asks that the assistant serves the wish by itself: the orders are those that were read (``calls``, as stored with
    the turns), the end state is what was verified. Where nothing was done, what proves it is the editor's to fill in.
    """
    shop = state_of(events, calls)
    said = [
        redact(shop.told(str(event["data"]["text"])))[:LONGEST]
        for event in events
        if _by_customer(event) and event["data"].get("text")
    ]
    if not said:
        return None
    about_order = next((effect["order"] for effect in shop.done if "order" in effect), None)
    topic = topic_of(events)
    document = {
        "format": FORMAT,
        "family": name,
        "about": redact(about.replace("$", "")) or "Made of a conversation.",
        "tags": ["from_conversation", *([topic] if topic else []), *([] if shop.done else [NOTHING_DONE])],
        "must_pass": False,
        **({"start": {"orders": dict(shop.orders)}} if shop.orders else {}),
        "goals": [
            {
                "say": said[:MOST_WORDS],
                **({"order": about_order} if about_order else {}),
                "done": "effect" if shop.done else "nothing",
            }
        ],
        "expect": {"owner": "bot", "ends": [list(shop.done)]},
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
