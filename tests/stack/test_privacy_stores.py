"""What lies of a customer outside the log's database: given out whole, and taken out whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.quality.model import Judgement
from eval.quality.scorecard import QUESTIONS
from eval.quality.service import QualityDesk
from eval.storage.migrate import migrate
from handoff.clock import RandomIds
from handoff.privacy.service import Subject
from handoff.storage.database import Database
from stack.privacy_stores import QualityNotes
from tests.eval.quality.test_service import QUINN
from tests.support.clock import FakeClock

pytestmark = pytest.mark.service


async def nobody(_since: str, _until: str) -> list[Any]:
    return []


async def transcript(_conversation_id: str) -> list[dict[str, Any]]:
    return [{"seq": 1, "type": "conversation.opened", "data": {}}]


async def test_what_analysts_wrote_is_exported_and_erased_and_nothing_of_others(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/eval.db")
    database.open()
    migrate(database.engine)
    desk, notes = QualityDesk(database, FakeClock(), RandomIds(), nobody, transcript), QualityNotes(database)
    for conversation, note in (("cnv_1", "she said her dog ate it"), ("cnv_2", "somebody else's"), ("cnv_3", "")):
        sample = await desk.take(QUINN, conversation)
        await desk.judge(QUINN, sample.id, Judgement(dict.fromkeys(QUESTIONS, 2), "resolved", "none_due", note=note))
    await desk.comment(QUINN, "cnv_1", None, None, "the dog again")
    hers = Subject("mara", ("cnv_1", "cnv_3"), frozenset())

    exported = await notes.export(hers)
    assert sorted(each["text"] for each in exported) == ["she said her dog ate it", "the dog again"]
    assert all(each["created_at"] for each in exported)
    assert await notes.erase(hers) == 2
    assert (await notes.export(hers), await notes.erase(hers)) == ([], 0)
    assert [each["text"] for each in await notes.export(Subject(None, ("cnv_2",), frozenset()))] == ["somebody else's"]
    database.close()
