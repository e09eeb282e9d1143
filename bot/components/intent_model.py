"""Which intent is it, how sure are we, and is it any of ours at all? No Rasa in here.

A kernel machine reads the sentence vector and the shallow vector (folded into one), character and word n-grams. Its
scores become probabilities through a temperature. The decision "out of scope" weighs the best score, the score of the
examples out of scope, and the similarity to the nearest training example (each alone is worse). Temperature and
threshold come from the leave-one-out scores of the training examples.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable, List, NamedTuple, Sequence, Tuple

import numpy as np
import scipy.sparse as sp

from bot.components.folded import Folded
from bot.components.kernel_machine import Fitted, KernelMachine
from bot.components.ngrams import Ngrams

OUT_OF_SCOPE = "out_of_scope"
MOST_EXAMPLES = 16_000
"""Training takes the cube of the number of examples in time; above this a share of each intent stands for it."""
FEW_TO_STRETCH = 4_000
"""Up to so many examples the vectors are stretched (``folded``); above it that gave nothing."""
PARTS = 4
"""There each part is scored in directions chosen by the others, for temperature and threshold."""
WORD = r"(?u)\b\w+\b"
_NOT_LETTERS = re.compile(r"[\W_]+")
COMMON = 0.1
"""N-grams in more texts than this share, and than ``FEW``, tell nothing apart, and reading them is most of the n-grams'
time."""
FEW = 200
NEAR = 64
BALANCE = 0.5
"""0: every example counts the same, 1: every intent does."""


class Reading(NamedTuple):
    """``ranking`` holds (intent, probability), best first, over the intents in scope and out of scope alike.

    ``score`` is the value that was held against the threshold; ``similarity`` the cosine to the nearest example.
    """

    ranking: List[Tuple[str, float]]
    similarity: float
    score: float
    rejected: bool


class Vectors(NamedTuple):
    """What the sentence model says: of n texts (n, 384) each, or of one text (384,) each."""

    sentence: np.ndarray
    shallow: np.ndarray


class _Given(NamedTuple):
    """What a machine is made of: views of n texts, and what they should score."""

    dense: Sequence[np.ndarray]
    sparse: Sequence[sp.csr_matrix]
    wanted: np.ndarray
    ridge: np.ndarray


class IntentModel:
    def __init__(
        self,
        sentence_width: float = 1.2,
        shallow_width: float = 0.5,
        character_width: float = 0.15,
        word_width: float = 0.15,
        similarity_weight: float = 0.5,
        penalty: float = 0.05,
        keep: float = 0.99,
    ) -> None:
        """Widths say how fast likeness falls with distance in each view. ``keep`` is the share of in-scope training
        messages that the threshold must let through when the training data holds no examples out of scope."""
        self._dense = (sentence_width, shallow_width)
        self._sparse = (character_width, word_width)
        self._similarity_weight = similarity_weight
        self._penalty = penalty
        self._keep = keep
        self.labels: List[str] = []
        self.temperature = 1.0
        self.threshold = -1e9

    def fit(self, texts: Sequence[str], labels: Sequence[str], vectors: Vectors, names: int = 0) -> None:
        """Labels equal to ``out_of_scope`` teach what is not ours. The last ``names`` texts are no messages but names
        of intents (``names_of``): they teach, and temperature and threshold are taken without them."""
        target = np.asarray(labels)
        if len(target) > MOST_EXAMPLES:
            messages = len(target) - names
            kept = np.concatenate([_share(target[:messages], MOST_EXAMPLES), np.arange(messages, len(target))])
            texts, target = [texts[index] for index in kept], target[kept]
            vectors = Vectors(vectors.sentence[kept], vectors.shallow[kept])
        self.labels, place, counts = _indexed(target)
        self._inside = np.array([label != OUT_OF_SCOPE for label in self.labels])
        most = max(FEW, int(COMMON * len(texts)))
        self._characters = Ngrams(analyzer="char_wb", ngram_range=(2, 5), max_df=most)
        self._words = Ngrams(ngram_range=(1, 2), token_pattern=WORD, max_df=most)
        self._middle = vectors.shallow.mean(axis=0)
        wanted = np.eye(len(self.labels), dtype=np.float32)[place] - 1 / len(self.labels)
        ridge = self._penalty * (counts[place] / counts.mean()) ** BALANCE
        sparse = [self._characters.fit(texts), self._words.fit(texts)]
        given = _Given(self._pair(vectors), sparse, wanted, ridge)
        self._few = len(target) <= FEW_TO_STRETCH
        self._folded, (self._machine, left_out) = self._fitted(given, np.arange(len(target)))
        if self._few:
            left_out = self._without_own_part(given, place)
        self._sentences = vectors.sentence
        self._known = self._inside[place]
        said = slice(0, len(target) - names)
        self._calibrate(left_out[said], place[said], _nearest(vectors.sentence, self._known)[said])

    def _fitted(self, given: _Given, part: np.ndarray) -> Tuple[Folded, Fitted]:
        """A machine of all examples; where they are few, those of ``part`` choose the directions that count."""
        chosen = [view[part] for view in given.dense]
        folded = (
            Folded.stretched(chosen, self._dense, given.wanted[part], given.ridge[part])
            if self._few
            else Folded(chosen, self._dense)
        )
        views = [folded(given.dense), *given.sparse]
        return folded, KernelMachine.fit(views, (folded.weight, *self._sparse), given.wanted, given.ridge)

    def _without_own_part(self, given: _Given, place: np.ndarray) -> np.ndarray:
        """(n, labels): what each example scores when it is left out, in directions chosen by other examples; in those
        that it chose itself it would look easier than it is."""
        of = np.empty(len(place), dtype=int)
        of[np.argsort(place, kind="stable")] = np.arange(len(place)) % PARTS
        found = np.empty_like(given.wanted)
        for own in range(PARTS):
            found[of == own] = self._fitted(given, np.flatnonzero(of != own))[1].left_out[of == own]
        return found

    def predict(self, text: str, vectors: Vectors) -> Reading:
        views = [self._folded(self._pair(vectors)), self._characters.row(text), self._words.row(text)]
        scores, likeness = self._machine.scores(views)
        return self._read(scores, self._similarity(vectors.sentence, likeness))

    def _pair(self, vectors: Vectors) -> List[np.ndarray]:
        return [vectors.sentence, _unit(vectors.shallow - self._middle)]

    def _similarity(self, sentence: np.ndarray, likeness: np.ndarray) -> float:
        """The cosine to the nearest example in scope, looked for among those that are most alike in both vectors."""
        alike = np.where(self._known, likeness, -np.inf)
        near = np.argpartition(-alike, min(NEAR, len(alike)) - 1)[:NEAR]
        near = near[self._known[near]]
        return float((self._sentences[near] @ sentence).max()) if len(near) else 0.0

    def _read(self, scores: np.ndarray, similarity: float) -> Reading:
        shares = _softmax(scores * self.temperature)
        order = np.argsort(-shares, kind="stable")
        ranking = [(self.labels[index], float(shares[index])) for index in order]
        score = float(self._score(scores, np.float64(similarity)))
        return Reading(ranking, similarity, score, ranking[0][0] == OUT_OF_SCOPE or score < self.threshold)

    def _score(self, scores: np.ndarray, similarity: np.ndarray) -> np.ndarray:
        """How much one of ours it is; (…, labels) and (…) to (…)."""
        best = scores[..., self._inside].max(axis=-1) + self._similarity_weight * similarity
        return best if self._inside.all() else best - scores[..., ~self._inside].max(axis=-1)

    def _calibrate(self, left_out: np.ndarray, place: np.ndarray, similarities: np.ndarray) -> None:
        """Scores of every example when it is left out choose temperature and threshold."""
        rows = np.arange(len(place))
        grid = np.geomspace(1, 60, 40)
        losses = [-np.log(_softmax(left_out * t)[rows, place] + 1e-12).mean() for t in grid]
        self.temperature = float(grid[int(np.argmin(losses))])
        named = left_out.argmax(axis=1)
        scores = self._score(left_out, similarities)
        self.threshold = self._choose(scores, self._inside[place], ~self._inside[named])
        self.left_out = {"accuracy": float((named == place).mean()), "n": len(place)}
        self.confusions = _confusions(self.labels, place, named)

    def _choose(self, scores: np.ndarray, inside: np.ndarray, named_out: np.ndarray) -> float:
        if inside.all():
            return float(np.quantile(scores, 1 - self._keep))
        best: Tuple[float, float] = (-1.0, -1e9)
        for candidate in np.quantile(scores, np.linspace(0, 0.5, 501)):
            rejected = named_out | (scores < candidate)
            kept = float((~rejected[inside]).mean()) if inside.any() else 0.0
            caught = float(rejected[~inside].mean())
            # A wrong rejection costs a customer more than a stray answer from the knowledge base.
            best = max(best, (2 * kept + caught, float(candidate)))
        return best[1]

    def state(self) -> Dict[str, Any]:
        return self.__dict__

    @classmethod
    def of(cls, state: Dict[str, Any]) -> IntentModel:
        model = cls()
        model.__dict__.update(state)
        return model


def names_of(labels: Iterable[str]) -> Dict[str, str]:
    """Intents in scope to their names as words: who names an intent says what it is about, which counts where examples
    are few."""
    said = {label: " ".join(_NOT_LETTERS.sub(" ", label).split()) for label in sorted(set(labels) - {OUT_OF_SCOPE})}
    return {label: name for label, name in said.items() if name}


def _indexed(target: np.ndarray) -> Tuple[List[str], np.ndarray, np.ndarray]:
    labels, place, counts = np.unique(target, return_inverse=True, return_counts=True)
    return [str(label) for label in labels], place, counts


def _share(target: np.ndarray, most: int) -> np.ndarray:
    """Indices of evenly spread examples of each label, ``most`` in all or a few more, small labels whole."""
    _, place, counts = np.unique(target, return_inverse=True, return_counts=True)
    limit = int(np.sort(counts).mean() * most / len(target))
    while sum(min(count, limit + 1) for count in counts) <= most:
        limit += 1
    chosen = [
        np.flatnonzero(place == label)[np.linspace(0, count - 1, min(count, limit)).astype(int)]
        for label, count in enumerate(counts)
    ]
    return np.sort(np.concatenate(chosen))


def _nearest(sentence: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Cosine of each example to the nearest other one that is in scope."""
    found = np.zeros(len(sentence), dtype=np.float32)
    for start in range(0, len(sentence), 1000):
        cosines = sentence[start : start + 1000] @ sentence.T
        cosines[np.arange(len(cosines)), start + np.arange(len(cosines))] = -1
        cosines[:, ~known] = -1
        found[start : start + 1000] = cosines.max(axis=1)
    return found


def _unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)).astype(np.float32)


def _softmax(scores: np.ndarray) -> np.ndarray:
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def _confusions(labels: Sequence[str], wanted: np.ndarray, got: np.ndarray) -> List[Tuple[str, str, int]]:
    pairs: Dict[Tuple[str, str], int] = {}
    for right, wrong in zip(wanted, got, strict=True):
        if right != wrong:
            key = (labels[right], labels[wrong])
            pairs[key] = pairs.get(key, 0) + 1
    return sorted(((a, b, n) for (a, b), n in pairs.items()), key=lambda item: -item[2])
