"""Which intent is it, how sure are we, and is it any of ours at all? No Rasa in here.

A linear support vector machine on the sentence vector beside character and word n-grams; its margins become
probabilities through a temperature, and the decision "out of scope" weighs the best margin together with the similarity
to the nearest training example (either alone is worse). Temperature and threshold come from cross-validation on the
training examples.
"""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

OUT_OF_SCOPE = "out_of_scope"
FOLDS = 5


class Reading(NamedTuple):
    """``ranking`` holds (intent, probability), best first, over the intents in scope and out of scope alike.

    ``score`` is the value that was held against the threshold; ``similarity`` the cosine to the nearest example.
    """

    ranking: List[Tuple[str, float]]
    similarity: float
    score: float
    rejected: bool


class IntentModel:
    def __init__(
        self,
        dense_weight: float = 1.6,
        character_weight: float = 0.7,
        word_weight: float = 0.5,
        similarity_weight: float = 2.0,
        penalty: float = 1.0,
        keep: float = 0.97,
        seed: int = 7,
    ) -> None:
        """``keep`` is the share of in-scope training messages that the threshold must let through when the training
        data holds no examples out of scope."""
        self._weights = (dense_weight, character_weight, word_weight)
        self._similarity_weight = similarity_weight
        self._penalty = penalty
        self._keep = keep
        self._seed = seed
        self.labels: List[str] = []
        self.temperature = 1.0
        self.threshold = -1e9

    def fit(self, texts: Sequence[str], labels: Sequence[str], vectors: np.ndarray) -> None:
        """``vectors`` is (n, 384). Labels equal to ``out_of_scope`` teach what is not ours."""
        self._characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=1)
        self._words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")  # noqa: S106 - of words
        lowered = [text.lower() for text in texts]
        self._characters.fit(lowered)
        self._words.fit(lowered)
        features = self._features(texts, vectors)
        target = np.asarray(labels)
        self.labels = sorted(set(labels))
        self._calibrate(features, target, vectors)
        self._machine = self._machine_of(features, target)
        self._split(vectors.shape[1])
        inside = target != OUT_OF_SCOPE
        self._examples = np.ascontiguousarray(vectors[inside].astype(np.float32))

    def _split(self, width: int) -> None:
        """Cut the machine's weights at the borders of the three blocks of features, their weights multiplied in."""
        weights, shift = self._machine.coef_, self._machine.intercept_
        if len(weights) == 1:
            weights, shift = np.vstack([-weights, weights]), np.array([-shift[0], shift[0]])
        border = width + len(self._characters.vocabulary_)
        parts = (weights[:, :width], weights[:, width:border], weights[:, border:])
        scaled = [np.ascontiguousarray(part.T * scale) for part, scale in zip(parts, self._weights, strict=True)]
        self._blocks = tuple(block.astype(np.float32) for block in scaled)
        self._shift = shift

    def predict(self, text: str, vector: np.ndarray) -> Reading:
        similarity = float(np.max(self._examples @ vector)) if len(self._examples) else 0.0
        return self._read(self._margins_of(text, vector), similarity)

    def _margins_of(self, text: str, vector: np.ndarray) -> np.ndarray:
        """The margins of one text, block by block: half the time of stacking one sparse row first."""
        dense, characters, words = self._blocks
        lowered = [text.lower()]
        return (
            self._shift
            + vector @ dense
            + np.asarray(self._characters.transform(lowered) @ characters).ravel()
            + np.asarray(self._words.transform(lowered) @ words).ravel()
        )

    def _read(self, margins: np.ndarray, similarity: float) -> Reading:
        shares = _softmax(margins * self.temperature)
        order = np.argsort(-shares, kind="stable")
        ranking = [(self.labels[index], float(shares[index])) for index in order]
        score = self._score(margins, similarity)
        return Reading(ranking, similarity, score, ranking[0][0] == OUT_OF_SCOPE or score < self.threshold)

    def _score(self, margins: np.ndarray, similarity: float) -> float:
        inside = [margin for margin, label in zip(margins, self.labels, strict=True) if label != OUT_OF_SCOPE]
        return float(max(inside)) + self._similarity_weight * similarity

    def _calibrate(self, features: sp.csr_matrix, target: np.ndarray, vectors: np.ndarray) -> None:
        """Out-of-fold margins of every example choose temperature and threshold."""
        smallest = int(min(np.unique(target, return_counts=True)[1]))
        folds = min(FOLDS, smallest)
        if folds < 2:
            return
        margins = np.zeros((len(target), len(self.labels)))
        similarities = np.zeros(len(target))
        splits = StratifiedKFold(folds, shuffle=True, random_state=self._seed)
        for train, test in splits.split(np.zeros(len(target)), target):
            machine = self._machine_of(features[train], target[train])
            margins[test] = self._margins(machine, features[test])
            inside = train[target[train] != OUT_OF_SCOPE]
            similarities[test] = (vectors[test] @ vectors[inside].T).max(axis=1)
        wanted = np.searchsorted(self.labels, target)
        grid = np.geomspace(0.5, 20, 40)
        losses = [-np.log(_softmax(margins * t)[np.arange(len(target)), wanted] + 1e-12).mean() for t in grid]
        self.temperature = float(grid[int(np.argmin(losses))])
        scores = np.array([self._score(row, sim) for row, sim in zip(margins, similarities, strict=True)])
        self.cross_validated = {
            "accuracy": float((margins.argmax(axis=1) == wanted).mean()),
            "n": len(target),
        }
        self.confusions = _confusions(self.labels, wanted, margins.argmax(axis=1))
        self.threshold = self._choose(scores, target, margins)

    def _choose(self, scores: np.ndarray, target: np.ndarray, margins: np.ndarray) -> float:
        inside = target != OUT_OF_SCOPE
        if inside.all():
            return float(np.quantile(scores, 1 - self._keep))
        named_out = np.array(self.labels)[margins.argmax(axis=1)] == OUT_OF_SCOPE
        best: Tuple[float, float] = (-1.0, -1e9)
        for candidate in np.quantile(scores, np.linspace(0, 0.5, 101)):
            rejected = named_out | (scores < candidate)
            kept = float((~rejected[inside]).mean())
            caught = float(rejected[~inside].mean())
            # A wrong rejection costs a customer more than a stray answer from the knowledge base.
            best = max(best, (2 * kept + caught, float(candidate)))
        return best[1]

    def _machine_of(self, features: sp.csr_matrix, target: np.ndarray) -> LinearSVC:
        machine = LinearSVC(C=self._penalty, class_weight="balanced", random_state=self._seed, max_iter=3000)
        return machine.fit(features, target)

    def _margins(self, machine: LinearSVC, features: sp.csr_matrix) -> np.ndarray:
        raw = machine.decision_function(features)
        if raw.ndim == 1:
            raw = np.stack([-raw, raw], axis=1)
        margins = np.full((features.shape[0], len(self.labels)), raw.min() - 1.0)
        margins[:, np.searchsorted(self.labels, machine.classes_)] = raw
        return margins

    def _features(self, texts: Sequence[str], vectors: np.ndarray) -> sp.csr_matrix:
        dense, characters, words = self._weights
        lowered = [text.lower() for text in texts]
        return sp.hstack(
            [
                sp.csr_matrix(vectors * dense),
                self._characters.transform(lowered) * characters,
                self._words.transform(lowered) * words,
            ],
            format="csr",
        )

    def state(self) -> Dict[str, Any]:
        return self.__dict__

    @classmethod
    def of(cls, state: Dict[str, Any]) -> IntentModel:
        model = cls()
        model.__dict__.update(state)
        return model


def _softmax(margins: np.ndarray) -> np.ndarray:
    shifted = np.exp(margins - margins.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def _confusions(labels: Sequence[str], wanted: np.ndarray, got: np.ndarray) -> List[Tuple[str, str, int]]:
    pairs: Dict[Tuple[str, str], int] = {}
    for right, wrong in zip(wanted, got, strict=True):
        if right != wrong:
            key = (labels[right], labels[wrong])
            pairs[key] = pairs.get(key, 0) + 1
    return sorted(((a, b, n) for (a, b), n in pairs.items()), key=lambda item: -item[2])


def best(reading: Reading) -> Optional[str]:
    return reading.ranking[0][0] if reading.ranking else None
