"""Fixed sentences beside ``handoff.notices``: the assistant's own, and what colleagues read."""

from __future__ import annotations

from handoff.contract.events import ContactKind

UNBACKED = (
    "I was about to tell you something that I can't see confirmed, so I'd rather not say it. "
    "Ask me to look it up, or let a colleague check it for you."
)
PERSON_LABEL = "Talk to a person"
PERSON_PAYLOAD = "/talk_to_person"
SOLVED_LABEL = "Yes, that's solved"
NOT_SOLVED_LABEL = "Not yet"
SOLVED_PAYLOAD = "/solved_yes"
NOT_SOLVED_PAYLOAD = "/solved_no"

APPROVED_AND_NOT_DONE = (
    "This was approved and could not be carried out by itself. Please look whether it happened, and tell the customer."
)
APPROVED_WITH_A_PERSON = (
    "This was approved and is not carried out by itself: the customer has not agreed, or has written since. Ask them, "
    "then hand the conversation back so that it is done."
)
FELL_SILENT = "The customer did not answer any more."
ERASED = "This conversation has been erased."


def answer_owed(by: ContactKind) -> str:
    """The promise, as colleagues read it."""
    if by == "phone":
        return "A colleague calls the customer back about their message."
    return "A colleague answers the customer's message by e-mail."
