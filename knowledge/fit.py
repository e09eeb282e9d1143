"""``python -m knowledge.fit``: the numbers of ``confidence`` from questions that may be learnt from, and how they do.

A logistic regression of "a section that is shown answers this" on the signs of ``confidence.Signs``, over ``train`` and
the ``dev`` split, each question leaning on the other examples alone. An installation may have few articles, and no ways
to ask, so the questions are asked of several: everything with its ways and without, and drawn handfuls of articles,
where a question about another article has no answer. Where there are none, ways to ask are questions, too. Figures are
cross-validated in six folds of questions; nothing is written, the numbers go into the module.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.catalogue import Live, with_article
from knowledge.confidence import USUAL, Calibration, Signs, confidence
from knowledge.measure import load, opened, place_of, right_sections
from knowledge.retrieve import Retriever
from knowledge.service import Knowledge

Numbers = npt.NDArray[np.float64]
Question = dict[str, Any]
FOLDS = 6
STEPS = 30
SHRINK = 1.0
SHOWN = 2
LINES = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.82, 0.84, 0.86, 0.88, 0.9, 0.92, 0.95)
LEARNT_FROM = ("train", "demo80/dev")
HANDFULS = (2, 2, 2, 4, 4, 4, 8, 8, 15, 15, 30, 30, 50)
"""Numbers of articles of the small installations."""
ELSEWHERE = 60
"""Questions at least that a small installation is asked about what it does not have."""
WAYS = 500
"""Ways to ask that installations without them are asked, altogether at most."""


@dataclass(frozen=True)
class Case:
    """One question asked of one installation."""

    source: str
    question: str
    signs: Signs
    answerable: bool
    right: bool
    """Whether a right section is among those that are shown."""


def cases(retriever: Retriever, live: Live, source: str, questions: Sequence[Question]) -> list[Case]:
    """``live`` is what ``retriever`` searches; a question is answerable when it holds a right section."""
    found = []
    for question in questions:
        reader, history = question.get("audience", "public"), question.get("context") or []
        hits = retriever.search(question["question"], audience=reader, history=history, count=10)
        signs = hits.trace.signs
        if signs is None:
            continue
        shelves = retriever.shelves_of(reader)
        ways = [shelf.asked_cosines(hits.vector) for shelf in shelves]
        signs = retriever.beside(signs, hits.vector, ways, shelves, hits.hits[0].passage, without_itself=True)
        place = place_of(hits, question)
        answerable = any(article in live.by_article for article, _ in right_sections(question))
        found.append(
            Case(
                source,
                question["question"],
                signs,
                answerable,
                place is not None and place < SHOWN,
            )
        )
    return found


def installation(live: Live, articles: Sequence[str], *, ways: bool) -> Live:
    """What would be live with these articles alone, with or without their ways to ask."""
    made = Live(live.generation)
    for article in articles:
        passages = [live.passages[piece] for piece in live.by_article[article][1]]
        if not ways:
            passages = [replace(one, chunk=replace(one.chunk, asked=()), asked=one.asked[:0]) for one in passages]
        made = replace(with_article(made, article, passages), shelves={})
    return with_article(made, "", ())


def ways_as_questions(live: Live, draw: random.Random) -> list[Question]:
    asked = [
        {"question": way, "article": one.article_id, "section": one.chunk.section, "audience": one.audience}
        for one in live.passages.values()
        for way in one.chunk.asked
    ]
    return draw.sample(asked, len(asked))


def learnt_from(knowledge: Knowledge) -> list[Case]:
    """Cases of all installations, those of the whole one first."""
    draw = random.Random(1)  # noqa: S311 - the same handfuls each time, not a secret
    live, everything = knowledge.live, sorted(knowledge.live.by_article)
    questions = [(name, question) for name in LEARNT_FROM for question in load(name)]
    wordings = ways_as_questions(live, draw)
    found: list[Case] = []
    for ways in (True, False):
        whole = installation(live, everything, ways=ways)
        retriever = knowledge.searching(whole)
        for name in LEARNT_FROM:
            found += cases(retriever, whole, f"{name} {_named(ways)}", load(name))
        if not ways:
            found += cases(retriever, whole, "ways", wordings[:WAYS])
    for size in HANDFULS:
        articles = draw.sample(everything, size)
        inside = [question for _, question in questions if question["article"] in articles]
        elsewhere = [question for _, question in questions if question["article"] not in articles]
        asked = inside + draw.sample(elsewhere, max(ELSEWHERE, min(len(inside), len(elsewhere))))
        own = [one for one in wordings if one["article"] in articles][: WAYS // len(HANDFULS)]
        for ways in (True, False):
            small = installation(live, articles, ways=ways)
            retriever = knowledge.searching(small)
            found += cases(retriever, small, f"few articles {_named(ways)}", asked)
            if not ways:
                found += cases(retriever, small, "ways", own)
    return found


def _named(ways: bool) -> str:
    return "with ways" if ways else "without ways"


def signs_of(found: Sequence[Case]) -> Numbers:
    """Shape ``(n, 5)``: the signs that count, in the order of ``Calibration``."""
    rows = [
        [
            case.signs.nearness,
            case.signs.coverage,
            USUAL if case.signs.unknown is None else case.signs.unknown,
            case.signs.own or 0.0,
            case.signs.leaning or 0.0,
        ]
        for case in found
    ]
    return np.array(rows)


def regress(signs: Numbers, labels: Numbers) -> Calibration:
    """Newton's steps on scaled signs, with a small pull to zero; a sign that never changes weighs nothing.

    The line is chosen from the figures."""
    mean, spread = signs.mean(axis=0), signs.std(axis=0)
    spread[spread < 1e-9] = np.inf
    scaled = np.column_stack([np.ones(len(signs)), (signs - mean) / spread])
    pull = SHRINK * np.eye(scaled.shape[1])
    pull[0, 0] = 0.0
    weights = np.zeros(scaled.shape[1])
    for _ in range(STEPS):
        given = 1.0 / (1.0 + np.exp(-np.clip(scaled @ weights, -30, 30)))
        slope = scaled.T @ (given - labels) + pull @ weights
        bend = (scaled * (given * (1 - given))[:, None]).T @ scaled + pull
        weights = weights - np.linalg.solve(bend + 1e-9 * np.eye(len(bend)), slope)
    plain = weights[1:] / spread
    return Calibration(0.5, float(weights[0] - plain @ mean), *(float(one) for one in plain))


def fitted(found: Sequence[Case]) -> Calibration:
    return regress(signs_of(found), np.array([case.right for case in found], float))


def crossed(found: Sequence[Case]) -> Numbers:
    """Each case's confidence from a calibration that did not see its question, wherever it was asked."""
    fold = {question: number % FOLDS for number, question in enumerate(dict.fromkeys(case.question for case in found))}
    values = np.zeros(len(found))
    for number in range(FOLDS):
        made = fitted([case for case in found if fold[case.question] != number])
        for at, case in enumerate(found):
            if fold[case.question] == number:
                values[at] = confidence(case.signs, made)
    return values


