"""Rasa component: the thing a customer speaks of and what is wrong with it (see ``thing_model``).

It comes after the rules and leaves alone what they have read. A span holds the customer's own words: nothing is ever
chosen, moved or written by it alone (``actions/transactions/things.py``).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import thing_model
from bot.components.thing_model import LISTS, ThingModel, Words

EXTRACTOR = "ThingExtractor"
_MODEL, _WORDS = "things.crfsuite", "words.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class ThingExtractor(GraphComponent):
    def __init__(
        self, config: Dict[str, Any], storage: ModelStorage, resource: Resource, model: Optional[ThingModel]
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """``examples`` is relative to the working directory; ``least``: how sure every word of a span must be."""
        return {"examples": thing_model.EXAMPLES, "c1": 0.1, "c2": 0.3, "rounds": 120, "least": 0.4}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> ThingExtractor:
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
        **_: Any,
    ) -> ThingExtractor:
        with model_storage.read_from(resource) as folder:
            lists = json.loads((folder / _WORDS).read_text(encoding="utf-8"))
            words = Words(*(frozenset(lists[name]) for name in LISTS))
            return cls(config, model_storage, resource, ThingModel((folder / _MODEL).read_bytes(), words))

    def train(self, training_data: TrainingData) -> Resource:  # noqa: ARG002 - it has examples of its own
        folder = Path(self._config["examples"])
        examples, words = thing_model.read(folder), thing_model.read_words(folder)
        made = thing_model.fit(examples, words, self._config["c1"], self._config["c2"], self._config["rounds"])
        self._model = ThingModel(made, words)
        sys.stderr.write(f"train: things, {len(examples)} examples\n")
        with self._storage.write_to(self._resource) as kept:
            (kept / _MODEL).write_bytes(made)
            lists = {name: sorted(listed) for name, listed in zip(LISTS, words, strict=True)}
            (kept / _WORDS).write_text(json.dumps(lists), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        if self._model is None:
            return messages
        for message in messages:
            by_rule = message.get(ENTITIES, [])
            found = [
                {
                    "entity": span.entity,
                    "start": span.start,
                    "end": span.end,
                    "value": message.get(TEXT)[span.start : span.end],
                    "confidence_entity": round(span.sure, 4),
                    "extractor": EXTRACTOR,
                }
                for span in self._model.spans(message.get(TEXT) or "", self._config["least"])
                if all(span.end <= rule["start"] or rule["end"] <= span.start for rule in by_rule)
            ]
            message.set(ENTITIES, by_rule + found, add_to_output=True)
        return messages
