"""A short walk of ``prove knowledge``: it passes as it is, and fails when the oracle is told something else."""

from __future__ import annotations

import random

import pytest

from handoff.clock import SystemClock
from knowledge.service import open_knowledge
from knowledge.settings import KnowledgeSettings
from stack.prove.knowledge import Known, Tally, Walk, WordEncoder

pytestmark = pytest.mark.service


async def test_a_walk_finds_nothing_wrong_until_something_is(tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings = KnowledgeSettings(
        database_url=f"sqlite:///{tmp_path}/knowledge.db", index_dir=tmp_path / "index", examples=None
    )
    tally = Tally()
    async with open_knowledge(settings, SystemClock(), WordEncoder(), model="words") as knowledge:
        walk = Walk(knowledge, random.Random(1), tally)
        for _ in range(150):
            await walk.step()
        assert (tally.errors, tally.wrong) == ([], [])
        assert {"ask", "write", "publish", "archive"} <= set(tally.steps)
        live = walk._oracle.live
        live.update({name: Known(one.version, one.word, "agent", one.locale) for name, one in live.items()})
        for _ in range(40):
            await walk.step("ask")
        assert tally.wrong