def line_figures(found: Sequence[Case], confidences: Numbers, line: float) -> dict[str, float]:
    """What happens when everything from ``line`` up is answered with the sections that are shown."""
    answerable, right = (np.array([getattr(case, name) for case in found]) for name in ("answerable", "right"))
    given = confidences >= line
    rightly = float((~given & ~answerable).sum())
    return {
        "line": line,
        "answered": round(float(given[answerable].mean()), 3),
        "answered right": round(float((given & right).sum() / answerable.sum()), 3),
        "wrong of all": round(float((given & ~right).mean()), 3),
        "not-known F1": round(2 * rightly / max(1.0, float((~given).sum() + (~answerable).sum())), 3),
    }


async def _learn() -> list[Case]:
    async with opened() as knowledge:
        return learnt_from(knowledge)


def main() -> None:
    found = asyncio.run(_learn())
    for name, part in (
        ("WITH_WAYS", [case for case in found if case.signs.known is not None]),
        ("PLAIN", [case for case in found if case.signs.known is None]),
    ):
        numbers = {
            sign: round(value, 2) for sign, value in vars(fitted(part)).items() if sign not in ("line", "caution")
        }
        sys.stdout.write(json.dumps({name: numbers, "cases": len(part)}) + "\n")
        confidences = crossed(part)
        for source in dict.fromkeys(case.source for case in part):
            rows = [at for at, case in enumerate(part) if case.source == source]
            sys.stdout.write(f"{source} ({len(rows)}), cross-validated\n")
            for line in LINES:
                sys.stdout.write(json.dumps(line_figures([part[at] for at in rows], confidences[rows], line)) + "\n")


if __name__ == "__main__":
    main()
