"""The languages in which the system speaks: those of the widget. What the assistant says is the assistant's."""

from __future__ import annotations

from handoff.notices.english import ENGLISH
from handoff.notices.german import GERMAN
from handoff.notices.notices import Notices
from handoff.notices.spanish import SPANISH

LANGUAGES = {"en": ENGLISH, "de": GERMAN, "es": SPANISH}


def notices_for(locale: str) -> Notices:
    """``locale``: as the widget opened the conversation, such as ``de`` or ``es-MX``. English for another language."""
    return LANGUAGES[language_of(locale)]


def language_of(locale: str) -> str:
    """The one of ``LANGUAGES`` in which somebody with this locale is spoken to."""
    language = locale.replace("_", "-").split("-")[0].lower()
    return language if language in LANGUAGES else "en"
