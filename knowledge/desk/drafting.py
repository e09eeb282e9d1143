"""A first draft from a gap: the questions as customers put them, and what colleagues told them. Pure.

Everything in it is redacted and quoted, line by line, so that an erasure can take it out again. A line ``[open]`` keeps
it from being published before an editor has written it in the company's words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from handoff.contract.redact import redact
from knowledge.content import MAX_TITLE, Content
from knowledge.desk.quotes import Quote
from knowledge.prose import MAX_ASKED, asked_line

FEWEST_WORDS = 6
"""A shorter message of a colleague is a greeting or a "one moment"."""
MOST_ANSWERS = 8
MOST_LETTERS = 1_200
NAME = "[name]"


@dataclass(frozen=True)
class Resolution:
    """What a colleague wrote to a customer after the hand-over, in order. ``names`` are left out of it."""

    texts: Sequence[str]
    names: Sequence[str] = ()


Resolutions = Mapping[str, Resolution]
"""By conversation."""


@dataclass(frozen=True)
class Draft:
    """``answers``: how many of colleagues it quotes. ``quotes``: (conversation, line) of every line that is quoted."""

    content: Content
    answers: int
    quotes: Sequence[Quote]


def draft(
    title: str, asked: Sequence[Quote], resolutions: Resolutions, *, audience: str, locale: str, owner: str
) -> Draft:
    """``asked``: (conversation, wording), the most typical first. The title is no customer's: an address is made of it,
    which no erasure can take back."""
    answers: dict[str, list[str]] = {}
    for conversation_id, resolution in resolutions.items():
        if answer := _answer(resolution):
            answers.setdefault(answer, []).append(conversation_id)
    shown = list(answers)[:MOST_ANSWERS]
    told = (
        f"Write it in our own words; {len(shown)} answers of colleagues are quoted below."
        if shown
        else "Write the answer; no colleague has given one yet."
    )
    wordings = [(conversation_id, _one_line(wording)) for conversation_id, wording in asked]
    ways: dict[str, str] = {}
    for _, way in wordings:
        if way:
            ways.setdefault(way.casefold(), asked_line(way))
    lines = list(ways.values())[:MAX_ASKED]
    quoted = {answer: [f"> {line}" for line in answer.split("\n")] for answer in shown}
    blocks = [f"## {_heading(title)}"]
    blocks += ["\n".join(lines)] if lines else []
    blocks += [f'[open]: # "{told}"']
    blocks += ["\n".join(block) for block in quoted.values()]
    quotes: list[Quote] = [(one, ways[way.casefold()]) for one, way in wordings if way]
    quotes += [(one, line) for answer in shown for one in answers[answer] for line in quoted[answer]]
    content = Content(_heading(title), "\n\n".join(blocks), audience, locale, owner=owner)
    return Draft(content, len(shown), quotes)


def slug(title: str, taken: Iterable[str]) -> str:
    """An id from a title that nobody has yet."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-") or "answer"
    used, name, number = set(taken), base, 1
    while name in used:
        number += 1
        name = f"{base}-{number}"
    return name


def _answer(resolution: Resolution) -> str:
    told = [_plain(text, resolution.names) for text in resolution.texts if len(text.split()) >= FEWEST_WORDS]
    return "\n".join(told)[:MOST_LETTERS]


def _plain(text: str, names: Sequence[str]) -> str:
    """A colleague's words, fit to be quoted in Markdown: no names, no numbers that name anybody, no markup."""
    parts = {part for name in names for part in name.split() if len(part) > 1}
    for name in sorted(parts, key=lambda part: (-len(part), part)):
        text = re.sub(rf"\b{re.escape(name)}\b", NAME, text, flags=re.I)
    text = redact(text).replace("<", "&lt;").replace("![", "[")
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _one_line(text: str) -> str:
    return " ".join(text.replace('"', "").split())[:200]


def _heading(title: str) -> str:
    line = _one_line(title)[: MAX_TITLE - 1] or "Untitled"
    return line[0].upper() + line[1:]
