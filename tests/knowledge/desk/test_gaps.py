"""Questions without a good answer become work, the work becomes an article, and the article closes the gap."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from knowledge.answer import likely
from knowledge.desk.desk import GENERATION
from knowledge.desk.drafting import Resolution, Resolutions
from knowledge.errors import BadArticle, EditConflict, NotFound, Unavailable, WrongState
from knowledge.service import Knowledge, open_knowledge
from knowledge.settings import KnowledgeSettings
from tests.knowledge.conftest import HandClock, WordEncoder, page, publish
from tests.knowledge.desk.conftest import Conversations
from tests.support.waiting import eventually

pytestmark = pytest.mark.service

DOGS = "may dogs come into the shop"
ED = "ed@example.test"


async def test_questions_of_one_meaning_are_one_gap(knowledge: Knowledge, conversations: Conversations) -> None:
    await conversations.ask(DOGS, "c1")
    await conversations.ask("may my dogs come into the shop", "c2")
    await conversations.ask("where is my aunt buried", "c3")
    first, second = await knowledge.desk.gaps.find()
    assert (first.count, first.unanswered, first.conversations, first.state) == (2, 2, 2, "open")
    assert first.trend[-1].count == 2
    assert (second.title, second.count) == ("where is my aunt buried", 1)
    gap, questions, history = await knowledge.desk.gaps.get(first.id)
    assert gap == first
    assert [(one.conversation_id, one.seq, one.reason) for one in questions] == [
        ("c2", 2, "unanswered"),
        ("c1", 2, "unanswered"),
    ]
    assert [line.event for line in history] == ["open"]


async def test_a_rejected_answer_is_a_gap_and_a_solved_guess_is_none(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    await publish(knowledge, "parcels", page())
    assert (await conversations.ask("parcels travel", "c1")).sure
    assert await knowledge.desk.gaps.find() == []
    await conversations.feedback("not_solved", "c1")
    (gap,) = await knowledge.desk.gaps.find()
    assert (gap.count, gap.rejected) == (1, 1)
    doubtful = await conversations.ask("parcels by two old mules uphill", "c2")
    assert (doubtful.found, doubtful.sure) == (True, False)
    assert sum(gap.low_confidence for gap in await knowledge.desk.gaps.find()) == 1
    await conversations.feedback("solved", "c2")
    assert [(gap.count, gap.rejected) for gap in await knowledge.desk.gaps.find()] == [(1, 1)]


async def test_an_article_closes_the_gap_and_a_rejection_opens_it_again(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    for number in range(3):
        await conversations.ask(DOGS, f"c{number}")
    (gap,) = await knowledge.desk.gaps.find()
    await publish(knowledge, "tents", page("Tents", "Tents stand on flat ground."))
    await publish(knowledge, "dogs", page("Dogs", "Dogs may come into the shop."))

    async def closed() -> bool:
        return (await knowledge.desk.gaps.get(gap.id))[0].state == "closed"

    await eventually("the gap closes by itself", closed)
    done, _, history = await knowledge.desk.gaps.get(gap.id)
    assert (done.closed_by, done.closed_version) == ("dogs", 1)
    assert "dogs version 1" in history[-1].note
    await conversations.ask(DOGS, "c8")
    assert (await knowledge.desk.gaps.get(gap.id))[0].state == "closed"
    await conversations.feedback("not_solved", "c8")
    back, _, history = await knowledge.desk.gaps.get(gap.id)
    assert (back.state, back.count, back.rejected) == ("open", 4, 1)
    assert [line.event for line in history] == ["open", "resolve", "reject"]


async def test_an_answer_that_does_not_state_what_was_asked_is_a_gap_until_one_does(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    """The confidence that it is the right section is high all along."""
    question = "how soon is the spam folder checked for the voucher mail"
    body = "## The voucher mail\n\nThe spam folder is checked for the voucher mail {}.\n\n## Else\n\nNothing else."
    await publish(knowledge, "vouchers", page("Voucher mail", body.format("by itself")))
    answer = await conversations.ask(question)
    assert (answer.found, answer.sure, likely(answer)) == (True, False, True)
    (gap,) = await knowledge.desk.gaps.find()
    assert gap.low_confidence == 1
    await publish(knowledge, "vouchers", page("Voucher mail", body.format("by us")))
    assert await knowledge.desk.gaps.reconsider() == []
    await publish(knowledge, "vouchers", page("Voucher mail", body.format("within two hours")))
    await knowledge.desk.gaps.reconsider()
    (gap,) = await knowledge.desk.gaps.find()
    assert (gap.state, gap.closed_by, gap.closed_version) == ("closed", "vouchers", 3)


async def test_what_was_rejected_is_not_its_own_solution(knowledge: Knowledge, conversations: Conversations) -> None:
    await publish(knowledge, "dogs", page("Dogs", "Dogs may come into the shop."))
    await conversations.ask(DOGS, "c1")
    await conversations.feedback("not_solved", "c1")
    await publish(knowledge, "tents", page("Tents", "Tents stand on flat ground."))
    assert await knowledge.desk.gaps.reconsider() == []
    await publish(knowledge, "dogs", page("Dogs", "Dogs may come into the shop. On a lead."))
    await knowledge.desk.gaps.reconsider()
    (gap,) = await knowledge.desk.gaps.find()
    assert (gap.state, gap.closed_by, gap.closed_version) == ("closed", "dogs", 2)


async def test_a_publish_while_nobody_looked_closes_the_gap_later(
    settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    reading = settings.model_copy(update={"index_role": "reader"})
    async with open_knowledge(settings, clock, encoder, model="words") as owner:
        await Conversations(owner, clock).ask(DOGS)
        (gap,) = await owner.desk.gaps.find()
    async with open_knowledge(reading, clock, encoder, model="words") as reader:
        await publish(reader, "dogs", page("Dogs", "Dogs may come into the shop."))
        assert (await reader.desk.gaps.get(gap.id))[0].state == "open"
    async with open_knowledge(settings, clock, encoder, model="words") as owner:

        async def closed() -> bool:
            return (await owner.desk.gaps.get(gap.id))[0].closed_by == "dogs"

        await eventually("the gap closes", closed)


async def test_the_day_from_which_an_article_is_true_closes_the_gap(
    knowledge: Knowledge, conversations: Conversations, clock: HandClock
) -> None:
    await conversations.ask(DOGS)
    (gap,) = await knowledge.desk.gaps.find()
    day = (clock.moment + timedelta(days=1)).date().isoformat()
    await publish(knowledge, "dogs", page("Dogs", "Dogs may come into the shop.", effective_from=day))

    async def looked_at() -> bool:
        seen = knowledge.desk._reconsidered
        return seen is not None and seen[GENERATION] == knowledge.live.generation

    await eventually("the gaps are looked at", looked_at)
    assert (await knowledge.desk.gaps.get(gap.id))[0].state == "open"
    clock.moment += timedelta(days=1)

    async def closed() -> bool:
        return (await knowledge.desk.gaps.get(gap.id))[0].closed_by == "dogs"

    await eventually("the gap closes", closed)


async def test_an_edit_elsewhere_in_the_article_is_no_solution(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    def body(rule: str, more: str) -> str:
        return f"## Dogs\n\n{rule}\n\n## Parking\n\n{more}"

    rule = "May dogs come into the shop? No."
    await publish(knowledge, "visits", page("Visits", body(rule, "Behind the house.")))
    await conversations.ask(DOGS, "c1")
    await conversations.feedback("not_solved", "c1")
    await publish(knowledge, "visits", page("Your visit", body(rule, "In front of the house.")))
    assert await knowledge.desk.gaps.reconsider() == []
    await publish(knowledge, "visits", page("Your visit", body(f"{rule} But on Fridays.", "In front of the house.")))
    await knowledge.desk.gaps.reconsider()
    (gap,) = await knowledge.desk.gaps.find()
    assert (gap.state, gap.closed_by, gap.closed_version) == ("closed", "visits", 3)


async def test_one_click_makes_a_draft_from_questions_and_colleagues(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    for number in range(3):
        await conversations.ask(f"{DOGS}, I am jo@example.test", f"c{number}")
    await conversations.event("handoff.requested", "c1")
    asked_for: list[str] = []

    async def colleagues(ids: Sequence[str]) -> Resolutions:
        asked_for.extend(ids)
        told = "Hello Mara, dogs on a lead are welcome, <script>alert(1)</script> call +43 660 1234567 to be sure."
        return {name: Resolution(["Hello!", told], ["Mara Holm"]) for name in ids}

    knowledge.desk.gaps.resolutions = colleagues
    (gap,) = await knowledge.desk.gaps.find()
    drafted, article, answers = await knowledge.desk.gaps.do_draft(gap.id, ED)
    assert (asked_for, answers) == (["c1"], 1)
    assert (drafted.state, drafted.draft_id, article.state) == ("drafted", article.id, "draft")
    body = (await knowledge.editing.version(article.id, 1)).content.body
    assert f'[asked]: # "{DOGS}, I am [e-mail]"' in body
    assert "> Hello [name], dogs on a lead are welcome" in body
    for secret in ("Mara", "jo@example.test", "1234567", "<script>"):
        assert secret not in body
    with pytest.raises(BadArticle, match="still open"):
        await knowledge.editing.do_publish(article.id, 1, ED)
    with pytest.raises(WrongState):
        await knowledge.desk.gaps.do_draft(gap.id, ED)
    ways = "\n".join(line for line in body.splitlines() if line.startswith("[asked]"))
    await publish(knowledge, article.id, page("Dogs", f"## Dogs\n\n{ways}\n\nDogs may come into the shop on a lead."))
    await knowledge.desk.gaps.reconsider()
    assert (await knowledge.desk.gaps.get(gap.id))[0].closed_by == article.id


async def test_the_drafts_of_all_gaps_are_looked_up_at_once(knowledge: Knowledge, conversations: Conversations) -> None:
    for number, question in enumerate((DOGS, "where is my aunt buried", "what do you pay your staff")):
        await conversations.ask(question, f"c{number}")
    gaps = await knowledge.desk.gaps.find()
    made = {gap.id: (await knowledge.desk.gaps.do_draft(gap.id, ED))[1].id for gap in gaps[:2]}
    asked: list[str] = []
    sa.event.listen(knowledge._database._engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    assert {gap.id: gap.draft_id for gap in await knowledge.desk.gaps.find()} == {gaps[2].id: None, **made}
    assert len([one for one in asked if "FROM articles" in one]) == 1


async def test_a_draft_does_not_take_anothers_id(knowledge: Knowledge, conversations: Conversations) -> None:
    await publish(knowledge, "dogs", page("Noise", "Barking is loud."))
    await conversations.ask(DOGS)
    (gap,) = await knowledge.desk.gaps.find()
    with pytest.raises(EditConflict):
        await knowledge.desk.gaps.do_draft(gap.id, ED, "dogs")
    assert (await knowledge.desk.gaps.get(gap.id))[0].state == "open"


async def test_gaps_are_moved_by_hand_with_a_trail(knowledge: Knowledge, conversations: Conversations) -> None:
    gaps = knowledge.desk.gaps
    await conversations.ask(DOGS)
    (gap,) = await gaps.find()
    await gaps.do_move(gap.id, "dismiss", ED, "No shop, no dogs.")
    await conversations.ask(DOGS, "c2")
    dismissed, _, _ = await gaps.get(gap.id)
    assert (dismissed.state, dismissed.count) == ("dismissed", 2)
    assert await gaps.find("open") == []
    await gaps.do_move(gap.id, "reopen", ED, "")
    await gaps.do_move(gap.id, "close", ED, "It is on the door.")
    await conversations.ask(DOGS, "c3")
    _, _, history = await gaps.get(gap.id)
    assert [(line.event, line.actor) for line in history] == [
        ("open", "system"),
        ("dismiss", ED),
        ("reopen", ED),
        ("close", ED),
        ("reject", "system"),
    ]
    assert [line.gap_id for line in await knowledge.desk.audit(3)] == [gap.id] * 3
    with pytest.raises(WrongState):
        await gaps.do_move(gap.id, "reopen", ED, "")
    with pytest.raises(NotFound):
        await gaps.do_move(999, "close", ED, "")


async def test_a_gap_that_came_back_can_get_a_draft_again(knowledge: Knowledge, conversations: Conversations) -> None:
    await conversations.ask(DOGS, "c1")
    (gap,) = await knowledge.desk.gaps.find()
    _, first, _ = await knowledge.desk.gaps.do_draft(gap.id, ED)
    await publish(knowledge, first.id, page("Dogs", "Dogs may come into the shop."))
    await knowledge.desk.gaps.reconsider()
    closed, _, _ = await knowledge.desk.gaps.get(gap.id)
    assert (closed.state, closed.closed_by, closed.draft_id) == ("closed", first.id, None)
    await conversations.ask(DOGS, "c2")
    await conversations.feedback("not_solved", "c2")
    back, _, _ = await knowledge.desk.gaps.get(gap.id)
    assert (back.state, back.closed_by, back.closed_version, back.draft_id) == ("open", None, None, None)
    again, second, _ = await knowledge.desk.gaps.do_draft(gap.id, ED)
    assert (again.state, again.draft_id, second.id != first.id) == ("drafted", second.id, True)


async def test_a_draft_that_was_archived_makes_room_for_another(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    gaps = knowledge.desk.gaps
    await conversations.ask(DOGS, "c1")
    (gap,) = await gaps.find()
    _, first, _ = await gaps.do_draft(gap.id, ED)
    await gaps.do_move(gap.id, "dismiss", ED, "")
    reopened = await gaps.do_move(gap.id, "reopen", ED, "")
    assert (reopened.state, reopened.draft_id) == ("open", first.id)
    with pytest.raises(WrongState, match=f"There is a draft for this gap already: {first.id}"):
        await gaps.do_draft(gap.id, ED)
    await knowledge.editing.do_archive(first.id, 1, ED)
    assert [one.draft_id for one in await gaps.find()] == [None]
    _, second, _ = await gaps.do_draft(gap.id, ED)
    await knowledge.editing.do_archive(second.id, 1, ED)
    third, _, _ = await gaps.do_draft(gap.id, ED)
    assert third.state == "drafted"


async def test_two_clicks_at_once_make_one_draft(knowledge: Knowledge, conversations: Conversations) -> None:
    await conversations.ask(DOGS, "c1")
    (gap,) = await knowledge.desk.gaps.find()
    both = [knowledge.desk.gaps.do_draft(gap.id, ED, name) for name in ("dogs", "pets")]
    done = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["WrongState", "tuple"]
    (article,) = await knowledge.editing.find()
    assert (await knowledge.desk.gaps.get(gap.id))[0].draft_id == article.id


async def test_a_draft_takes_no_former_id(knowledge: Knowledge, conversations: Conversations) -> None:
    await publish(knowledge, "pets", page(redirect_from=("may-dogs-come-into-the-shop",)))
    await conversations.ask(DOGS, "c1")
    (gap,) = await knowledge.desk.gaps.find()
    _, article, _ = await knowledge.desk.gaps.do_draft(gap.id, ED, title=DOGS)
    assert article.id == "may-dogs-come-into-the-shop-2"


async def test_a_merge_leaves_no_words_of_what_is_erased(knowledge: Knowledge, conversations: Conversations) -> None:
    await conversations.ask(DOGS, "c1")
    await conversations.ask("are pets welcome", "c2")
    gaps = {gap.title: gap.id for gap in await knowledge.desk.gaps.find()}
    await knowledge.desk.gaps.do_merge(gaps[DOGS], gaps["are pets welcome"], ED)
    await knowledge.desk.usage.forget(["c1"])
    assert "dogs" not in repr(await knowledge.desk.gaps.get(gaps["are pets welcome"]))
    assert "dogs" not in repr(await knowledge.desk.audit(100))


async def test_what_an_erased_conversation_said_leaves_every_version(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    async def colleagues(ids: Sequence[str]) -> Resolutions:
        return {name: Resolution([f"The dog of the guest in {name} is welcome, and so are all."]) for name in ids}

    knowledge.desk.gaps.resolutions = colleagues
    for number, question in enumerate((DOGS, "may my dogs come into the shop", DOGS.upper()), start=1):
        await conversations.ask(question, f"c{number}")
        await conversations.event("handoff.requested", f"c{number}", source="system")
    (gap,) = await knowledge.desk.gaps.find()
    _, article, answers = await knowledge.desk.gaps.do_draft(gap.id, ED, title="Dogs")
    assert (article.id, answers) == ("dogs", 3)
    drafted = (await knowledge.editing.version("dogs", 1)).content
    finished = "\n".join(line for line in drafted.body.split("\n") if not line.startswith("[open]"))
    await knowledge.editing.do_edit("dogs", page("Dogs", f"{finished}\n\nThe dog of a guest is welcome."), 1, ED)
    await knowledge.editing.do_publish("dogs", 2, ED)

    async def words() -> str:
        history, live = await knowledge.editing.history("dogs"), knowledge.live.passages.values()
        return repr((await knowledge.editing.versions("dogs"), history, list(live))).replace("\\n", "\n")

    async def said() -> list[str]:
        found, told = await words(), ["my dogs come", "MAY DOGS", DOGS, "in c1", "in c2", "in c3", "of a guest"]
        return [one for one in told if one in found]

    before = await said()
    assert before[-4:] == ["in c1", "in c2", "in c3", "of a guest"]
    assert await knowledge.desk.forget(["c2"]) == 1
    assert await said() == [one for one in before if one not in ("my dogs come", "in c2")]
    assert await knowledge.desk.forget(["c1"]) == 1
    assert {"MAY DOGS", DOGS} & set(await said())
    assert await knowledge.desk.forget(["c3"]) == 1
    assert await said() == ["of a guest"]
    (live,) = {passage.chunk.asked for passage in knowledge.live.passages.values()}
    assert live == ()


async def test_an_erasure_that_failed_half_way_is_done_again(
    knowledge: Knowledge, conversations: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_articles: object) -> None:
        raise Unavailable("model_away", "The model cannot be reached.")

    await conversations.ask(DOGS, "c1")
    (gap,) = await knowledge.desk.gaps.find()
    _, article, _ = await knowledge.desk.gaps.do_draft(gap.id, ED, title="Dogs")
    body = (await knowledge.editing.version(article.id, 1)).content.body.replace("[open]", "[done]")
    await publish(knowledge, "dogs", page("Dogs", f"{body}\n\nThey may."))
    assert DOGS in repr(knowledge.live.passages)
    with monkeypatch.context() as patch:
        patch.setattr(knowledge.desk, "_ingest", broken)
        with pytest.raises(Unavailable):
            await knowledge.desk.forget(["c1"])
    assert await knowledge.desk.forget(["c1"]) == 1
    assert DOGS not in repr((await knowledge.editing.versions("dogs"), knowledge.live.passages))


async def test_two_gaps_are_merged(knowledge: Knowledge, conversations: Conversations) -> None:
    await conversations.ask(DOGS, "c1")
    await conversations.ask("are pets welcome", "c2")
    one, other = await knowledge.desk.gaps.find()
    both = await knowledge.desk.gaps.do_merge(one.id, other.id, ED)
    assert (both.id, both.count) == (other.id, 2)
    with pytest.raises(NotFound):
        await knowledge.desk.gaps.get(one.id)
    with pytest.raises(WrongState):
        await knowledge.desk.gaps.do_merge(other.id, other.id, ED)
    await conversations.ask("are pets welcome", "c3")
    assert (await knowledge.desk.gaps.get(other.id))[0].count == 3


async def test_a_list_of_gaps_reads_neither_words_nor_vectors(
    settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    """In each order, with a limit that SQL keeps: a desk with thousands of gaps is listed as fast as one with ten."""
    reading = settings.model_copy(update={"index_role": "reader"})
    async with open_knowledge(reading, clock, encoder, model="words") as knowledge:
        conversations = Conversations(knowledge, clock)
        for number, times in enumerate((2, 4, 3)):
            for turn in range(times):
                await conversations.ask(f"w{number}x w{number}y w{number}z", f"c{number}-{turn}")
        clock.moment += timedelta(weeks=1)
        await conversations.ask("w2x w2y w2z", "later")
        await conversations.ask("w0x w0y w0z", "last")
        statements: list[str] = []
        engine = knowledge._database._engine
        sa.event.listen(engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
        wanted = {"count": [2, 3], "recent": [1, 3], "rising": [1, 3]}
        for order, ids in wanted.items():
            assert [gap.id for gap in await knowledge.desk.gaps.find(order=order, limit=2)] == ids  # type: ignore[arg-type]
        assert [(gap.id, gap.count) for gap in await knowledge.desk.gaps.top("2026-05")] == [(2, 4), (3, 4), (1, 3)]
        assert any("SELECT" in one and "gaps" in one for one in statements)
        heavy = [one for one in statements if "SELECT" in one and ("vector" in one or "centre" in one)]
        assert heavy == []


async def test_the_months_top_ten(knowledge: Knowledge, conversations: Conversations, clock: HandClock) -> None:
    words = [f"w{number}x w{number}y w{number}z" for number in range(12)]
    for number, question in enumerate(words):
        for times in range(number % 4 + 1):
            await conversations.ask(question, f"c{number}-{times}")
    clock.moment += timedelta(days=40)
    await conversations.ask(words[0], "later")
    top = await knowledge.desk.gaps.top("2026-05")
    assert [gap.count for gap in top] == [4, 4, 4, 3, 3, 3, 2, 2, 2, 1]
    assert [gap.count for gap in await knowledge.desk.gaps.top("2026-06")] == [1]


async def test_a_follow_up_is_shown_and_asked_again_with_what_was_said_before(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    before = ("I am ada@example.test", "may dogs come into the shop")
    await conversations.ask("and cats?", history=before)
    (gap,) = await knowledge.desk.gaps.find()
    _, (question,), _ = await knowledge.desk.gaps.get(gap.id)
    assert question.question == "and cats?"
    assert (question.said_before or "").endswith("may dogs come into the shop")
    assert "ada@" not in (question.said_before or "")
    await publish(
        knowledge, "dogs", page("Dogs", "I am sure: may dogs and cats come into the shop? Dogs and cats may.")
    )
    await knowledge.desk.gaps.reconsider()
    assert (await knowledge.desk.gaps.get(gap.id))[0].closed_by == "dogs"
    await conversations.ask("what colour have the stars at noon", "c2", history=before)
    (question,) = (await knowledge.desk.gaps.get(2))[1]
    assert question.said_before is None


async def test_a_month_is_the_companys(settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder) -> None:
    """In Vienna it is June already while it is May in UTC."""
    there = settings.model_copy(update={"timezone": "Europe/Vienna"})
    async with open_knowledge(there, clock, encoder, model="words") as knowledge:
        clock.moment = datetime(2026, 5, 31, 22, 30, tzinfo=UTC)
        await Conversations(knowledge, clock).ask(DOGS, sent=False)
        assert await knowledge.desk.gaps.top("2026-05") == []
        assert [gap.count for gap in await knowledge.desk.gaps.top("2026-06")] == [1]
        clock.moment = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
        await Conversations(knowledge, clock).ask("where is my aunt buried", "c2", sent=False)
        assert [gap.count for gap in await knowledge.desk.gaps.top("2026-12")] == [1]
        assert await knowledge.desk.gaps.top("2027-01") == []
