"""Rasa component: what one message shows of mood, abuse, safety and wishes; also trains the frustration model.

The scores go into the message's ``triage`` output; the policy in ``bot.policies.triage`` combines them over turns.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import mood
from bot.components.sentence import encoder, vector_of
from bot.text.normalise import clean
from bot.triage import language, requests
from bot.triage.frustration import FrustrationModel

OUTPUT = "triage"
TELLING = 0.2
"""Below this nothing was heard that would need evidence."""
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
        return {"examples": mood.EXAMPLES, "folder": mood.SENTENCE_MODEL, "penalty": 2.0}

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
        examples = mood.read(Path(self._config["examples"]))
        fitted = mood.fit(examples, encoder(self._config["folder"]).encode(examples.texts), self._config["penalty"])
        self._model = fitted.model
        sys.stderr.write(
            f"train: frustration, AUROC {fitted.auroc:.3f} across domains, {len(examples.texts)} examples\n"
        )
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
    """What one cleaned text shows, JSON-ready, in the words of ``bot.triage.seen.Seen``."""
    if not text:
        return {}
    matter = requests.weighty_matter(text)
    frustration = model.probability(text, vector)
    return {
        "frustration": round(frustration, 4),
        "abuse": requests.abuse_score(text),
        "person": requests.asks_for_person(text),
        "matter": list(matter) if matter else None,
        "cues": [list(item) for item in model.evidence(text)] if frustration >= TELLING else [],
        "language": language.language_of(text),
    }
