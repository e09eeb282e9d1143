"""From passages to an answer: the shortest part of the best passage that answers, in the article's own words.

Nothing is composed here: sentences are chosen, in their order, lists and tables whole steps or rows at a time, and
each answer names its source. What an article says is text to show and never an instruction to follow. A composing
language model, where one is configured, takes the place of ``compose`` and is checked against the same passages.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from handoff.contract.events import Citation
from knowledge import prose
from knowledge.catalogue import Catalogue, Passage
from knowledge.embeddings import SentenceEmbeddings, Vectors
from knowledge.ingest import is_item
from knowledge.lexical import words
from knowledge.retrieve import Found, Retriever, Trace
from knowledge.settings import KnowledgeSettings

NOT_FOUND = "I could not find an answer to that in our help articles."
WHOLE = 90
"""A passage of up to this many words is given whole: cutting it would save little and may lose the point."""
WHOLE_LISTED = 170
"""The same where there are steps or a table: half of either helps nobody."""
CLOSE = 0.8
"""Sentences of at least this share of the best one's score belong to the answer."""
SECOND = 0.1
"""Lead below which the second section is shown, too: the ranker cannot tell which of the two is meant."""
WORD_SHARE = 0.25
"""Share of common words beside the vectors when sentences are compared."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“\"(])")
_ROW = re.compile(r"[^;:.]{1,60}: [^;]+(?:; [^;:.]{1,60}: [^;]+)+")
_LEANING = re.compile(
    r"^(it|its|that|this|these|those|they|then|there|otherwise|but|and|so|if not|also|after that|in that case|both)\b",
    re.I,
)


@dataclass(frozen=True)
class Answer:
    """``found`` False: ``text`` says so honestly, and ``citations`` is empty."""

    text: str
    citations: list[Citation]
    found: bool
    confidence: float
    trace: Trace


class Answerer:
    """Answers in threads of ``executor``, so that the event loop never waits for a model."""

    def __init__(
        self,
        retriever: Retriever,
        catalogue: Catalogue,
        embeddings: SentenceEmbeddings,
        settings: KnowledgeSettings,
        executor: Executor,
    ) -> None:
        self._retriever = retriever
        self._catalogue = catalogue
        self._embeddings = embeddings
        self._settings = settings
        self._executor = executor

    async def answer(self, question: str, *, audience: str, locale: str = "", history: Sequence[str] = ()) -> Answer:
        """Answer for a reader; ``history`` are the earlier turns of the conversation, oldest first."""

        def work() -> Answer:
            return self.answer_now(question, audience=audience, locale=locale, history=history)

        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def answer_now(self, question: str, *, audience: str, locale: str = "", history: Sequence[str] = ()) -> Answer:
        """The same, blocking."""
        found = self._retriever.search(question, audience=audience, locale=locale, history=history)
        if not found.found:
            return Answer(NOT_FOUND, [], False, found.confidence, found.trace)
        shown = [hit.passage for hit in found.hits[:2] if found.hits[0].score - hit.score < SECOND]
        text = "\n\n".join(self._titled(found, passage, alone=len(shown) == 1) for passage in shown)
        live = self._catalogue.live.passages
        if any(live.get(passage.id) is not passage for passage in shown):
            # Withdrawn or replaced while the answer was being written: ask again of what is live now.
            return self.answer_now(question, audience=audience, locale=locale, history=history)
        text = prose.without_foreign_links(text, self._settings.link_hosts)
        return Answer(text, [cite(passage) for passage in shown], True, found.confidence, found.trace)

    def _titled(self, found: Found, passage: Passage, *, alone: bool) -> str:
        """The passage's answer, under its heading when another stands beside it."""
        text = self._extract(found, passage)
        return text if alone else f"{passage.chunk.section}\n{text}"

    def _extract(self, found: Found, passage: Passage) -> str:
        lines = self._section(passage)
        listed = any(is_item(line) or _ROW.fullmatch(line) for line in lines)
        if _count(lines) <= (WHOLE_LISTED if listed else WHOLE):
            return "\n".join(readable(lines))
        units = split_units(lines)
        question = found.trace.query
        vectors = self._embeddings.vectors([f"{passage.chunk.section}: {unit.text}" for unit in units])
        scores = score_units(units, vectors, found.vector, question)
        chosen = choose_units(units, scores, self._settings.answer_words)
        return "\n".join(readable(join_units([units[at] for at in chosen]).split("\n")))

    def _section(self, passage: Passage) -> list[str]:
        """The lines of the whole section, which may have been cut into pieces; without a heading, the passage alone."""
        live = self._catalogue.live
        _, pieces = live.by_article.get(passage.article_id, (0, ()))
        if not passage.chunk.anchor or passage.id not in pieces:
            return passage.chunk.text.split("\n")
        members = [live.passages[piece] for piece in pieces if piece in live.passages]
        members = [member for member in members if member.chunk.anchor == passage.chunk.anchor]
        return [line for member in members for line in member.chunk.text.split("\n") if line.strip()]


def readable(lines: Sequence[str]) -> list[str]:
    """Table rows as people read them aloud: "Size M: 94–99 cm, 84 cm" for "Size: M; Chest: 94–99 cm; Arm: 84 cm"."""
    return [_ROW.sub(_spoken, line) if _ROW.fullmatch(line) else line for line in lines]


def _spoken(match: re.Match[str]) -> str:
    cells = [cell.partition(": ") for cell in match.group(0).split("; ")]
    return f"{cells[0][2]}: " + ", ".join(value for _, _, value in cells[1:])


@dataclass(frozen=True)
class Unit:
    """What is chosen or left as one: a sentence, a table row, or a whole list with the line that leads to it."""

    text: str
    starts_line: bool
    is_list: bool = False


def cite(passage: Passage) -> Citation:
    anchor = f"#{passage.chunk.anchor}" if passage.chunk.anchor else ""
    return Citation(
        article_id=passage.article_id,
        version=passage.version,
        title=passage.chunk.title,
        section=passage.chunk.section,
        # Help pages are public: a passage for signed-in readers is named without a link that would lead nowhere.
        url=f"{prose.HELP_PATH}{passage.article_id}{anchor}" if passage.audience == "public" else "",
    )


def split_units(lines: Sequence[str]) -> list[Unit]:
    units: list[Unit] = []
    at = 0
    while at < len(lines):
        end = at + 1
        leads = lines[at].rstrip().endswith(":") and end < len(lines) and is_item(lines[end])
        if is_item(lines[at]) or leads:
            while end < len(lines) and (is_item(lines[end]) or lines[end].startswith("  ")):
                end += 1
            units.append(Unit("\n".join(lines[at:end]), True, is_list=True))
        else:
            units += [
                Unit(sentence, starts_line=number == 0) for number, sentence in enumerate(_SENTENCE.split(lines[at]))
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
        text += ("\n" if text and unit.starts_line else " " if text else "") + unit.text
    return text


def _count(lines: Sequence[str]) -> int:
    return sum(len(line.split()) for line in lines)
