"""A first draft from a gap: the questions as customers put them, and what colleagues told them. Pure.

Everything in it is redacted and quoted. A line ``[open]`` keeps it from being published before an editor has written
it in the company's words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from handoff.contract.redact import redact
from knowledge.content import MAX_TITLE, Content
from knowledge.prose import MAX_ASKED

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


def draft(
    title: str, asked: Sequence[str], resolutions: Resolutions, *, audience: str, locale: str, owner: str
) -> tuple[Content, int]:
    """The draft and how many answers of colleagues it quotes. ``asked``: the wordings, the most typical first."""
    answers = list(dict.fromkeys(_answers(resolutions.values())))[:MOST_ANSWERS]
    told = (
        f"Write it in our own words; {len(answers)} answers of colleagues are quoted below."
        if answers
        else "Write the answer; no colleague has given one yet."
    )
    ways = list(dict.fromkeys(filter(None, map(_one_line, asked))))[:MAX_ASKED]
    blocks = [f"## {_heading(title)}"]
    blocks += ["\n".join(f'[asked]: # "{way}"' for way in ways)] if ways else []
    blocks += [f'[open]: # "{told}"']
    blocks += ["\n".join(f"> {line}" if line else ">" for line in answer.split("\n")) for answer in answers]
    return Content(_heading(title), "\n\n".join(blocks), audience, locale, owner=owner), len(answers)


def slug(title: str, taken: Iterable[str]) -> str:
    """An id from a title that nobody has yet."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-") or "answer"
    used, name, number = set(taken), base, 1
    while name in used:
        number += 1
        name = f"{base}-{number}"
    return name


def _answers(resolutions: Iterable[Resolution]) -> Iterable[str]:
    for resolution in resolutions:
        told = [_plain(text, resolution.names) for text in resolution.texts if len(text.split()) >= FEWEST_WORDS]
        if told:
            yield "\n".join(told)[:MOST_LETTERS]


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
