"""The customer's own words for a thing and its trouble: they narrow down what a question names, and never more."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from actions.backend.port import Line, Order
from actions.transactions.things import line_of
from tests.actions.conftest import Front

pytestmark = pytest.mark.service


async def lines(front: Front, *names: str) -> Order:
    order = await front.shop.backend.order("A-1018", "cus_mara")
    return replace(order, lines=tuple(Line(f"SKU-{n}", name, 1, Decimal("1.00")) for n, name in enumerate(names)))


@pytest.mark.parametrize(
    ("thing", "found"),
    [
        ("left boot", "Kamm Pro trekking boot"),
        ("boot wax", "Boot wax 100 ml"),
        ("jaket", "Regenwand rain jacket"),
        ("rucksack", None),
        ("daypack", "Tagwerk 24 day pack"),
        ("boots, jacket", None),
        ("rain jacket, jacket", "Regenwand rain jacket"),
        ("", None),
        ("size", None),
    ],
)
async def test_a_thing_is_the_one_line_that_it_names_best(front: Front, thing: str, found: str | None) -> None:
    order = await lines(
        front, "Kamm Pro trekking boot", "Boot wax 100 ml", "Regenwand rain jacket", "Tagwerk 24 day pack"
    )
    line = line_of(order, thing)
    assert (line and line.name) == found


async def test_a_misspelt_item_is_returned_without_a_question(front: Front) -> None:
    outcome = await front.run("action_prepare", "retrun the bot from A-1018", "return_item", thing="bot")
    assert "What would you like" in outcome.text  # three letters could be anything
    outcome = await front.run("action_prepare", "retrun the boott from A-1018", "return_item", thing="boott")
    assert [one["summary"] for one in outcome.operations] == ["Return from order A-1018: 1 × Kamm Pro trekking boot"]


async def test_what_was_named_before_the_code_is_not_asked_for_again(front: Front) -> None:
    known = front.context
    front.context = replace(known, customer_id=None, verification="none")
    await front.run("action_prepare", "return the wax of A-1018", "return_item", thing="wax", order_number="A-1018")
    assert front.slots["thing"] == "wax"
    front.context = replace(known, customer_id="cus_mara", verification="one_time_code")
    outcome = await front.run("action_prepare", "that was me", "inform")
    assert [one["summary"] for one in outcome.operations] == ["Return from order A-1018: 1 × Boot wax 100 ml"]


async def test_the_newest_words_win_over_what_was_named_before(front: Front) -> None:
    front.slots |= {"thing": "wax", "transaction": "return_item", "order_number": "A-1018", "awaiting": "item"}
    outcome = await front.run("action_prepare", "the trekking boot", "inform")
    assert [one["summary"] for one in outcome.operations] == ["Return from order A-1018: 1 × Kamm Pro trekking boot"]


async def test_a_report_names_the_item_and_keeps_the_words_for_a_colleague(front: Front) -> None:
    front.context = replace(front.context, customer_id="cus_bram")
    said = "C-3003, the foam mat came apart"
    outcome = await front.run("action_prepare", said, "damaged_or_wrong_item", thing="foam mat", trouble="came apart")
    assert "C-3003 (Folding foam mat)" in outcome.text
    assert "apart" not in outcome.text  # a customer's own words are not said back
    done = await front.run("action_confirm", "yes", "affirm")
    assert "C-3003" in done.text
    order = await front.shop.backend.order("C-3003", "cus_bram")
    assert [case.details["note"] for case in order.cases if case.kind == "problem"] == ["foam mat: came apart"]


async def test_a_trouble_told_before_the_code_makes_the_return_a_report(front: Front) -> None:
    front.slots |= {
        "thing": "foam mat",
        "trouble": "came apart",
        "transaction": "return_item",
        "order_number": "C-3003",
    }
    front.context = replace(front.context, customer_id="cus_bram")
    outcome = await front.run("action_prepare", "123456", "inform")
    assert [one["summary"] for one in outcome.operations] == ["Report order C-3003 as damaged"]


async def test_of_several_orders_the_one_with_the_thing_is_proposed_and_named(front: Front) -> None:
    front.context = replace(front.context, customer_id="cus_theo")
    front.slots |= {"thing": "steel botle", "transaction": "return_item"}
    outcome = await front.run("action_prepare", "it was me who wrote", "inform")
    assert "A-1050" in outcome.text


async def test_words_are_forgotten_with_their_wish(front: Front) -> None:
    front.slots |= {"thing": "wax", "trouble": "dry", "transaction": "return_item"}
    await front.run("action_prepare", "cancel A-1057", "cancel_order", order_number="A-1057")
    assert front.slots["thing"] is None
    assert front.slots["trouble"] is None
