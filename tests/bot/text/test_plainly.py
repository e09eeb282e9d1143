"""Names are read as what bears them, every order number as one."""

from __future__ import annotations

import re

import pytest

from bot.text.plainly import KINDS, plainly

pytestmark = pytest.mark.unit
CATALOGUE = "actions/backend/seed/catalogue.yaml"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("my Daune 300 leaks", "my down jacket leaks"),
        ("the regenwand rain jacket is torn", "the rain jacket is torn"),
        ("Sternzelt -5 or Sommernacht +8?", "sleeping bag or sleeping bag?"),
        ("swap the Larn Mid Wide hiking boots", "swap the hiking boots"),
        ("is the glut mini recalled", "is the gas stove recalled"),
        ("cancel A-1057 and b 2007", "cancel A-1042 and A-1042"),
        ("where is order 1057", "where is order A-1042"),
        ("Tagwerk's buckle", "day pack's buckle"),
        ("my daune300 ripped", "my down jacket ripped"),
        ("GlutMini and Tagwerk24", "gas stove and day pack"),
    ],
)
def test_names_are_read_as_what_bears_them(typed: str, read: str) -> None:
    assert plainly(typed) == read
    assert plainly(read) == read


@pytest.mark.parametrize("text", ["a glutton", "the firnline", "my Föhn is loud", "a hut tour", "it cost 1057 €", ""])
def test_what_is_no_name_stays(text: str) -> None:
    assert plainly(text) == text


def test_every_name_is_one_of_the_catalogue() -> None:
    with open(CATALOGUE, encoding="utf-8") as stream:
        sold = " / ".join(re.findall(r"name: ?([^,}]+)", stream.read()))
    assert [name for name in KINDS if name not in sold] == []
