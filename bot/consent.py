"""Is this a plain yes to a change of money or goods? Pure rules beside the classifier.

"Yeah right", "I suppose so" and "okay let me think" are yeses to a classifier. A change begins by a yes that says
nothing else: words of consent, courtesy, and words of the question itself. Whatever holds another word is asked once
more, which costs a customer one word; a change that nobody wanted costs more.
"""

from __future__ import annotations

import re
import unicodedata

from bot.text.courtesy import COURTESIES
from bot.text.normalise import words

MOST_WORDS = 9
STEM = 4
"""Letters by which a word is one of the question's: "cancelled" for "cancel"."""


def _listed(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_CONSENT = _listed(
    "yes yse yesh yep yup yeah yeh yea ye ya yas yus y aye ok okay okey oki okies k kk sure shure surely certainly",
    "absolutely definitely totally naturally indeed affirmative agreed agree accept confirm confirmed correct exactly",
    "precisely right perfect great good fine excellent lovely brilliant deal gladly proceed continue go do please",
    "alright course",
)
_LITTLE = COURTESIES | _listed(
    "very much so then now just ahead on for with it its it's that thats that's that'd this one both all everything",
    "the a to of i i'd i'm i'll we me us you can could would will be is am are want like love happy let's lets carry",
    "make looks sounds works what may asap u my thing",
)
"""Words that add nothing to a yes."""
_BEGINS = _listed(
    "yes yse yesh yep yup yeah yeh yea ye ya yas yus aye sure surely certainly absolutely definitely totally indeed",
    "affirmative agreed confirm confirmed",
)
_NO = _listed("no not nothing never none neither don't won't can't cannot isn't doesn't")
_FIXED = re.compile(
    r"\b(?:why not|no problem|no objections?|no worries|nothing against (?:it|that)|okey doke)\b", re.IGNORECASE
)
_MOCKS = re.compile(r"\b(?:ye(?:ah|a|h|p)|oh|sure|ok(?:ay)?)\W+right\W*$", re.IGNORECASE)
_OPEN = re.compile(r"\.\.|\?|…|\bgo back\b", re.IGNORECASE)
_GLAD = frozenset("👍👌✅✔🙂😀😊😄😃😁☺😉🙏❤🎉👏💚💙😍🥰")
_SAYS_YES = frozenset("👍👌✅✔")
_LENGTHENED = re.compile(r"(\w)\1{2,}")


def is_plain_yes(text: str, question: str) -> bool:
    """Whether ``text``, which was read as a yes, may begin the change that ``question`` offers."""
    pictures = {mark for mark in text if unicodedata.category(mark) == "So"}
    if _OPEN.search(text) or _MOCKS.search(text) or not pictures <= _GLAD:
        return False
    said = words(_LENGTHENED.sub(r"\1", _FIXED.sub(" sure ", text)))
    if not said:
        return bool(pictures & _SAYS_YES)
    if len(said) > MOST_WORDS or _CONSENT.isdisjoint(said) or not _NO.isdisjoint(said):
        return False
    asked = {_stem(word) for word in words(question)}
    return all(word in _CONSENT or word in _LITTLE or (len(word) >= STEM and _stem(word) in asked) for word in said)


def begins_with_yes(text: str) -> bool:
    """Whether the first word alone says yes, whatever wish a classifier sees in the rest ("yes, cancel it")."""
    return not _BEGINS.isdisjoint(words(_LENGTHENED.sub(r"\1", text))[:1])


def _stem(word: str) -> str:
    """A number is itself alone."""
    return word if any(sign.isdigit() for sign in word) else word[:STEM]
