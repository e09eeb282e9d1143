"""``python -m knowledge.fit``: the numbers of ``confidence`` from questions that may be learnt from, and how they do.

A logistic regression of "the articles answer this" on the signs of ``confidence.Signs``, each question leaning on the
other examples alone, over ``train`` and the ``dev`` split. Figures are cross-validated in six folds; nothing is
written, the numbers go into the module.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.measure import load, opened, place_of
from knowledge.service import Knowledge

Numbers = npt.NDArray[np.float64]
FOLDS = 6
STEPS = 4_000
RATE = 0.5
SHRINK = 0.5
SHOWN = 2
LINES = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96)
LEARNT_FROM = ("train", "demo80/dev")


@dataclass(frozen=True)
class Sample:
    """``signs`` shape ``(n, 3)``; ``answerable`` and ``right`` (the section is among the shown) 0 or 1, ``(n,)``."""

    signs: Numbers
    answerable: Numbers
    right: Numbers


def sample(knowledge: Knowledge, name: str) -> Sample:
    rows: list[list[float]] = []
    answerable: list[bool] = []
    right: list[bool] = []
    for question in load(name):
        reader, history = question.get("audience", "public"), question.get("context") or []
        found = knowledge.retriever.search(question["question"], audience=reader, history=history, count=10)
        signs = found.trace.signs
        if signs is None:
            continue
        shelves = knowledge.retriever.shelves_of(reader)
        lean = knowledge.retriever.lean(found.vector, shelves, without_itself=True)
        rows.append([signs.nearness, signs.coverage, lean])
        place = place_of(found, question)
        answerable.append(bool(question["article"]))
        right.append(place is not None and place < SHOWN)
    return Sample(np.array(rows), np.array(answerable, float), np.array(right, float))


def regress(signs: Numbers, labels: Numbers) -> Numbers:
    """Intercept and weights, shape ``(4,)``, by gradient descent on scaled signs with a small pull to zero."""
    mean, spread = signs.mean(axis=0), signs.std(axis=0) + 1e-9
    scaled = np.column_stack([np.ones(len(signs)), (signs - mean) / spread])
    weights = np.zeros(scaled.shape[1])
    for _ in range(STEPS):
        pull = SHRINK * np.concatenate([[0.0], weights[1:]])
        weights -= RATE * (scaled.T @ (probability(scaled @ weights) - labels) + pull) / len(labels)
    plain = weights[1:] / spread
    return np.concatenate([[weights[0] - float(plain @ mean)], plain])


def probability(logits: Numbers) -> Numbers:
    found: Numbers = 1.0 / (1.0 + np.exp(-logits))
    return found


def predict(model: Numbers, signs: Numbers) -> Numbers:
    return probability(model[0] + signs @ model[1:])


def crossed(data: Sample) -> Numbers:
    """Each question's probability from a model that did not see it."""
    fold = np.arange(len(data.signs)) % FOLDS
    found = np.zeros(len(data.signs))
    for number in range(FOLDS):
        seen = fold != number
        found[~seen] = predict(regress(data.signs[seen], data.answerable[seen]), data.signs[~seen])
    return found


def line_figures(data: Sample, confidences: Numbers, line: float) -> dict[str, float]:
    """What happens when everything from ``line`` up is answered with the first two sections."""
    given = confidences >= line
    rightly = float((~given & (data.answerable == 0)).sum())
    precision, recall = rightly / max(1.0, float((~given).sum())), rightly / float((data.answerable == 0).sum())
    return {
        "line": line,
        "answered right": round(float((given & (data.right > 0)).sum() / data.answerable.sum()), 3),
        "wrong of all": round(float((given & (data.right == 0)).mean()), 3),
        "not-known F1": round(2 * precision * recall / max(1e-9, precision + recall), 3),
    }


async def fit() -> tuple[Numbers, dict[str, Sample], Numbers]:
    """The numbers, the samples by name, and the cross-validated probabilities of all samples in order."""
    async with opened() as knowledge:
        data = {name: sample(knowledge, name) for name in LEARNT_FROM}
    whole = Sample(
        np.concatenate([one.signs for one in data.values()]),
        np.concatenate([one.answerable for one in data.values()]),
        np.concatenate([one.right for one in data.values()]),
    )
    return regress(whole.signs, whole.answerable), data, crossed(whole)


def main() -> None:
    model, data, confidences = asyncio.run(fit())
    names = ("INTERCEPT", "NEARNESS", "COVERAGE", "LEAN")
    sys.stdout.write(json.dumps(dict(zip(names, model.round(2).tolist(), strict=True))) + "\n")
    for name, one in data.items():
        own, confidences = confidences[: len(one.signs)], confidences[len(one.signs) :]
        sys.stdout.write(f"{name}, cross-validated\n")
        for line in LINES:
            sys.stdout.write(json.dumps(line_figures(one, own, line)) + "\n")


if __name__ == "__main__":
    main()
