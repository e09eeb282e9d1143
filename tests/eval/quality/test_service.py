"""The quality desk over a real database: who may judge, what a second reader sees, what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from eval.errors import Conflict, EvalError, Forbidden, Invalid, NotFound
from eval.quality.model import Judgement
from eval.quality.sampling import Candidate
from eval.quality.scorecard import QUESTIONS
from eval.quality.service import QualityDesk
from eval.storage.migrate import migrate
from handoff.clock import RandomIds
from handoff.storage.database import Database
from tests.support.clock import FakeClock

pytestmark = pytest.mark.service

YES = dict.fromkeys(QUESTIONS, 2)
GOOD = Judgement(YES, "resolved", "none_due")
BAD = Judgement({**YES, "accurate": 0}, "not_resolved", "missing", note="told the wrong date")


@dataclass(frozen=True)
class Person:
    id: str
    name: str


QUINN, LEA, ANA = Person("agt_quinn", "Quinn"), Person("agt_lea", "Lea"), Person("agt_ana", "Ana")
LOGS: dict[str, list[dict[str, Any]]] = {
    name: [
        {"seq": 1, "type": "conversation.opened", "data": {}},
        {"seq": 2, "type": "message.sent", "data": {"text": "hi", "author": "customer"}},
        {"seq": 3, "type": "message.sent", "data": {"text": "hello", "author": author}},
    ]
    for name, author in (("cnv_bot", "bot"), ("cnv_ana", ANA.id), ("cnv_hard", "bot"))
}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/eval.db")
    database.open()
    migrate(database.engine)
    yield database
    database.close()


@pytest.fixture
def desk(database: Database) -> QualityDesk:
    async def candidates(_since: str, _until: str, _seed: int) -> Sequence[Candidate]:
        return [Candidate(name, "bot", effort=9.0 if name == "cnv_hard" else 0.0) for name in LOGS]

    async def transcript(conversation_id: str) -> list[dict[str, Any]] | None:
        return LOGS.get(conversation_id)

    return QualityDesk(database, FakeClock(), RandomIds(), candidates, transcript)


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database.engine)


async def test_what_was_drawn_is_not_drawn_again(desk: QualityDesk) -> None:
    (hard,) = await desk.draw(QUINN, "high_effort", 10, 7, 0, twice=False)
    assert (hard.conversation_id, hard.state, hard.reviews_done) == ("cnv_hard", "waiting", 0)
    rest = await desk.draw(QUINN, "random", 10, 7, 0, twice=False)
    assert {each.conversation_id for each in rest} == {"cnv_bot", "cnv_ana"}
    assert await desk.draw(QUINN, "random", 10, 7, 0, twice=False) == []


async def test_the_second_reader_sees_nothing_of_the_first_until_both_have_judged(desk: QualityDesk) -> None:
    (sample,) = await desk.draw(QUINN, "high_effort", 1, 7, 0, twice=True)
    mine = await desk.judge(QUINN, sample.id, GOOD)
    assert (mine.state, len(mine.reviews)) == ("half", 1)
    assert (await desk.open(LEA, sample.id)).sample.reviews == ()
    both = await desk.judge(LEA, sample.id, BAD)
    assert both.state == "done"
    scores = {each.reviewer: each.score for each in both.reviews}
    assert scores == {QUINN.id: (1.0, ()), LEA.id: (0.0, ("accurate",))}


async def test_one_may_think_again_until_the_pair_is_there(desk: QualityDesk) -> None:
    (sample,) = await desk.draw(QUINN, "high_effort", 1, 7, 0, twice=True)
    await desk.judge(QUINN, sample.id, GOOD)
    changed = await desk.judge(QUINN, sample.id, BAD)
    assert changed.reviews_done == 1
    assert changed.reviews[0].judgement.outcome == "not_resolved"
    await desk.judge(LEA, sample.id, BAD)
    with pytest.raises(Conflict):
        await desk.judge(QUINN, sample.id, GOOD)


async def test_nobody_judges_their_own_words(desk: QualityDesk) -> None:
    sample = await desk.take(ANA, "cnv_ana")
    with pytest.raises(Forbidden):
        await desk.judge(ANA, sample.id, GOOD)
    assert (await desk.judge(QUINN, sample.id, GOOD)).state == "done"


async def test_naming_a_conversation_twice_is_one_sample(desk: QualityDesk) -> None:
    first = await desk.take(QUINN, "cnv_bot")
    assert (await desk.take(LEA, "cnv_bot")).id == first.id


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda desk: desk.take(QUINN, "cnv_none"), NotFound),
        (lambda desk: desk.open(QUINN, "qas_none"), NotFound),
        (lambda desk: desk.judge(QUINN, "qas_none", GOOD), NotFound),
        (lambda desk: desk.judge(QUINN, "qas_none", Judgement({}, "resolved", "right")), Invalid),
        (lambda desk: desk.comment(QUINN, "cnv_bot", 9, None, "there is no event 9"), NotFound),
        (lambda desk: desk.comment(QUINN, "cnv_none", None, None, "nobody"), NotFound),
    ],
)
async def test_what_is_not_there_is_said_to_be_not_there(desk: QualityDesk, call: Any, error: type[EvalError]) -> None:
    with pytest.raises(error):
        await call(desk)


async def test_comments_stand_on_turns_and_coaching_reaches_the_one_it_is_about(desk: QualityDesk) -> None:
    sample = await desk.take(QUINN, "cnv_ana")
    await desk.comment(QUINN, "cnv_ana", 3, ANA.id, "Lovely opening. Say by when, too.")
    await desk.comment(LEA, "cnv_ana", None, None, "A case for the article on huts.")
    opened = await desk.open(LEA, sample.id)
    assert {(each["seq"], each["author_name"]) for each in opened.comments} == {(3, "Quinn"), (None, "Lea")}
    assert [each["text"] for each in await desk.coaching(ANA.id)] == ["Lovely opening. Say by when, too."]
    assert await desk.coaching(LEA.id) == []


async def test_reviews_become_a_report_and_labels_for_the_judge(desk: QualityDesk) -> None:
    (sample,) = await desk.draw(QUINN, "high_effort", 1, 7, 0, twice=True)
    for reader, judgement in ((QUINN, GOOD), (LEA, BAD)):
        await desk.judge(reader, sample.id, judgement)
    await desk.judge(QUINN, (await desk.take(QUINN, "cnv_bot")).id, GOOD)
    report = await desk.report(days=1)
    assert (report.reviews, report.failed["accurate"], report.outcome.pairs) == (3, 1, 1)
    assert report.by_question["accurate"] == pytest.approx(2 / 3)
    labels = {each.conversation_id: each for each in await desk.labels(days=1)}
    assert labels["cnv_hard"].outcome == "unclear"
    assert (labels["cnv_bot"].outcome, labels["cnv_bot"].reviewers) == ("resolved", 1)
