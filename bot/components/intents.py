"""Rasa component: intent, ranking and the out-of-scope decision (see ``intent_model``)."""

from __future__ import annotations

import re
import sys
from functools import partial
from typing import Any, Dict, List

import joblib
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.intent_model import OUT_OF_SCOPE, IntentModel, Reading, Vectors, names_of
from bot.components.sentence import encoder, plain_of, reader, said_by_examples, vectors_of
from bot.components.several import Splitter
from bot.text.normalise import clean, words
from bot.triage.declined import beside_declined
from bot.triage.lowered import lowered
from bot.triage.person import spelt

QUESTION = re.compile(
    r"\?\s*$|^\W*(?:how|what|which|when|why|who|can|could|do|does|is|are|may|should|where)\b", re.IGNORECASE
)
_BESIDE = """
    it it's its is was be this that that's the my our here here's order number nr no num ref reference code mail email
    e-mail address and or maybe perhaps probably i i'm think believe guess mean meant sure would should must have got
    use used try under with for from please pls thanks thank thx you ok okay yes yep yeah oh ah er um sorry hi hello
    hey so well one says said there
"""
BESIDE = frozenset(_BESIDE.split())
"""Words that add nothing to what is named; beside another ("A-1042 is broken") the classifier says what is meant."""
MOST_BESIDE = 4
KNOWLEDGE_INTENT = "ask_howto"
RANKING_LENGTH = 5
REQUESTS = "requests"
BATCH = 10
INFORM = "inform"
DENY, PERSON = "deny", "talk_to_person"
GIVEN = frozenset({"order_number", "email", "code"})
_FILE = "intents.joblib"


def only_names_something(message: Message, text: str) -> bool:
    """An order number, an address or a code and hardly another word is an answer, whatever it resembles."""
    spans = [(item["start"], item["end"]) for item in message.get(ENTITIES, []) if item["entity"] in GIVEN]
    if not spans or "?" in text:
        return False
    left = message.get(TEXT)
    for start, end in sorted(spans, reverse=True):
        left = left[:start] + " " + left[end:]
    beside = words(left)
    return len(beside) <= MOST_BESIDE and BESIDE.issuperset(beside)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(GraphComponent):
    def __init__(
        self,
        config: Dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: IntentModel,
        said: Dict[str, int],
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model
        encode = partial(encoder(config["folder"]).encode_twice, batch_size=BATCH)
        self._splitter = Splitter(model, config["requests"], encode, reader(config["folder"], said))

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """``penalty`` and ``keep``: see ``IntentModel``. ``knowledge_similarity``: an unplaced question at least this
        near to our examples is looked up. ``requests``: the intents of which a message may hold several; ``folder``:
        the sentence model."""
        return {
            "penalty": 0.05,
            "keep": 0.99,
            "knowledge_similarity": 0.4,
            "requests": [],
            "folder": "var/models/minilm",
        }

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> IntentClassifier:
        return cls(config, model_storage, resource, IntentModel(penalty=config["penalty"], keep=config["keep"]), {})

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
        **_: Any,
    ) -> IntentClassifier:
        with model_storage.read_from(resource) as folder:
            # The archive was made by our own training and is opened from a folder that only its owner can write.
            model = IntentModel.of(joblib.load(folder / _FILE))
        return cls(config, model_storage, resource, model, said_by_examples(model_storage))

    def train(self, training_data: TrainingData) -> Resource:
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        names = names_of(message.get(INTENT) for message in examples)
        vectors = zip(*map(vectors_of, examples), strict=True)
        named = encoder(self._config["folder"]).encode_twice(list(names.values()))
        self._model.fit(
            [*map(plain_of, examples), *names.values()],
            [*(message.get(INTENT) for message in examples), *names],
            Vectors(*(np.vstack([*said, of_names]) for said, of_names in zip(vectors, named, strict=True))),
            names=len(names),
        )
        figures = self._model.left_out
        sys.stderr.write(f"train: intents, leave-one-out accuracy {figures['accuracy']:.3f} of {figures['n']}\n")
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self._model.state(), folder / _FILE, compress=3)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = clean(message.get(TEXT) or "")
            if not text:
                self._set(message, OUT_OF_SCOPE, 0.0, Reading([(OUT_OF_SCOPE, 0.0)], 0.0, 0.0, True))
                continue
            reading = self._model.predict(plain_of(message), vectors_of(message))
            if INFORM in self._model.labels and only_names_something(message, text):
                self._set(message, INFORM, 1.0, reading)
                continue
            beside = beside_declined(spelt(lowered(text))) if reading.ranking[0][0] == PERSON else None
            if beside == "" and DENY in self._model.labels:  # "I don't want an agent", and no more than that
                self._set(message, DENY, 1.0, reading)
                continue
            reading = self._splitter.read(beside) if beside else reading
            name, confidence = reading.ranking[0]
            if reading.rejected:
                name = self._place(text, reading)
            self._set(message, name, confidence if name == reading.ranking[0][0] else 1.0 - confidence, reading)
            self._tell_apart(message, reading)
        return messages

    def _tell_apart(self, message: Message, reading: Reading) -> None:
        """Where a message holds several requests it counts as the first of them; all are in ``requests``."""
        # Positions of entities are those of the raw text, so that is what is cut.
        found = self._splitter.requests_in(message.get(TEXT), reading, message.get(ENTITIES, []))
        message.set(REQUESTS, [request.as_dict() for request in found], add_to_output=True)
        if found:
            first = found[0]
            message.set(INTENT, {"name": first.intent, "confidence": first.confidence}, add_to_output=True)
            message.set(ENTITIES, first.entities, add_to_output=True)

    def _place(self, text: str, reading: Reading) -> str:
        """A question near our subjects goes to the knowledge base: it measures for itself whether it knows."""
        near = reading.similarity >= self._config["knowledge_similarity"]
        if KNOWLEDGE_INTENT not in self._model.labels:
            return OUT_OF_SCOPE
        if QUESTION.search(text) and near and reading.ranking[0][0] != OUT_OF_SCOPE:
            return KNOWLEDGE_INTENT
        return OUT_OF_SCOPE

    def _set(self, message: Message, name: str, confidence: float, reading: Reading) -> None:
        ranking = [{"name": intent, "confidence": share} for intent, share in reading.ranking[:RANKING_LENGTH]]
        message.set(INTENT, {"name": name, "confidence": confidence}, add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        message.set(
            "scope",
            {
                "similarity": round(reading.similarity, 4),
                "score": round(reading.score, 4),
                "threshold": round(self._model.threshold, 4),
                "rejected": reading.rejected,
                "margin": round(reading.ranking[0][1] - reading.ranking[1][1], 4) if len(reading.ranking) > 1 else 1.0,
            },
            add_to_output=True,
        )
