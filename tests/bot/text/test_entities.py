from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from bot.text.entities import find

pytestmark = pytest.mark.unit


def orders(text: str) -> list[str]:
    return [found.value for found in find(text) if found.entity == "order_number"]


def values(entity: str, text: str) -> list[str]:
    return [found.value for found in find(text) if found.entity == entity]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("where is A-1042?", ["A-1042"]),
        ("where is a-1042", ["A-1042"]),
        ("a1042", ["A-1042"]),
        ("A 1042", ["A-1042"]),
        ("a 1042", ["A-1042"]),
        ("it's A - 1042.", ["A-1042"]),
        ("A_1042 please", ["A-1042"]),
        ("order 1042 is late", ["A-1042"]),
        ("order no. 1042", ["A-1042"]),
        ("my order number is 1042", ["A-1042"]),
        ("#1042", ["A-1042"]),
        ("1042", ["A-1042"]),
        ("it's 1042.", ["A-1042"]),
        ("order a 1042 is late", ["A-1042"]),
        ("not A-1042 but A-1057", ["A-1042", "A-1057"]),
        ("(A-1042)", ["A-1042"]),
        ("A\u20111042".replace("\u2011", "-"), ["A-1042"]),
        ("where is order B-2007", ["B-2007"]),
        ("b2007", ["B-2007"]),
        ("f 6012", ["F-6012"]),
        ("what I 2001 bought", []),
        ("I wrote a 2000 word essay about it", []),
        ("we walked 1042 metres", []),
        ("it cost 1042.50", []),
        ("A-10421", []),
        ("A-104", []),
        ("BA-1042", []),
        ("A-1042b", []),
        ("call 0891042", []),
        ("in 2024 I bought a tent", []),
        ("order nr. 1042", ["A-1042"]),
        ("order number's 1042", ["A-1042"]),
        ("the order number should be 1042", ["A-1042"]),
        ("orders 1042, 1057 and 1060", ["A-1042", "A-1057", "A-1060"]),
        ("A\u20131042", ["A-1042"]),
        ("a 1042 never came", ["A-1042"]),
        ("a 1000 thanks", []),
        ("thanks a 1000 times", []),
        ("a 2019 jacket", []),
        ("we climbed a 2512 m peak", []),
        ("the beacon shows error E-5001", []),
        ("send it to Seeweg 8, A-6020 Innsbruck", []),
        ("my postcode is 6020", []),
        ("tracking number 1234 5678 9012", []),
        ("my phone number is 0664 1234567", []),
        ("refund 50 EUR for order 1042", ["A-1042"]),
        ("order A-1O42", ["A-1042"]),
        ("A-l042 please", ["A-1042"]),
        ("it is A-10 42", ["A-1042"]),
        ("A 1 0 4 2", ["A-1042"]),
        ("A dash 1042", ["A-1042"]),
        ("\u04101042", ["A-1042"]),
        ("A=1042", ["A-1042"]),
        ("ordr 1042", ["A-1042"]),
        ("oder nmbr 1042", ["A-1042"]),
        ("order (1042)", ["A-1042"]),
        ("order number ... 1042", ["A-1042"]),
        ("order number i think 1042", ["A-1042"]),
        ("1042 is my order number", ["A-1042"]),
        ("cancel 1042", ["A-1042"]),
        ("where is 1042?", ["A-1042"]),
        ("cancel 2019 jackets", []),
        ("A lool", []),
        ("a 10 42 bus", []),
        ("", []),
        # Run together, apart, or with a sign inside.
        ("orderA-1042 please", ["A-1042"]),
        ("cancel a1042thx", ["A-1042"]),
        ("A1042xl", []),
        ("A-1.042", ["A-1042"]),
        ("A-10S7", ["A-1057"]),
        ("a-10 42", ["A-1042"]),
        ("order no. 1 0 4 2", ["A-1042"]),
        ("order number 10-42", ["A-1042"]),
        ("delivery 12-14 days", []),
        ("number 12 34 56", []),
        ("order number 1042 or perhaps 1024", ["A-1042", "A-1024"]),
        ("the jacket or 1042", []),
        ("A ten forty-two", ["A-1042"]),
        ("It is A one zero four two.", ["A-1042"]),
        ("order a ten twenty", ["A-1020"]),
        ("I took a ten fifty train", []),
        ("a twenty twenty vision", []),
        # No word says that it is an order's.
        ("any update on 1042 yet?", ["A-1042"]),
        ("what about 1057?", ["A-1057"]),
        ("how about 1500?", []),
        ("invoice for 2023 please", []),
        ("1057 still missing", ["A-1057"]),
        ("1500 is missing on my account", []),
        ("hello, 1057 isn't here", ["A-1057"]),
        ("I'd like to cancel it. 1057", ["A-1057"]),
        ("I moved. My postal code is new, where is it. 8020", []),
        ("where did I order it? 2019", []),
        ("I paid for 1042", []),
        ("returns for 1042 people", []),
        ("Bestellnummer 1042", ["A-1042"]),
    ],
)
def test_order_numbers(text: str, expected: list[str]) -> None:
    assert orders(text) == expected


