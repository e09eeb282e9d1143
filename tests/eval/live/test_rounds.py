"""Round after round: no pause while there is more, and a failure is a pause and never an end."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from eval.live import rounds

pytestmark = pytest.mark.unit


class Enough(BaseException):
    """Ends a loop that has no end."""


async def test_more_is_done_at_once_and_a_failure_waits_for_the_next_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "IDLE_PER_ROUND", 0.0)
    done: list[str] = []
    results = iter([True, True, False, RuntimeError("away"), False])

    async def step() -> bool:
        result = next(results)
        done.append("step")
        if isinstance(result, Exception):
            raise result
        return result

    async def pause() -> None:
        done.append("pause")
        if done.count("pause") == 3:
            raise Enough

    with capture_logs() as logs, pytest.raises(Enough):
        await rounds.run_forever(step, pause, "the store is away")
    assert done == ["step", "step", "step", "pause", "step", "pause", "step", "pause"]
    assert [(each["event"], each["error"]) for each in logs] == [("the store is away", "RuntimeError")]


async def test_it_ends_when_it_is_cancelled() -> None:
    begun, never = asyncio.Event(), asyncio.Event()

    async def step() -> bool:
        begun.set()
        return await never.wait()

    running = asyncio.create_task(rounds.run_forever(step, never.wait, "waits"))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
