"""Passages that say what another one says: they must not take the places of those that say something else. Pure.

Near vectors are not enough: "Cancel a monthly plan … 14 days" and "Cancel a yearly plan … 3 months" are nearer than
many a copy. Two passages are copies only where their headings agree and nothing that they claim differs.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from knowledge.catalogue import Passage
from knowledge.claims import read_claims
from knowledge.ingest import SENTENCE
from knowledge.lexical import words
from knowledge.ranker import Shelf

DUPLICATE = 0.96
"""Cosine of two passages' body vectors from which the second says nothing new, if it claims the same."""
BLOCK = 128
"""Rows that are compared with each other at once."""


def same(one: Passage, other: Passage) -> bool:
    """Whether two passages say the same."""
    return float(one.body @ other.body) >= DUPLICATE and _claimed(one) == _claimed(other)


def _claimed(passage: Passage) -> Hashable:
    return _claims(passage.chunk.section, passage.chunk.text)


@lru_cache(maxsize=4_096)
def _claims(heading: str, text: str) -> Hashable:
    """What two copies have in common: the heading's words, and by sentence amounts, names and what is denied."""
    read = [read_claims(sentence) for line in text.split("\n") for sentence in SENTENCE.split(line)]
    said = frozenset((one.amounts, one.names, one.telling if one.denied else None, one.free) for one in read)
    return frozenset(words(heading)), said


def same_section(one: Passage, other: Passage) -> bool:
    """Whether two passages are pieces of one section; the text before any heading is no section."""
    return bool(one.chunk.anchor) and (one.article_id, one.chunk.anchor) == (other.article_id, other.chunk.anchor)


def own(shelf: Shelf, rows: Sequence[int], passages: Mapping[str, Passage], today: str, most: int) -> list[int]:
    """The first ``most`` of ``rows`` that are true on ``today`` and say what none before them says."""
    found: list[int] = []
    sections: set[tuple[str, str]] = set()
    for start in range(0, len(rows), BLOCK):
        block = np.asarray(rows[start : start + BLOCK], dtype=np.int64)
        before = np.asarray(found, dtype=np.int64)
        bodies = shelf.bodies[block]
        near = bodies @ np.concatenate([shelf.bodies[before], bodies]).T >= DUPLICATE
        others = np.concatenate([before, block])
        kept = np.arange(len(others)) < len(before)
        for place, row in enumerate(block):
            passage = passages.get(shelf.entries[row].id)
            if passage is None or not passage.effective(today):
                continue
            like = (passages[shelf.entries[other].id] for other in others[near[place] & kept])
            if any(_claimed(passage) == _claimed(one) for one in like):
                continue
            section = (passage.article_id, passage.chunk.anchor)
            if passage.chunk.anchor:
                if section in sections:
                    continue
                sections.add(section)
            kept[len(before) + place] = True
            found.append(int(row))
            if len(found) >= most:
                return found
    return found
