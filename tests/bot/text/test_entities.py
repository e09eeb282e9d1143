from __future__ import annotations

import random

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
        ("", []),
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
        ("A-1042 EURO size 42", []),
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
