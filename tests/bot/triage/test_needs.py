"""Of what somebody in need writes. It chooses words, so a miss may only lead to the words for any need."""

from __future__ import annotations

import pytest

from bot.triage.needs import need_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("need", "text"),
    [
        ("self_harm", "I don't want to live any more"),
        ("self_harm", "I can't go on"),
        ("self_harm", "since my husband died I think of killing myself"),
        ("self_harm", "there is no point in living"),
        ("danger", "my ex-husband is stalking me, please hide my address"),
        ("danger", "he beats me and reads my mails"),
        ("bereavement", "My mother passed away, how do I close her account?"),
        ("bereavement", "my sister took her own life, it's about her contract"),
        ("bereavement", "we buried him on Tuesday"),
        ("hardship", "I haven't eaten for two days, I need that refund"),
        ("hardship", "without this money I can't pay my rent"),
    ],
)
def test_the_need_is_read(need: str, text: str) -> None:
    assert need_of(text) == need


@pytest.mark.parametrize(
    "text", ["I was told I have cancer", "my mum has dementia", "I feel very low", "my partner is dying", "I'm deaf"]
)
def test_any_other_need_has_the_words_for_all(text: str) -> None:
    assert need_of(text) is None
