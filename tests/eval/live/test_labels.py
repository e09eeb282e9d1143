"""Hand-overs that reviewers judged, from the quality desk to the dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from eval.live import insights
from eval.live.keeper import Keeper
from eval.outcomes.model import DAY, TransferLabel
from eval.quality.model import Judgement
from eval.quality.sampling import Candidate, Rule
from eval.quality.scorecard import QUESTIONS
from eval.quality.service import QualityDesk
from handoff.agents.service import Principal
from handoff.clock import RandomIds
from handoff.storage.database import Database
from tests.eval.desk import Shelf
from tests.eval.live.test_live import ALL_TIMES, Now
from tests.eval.outcomes.logs import START, Log
from tests.support.clock import FakeClock

pytestmark = pytest.mark.service
NAMES = ("handover_precision", "handover_recall", "handover_timeliness")
YES = dict.fromkeys(QUESTIONS, 2)
QUINN, LEA = (Principal(f"agt_{name}", name, "qa", ("qa",), (), 0, "") for name in ("quinn", "lea"))


def handed(name: str) -> Log:
    log = Log(name, customer=f"cus_{name}").episode(f"eps_{name}").customer("Cancel A-1001", "cancel_order")
    return log.handed_over().accepted().agent().closed("agt_1", "resolved")


def kept(name: str) -> Log:
    return Log(name, customer=f"cus_{name}").episode(f"eps_{name}").customer("Where is A-1001?", "order_status").bot()


LOGS = {each.name: each for each in (*(handed(f"h{n}") for n in range(4)), *(kept(f"k{n}") for n in range(3)))}


def quality_desk(database: Database) -> QualityDesk:
    async def candidates(_since: str, _until: str, _seed: int) -> Sequence[Candidate]:
        return [Candidate(name, "bot", effort=9.0) for name in LOGS]

    async def transcript(conversation_id: str) -> list[dict[str, Any]] | None:
        return LOGS[conversation_id].events

    return QualityDesk(database, FakeClock(), RandomIds(), candidates, transcript)


async def told(database: Database, keeper: Keeper) -> dict[str, dict[str, Any]]:
    await keeper.step()
    found = await database.read(lambda connection: insights.summary(connection, ALL_TIMES, START + 9 * DAY))
    return {each["name"]: each for each in found["metrics"] if each["name"] in NAMES}


async def read(desk: QualityDesk, rule: Rule, said: dict[str, TransferLabel], *, twice: bool = False) -> None:
    for sample in await desk.draw(QUINN, rule, 100, 7, 0, twice=twice):
        if sample.conversation_id in said:
            await desk.judge(QUINN, sample.id, Judgement(YES, "unclear", said[sample.conversation_id]))


async def test_precision_recall_and_timeliness_come_with_labels(database: Database) -> None:
    keeper = Keeper(database, Shelf([log.conversation() for log in LOGS.values()]), Now(START + 9 * DAY))
    nothing = await told(database, keeper)
    assert {(each["value"], each["n"], each["note"]) for each in nothing.values()} == {(None, 0, "not labelled yet")}
    said: dict[str, TransferLabel] = {
        "h0": "right", "h1": "right", "h2": "late", "h3": "needless", "k0": "missing", "k1": "none_due",
        "k2": "right",  # says that it was handed over, and the log knows of nothing
    }  # fmt: skip
    await read(quality_desk(database), "random", said)
    found = await told(database, keeper)
    assert {name: (each["hits"], each["n"]) for name, each in found.items()} == {
        "handover_precision": (3, 4),
        "handover_recall": (3, 4),
        "handover_timeliness": (2, 3),
    }
    assert "drawn by chance" in found["handover_recall"]["denominator"]


async def test_hard_conversations_and_readers_who_differ_say_nothing(database: Database) -> None:
    keeper = Keeper(database, Shelf([log.conversation() for log in LOGS.values()]), Now(START + 9 * DAY))
    await keeper.step()
    desk = quality_desk(database)
    (hard,) = await desk.draw(QUINN, "high_effort", 1, 7, 0, twice=False)
    await desk.judge(QUINN, hard.id, Judgement(YES, "unclear", "right"))
    samples = await desk.draw(QUINN, "random", 100, 7, 0, twice=True)
    disputed = next(each for each in samples if each.conversation_id.startswith("h"))
    await desk.judge(QUINN, disputed.id, Judgement(YES, "unclear", "right"))
    await desk.judge(LEA, disputed.id, Judgement(YES, "unclear", "needless"))
    assert {each["n"] for each in (await told(database, keeper)).values()} == {0}
