"""What the follower keeps is what Rasa's replay of the whole conversation gives, event by event."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot import light

pytestmark = pytest.mark.rasa

light.prepare()

from rasa.shared.core.domain import Domain  # noqa: E402 - the process must be prepared first
from rasa.shared.core.events import (  # noqa: E402
    ActionExecuted,
    ActionReverted,
    Event,
    Restarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402

from bot.followed import states_of  # noqa: E402

INTENTS = ("greet", "order_status", "affirm", "deny")
ACTIONS = ("action_listen", "action_prepare", "utter_greet", "action_hand_over")


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(Path(__file__).parents[2] / "domain.yml"))


def drawn(chance: random.Random) -> Event:
    number = chance.random()
    if number < 0.3:
        return UserUttered("said", {"name": chance.choice(INTENTS), "confidence": 0.9})
    if number < 0.75:
        return ActionExecuted(chance.choice(ACTIONS))
    if number < 0.92:
        return SlotSet("order_number", chance.choice(("A-1042", None)))
    return ActionReverted() if number < 0.97 else Restarted()


@pytest.mark.parametrize("seed", range(8))
def test_it_gives_what_the_replay_gives(domain: Domain, seed: int) -> None:
    chance = random.Random(seed)
    tracker = DialogueStateTracker("c", domain.slots)
    for _ in range(40):
        for _ in range(chance.randrange(1, 4)):
            tracker.update(drawn(chance), domain)
        assert states_of(tracker, domain) == domain.states_for_tracker_history(tracker)
