"""Words put right before the models read them: slips of the finger, spelling by ear, the short forms of phones.

The sentence model cuts a misspelt word into pieces that mean nothing, and n-grams meet it never again. So a word that
is unknown becomes the known word that is one slip away (two, where it is long). Known is what the sentence model has as
one piece, or what the examples use often: a rare but real word is never changed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Collection, Dict, Iterable, Iterator, List, Mapping, Optional, Set

SHORT_FORMS: Mapping[str, str] = {
    **{"u": "you", "ur": "your", "r": "are", "y": "why", "n": "and", "nd": "and", "da": "the", "teh": "the"},
    **{"pls": "please", "plz": "please", "plss": "please", "plse": "please", "thx": "thanks", "tnx": "thanks"},
    **{"tanks": "thanks", "ty": "thank you", "wat": "what", "wats": "what's", "wot": "what", "wen": "when"},
    **{"hw": "how", "wich": "which", "wer": "where", "dnt": "don't", "dont": "don't", "doesnt": "doesn't"},
    **{"dosnt": "doesn't", "dosent": "doesn't", "didnt": "didn't", "isnt": "isn't", "wasnt": "wasn't", "cant": "can't"},
    **{"wont": "won't", "hasnt": "hasn't", "havent": "haven't", "im": "I'm", "ive": "I've", "cos": "because"},
    **{"coz": "because", "cuz": "because", "bcoz": "because", "bc": "because", "tht": "that", "dat": "that"},
    **{"der": "there", "ther": "there", "thier": "their", "sum1": "someone", "any1": "anyone", "gimme": "give me"},
    **{"wanna": "want to", "gonna": "going to", "lemme": "let me", "gotta": "got to", "2day": "today"},
    **{"2moro": "tomorrow", "tmrw": "tomorrow", "tmr": "tomorrow", "b4": "before", "gr8": "great", "w8": "wait"},
    **{"acc": "account", "acct": "account", "pw": "password", "pwd": "password", "addy": "address", "rly": "really"},
    **{"adress": "address", "adres": "address", "recieved": "received", "recieve": "receive", "yday": "yesterday"},
    **{
        "bk": "back",
        "msg": "message",
        "fone": "phone",
        "nmbr": "number",
        "nr": "number",
        "tlk": "talk",
        "bout": "about",
    },
    **{"abt": "about", "wud": "would", "cud": "could", "shud": "should", "shoud": "should", "woud": "would"},
    **{
        "coud": "could",
        "giv": "give",
        "hav": "have",
        "didn": "didn't",
        "thru": "through",
        "wiv": "with",
        "wth": "with",
    },
    **{"retun": "return", "mony": "money", "wrng": "wrong", "rong": "wrong", "stil": "still", "cum": "come"},
    **{"whats": "what's", "thats": "that's", "wheres": "where's", "whens": "when's", "whos": "who's", "hows": "how's"},
    **{"theres": "there's", "heres": "here's", "wana": "want to", "helo": "hello", "hallo": "hello"},
    **{"nite": "night", "tel": "tell", "dint": "didn't"},
    **{"comin": "coming", "comming": "coming", "payed": "paid", "oder": "order", "odr": "order", "ordr": "order"},
}
"""Written so on purpose, or real words elsewhere that a customer here does not mean."""
MUCH_MORE = 10
"""A word that the examples know is a slip only beside one that they say so many times as often."""
_REAL = (
    "abort anew bots chats crampons gaiters goretex heya hola kilo ouch pfand resole resoled retour router scuff siri "
    "trekking vending"
)
REAL = frozenset(_REAL.split())
"""Right as they are, though the sentence model has no piece for them and they look like commoner words."""
_ROWS = ("qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm")
_ABOVE = ("qawsedrftgyhujikolp", "azsxdcfvgbhnjmk")
_SOUNDS = ("aeiouy", "csz", "ckq", "fv", "vw", "dt", "mn", "gj", "bp")


def _close() -> Dict[str, Set[str]]:
    found: Dict[str, Set[str]] = defaultdict(set)
    for keys in (*_ROWS, *_ABOVE):
        for one, other in pairwise(keys):
            found[one].add(other)
            found[other].add(one)
    for group in _SOUNDS:
        for letter in group:
            found[letter] |= set(group) - {letter}
    return dict(found)


_CLOSE = _close()
"""Letters that are taken for each other: neighbours on the keyboard, and those that sound alike."""
_ENDINGS = ("s", "es", "ed", "ing", "er", "ers", "r", "est", "ly", "y", "less", "ness", "able")
_COMMON_ENDINGS = ("d", "ed", "s", "ing")
_BEFORE = ("un", "re", "dis", "pre")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d[^\W\d_]+|[^\W\d_]+\d[^\W_]*")
_LONG = 7
"""From this length on two slips are allowed."""
_SHORTEST = 4
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
OFTEN = 3
"""An unknown word that stands so often in the examples is one of ours."""
TRUSTED = 4
"""A word must be as frequent in the examples to be what was meant."""


class Speller:
    """``whole``: words that the sentence model knows as one piece. ``said``: how often the examples say each word.
    ``names``: of the company, in lower case; right as they are."""

    def __init__(self, whole: Collection[str], said: Mapping[str, int], names: Collection[str] = ()) -> None:
        self._whole = frozenset(whole)
        self._real = REAL | frozenset(names)
        self._counts = dict(said)
        self._known = {word for word, count in said.items() if count >= OFTEN}
        self._said = {
            word: count
            for word, count in said.items()
            if count >= TRUSTED and word in self._whole and len(word) >= _SHORTEST - 1
        }
        # A longer word is no slip of a known one; its forms grow with the square of its length.
        self._longest = max(map(len, self._said), default=0) + 2
        self._near: Dict[str, List[str]] = {}
        for word in self._said:
            for form in _without(word, 2 if len(word) >= _LONG else 1):
                self._near.setdefault(form, []).append(word)

    def plain(self, text: str) -> str:
        """``text`` with its slips put right; all else stays as it is."""
        return _WORD.sub(
            lambda match: self._right(match.group(), match.start(), text[match.end() : match.end() + 1]), text
        )

    def _right(self, word: str, start: int, after: str) -> str:
        lower = word.lower()
        if (start and word[0].isupper() and word[1:].islower()) or (len(word) == 1 and after == "."):
            return word  # a name, or a letter of "U.S."
        meant = self._meant(lower)  # worked out each time: what customers write is kept nowhere
        return word if meant == lower else meant

    def _meant(self, word: str) -> str:
        if word in SHORT_FORMS:
            return SHORT_FORMS[word]
        squeezed = _REPEATED.sub(r"\1\1", word)
        once = _REPEATED.sub(r"\1", word)
        for form in (squeezed, once):
            if form != word and form in self._whole:
                return form
        if word in self._whole or "'" in word or not _SHORTEST <= len(word) <= self._longest or not word.isalpha():
            return word
        if word in self._real or self._is_a_form(word):
            return word
        return self._best(word) or word

    def _is_a_form(self, word: str) -> bool:
        """ "passwords", "phoned", "delete", "unblock": what is known, with another ending or beginning."""
        if any(word + ending in self._whole for ending in _COMMON_ENDINGS):
            return True
        stem = next((word[len(before) :] for before in _BEFORE if word.startswith(before)), word)
        return any(
            stem.endswith(ending)
            and len(stem) - len(ending) >= _SHORTEST - 1
            and stem[: len(stem) - len(ending)] in self._whole
            for ending in (*_ENDINGS, *([""] if stem != word else []))
        )

    def _best(self, word: str) -> Optional[str]:
        most = 2 if len(word) >= _LONG else 1
        near = {other for form in _without(word, most) for other in self._near.get(form, ())}
        ranked = []
        for other in near:
            slips = _slips(word, other)
            # Another first letter means another word, and so does a changed letter in a common one.
            rough = slips > 1 or (len(word) == len(other) and sorted(word) != sorted(other))
            if slips > most or (slips > 1 and min(len(word), len(other)) < _LONG - 1):
                continue
            if word[0] != other[0] and other[1::-1] != word[:2] and other[1:] != word:
                continue
            if word in self._known and (rough or self._said[other] < MUCH_MORE * self._counts[word]):
                continue
            ranked.append((slips - _likeness(word, other), -self._said[other], other))
        return min(ranked)[2] if ranked else None


def said_in(texts: Iterable[str]) -> Dict[str, int]:
    """How often the examples say each word that counts for ``Speller``."""
    found = Counter(word.lower() for text in texts for word in _WORD.findall(text))
    return {word: count for word, count in sorted(found.items()) if count >= OFTEN}


def _without(word: str, letters: int) -> Iterator[str]:
    """``word`` and every form of it that lacks up to ``letters`` letters."""
    forms = {word}
    edge = forms
    for _ in range(letters):
        edge = {form[:at] + form[at + 1 :] for form in edge for at in range(len(form))}
        forms = forms | edge
    return iter(forms)


def _likeness(word: str, meant: str) -> float:
    """Fingers keep the ends of a word, leave letters out or swap them more often than they change one."""
    letters = iter(meant)
    left_out = all(letter in letters for letter in word)
    return (
        0.5 * (word[0] == meant[0]) + 0.3 * (word[-1] == meant[-1]) + 0.2 * (left_out or sorted(word) == sorted(meant))
    )


def _slips(one: str, other: str) -> int:
    """Letters left out, added, swapped with their neighbour, or changed for a close one (optimal string alignment); a
    letter changed for a distant one counts twice."""
    before: List[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            changed = 0 if a == b else 1 if b in _CLOSE.get(a, "") else 2
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + changed)
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
