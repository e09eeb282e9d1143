"""Which silence of a process counts as hanging. The supervisor's tests have real processes that hang."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from stack.silence import Seen, Silence, counted, seen

pytestmark = pytest.mark.unit

LOOK = 2.0


def test_time_without_a_processor_does_not_count() -> None:
    """Something trains on this machine; the child could run, and is not let."""
    assert counted(2.0, Seen("S", 10.0), Seen("R", 10.5), LOOK) == pytest.approx(1.5)
    assert counted(2.0, Seen("R", 10.0), Seen("R", 12.0), LOOK) == 0.0
    assert counted(2.0, Seen("S", 10.0), Seen("S", 10.0), LOOK) == 2.0, "it waits for something that does not come"
    assert counted(2.0, Seen("R", 10.0), Seen("R", 10.0), LOOK) == 2.0, "it turns for ever"
    assert counted(2.0, Seen("S", 10.0), Seen("T", 10.0), LOOK) == 2.0, "it was stopped"


@pytest.mark.parametrize("state", ["D", "t"])
def test_who_waits_for_a_disk_or_is_traced_does_not_hang(state: str) -> None:
    assert counted(2.0, Seen("S", 1.0), Seen(state, 1.0), LOOK) == 0.0


def test_an_hour_with_the_lid_closed_is_no_hour_of_silence() -> None:
    assert counted(3600.0, Seen("S", 1.0), Seen("S", 1.0), LOOK) == 2 * LOOK


def test_the_kernel_is_asked(tmp_path: Path) -> None:
    me = tmp_path / "7"
    me.mkdir()
    (me / "stat").write_text("7 (a (strange) name) T 1 7 7 0 -1")
    (me / "schedstat").write_text("1000 2500000000 3\n")
    assert seen(7, tmp_path) == Seen("T", 2.5)
    assert seen(8, tmp_path) == seen(None, tmp_path) == Seen(), "it is gone, or this is no Linux"
    if Path("/proc/self/schedstat").exists():
        assert seen(os.getpid()).state == "R"


async def test_an_answer_ends_the_silence_and_one_question_is_open_at_a_time() -> None:
    asked: list[asyncio.Future[bool]] = []

    def alive() -> asyncio.Future[bool]:
        asked.append(asyncio.get_running_loop().create_future())
        return asked[-1]

    silence = Silence(alive, None, LOOK)
    assert silence.lasts() == 0.0
    await asyncio.sleep(0)
    assert silence.lasts() > 0.0
    before = silence.lasts()
    assert silence.lasts() > before
    assert len(asked) == 1
    asked[0].set_result(True)
    for _ in range(3):
        await asyncio.sleep(0)
    assert silence.lasts() == 0.0
    await asyncio.sleep(0)
    assert len(asked) == 2
    asked[1].set_result(False)
    for _ in range(3):
        await asyncio.sleep(0)
    assert silence.lasts() > 0.0, "a refused connection is no answer"
    await silence.end()
