"""The deliberate regressions: what they change, and when a gate's naming is right."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from actions import words
from actions.backend.port import Backend, CancelOrder, OpenReturn
from actions.errors import NotAllowed
from stack.child import ChildSpec
from stack.prove.regressions import MAY_NAME, BreakableShop, _words_with, deaf, rightly_named

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("named", "right"),
    [(["send_back/one_item"], True), ([], False), (["send_back/one_item", "asks/return_days"], False)],
)
def test_the_gate_must_name_what_was_broken_and_nothing_else(named: list[str], right: bool) -> None:
    assert rightly_named("flow broken", named) is right


def test_there_are_four_kinds() -> None:
    assert set(MAY_NAME) == {"flow broken", "article deleted", "threshold moved", "false promise added"}


class Shop:
    async def preview(self, customer_id: str, change: Any) -> str:
        return "fine"


def test_the_broken_flow_is_returns_alone() -> None:
    shop = BreakableShop(cast(Backend, Shop()))
    assert asyncio.run(shop.preview("c", OpenReturn("A-1"))) == "fine"
    shop.returns_refused = True
    assert asyncio.run(shop.preview("c", CancelOrder("A-1"))) == "fine"
    with pytest.raises(NotAllowed):
        asyncio.run(shop.preview("c", OpenReturn("A-1")))


def test_a_promise_is_put_into_the_words_and_taken_out_again() -> None:
    values = {"email": "e", "minutes": 1, "receipt": "r"}
    before = words.words("password_reset_done", **values)
    with _words_with("utter_password_reset_done", " We call you."):
        assert words.words("password_reset_done", **values) == before + " We call you."
    assert words.words("password_reset_done", **values) == before


def test_the_deaf_bot_is_started_as_the_other_with_moved_numbers() -> None:
    async def ready() -> bool:
        return True

    spec = deaf(ChildSpec("bot-0", ("py", "-m", "bot.serve", "--socket", "s"), 0, 0, ready))
    assert spec.command[:2] == ("py", "-c")
    assert spec.command[3:] == ("--socket", "s")
    assert '"frustration_hand_over": 2.0' in spec.command[2]
