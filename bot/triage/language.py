"""Is this English? A rough answer from scripts and small words, used only to say honestly what the bot can speak."""

from __future__ import annotations

import unicodedata
from typing import Dict, FrozenSet

from bot.text.normalise import words


def _words(text: str) -> FrozenSet[str]:
    return frozenset(text.split())


_SMALL: Dict[str, FrozenSet[str]] = {
    "en": _words(
        "the a an is are was i my me you your it to of and in on for with have has do does not what where "
        "when how can could would will please order this that there be from but at or if so no yes"
    ),
    "de": _words(
        "ich ist und der die das nicht mein meine ein eine wo wie wann habe hat haben bitte bestellung paket "
        "für mit von auf noch kann sie wir möchte zu den dem im es wird wurde warum kein keine"
    ),
    "fr": _words(
        "je est et le la les un une pas mon ma mes où comment quand avec pour vous nous dans sur bonjour "
        "commande colis merci ne que qui du des ce cette j'ai c'est suis votre est-ce voudrais il elle au"
    ),
    "es": _words(
        "el la los las un una es y no mi mis dónde donde cómo cuándo con para por que está pedido hola "
        "gracias quiero tengo usted del al se lo su paquete necesito cuando estoy ha he"
    ),
    "it": _words(
        "il lo la gli le un una è e non mio mia dove come quando con per che sono ho ordine ciao grazie "
        "vorrei pacco questo questa di da del della mi si ancora"
    ),
    "nl": _words(
        "de het een is en niet mijn waar hoe wanneer met voor van ik heb heeft bestelling pakket bedankt "
        "graag dat dit op te nog kan wil zijn er u jullie"
    ),
    "pt": _words(
        "o os as um uma é e não meu minha onde como quando com para por que está pedido olá obrigado obrigada "
        "quero tenho você do da em no na foi"
    ),
    "pl": _words(
        "jest i nie moje mój moja gdzie jak kiedy z dla proszę zamówienie paczka dziękuję chcę mam to na w się do czy"
    ),
}
_SCRIPTS = ("CYRILLIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "ARABIC", "HEBREW", "GREEK", "THAI", "DEVANAGARI")


def language_of(text: str) -> str:
    """A two-letter code, ``en`` when in doubt, ``und`` for another script than Latin."""
    letters = [char for char in text if char.isalpha()]
    if letters:
        foreign = sum(unicodedata.name(char, "").startswith(_SCRIPTS) for char in letters)
        if foreign / len(letters) > 0.4:
            return "und"
    spoken = words(text)
    if len(spoken) < 3:
        return "en"
    hits = {code: sum(word in small for word in spoken) for code, small in _SMALL.items()}
    code = max(hits, key=lambda name: (hits[name], name == "en"))
    enough = hits[code] >= 2 and hits[code] / len(spoken) >= 0.25
    return code if enough and hits[code] > hits["en"] + 1 else "en"
