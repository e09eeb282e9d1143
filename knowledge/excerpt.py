"""What a search result shows of a passage: from the sentence that is nearest to the question on."""

from __future__ import annotations

from knowledge.catalogue import Passage
from knowledge.embeddings import Vectors

WORDS = 40


def matching(passage: Passage, question: Vectors) -> str:
    """``WORDS`` words that begin with the nearest sentence; an ellipsis stands where the passage goes on."""
    chunk, words = passage.chunk, passage.chunk.text.split()
    start, details = 0, chunk.detail_texts
    # Vectors of another recipe have other rows; the beginning is shown until they are made anew.
    if len(details) == len(passage.details):
        nearest = details[int((passage.details @ question).argmax())]
        start = _place(words, nearest.removeprefix(f"{chunk.section}: ").split())
    # A short end would show little: then what stands before it is shown, too.
    start = max(0, min(start, len(words) - WORDS))
    shown = " ".join(words[start : start + WORDS])
    return ("… " if start else "") + shown + (" …" if start + WORDS < len(words) else "")


def _place(words: list[str], sentence: list[str]) -> int:
    """Where the sentence begins; 0 where it is not there, as with what stands for a passage of short lines."""
    return next((at for at in range(len(words)) if words[at : at + len(sentence)] == sentence), 0)
