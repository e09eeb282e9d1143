"""What names a person goes, what a question is about stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban, luhn

from handoff.contract.redact import CARD, EMAIL, IBAN, NUMBER, PAYMENT, PERSONAL, PHONE, finds, redact

pytestmark = pytest.mark.contract


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("write to jo.doe+x@mail.example.co.uk please", f"write to {EMAIL} please"),
        ("AT61 1904 3002 3457 3201 please refund", f"{IBAN} please refund"),
        ("to DE89370400440532013000.", f"to {IBAN}."),
        ("card 4111 1111 1111 1111, 5500-0000-0000-0004", f"card {CARD}, {CARD}"),
        ("call +43 660 1234567 or (202) 555-0143", f"call {PHONE} or {PHONE}"),
        ("order FD-10234 and a1042, where is #10234?", f"order {NUMBER} and {NUMBER}, where is {NUMBER}?"),
        ("the code is 123 456", f"the code is {NUMBER}"),
        ("4111 1111 1111 1112 is no card and still a number", f"{NUMBER} is no card and still a number"),
    ],
)
def test_what_names_a_person_goes(text: str, redacted: str) -> None:
    assert redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "size 42, 94–99 cm, 2 days, 49.90 EUR, at 14:30",
        "a 65 l pack for 1,234.50 or 1200 EUR in 2025",
        "how long do parcels to Austria take?",
        "is the e-mail wrong @ your shop",
        "",
    ],
)
def test_what_a_question_is_about_stays(text: str) -> None:
    assert redact(text) == text


def test_only_what_is_asked_for_goes() -> None:
    text = "card 4111 1111 1111 1111, mara@example.com, +43 660 1234567, A-1001"
    assert redact(text, labels=PAYMENT) == f"card {CARD}, mara@example.com, +43 660 1234567, A-1001"
    assert finds(text, redact(text, labels=PERSONAL)) == {CARD: 1, EMAIL: 1, PHONE: 1}


def test_spaces_that_do_not_break_are_gaps_too() -> None:
    assert redact("4111\u00a01111\u202f1111.1111") == CARD
    assert redact("AT61\u00a01904\u00a03002\u00a03457\u00a03201") == IBAN


@given(st.text(max_size=120))
def test_any_text_is_read_and_a_second_time_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(st.text(alphabet="0123456789", min_size=12, max_size=18), st.sampled_from(["", " ", "-"]))
def test_every_number_with_a_right_check_digit_goes(digits: str, between: str) -> None:
    number = digits + luhn.calc_check_digit(digits)
    grouped = between.join(number[at : at + 4] for at in range(0, len(number), 4))
    assert number[-6:] not in redact(f"my card {grouped} please").replace(between or "\0", "")


@given(st.integers(0, 10**18 - 1))
def test_every_german_account_with_right_check_digits_goes(account: int) -> None:
    bare = f"DE00{account:018d}"
    number = bare[:2] + iban.calc_check_digits(bare) + bare[4:]
    spaced = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    for form in (number, spaced, number.lower()):
        assert redact(f"pay to {form} now") == f"pay to {IBAN} now"
