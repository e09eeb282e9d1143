"""Who may read what, and how an article moves from draft to archive. Pure."""

from __future__ import annotations

from typing import Final, Literal, get_args

from knowledge.errors import WrongState

Audience = Literal["public", "customer", "agent"]
State = Literal["draft", "in_review", "published", "archived"]
Event = Literal["edit", "submit", "return", "publish", "rollback", "archive", "restore", "schedule", "unschedule"]
Reach = Literal["later", "now", "ended"]

AUDIENCES: Final[tuple[Audience, ...]] = get_args(Audience)
STATES: Final[tuple[State, ...]] = get_args(State)

TRANSITIONS: Final[dict[tuple[State, Event], State]] = {
    ("draft", "edit"): "draft",
    ("in_review", "edit"): "draft",
    ("published", "edit"): "draft",
    ("draft", "submit"): "in_review",
    ("in_review", "return"): "draft",
    ("draft", "publish"): "published",
    ("in_review", "publish"): "published",
    ("draft", "rollback"): "published",
    ("in_review", "rollback"): "published",
    ("published", "rollback"): "published",
    ("draft", "archive"): "archived",
    ("in_review", "archive"): "archived",
    ("published", "archive"): "archived",
    ("archived", "restore"): "draft",
}
"""States of the newest version. A newer draft leaves the published version answering until it is published itself."""


def after(state: State, event: Event) -> State:
    """The state after ``event``. Raises ``WrongState`` when the article does not allow it."""
    following = TRANSITIONS.get((state, event))
    if following is None:
        raise WrongState(
            "illegal_transition", f"An article that is {state.replace('_', ' ')} cannot {event}.", state=state
        )
    return following


def reach(since: str | None, until: str | None, day: str) -> Reach:
    """Whether a text with these ends is true on a day, not yet, or not any more; both ends belong to it.

    All are ISO dates, days of the company's zone (``clock.today``); no end is None.
    """
    if since and since > day:
        return "later"
    return "ended" if until and until < day else "now"


def readable_by(audience: str) -> tuple[Audience, ...]:
    """The audiences whose articles a reader may see: each reads its own and the more public ones."""
    if audience not in AUDIENCES:
        return ("public",)
    return AUDIENCES[: AUDIENCES.index(audience) + 1]


def locale_of(text: str) -> str:
    """A locale as articles write it: ``en_us`` is ``en-US``, ``DE`` is ``de``; empty where it names no language."""
    language, *parts = text.replace("_", "-").split("-")
    if not (language.isascii() and language.isalpha() and len(language) == 2):
        return ""
    region = next((part for part in parts if part.isascii() and part.isalpha() and len(part) == 2), "")
    return f"{language.lower()}-{region.upper()}" if region else language.lower()


def locales_for(locale: str, default: str) -> tuple[str, ...]:
    """The locales that answer a reader, the nearest first: ``de-AT`` reads ``de-AT``, ``de`` and the default one."""
    wanted = [one for one in (locale_of(locale), locale_of(default) or default) if one]
    return tuple(dict.fromkeys(name for one in wanted for name in (one, one.split("-")[0])))
