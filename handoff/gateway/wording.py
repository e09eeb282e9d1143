"""What the system itself says to a customer: honest, brief, and true at the moment it is said."""

from __future__ import annotations

from handoff.contract.events import HandoffReason

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
ERASED = "This conversation has been erased."
PERSON_LABEL = "Talk to a person"
PERSON_PAYLOAD = "/talk_to_person"
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
