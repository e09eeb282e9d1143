import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.embed import SentenceEncoder
from knowledge.lexical import words
from knowledge.lexicon import Spelling, corrected, general, letters_only
from knowledge.measure import MODEL

pytestmark = pytest.mark.unit

CORPUS = ["You can return the password letter tomorrow", "return parcels", "tent seams"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("retrun", "return"), ("pasword", "password"), ("tomorow", "tomorrow"), ("passwword", "password")],
)
def test_one_slip_is_corrected(typed: str, meant: str) -> None:
    assert Spelling(map(letters_only, CORPUS)).correct(f"my {typed}, please") == f"my {meant}, please"


@pytest.mark.parametrize("word", ["rent", "return", "zeppelin", "Return", "returns", "seam"])
def test_other_words_stay(word: str) -> None:
    assert Spelling(map(letters_only, CORPUS)).correct(word) == word


@given(st.text(max_size=80))
def test_a_correction_keeps_everything_but_words(text: str) -> None:
    corrected = Spelling(map(letters_only, CORPUS)).correct(text)
    assert [letter for letter in corrected if not letter.isalpha()] == [c for c in text if not c.isalpha()]


def test_a_word_of_the_readers_other_language_is_right() -> None:
    english, german = Spelling([["defect", "product"]]), Spelling([["defekt", "produkt"]])
    assert corrected("defekt produkt, a defact", [german, english]) == "defekt produkt, a defect"


def test_goods_become_an_item() -> None:
    assert general("can the rain jacket go back, or the sleeping bag?") == "can the rain item go back, or the item?"
    assert general("when does the shop open?") == "when does the shop open?"


def test_words_that_say_the_same_meet() -> None:
    assert words("my package") == words("my parcel")
    assert words("vouchers") != words("parcels")


@pytest.mark.parametrize(("typed", "near"), [("carriers", "carries"), ("drone", "drove"), ("postal", "portal")])
def test_a_word_of_the_language_that_no_article_uses_is_no_slip(typed: str, near: str) -> None:
    known = SentenceEncoder(MODEL).knows
    spelling = Spelling([[near, "password"]])
    assert spelling.correct(f"my {typed} pasword", known) == f"my {typed} password"
    assert spelling.correct(typed) == near
