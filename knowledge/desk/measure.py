"""``python -m knowledge.desk.measure``: how well gaps group questions, at each line, on the company's own examples.

The customers' ways to ask that the articles' sections hold, and the example questions of ``questions/train.jsonl``,
stand for questions that nothing answers; those of one section are one meaning. Pairs of questions are counted:
precision is the share of grouped pairs that belong together, recall the share of pairs that belong together and were
grouped. Drawn from all: ``DRAWN`` questions. The order is shuffled; the mean of three.

``python -m knowledge.desk.measure impact``: what a draft's effect on 500 questions costs, and what is missed of it.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bot.text.embed import SentenceEncoder
from handoff.contract.turn import TurnContext
from knowledge import prose
from knowledge.desk import impact as effect
from knowledge.desk.gap_rules import GapRules, mean, nearest
from knowledge.embeddings import Vectors
from knowledge.folder import read_file
from knowledge.measure import HERE, MODEL, load, opened

ARTICLES = HERE / "articles"
LINES = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65)
ORDERS = 3
DRAWN = 1_500
ASKED, DRAFTS, DAYS = 500, 5, 30
REACH = effect.REACH


def examples() -> Iterator[tuple[str, str]]:
    """(question, meaning)."""
    for path in sorted(ARTICLES.glob("*.md")):
        article = read_file(path, ARTICLES)
        for section in prose.sections(article.content.body):
            for way in section.asked:
                yield way, f"{article.id} {' '.join(section.headings[-1:])}"
    for row in load("train"):
        if row["article"]:
            yield row["question"], f"{row['article']} {row['section']}"


def group(vectors: Vectors, join_at: float) -> list[int]:
    """The group of each question, in the order in which they are asked."""
    centres: list[Vectors] = []
    counts: list[int] = []
    found: list[int] = []
    for vector in vectors:
        at = nearest(vector, centres, join_at)
        if at is None:
            at = len(centres)
            centres.append(vector)
            counts.append(1)
        else:
            centres[at] = mean((centres[at], counts[at]), (vector, 1))
            counts[at] += 1
        found.append(at)
    return found


def pairs(groups: list[int], meanings: list[str]) -> tuple[float, float, float]:
    """(precision, recall, F1) over pairs."""
    upper = np.triu_indices(len(groups), 1)
    together, belong = (
        np.equal.outer(codes, codes)[upper]
        for codes in (np.array(groups), np.unique(meanings, return_inverse=True)[1].ravel())
    )
    both = float((together & belong).sum())
    precision, recall = both / max(float(together.sum()), 1.0), both / max(float(belong.sum()), 1.0)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


async def impact() -> int:
    """Drafts of five articles, each asked with the short cut of ``impact`` and without it."""
    async with opened() as knowledge:
        chance = random.Random(11)  # noqa: S311 - a choice, not a secret
        for number, question in enumerate(chance.sample(sorted(dict(examples())), ASKED)):
            turn = TurnContext(f"c{number}", "t", 2, 1, "")
            await knowledge.desk.asked.answer(question, audience="public", locale="en", turn=turn)
            await knowledge.desk.usage.settle()
        await knowledge.settle()
        public = await knowledge.editing.find(state="published", audience="public")
        for article in chance.sample(public, DRAFTS):
            own = await knowledge.editing.version(article.id, article.latest_version)
            other = await knowledge.editing.version(chance.choice(public).id, 1)
            body = f"{own.content.body.replace('days', 'weeks')}\n\n{other.content.body[:1500]}"
            await knowledge.editing.do_edit(article.id, replace(own.content, body=body), own.version, "measure")
            found = []
            for reach in (REACH, 0.0):
                effect.REACH = reach
                began = time.process_time()
                report = await knowledge.desk.impact.of(article.id, 0, days=DAYS, limit=ASKED)
                seconds = time.process_time() - began
                found.append({(change.question, change.kind) for change in report.changes})
                sys.stdout.write(f"{article.id}: {len(found[-1])} changes, {seconds:.2f} s of processor time, ")
                sys.stdout.write(f"{report.milliseconds / 1000:.2f} s on the clock\n")
            sys.stdout.write(f"  missed by the short cut: {len(found[1] - found[0])}\n")
    return 0


def main() -> int:
    if sys.argv[1:] == ["impact"]:
        return asyncio.run(impact())
    asked = dict(random.Random(0).sample(sorted(dict(examples()).items()), DRAWN))  # noqa: S311 - a choice
    vectors, meanings = SentenceEncoder(MODEL).encode(list(asked)), list(asked.values())
    sys.stdout.write(f"{len(asked)} questions\n line  groups  by section: P   R   F1   by article: P   R   F1\n")
    for line in LINES:
        figures = []
        for seed in range(ORDERS):
            order = list(range(len(asked)))
            random.Random(seed).shuffle(order)  # noqa: S311 - an order, not a secret
            groups = group(vectors[order], line)
            sections = [meanings[at] for at in order]
            subjects = [meaning.partition(" ")[0] for meaning in sections]
            figures.append((len(set(groups)), *pairs(groups, sections), *pairs(groups, subjects)))
        mean = [f"{value:6.3f}" for value in np.mean(figures, axis=0)[1:]]
        count = np.mean([row[0] for row in figures])
        mark = " <" if line == GapRules().join_at else ""
        sys.stdout.write(f" {line:.2f}  {count:6.1f}  {' '.join(mean[:3])}   {' '.join(mean[3:])}{mark}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