SPELLINGS = (
    "A-{}",
    "a-{}",
    "A{}",
    "a{}",
    "A {}",
    "A - {}",
    "A.{}",
    "order {}",
    "#{}",
    "order number: {}",
    "order no {}",
)
BEFORE = ("", "where is ", "Hi there, ", "please cancel ", "It's about ", "WHERE IS ", "no, ")
AFTER = ("", "?", "!", ".", " please", ", it is late", " thanks\n", ")")


def test_any_spelling_in_any_sentence_is_found_where_it_stands() -> None:
    chance = random.Random(20)
    for _ in range(3000):
        digits = f"{chance.randrange(1000, 10_000)}"
        text = chance.choice(BEFORE) + chance.choice(SPELLINGS).format(digits) + chance.choice(AFTER)
        found = [item for item in find(text) if item.entity == "order_number"]
        assert [item.value for item in found] == [f"A-{digits}"], text
        assert digits in text[found[0].start : found[0].end], text


def test_nothing_found_overlaps_and_all_lies_inside() -> None:
    chance = random.Random(4)
    pieces = [
        "A-1042",
        "#1057",
        "49.90 EUR",
        "€12",
        "tom@mail.example",
        "482913",
        "order 1021",
        "a",
        "1042",
        " ",
        ",",
        "@",
        "-",
    ]
    for _ in range(3000):
        text = " ".join(chance.choice(pieces) for _ in range(chance.randrange(1, 8)))
        end = 0
        for item in find(text):
            assert end <= item.start < item.end <= len(text)
            end = item.end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I paid 49.90 EUR", ["49.90"]),
        ("€49,90 twice", ["49.90"]),
        ("$1,200.00", ["1200.00"]),
        ("12 euros please", ["12.00"]),
        ("refund 1 200 EUR", ["1200.00"]),
        ("£5", ["5.00"]),
        ("1.299,00 €", ["1299.00"]),
        ("EUR 1.234,50", ["1234.50"]),
        ("50,- EUR", ["50.00"]),
        ("euro 12.50", ["12.50"]),
        ("49.90 euros", ["49.90"]),
        ("5 stars", []),
        ("EUR49.90", ["49.90"]),
        ("49.99eur", ["49.99"]),
        ("50 quid", ["50.00"]),
        ("I paid 89 EUR 2 weeks ago", ["89.00"]),
        ("€50 and €20", ["50.00", "20.00"]),
        ("€50 €20", ["50.00", "20.00"]),
        ("order 1042 €50 refund", ["50.00"]),
        ("49€90", ["49.90"]),
        ("20 US$", ["20.00"]),
        ("ca.20€", ["20.00"]),
        ("a 20-euro voucher", ["20.00"]),
        ("eur. 50", ["50.00"]),
        ("49.90e", ["49.90"]),
        ("room 10 east", []),
        ("20-30 euros", ["30.00"]),
        ("49 euros 90", ["49.90"]),
        ("49 euros and 90 cents", ["49.90"]),
        ("50 cents", ["0.50"]),
        ("-20€", ["20.00"]),
        ("1 299,00 €", ["1299.00"]),
        ("1'299.50 CHF", ["1299.50"]),
        ("twice 5 percent", []),
        ("A-1042 EURO size 42", []),
        ("3x19,90 €", ["19.90"]),
        ("50p short", ["0.50"]),
        ("a 720p camera", []),
        ("30 US dollars", ["30.00"]),
        ("30-odd euros", ["30.00"]),
        ("50 bloody pounds", ["50.00"]),
        ("3 pounds of feathers", []),
        ("about 1.2k euros", ["1200.00"]),
        ("€2k", ["2000.00"]),
        ("5O €", ["50.00"]),
        ("lol €5", ["5.00"]),
        ("lo €", []),
        ("€24 and 5 cents", ["24.05"]),
        ("24 euros 5 cents", ["24.05"]),
        ("40 euro's", ["40.00"]),
        ("80 Franken", ["80.00"]),
    ],
)
def test_money(text: str, expected: list[str]) -> None:
    assert values("money", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it's Mara@Mail.Example", ["mara@mail.example"]),
        ("mail t.fisher+shop@sub.mail.example, please", ["t.fisher+shop@sub.mail.example"]),
        ("no at sign.example", []),
        ("@home", []),
    ],
)
def test_email(text: str, expected: list[str]) -> None:
    assert values("email", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("482913", ["482913"]), ("the code is 482 913", ["482913"]), ("4829131", []), ("12.482913", [])],
)
def test_one_time_code(text: str, expected: list[str]) -> None:
    assert values("code", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call me on +49 151 5550177", ["+491515550177"]),
        ("0171/5550123 please", ["01715550123"]),
        ("(0664) 555 01 11", ["06645550111"]),
        ("0043 660 5550123", ["+436605550123"]),
        ("parcel 00340434161094015902", []),
        ("0034 0434 1610 9401 5902", []),
        ("on 01.02.2026", []),
        ("01/02/2026", []),
        ("the code is 482913", []),
        ("0.50 EUR", []),
    ],
)
def test_telephone_numbers(text: str, expected: list[str]) -> None:
    assert values("phone", text) == expected


