"""Nothing inside is ever called, pauses grow, and people's words stay unless they were asked for."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from handoff.errors import Unprocessable
from handoff.webhooks.rules import FIRST_PAUSE, LONGEST_PAUSE, check_url, is_public, pause_after, payload, wants

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/in",
        "https://user@hooks.example.com/",
        "https://hooks.example.com/#x",
        "https:///in",
        "ftp://hooks.example.com/",
        "https://hooks.example.com:99999/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:192.168.1.1]/",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
    ],
)
def test_what_is_never_called(url: str) -> None:
    with pytest.raises(Unprocessable):
        check_url(url, private_targets=False)


def test_an_open_address_is_taken_and_a_private_one_where_that_is_allowed() -> None:
    assert check_url("https://hooks.example.com:8443/in?x=1", private_targets=False)
    assert check_url("http://127.0.0.1:9000/", private_targets=True)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("172.16.0.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("fd00::1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_pauses_double_and_differ() -> None:
    chance = random.Random(1)
    pauses = [pause_after(attempts, chance) for attempts in range(1, 40)]
    assert FIRST_PAUSE / 2 <= pauses[0] <= FIRST_PAUSE
    assert all(pause <= LONGEST_PAUSE for pause in pauses)
    assert pauses[-1] >= LONGEST_PAUSE / 2
    assert pause_after(3, chance, timedelta(seconds=1)) <= timedelta(seconds=4)


def test_words_travel_only_where_asked_for_and_without_payment_data() -> None:
    data = {"text": "card 4111 1111 1111 1111", "author": "customer"}
    event: dict[str, Any] = {"type": "message.sent", "occurred_at": "2026", "seq": 3, "data": data}
    assert payload(event, texts=False)["data"]["data"] == {"author": "customer"}
    assert payload(event, texts=True)["data"]["data"]["text"] == "card [card]"


def test_which_events_are_sent() -> None:
    assert wants([], "message.sent")
    assert wants(["message.sent"], "message.sent")
    assert not wants(["message.sent"], "handoff.queued")
