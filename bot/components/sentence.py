"""Rasa component: the sentence vector and the shallow vector of a message, by one run of the ONNX model."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.intent_model import Vectors
from bot.text.embed import DIMENSION, SentenceEncoder

SENTENCE, SHALLOW = "sentence", "shallow"


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


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(GraphComponent):
    """``folder`` holds the built sentence model, relative to the working directory."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"folder": "var/models/minilm"}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003 - Rasa's signature
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> SentenceFeaturizer:
        return cls(config["folder"])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        written = [message for message in messages if message.get(TEXT)]
        made = encoder(self._folder).encode_twice([message.get(TEXT) for message in written])
        for origin, vectors in zip((SENTENCE, SHALLOW), made, strict=True):
            for message, vector in zip(written, vectors, strict=True):
                message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, origin))
        return messages
