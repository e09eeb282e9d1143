"""From the log of an episode that ended in silence to what a judge may know of it. Pure.

The outcome itself is not looked at: neither status nor evidence, and no link to a later contact that they rest on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from eval.judge.model import Reading
from eval.outcomes import texts
from eval.outcomes.linking import Similarity
from eval.outcomes.model import RETURNS_WITHIN, Contact, Conversation, Episode, Event

SAME_MEANING: Final = 0.6
"""From this likeness on, a later message says the need once more."""
FEW_WORDS: Final = 3
"""A message of fewer words says nothing once more."""
LONGEST: Final = 400
"""Letters of a message that are compared."""

_THANKS = re.compile(
    r"\b(?:thanks?|thank you|thx|cheers|perfect|great|good to know|got it|works now|that helps|brilliant|lovely|bye"
    r"|goodbye|danke)\b",
    re.IGNORECASE,
)
_OBJECTS = re.compile(
    r"\b(?:not what i|(?:doesn|does|didn|did)(?:['’]?t| not) (?:help|work|answer)|useless|wrong|still (?:not|no)\b"
    r"|i know,? but|yes,? but|no help|not helpful|nonsense|you don['’]?t understand|i said"
    r"|i (?:already )?asked)|^no\b[,.!]? \w+",
    re.IGNORECASE,
)  # fmt: skip
_HEDGES = re.compile(
    r"\bnot sure\b|\bcould(?:n['’]t| not) find\b|\b(?:can['’]?t|cannot|can not) (?:help|say|tell|find)"
    r"|do(?:n['’]t| not) (?:know|understand)|\bhere is what i can do\b|\blooking into (?:it|that)\b"
    r"|\bpassed (?:it|that) on\b"
    r"|\bget back to you\b|\bdid not (?:catch|understand)",
    re.IGNORECASE,
)  # fmt: skip
_TROUBLE = re.compile(
    r"\b(?:broken?|damaged?|wrong|missing|late|lost|locked|invalid|crash\w*|charged|hole|fault\w*|never|nobody|fail\w*|error"
    r"|complain\w*|cancelled|not (?:come|arrived|here|there|work\w*|mine)|(?:did|does|was|is|has)(?: not|n['’]?t)\b)",
    re.IGNORECASE,
)  # fmt: skip


_MORE = re.compile(r"\b(?:anything|something) else\b|\bsolved\b|\bdid (?:that|this) help\b", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?])\s+")


class Line(NamedTuple):
    """One message: ``who`` is ``customer``, ``bot`` or ``agent``; ``sections``: headings of what it cites."""

    who: str
    text: str
    cited: bool
    sections: tuple[str, ...] = ()


def read(
    episode: Episode, conversations: Mapping[str, Conversation], later: Iterable[Contact], likeness: Similarity
) -> Reading | None:
    """``later``: the customer's contacts that are no part of the episode. ``None`` where there are no words to read,
    because nobody said any or because they were erased."""
    contacts = [each for each in episode.contacts if each.exclusion is None] or list(episode.contacts)
    lines = [line for each in contacts for line in _lines(each, conversations[each.conversation_id].events)]
    need = next((each.need for each in contacts if each.need), "")
    start = next((at for at, line in enumerate(lines) if line.who == "customer" and texts.states_need(line.text)), None)
    answers = [line for line in lines[start or 0 :] if line.who != "customer"]
    if not need or start is None or not answers:
        return None
    first = lines.index(answers[0], start)
    after = [line.text for line in lines[first + 1 :] if line.who == "customer"]
    nearness = [_nearness(need, line, likeness) for line in answers]
    nearest = answers[nearness.index(max(nearness))]
    efforts = [each.effort for each in contacts]
    last = contacts[-1]
    return Reading(
        likeness=max(nearness),
        again=sum(_says_again(text, need, likeness) for text in after),
        same_answer=len({line.text for line in answers}) < len(answers),
        trouble=_TROUBLE.search(need) is not None,
        objected=any(_OBJECTS.search(text) for text in after),
        thanked=bool(after) and any(_THANKS.search(text) for text in after),
        hedged=_HEDGES.search(nearest.text) is not None or _HEDGES.search(answers[-1].text) is not None,
        asked_back=_asks_back(answers[-1].text),
        cited=nearest.cited,
        certainty=_certainty(contacts, conversations),
        frustration=max(each.frustration for each in efforts),
        not_understood=sum(each.not_understood for each in efforts),
        failed=sum(each.failed_turns for each in efforts),
        turns=sum(each.turns for each in efforts),
        person_offered=any(each.offers for each in contacts),
        closed_by_person=last.closing is not None and last.closing[1] == "resolved",
        nearest_return=_nearest_return(last, need, later, likeness),
    )


def _lines(contact: Contact, events: Sequence[Event]) -> list[Line]:
    return [
        Line(
            event.source,
            str(event.data.get("text", "")),
            bool(event.data.get("citations")),
            tuple(str(each["section"]) for each in event.data.get("citations") or () if each.get("section")),
        )
        for event in events
        if contact.first.seq <= event.seq <= contact.last.seq
        and event.type == "message.sent"
        and event.source in ("customer", "bot", "agent")
        and event.data.get("text")
    ]


def _nearness(need: str, line: Line, likeness: Similarity) -> float:
    """A table or a list answers well and reads like no question: the heading over it does."""
    return max(likeness(need, text[:LONGEST]) for text in (line.text, *line.sections))


def _asks_back(text: str) -> bool:
    """Whether something is wanted of the customer: any question but whether all is well."""
    return any(part.endswith("?") and not _MORE.search(part) for part in _SENTENCES.split(text.strip()))


def _says_again(text: str, need: str, likeness: Similarity) -> bool:
    return len(text.split()) >= FEW_WORDS and likeness(need, text[:LONGEST]) >= SAME_MEANING


def _certainty(contacts: Sequence[Contact], conversations: Mapping[str, Conversation]) -> float | None:
    """How sure the first need was understood, as triage wrote it down."""
    for contact in contacts:
        for event in conversations[contact.conversation_id].events:
            if event.type != "triage.decided" or not contact.first.seq <= event.seq <= contact.last.seq:
                continue
            if event.data.get("intent") not in texts.SMALL_TALK and event.data.get("confidence") is not None:
                return float(event.data["confidence"])
    return None


def _nearest_return(last: Contact, need: str, later: Iterable[Contact], likeness: Similarity) -> float | None:
    found = [
        likeness(need, each.need)
        for each in later
        if each.need and each.exclusion is None and 0 < each.opened_at - last.ended_at <= RETURNS_WITHIN
    ]
    return max(found) if found else None
