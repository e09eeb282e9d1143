"""Passages that say what another one says: they must not take the places of those that say something else. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from knowledge.catalogue import Passage
from knowledge.ranker import Shelf

DUPLICATE = 0.96
"""Cosine of two passages' body vectors from which the second says nothing new."""
BLOCK = 128
"""Rows that are compared with each other at once."""


def same_section(one: Passage, other: Passage) -> bool:
    """Whether two passages are pieces of one section; the text before any heading is no section."""
    return bool(one.chunk.anchor) and (one.article_id, one.chunk.anchor) == (other.article_id, other.chunk.anchor)


def own(shelf: Shelf, rows: Sequence[int], passages: Mapping[str, Passage], today: str, most: int) -> list[int]:
    """The first ``most`` of ``rows`` that are true on ``today`` and say what none before them says."""
    found: list[int] = []
    sections: set[tuple[str, str]] = set()
    for start in range(0, len(rows), BLOCK):
        block = np.asarray(rows[start : start + BLOCK], dtype=np.int64)
        if found:
            block = block[(shelf.bodies[block] @ shelf.bodies[found].T).max(axis=1) < DUPLICATE]
        bodies = shelf.bodies[block]
        alike = bodies @ bodies.T >= DUPLICATE
        copies = np.zeros(len(block), dtype=bool)
        for place, row in enumerate(block):
            passage = passages.get(shelf.entries[row].id)
            if copies[place] or passage is None or not passage.effective(today):
                continue
            section = (passage.article_id, passage.chunk.anchor)
            if passage.chunk.anchor:
                if section in sections:
                    continue
                sections.add(section)
            copies |= alike[place]
            found.append(int(row))
            if len(found) >= most:
                return found
    return found
