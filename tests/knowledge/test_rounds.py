"""A loop that outlives whatever its rounds bring."""

import asyncio

import pytest
import structlog

from knowledge import rounds
from knowledge.rounds import Rounds
from tests.support.waiting import eventually

pytestmark = pytest.mark.unit


async def test_a_round_that_fails_is_told_without_its_words_and_the_next_one_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rounds, "PAUSE", 0.01)
    now, broken, done = 0.0, True, 0
    loops = Rounds(lambda: now)

    async def one_round() -> None:
        nonlocal done
        await asyncio.sleep(0)
        if broken:
            raise KeyError("Ada's own words")
        done += 1

    with structlog.testing.capture_logs() as told:
        task = asyncio.create_task(loops.forever("follow", one_round))
        await eventually("it fails again and again", lambda: len(told) >= 3)
        assert {(line["loop"], line["error"]) for line in told} == {("follow", "KeyError")}
        assert "Ada" not in str(told)
        assert loops.failing() == []
        now = rounds.LONG
        assert loops.failing() == ["follow"]
        broken = False
        await eventually("it works again", lambda: done)
        assert loops.failing() == []
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
