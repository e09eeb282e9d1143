from __future__ import annotations

import pytest

from bot.triage.language import is_told, language_of, says_yes

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
        ("Где мой заказ?", "ru"),
        ("注文はどこですか", "ja"),
        ("I bought a Rucksack in die Stadt", "en"),
        ("Können Sie mir helfen?", "de"),
        ("no funciona la tienda", "es"),
        ("Pouvez-vous m'aider ?", "fr"),
        ("ho bisogno di aiuto", "it"),
        ("waar blijft mijn pakket", "nl"),
        ("Gdzie jest moja paczka?", "pl"),
        ("Quero o meu dinheiro de volta", "pt"),
        ("Siparişim nerede? Hala gelmedi", "tr"),
        ("wher is my oder", "en"),
        ("wen wil it cum", "en"),
        ("no en invoice", "en"),
        ("thx m8 on my way", "en"),
        ("Hej, var är min beställning?", "sv"),
        ("Kde je moje objednávka?", "cs"),
        ("Unde este comanda mea?", "ro"),
        ("beszélhetek valakivel", "hu"),
        ("saya ingin mengembalikan jaket ini", "id"),
        ("أين طلبي؟", "ar"),
        ("我的订单在哪里？", "zh"),
        ("Hofweg 5, 8400 Winterthur", "en"),
        ("how do I reset my password", "en"),
        ("pls stop ordr a1032 i dont ned it", "en"),
        ("copy of invoce pls", "en"),
        ("im so bord", "de"),  # what a guess costs: a person who is offered once
    ],
)
def test_language(text: str, code: str) -> None:
    assert language_of(text) == code


@pytest.mark.parametrize(
    ("text", "yes"), [("Ja, bitte", True), ("oui merci", True), ("tak", True), ("ja aber", False), ("no", False)]
)
def test_a_yes_in_another_language_takes_an_offer(text: str, yes: bool) -> None:
    assert says_yes(text) is yes


@pytest.mark.parametrize(("text", "told"), [
    ("I would like to write to a person in English", True), ("where is my order and when will it be here?", True),
    ("Wo ist mein Paket geblieben?", True), ("где мой заказ?", True),
    ("ja", False), ("ok", False), ("", False), ("A-1042", False), ("no", False), ("Alm fleece", False),
    ("mara.voss@example.com please", False),
])  # fmt: skip
def test_a_few_words_tell_no_language(text: str, told: bool) -> None:
    assert is_told(text) is told
