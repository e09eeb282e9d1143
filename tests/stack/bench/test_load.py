from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from stack.bench.figures import Sample
from stack.bench.load import drive, fsync_ms

pytestmark = pytest.mark.unit


async def test_the_schedule_does_not_wait_for_answers() -> None:
    """A closed loop would never send the second message here."""
    all_sent = asyncio.Event()
    dues: list[float] = []

    async def send(number: int, due: float) -> Sample:
        dues.append(due)
        if number == 9:
            all_sent.set()
        await asyncio.wait_for(all_sent.wait(), 10)
        return Sample(due, due, due, due, "answered")

    samples = await drive(rate=200, count=10, send=send, passed=lambda: None)

    assert len(samples) == 10
    gaps = [later - earlier for earlier, later in itertools.pairwise(dues)]
    assert gaps == pytest.approx([1 / 200] * 9, abs=1e-6)


async def test_every_message_is_counted_even_if_sending_fails() -> None:
    passed: list[None] = []

    async def send(number: int, due: float) -> Sample:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await drive(rate=1000, count=1, send=send, passed=lambda: passed.append(None))
    assert len(passed) == 1


def test_fsync_is_measured_and_leaves_nothing_behind(tmp_path: Path) -> None:
    assert fsync_ms(tmp_path / "db") > 0
    assert list((tmp_path / "db").iterdir()) == []
