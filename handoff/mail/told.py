"""How a mail stands, for colleagues: one sentence that says what to do where something is to be done. Pure."""

from __future__ import annotations

from typing import Literal

Shown = Literal["waiting", "sent", "failed", "not_needed"]

BY_HAND = "Answer by another way, then keep the promise with the proof."
OPERATOR = f"Tell an operator, then send it again. Or: {BY_HAND.lower()[0]}{BY_HAND[1:]}"

WHY = {
    "no_server": "No mail server is set here (MAIL_URL).",
    "unreachable": "The mail server does not answer.",
    "not_secure": "The mail server offers no encryption that can be trusted.",
    "login_refused": "The mail server refuses our sign-in.",
    "sender_refused": "The mail server does not let us send under our address (MAIL_FROM).",
    "busy": "The mail server asks us to come later.",
    "address_refused": "The mail server refuses the customer's address.",
    "bad_address": "The customer's address cannot be one.",
    "mail_refused": "The mail server refuses this mail.",
    "unexpected": "Something went wrong that was not foreseen.",
}
WHAT_TO_DO = {
    "address_refused": f"It may be mistyped: ask when they write here again, or call. {BY_HAND}",
    "bad_address": f"Ask when they write here again, or call. {BY_HAND}",
    "mail_refused": BY_HAND,
}


def state_of(state: str) -> Shown:
    """``sending`` is a step of ours that nobody has to know of."""
    return "waiting" if state == "sending" else state  # type: ignore[return-value]


def sentence(state: str, error: str | None) -> str:
    match state_of(state):
        case "sent":
            return "Sent by e-mail."
        case "not_needed":
            return "Not mailed: the customer went on here. Keep the promise with what you told them."
        case "failed":
            return f"Not sent. {WHY[error or 'unexpected']} {WHAT_TO_DO.get(error or '', OPERATOR)}"
        case _:
            return f"Not sent yet. {WHY[error]} It is tried again by itself." if error else "Leaves by e-mail."
