"""A promise in words, and the promises that stand: are they about the same thing?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handoff.contract.promised import Promised, backed
from handoff.contract.times import said_by

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # a Wednesday
PARCEL = "Tell the customer what the carrier found. parcels report_problem A-1044 Late parcel"
CALL = "Call the customer on +43 1 234. callbacks callback cus_1 A call on Thursday"
REFUND = "Tell the customer what the bank answered about the refund. payments trace_refund B-2016 Refund"


def promise(words: str = PARCEL, *, days: float = 1, operation_id: str | None = None) -> Promised:
    return Promised(words, NOW + timedelta(days=days), operation_id)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("you will hear from us by friday.", PARCEL),
        ("i'll get back to you.", REFUND),
        ("you hear from us about a-1044 by friday.", PARCEL),
        ("we call you on thursday between 10:00 and 11:00.", CALL),
        ("someone will call you tomorrow.", CALL),
        ("your refund will be looked for, and you hear from us by tuesday.", REFUND),
        ("your parcel will be searched for.", PARCEL),
        ("you can call us, and you will hear from us by friday.", PARCEL),
    ],
)
def test_what_is_about_the_same_thing_backs_it(sentence: str, words: str) -> None:
    assert promise(words).backs(sentence, NOW)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("someone will call you tomorrow.", PARCEL),
        ("we call you on thursday between 10:00 and 11:00.", REFUND),
        ("we'll refund the amount tomorrow.", CALL),
        ("you will be refunded by friday.", PARCEL),
        ("your refund will arrive on friday.", PARCEL),
        ("your replacement will arrive on friday.", CALL),
        ("you hear from us about a-1042 by friday.", PARCEL),
        ("we'll look into a-1044 and b-2016.", PARCEL),
    ],
)
def test_what_is_about_something_else_does_not(sentence: str, words: str) -> None:
    assert not promise(words).backs(sentence, NOW)


@pytest.mark.parametrize(
    ("sentence", "days"),
    [
        ("you hear from us today.", 0),
        ("you hear from us tomorrow.", 1),
        ("you hear from us by friday.", 2),
        ("you hear from us by tuesday.", 6),
        ("you hear from us by wednesday.", 7),
        ("you hear from us by friday 4 december.", 9),
        ("you hear from us by 2 january.", 38),
        ("you hear from us within an hour.", 1 / 24),
        ("you hear from us within 2 hours.", 2 / 24),
        ("you hear from us within the next three days.", 3),
        ("you hear from us within 3 working days.", 5),
        ("you hear from us in two weeks.", 14),
    ],
)
def test_a_time_in_words_is_kept_by_what_falls_due_until_then(sentence: str, days: float) -> None:
    assert promise(days=days).backs(sentence, NOW)
    assert promise(days=0).backs(sentence, NOW)
    assert not promise(days=days + 2.5).backs(sentence, NOW)


def test_words_without_a_time_or_with_an_impossible_one_name_none() -> None:
    assert said_by("you hear from us.", NOW) is None
    assert said_by("you hear from us by 31 feb.", NOW) is None


def test_one_of_several_is_enough_but_not_that_of_another_operation() -> None:
    sentence = "you will hear from us by friday."
    late, soon = promise(days=9, operation_id="op_1"), promise(operation_id="op_2")
    assert backed(sentence, [late, soon], [], NOW)
    assert backed(sentence, [late, soon], ["op_2", "op_3"], NOW)
    assert not backed(sentence, [late, soon], ["op_1"], NOW)
    assert backed(sentence, [promise()], ["op_1"], NOW)
    assert not backed(sentence, [], [], NOW)
