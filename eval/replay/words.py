"""Turns of a bare transcript: the customer's words and the events after them, with no tracker and no tools."""

from __future__ import annotations

from collections.abc import Sequence

from eval.outcomes.model import Conversation, Event
from eval.replay.model import Recorded, Turn, Verification
from eval.replay.said import in_log

MOST_READ = 2_000
"""Characters of a turn that are read, as in the product."""
PEOPLE = ("handoff.accepted",)


def turns_of_words(conversation: Conversation) -> Recorded:
    """Messages in a row are one turn. It ends where a person takes over: from there on no assistant was asked."""
    turns: list[Turn] = []
    asked: list[Event] = []
    answer: list[Event] = []

    def close() -> None:
        if not asked:
            return
        text = "\n".join(str(event.data.get("text", "")) for event in asked)[:MOST_READ]
        who, proof, locale = speaker(conversation, asked[-1].seq)
        turns.append(
            Turn(
                asked[-1].seq, tuple(event.seq for event in asked), "message", text, asked[-1].at, in_log(answer),
                customer_id=who, verification=proof, locale=locale,
            )
        )  # fmt: skip

    for event in conversation.events:
        if event.type in PEOPLE:
            break
        if event.type == "message.sent" and event.source == "customer":
            if answer:
                close()
                asked, answer = [], []
            asked.append(event)
        elif asked and event.source != "customer" and event.type != "triage.decided":
            answer.append(event)
    close()
    return Recorded(conversation, turns)


def speaker(conversation: Conversation, seq: int) -> tuple[str | None, Verification, str]:
    """Who spoke in the message ``seq``, how that was proved, and the locale, as far as the log tells."""
    who, proof, locale = None, "none", "en"
    opened = False
    for event in conversation.events:
        if event.seq > seq:
            break
        if event.type == "conversation.opened":
            opened = True
            locale = event.data.get("locale", locale)
            who = event.data.get("customer_id")
            proof = "identity_token" if who else "none"
        elif event.type == "customer.verified":
            who, proof = event.data["customer_id"], event.data["method"]
    if not opened and who is None and conversation.customer_id is not None:
        who, proof = conversation.customer_id, "identity_token"
    return who, proof, locale  # type: ignore[return-value]


def said_by_customer(conversation: Conversation, seqs: Sequence[int]) -> str:
    """The words of these messages, as the assistant is given them."""
    wanted = set(seqs)
    found = [str(e.data.get("text", "")) for e in conversation.events if e.seq in wanted and e.type == "message.sent"]
    return "\n".join(found)[:MOST_READ]
