"""An address as people write it: in one line or several, with or without commas, the place before or after the street.

What would lose a number that was written is not taken for read: the customer is asked to write it plainly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from actions.backend.port import Address
from actions.backend.postcodes import country_of

_DUTCH = r"(?-i:[A-Z]{2}|(?!(?:a[mnst]|i[mn]|st|la|le|el|zu|ob|de|du|da|do|di|lo|os|na|we|on|by|to|or|so)\b)[a-z]{2})"
"""The letters of a Dutch postcode; in small ones no word that a place begins with."""
_POST = (
    rf"(?:[A-Z]{{1,2}}-)?(?:\d{{4}} ?{_DUTCH}(?![\w.'’-])|\d{{4,5}}(?:[ -](?-i:[A-Z]{{2}})(?![a-z]))?"
    r"|\d{3} ?\d{2}|\d{2}-\d{3}|\d{4}-\d{3}"
    r"|[A-Z]\d{2} ?[A-Z\d]{4})"
)
_BRITISH = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
_CITY = r"[^\d,\n]{2,60}"
_PLACES = tuple(
    re.compile(rf"^{shape}$", re.IGNORECASE)
    for shape in (
        rf"(?P<city>{_CITY}?)[ ]+(?P<post>{_BRITISH})",
        rf"(?P<post>{_POST}|{_BRITISH})\s+(?P<city>{_CITY})",
        rf"(?P<city>{_CITY}?)[ ]+(?P<post>{_POST})",
    )
)
_POST_ALONE = re.compile(rf"^(?:{_POST}|{_BRITISH})$", re.IGNORECASE)
_RUN_ON = re.compile(rf"^(?P<street>.*?\S)(?:\s+(?:in|at))?\s+(?P<place>(?:{_POST})\s+{_CITY})$", re.IGNORECASE)
_LEAD = re.compile(
    r"^.*?\b(?:address|it|ship|send|deliver|redirect|order)\b[^\d:]{0,40}?(?:\bto\b|\bis\b|:)\s*:?\s*", re.IGNORECASE
)
_TO = re.compile(r"^[\W_]*(?:to|is)\b\s*:?\s*", re.IGNORECASE)
_WHOSE = re.compile(r"^[^\d:]*:\s*|^(?:(?:to|for)\s+)?(?:my|our|his|her|their|a|the)\b[^\d]*?\bat\s+", re.IGNORECASE)
_COURTESY = re.compile(
    r"(?:[\s,.!;]*\b(?:instead|please|pls|thanks?(?: you)?(?: (?:so|very) much| a lot)?|thx|cheers|asap|now)\b)+"
    r"[\s.!]*$",
    re.IGNORECASE,
)
_TALK = re.compile(r"\s+(?:but|because|instead|please|thanks?|since|not)\b.*$|(?<=\w{3})[.!?;](?:\s.*)?$", re.I | re.S)
_WITHIN = re.compile(
    r"\b(?:c/o|care of|attn|flat|apt|apartment|unit|suite|room|floor|door|stairs?|staircase|level|block|building"
    r"|hinterhaus|vorderhaus|haus|halle|etage|stock|og|eg|whg|wohnung|top|stiege|tür|bei)\b",
    re.IGNORECASE,
)
_CHAT = re.compile(r"\b(?:i|i'm|my|we|our|you|it|days?|weeks?|ago|ordered|orders?|parcel|bought)\b", re.IGNORECASE)
_NAMES = {
    "AT": "austria|österreich|oesterreich",
    "AU": "australia",
    "BE": "belgium|belgien|belgique|belgië",
    "BG": "bulgaria",
    "CA": "canada|kanada",
    "CH": "switzerland|schweiz|suisse|svizzera",
    "CY": "cyprus",
    "CZ": "czechia|czech republic|tschechien|česko",
    "DE": "germany|deutschland|allemagne|alemania",
    "DK": "denmark|dänemark|danmark",
    "EE": "estonia",
    "ES": "spain|spanien|españa",
    "FI": "finland|finnland|suomi",
    "FR": "france|frankreich",
    "GB": "united kingdom|great britain|england|scotland|wales|northern ireland|(?-i:UK)",
    "GR": "greece|griechenland",
    "HR": "croatia|kroatien|hrvatska",
    "HU": "hungary|ungarn",
    "IE": "ireland|irland",
    "IS": "iceland|ísland",
    "IT": "italy|italien|italia",
    "JP": "japan",
    "LI": "liechtenstein",
    "LT": "lithuania",
    "LU": "luxembourg|luxemburg",
    "LV": "latvia",
    "MT": "malta",
    "NL": "netherlands|holland|niederlande|nederland",
    "NO": "norway|norwegen|norge",
    "PL": "poland|polen|polska",
    "PT": "portugal",
    "RO": "romania|rumänien",
    "SE": "sweden|schweden|sverige",
    "SI": "slovenia|slowenien",
    "SK": "slovakia|slowakei",
    "TR": "turkey|türkiye|türkei",
    "UA": "ukraine",
    "US": "united states(?: of america)?|usa|(?-i:US)",
}
_COUNTRIES = {
    code: re.compile(rf"(?:^|[\s,(]+)(?:in\s+)?(?:the\s+|die\s+|der\s+)?(?:{names})\)?[\s.!]*$", re.IGNORECASE)
    for code, names in _NAMES.items()
}
_REGION = re.compile(r"^(?:[A-Z]{2,3}|(?:Kanton|Canton|Co\.?|County|State of|Province of|Provincia di) [A-Z]\w+)$")
"""What may stand behind the city and means a place: a courtesy there is no part of an address."""
_NUMBER = re.compile(r"(?<![\w-])\d+[a-z]?(?![\w-])", re.IGNORECASE)
LONGEST_HOUSE_NUMBER = 4
_CODE = re.compile(r"[,(\n]\s*([A-Z]{2})\)?[\s.!]*$")


def read_address(text: str, country: str) -> Address | None:
    """Street with number, postcode and city; the country is the given one where none is named."""
    text = _COURTESY.sub("", _TO.sub("", text.strip()))
    text, named = _country(text)
    for said in (_LEAD.sub("", text, count=1), text):
        found = _read(said, named or country)
        if found is not None and named is None:
            return replace(found, country=country_of(found.postcode) or country)
        if found is not None:
            return found
    return None


def corrected(address: Address, text: str) -> Address | None:
    """The address with the one number that ``text`` names ("no, number 16") in place of its own: the house's, or a
    postcode's where it is as long as one. ``None`` where no other number, or several, are read."""
    known = set(_NUMBER.findall(address.one_line().lower()))
    new = list(dict.fromkeys(number for number in _NUMBER.findall(text.lower()) if number not in known))
    if len(new) != 1:
        return None
    if len(new[0]) == len(address.postcode) and new[0].isdigit():
        return replace(address, postcode=new[0])
    if len(_NUMBER.findall(address.line1.lower())) != 1 or len(new[0]) > LONGEST_HOUSE_NUMBER:
        return None
    return replace(address, line1=_NUMBER.sub(new[0], address.line1))


