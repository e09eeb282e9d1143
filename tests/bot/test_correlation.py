"""One id goes with a message from the gateway through the bot to the action, and stands in the bot's log."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.client import Conversation, Door
from handoff.contract.signing import sign_context
from handoff.contract.turn import CORRELATION_HEADER, TurnRequest
from tests.bot.support import Webhook
from tests.support.waiting import eventually_now

pytestmark = pytest.mark.rasa


def named(conversation: Conversation, text: str, correlation_id: str) -> TurnRequest:
    """A turn as the gateway asks for it, for a request of this id."""
    request = conversation.request("message", text)
    context = replace(request.context, correlation_id=correlation_id)
    return replace(request, context=context, context_token=sign_context(context, conversation.door.context_key))


def test_an_action_is_called_with_the_id_of_the_request(
    talk: Callable[[], Conversation], door: Door, webhook: Webhook
) -> None:
    for name in ("req_first_one", "req_second_one"):
        status, answer = door.turn(named(talk(), "How do I wash a down jacket?", name))
        assert status == 200, answer
    sent = [headers[CORRELATION_HEADER] for headers in webhook.headers]
    assert sent
    assert list(dict.fromkeys(sent)) == ["req_first_one", "req_second_one"]


def test_what_the_bot_logs_of_a_turn_carries_the_id_that_came_with_it(door: Door, bot_log: Path) -> None:
    """The client of the tests sends ``req_1``."""
    before = len(bot_log.read_text().splitlines())
    status, _ = door.post(b"{}")
    assert status == 400

    def refused() -> bool:
        new = [json.loads(line) for line in bot_log.read_text().splitlines()[before:] if line.startswith("{")]
        return any(line["message"] == "turn.refused" and line.get("correlation_id") == "req_1" for line in new)

    eventually_now("the refusal is in the log, with its id", refused)