def test_a_telephone_number_is_found_however_it_is_set_apart() -> None:
    chance = random.Random(11)
    for _ in range(2000):
        digits = f"{chance.randrange(10**6, 10**9)}"
        head = chance.choice(("+49 ", "+43", "0049 ", "0"))
        groups, rest = [], f"{chance.randrange(100, 999)}{digits}"
        while rest:
            size = chance.randrange(2, 5) if len(rest) > 4 else len(rest)
            groups, rest = [*groups, rest[:size]], rest[size:]
        text = f"ring me on {head}{chance.choice((' ', '', '/', '-')).join(groups)} please"
        found = [item for item in find(text) if item.entity == "phone"]
        country = {"+": head.strip(), "0049 ": "+49", "0": "0"}[head if head in ("0049 ", "0") else "+"]
        assert [item.value for item in found] == [country + "".join(groups)], text
        assert not [item for item in find(text) if item.entity in ("order_number", "code", "money")], text


def test_days_are_seen_from_the_day_given_and_only_then() -> None:
    today = date(2026, 3, 11)
    assert [f.value for f in find("A-1042 comes tomorrow, 49.90 EUR", today)] == ["A-1042", "2026-03-12", "49.90"]
    assert [f.value for f in find("A-1042 comes tomorrow, 49.90 EUR")] == ["A-1042", "49.90"]


def test_nothing_overlaps_with_days_and_numbers_either() -> None:
    chance = random.Random(5)
    pieces = [
        "14.3.",
        "March",
        "3",
        "2026",
        "on the 2nd",
        "in two weeks",
        "0171",
        "5550123",
        "€",
        "a",
        "1042",
        "-",
        "+49",
    ]
    for _ in range(3000):
        text = " ".join(chance.choice(pieces) for _ in range(chance.randrange(1, 9)))
        end = 0
        for item in find(text, date(2026, 1, 1) + timedelta(days=chance.randrange(700))):
            assert end <= item.start < item.end <= len(text)
            end = item.end
