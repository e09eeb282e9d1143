from __future__ import annotations

import pytest

from bot.triage.cues import FEATURES, capitals, evidence, features

pytestmark = pytest.mark.unit


def test_features_have_one_value_each_between_0_and_1() -> None:
    for text in ("", "hello", "STILL NOTHING!!! how many times do I have to tell you?? useless", "x" * 2000):
        values = features(text)
        assert len(values) == len(FEATURES)
        assert all(0 <= value <= 1 for value in values)


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("this is the third time I ask", "repeat"),
        ("I already told you", "repeat"),
        ("I still have nothing", "still"),
        ("I have been waiting for two weeks", "waiting"),
        ("utterly useless", "unhelpful"),
        ("I will never order again", "leaving"),
        ("thanks for nothing", "sarcasm"),
        ("WHERE IS MY PARCEL", "capitals"),
        ("what??", "marks"),
    ],
)
def test_the_words_that_show_it_are_quoted(text: str, cue: str) -> None:
    assert cue in [kind for kind, _ in evidence(text)]


def test_calm_words_leave_no_evidence() -> None:
    assert evidence("Could you please tell me where my order is?") == []


def test_codes_and_sizes_are_no_shouting() -> None:
    assert capitals("size XL in the EU please, order by DHL") == 0
    assert capitals("WHERE IS IT") == 1
