"""Order numbers as people type them: ``A-1042``, "a 1042", "A-1O42", "order 1042", "news about 1042".

A wrong number costs a customer more than a missed one, which is asked for: whatever may be a year, an amount, a
postcode or a measure is left alone unless the sentence names it.
"""

from __future__ import annotations

import re
from typing import Iterator, NamedTuple


class Number(NamedTuple):
    """``text[start:end]`` was read as ``value``, ``A-1042``."""

    start: int
    end: int
    value: str


_DASH = r"(?:[\s\-\u2010-\u2015\u2212_.#:;/=~*+]{0,4}|\s(?:dash|minus|hyphen)\s)"
_APART = r"(?:(?<![^\W_])|(?:(?<=order)|(?<=number))(?=A\W?\d))"
"""A word may run into the number ("orderA-1042"); no other letter may stand before it."""
_GLUED = r"(?:pls|plz|please|thx|thanks|my|is|isnt|still|not|never|and|where|when|has|hasnt)\b"
_LETTER = rf"{_APART}(?P<letter>[A-Za-z\u0391\u0410\u0430])"
_NO_MORE = rf"(?!\d|[.,]\d|(?!{_GLUED})[^\W\d_])"
_ORDER = re.compile(rf"{_LETTER}{_DASH}(?P<digits>\d{{4}}){_NO_MORE}", re.IGNORECASE)
_SLIPPED = re.compile(
    rf"(?<![^\W_])[Aa](?:\s?-\s?|(?<=A))(?=(?:[OolI]*\d){{2}})(?P<digits>[\dOolI]{{4}}){_NO_MORE}"
    rf"|(?<![^\W_])A\s?-?\s?(?=(?:[OolIiQSZB|!]*\d){{3}})(?P<like>[\dOolIiQSZB|!]{{4}})(?![^\W_]|[.,]\d)"
    rf"|(?<![^\W_])(?:A[\s-]{{0,2}}|a-\s?)(?P<spaced>\d(?:[ -]?\d){{3}}){_NO_MORE}"
    rf"|(?<![^\W_])A\s?-\s?(?P<thousand>\d[.,' ]\d{{3}}){_NO_MORE}"
)
"""Letters for digits (A-1O42), digits apart (A-10 42), a sign for thousands (A-1.042)."""
_LIKE_DIGITS = str.maketrans("OoQlIi|!SZB", "00011111528")
_SAME_LETTER = {"\u0391": "A", "\u0410": "A", "\u0430": "A"}
"""Greek and Cyrillic letters that look like A."""
_NUM = r"(?:numbers?|numer|nunber|numm?be?r|nmbr|nmb|numb|nr|no\.?|num|id|code)"
_NUMBER_WORD = (
    r"(?:or?de?rs?|odrer|ordre|oredr|orer|orde|ord|parcels?|packages?|purchases?|deliver(?:y|ies)|shipments?|"
    rf"bestell(?:ung|-?nummer|-?nr\.?)|auftrag(?:s-?(?:nummer|nr\.?))?|{_NUM}|ref(?:erence)?)"
)
_BARE = r"(?P<digits>\d{4})(?![\d]|[.,]\d|[ -]\d{3})"
_SAID = (
    rf"\b{_NUMBER_WORD}(?:[\s-]*{_NUM})?(?:\.|'s)?"
    r"\s*(?:(?:is|was|would be|should be|must be|it'?s|i think|i guess|of mine is)\b|:|=|-|,|\.{2,3})?"
    r"\s*[#(\"'*]?\s*"
)
_NAMED = re.compile(_SAID + _BARE, re.IGNORECASE)
_NAMED_APART = re.compile(
    _SAID + r"(?:a\s?-?)?(?P<digits>\d[ -]\d[ -]\d[ -]\d)(?![^\W_]|[.,-]\d|\s\d)"
    rf"|\b{_NUMBER_WORD}(?:[\s-]*{_NUM}(?:\s*(?:is|:))?\s*|\s*(?=a))(?:a\s?-?)?"
    r"(?P<pairs>\d\d[ -]\d\d)(?![^\W_]|[.,-]\d|\s\d)",
    re.IGNORECASE,
)
"""The same with the digits apart; two pairs only after "number" or the letter, for "delivery 12-14" is a time."""
_ORDER_IS = re.compile(
    rf"\b{_BARE} (?:is|was) (?:the |my |our )?order\b"
    rf"|\b(?:cancel|track|where(?:'s| is|s)|status of|refund for)\s+(?P<asked>\d{{4}})"
    r"(?=\s*(?:$|[?!.,]\s|[?!.]$|(?:please|pls|now)\b))",
    re.IGNORECASE,
)
_SUBJECT = (
    r"(?:news|updates?|info|word|question|anything|asking|ask|writing|status|returns?|labels?|invoices?|receipts?|bill|"
    r"refunds?|eta|tracking|replacement|exchange|copy|proof|what|how)"
)
_STOP = r"(?=\s*(?:$|[?!.,;:)-]+(?:\s|$)|(?:please|pls|plz|now|yet|today|thanks|thx|and|but)\b))"
_MEANT = re.compile(
    rf"\b{_SUBJECT}\s+(?:for|on|about|regarding|concerning|re)\s+(?P<about>\d{{4}}){_STOP}"
    rf"|\b(?:refund|returns?|invoice|receipt|status|exchange|cancell?|stop|replace|check|find)\s+(?P<digits>\d{{4}}){_STOP}"
    rf"|^\W*(?:(?:hi|hello|hey|re|subject|subj)\b\W*)*(?P<first>\d{{4}})[\s:,.-]+(?=(?:please|pls|plz|where|when|is|isn'?t"
    r"|hasn'?t|has|still|not|never|cancel|returns?|refund|status|track|nothing|wrong|missing|arrived|didn'?t)\b)"
    rf"|[?.!]\s+(?P<last>\d{{4}})\W*$",
    re.IGNORECASE,
)
"""No word says that it is an order's, but the sentence asks about something that has such a number."""
_MATTER = re.compile(
    r"\b(?:orders?|parcel|package|track\w*|status|deliver\w*|ship\w*|arriv\w*|com(?:e|es|ing)|cancel\w*|refund\w*|"
    r"return\w*|invoice|receipt|bill|news|updates?|where|wheres|here|missing|label|sent)\b",
    re.IGNORECASE,
)
_NO_ORDER = re.compile(
    r"\b(?:post ?codes?|zip|plz \d|postal|street|address|kcal|metres?|meters?|years?)\b", re.IGNORECASE
)
_LIKE_YEAR_OR_ROUND = re.compile(r"19\d\d|20\d\d|\d\d00")
_ANOTHER = re.compile(
    rf"\s*(?:,|&|\+|/|\b(?:and|or)(?: maybe| perhaps| possibly| also| rather)?\b)\s*#?{_BARE}"
    r"(?!\s*(?:%|€|eur|times|days|weeks))",
    re.IGNORECASE,
)
_HASHED = re.compile(rf"(?<![\w#])#\s?{_BARE}")
_ALONE = re.compile(
    r"^\W*(?:it'?s|its|it is|number|this one|that's|sure|yes|ok|here)?[\s,:.-]*(?P<digits>\d{4})\W*$", re.IGNORECASE
)
_OTHER_NUMBER = re.compile(
    r"\b(?:tracking|phone|telephone|mobile|house|flat|room|card|account|customer|serial|article|item|model|invoice|"
    r"gift ?card|voucher|error|fault|err|postcode|post code|zip|plz|postal|tax|vat|flight|gate|motorway|pin)"
    r"(?:\s+(?:codes?|numbers?|no|nr|id))?\W{0,3}(?:(?:is|was|says)\s+)?$",
    re.IGNORECASE,
)
"""What stands before digits that are no order's."""
_TOWN = re.compile(r"\s+[A-Z\u00c4\u00d6\u00dc][a-z\u00e4\u00f6\u00fc\u00df]{2,}")
_IN_ADDRESS = re.compile(r"(?:\d\s?\w?,?|,|\b(?:in|to))\s+$")
_UNIT = re.compile(
    r"\s*-?\s*(?:words?|m|metres?|meters?|km|kilomet\w+|miles?|foot|feet|ft|kcal|calories|grams?|g|ml|litres?|watts?|w|"
    r"lumens?|mah|people|persons?|pieces?|years?|hours?|steps|pages?|times|things|apologies|things|followers|parts?)\b",
    re.IGNORECASE,
)
_AFTER_YEAR = re.compile(
    r"(?:please|pls|thanks|thank|is|was|it|isn't|isnt|hasn't|hasnt|has|had|and|or|not|but|which|where|when|still|that|"
    r"again|now|cheers|from|never|came|arrived|didn't|didnt|doesn't|will|to|with|can|could|got|went|says|shows|should)",
    re.IGNORECASE,
)
_CONTEXT = re.compile(rf"\b{_NUMBER_WORD}\b|#", re.IGNORECASE)


