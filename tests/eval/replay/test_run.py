"""Which episodes are replayed, with what history each turn is asked, and what is counted of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.outcomes.classify import episodes_of
from eval.outcomes.model import DAY, Conversation, Event
from eval.replay import pages
from eval.replay.choose import FAILED, choose
from eval.replay.kept import Journal, OtherCandidate
from eval.replay.model import Asked, Recorded, Turn
from eval.replay.run import history_before, replay
from eval.replay.said import Said
from eval.replay.words import turns_of_words
from eval.report.write import write
from eval.transcripts.model import Problem

pytestmark = pytest.mark.unit

ANSWER = Said("answered", "We do, ask mara.voss@example.com.", ("kayaks",), steps=("action_answer_question",))
NOTHING = Said("not_known", "I would rather not guess.", steps=("action_answer_question",))


class Scripted:
    """Answers each turn by its words, and keeps with what history it was asked."""

    def __init__(self, **answers: Asked) -> None:
        self._answers = answers
        self.histories: list[tuple[str, list[dict[str, Any]]]] = []

    async def turn(self, recorded: Recorded, number: int, history: Sequence[dict[str, Any]]) -> Asked:
        text = recorded.turns[number].text
        self.histories.append((text, list(history)))
        return self._answers[text.split()[0]]


def conversation(name: str, at: float, *told: tuple[str, str, dict[str, Any]]) -> Conversation:
    events = tuple(Event(n, at + n, source, kind, data) for n, (source, kind, data) in enumerate(told, start=1))
    return Conversation(name, "web", None, events)


def asked_in_vain(name: str, at: float = 0.0, text: str = "kayaks for two, do you sell them?") -> Conversation:
    return conversation(
        name, at,
        ("customer", "message.sent", {"text": text, "author": "customer"}),
        ("bot", "triage.decided", {"reply_to": [1], "decision": "continue", "rule": "calm", "intent": "ask_product"}),
        ("bot", "message.sent", {"text": "I don't have a reliable answer to that.", "author": "bot", "reply_to": [1]}),
        ("system", "conversation.closed", {"by": "system"}),
    )  # fmt: skip


def answered_and_confirmed(name: str, at: float = 0.0) -> Conversation:
    cited = [
        {"article_id": "gift-cards", "version": 1, "title": "Gift cards", "section": "", "url": "/help/gift-cards"}
    ]
    return conversation(
        name, at,
        ("customer", "message.sent", {"text": "vouchers expire when?", "author": "customer"}),
        ("bot", "triage.decided", {"reply_to": [1], "decision": "continue", "rule": "calm", "intent": "ask_product"}),
        ("bot", "message.sent", {"text": "Never.", "author": "bot", "reply_to": [1], "citations": cited}),
        ("customer", "feedback.given", {"kind": "solved"}),
        ("system", "conversation.closed", {"by": "system"}),
    )  # fmt: skip


def chosen_of(*conversations: Conversation, control: int = 10, seed: int = 1) -> list[Any]:
    recorded = {each.id: turns_of_words(each) for each in conversations}
    return choose(episodes_of(conversations, 30 * DAY), recorded, FAILED, control, seed)


def test_what_failed_is_chosen_and_a_sample_of_what_did_not() -> None:
    good = [answered_and_confirmed(f"good-{number}", number * 100.0) for number in range(8)]
    bad = [asked_in_vain("bad-2", 5_000.0), asked_in_vain("bad-1", 100.0)]
    chosen = chosen_of(*good, *bad, control=3)
    assert [one.parts[0].conversation.id for one in chosen[:2]] == ["bad-1", "bad-2"]
    assert [one.control for one in chosen] == [False, False, True, True, True]
    names = [one.episode.id for one in chosen]
    assert names == [one.episode.id for one in chosen_of(*good, *bad, control=3)]
    assert names != [one.episode.id for one in chosen_of(*good, *bad, control=3, seed=2)]


def test_newly_resolved_and_newly_broken_are_counted_apart_with_their_episodes(tmp_path: Path) -> None:
    chosen = chosen_of(asked_in_vain("bad"), answered_and_confirmed("good", 100.0))
    told = []
    outcome = asyncio.run(
        replay(chosen, Scripted(kayaks=Asked(ANSWER), vouchers=Asked(NOTHING)), lambda: told.append(1))
    )
    document = outcome.document()
    assert [one["verdict"] for one in document["results"]] == ["newly_resolved", "newly_broken"]
    resolved, broken = document["metrics"]["newly_resolved"], document["metrics"]["newly_broken"]
    assert (resolved["hits"], resolved["n"], broken["hits"], broken["n"]) == (1, 1, 1, 1)
    assert resolved["hit_episodes"] == [chosen[0].episode.id]
    assert resolved["interval_95"][0] < 1.0
    assert len(told) == 2
    paths = write(tmp_path, pages.report(outcome, {}, [Problem(2, "not JSON", True)]), document, pages.cases(outcome))
    page = paths["html"].read_text()
    assert "mara.voss@example.com" not in page + json.dumps(document)
    assert "newly broken" in paths["junit"].read_text()
    assert "not JSON" in page


def test_words_that_were_never_said_to_anybody_do_not_count_after_the_first_difference() -> None:
    twice = conversation(
        "bad", 0.0,
        ("customer", "message.sent", {"text": "kayaks ?", "author": "customer"}),
        ("bot", "message.sent", {"text": "Which order is it about?", "author": "bot", "reply_to": [1]}),
        ("customer", "message.sent", {"text": "vouchers then", "author": "customer"}),
        ("bot", "message.sent", {"text": "I don't have a reliable answer to that.", "author": "bot", "reply_to": [3]}),
        ("system", "conversation.closed", {"by": "system"}),
    )  # fmt: skip
    own = [{"event": "user", "text": "kayaks ?"}]
    candidate = Scripted(kayaks=Asked(ANSWER, own), vouchers=Asked(ANSWER))
    outcome = asyncio.run(replay(chosen_of(twice), candidate))
    (one,) = outcome.document()["results"]
    assert one["verdict"] == "undetermined"
    assert [turn["valid"] for turn in one["turns"]] == [True, False]
    assert candidate.histories == [("kayaks ?", []), ("vouchers then", own)]


def test_the_history_is_the_old_one_and_no_longer_than_the_window() -> None:
    def turn(number: int) -> Turn:
        events = [{"event": "user", "text": str(number)}]
        return Turn(number, (number,), "message", str(number), 0.0, NOTHING, events=events, snapshot=[{"at": number}])

    recorded = Recorded(conversation("c", 0.0), [turn(number) for number in range(20)])
    assert history_before(recorded, 0) == []
    assert [event["text"] for event in history_before(recorded, 2)] == ["0", "1"]
    long = history_before(recorded, 15)
    assert long[0] == {"at": 2}
    assert [event["text"] for event in long[1:]] == [str(number) for number in range(3, 15)]


class BrokenOff(Exception):
    pass


class Failing(Scripted):
    """Answers so many turns, and then the machine goes down."""

    def __init__(self, turns: int, **answers: Asked) -> None:
        super().__init__(**answers)
        self._left = turns

    async def turn(self, recorded: Recorded, number: int, history: Sequence[dict[str, Any]]) -> Asked:
        self._left -= 1
        if self._left < 0:
            raise BrokenOff
        return await super().turn(recorded, number, history)


ANSWERS = {"kayaks": Asked(ANSWER, [{"event": "user"}]), "vouchers": Asked(None, problem="timeout")}


def test_a_replay_that_was_broken_off_goes_on_where_it_was(tmp_path: Path) -> None:
    names = [asked_in_vain("bad-1"), asked_in_vain("bad-2", 50.0), answered_and_confirmed("good", 100.0)]
    chosen = chosen_of(*names)
    whole = asyncio.run(replay(chosen, Scripted(**ANSWERS)))

    path = tmp_path / "asked.jsonl"
    with pytest.raises(BrokenOff):
        asyncio.run(replay(chosen, Failing(2, **ANSWERS), kept=Journal(path, "b1")))
    path.write_text(path.read_text() + '{"conversation_id": "go')  # the last line was cut off

    candidate = Scripted(**ANSWERS)
    resumed = asyncio.run(replay(chosen, candidate, kept=Journal(path, "b1")))
    assert [text for text, _ in candidate.histories] == ["vouchers expire when?"]
    assert resumed.document() == whole.document()
    assert "mara.voss@example.com" not in path.read_text()

    nobody = Scripted()  # asked of nothing any more, it says the same
    assert asyncio.run(replay(chosen, nobody, kept=Journal(path, "b1"))).document() == whole.document()


def test_what_another_candidate_said_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    Journal(tmp_path / "asked.jsonl", "b1")
    with pytest.raises(OtherCandidate):
        Journal(tmp_path / "asked.jsonl", "b2")


def test_a_conversation_that_went_on_is_asked_again(tmp_path: Path) -> None:
    (one,) = chosen_of(asked_in_vain("bad"))
    path = tmp_path / "asked.jsonl"
    asyncio.run(replay([one], Scripted(**ANSWERS), kept=Journal(path, "b1")))
    (recorded,) = one.parts
    longer = Recorded(recorded.conversation, [*recorded.turns, replace(recorded.turns[0], seq=9)])
    candidate = Scripted(**ANSWERS)
    asyncio.run(replay([replace(one, parts=(longer,))], candidate, kept=Journal(path, "b1")))
    assert len(candidate.histories) == 2


def test_what_became_of_a_parted_conversation_is_kept_with_it(tmp_path: Path) -> None:
    twice = conversation(
        "bad", 0.0,
        ("customer", "message.sent", {"text": "kayaks ?", "author": "customer"}),
        ("bot", "message.sent", {"text": "Which order is it about?", "author": "bot", "reply_to": [1]}),
        ("customer", "message.sent", {"text": "kayaks then", "author": "customer"}),
        ("bot", "message.sent", {"text": "I don't have a reliable answer to that.", "author": "bot", "reply_to": [3]}),
        ("system", "conversation.closed", {"by": "system"}),
    )  # fmt: skip
    path = tmp_path / "asked.jsonl"
    first, again = (
        asyncio.run(replay(chosen_of(twice), candidate, kept=Journal(path, "b1"))).document()
        for candidate in (Scripted(**ANSWERS), Scripted())
    )
    assert first == again
    assert [turn["valid"] for turn in again["results"][0]["turns"]] == [True, False]
