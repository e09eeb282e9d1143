"""What names a person goes, what a question is about stays."""

from __future__ import annotations

import time

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


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("4111 1111 1111 1111 12/26", f"{CARD} 12/26"),
        ("4111 1111 1111 1111 123", f"{CARD} 123"),
        ("4111-1111-1111-1111-12/26", f"{CARD}-12/26"),
        ("4111111111111111 12 26 123", f"{CARD} 12 26 123"),
        ("order 1042 4111 1111 1111 1111", f"order 1042 {CARD}"),
        ("1042 4111 1111 1111 1111 12.26 123", f"1042 {CARD} 12.26 123"),
        ("3782 822463 10005 1234", f"{CARD} 1234"),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 12/26", f"{CARD} 12/26"),
        ("4111 1111 1111 1111 5500 0000 0000 0004 12", f"{CARD} {CARD} 12"),
        ("0000 0000 0000 0000 4111 1111 1111 1111", f"{CARD} {CARD}"),
    ],
)
def test_a_card_goes_with_an_expiry_a_code_or_an_order_beside_it(text: str, redacted: str) -> None:
    assert redact(text, labels=PAYMENT) == redacted
    assert redact(redacted, labels=PAYMENT) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "orders 1042 1043 1044 1045 1046 1047",
        "parcels 9400 1000 0000 0000 0000 00 and 00340434161094000000",
        "between 2026-11-27 14.30 and 2026-11-28 09.15",
        "2026-11-27 14.30 2026-11-28 16.45 2026-11-29",
        "+43 660 1234567 0043 660 7654321",
        "0660 1234567 0660 7654321 order 1042",
        "sizes 36 37 38 39 40 41 42 43 44 45",
        "invoice 2026-000123 of 27.11.2026, customer 4471",
        "4111 1111 1111 1112 12/26",
    ],
)
def test_orders_phones_parcels_and_dates_are_no_cards(text: str) -> None:
    assert CARD not in redact(text, labels=PAYMENT)


@given(st.text(alphabet="0123456789 -", max_size=60))
def test_any_row_of_digits_is_read_once(text: str) -> None:
    once = redact(text, labels=PAYMENT)
    assert redact(once, labels=PAYMENT) == once


@given(st.text(alphabet="0123456789", min_size=15, max_size=15), st.text(alphabet="0123456789", max_size=5))
def test_every_card_of_four_groups_goes_whatever_follows(digits: str, after: str) -> None:
    number = "4" + digits[1:] + luhn.calc_check_digit("4" + digits[1:])
    grouped = " ".join(number[at : at + 4] for at in range(0, 16, 4))
    assert grouped not in redact(f"{grouped} {after}", labels=PAYMENT)


@pytest.mark.parametrize("text", ["4" * 10_000 + "x", "4 " * 5_000 + "4x", "4111 " * 2_000, "4.4-" * 2_500])
def test_long_rows_of_digits_are_read_in_a_moment(text: str) -> None:
    began = time.process_time()
    redact(text, labels=PAYMENT)
    assert time.process_time() - began < 3


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
