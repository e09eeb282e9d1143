"""Trains the wish model on the examples of ``bot/data/wishes`` and on the assistant's own intents.

A file ``<kind>.txt`` holds one example a line; ``none.txt`` what only looks like one. Examples of ``talk_to_person``
are those of the kind ``person``, all other intents are none of the kinds, unless a pattern says that they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, NamedTuple, Tuple

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.text.normalise import clean
from bot.triage import favours, ngrams, requests
from bot.triage.wishes import KINDS, PERSON, Runs, WishModel

EXAMPLES = "bot/data/wishes"
NONE = "none"
PERSON_INTENT, CALLBACK_INTENT = "talk_to_person", "request_callback"
LEAST_TOLD = 2
"""An n-gram counts when so many examples hold it."""


class BadExamples(ValueError):
    """A file is of no kind, or a kind has no examples; the message names it."""


class Examples(NamedTuple):
    """``kinds`` holds one of ``KINDS`` or ``none`` for each text."""

    texts: List[str]
    kinds: List[str]


def read(folder: Path) -> Examples:
    """All ``*.txt`` of ``folder``; empty lines and those that begin with ``#`` say nothing."""
    rows: List[Tuple[str, str]] = []
    for path in sorted(folder.glob("*.txt")):
        if path.stem not in (*KINDS, NONE):
            raise BadExamples(f"{path}: is called neither {NONE} nor one of {', '.join(KINDS)}.")
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        rows += [(clean(line), path.stem) for line in lines if line and not line.startswith("#")]
    return Examples([text for text, _ in rows], [kind for _, kind in rows])


def kind_of(text: str, intent: str) -> str:
    """What an example of ``intent`` teaches; empty where it teaches nothing: a callback is an errand of the bot's."""
    if intent == PERSON_INTENT:
        return PERSON
    if intent == CALLBACK_INTENT or requests.weighty_matter(text) or favours.asks_favour(text):
        return ""
    return NONE


def fit(examples: Examples, vectors: np.ndarray, penalty: float) -> WishModel:
    """One logistic regression a kind on the vectors, (n, any), and the n-grams. ``penalty`` is the inverse strength of
    regularisation."""
    words, letters = _counter(ngrams.words).fit(examples.texts), _counter(ngrams.letters).fit(examples.texts)
    blocks = [vectors, words.transform(examples.texts), letters.transform(examples.texts)]
    table = sp.hstack([sp.csr_matrix(block) for block in blocks], format="csr")
    found: Dict[str, Tuple[np.ndarray, float]] = {}
    for kind in KINDS:
        wanted = np.array([each == kind for each in examples.kinds])
        if not wanted.any():
            raise BadExamples(f"no examples of the kind {kind}.")
        machine = LogisticRegression(C=penalty, solver="liblinear", dual=True, max_iter=2000, tol=1e-3, random_state=7)
        machine.fit(table, wanted)
        found[kind] = (machine.coef_[0], float(machine.intercept_[0]))
    weights = np.stack([found[kind][0] for kind in KINDS])
    dense, of_words, of_letters = np.split(weights, np.cumsum([vectors.shape[1], len(words.vocabulary_)]), axis=1)
    return WishModel(
        dense=np.round(dense, 5).tolist(),
        words=_runs(words, of_words),
        letters=_runs(letters, of_letters),
        intercepts=[found[kind][1] for kind in KINDS],
    )


def _counter(analyse: object) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer=analyse, sublinear_tf=True, smooth_idf=True, min_df=LEAST_TOLD)


def _runs(counter: TfidfVectorizer, weights: np.ndarray) -> Runs:
    named = sorted(counter.vocabulary_.items(), key=lambda item: int(item[1]))
    return Runs(
        [run for run, _ in named],
        np.round(counter.idf_, 4).tolist(),
        np.round(weights.T, 4).tolist(),
    )
