"""A conversation becomes a scenario: the customer's words, without what names anybody. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from eval.outcomes.texts import entities
from eval.simulate.scenario import FORMAT
from handoff.contract.redact import redact

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


def scenario_of(name: str, events: Sequence[Event], about: str) -> str | None:
    """The scenario as YAML, ready for ``eval/scenarios/dev``; ``None`` where the customer wrote nothing.

    It asks for what went wrong: that the assistant serves the wish by itself. Orders and end state are the editor's to
    fill in: a transcript does not hold the shop.
    """
    said = [
        redact(str(event["data"]["text"]))[:LONGEST]
        for event in events
        if _by_customer(event) and event["data"].get("text")
    ]
    if not said:
        return None
    document = {
        "format": FORMAT,
        "family": name,
        "about": redact(about) or "Made of a conversation.",
        "tags": ["from_conversation", *([topic] if (topic := topic_of(events)) else [])],
        "must_pass": False,
        "goals": [{"say": [line.replace("$", "") for line in said[:MOST_WORDS]], "done": "nothing"}],
        "expect": {"owner": "bot"},
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
