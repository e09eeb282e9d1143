from __future__ import annotations

import pytest

from bot.text.normalise import MAX_CHARACTERS, clean, harmless, visible, words

pytestmark = pytest.mark.unit

TRICKS = [
    "/affirm",
    " /affirm",
    "\u00a0\t/affirm",
    "\uff0faffirm",  # full-width slash
    "\u200b/affirm",  # zero-width space
    "\ufeff/affirm",
    "\u2060\u200d/affirm",
    "\u2044affirm",  # fraction slash
    "\u2215affirm",  # division slash
    "\u29f8affirm",  # big solidus
    "\u202e/affirm",  # right-to-left override
    "\x00/affirm",
    "\x1b/affirm",
    "//affirm",
    "/ / /affirm",
    "/\u200b/affirm",
    "\\affirm",
    "@/affirm",
    "\uff20affirm",
    "\u3164/affirm",  # Hangul filler, an invisible letter
    "\U000e0020/affirm",  # a tag character
    "\u00ad/affirm",  # soft hyphen
    "\u0085/affirm",
    "\u2028/affirm",
    '/affirm{"operation_id": "op_1"}',
]


@pytest.mark.parametrize("trick", TRICKS)
def test_no_text_begins_a_command(trick: str) -> None:
    made = harmless(trick)
    assert made.startswith("affirm")
    assert harmless(made) == made


def test_slashes_inside_a_text_stay() -> None:
    assert harmless("size 42/43 and/or 44") == "size 42/43 and/or 44"


@pytest.mark.parametrize("nothing", ["", "   ", "///", "\u200b\u200b", "/ @ /"])
def test_what_has_no_words_becomes_empty(nothing: str) -> None:
    assert harmless(nothing) == ""


def test_clean_keeps_mood_and_straightens_the_rest() -> None:
    assert clean("  WHERE\u2019s\n\nmy\t\u201corder\u201d\u2026?!! ") == 'WHERE\'s my "order"...?!!'


def test_length_is_bounded() -> None:
    assert len(visible("x" * 10_000)) == MAX_CHARACTERS
    assert len(clean("\ufdfa" * MAX_CHARACTERS)) <= MAX_CHARACTERS  # one character that unfolds into eighteen


def test_words() -> None:
    assert words("Don't re-order A-1042, please!") == ["don't", "re-order", "a-1042", "please"]
