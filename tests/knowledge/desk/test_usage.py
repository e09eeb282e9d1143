"""What was asked is kept without personal data, and each question gets the outcome that the log shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from handoff.contract.turn import TurnContext
from knowledge.desk.desk import GENERATION
from knowledge.desk.usage import MAX_KEPT
from knowledge.service import Knowledge
from tests.knowledge.conftest import HandClock, page, publish
from tests.knowledge.desk.conftest import Conversations
from tests.support.waiting import eventually

pytestmark = pytest.mark.service

PARCELS = "parcels travel"


async def test_a_question_is_kept_redacted_with_what_was_shown(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    version = await publish(knowledge, "parcels", page())
    await conversations.ask(f"{PARCELS} to jo@example.test, order FD-10234?", customer="cus_mara", sent=False)
    (kept,) = await conversations.stored()
    assert kept.question == f"{PARCELS} to [e-mail], order [number]?"
    assert (kept.article_id, kept.version, kept.section) == ("parcels", version, "Parcels")
    assert (kept.conversation_id, kept.seq, kept.outcome, kept.shown_at) == ("c1", 2, "open", None)
    assert "mara" not in str(kept)
    await conversations.sent("c1", 3, [2], choices=[{"label": "Talk to a person"}])
    assert (await conversations.stored())[0].shown_at is None, "something else was said in its place"
    cited = {"article_id": "parcels", "version": version}
    await conversations.sent("c1", 4, [2], citations=[{**cited, "version": version + 1}])
    assert (await conversations.stored())[0].shown_at is None
    await conversations.sent("c1", 5, [2], citations=[{}, cited])
    assert (await conversations.stored())[0].shown_at is not None


async def test_what_is_cut_off_a_long_question_is_cut_when_it_is_redacted(conversations: Conversations) -> None:
    await conversations.ask("a" * (MAX_KEPT - 10) + " ada.lovelace@example.test", sent=False)
    (kept,) = await conversations.stored()
    assert "ada" not in kept.question


async def test_a_turn_that_is_tried_again_has_the_gap_of_its_last_answer(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    await conversations.ask(PARCELS, sent=False)
    assert [gap.count for gap in await knowledge.desk.gaps.find()] == [1]
    await publish(knowledge, "parcels", page())
    assert (await conversations.ask(PARCELS, sent=False)).sure
    assert await knowledge.desk.gaps.find() == []
    await knowledge.editing.do_archive("parcels", 1, "ed")
    assert not (await conversations.ask(PARCELS, sent=False)).found
    assert [(gap.count, gap.unanswered) for gap in await knowledge.desk.gaps.find()] == [(1, 1)]
    assert len(await conversations.stored()) == 1


async def test_questions_that_come_together_are_stored_together(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    await publish(knowledge, "parcels", page())

    def looked_at() -> bool:
        seen = knowledge.desk._reconsidered
        return seen is not None and seen[GENERATION] == knowledge.live.generation

    await eventually("the publish is noted", looked_at)  # which is a transaction of its own
    begun = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal begun
        begun += statement == "BEGIN IMMEDIATE"

    engine = knowledge._database._opened()
    sa.event.listen(engine, "before_cursor_execute", count)
    answer = await knowledge.answerer.answer(PARCELS, audience="public")
    for number in range(5):
        turn = TurnContext(f"c{number}", "t2", 2, 1, "", None)
        knowledge.desk.usage.record(PARCELS, answer, audience="public", turn=turn)
    await knowledge.desk.usage.settle()
    assert begun == 1
    assert len(await conversations.stored()) == 5


async def test_a_turn_that_is_tried_again_counts_once(knowledge: Knowledge, conversations: Conversations) -> None:
    await conversations.ask(PARCELS, sent=False)
    await publish(knowledge, "parcels", page())
    await conversations.ask(PARCELS, sent=False)
    (kept,) = await conversations.stored()
    assert kept.article_id == "parcels"


async def test_an_answer_that_was_never_sent_has_no_outcome(knowledge: Knowledge, conversations: Conversations) -> None:
    await publish(knowledge, "parcels", page())
    await conversations.ask(PARCELS, sent=False)
    await conversations.feedback("solved")
    assert await conversations.outcome() == "open"
    (figures,) = await knowledge.desk.figures.of_article("parcels", 30)
    assert figures.shown == 0


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (["feedback solved"], "solved"),
        (["feedback not_solved"], "not_solved"),
        (["feedback solved", "feedback not_solved"], "not_solved"),
        (["feedback not_solved", "feedback solved"], "solved"),
        (["handoff.requested"], "handed_over"),
        (["feedback not_solved", "handoff.requested"], "not_solved"),
        (["handoff.requested", "feedback solved"], "handed_over"),
        (["conversation.closed"], "silence"),
        (["episode.closed", "feedback solved"], "solved"),
        (["feedback survey"], "open"),
        (["message choices"], "moved_on"),
        (["message citations", "feedback solved"], "moved_on"),
        (["message"], "open"),
        (["message", "feedback solved"], "solved"),
    ],
)
async def test_each_outcome(knowledge: Knowledge, conversations: Conversations, told: list[str], outcome: str) -> None:
    await publish(knowledge, "parcels", page())
    await conversations.ask(PARCELS)
    events = []
    for seq, words in enumerate(told, start=6):
        kind, _, rest = words.partition(" ")
        if kind == "feedback":
            events.append(await conversations.feedback(rest, seq=seq))
        elif kind == "message":
            await conversations.sent("c1", seq, [5], **({rest: [{}]} if rest else {}))
        else:
            events.append(await conversations.event(kind, seq=seq))
    assert await conversations.outcome() == outcome
    before = await conversations.stored()
    await knowledge.desk.usage.observe(events)
    assert str(await conversations.stored()) == str(before), "an event that is heard twice must change nothing"


async def test_feedback_concerns_the_last_answer_of_that_conversation(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    await publish(knowledge, "parcels", page())
    await publish(knowledge, "tents", page("Tents", "Tents stand on flat ground."))
    await conversations.ask(PARCELS, seq=2)
    await conversations.ask("tents stand on flat ground", seq=5)
    await conversations.ask(PARCELS, "c2")
    await conversations.feedback("solved", seq=8)
    assert [one.outcome for one in await conversations.stored()] == ["moved_on", "solved", "open"]


async def test_a_repeat_contact_is_the_same_matter_elsewhere_within_a_week(
    knowledge: Knowledge, conversations: Conversations, clock: HandClock
) -> None:
    await publish(knowledge, "parcels", page())
    await conversations.ask(PARCELS, "c1", customer="cus_mara")
    await conversations.feedback("solved", "c1")
    await conversations.ask("who is the king", "c2", customer="cus_mara")
    await conversations.ask(PARCELS, "c3", customer="cus_other")
    assert [one.repeated_at for one in await conversations.stored()] == [None, None, None]
    clock.moment += timedelta(days=6)
    await conversations.ask("parcels travel days", "c4", customer="cus_mara")
    repeated = [one.repeated_at is not None for one in await conversations.stored()]
    assert repeated == [True, False, False, False]
    clock.moment += timedelta(days=8)
    await conversations.ask(PARCELS, "c5", customer="cus_mara")
    assert [one.repeated_at is not None for one in await conversations.stored()] == [*repeated, False]
    (figures,) = await knowledge.desk.figures.of_article("parcels", 90)
    assert (figures.shown, figures.solved, figures.repeat_contact) == (4, 1, 1)


async def test_the_position_of_a_feed_is_kept_with_the_work(knowledge: Knowledge) -> None:
    usage = knowledge.desk.usage
    assert await usage.position("feed") == 0
    await usage.observe([], feed="feed", position=7)
    await usage.observe([], feed="feed", position=9)
    assert await usage.position("feed") == 9
    with pytest.raises(KeyError):
        await usage.observe([{"type": "feedback.given"}], feed="feed", position=11)
    assert await usage.position("feed") == 9


async def test_what_a_conversation_asked_can_be_erased(knowledge: Knowledge, conversations: Conversations) -> None:
    await conversations.ask("who is the king", "c1")
    await conversations.ask("who is the king now", "c2")
    await conversations.ask("where is my aunt buried", "c3")
    assert len(await knowledge.desk.gaps.find()) == 2
    assert await knowledge.desk.usage.forget(["c1", "c3"]) == 2
    (gap,) = await knowledge.desk.gaps.find()
    assert (gap.title, gap.count) == ("who is the king now", 1)
    assert [one.conversation_id for one in await conversations.stored()] == ["c2"]


async def test_a_question_that_an_agent_names_on_closing_is_a_gap(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    await publish(knowledge, "parcels", page())
    wanted = "Do you ship stoves to Iceland? jo@example.test"
    event = await conversations.event("conversation.closed", "c1", 9, "agent", by="ana", article_missing=wanted)
    await knowledge.desk.usage.observe([event])
    (gap,) = await knowledge.desk.gaps.find()
    assert (gap.count, gap.unanswered) == (1, 1)
    (kept,) = await conversations.stored()
    assert (kept.channel, kept.question) == ("desk", "Do you ship stoves to Iceland? [e-mail]")
    assert (await knowledge.desk.figures.searches(30, "all")).top == []
    await knowledge.desk.usage.forget(["c1"])
    assert await knowledge.desk.gaps.find() == []
