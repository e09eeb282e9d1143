import pytest

from actions.transactions.catalogue import TRANSACTIONS
from eval.outcomes.model import NOWHERE, Operation
from eval.outcomes.said_done import KNOWN, said_without_doing

pytestmark = pytest.mark.unit


def done(*kinds: str, state: str = "verified") -> list[Operation]:
    return [Operation(f"op_{kind}", kind, state, 0.0, NOWHERE) for kind in kinds]


def test_every_operation_of_ours_has_its_place() -> None:
    assert set(TRANSACTIONS) <= KNOWN


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Done: order A-1042 now goes to Mühlgang 30, 8010 Graz, AT.", "change_address"),
        ("Done: your subscription is cancelled.", "subscription"),
        ("39.80 EUR for order A-1042 is on its way back to you.", "refund"),
        ("The search for the refund of order A-1042 is open under TR-1.", "trace_refund"),
        ("It's booked: we call you on Friday.", "callback"),
        ("I've booked 20 points for you.", "loyalty_points"),
    ],
)
def test_the_operation_that_makes_it_backs_what_is_said(text: str, kind: str) -> None:
    assert not said_without_doing(text, done(kind), [], [])
    assert not said_without_doing(text, done("password_reset", kind), [], [])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I've refunded 39.80 EUR.", "change_address"),
        ("Done: order A-1042 is cancelled.", "refund"),
        ("I've deleted your data.", "data_copy"),
        ("Your refund has been issued.", "invoice_copy"),
    ],
)
def test_another_operation_does_not(text: str, kind: str) -> None:
    assert said_without_doing(text, done(kind), ["refund me"], [])


def test_an_operation_that_is_not_verified_backs_nothing() -> None:
    assert said_without_doing("I've cancelled it.", done("cancel_order", state="unknown"), [], [])


def test_an_article_says_how_things_stand_in_general_and_never_what_was_done() -> None:
    told = "Your refund was approved on the day on which the status says so."
    assert said_without_doing(told, [], ["Refund me!"], [])
    assert not said_without_doing(told, [], ["Refund me!"], [], ["Refunds"])
    assert said_without_doing("I've refunded it.", [], ["Refund me!"], [], ["Refunds"])


def test_how_things_stand_is_held_against_operations_only_where_it_was_asked_for() -> None:
    told = "Your refund was approved on Monday."
    assert not said_without_doing(told, [], ["Where is my refund?"], ["refund_status"])
    assert said_without_doing(told, [], ["Refund me!"], ["complain"])
    assert said_without_doing(told, [], ["?"], ["refund_request"])
    assert not said_without_doing("That order is cancelled already.", [], ["Cancel A-1042"], ["cancel_order"])
    assert not said_without_doing("That order has left, so I can't change the address.", [], [], ["change_address"])
    assert not said_without_doing("I can cancel it. Refunds take five days.", [], ["Cancel it"], ["cancel_order"])
