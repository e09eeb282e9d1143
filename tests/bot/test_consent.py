"""A yes that may begin a change says nothing that the question did not."""

from __future__ import annotations

import pytest

from bot.consent import begins_with_yes, is_plain_yes

pytestmark = pytest.mark.unit

QUESTION = (
    "I can cancel order A-1042 (Alder fleece jacket); you get 89.00 EUR back and nothing more is charged. Shall I?"
)
PLAIN = """
yes|Yes please!|yep|yesss|ok|OK, go ahead|sure|sure, do it|yes, please cancel it|yes do that|yes that's right|yeah go on
please|of course|sounds good, go ahead|yes 🙂|👍|✅|that's correct, do it|I agree|why not, go ahead|no problem, do it
no worries, go ahead|yes, cancel A-1042|yes, cancel the fleece jacket|yes I would like that|k|yes, I want it cancelled
yes that's what I want|yes you may|yes plz thank u|sure thing|yes cancel it for me
"""
MORE = """
yeah right|Yeah, right!|oh right|yeah right, as if you'd do that|sure...|ok…|yes?|I suppose so|yes I know|ok wait|yes 🙄
right, like that's going to happen|yeah sure, like last time|sure, go ahead and ruin my day|okay let me think|🤔|👎|!!
it|yes but only the socks|the order|fine, whatever|great, thanks a lot for nothing|yes if it costs nothing
ok I understand|yes no|not yes|ok stop|ok go back|ok, send it instead|yes, cancel A-1057|ok nothing more
"""


def _each(lines: str) -> list[str]:
    return [text for line in lines.strip().splitlines() for text in line.split("|")]


@pytest.mark.parametrize("text", _each(PLAIN))
def test_consent_in_its_own_words(text: str) -> None:
    assert is_plain_yes(text, QUESTION)


@pytest.mark.parametrize("text", [*_each(MORE), "", "yes " * 10])
def test_whatever_says_more_is_asked_again(text: str) -> None:
    assert not is_plain_yes(text, QUESTION)


def test_a_word_of_yes_begins_it() -> None:
    assert all(map(begins_with_yes, ["yes", "Yesss please", "sure thing", "absolutely, do it"]))
    assert not any(map(begins_with_yes, ["ok thanks", "great", "please", "no, yes", "eyes", ""]))
