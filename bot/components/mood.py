"""Trains the mood model on our own examples and says how well it carries over to a domain it has not seen.

``python -m bot.components.mood --out MODEL.json --scores SCORES.jsonl`` writes the model, and for every example the
probability that a model without that example's domain gives it: what thresholds are chosen on (``eval.thresholds``).
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from bot.text.embed import SentenceEncoder
from bot.text.normalise import clean
from bot.triage import cues, ngrams
from bot.triage.frustration import FrustrationModel

EXAMPLES = "bot/data/triage"
SENTENCE_MODEL = "var/models/minilm"
LABELS = {"frustrated": 1, "calm": 0}
FOLDS = 8


class BadExample(ValueError):
    """A training file has a line that cannot be used; the message names file and line."""


@dataclass(frozen=True)
class Examples:
    """``labels``: 1 = frustrated. ``groups``: the domain; examples without one are spread over groups of their own."""

    texts: List[str]
    labels: np.ndarray
    groups: List[str]


def read(folder: Path) -> Examples:
    """All ``*.jsonl`` of ``folder``: ``{"text", "label", "context"?, "domain"?, "tone"?}`` a line."""
    rows: List[Tuple[str, int, str]] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                rows.append(_row(line, f"{path.name}, line {number}"))
    texts, labels, groups = zip(*rows, strict=True) if rows else ((), (), ())
    if set(labels) != {0, 1}:
        raise BadExample(f"{folder}: wants examples of both labels, {' and '.join(LABELS)}.")
    return Examples(list(texts), np.array(labels), [name or f"none {at % FOLDS}" for at, name in enumerate(groups)])


def _row(line: str, place: str) -> Tuple[str, int, str]:
    try:
        row: Dict[str, Any] = json.loads(line)
        return clean(row["text"]), LABELS[row["label"]], row.get("domain", "")
    except (ValueError, KeyError, TypeError) as problem:
        raise BadExample(f'{place}: not {{"text", "label": "frustrated" or "calm"}}.') from problem


@dataclass(frozen=True)
class Fitted:
    """``scores``: for each example the probability by a model that has not seen its domain."""

    model: FrustrationModel
    scores: np.ndarray
    auroc: float


def fit(examples: Examples, vectors: np.ndarray, penalty: float) -> Fitted:
    """``vectors`` is (n, 384); ``penalty`` the inverse strength of regularisation. Calibration (Platt, 1999) is fitted
    on scores of examples whose domain was left out."""
    texts = np.array(examples.texts, dtype=object)
    raw = np.zeros(len(texts))
    for train, test in GroupKFold(FOLDS).split(texts, examples.labels, examples.groups):
        parts = _Parts(texts[train])
        machine = _machine(penalty).fit(parts.table(texts[train], vectors[train]), examples.labels[train])
        raw[test] = machine.decision_function(parts.table(texts[test], vectors[test]))
    platt = LogisticRegression(C=1e3).fit(raw[:, None], examples.labels)
    parts = _Parts(texts)
    machine = _machine(penalty).fit(parts.table(texts, vectors), examples.labels)
    calibration = (float(platt.coef_[0][0]), float(platt.intercept_[0]))
    scores = platt.predict_proba(raw[:, None])[:, 1]
    model = parts.model(machine.coef_[0], float(machine.intercept_[0]), calibration, vectors.shape[1])
    return Fitted(model, scores, float(roc_auc_score(examples.labels, raw)))


def _machine(penalty: float) -> LogisticRegression:
    return LogisticRegression(C=penalty, solver="liblinear", dual=True, max_iter=2000, random_state=7)


class _Parts:
    """The columns of the table: sentence vector, plain cues, words, letters."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._words = TfidfVectorizer(analyzer=ngrams.words, sublinear_tf=True, smooth_idf=True, min_df=2).fit(texts)
        self._letters = TfidfVectorizer(analyzer=ngrams.letters, sublinear_tf=True, smooth_idf=True, min_df=2).fit(
            texts
        )

    def table(self, texts: Sequence[str], vectors: np.ndarray) -> sp.csr_matrix:
        plain = np.array([cues.features(text) for text in texts])
        blocks = [vectors, plain, self._words.transform(texts), self._letters.transform(texts)]
        return sp.hstack([sp.csr_matrix(block) for block in blocks], format="csr")

    def model(
        self, weights: np.ndarray, intercept: float, calibration: Tuple[float, float], width: int
    ) -> FrustrationModel:
        borders = np.cumsum([width, len(cues.FEATURES), len(self._words.vocabulary_)])
        dense, plain, words, letters = np.split(weights, borders)
        return FrustrationModel(
            dense=_rounded(dense),
            plain=_rounded(plain),
            words=_weights(self._words, words),
            letters=_weights(self._letters, letters),
            intercept=intercept,
            calibration=calibration,
        )


def _weights(counter: TfidfVectorizer, weights: np.ndarray) -> ngrams.Weights:
    rarity = counter.idf_
    return {
        run: (round(float(rarity[at]), 4), round(float(weights[at]), 5))
        for run, at in sorted(counter.vocabulary_.items())
    }


def _rounded(values: np.ndarray) -> List[float]:
    return [round(float(value), 6) for value in values]


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.components.mood", description="Train the mood model.")
    parser.add_argument("--examples", type=Path, default=Path(EXAMPLES))
    parser.add_argument("--sentences", type=Path, default=Path(SENTENCE_MODEL))
    parser.add_argument("--penalty", type=float, default=2.0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scores", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        examples = read(chosen.examples)
    except BadExample as problem:
        sys.stderr.write(f"mood: {problem}\n")
        return 2
    fitted = fit(examples, SentenceEncoder(chosen.sentences).encode(examples.texts), chosen.penalty)
    chosen.out.write_text(json.dumps(fitted.model.as_dict()), encoding="utf-8")
    if chosen.scores:
        rows = zip(examples.labels.tolist(), examples.groups, fitted.scores.tolist(), strict=True)
        lines = [json.dumps({"label": label, "domain": group, "score": score}) for label, group, score in rows]
        chosen.scores.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stderr.write(f"mood: AUROC {fitted.auroc:.4f} across domains, {len(examples.texts)} examples\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
