"""Days that a message names for an appointment, and those that it rules out: "not tomorrow, Friday"."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from datetime import date, timedelta

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
_DAY = re.compile(
    r"\b(?:(?P<after>(?:the )?day after (?:tomorrow|tmrw))|(?P<tomorrow>tomorrow|tmrw)|(?P<today>today)"
    r"|(?:(?P<next>next|last) )?(?P<weekday>mon|tue|wed|thu|fri)(?:s?day|nesday|r?s|r?sday)?s?)\b"
)
_DENIED_BEFORE = re.compile(
    r"(?:(?<!why )\bnot|n't|\bcannot|\bnever|\bexcept|\bother than|\bapart from|\binstead of|\brather than"
    r"|\b(?:any|every|all|each|whichever)\b[^,.;]*\bbut)\s+(?:(?:do|make|call|come|talk|on|for|me|be|free|there)\s+)*$"
)
_DENIED_AFTER = re.compile(
    r"^\s+(?:(?:really|just)\s+)?(?:doesn't|does not|won't|will not|isn't(?! a problem)|is not(?! a problem)|is no good"
    r"|is bad|is out|is impossible|i can't|i cannot|i'm not|i won't)"
)
_AND_ON = re.compile(r"^\s*(?:or|and|nor)\s+(?:on\s+)?$")


@dataclass(frozen=True)
class Days:
    wanted: frozenset[date]
    denied: frozenset[date]


def read_days(said: str, today: date, offered: Set[date]) -> tuple[Days, str]:
    """The days named in lower-case words, and the words without them. A weekday is the next one that is offered;
    "next Monday" is never today."""
    wanted: set[date] = set()
    denied: set[date] = set()
    before, no = 0, False
    for match in _DAY.finditer(said):
        between, before = said[before : match.start()], match.end()
        no = bool(
            _DENIED_BEFORE.search(said[: match.start()])
            or _DENIED_AFTER.search(said[match.end() :])
            or (no and _AND_ON.search(between))
        )
        if match["next"] != "last":
            (denied if no else wanted).add(_day(match, today, offered))
    return Days(frozenset(wanted), frozenset(denied)), _DAY.sub(" ", said)


def _day(match: re.Match[str], today: date, offered: Set[date]) -> date:
    if match["weekday"] is None:
        return today + timedelta(days=2 if match["after"] else 1 if match["tomorrow"] else 0)
    ahead = (_WEEKDAYS.index(match["weekday"]) - today.weekday()) % 7
    day = today + timedelta(days=ahead)
    if not ahead and (match["next"] or day not in offered):
        day += timedelta(days=7)
    later = day + timedelta(days=7)
    return later if day not in offered and later in offered else day
