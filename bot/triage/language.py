"""Is this English? A rough answer from scripts and small words, used only to say honestly what the bot can speak."""

from __future__ import annotations

import unicodedata
from typing import Dict, FrozenSet, Sequence

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
        "gracias quiero tengo usted del al se lo su paquete necesito cuando estoy he"
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
_MORE = {
    "de": "können könnt kannst helfen mir jemandem jemand kaputt geld zurück guten morgen hallo frage lieferung",
    "es": "funciona tienda ayuda dinero buenos buenas días pregunta devolver roto puede ayudarme alguien",
    "fr": "pouvez-vous m'aider aider cassé cassée argent remboursement question quelqu'un pouvez arrivé arrivée sac",
    "it": "funziona bisogno aiuto soldi buongiorno domanda rotto rotta qualcuno può aiutarmi ordine arrivato arrivata",
    "nl": "kapot kunt helpen geld terug vraag iemand goedemorgen hallo wil mij bestelling",
    "pt": "preciso ajuda dinheiro volta bom dia pergunta partida quebrado alguém pode ajudar encomenda",
    "pl": "chcę zwrócić dzień dobry pytanie działa pomoc ktoś może pieniądze gdzie jest",
}
for _code, _text in _MORE.items():
    _SMALL[_code] |= _words(_text)
_SMALL["tr"] = _words(
    "ve bir bu nerede ne zaman neden nasıl benim siparişim sipariş paket kargo lütfen teşekkürler merhaba "
    "değil yok var istiyorum için mi mı "
    "ben hala henüz gelmedi geldi iade iadesi ile çok para kırık kırıldı yardım edebilir misiniz biri"
)
_YES = _words(
    "ja jawohl gerne genau natürlich oui d'accord volontiers si sí claro vale sì certo sim claro tak evet "
    "tamam graag dobrze oczywiście tabii "
    "bitte ok okay"
)
_COURTESY = _words(
    "bitte danke merci por favor gracias per favore grazie s'il vous plaît plait proszę dziękuję lütfen "
    "alstublieft obrigado obrigada"
)
_SCRIPTS = ("CYRILLIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "ARABIC", "HEBREW", "GREEK", "THAI", "DEVANAGARI")


def language_of(text: str) -> str:
    """A two-letter code, ``en`` when in doubt, ``und`` for another script than Latin."""
    letters = [char for char in text if char.isalpha()]
    if letters:
        foreign = sum(unicodedata.name(char, "").startswith(_SCRIPTS) for char in letters)
        if foreign / len(letters) > 0.4:
            return "und"
    spoken = words(text)
    if len(spoken) < 2:
        return "en"
    hits = _hits(spoken)
    code = max(hits, key=lambda name: (hits[name], name == "en"))
    enough = hits[code] >= 2 and hits[code] / len(spoken) >= 0.25
    return code if enough and hits[code] > hits["en"] + 1 else "en"


def is_told(text: str) -> bool:
    """Whether the words are enough to tell ``language_of``: "en" is its answer in doubt, too."""
    if language_of(text) != "en":
        return True
    spoken = words(text)
    hits = _hits(spoken)
    others = max(count for code, count in hits.items() if code != "en")
    return hits["en"] >= 3 and hits["en"] / len(spoken) >= 0.3 and hits["en"] > others + 1


def _hits(spoken: Sequence[str]) -> Dict[str, int]:
    return {code: sum(word in small for word in spoken) for code, small in _SMALL.items()}


def says_yes(text: str) -> bool:
    """A short yes in one of the languages that are recognised, with or without a courtesy."""
    spoken = words(text)
    return 0 < len(spoken) <= 4 and spoken[0] in _YES and all(word in _YES | _COURTESY for word in spoken)
