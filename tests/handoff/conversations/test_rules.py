"""The table of who may speak."""

from __future__ import annotations

import pytest

from handoff.conversations import rules
from handoff.conversations.rules import TRANSITIONS, IllegalTransition, next_owner

pytestmark = pytest.mark.unit

OWNERS = ("bot", "queue", "agent:a", "none")
EVENTS = sorted({event for _, event in TRANSITIONS})


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("event", EVENTS)
def test_every_step_is_in_the_table_or_refused(owner: str, event: str) -> None:
    wanted = TRANSITIONS.get((rules.kind(owner), event))
    if wanted is None:
        with pytest.raises(IllegalTransition) as info:
            next_owner(owner, event, "b")
        assert info.value.code == "illegal_transition"
    else:
        assert next_owner(owner, event, "b") == ("agent:b" if wanted == "agent" else wanted)


def test_the_table_is_the_one_that_was_agreed() -> None:
    """Written out a second time, so that nobody changes who may speak by accident."""
    assert {f"{a} {event} {b}" for (a, event), b in TRANSITIONS.items()} == {
        "bot handoff.queued queue",
        "queue handoff.accepted agent",
        "agent handoff.released queue",
        "agent handoff.transferred queue",
        "agent handoff.returned bot",
        "bot conversation.closed none",
        "queue conversation.closed none",
        "agent conversation.closed none",
        "none conversation.reopened bot",
        "none handoff.reopened queue",
    }


def test_an_owner_of_no_known_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="not an owner"):
        rules.kind("somebody")
