"""Text as people type it, made plain before anything reads it.

Nothing here decides what a text means. ``clean`` is what the models see, ``harmless`` is what Rasa sees: a customer's
words that can never be taken for a command.
"""

from __future__ import annotations

import re
import unicodedata
from typing import List

MAX_CHARACTERS = 2000
"""What the understanding reads of a message; the log keeps the rest."""

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACE = re.compile(r"\s+")
_QUOTES = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2032": "'",
        "\u2033": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u2010": "-",
        "\u2011": "-",
        "\u2026": "...",
    }
)
_SLASHES = "/\\\u2044\u2215\u29f8\u2571\u27cb\ufe68\uff0f\uff3c\u29f9\u2216\u1735\u3033\u30ce\u4e3f\u0337\u0338"
_COMMAND_HEAD = re.compile("^[\\s" + re.escape(_SLASHES) + "@\uff20\ufe6b\u200b]+")
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*", re.UNICODE)


def visible(text: str) -> str:
    """``text`` without control characters and characters that nobody can see; length at most ``MAX_CHARACTERS``."""
    return _CONTROL.sub("", _INVISIBLE.sub("", text))[:MAX_CHARACTERS]


def clean(text: str) -> str:
    """One line, composed (NFKC), straight quotes, single spaces. Case and punctuation stay: they carry mood."""
    plain = unicodedata.normalize("NFKC", visible(text)).translate(_QUOTES)
    return _SPACE.sub(" ", visible(plain)).strip()


def harmless(text: str) -> str:
    """``clean`` text that cannot begin a Rasa command.

    Rasa takes a text that starts with a slash for an intent with confidence 1. Slashes of every script and ``@`` are
    taken off the front, however they were hidden; the words behind them stay, as words.
    """
    plain = clean(text)
    while True:
        head = _COMMAND_HEAD.match(plain)
        if head is None:
            return plain
        plain = plain[head.end() :]


def words(text: str) -> List[str]:
    """Lower-case words of a cleaned text, apostrophes and inner hyphens kept."""
    return [match.group().lower() for match in _WORD.finditer(text)]