def _country(text: str) -> tuple[str, str | None]:
    """The text without the country that it ends in, and that country's code. A city of the same name stays."""
    code = _CODE.search(text)
    if code and code[1] in _NAMES:
        return text[: code.start()], code[1]
    for country, shape in _COUNTRIES.items():
        match = shape.search(text)
        if match:
            rest = _COURTESY.sub("", text[: match.start()])
            return (text if re.search(r"\d[\s]*$", rest) and "," not in match[0] else rest), country
    return text, None


def _read(text: str, country: str) -> Address | None:
    parts = _parts(text)
    place = _place(parts)
    if place is None:
        return None
    at, length, post, city = place
    city = _TALK.sub("", city).strip(" .")
    before, after = parts[:at], parts[at + length :]
    numbered = [part for part in before if re.search(r"\d", part)] or [p for p in after if re.search(r"\d", p)]
    streets = [part for part in numbered if not _WITHIN.search(part)] or numbered[-1:]
    streets = [part for part in streets if not _CHAT.search(part) or part == streets[-1]]
    if not streets or len(city) < 2:
        return None
    first = (before if streets[0] in before else after).index(streets[0])
    between = before[first + 1 :] if streets[0] in before else []
    lines = [part for part in parts if part not in parts[at : at + length] and part != streets[0]]
    kept = [part for part in lines if part in streets or part in between or _WITHIN.search(part)]
    region = next((part for part in after if part not in kept and _REGION.match(part)), "")
    read = Address(streets[0], city, post.upper(), country, ", ".join(kept), region)
    return read if _numbers(text) <= _numbers(read.one_line()) else None


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+", text))


def _parts(text: str) -> list[str]:
    """What commas and lines part, and what a postcode parts where neither does."""
    parts: list[str] = []
    for part in re.split(r"\s*[,\n]\s*", text):
        said = _WHOSE.sub("", part.strip(" .;!?"))
        run_on = _RUN_ON.match(said)
        if run_on and re.search(r"\d", run_on["street"]):
            parts += [run_on["street"], run_on["place"]]
        elif said:
            parts.append(said)
    return parts


def _place(parts: Sequence[str]) -> tuple[int, int, str, str] | None:
    """Where postcode and city stand: index, how many parts, and the two."""
    for at, part in enumerate(parts):
        if not _POST_ALONE.match(part):
            continue
        prior, after = parts[at - 1] if at else "", parts[at + 1] if at + 1 < len(parts) else ""
        if at > 1 and not re.search(r"\d", prior) and not _WITHIN.search(prior):
            return at - 1, 2, part, prior
        if after and not re.search(r"\d", after):
            return at, 2, part, after
    for shape in _PLACES:
        for at in reversed(range(len(parts))):
            match = shape.match(_TALK.sub("", parts[at]))
            if match:
                return at, 1, match["post"], match["city"]
    return None
