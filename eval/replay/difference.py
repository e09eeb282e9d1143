"""What changed in one turn: the same history and the same words, another answer. Pure."""

from __future__ import annotations

from typing import Final, Literal

from eval.replay.model import Asked
from eval.replay.said import LOST, SERVED, Said

Difference = Literal[
    "same", "reworded", "other_article", "other_answer", "now_answers", "no_longer_answers", "asks_back", "hands_over",
    "no_longer_hands_over", "held_back", "fails", "off_the_record",
]  # fmt: skip
TITLES: Final[dict[Difference, str]] = {
    "same": "the same",
    "reworded": "the same in other words",
    "other_article": "from another article",
    "other_answer": "another answer",
    "now_answers": "now answers what it did not",
    "no_longer_answers": "no longer answers or does it",
    "asks_back": "would have asked back",
    "hands_over": "would have handed over",
    "no_longer_hands_over": "would not have handed over",
    "held_back": "would have been held back by the gateway",
    "fails": "the turn fails",
    "off_the_record": "asks what is not on the record",
}
"""As people read it."""
NO_CHANGE: Final[frozenset[Difference]] = frozenset({"same", "reworded"})


def difference(before: Said, asked: Asked) -> Difference:
    if asked.missed:
        return "off_the_record"
    if asked.said is None:
        return "fails"
    now = asked.said
    if asked.held_back and now.text != before.text:  # what was held back then as well is no difference
        return "held_back"
    if now.kind == before.kind:
        return _of_one_kind(before, now)
    if now.kind == "handed_over":
        return "hands_over"
    if now.serves and before.kind in (*LOST, "handed_over"):
        return "now_answers"
    if before.kind == "handed_over":
        return "no_longer_hands_over"
    if _does_less(before, now):
        return "no_longer_answers"
    return "asks_back" if now.kind == "asked_back" else "other_answer"


def _of_one_kind(before: Said, now: Said) -> Difference:
    if before.kind == "answered" and set(before.articles) != set(now.articles):
        return "other_article"
    if before.kind == "done" and set(before.operations) - set(now.operations):
        return "no_longer_answers"
    if before.kind == "asked_back" and before.operations and not now.operations:
        return "no_longer_answers"
    if before.steps and before.kind in ("asked_back", "said") and before.asks != now.asks:
        return "other_answer"
    if (before.text, before.labels or now.labels) == (now.text, now.labels):
        return "same"
    if before.kind in ("said", "told") and before.steps and before.steps != now.steps:
        return "other_answer"
    # What the business system said is frozen, so other words about it are another account of the same.
    return "reworded" if before.steps or before.kind in ("answered", "handed_over", *LOST) else "other_answer"


def _does_less(before: Said, now: Said) -> bool:
    """It served, or had something prepared to be confirmed, and now it does neither."""
    if before.operations or before.kind in ("done", "approval"):
        return not now.operations and now.kind != "approval"
    return before.kind in SERVED and (now.kind in LOST or now.kind == "said")
