"""From passages to an answer: the shortest part of the best passage that answers, in the article's own words.

Sentences are chosen, in their order, lists and tables whole steps or rows at a time, and each answer names its source.
Where a language model is configured it may word the answer from the same passages; its text is shown only when every
sentence stands on them (``grounding``), and the extract otherwise. What an article says is text to show and never an
instruction to follow.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from handoff.contract.claims import quoting, unbacked
from handoff.contract.events import Citation
from knowledge import grounding, prose
from knowledge.catalogue import Catalogue, Passage
from knowledge.composer import Composer, NotComposed
from knowledge.confidence import SURE
from knowledge.embeddings import SentenceEmbeddings, Vectors
from knowledge.extract import (
    Unit,
    choose_units,
    count,
    is_listed,
    join_units,
    readable,
    score_units,
    split_units,
)
from knowledge.grounding import Evidence
from knowledge.retrieve import Found, Retriever, Trace
from knowledge.settings import KnowledgeSettings
from knowledge.wanted import Kind, states, wanted

T = TypeVar("T")

NOT_FOUND = "I could not find an answer to that in our help articles."
UNSURE = "This is the closest I have. Tell me if it is not what you mean."
WHOLE = 90
"""A passage of up to this many words is given whole: cutting it would save little and may lose the point."""
WHOLE_LISTED = 170
"""The same where there are steps or a table: half of either helps nobody."""
SECOND = 0.1
"""Lead below which the second section is shown, too: the ranker cannot tell which of the two is meant."""
OFFERED = 3
"""Sections that are shown at most where the best one is not likely the right one."""
ALIKE = 0.1
"""Lag in nearness behind such a best section within which another one is shown beside it."""
BRIEF = 25
"""Words that are shown of each further section beside such a best one."""
EVIDENCE = 3
"""Sections that a language model is given at most."""
RELATED = 0.25
"""Lag behind the best section within which another one is given, too."""
SIBLING = 0.25
"""Lag behind the best section within which another of its article may state what is asked for, if the best does not."""


@dataclass(frozen=True)
class Answer:
    """``found`` False: ``text`` says so honestly, and ``citations`` is empty.

    ``sure``: the section is likely the right one, and where the question wants a duration, an amount, an hour or a
    number, ``text`` states one. Found but not sure: ``text`` begins with ``UNSURE``.
    ``worded_by``: the language model that worded it; ``None`` for an extract.
    """

    text: str
    citations: list[Citation]
    found: bool
    confidence: float
    trace: Trace
    sure: bool = False
    worded_by: str | None = None

    @property
    def kept_back(self) -> str:
        """The sentence, in small letters, for which the outgoing gate holds this answer back; most have none."""
        claim = unbacked(self.text, quoting((cited.section for cited in self.citations), self.worded_by))
        return "" if claim is None else claim.sentence


class Answerer:
    """Answers in threads of ``executor``, so that the event loop never waits for a model."""

    def __init__(
        self,
        retriever: Retriever,
        catalogue: Catalogue,
        embeddings: SentenceEmbeddings,
        settings: KnowledgeSettings,
        executor: Executor,
        composer: Composer | None = None,
    ) -> None:
        self.retriever = retriever
        self._catalogue = catalogue
        self._embeddings = embeddings
        self._settings = settings
        self._executor = executor
        self._composer = composer

    def over(self, catalogue: Catalogue) -> Answerer:
        """The same answers from another live set, by exact search: to ask what an edit would change."""
        other = copy.copy(self)
        other._catalogue, other.retriever = catalogue, self.retriever.over(catalogue)
        return other

    def working_in(self, executor: Executor) -> Answerer:
        """The same answers, made in other threads."""
        other = copy.copy(self)
        other._executor = executor
        return other

    async def answer(self, question: str, *, audience: str, locale: str = "", history: Sequence[str] = ()) -> Answer:
        """Answer for a reader; ``history`` are the earlier turns of the conversation, oldest first."""

        def work() -> tuple[Answer, Found]:
            return self._extracted(question, audience, locale, history)

        extract, found = await self._in_thread(work)
        if self._composer is None or not extract.found:
            return extract
        try:
            return await self._composed(self._composer, extract, found, history)
        except NotComposed as exc:
            extract.trace.path_because = str(exc)
        if self._gone(self.shown(found)):
            # Withdrawn while the model was asked.
            extract, _ = await self._in_thread(work)
        return extract

    def answer_now(self, question: str, *, audience: str, locale: str = "", history: Sequence[str] = ()) -> Answer:
        """The extract, blocking; no language model is asked."""
        return self._extracted(question, audience, locale, history)[0]

    def _extracted(self, question: str, audience: str, locale: str, history: Sequence[str]) -> tuple[Answer, Found]:
        found = self.retriever.search(question, audience=audience, locale=locale, history=history)
        answer = self.answer_from(found)
        if self._gone(self.shown(found)):
            # Withdrawn or replaced while the answer was being written: ask again of what is live now.
            return self._extracted(question, audience, locale, history)
        return answer, found

    def answer_from(self, found: Found) -> Answer:
        """The extract of what was found, as a customer sees it."""
        shown = self.shown(found)
        if not shown:
            return Answer(NOT_FOUND, [], False, found.confidence, found.trace)
        parts = self._parts(found, shown)
        sure = likely(found) and _stated(found, "\n".join(parts))
        text = prose.without_foreign_links(_under_names(shown, parts), self._settings.link_hosts)
        text = text if sure else f"{UNSURE}\n\n{text}"
        found.trace.path, found.trace.path_because = "extract", "no language model was asked"
        return Answer(text, [cite(passage) for passage in shown], True, found.confidence, found.trace, sure)

    async def _composed(self, composer: Composer, extract: Answer, found: Found, history: Sequence[str]) -> Answer:
        """The model's answer, checked. Raises ``NotComposed``."""
        near = [hit.passage for hit in found.hits[:EVIDENCE] if found.hits[0].score - hit.score < RELATED]
        evidence = [Evidence(one.chunk.head_text, grounding.harmless(self._section(one))) for one in near]
        earlier = history[-self._settings.history_turns :] if self._settings.history_turns else []
        text = await composer.compose(found.trace.query, earlier, evidence)
        question = found.trace.context or found.trace.query
        verdict = await self._in_thread(lambda: grounding.check(text, question, evidence, self._embeddings))
        if verdict.problem is not None:
            raise NotComposed(f"the language model's answer is not grounded: {verdict.problem}")
        if self._gone(near):
            raise NotComposed("a passage was withdrawn meanwhile")
        extract.trace.path, extract.trace.path_because = "composed", "every sentence stands on the passages"
        sure = likely(found) and _stated(found, text)
        text = text if sure else f"{UNSURE}\n\n{text}"
        cited = [cite(near[at]) for at in verdict.rests_on]
        return replace(extract, text=text, citations=cited, sure=sure, worded_by=composer.name)

    def shown(self, found: Found) -> list[Passage]:
        """What an answer is made of: nothing where nothing was found, else the best section; where the next ones cannot
        be told from it, those, too: one more beside a section that is likely the right one, up to ``OFFERED`` in all
        beside another. Before them the one of the best one's article that states what is asked for (how long, how much,
        until when), where the best one does not."""
        if not found.found:
            return []
        best = found.hits[0]
        if likely(found):
            shown = [hit.passage for hit in found.hits[:2] if best.score - hit.score < SECOND]
        else:
            shown = [hit.passage for hit in found.hits[:OFFERED] if best.nearness - hit.nearness < ALIKE]
        kind = wanted(found.trace.query)
        if kind is None or self._stating([best.passage], kind):
            return shown
        siblings = [
            hit.passage
            for hit in found.hits
            if hit.passage.article_id == best.passage.article_id and best.score - hit.score < SIBLING
        ]
        said = self._stating(siblings, kind)
        if not said:
            return shown
        own = self._unit_vectors(best.passage, split_units(self._section(best.passage))) @ found.vector
        near = [float(self._unit_vectors(passage, [unit])[0] @ found.vector) for passage, unit in said]
        place = int(np.argmax(near))
        # What is said of something else is worse than nothing: the sentence must be nearer than the best section.
        if near[place] <= own.max():
            return shown
        first = said[place][0]
        return [first, *(passage for passage in shown if passage is not first)][: max(2, len(shown))]

    def _stating(self, passages: Sequence[Passage], kind: Kind) -> list[tuple[Passage, Unit]]:
        """The sentences of these passages' sections that state what is asked for."""
        return [
            (passage, unit)
            for passage in passages
            for unit in split_units(self._section(passage))
            if states(unit.text, kind)
        ]

    def _gone(self, passages: Sequence[Passage]) -> bool:
        live = self._catalogue.live.passages
        return any(live.get(passage.id) is not passage for passage in passages)

    def _in_thread(self, work: Callable[[], T]) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._executor, work)

    def _parts(self, found: Found, shown: Sequence[Passage]) -> list[str]:
        """What is said of each of these sections, without their names."""
        briefly = not likely(found)
        return [
            self._brief(found, passage) if briefly and at else self._extract(found, passage)
            for at, passage in enumerate(shown)
        ]

    def _extract(self, found: Found, passage: Passage) -> str:
        lines = self._section(passage)
        if count(lines) <= (WHOLE_LISTED if is_listed(lines) else WHOLE):
            return readable(lines)
        return self._best(found, passage, split_units(lines), self._settings.answer_words)

    def _brief(self, found: Found, passage: Passage) -> str:
        """The few words of a section that say most about the question."""
        lines = self._section(passage)
        return (
            readable(lines)
            if count(lines) <= BRIEF
            else self._best(found, passage, split_units(lines, lists=False), BRIEF)
        )

    def _best(self, found: Found, passage: Passage, units: Sequence[Unit], most: int) -> str:
        scores = score_units(units, self._unit_vectors(passage, units), found.vector, found.trace.query)
        chosen = choose_units(units, scores, most)
        kind = wanted(found.trace.query)
        stating = [] if kind is None else [at for at, unit in enumerate(units) if states(unit.text, kind)]
        if stating and not set(stating).intersection(chosen):
            # What was asked for is said here: it is no answer without that sentence.
            chosen = sorted([*chosen, max(stating, key=scores.__getitem__)])
        return readable(join_units([units[at] for at in chosen]).split("\n"))

    def _unit_vectors(self, passage: Passage, units: Sequence[Unit]) -> Vectors:
        """Vectors of a section's sentences under its name. Most are in the store; only lists, and what has no heading,
        are encoded here."""
        for one in self._pieces(passage):
            if len(one.details) == len(one.chunk.detail_texts):  # those of another recipe have other rows
                self._embeddings.remember(one.chunk.detail_texts, one.details)
        return self._embeddings.vectors([f"{passage.chunk.section}: {unit.text}" for unit in units])

    def _section(self, passage: Passage) -> list[str]:
        """The marked lines of the whole section."""
        pieces = self._pieces(passage)
        return [line for one in pieces for line in one.chunk.marked.split("\n") if line.strip() or len(pieces) == 1]

    def _pieces(self, passage: Passage) -> list[Passage]:
        """The pieces of a passage's section, in order; without a heading, the passage alone."""
        live = self._catalogue.live
        _, names = live.by_article.get(passage.article_id, (0, ()))
        if not passage.chunk.anchor or passage.id not in names:
            return [passage]
        pieces = [live.passages[name] for name in names if name in live.passages]
        return [one for one in pieces if one.chunk.anchor == passage.chunk.anchor]


def likely(found: Found | Answer) -> bool:
    """Whether the best section is likely the right one. Less than ``Answer.sure``: it may not state what is wanted."""
    return found.confidence >= SURE


def _stated(found: Found, text: str) -> bool:
    """Whether ``text`` states the kind of thing that the question wants, if it wants one."""
    kind = wanted(found.trace.query)
    return kind is None or states(text, kind)


def _under_names(shown: Sequence[Passage], parts: Sequence[str]) -> str:
    """Each part under its heading where there are several."""
    if len(parts) == 1:
        return parts[0]
    several = len({passage.article_id for passage in shown}) > 1
    names = [_name(passage) if several else passage.chunk.section for passage in shown]
    return "\n\n".join(f"{name}\n{part}" for name, part in zip(names, parts, strict=True))


def _name(passage: Passage) -> str:
    """What a section is called beside one of another article: both may have the same heading."""
    title, section = passage.chunk.title, passage.chunk.section
    return title if section == title else f"{title} – {section}"


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
