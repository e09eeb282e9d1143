"""Rasa component: what one message shows of mood, abuse, safety and wishes; also trains the models of mood and wishes.

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
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import mood, wishes
from bot.components.intent_model import Vectors
from bot.components.sentence import encoder, vectors_of
from bot.text.normalise import clean
from bot.triage import language, requests
from bot.triage.frustration import FrustrationModel
from bot.triage.wishes import PERSON, WishModel

OUTPUT = "triage"
TELLING = 0.2
"""Below this nothing was heard that would need evidence."""
_FILE, _WISHES = "frustration.json", "wishes.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TriageScorer(GraphComponent):
    def __init__(
        self,
        config: Dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: Optional[FrustrationModel],
        wish_model: Optional[WishModel] = None,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model
        self._wishes = wish_model

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """``penalty`` and ``wish_penalty`` are inverse strengths of regularisation; paths are relative to the working
        directory."""
        return {
            "examples": mood.EXAMPLES,
            "wishes": wishes.EXAMPLES,
            "folder": mood.SENTENCE_MODEL,
            "penalty": 2.0,
            "wish_penalty": 4.0,
        }

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
            learnt = json.loads((folder / _WISHES).read_text()) if (folder / _WISHES).is_file() else None
        return cls(config, model_storage, resource, model, WishModel.of(learnt) if learnt else None)

    def train(self, training_data: TrainingData) -> Resource:
        examples = mood.read(Path(self._config["examples"]))
        fitted = mood.fit(examples, encoder(self._config["folder"]).encode(examples.texts), self._config["penalty"])
        self._model = fitted.model
        sys.stderr.write(
            f"train: frustration, AUROC {fitted.auroc:.3f} across domains, {len(examples.texts)} examples\n"
        )
        self._wishes = self._learn_wishes(training_data)
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(self._model.as_dict()))
            if self._wishes:
                (folder / _WISHES).write_text(json.dumps(self._wishes.as_dict()))
        return self._resource

    def _learn_wishes(self, training_data: TrainingData) -> Optional[WishModel]:
        """Nothing where the intents are not the assistant's own: then none of them says what asks for a person."""
        said = [message for message in training_data.intent_examples if message.get(TEXT)]
        if wishes.PERSON_INTENT not in {message.get(INTENT) for message in said}:
            return None
        own = wishes.read(Path(self._config["wishes"]))
        rows = [(clean(message.get(TEXT)), message.get(INTENT), vectors_of(message)) for message in said]
        taught = [(text, wishes.kind_of(text, intent), both) for text, intent, both in rows]
        kept = [row for row in taught if row[1]]
        made = encoder(self._config["folder"]).encode_twice(own.texts)
        vectors = [*zip(*made, strict=True), *(both for _, _, both in kept)]
        examples = wishes.Examples([*own.texts, *(row[0] for row in kept)], [*own.kinds, *(row[1] for row in kept)])
        return wishes.fit(examples, np.stack([joined(*both) for both in vectors]), self._config["wish_penalty"])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        if self._model is None:
            return messages
        for message in messages:
            text = clean(message.get(TEXT) or "")
            message.set(OUTPUT, score(text, vectors_of(message), self._model, self._wishes), add_to_output=True)
        return messages


def joined(sentence: np.ndarray, shallow: np.ndarray) -> np.ndarray:
    """Both vectors in one, (768,): what the wish model reads."""
    return np.concatenate([sentence, shallow])


def score(text: str, vectors: Vectors, model: FrustrationModel, wish_model: Optional[WishModel]) -> Dict[str, Any]:
    """What one cleaned text shows, JSON-ready, in the words of ``bot.triage.seen.Seen``."""
    if not text:
        return {}
    person = requests.asks_for_person(text)
    learnt = wish_model.probabilities(text, joined(*vectors)) if wish_model else {}
    if learnt and not person and requests.wants_no_person(text):
        learnt[PERSON] = 0.0
    matter = requests.weighty_matter(text)
    frustration = model.probability(text, vectors.sentence)
    return {
        "frustration": round(frustration, 4),
        "abuse": requests.abuse_score(text),
        "person": person,
        "matter": list(matter) if matter else None,
        "wishes": learnt,
        "cues": [list(item) for item in model.evidence(text)] if frustration >= TELLING else [],
        "language": language.language_of(text),
    }
