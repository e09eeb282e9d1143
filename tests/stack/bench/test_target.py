from __future__ import annotations

from collections import Counter

import pytest

from actions.backend.seed import read_seed
from stack.bench.messages import LENGTH, scripts
from stack.bench.target import SPACING, Placed

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("rate", "count"), [(0.1, 3), (1, 60), (10, 600), (50, 3000), (60, 901)])
def test_no_customer_writes_too_much_or_too_soon(rate: float, count: int) -> None:
    placed = Placed(rate, count)
    places = [placed.of(number) for number in range(count)]

    by_conversation = Counter(conversation for conversation, _ in places)
    last: dict[int, int] = {}
    for number, (conversation, message) in enumerate(places):
        assert 0 <= conversation < placed.conversations
        assert 0 <= message < LENGTH
        if conversation in last:
            assert (number - last[conversation]) / rate >= SPACING - 1e-9
        last[conversation] = number
    assert max(by_conversation.values()) <= LENGTH


def test_the_same_seed_draws_the_same_conversations() -> None:
    assert scripts(40, 7) == scripts(40, 7)
    assert scripts(40, 7) != scripts(40, 8)


def test_customers_ask_about_their_own_orders_and_do_not_repeat_themselves() -> None:
    own = {order["id"]: order["customer"] for order in read_seed().orders}

    for script in scripts(200, 1):
        assert len(script.texts) == len(set(script.texts)) == LENGTH
        for text in script.texts:
            assert "{" not in text
            assert all(own[order] == script.customer_id for order in own if order in text)
