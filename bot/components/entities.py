"""Rasa component: entities of fixed form, by rule (see ``bot.text.entities``)."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.text import entities

EXTRACTOR = "RuleEntityExtractor"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class RuleEntityExtractor(GraphComponent):
    @classmethod
    def create(
        cls,
        config: Dict[str, Any],  # noqa: ARG003 - Rasa's signature
        model_storage: ModelStorage,  # noqa: ARG003
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> RuleEntityExtractor:
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            found = [
                {
                    "entity": item.entity,
                    "start": item.start,
                    "end": item.end,
                    "value": item.value,
                    "confidence_entity": 1.0,
                    "extractor": EXTRACTOR,
                }
                for item in entities.find(message.get(TEXT) or "", datetime.now(timezone.utc).date())
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages
