"""Real trackers against the checker of histories: what the bot says and reads is what its tracker's events hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.client import Conversation
from bot.text.normalise import harmless
from handoff.history.trackers import StoredTurn, disagreements
from tests.bot.support import Webhook, message, returns

pytestmark = pytest.mark.rasa

Talk = Callable[[], Conversation]


class Log:
    """The log as the gateway writes it, of turns with a real bot."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.events: list[dict[str, Any]] = []
        self.turns: list[StoredTurn] = []

    def turn(self, trigger: Any, *texts: str, payload: str | None = None, note: str | None = None) -> dict[str, Any]:
        group = tuple(self._append("customer", text) for text in texts)
        result = self.conversation.send(trigger, "\n".join(text[:2000] for text in texts), payload, note)
        for said in result["messages"]:
            self._append("bot", said["text"], reply_to=list(group))
        self.turns.append(StoredTurn(group, tuple(result["tracker_events"]), trigger))
        return result

    def disagreements(self) -> list[str]:
        return [what for _, what in disagreements(self.events, self.turns, harmless)]

    def _append(self, source: str, text: str, **data: Any) -> int:
        seq = len(self.events) + 1
        self.events.append(
            {"seq": seq, "type": "message.sent", "source": source, "data": {"text": text, "author": source, **data}}
        )
        return seq


@pytest.fixture
def log(talk: Talk, webhook: Webhook) -> Log:
    webhook.answers["action_answer_question"] = lambda call: returns(message("Like this."), message("And this."))
    webhook.answers["action_handed_back"] = lambda call: returns(message("I am back."))
    return Log(talk())


def test_trackers_of_real_turns_agree_with_the_log(log: Log) -> None:
    log.turn("message", "hello")
    log.turn("message", "/restart")
    log.turn("message", "How do I wash", "  a\u200b down jacket?")
    log.turn("message", "/" * 10 + "jacket " * 600)
    log.turn("choice", "Yes", payload='/affirm{"operation_id": "op_1"}')
    log.turn("handed_back", note="ana was helped")
    log.turn("message", "I want to talk to a person")
    assert log.disagreements() == []


def test_a_tool_that_fails_is_told_and_remembered_alike(log: Log, webhook: Webhook) -> None:
    webhook.broken = True
    result = log.turn("message", "How do I wash a down jacket?")
    assert result["messages"]
    assert log.disagreements() == []


def test_a_text_that_only_one_side_has_is_found(log: Log) -> None:
    said = log.turn("message", "How do I wash a down jacket?")
    assert [each["text"] for each in said["messages"]] == ["Like this.", "And this."]
    log.events.pop()
    assert log.disagreements() == ["the tracker holds a text that was never shown"]
    log.events[-1]["data"]["text"] = "Something else."
    assert "a text was shown that the tracker lacks" in log.disagreements()
