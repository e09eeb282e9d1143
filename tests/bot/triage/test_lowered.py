from __future__ import annotations

import pytest

from bot.triage.lowered import lowered

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("text", ["", "Where IS it", "İSTANBUL'a Gönderi", "ΟΔΟΣ", "ẞ and ŉ", "😀 OK"])
def test_every_place_stays_where_it_was(text: str) -> None:
    assert len(lowered(text)) == len(text)
    assert lowered(lowered(text)) == lowered(text)


def test_a_letter_that_grows_in_lower_case_keeps_its_place() -> None:
    assert lowered("İST Code")[4:] == "code"
