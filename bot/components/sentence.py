"""Rasa component: the sentence vector and the shallow vector of a message, by one run of the ONNX model, after its
slips of spelling were put right and its names said plainly."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, List

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.company import company
from bot.components.intent_model import Vectors
from bot.text.embed import DIMENSION, SentenceEncoder
from bot.text.normalise import clean
from bot.text.plainly import plainly
from bot.text.spelling import Speller, said_in

SENTENCE, SHALLOW = "sentence", "shallow"
PLAIN = "plain"
_FILE = "said.json"
SPELLING = Resource("train_bot.components.sentence.SentenceFeaturizer0")
"""Where Rasa keeps what the featurizer learns: it is the first of the pipeline."""


@lru_cache(maxsize=2)
def encoder(folder: str) -> SentenceEncoder:
    """The process's one encoder of ``folder``: training, serving and triage share it."""
    return SentenceEncoder(Path(folder))


def vector_of(message: Message) -> np.ndarray:
    """The sentence vector of ``message``, shape (384,); zeros for a message without text."""
    return _features(message, SENTENCE)


def vectors_of(message: Message) -> Vectors:
    """Both vectors of ``message``, (384,) each; zeros for a message without text."""
    return Vectors(_features(message, SENTENCE), _features(message, SHALLOW))


def _features(message: Message, origin: str) -> np.ndarray:
    for features in message.features:
        if features.origin == origin:
            return features.features[0]
    return np.zeros(DIMENSION, dtype=np.float32)


def plain_of(message: Message) -> str:
    """The text of ``message`` with slips put right and names said plainly, as its vectors were made from it."""
    return str(message.get(PLAIN) or clean(message.get(TEXT) or ""))


def reader(folder: str, said: Dict[str, int]) -> Callable[[str], str]:
    """Puts right what neither the sentence model of ``folder`` nor the examples know, nor the company calls so; says
    names as what they are."""
    right = Speller(encoder(folder).whole_words(), said, company().names).plain
    return lambda text: plainly(right(text))


def said_by_examples(storage: ModelStorage, resource: Resource = SPELLING) -> Dict[str, int]:
    """How often the examples say each word, as the featurizer learnt it: kept once in a model."""
    with storage.read_from(resource) as folder:
        said: Dict[str, int] = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    return said


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceFeaturizer(GraphComponent):
    """``folder`` holds the built sentence model, relative to the working directory. Learns only how words are spelt."""

    def __init__(self, folder: str, storage: ModelStorage, resource: Resource, said: Dict[str, int]) -> None:
        self._folder = folder
        self._storage = storage
        self._resource = resource
        self._read = reader(folder, said)

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"folder": "var/models/minilm"}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> SentenceFeaturizer:
        return cls(config["folder"], model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
        **_: Any,
    ) -> SentenceFeaturizer:
        return cls(config["folder"], model_storage, resource, said_by_examples(model_storage, resource))

    def train(self, training_data: TrainingData) -> Resource:
        said = said_in(clean(message.get(TEXT)) for message in training_data.intent_examples if message.get(TEXT))
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(said), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        written = [message for message in messages if message.get(TEXT)]
        for message in written:
            message.set(PLAIN, self._read(clean(message.get(TEXT))))
        made = encoder(self._folder).encode_twice([message.get(PLAIN) for message in written])
        for origin, vectors in zip((SENTENCE, SHALLOW), made, strict=True):
            for message, vector in zip(written, vectors, strict=True):
                message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, origin))
        return messages
