"""Whether a text is small talk alone. A reading of the bot's is not enough: what states a need is no greeting.

A text is small talk by itself only if it is made of a few fixed words. Where it was *read* as small talk, or as "that's
solved", more words pass; one word that is not among them makes it a need.
"""

from __future__ import annotations

import re
from typing import Final

CHAT: Final = frozenset({"greet", "thanks", "goodbye", "bot_challenge"})
"""Intents that state no need: with nothing else in it, a contact is a greeting."""
PLEASED: Final = CHAT | {"solved_yes"}

_PLEASANTRY = re.compile(
    r"^(?:\W|\b(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|morning|thanks?|thank you|thx|cheers"
    r"|ok(?:ay)?|bye|goodbye|there|so much|a lot|very much|please|you|test|yes|no|great|perfect|anyone"
    r"|hallo|danke)\b)*$",
    re.IGNORECASE,
)
_ANSWERS = re.compile(r"\b(?:yes|no|ok(?:ay)?|please|test)\b", re.IGNORECASE)


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORD = re.compile(r"[^\W\d_]+")
_NAMED = re.compile(r"\b(?:I'm|I am|my name is|[Tt]his is) [A-Z]\w+|\bnothing (?:else|more)\b")
_WORDS: Final = _listed(
    """
    hi hello hey heya hiya hii helo helllo hlelo ehllo helloo hellooo hullo heyy heyyy hy yo yoo moin servus gruezi
    grüezi grüß gott hola bonjour guten tag salut ciao ahoy howdy sup wassup whats up greetings dear team sir madam
    folks guys everyone everybody friend support service customer bot good gud day morning mornin afternoon evening
    night nite goodnight g gn weekend anybody anyone somebody someone in home there here is are am you u ur your how
    s do doing going it things again from knock nice to meet bye byee byeee byebye bb cya cu see ya later laters
    soon tomorrow next time till until then so long farewell take care have a an the one lovely great wonderful
    enjoy rest of off out leaving leave go gotta got run gtg ttyl ttys talk speak come catch and well alright right
    okay ok all best wish wishes kind kindly regards adios au revoir tschüss tschau auf wiedersehen danke schön
    merci beaucoup gracias grazie end close closing chat window this that thats those i m ll ve re d be been being
    was for with on at my we us else more further no yes nope yep yeah questions finished done everything wanted
    today goodbye obliged just only thanks thank thx thxx thanx thankx thnx thnks thks tks tnx tysm ty tyvm tanks
    fanks ta cheers cheeers mate many much very really ever alot lot lots bunch million thousand loads huge big
    appreciate appreciated grateful awesome amazing brilliant excellent fantastic super perfect fine cool wow star
    gem lifesaver saved job helped help helpful helping info information answer reply patience looking into checking
    explaining letting me know fast quick quickly clear tip o as too also oh ah sure solved works worked working
    sorted fixed resolved now
    """
)
_WHO: Final = _WORDS | _listed(
    """
    human humans person people robot robotic machine computer program software script ai ais gpt chatgpt siri model
    real fake alive automated automatic automatically artificial intelligence feelings name introduce yourself tell
    honest honestly or typing sitting writing answering chatting talking speaking behind made built programmed who
    whom what which kind thing exactly sound sounds like actual even employee r ru man not think bet being am
    question
    """
)
_ASKS_WHO = re.compile(r"\b(?:are|aren't|r|ru|is|am|who|what|which|do|u|you|your)\b", re.IGNORECASE)


def is_pleasantry(text: str) -> bool:
    """Whether a text is nothing but a greeting, thanks or a yes or no, or nothing at all."""
    return _PLEASANTRY.match(text) is not None


def is_chat(text: str, intent: str = "") -> bool:
    """Whether nothing is asked for and nothing answered. Of an erased text ``intent``, as it was read, tells."""
    if not text.strip():
        return intent in CHAT
    if is_pleasantry(text) and not _ANSWERS.search(text):
        return True
    plain = text.replace("’", "'")
    if intent not in PLEASED or any(each.isdigit() for each in plain):
        return False
    said = _WORD.findall(_NAMED.sub(" ", plain).lower())
    if intent == "bot_challenge" and _ASKS_WHO.search(plain):
        return _WHO.issuperset(said)
    return _WORDS.issuperset(said)
