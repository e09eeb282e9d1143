"""Collects what one turn says and does, in order, in the shapes of the contract (JSON-ready)."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.events import BotUttered, Event

from handoff.contract.turn import ACTION_RETURN

PAYLOAD = ACTION_RETURN

FIELDS = ("message", "directive", "operation")


class BadReturn(Exception):
    """An action returned something that is no ``ActionReturn``."""


class Collector(OutputChannel):
    def __init__(self) -> None:
        self.messages: List[Dict[str, Any]] = []
        self.directives: List[Dict[str, Any]] = []
        self.operations: List[Dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return "frontdesk"

    @property
    def handed_over(self) -> bool:
        return any(item.get("directive") == "handoff" for item in self.directives)

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:  # noqa: ARG002
        custom = message.get("custom")
        if isinstance(custom, dict) and PAYLOAD in custom:
            self._take(custom[PAYLOAD])
            return
        if message.get("text"):
            self.messages.append(
                {
                    "text": message["text"],
                    "choices": [
                        {"label": button["title"], "payload": button["payload"]}
                        for button in message.get("buttons") or ()
                    ],
                    "citations": [],
                    "operations": [],
                    "response": message.get("utter_action") or message.get("metadata", {}).get("utter_action"),
                }
            )

    def _take(self, returned: Any) -> None:
        kinds = {"message": self.messages, "directive": self.directives, "operation": self.operations}
        for kind, value in unpack(returned):
            if kind == "directive" and value.get("directive") == "handoff" and self.handed_over:
                continue
            kinds[kind].append(value)


def unpack(returned: Any) -> List[Tuple[str, Dict[str, Any]]]:
    """(field, value) of one ``ActionReturn`` as a dict, or of a list of them. Raises ``BadReturn``."""
    found = []
    for item in returned if isinstance(returned, list) else [returned]:
        given = [kind for kind in FIELDS if isinstance(item, dict) and isinstance(item.get(kind), dict)]
        if len(given) != 1 or set(item) - set(FIELDS):
            raise BadReturn("an action returned something that is no ActionReturn")
        found.append((given[0], item[given[0]]))
    return found


def check_returns(events: List[Event]) -> None:
    """Raises ``BadReturn`` before anything of an action's answer is taken over."""
    for event in events:
        custom = event.data.get("custom") if isinstance(event, BotUttered) else None
        if isinstance(custom, dict) and PAYLOAD in custom:
            unpack(custom[PAYLOAD])
