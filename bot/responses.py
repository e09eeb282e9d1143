"""The assistant's words: the domain's responses, in order and not by chance, so that none comes twice in a row."""

from __future__ import annotations

from typing import Any, Dict, Optional

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker


class Responses(TemplatedNaturalLanguageGenerator):
    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,  # noqa: ARG002 - Rasa's signature
        **kwargs: Any,
    ) -> Optional[Dict[str, Any]]:
        """The next variant of ``utter_action`` with its variables filled; ``None`` when there is no such response."""
        variants = self.responses.get(utter_action)
        if not variants:
            return None
        said = sum(
            isinstance(event, BotUttered) and event.metadata.get("utter_action") == utter_action
            for event in tracker.events
        )
        chosen = variants[said % len(variants)]
        copied = {key: _copy(value) for key, value in chosen.items()}
        return self._fill_response(copied, tracker.current_slot_values(), **kwargs)


def _copy(value: Any) -> Any:
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return dict(value) if isinstance(value, dict) else value
