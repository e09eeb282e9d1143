"""Which lines of a section are shown: sentences, table rows and whole lists, chosen and put in order. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge import prose
from knowledge.embeddings import Vectors
from knowledge.ingest import SENTENCE, is_item
from knowledge.lexical import words

CLOSE = 0.8
"""Sentences of at least this share of the best one's score belong to the answer."""
WORD_SHARE = 0.25
"""Share of common words beside the vectors when sentences are compared."""

_LEANING = re.compile(
    r"^(it|its|that|this|these|those|they|then|there|otherwise|but|and|so|if not|also|after that|in that case|both)\b",
    re.I,
)


@dataclass(frozen=True)
class Unit:
    """What is chosen or left as one: a sentence, a table row, or a whole list with the line that leads to it.

    ``marked`` has the marks of table rows, ``text`` has none.
    """

    marked: str
    starts_line: bool
    is_list: bool = False

    @property
    def text(self) -> str:
        return prose.unmarked(self.marked)


def split_units(lines: Sequence[str], *, lists: bool = True) -> list[Unit]:
    """``lists``: whether a list is one unit; else each of its items is."""
    units: list[Unit] = []
    at = 0
    while at < len(lines):
        end = at + 1
        leads = lists and lines[at].rstrip().endswith(":") and end < len(lines) and is_item(lines[end])
        if is_item(lines[at]) or leads:
            while lists and end < len(lines) and (is_item(lines[end]) or lines[end].startswith("  ")):
                end += 1
            units.append(Unit("\n".join(lines[at:end]), True, is_list=lists))
        elif prose.is_row(lines[at]):
            units.append(Unit(lines[at], True))
        else:
            units += [
                Unit(sentence, starts_line=number == 0) for number, sentence in enumerate(SENTENCE.split(lines[at]))
            ]
        at = end
    return units


def score_units(units: Sequence[Unit], vectors: Vectors, question: Vectors, text: str) -> list[float]:
    """How well each unit answers: cosine to the question, and the share of the question's words that it holds."""
    wanted = set(words(text))
    near = vectors @ question
    shared = [len(wanted & set(words(unit.text))) / len(wanted) if wanted else 0.0 for unit in units]
    return [float(cosine) + WORD_SHARE * share for cosine, share in zip(near, shared, strict=True)]


def choose_units(units: Sequence[Unit], scores: Sequence[float], limit: int) -> list[int]:
    """Positions of the units to show, in order. The best one is always there, a list whole, whatever its length."""
    chosen: set[int] = set()
    best = max(scores)
    for at in sorted(range(len(units)), key=lambda row: (-scores[row], row)):
        wanted = {at}
        # A sentence that leans on the one before ("It …", "Otherwise …") brings that one along.
        first = at
        while first > 0 and _LEANING.match(units[first].text) and not units[first].is_list:
            first -= 1
            wanted.add(first)
        size = sum(len(units[one].text.split()) for one in chosen | wanted)
        if not chosen or (scores[at] >= CLOSE * best and size <= limit):
            chosen |= wanted
    return sorted(chosen)


def join_units(units: Sequence[Unit]) -> str:
    text = ""
    for unit in units:
        text += ("\n" if text and unit.starts_line else " " if text else "") + unit.marked
    return text


def is_listed(lines: Sequence[str]) -> bool:
    """Whether there are steps or a table."""
    return any(is_item(line) or prose.is_row(line) for line in lines)


def readable(lines: Sequence[str]) -> str:
    """Lines as they are shown: table rows as people read them aloud."""
    return "\n".join(prose.spoken(line) for line in lines)


def count(lines: Sequence[str]) -> int:
    """Words."""
    return sum(len(line.split()) for line in lines)
