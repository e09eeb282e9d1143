"""The system's sentences in the widget's languages: the same blanks, and a whole date for the reader."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from handoff.notices.catalogue import LANGUAGES, notices_for
from handoff.notices.english import ENGLISH
from handoff.notices.german import GERMAN
from handoff.notices.notices import Notices
from handoff.notices.spanish import SPANISH

pytestmark = pytest.mark.unit

VIENNA = ZoneInfo("Europe/Vienna")


def blanks(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", [GERMAN, SPANISH])
def test_another_language_has_the_same_blanks_and_other_words(language: Notices) -> None:
    for field in fields(Notices):
        theirs, ours = getattr(language, field.name), getattr(ENGLISH, field.name)
        if isinstance(ours, tuple):
            assert len(theirs) == len(ours) == len(set(theirs))
        else:
            assert blanks(theirs) == blanks(ours), field.name
            assert theirs != ours


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de", GERMAN), ("de-AT", GERMAN), ("es_MX", SPANISH), ("EN-gb", ENGLISH), ("fr", ENGLISH), ("", ENGLISH)],
)
def test_the_language_of_a_locale(locale: str, language: Notices) -> None:
    assert notices_for(locale) is language


@pytest.mark.parametrize(
    ("locale", "when"),
    [
        ("en", "Sunday, 1 March, 09:30 (CET)"),
        ("de", "Sonntag, 1. März, 09:30 Uhr (CET)"),
        ("es", "domingo, 1 de marzo, a las 09:30 (CET)"),
    ],
)
def test_a_moment_has_its_day_and_zone(locale: str, when: str) -> None:
    at = datetime(2026, 3, 1, 9, 30, tzinfo=VIENNA)
    for said in (notices_for(locale).message_left(at, "email"), notices_for(locale).nobody_there(at)):
        assert when in said
        assert not blanks(said)


@pytest.mark.parametrize("language", LANGUAGES.values())
def test_the_place_and_the_time_are_said(language: Notices) -> None:
    assert "7" in language.queued(7, "frustration", None)
    assert language.queued(1, "explicit_request", None).startswith(language.of_course)
    assert language.queued(1, "frustration", "").startswith(language.next_in_line)
    assert language.queued(1, "frustration", language.not_solved).startswith(language.not_solved)
    assert language.a_minute in language.asking_whether_there(1)
    assert "15" in language.asking_whether_there(15)
