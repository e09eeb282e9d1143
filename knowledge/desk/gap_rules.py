"""Which questions are gaps, which belong together, and how a gap moves. Pure.

A question joins the gap of its language that holds the same words, or else the one to whose questions it is nearest on
the average, when it is near enough; or it begins one (leader clustering: one pass, and one order gives one grouping).
``python -m knowledge.desk.measure`` shows how the line was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np

from knowledge.desk.questions import Stored
from knowledge.embeddings import Vectors
from knowledge.errors import WrongState
from knowledge.store import Article

State = Literal["open", "drafted", "closed", "dismissed"]
Event = Literal["draft", "close", "resolve", "dismiss", "reopen", "reject"]
Reason = Literal["unanswered", "rejected", "low_confidence"]

TRANSITIONS: Final[dict[tuple[State, Event], State]] = {
    ("open", "draft"): "drafted",
    ("drafted", "draft"): "drafted",
    ("open", "close"): "closed",
    ("drafted", "close"): "closed",
    ("open", "resolve"): "closed",
    ("drafted", "resolve"): "closed",
    ("open", "dismiss"): "dismissed",
    ("drafted", "dismiss"): "dismissed",
    ("closed", "reopen"): "open",
    ("dismissed", "reopen"): "open",
    ("closed", "reject"): "open",
}
"""``resolve``: a published article answers now. ``reject``: the question came back after the gap was closed.
``draft`` again: the draft that was there is in the archive."""


@dataclass(frozen=True)
class GapRules:
    """``join_at``: mean cosine to a gap's questions from which a question belongs to it."""

    join_at: float = 0.55


def is_gap(question: Stored) -> bool:
    """Whether a question is one as soon as it is asked: nothing answered it, or it was shown the closest that there is,
    which an editor should look at. A search of the help centre shows what is near and calls nothing an answer."""
    return not question.found or (question.channel != "help" and not question.sure)


def after(state: State, event: Event) -> State:
    """Raises ``WrongState`` where the gap does not allow it."""
    following = TRANSITIONS.get((state, event))
    if following is None:
        raise WrongState("illegal_transition", f"A gap that is {state} cannot {event}.", state=state)
    return following


def draft_of(state: State, draft_id: str | None, draft: Article | None) -> str | None:
    """The article that is being written for a gap. None where there is none any more: what was archived will not
    answer, and what was published before the gap came back did not."""
    if draft is None or draft.state == "archived" or state not in ("open", "drafted"):
        return None
    return draft_id if state == "drafted" or draft.published_version is None else None


class Told(Protocol):
    """What came of a question."""

    @property
    def found(self) -> bool: ...
    @property
    def rejected_at(self) -> str | None: ...


def reason(question: Told) -> Reason:
    if question.rejected_at is not None:
        return "rejected"
    return "low_confidence" if question.found else "unanswered"


def nearest(vector: Vectors, centres: Sequence[Vectors], join_at: float) -> int | None:
    """The place of the centre that a question joins, the first of equals; None where none is near enough."""
    if not centres:
        return None
    cosines = np.stack(centres) @ vector
    best = int(np.argmax(cosines))
    return best if float(cosines[best]) >= join_at else None


def mean(*groups: tuple[Vectors, int]) -> Vectors:
    """The mean of several groups, each given by its centre and size.

    Its length stays: the more a gap's questions differ, the shorter it is and the nearer a question must be. With unit
    length a mixed gap would draw in whatever is vaguely near.
    """
    found = np.sum([centre * count for centre, count in groups], axis=0) / max(sum(count for _, count in groups), 1)
    return np.asarray(found, dtype=np.float32)
