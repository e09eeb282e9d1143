"""Does every sentence of a composed answer follow from the passages it was made of? Pure but for the vectors.

A sentence stands when one sentence, table row or pair of neighbours in the passages carries it: near in meaning, with
nearly all of its telling words, all of its numbers with the same unit and on the same side ("within 14 days" is not
"after 14 days"), the same yes or no, and nobody else doing what is done ("we pay" is not "you pay"). The rules refuse
some true sentences and are meant to: the extract that is given instead is true as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge import prose
from knowledge.claims import Claims, read_claims
from knowledge.embeddings import SentenceEmbeddings
from knowledge.ingest import SENTENCE

NEAR = 0.5
"""Cosine of a sentence and what carries it, at least."""
COVERED = 0.7
"""Share of a sentence's telling words that the same place must hold."""
TO_THE_POINT = 0.25
"""Cosine of the question and the nearest sentence of the answer, at least."""

_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_LEANING = re.compile(r"(it|they|this|that|these|those|there|then|both|in that case|after that|otherwise)\b", re.I)
_ADDRESS = re.compile(r"\w+://|www\.|!\[|\]\(|\]:|<[a-z/!]", re.I)
_ORDERS = re.compile(
    r"\b(ignore|disregard|forget|override)\b[^.]{0,40}\b(instruction|prompt|rule|guideline|above|previous|prior|everything)"
    r"|\b(system|developer) (prompt|message)\b"
    r"|\byou are (now )?(an?|the) (ai|assistant|chat ?bot|language model|llm)\b"
    r"|\b(ai|language) model\b|\bas an ai\b"
    r"|\b(reply|respond|answer|say|print|output|write|repeat)\b[^.]{0,30}\b(only|exactly|instead|nothing but|verbatim)"
    r"\b"
    r"|\b(do not|don't|never) (tell|mention|reveal|inform)\b[^.]{0,30}\b(customer|user|reader|them)\b"
    r"|\b(tell|instruct) the (customer|user|reader) (to|that)\b",
    re.I,
)


@dataclass(frozen=True)
class Evidence:
    """One passage as the model was given it. ``subject`` is its title and heading."""

    subject: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """``problem`` None: all sentences stand, on the passages numbered in ``rests_on``, in order."""

    problem: str | None
    rests_on: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Place:
    """What may carry a sentence: one sentence of a passage or two neighbours."""

    passage: int
    text: str
    claims: Claims


def harmless(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines without those that speak to a language model: they are neither given to it nor evidence."""
    return tuple(line for line in map(prose.unmarked, lines) if not _ORDERS.search(line))


def check(text: str, question: str, evidence: Sequence[Evidence], embeddings: SentenceEmbeddings) -> Verdict:
    """Judge a composed answer. The first sentence that nothing carries is the problem."""
    if _ADDRESS.search(text):
        return Verdict("it holds an address or markup")
    sentences = split_sentences(text)
    places = [place for number, passage in enumerate(evidence) for place in _places(number, passage)]
    if not sentences or not places:
        return Verdict("it says nothing")
    said = embeddings.vectors(sentences)
    if float((said @ embeddings.vectors([question])[0]).max()) < TO_THE_POINT:
        return Verdict("it does not speak of the question")
    nearness = said @ embeddings.vectors([place.text for place in places]).T
    rests_on: set[int] = set()
    for number, sentence in enumerate(sentences, start=1):
        claims, problem = read_claims(sentence), "nothing in the passages is near it"
        for at in sorted(range(len(places)), key=lambda at: -nearness[number - 1][at]):
            if nearness[number - 1][at] < NEAR:
                break
            missing = claims.lacking(places[at].claims, COVERED)
            if missing is None:
                rests_on.add(places[at].passage)
                problem = ""
                break
            if problem.startswith("nothing"):
                problem = missing
        if problem:
            return Verdict(f"sentence {number}: {problem}")
    return Verdict(None, tuple(sorted(rests_on)))


def split_sentences(text: str) -> list[str]:
    lines = (_BULLET.sub("", line).strip() for line in text.splitlines())
    return [sentence for line in lines if line for sentence in SENTENCE.split(line)]


def _places(number: int, passage: Evidence) -> list[_Place]:
    found: list[_Place] = []
    before = ""
    for line in passage.lines:
        for sentence in split_sentences(line):
            found.append(_Place(number, sentence, read_claims(sentence, passage.subject)))
            if before:
                both = f"{before} {sentence}"
                claims = read_claims(both, passage.subject)
                # A number is true of its own sentence; only "It takes 9 days" takes its subject from the one before.
                found.append(_Place(number, both, claims if _LEANING.match(sentence) else claims.without_amounts()))
            # Rows of a table are no neighbours: a number of one is not true of the next.
            before = "" if "; " in sentence and ": " in sentence else sentence
    return found
