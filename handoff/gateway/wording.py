"""What the system itself says to a customer: honest, brief, and true at the moment it is said."""

from __future__ import annotations

from datetime import datetime

from handoff.contract.events import ContactKind, HandoffReason

STILL_WORKING = (
    "I have your message and I'm still working on it. This is taking longer than it should — "
    "you don't need to send it again."
)
TURN_FAILED = (
    "I couldn't work that out just now, and I won't guess. I've passed you to a colleague, "
    "together with everything you've written."
)
FILES_ALONE = (
    "Thank you, I have your file. I can't look into files myself: tell me in a sentence what it is about, "
    "or talk to a person, who will see it."
)
UNBACKED = (
    "I was about to tell you something that I can't see confirmed, so I'd rather not say it. "
    "Ask me to look it up, or let a colleague check it for you."
)
APPROVED_AND_NOT_DONE = (
    "This was approved and could not be carried out by itself. Please look whether it happened, and tell the customer."
)
ERASED = "This conversation has been erased."
PERSON_LABEL = "Talk to a person"
PERSON_PAYLOAD = "/talk_to_person"
NOT_SOLVED_AFTER_ALL = "I'm sorry that this isn't solved. I've opened it again and passed it to a colleague."
SOLVED_LABEL = "Yes, that's solved"
NOT_SOLVED_LABEL = "Not yet"
SOLVED_PAYLOAD = "/solved_yes"
NOT_SOLVED_PAYLOAD = "/solved_no"


def queued(position: int, reason: HandoffReason, opening: str | None) -> str:
    if opening is None:
        opening = "Of course." if reason == "explicit_request" else "A colleague will take it from here."
    place = "You're next in line" if position == 1 else f"You're number {position} in line"
    promise = "whoever picks this up sees our whole conversation, so you won't have to repeat it."
    return f"{opening} {place}, and {promise}".strip()


FELL_SILENT = "The customer did not answer any more."


def still_there(minutes: int) -> str:
    span = "a minute" if minutes == 1 else f"{minutes} minutes"
    return (
        f"Are you still there? There's no rush. If I don't hear from you, I'll close this in {span}; "
        "write here whenever you like and we go on from where we are."
    )


def answer_owed(by: ContactKind) -> str:
    """The promise, as colleagues read it."""
    if by == "phone":
        return "A colleague calls the customer back about their message."
    return "A colleague answers the customer's message by e-mail."


def nobody_there(opens_at: datetime | None) -> str:
    """``opens_at``: in the time zone of the people's hours, where it is outside them."""
    when = f"We're back on {_day_and_time(opens_at)}." if opens_at else "All my colleagues are away from their desks."
    return (
        f"{when} You keep your place here. If you'd rather not wait, leave your e-mail address or telephone number "
        "and a few words, and a colleague will answer you there."
    )


def message_left(due_at: datetime, by: ContactKind) -> str:
    how = "call you on that number" if by == "phone" else "answer you at that address"
    return (
        f"Thank you, that's noted. A colleague will {how} by {_day_and_time(due_at)}. "
        "You keep your place here as well, in case somebody is free sooner."
    )


def _day_and_time(at: datetime) -> str:
    """The reader may live in another zone than the people who answer, so the zone is said."""
    return f"{at:%A}, {at.day} {at:%B}, {at:%H:%M} ({at:%Z})"
