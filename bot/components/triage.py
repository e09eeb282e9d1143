"""Rasa component: what one message shows of mood, abuse, safety and wishes; also trains the frustration model.

The scores go into the message's ``triage`` output; the policy in ``bot.policies.triage`` combines them over turns.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.sentence import encoder, vector_of
from bot.text.normalise import clean
from bot.triage import cues, language, requests
from bot.triage.frustration import FrustrationModel

OUTPUT = "triage"
_FILE = "frustration.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TriageScorer(GraphComponent):
    def __init__(
        self, config: Dict[str, Any], storage: ModelStorage, resource: Resource, model: Optional[FrustrationModel]
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """``penalty`` is the inverse strength of regularisation; paths are relative to the working directory."""
        return {"examples": "bot/data/triage/frustration.jsonl", "folder": "var/models/minilm", "penalty": 2.0}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> TriageScorer:
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
        **_: Any,
    ) -> TriageScorer:
        with model_storage.read_from(resource) as folder:
            model = FrustrationModel.of(json.loads((folder / _FILE).read_text()))
        return cls(config, model_storage, resource, model)

    def train(self, training_data: TrainingData) -> Resource:  # noqa: ARG002 - mood has examples of its own
        texts, labels = read_examples(Path(self._config["examples"]))
        vectors = encoder(self._config["folder"]).encode(texts)
        self._model, auroc = fit(texts, labels, vectors, self._config["penalty"])
        sys.stderr.write(f"train: frustration, cross-validated AUROC {auroc:.3f} of {len(texts)} examples\n")
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(self._model.as_dict()))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        if self._model is None:
            return messages
        for message in messages:
            text = clean(message.get(TEXT) or "")
            message.set(OUTPUT, score(text, vector_of(message), self._model), add_to_output=True)
        return messages


def score(text: str, vector: np.ndarray, model: FrustrationModel) -> Dict[str, Any]:
    """What one cleaned text shows, JSON-ready, in the words of ``bot.triage.decide.Seen``."""
    if not text:
        return {}
    matter = requests.weighty_matter(text)
    return {
        "frustration": round(model.probability(text, vector), 4),
        "abuse": requests.abuse_score(text),
        "person": requests.asks_for_person(text),
        "matter": list(matter) if matter else None,
        "cues": [list(item) for item in cues.evidence(text)],
        "language": language.language_of(text),
    }


def read_examples(path: Path) -> Tuple[List[str], np.ndarray]:
    """Texts and labels (1 = frustrated) of a JSONL file with ``{"text", "label"}``."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [clean(row["text"]) for row in rows], np.array([row["label"] == "frustrated" for row in rows], dtype=int)


def fit(texts: List[str], labels: np.ndarray, vectors: np.ndarray, penalty: float) -> Tuple[FrustrationModel, float]:
    """A model and its cross-validated AUROC. Calibration (Platt) is fitted on out-of-fold scores."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold

    table = np.hstack([vectors, np.array([cues.features(text) for text in texts])])

    def machine() -> LogisticRegression:
        return LogisticRegression(C=penalty, max_iter=2000)

    scores = np.zeros(len(labels))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=7).split(table, labels):
        scores[test] = machine().fit(table[train], labels[train]).decision_function(table[test])
    platt = LogisticRegression(C=1e3).fit(scores[:, None], labels)
    final = machine().fit(table, labels)
    width = vectors.shape[1]
    model = FrustrationModel(
        dense=[round(float(value), 6) for value in final.coef_[0][:width]],
        plain=[round(float(value), 6) for value in final.coef_[0][width:]],
        intercept=float(final.intercept_[0]),
        calibration=(float(platt.coef_[0][0]), float(platt.intercept_[0])),
    )
    return model, float(roc_auc_score(labels, scores))
