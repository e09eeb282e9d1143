"""Is this message the answer to what was asked? Pure rules beside the classifier, which knows no question.

``awaited`` is what the actions asked for last (the slot ``awaiting``), ``None`` when no question is open.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Sequence

ADDRESS = "new_address"
_FORMED = frozenset({"order_number", "email", "code"})
_OWN_WISH = frozenset({"talk_to_person", "cancel_order", "start_over"})
"""Wishes that stand even where a message also brings what was asked for."""
_WAYS_OUT = frozenset(
    {
        "talk_to_person", "start_over", "thanks", "goodbye", "greet", "deny", "affirm", "ask_howto", "bot_challenge",
        "what_can_you_do", "complain", "order_status", "refund_status", "solved_yes", "solved_no",
    }
)  # fmt: skip
"""What stays itself where a few free words are awaited."""
_SURE = 0.8
_FEW_WORDS = 9
_MONTHS = re.compile(r"\b(?:[1-9]\d?|one|two|three|four|six|a|couple)\b(?:\s*(?:of )?months?)?", re.IGNORECASE)
_NUMBER_AND_WORD = re.compile(r"(?=.*\d)(?=.*[^\W\d_]{3})", re.DOTALL)
_SHOWS: Dict[str, re.Pattern[str]] = {
    "problem": re.compile(
        r"wrong|different|not what i|damag|brok|crush|torn|crack|dent|leak|rip|smash|missing|never|not arriv|n't arriv|"
        r"hasn't|not here|lost|late|delay|overdue|nothing came",
        re.IGNORECASE,
    ),
    "subscription_action": re.compile(
        r"\b(?:cancel|end|stop|quit|pause|hold|skip|suspend|resume|restart|continue|plan|switch|upgrade|downgrade|"
        r"change|bigger|smaller)",
        re.IGNORECASE,
    ),
    "months": _MONTHS,
}
"""Words that answer the question, whatever the classifier makes of them."""
_CORRECTS = re.compile(
    r"\b(?:(?:the|my) )?(?:other|another|different) (?:order|one)\b|\bnot (?:that|this) (?:order|one)\b|"
    r"\bwrong order\b",
    re.IGNORECASE,
)


def entities(awaited: Optional[str], found: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Where an address is awaited, "A-6020 Innsbruck" is a postcode and no order."""
    if awaited != ADDRESS:
        return found
    return [entity for entity in found if entity["entity"] != "order_number"]


def is_answer(awaited: Optional[str], text: str, intent: str, confidence: float, named: Sequence[str]) -> bool:
    """Whether ``text`` answers the open question. ``named`` are the entities found in it."""
    if awaited is None or (intent in _OWN_WISH and confidence > _SURE):
        return False
    if awaited in named:
        return True
    question = text.rstrip().endswith("?")
    if awaited == ADDRESS:
        return not question and _NUMBER_AND_WORD.search(text) is not None
    if intent == "talk_to_person" or question or len(text.split()) > _FEW_WORDS:
        return False
    shows = _SHOWS.get(awaited)
    if shows is not None and shows.search(text):
        return intent != "deny" and not (intent == "start_over" and confidence > _SURE)
    if awaited in {"email", "code"}:
        return False
    # An order or an item told by its name, a plan by its name: a few words that are no known wish of another kind.
    return intent not in _WAYS_OUT or (confidence < _SURE / 2 and intent != "deny")


def corrects(transaction: Optional[str], text: str, intent: str) -> bool:
    """ "No, the other order" while something is being prepared: a correction, neither a refusal nor a new wish."""
    return transaction is not None and intent != "talk_to_person" and _CORRECTS.search(text) is not None
