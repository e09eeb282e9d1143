"""Before the first customer: golden sentences must be understood, and each kind of road is walked once.

A component that was loaded wrongly (Rasa turns some load errors into a fresh, untrained part) shows here.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Dict

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from bot.turns import TurnRunner
from handoff.contract.signing import sign_context
from handoff.contract.turn import TurnContext, TurnRequest

GOLDEN: Dict[str, str] = {
    "where is my order A-1042": "order_status",
    "I want to talk to a person": "talk_to_person",
    "how do I wash a down jacket?": "ask_howto",
    "hello": "greet",
}
NEVER = datetime(9999, 1, 1, tzinfo=timezone.utc)


class NotItself(Exception):
    """The loaded model does not understand what it was trained on."""


async def warm_up(agent: Agent, turns: TurnRunner) -> None:
    """Raises ``NotItself``."""
    processor: Any = agent.processor
    for text, intent in GOLDEN.items():
        data = await processor.parse_message(UserMessage(text))
        if data["intent"]["name"] != intent or "frustration" not in data.get("triage", {}):
            raise NotItself(f"The model does not know its golden sentence for {intent}: train again.")
    found = {
        item["entity"]: item["value"]
        for item in (await processor.parse_message(UserMessage(next(iter(GOLDEN)))))["entities"]
    }
    if found.get("order_number") != "A-1042":
        raise NotItself("The model does not find an order number: train again.")
    for number, text in enumerate(("hello", "what can you do", "I want to talk to a person")):
        await turns.run(practice(f"warm-up-{number}", text))


def practice(conversation: str, text: str) -> TurnRequest:
    """A turn of nobody's conversation, which never leaves the process."""
    context = TurnContext(conversation, "warm-up", 1, 1, NEVER.isoformat())
    return TurnRequest(context, sign_context(context, b"practice"), "message", text, 0)
