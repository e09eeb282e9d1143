from __future__ import annotations

import random
import tracemalloc

import pytest

from bot.text.spelling import REAL, SHORT_FORMS, Speller, said_in

pytestmark = pytest.mark.unit

COMMON = (
    "please where what when order delivered delivery jacket track tracking cancel account password change want boots"
)
_MEANT = " ".join(SHORT_FORMS.values()).lower()
WHOLE = frozenset(
    f"{COMMON} {_MEANT} address return returned number parcel hello bag bags stop stove great marmot kayak".split()
)


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(WHOLE, said_in([COMMON, "return returned parcel number address hello"] * 10))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("wher is my jaket", "where is my jacket"),
        ("it says deliverd", "it says delivered"),
        ("i wnat it", "i want it"),
        ("cancle my oder plz", "cancel my order please"),
        ("forgot my pasword", "forgot my password"),
        ("whats the nubmer, A-1042?", "what's the number, A-1042?"),
        ("the acccount", "the account"),
        ("helloooo", "hello"),
        ("retunred it", "returned it"),
        ("CANCLE IT", "cancel IT"),
        ("dont", "don't"),
    ],
)
def test_slips_are_put_right(speller: Speller, typed: str, meant: str) -> None:
    assert speller.plain(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "a kayak and a marmot",  # rare, but the sentence model knows them
        "jackets, passwords and stoves",  # an ending
        "trekking boots",  # looks like "tracking"
        "Regenwand, Larn and the Jaket brothers",  # a name inside a sentence
        "lena@mail.example and A-1042 for 49,90 €",
        "unreturn",  # a beginning
        "bog",  # too short to tell
        "xqzzkwv",  # near nothing
        "from the U.S.",
        "the pocket",  # one letter from "packet" is not enough where the letters are far apart
        "backet or gacket",
        "it's the men's one",
        "",
    ],
)
def test_what_is_no_slip_stays(speller: Speller, text: str) -> None:
    assert speller.plain(text) == text


def test_a_word_of_the_examples_is_no_slip_for_a_changed_letter() -> None:
    often = ["tent"] * 40
    assert Speller({"tent"}, said_in(often)).plain("my tant") == "my tent"
    assert Speller({"tent"}, said_in([*often, *["tant"] * 3])).plain("my tant") == "my tant"


def test_a_slip_that_the_examples_make_too_is_one_beside_a_much_commoner_word() -> None:
    assert Speller({"cancel"}, said_in([*["cancel"] * 40, *["cancle"] * 3])).plain("cancle") == "cancel"
    assert Speller({"cancel"}, said_in([*["cancel"] * 20, *["cancle"] * 3])).plain("cancle") == "cancle"


def test_what_was_put_right_is_right(speller: Speller) -> None:
    """Once is enough: reading the plain text again changes nothing."""
    chance = random.Random(3)
    words = [*COMMON.split(), *SHORT_FORMS, *REAL]
    for _ in range(2000):
        letters = list(chance.choice(words))
        at = chance.randrange(len(letters))
        letters[at : at + 1] = chance.choice((["e"], [], [letters[at]] * 2, [letters[at], "x"]))
        plain = speller.plain("it is " + "".join(letters))
        assert speller.plain(plain) == plain


def test_only_words_that_are_said_often_are_kept() -> None:
    assert said_in(["Tent tent", "TENT bag bag"]) == {"tent": 3}


def test_a_word_without_end_costs_nothing(speller: Speller) -> None:
    """Its forms with two letters left out would fill gigabytes."""
    chance = random.Random(5)
    word = "".join(chance.choice("abcdefgh") for _ in range(700))
    tracemalloc.start()
    try:
        assert speller.plain(word) == word
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_name_of_the_company_is_no_slip() -> None:
    said = said_in(["darn learn"] * 40)
    assert Speller({"learn", "darn"}, said).plain("the larn") != "the larn"
    assert Speller({"learn", "darn"}, said, {"larn"}).plain("the larn") == "the larn"
