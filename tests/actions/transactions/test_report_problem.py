"""What is reported as which problem, and what is no problem of ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.backend.faults import Fault, Target
from tests.actions.conftest import Front

pytestmark = pytest.mark.service


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("F-6001 came with the wrong item", "wrong"),
        ("the socks of F-6001 are torn", "damaged"),
        ("it is not my fault, F-6001 has a dent", "damaged"),
        ("you picked the wrong colour for F-6001", "wrong"),
        ("F-6001 never came", "missing"),
        ("they must have picked the wrong size for F-6001", "wrong"),
        ("your colleague put in the wrong one, F-6001", "wrong"),
        ("F-6001 arrived crushed, how is that my fault?", "damaged"),
        ("F-6001 came damaged, the driver said it was my mistake", "damaged"),
    ],
)
async def test_a_problem_is_read_from_words(front: Front, said: str, problem: str) -> None:
    front.context = replace(front.context, customer_id="cus_nadia")
    outcome = await front.run("action_prepare", said, "damaged_or_wrong_item")
    assert [operation["summary"] for operation in outcome.operations] == [f"Report order F-6001 as {problem}"]


@pytest.mark.parametrize(
    "said", ["something about my plate", "I'm a student", "the accident on the motorway", "a question about the slate"]
)
async def test_a_word_inside_a_word_is_no_problem(front: Front, said: str) -> None:
    outcome = await front.run("action_prepare", said, "missing_parcel")
    assert outcome.text == "What happened with it?"


@pytest.mark.parametrize("said", ["A-1018 doesn't fit, my fault", "I chose the wrong colour, A-1018"])
async def test_a_customers_own_choice_is_a_return(front: Front, said: str) -> None:
    outcome = await front.run("action_prepare", said, "damaged_or_wrong_item")
    assert "mistake" not in outcome.text
    assert outcome.operations == []
    assert outcome.choices[0]["payload"].startswith("/return_item")
    assert front.slots["transaction"] == "return_item"


@pytest.mark.parametrize(
    ("customer", "said"),
    [("cus_mara", "I ordered the wrong trekking boots, A-1018"), ("cus_theo", "I chose the wrong colour, A-1050")],
)
async def test_an_item_that_was_named_or_is_the_only_one_is_not_asked_for(
    front: Front, customer: str, said: str
) -> None:
    front.context = replace(front.context, customer_id=customer)
    outcome = await front.run("action_prepare", said, "damaged_or_wrong_item")
    assert [operation["kind"] for operation in outcome.operations] == ["return_item"], outcome.text


@pytest.mark.parametrize(
    "said",
    [
        "one of the two mugs is missing, A-1018",
        "one item is missing from A-1018",
        "in A-1018 part of it wasn't there, one boot is missing",
        "I only got one boot, A-1018",
    ],
)
async def test_a_missing_item_starts_no_search_for_the_parcel(front: Front, said: str) -> None:
    outcome = await front.run("action_prepare", said, "missing_parcel")
    assert outcome.operations == []
    handoff = outcome.directive("handoff")
    assert handoff is not None
    assert "A-1018" in str(handoff)
    assert "item is missing" in str(handoff)


async def test_that_an_item_is_missing_is_kept_while_the_order_is_asked_for(front: Front) -> None:
    asked = await front.run("action_prepare", "one item is missing", "missing_parcel")
    assert asked.operations == []
    told = await front.run("action_prepare", intent="missing_parcel", order_number="A-1018")
    assert told.operations == []
    assert told.directive("handoff") is not None


@pytest.mark.parametrize("target", ["read", "preview"])
async def test_a_report_is_kept_for_a_person_while_the_shop_is_away(front: Front, target: Target) -> None:
    front.context = replace(front.context, customer_id="cus_theo")
    front.faults.always(target, Fault("error"))
    outcome = await front.run("action_prepare", "my parcel A-1044 is missing", "missing_parcel")
    assert outcome.operations == []
    assert "reported" not in outcome.text.lower()
    handoff = outcome.directive("handoff")
    assert handoff is not None
    assert (handoff["reason"], handoff["note"]) == (
        "tool_failure",
        "The shop did not answer. Wanted: report a problem with a parcel. Nothing was changed.",
    )


async def test_a_report_whose_receipt_did_not_come_is_kept_as_unknown_and_never_sent_twice(front: Front) -> None:
    front.context = replace(front.context, customer_id="cus_theo")
    prepared = await front.run("action_prepare", "my parcel A-1044 is missing", "missing_parcel")
    front.faults.always("apply", Fault("error"))
    front.faults.always("effect", Fault("error"))
    outcome = await front.run(
        "action_confirm", intent="confirm_operation", operation_id=prepared.operations[0]["operation_id"]
    )
    assert [operation["state"] for operation in outcome.operations] == ["unknown"]
    handoff = outcome.directive("handoff")
    assert handoff is not None
    assert "Report order A-1044 as missing" in handoff["note"]
    assert "outcome unknown" in handoff["note"]


@pytest.mark.parametrize(
    "said",
    [
        "one of my parcels is missing, A-1044",
        "A-1044 is missing",
        "order 1044 is missing",
        "I've been waiting 5 days, my parcel A-1044 is missing",
        "for some reason my parcel A-1044 is missing",
        "the one I ordered last week, A-1044, is missing",
        "half my family waits and A-1044 is missing",
    ],
)
async def test_a_missing_parcel_is_no_missing_item(front: Front, said: str) -> None:
    front.context = replace(front.context, customer_id="cus_theo")
    outcome = await front.run("action_prepare", said, "missing_parcel", order_number="A-1044")
    assert outcome.directive("handoff") is None
    assert "item is missing" not in outcome.text