_ONES = {
    **{"zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4"},
    **{"five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9"},
}
_TEENS = {
    **{"ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15"},
    **{"sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19"},
}
_TENS = {
    **{"twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7"},
    **{"eighty": "8", "ninety": "9"},
}
_ONE = "|".join(_ONES)
_PAIR = rf"(?:(?:{'|'.join(_TEENS)})|(?:{'|'.join(_TENS)})(?:[\s-]+(?:{_ONE}))?|(?:zero|oh|o)[\s-]+(?:{_ONE}))"
_SPOKEN = re.compile(
    rf"(?<![^\W_])(?P<letter>a)[\s,-]+(?P<words>(?:(?:{_ONE})[\s,-]+){{3}}(?:{_ONE})|{_PAIR}[\s,-]+{_PAIR})(?![^\W_])",
    re.IGNORECASE,
)
"""Read aloud to the telephone: "A one zero four two", "A ten forty-two"."""


def numbers(text: str) -> Iterator[Number]:
    """Every order number of ``text``, the surest forms first; some may lie over each other."""
    for match in _ORDER.finditer(text):
        if _is_a_word(match, text) or _is_other(match, text):
            continue
        letter = _SAME_LETTER.get(match.group("letter"), match.group("letter"))
        yield Number(match.start(), match.end(), order_number(match.group("digits"), letter))
        yield from _more(match.end(), text)
    for match in _SLIPPED.finditer(text):
        if not _is_other(match, text):
            raw = next(found for found in match.groups() if found)
            digits = re.sub(r"\D", "", raw.translate(_LIKE_DIGITS))
            yield Number(match.start(), match.end(), order_number(digits))
    for pattern in (_NAMED, _NAMED_APART, _HASHED, _ALONE):
        for match in pattern.finditer(text):
            found = _group(match)
            if pattern in (_NAMED, _NAMED_APART) and _OTHER_NUMBER.search(text[: found.start]):
                continue
            yield found
            yield from _more(found.end, text)
    for match in _ORDER_IS.finditer(text):
        yield _group(match)
    yield from _meant(text)
    yield from _spoken(text)


