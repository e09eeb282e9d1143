"""What a message tells of something wrong, and whether a new one is wanted."""

from __future__ import annotations

import pytest

from bot.text.trouble import wants_anew

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "anew"),
    [
        ("send it again", True),
        ("I want a new one", True),
        ("I don't want a refund, I want a replacement", True),
        ("I don\u2019t want a replacement, I want my money back", False),
        ("I do not need a new one, just refund me", False),
        ("Don't send me a new one", False),
        ("no replacement please, the refund", False),
        ("can you send it again?", False),
    ],
)
def test_a_new_one_is_wanted_where_nobody_declines_it(text: str, anew: bool) -> None:
    assert wants_anew(text) is anew
