"""What a customer makes of the assistant's words, from what is on the screen alone: texts, buttons, sources.

Nothing here looks behind the public API. Cues are few and wide, because a customer reads sense and not wording.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ASKS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "code": r"six-digit code|type the code",
        "email": r"e-mail address did you order|e-mail address of the order",
        "new_email": r"what is the new e-mail|whole e-mail address",
        "new_phone": r"what is the new number|whole phone number",
        "new_name": r"what is your new name|couldn't read that as a name",
        "new_address": r"where should order|street, postcode and city|write it like this",
        "months": r"how long shall i pause|which one would you like\?$",
        "plan": r"which plan",
        "subscription_action": r"what shall i do with it",
        "profile_field": r"what shall i change",
        "callback_slot": r"when shall we call",
        "item": r"what would you like to send back",
        "problem": r"what happened with it",
        "order_number": r"which (?:order|of (?:your|these) orders|refund)|which one do you mean"
        r"|is it about one of these|order's (?:invoice|refund)",
    }.items()
}
PROPOSAL = re.compile(r"\bshall (?:i|we)\b[^?]*\?\s*$|is that right\?\s*$|would you like to end it now\?\s*$", re.I)
DONE = re.compile(
    r"\bDone:|\breference is\b|\bis on its way to \S+@|\bwritten down under\b|\bopen under\b|request is in:"
)
RECEIPT = re.compile(r"\b[A-Z]{2}-[A-Z0-9]{8}\b")
LOST = re.compile(
    r"not sure I can help|beyond me, or I've misread|didn't quite get|couldn't make sense|put it another way", re.I
)
UNKNOWN = re.compile(r"don't have a reliable answer|rather not guess", re.IGNORECASE)
OFFER = re.compile(r"shall i pass you (?:on|to)|pass you to a colleague\?|shall i bring in a colleague", re.IGNORECASE)
ASKS_IF_SOLVED = re.compile(r"^yes, that's solved$", re.IGNORECASE)
YES_LABEL = re.compile(r"^yes\b", re.IGNORECASE)
NO_LABEL = re.compile(r"^no\b", re.IGNORECASE)
PERSON_LABEL = re.compile(r"talk to a person", re.IGNORECASE)
DECLINE_LABEL = re.compile(r"^no, carry on here$|^carry on in english$", re.IGNORECASE)


@dataclass(frozen=True)
class Heard:
    """Everything new on the screen since the customer last wrote. ``choices``: label and id, the newest ones."""

    texts: Sequence[str] = ()
    choices: Sequence[tuple[str, str]] = ()
    articles: Sequence[str] = ()
    with_people: bool = False
    closed: bool = False
    failed: bool = False
    waits_for_approval: bool = False
    events: Sequence[Mapping[str, Any]] = field(default=(), repr=False)

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    @property
    def last(self) -> str:
        return self.texts[-1] if self.texts else ""

    def choice(self, pattern: re.Pattern[str]) -> tuple[str, str] | None:
        return next((one for one in self.choices if pattern.search(one[0])), None)

    @property
    def asks(self) -> str | None:
        """What is asked for, where something is."""
        return next((name for name, cue in ASKS.items() if cue.search(self.last)), None)

    @property
    def proposes(self) -> bool:
        """Whether a yes is wanted to something that would change."""
        if OFFER.search(self.last):
            return False
        return bool(PROPOSAL.search(self.last)) or any(
            YES_LABEL.search(label) and not ASKS_IF_SOLVED.search(label) and not PERSON_LABEL.search(label)
            for label, _ in self.choices
        )

    @property
    def offers_person(self) -> bool:
        return bool(OFFER.search(self.text)) or any(DECLINE_LABEL.search(label) for label, _ in self.choices)

    @property
    def says_done(self) -> bool:
        return bool(DONE.search(self.text))

    @property
    def is_lost(self) -> bool:
        return self.failed or bool(LOST.search(self.text))

    @property
    def does_not_know(self) -> bool:
        return bool(UNKNOWN.search(self.text))


def heard(events: Sequence[Mapping[str, Any]]) -> Heard:
    """From the events, in the customer's own form, that came since the last look."""
    ours = [one for one in events if one["type"] == "message.sent" and one.get("source") != "customer"]
    offered = [one["data"].get("choices") or [] for one in ours]
    newest: Sequence[Mapping[str, Any]] = next((choices for choices in reversed(offered) if choices), [])
    failures = [one for one in events if one["type"] == "turn.failed"]
    people = ("handoff.queued", "handoff.accepted")
    return Heard(
        texts=[one["data"]["text"] for one in (*ours, *failures)],
        choices=[(choice["label"], choice["choice"]) for choice in newest],
        articles=[cited["article_id"] for one in ours for cited in one["data"].get("citations") or []],
        with_people=any(one["type"] in people for one in events),
        closed=any(one["type"] == "conversation.closed" for one in events),
        failed=bool(failures),
        waits_for_approval=any("asked a colleague to approve" in one["data"]["text"] for one in ours)
        or any("A colleague looks at it first" in one["data"]["text"] for one in ours),
        events=list(events),
    )
