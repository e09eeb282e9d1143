from __future__ import annotations

import pytest

from bot.triage.language import language_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Where is my order?", "en"),
        ("ok", "en"),
        ("A-1042", "en"),
        ("Talpost Augsburg Rosenheim", "en"),
        ("Wo ist mein Paket? Ich habe es noch nicht bekommen.", "de"),
        ("Où est ma commande, je ne l'ai pas reçue", "fr"),
        ("¿Dónde está mi pedido? No lo tengo", "es"),
        ("Где мой заказ?", "und"),
        ("注文はどこですか", "und"),
        ("I bought a Rucksack in die Stadt", "en"),
    ],
)
def test_language(text: str, code: str) -> None:
    assert language_of(text) == code
