"""What a sentence claims, as far as it can be read off its form: amounts, sides, yes or no, who does what. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from knowledge.lexical import stem, words

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[€$£%]|[^\W\d_]+(?:['’][^\W\d_]+)?|[–-]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_NUMBERS = "zero . two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_SPELT = {word: str(value) for value, word in enumerate(_NUMBERS.split()) if word != "."} | {
    "twenty": "20",
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "ninety": "90",
    "hundred": "100",
}
_COUNTED = (
    *(
        "second",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "year",
        "percent",
        "point",
        "time",
        "piece",
        "person",
        "size",
    ),
    *("metre", "kilometre", "gram", "litre", "degree"),
)
_UNITS = {
    # The stem of a plural is not always that of its word: "minutes" has another than "minute".
    **{form: word for word in _COUNTED for form in (word, f"{word}s", stem(word), stem(f"{word}s"))},
    **{word: word for word in ("cm", "mm", "km", "kg")},
    "people": "person",
    **dict.fromkeys(("eur", "euro", "€"), "EUR"),
    **dict.fromkeys(("usd", "dollar", "$"), "USD"),
    **dict.fromkeys(("gbp", "pound", "£"), "GBP"),
    "chf": "CHF",
    "%": "percent",
    "hrs": "hour",
    "min": "minute",
    "mins": "minute",
}
_WORKING = {"working", "business"}
_BETWEEN = {"to", "and", "or", "–", "-", "full", "calendar", *_WORKING}
_MOST = {"within", "until", "under", "below", "before", "by", "maximum", "most", "less", "fewer", "up", "inside"}
_LEAST = {"after", "from", "over", "above", "minimum", "least", "more", "beyond", "exceeding"}
_LOWER = {"less", "fewer", "earlier", "below", "younger"}
_HIGHER = {"more", "later", "above", "higher", "older"}
_NOT = {"not", "no", "never", "cannot", "without", "nor", "neither", "none", "nobody", "nothing", "except", "unless"}
_FREE = {"free", "gratis"}
_AUXILIARIES = """
can may must will would should could shall do does did have has had are is were was also then always usually only never
not just simply cannot
"""
_AUXILIARY = frozenset(_AUXILIARIES.split())
_EMPTY = """
yes no sure possible able allow simply easily please usually normally also still make take use give receive however once
each every many much long short after before within until free not only may must might shall
"""
_FILLERS = frozenset(stem(word) for word in _EMPTY.split())
_LOOK_AHEAD = 4


@dataclass(frozen=True)
class Amount:
    """``unit`` empty where none is near; ``side`` is ``most``, ``least`` or empty."""

    value: str
    unit: str
    side: str


@dataclass(frozen=True)
class Claims:
    """``telling`` are content words; ``held`` those with the words of the subject; ``doers`` maps verbs to pronouns."""

    telling: frozenset[str]
    held: frozenset[str]
    amounts: frozenset[Amount]
    names: frozenset[str]
    denied: bool
    free: bool
    doers: frozenset[tuple[str, str]]

    def without_amounts(self) -> Claims:
        return replace(self, amounts=frozenset())

    def lacking(self, place: Claims, covered: float) -> str | None:
        """What of this sentence the place does not carry; None when it carries all."""
        if self.names - place.held:
            return "it names what the passage does not name"
        if not all(any(_same(mine, other, place) for other in place.amounts) for mine in self.amounts):
            return "a number is not in the passage with this unit and on this side"
        if self.denied != place.denied or (self.free and not place.free):
            return "it says the opposite"
        for doer, deed in self.doers:
            others = {one for one, done in place.doers if done == deed}
            if others and doer not in others:
                return "somebody else does what it says"
        met = len(self.telling & place.held)
        if met < covered * len(self.telling):
            return "the passage does not hold its words"
        return None


def read_claims(sentence: str, subject: str = "") -> Claims:
    """``subject`` (title and heading) lends its words to a passage's sentence, not its numbers."""
    tokens = _TOKEN.findall(_THOUSANDS.sub("", sentence))
    low = [token.lower().replace("’", "'") for token in tokens]
    telling = frozenset(word for word in words(sentence) if word not in _FILLERS and not word[0].isdigit())
    names = {
        word
        for at, token in enumerate(tokens)
        if at > 0 and (token[0].isupper() or (len(token) > 1 and token.isupper())) and low[at] not in _UNITS
        for word in words(token)
        if word not in _FILLERS
    }
    return Claims(
        telling=telling,
        held=telling | frozenset(words(f"{subject} {sentence}")),
        amounts=frozenset(_amounts(low)),
        names=frozenset(names),
        denied=any(token in _NOT or token.endswith("n't") for token in low),
        free=any(token in _FREE for token in low),
        doers=frozenset(_doers(low)),
    )


def _amounts(tokens: list[str]) -> list[Amount]:
    found: list[Amount] = []
    for at, token in enumerate(tokens):
        value = _SPELT.get(token) or (token if token[0].isdigit() else None)
        if value is None:
            continue
        unit, working = "", False
        for ahead in tokens[at + 1 : at + 1 + _LOOK_AHEAD]:
            working = working or ahead in _WORKING
            if (named := _UNITS.get(ahead) or _UNITS.get(stem(ahead))) is not None:
                unit = f"working {named}" if working else named
                break
            if ahead not in _BETWEEN and not ahead[0].isdigit() and ahead not in _SPELT:
                break
        if not unit and at and tokens[at - 1] in _UNITS:
            unit = _UNITS[tokens[at - 1]]
        before = set(tokens[max(0, at - 3) : at])
        after = tokens[at + 2] if tokens[at + 1 : at + 2] == ["or"] and len(tokens) > at + 2 else ""
        side = "most" if before & _MOST or after in _LOWER else "least" if before & _LEAST or after in _HIGHER else ""
        found.append(Amount(_plain_number(value), unit, side))
    return found


def _plain_number(text: str) -> str:
    """4.90, 4,90 and 4.9 are one number; 14:00 stays a time."""
    if ":" in text:
        return text
    number = text.replace(",", ".")
    if number.count(".") == 1:
        number = number.rstrip("0").rstrip(".")
    return number


def _same(mine: Amount, other: Amount, place: Claims) -> bool:
    if mine.value != other.value or (mine.side and other.side and mine.side != other.side):
        return False
    # A table names the unit in its column: "Cost in EUR: 4.90".
    return not mine.unit or mine.unit == other.unit or (not other.unit and stem(mine.unit.lower()) in place.held)


def _doers(tokens: list[str]) -> list[tuple[str, str]]:
    found = []
    for at, token in enumerate(tokens):
        if token in ("we", "you"):
            deed = next((word for word in tokens[at + 1 : at + 4] if word not in _AUXILIARY), "")
            if deed:
                found.append((token, stem(deed)))
    return found
