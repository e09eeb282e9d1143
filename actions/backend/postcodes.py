"""Whether a postcode has the form of its country's. Pure; where a country's form is not known, any will do."""

from __future__ import annotations

import re

_DIGITS = {
    4: "AT AU BE BG CH CY DK HU LI LU LV NO SI",
    5: "DE EE ES FI FR HR IT LT TR UA",
    6: "RO",
}
_FORMS = {country: rf"\d{{{count}}}" for count, countries in _DIGITS.items() for country in countries.split()} | {
    **dict.fromkeys(("CZ", "GR", "SE", "SK"), r"\d{3} ?\d{2}"),
    "CA": r"[A-Z]\d[A-Z] ?\d[A-Z]\d",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
    "IE": r"[A-Z]\d[\dW] ?[A-Z\d]{4}",
    "IS": r"\d{3}",
    "JP": r"\d{3}-?\d{4}",
    "MT": r"[A-Z]{3} ?\d{4}",
    "NL": r"\d{4} ?[A-Z]{2}",
    "PL": r"\d{2}-?\d{3}",
    "PT": r"\d{4}-?\d{3}",
    "US": r"\d{5}(?:-\d{4})?",
}
_LETTERS = {
    "A": "AT", "B": "BE", "CH": "CH", "CZ": "CZ", "D": "DE", "DK": "DK", "E": "ES", "EE": "EE", "F": "FR", "FI": "FI",
    "HR": "HR", "H": "HU", "I": "IT", "L": "LU", "LT": "LT", "LV": "LV", "N": "NO", "NL": "NL", "PL": "PL", "S": "SE",
    "SE": "SE", "SI": "SI", "SK": "SK",
}  # fmt: skip
"""What stands before a postcode and names its country: ``A-1010``."""
_OWN = ("GB", "NL", "CA", "IE")
"""Countries whose postcodes are told from all others by their letters."""


def fits(country: str, postcode: str) -> bool:
    said = postcode.strip().upper()
    named = re.match(r"([A-Z]{1,2})-(?=\d)", said)
    if named and _LETTERS.get(named[1], country) != country:
        return False
    form = _FORMS.get(country.upper())
    bare = said[named.end() :] if named else said
    # An Italian address may end in the letters of its province.
    tail = r"(?:[ -][A-Z]{2})?" if country.upper() == "IT" else ""
    return form is None or re.fullmatch(form + tail, bare) is not None


def country_of(postcode: str) -> str | None:
    """The one country that writes a postcode so; ``None`` where its form tells nothing."""
    said = postcode.strip().upper()
    named = re.match(r"([A-Z]{1,2})-(?=\d)", said)
    if named:
        return _LETTERS.get(named[1])
    return next((country for country in _OWN if re.fullmatch(_FORMS[country], said)), None)
