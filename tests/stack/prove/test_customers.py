"""What a customer's view says about a message. The views are written down here; the trials record real ones."""

from __future__ import annotations

from typing import Any

import pytest

from stack.prove.customers import Customer, Fate, Sent, fate, settled

pytestmark = pytest.mark.unit

Seen = tuple[str, str, dict[str, Any]]

ASKED: Seen = ("message.sent", "customer", {"text": "where is it?"})
ANSWER: Seen = ("message.sent", "bot", {"text": "on its way", "reply_to": [2]})
NOTICE: Seen = ("message.sent", "system", {"text": "still working"})
HIDDEN: Seen = ("hidden", "", {})


def customer(*seen: Seen) -> Customer:
    """Its view begins with the opening at second 1; what follows comes a second apart."""
    one = Customer(None, "http://frontdesk")  # type: ignore[arg-type]
    for seq, (kind, source, data) in enumerate([("conversation.opened", "system", {}), *seen], start=1):
        one.view.append({"seq": seq, "type": kind, "source": source, "data": data})
        one.heard[seq] = float(seq)
    return one


def test_an_answer_is_the_end_and_the_first_word() -> None:
    assert fate(customer(ASKED, HIDDEN, ANSWER), 2) == Fate("answered", 4.0, 4.0)


def test_an_honest_sentence_is_a_word_and_no_end() -> None:
    assert fate(customer(ASKED, NOTICE), 2) == Fate(None, None, 3.0)
    assert fate(customer(ASKED, NOTICE, ANSWER), 2) == Fate("answered", 4.0, 3.0)


def test_the_answer_to_another_message_is_not_the_end_of_this_one() -> None:
    assert fate(customer(ASKED, ASKED, ANSWER), 3).end is None


def test_a_turn_that_was_given_up_ends_as_failed() -> None:
    failed: Seen = ("turn.failed", "system", {"reply_to": [2]})
    queued: Seen = ("handoff.queued", "system", {})

    assert fate(customer(ASKED, failed, queued), 2) == Fate("failed", 3.0, 3.0)


def test_what_the_queue_takes_is_handed_over_and_what_comes_later_is_peoples() -> None:
    queued: Seen = ("handoff.queued", "system", {})
    one = customer(ASKED, queued, ASKED)

    assert fate(one, 2) == Fate("handed_over", 3.0, 3.0)
    assert fate(one, 4) == Fate("with_people", 4.0, 4.0)


def test_after_the_way_back_the_bot_owes_an_answer_again() -> None:
    queued: Seen = ("handoff.queued", "system", {})
    returned: Seen = ("handoff.returned", "agent", {})

    assert fate(customer(queued, returned, ASKED), 4).end is None


def test_settled_means_that_every_message_has_its_end() -> None:
    one = customer(ASKED, ANSWER, ASKED)
    one.sent.append(Sent("where is it?", 1.0, 1.5, 2, 1))
    assert settled(one)

    one.sent.append(Sent("where is it?", 3.0, 3.5, 4, 1))
    assert not settled(one)
