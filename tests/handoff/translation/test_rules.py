"""What a reader cannot read, and which translation is not believed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.triage.language import UNKNOWN, language_of
from handoff.translation.rules import Foreign, foreign, problem_of

pytestmark = pytest.mark.unit


def said(seq: int, text: str, source: str = "customer") -> dict[str, Any]:
    return {"seq": seq, "type": "message.sent", "source": source, "data": {"text": text}}


def found(languages: list[str], *texts: str) -> list[str]:
    events = [said(seq, text) for seq, text in enumerate(texts, 1)]
    return [message.text for message in foreign(events, language_of, languages)]


def test_what_is_in_none_of_the_readers_languages_is_found() -> None:
    german, english = "Wo ist meine Bestellung, bitte?", "Where is my order?"
    assert found(["en"], german, english) == [german]
    assert found(["de-AT", "en"], german, english) == []
    assert found(["de"], german, english) == [english]


def test_a_short_word_is_in_the_language_of_what_was_said_before() -> None:
    german = "Wo ist meine Bestellung, bitte?"
    assert found(["en"], german, "Danke!") == [german, "Danke!"]
    assert found(["en"], "Danke!") == []


def test_numbers_alone_what_was_erased_and_other_events_are_nobodys() -> None:
    events = [
        said(1, "1057"),
        {"seq": 2, "type": "message.sent", "source": "customer", "data": {}},
        {"seq": 3, "type": "note.added", "source": "agent", "data": {"text": "Wo ist meine Bestellung, bitte?"}},
    ]
    assert foreign(events, language_of, ["en"]) == []


def test_another_script_names_no_language_and_is_not_foreign_to_who_reads_one() -> None:
    russian = said(1, "Где мой заказ?")
    assert foreign([russian], lambda _: UNKNOWN, ["en"]) == [Foreign(1, None, "Где мой заказ?")]
    assert foreign([russian], lambda _: UNKNOWN, ["ru", "en"]) == []
    assert foreign([russian], language_of, ["en"]) == [Foreign(1, "ru", "Где мой заказ?")]


@pytest.mark.parametrize(
    ("original", "translation"),
    [
        ("Ich habe 89,90 € für A-1057 bezahlt.", "I paid €89.90 for A-1057."),
        ("Es waren 1.234,50 Euro am 12.11.2026.", "It was 1,234.50 euros on 12/11/2026."),
        ("Das Paket kommt in 3–5 Tagen.", "The parcel comes in 3-5 days."),
        ("Meine Karte [card] geht nicht.", "My card [card] does not work."),
        ("Где заказ ١٠٥٧?", "Where is order 1057?"),
        ("Siehe https://shop.example/a.", "See https://shop.example/a."),
    ],
)
def test_a_true_translation_is_shown(original: str, translation: str) -> None:
    assert problem_of(Foreign(1, language_of(original), original), translation, "en", language_of) is None


@pytest.mark.parametrize(
    ("original", "translation", "problem"),
    [
        ("Ich habe 89,90 € bezahlt.", "I paid €98.90.", "numbers_differ"),
        ("Ich habe 1,5 kg bestellt.", "I ordered 15 kg.", "numbers_differ"),
        ("Ich habe 20 € bezahlt.", "I paid 20 dollars.", "numbers_differ"),
        ("Bestellung A-1057 fehlt.", "Order B-1057 is missing.", "numbers_differ"),
        ("Bestellung A-1057 fehlt.", "The order is missing.", "numbers_differ"),
        ("Zwei Pakete fehlen mir noch.", "I still miss 2 parcels.", "numbers_differ"),
        ("Meine Karte [card] geht nicht.", "My card does not work.", "numbers_differ"),
        ("Wo ist meine Bestellung?", "wo ist  meine Bestellung?", "same"),
        ("Wo ist meine Bestellung?", "Ich habe die Bestellung nicht und sie ist nicht da.", "not_faithful"),
        ("Wo ist meine Bestellung?", "Where is my order? https://evil.example", "not_faithful"),
        ("Wo ist meine Bestellung?", "As an assistant, I would say that " * 10, "not_faithful"),
    ],
)
def test_a_wrong_one_is_not(original: str, translation: str, problem: str) -> None:
    assert problem_of(Foreign(1, "de", original), translation, "en", language_of) == problem