def order_number(digits: str, letter: str = "A") -> str:
    """Digits alone get the commonest letter; who looks the order up falls back on the digits."""
    return f"{letter.upper()}-{digits}"


def _group(match: re.Match[str]) -> Number:
    """The one group with digits that took part in ``match``."""
    name = next(name for name, found in match.groupdict().items() if found)
    return Number(*match.span(name), order_number(re.sub(r"\D", "", match.group(name))))


def _meant(text: str) -> Iterator[Number]:
    if _NO_ORDER.search(text):
        return
    matter = _MATTER.search(text) is not None
    for match in _MEANT.finditer(text):
        found = _group(match)
        if (
            (matter or match.group("about"))
            and not _LIKE_YEAR_OR_ROUND.fullmatch(found.value[2:])
            and not _OTHER_NUMBER.search(text[: found.start])
        ):
            yield found


def _spoken(text: str) -> Iterator[Number]:
    for match in _SPOKEN.finditer(text):
        said = re.findall(r"[a-z]+", match.group("words").lower())
        digits, at = "", 0
        while at < len(said):
            word = said[at]
            if word in _TENS:
                one = _ONES.get(said[at + 1]) if at + 1 < len(said) else None
                digits, at = digits + _TENS[word] + (one or "0"), at + (2 if one else 1)
            else:
                digits, at = digits + (_TEENS.get(word) or _ONES[word]), at + 1
        if len(digits) == 4 and (match.group("letter") == "A" or _MATTER.search(text)):
            yield Number(match.start(), match.end(), order_number(digits))


def _more(end: int, text: str) -> Iterator[Number]:
    """ "orders 1042, 1057 and 1060" """
    match = _ANOTHER.match(text, end)
    while match is not None:
        start, end = match.span("digits")
        yield Number(start, end, order_number(match.group("digits")))
        match = _ANOTHER.match(text, end)


def _is_other(match: re.Match[str], text: str) -> bool:
    """ "error E-5001", "Marktgraben 3, A-6020 Innsbruck": a code or a postcode."""
    before = text[: match.start()]
    if _OTHER_NUMBER.search(before):
        return True
    town = _TOWN.match(text, match.end())
    return town is not None and _IN_ADDRESS.search(before) is not None


def _is_a_word(match: re.Match[str], text: str) -> bool:
    """ "a 2000 word essay", "a 1000 thanks", "since I 2001 …", "it's 1042": a letter that belongs to the sentence."""
    letter, digits = match.group("letter"), match.group("digits")
    if text[: match.start()].endswith(("'", "\u2019")):
        return True
    between = text[match.start() + 1 : match.start("digits")]
    if between.strip() or not between:
        return False
    named = _CONTEXT.search(text) is not None
    if letter.lower() != "a" and (letter.islower() or letter == "I"):
        return letter not in "bcdef" and not named
    if digits.endswith("000") and not named:
        return True
    if letter == "A" and match.start() > 0:
        return False
    if _UNIT.match(text, match.end()):
        return True
    after = re.match(r"\s+([a-z']+)", text[match.end() :], re.IGNORECASE)
    like_a_year = digits.startswith(("19", "20")) or digits.endswith("00")
    return after is not None and like_a_year and not _AFTER_YEAR.fullmatch(after.group(1)) and not named
