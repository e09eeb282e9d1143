"""A call at a named time is kept in the customer's words."""

from __future__ import annotations

import pytest

from bot.text.calls import wished_call

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("call me on Tuesday at 3", "call me on Tuesday at 3"),
        ("Can someone call me back tomorrow morning, please?", "call me back tomorrow morning"),
        ("I want a person. ring me at 4pm or 5pm", "ring me at 4pm or 5pm"),
        ("please phone my mobile on the 3rd at 10:30", "phone my mobile on the 3rd at 10:30"),
        ("I'd like a call back next week", "a call back next week"),
        ("call me", None),
        ("don't call me on Tuesday", None),
        ("nobody called me on Tuesday", None),
        ("I was told to call A-1042", None),
        ("where is my order", None),
    ],
)
def test_a_wished_call(text: str, wish: str | None) -> None:
    assert wished_call(text) == wish
