"""Addresses as customers write them: nothing that was written is lost, and nothing else gets in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.backend.port import Address
from actions.transactions.addresses import read_address
from tests.actions.conftest import Front

pytestmark = pytest.mark.service


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please send it to 5 rue des Tisserands, 69004 Lyon, France", ("5 rue des Tisserands", "Lyon", "69004", "FR")),
        ("5 rue des Tisserands, 69004 Lyon (France)", ("5 rue des Tisserands", "Lyon", "69004", "FR")),
        ("5 rue des Tisserands, 69004 Lyon France please", ("5 rue des Tisserands", "Lyon", "69004", "FR")),
        ("5 rue des Tisserands, 69004 Lyon, FR", ("5 rue des Tisserands", "Lyon", "69004", "FR")),
        ("Lindenweg 3, 79100 Freiburg, Germany", ("Lindenweg 3", "Freiburg", "79100", "DE")),
        ("Lindenweg 3, 2nd floor, 79100 Freiburg", ("Lindenweg 3", "Freiburg", "79100", "DE", "2nd floor")),
        ("Lindenweg 3, 79100 Freiburg instead", ("Lindenweg 3", "Freiburg", "79100", "DE")),
        ("Lindenweg 3, 79100 Freiburg please, thanks!", ("Lindenweg 3", "Freiburg", "79100", "DE")),
        ("Lindenweg 3, 79100 Freiburg. Thank you very much", ("Lindenweg 3", "Freiburg", "79100", "DE")),
        ("Flat 2, Lindenweg 3, 79100 Freiburg", ("Lindenweg 3", "Freiburg", "79100", "DE", "Flat 2")),
        ("Flat 2, 12 High Street, London SW1A 1AA, UK", ("12 High Street", "London", "SW1A 1AA", "GB", "Flat 2")),
        ("c/o Meier, Lindenweg 3, 79100 Freiburg", ("Lindenweg 3", "Freiburg", "79100", "DE", "c/o Meier")),
        ("send it to my mum: Kanalstr. 81, 50999 Köln", ("Kanalstr. 81", "Köln", "50999", "DE")),
        ("my mum: Kanalstr. 81, 50999 Köln", ("Kanalstr. 81", "Köln", "50999", "DE")),
        ("Lindenweg 3 79100 Freiburg", ("Lindenweg 3", "Freiburg", "79100", "DE")),
        ("send it to Lindenweg 3a 79100 Freiburg please", ("Lindenweg 3a", "Freiburg", "79100", "DE")),
        ("Lindenweg 3, Freiburg, 79100", ("Lindenweg 3", "Freiburg", "79100", "DE")),
        ("Gallusplatz 4, 9000 St. Gallen", ("Gallusplatz 4", "St. Gallen", "9000", "DE")),
        ("Lindenweg 3, 79100 Freiburg, that is easier for us", ("Lindenweg 3", "Freiburg", "79100", "DE")),
        ("Lindenweg 3, 79100 Freiburg, kind regards", ("Lindenweg 3", "Freiburg", "79100", "DE")),
        ("Lindenweg 3, 79100 Freiburg, ok?", ("Lindenweg 3", "Freiburg", "79100", "DE")),
        ("Lindenweg 3 in 79100 Freiburg", ("Lindenweg 3", "Freiburg", "79100", "DE")),
        ("I ordered it 2 days ago, Lindenweg 3, 79100 Freiburg", None),
    ],
)
def test_what_was_written_is_read(text: str, expected: tuple[str, ...] | None) -> None:
    if expected is None:
        assert read_address(text, "DE") is None
        return
    line1, city, post, country, *line2 = expected
    assert read_address(text, "DE") == Address(line1, city, post, country, "".join(line2))


@pytest.mark.parametrize(
    ("text", "city", "post"),
    [
        ("Damrak 1, 1012 ab Amsterdam", "Amsterdam", "1012 AB"),
        ("Damrak 1, 1012 AB Amsterdam", "Amsterdam", "1012 AB"),
        ("Damrak 1 1012ab amsterdam", "amsterdam", "1012AB"),
        ("Dorfstrasse 2, 9000 st. gallen", "st. gallen", "9000"),
        ("Weg 1, 6020 am Berg", "am Berg", "6020"),
        ("Dorfstrasse 2, 8804 Au", "Au", "8804"),
    ],
)
def test_a_dutch_postcode_may_be_in_small_letters(text: str, city: str, post: str) -> None:
    read = read_address(text, "NL")
    assert read is not None
    assert (read.city, read.postcode) == (city, post)


async def test_another_country_is_refused_not_renamed(front: Front) -> None:
    said = "please send A-1057 to: 5 rue des Tisserands, 69004 Lyon, France"
    outcome = await front.run("action_prepare", said, "change_address")
    assert "only within the same country" in outcome.text
    assert outcome.operations == []


NUMBERS = st.integers(min_value=1, max_value=999)
STREET = st.builds("{} {}{}".format, st.sampled_from(["Lindenweg", "Kanalstr.", "Am Alten Markt"]), NUMBERS,
                   st.sampled_from(["", "a", "-7", " b"]))  # fmt: skip
WITHIN = st.one_of(
    st.just(""),
    st.builds("{} {}".format, st.sampled_from(["Flat", "Apt", "Haus", "c/o Meier, Top"]), NUMBERS),
    st.builds("{}th floor".format, NUMBERS),
)
PLACE = st.builds(
    "{:05d} {}".format, st.integers(10000, 99999), st.sampled_from(["Köln", "Bad Homburg", "St. Blasien"])
)
CHAT = st.sampled_from(["", "send it to ", "my mum: ", "Hi there, ", "after 3 days I moved, "])
END = st.sampled_from(
    [
        "",
        " please",
        ", kind regards",
        ", is that possible?",
        ", thanks",
        ", Germany",
        " instead",
        ". I moved 2 weeks ago",
    ]
)


@given(CHAT, STREET, WITHIN, PLACE, END, st.booleans(), st.sampled_from([", ", "\n"]))
def test_no_number_is_lost(chat: str, street: str, within: str, place: str, end: str, first: bool, mark: str) -> None:
    lines = [within, street] if first else [street, within]
    text = chat + mark.join([line for line in lines if line] + [place]) + end
    read = read_address(text, "DE")
    if read is not None:
        written = re.findall(r"\d+", mark.join([*lines, place]))
        assert not set(written) - set(re.findall(r"\d+", read.one_line()))
        assert street in read.one_line()
    elif not re.search(r"\d", chat + end):
        raise AssertionError(text)
