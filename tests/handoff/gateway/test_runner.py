"""Every turn has one visible end, whatever becomes of the assistant: away, broken, silent, or killed with the app."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response, StreamingResponse

import handoff.app
from handoff.clock import SystemClock
from handoff.notices.english import ENGLISH
from handoff.settings import HandoffSettings
from tests.handoff.conftest import Customer, Desk, ScriptedBot, echo, result, running, serving_bot
from tests.support.waiting import eventually

pytestmark = pytest.mark.service

PATIENT = {"turn_patience": timedelta(seconds=30), "turn_deadline": timedelta(seconds=30)}


class LaterClock(SystemClock):
    """The same time, ``seconds`` later."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() + self._ahead


class Hanging:
    """An assistant that takes a turn and answers when it is told to."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.release = asyncio.Event()

    async def __call__(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.set()
        await self.release.wait()
        return await echo(request)


async def in_queue(desk: Desk, customer: Customer) -> dict[str, Any] | None:
    waiting = (await desk.client.get("/api/v1/queue", headers=await desk.sign_in())).json()["waiting"]
    return next((item for item in waiting if item["conversation_id"] == customer.id), None)


def texts(events: list[dict[str, Any]]) -> list[str]:
    return [event["data"]["text"] for event in events if "text" in event.get("data", {})]


def ends(events: list[dict[str, Any]], seq: int) -> list[dict[str, Any]]:
    return [
        event
        for event in events
        if event["type"] in ("message.sent", "turn.failed") and seq in event["data"].get("reply_to", ())
    ]


@asynccontextmanager
async def crashing(settings: HandoffSettings, bot: ScriptedBot, ahead: float = 0) -> AsyncIterator[Desk]:
    """An app whose running turns die at the end as under ``kill -9``: nobody lets go of them."""
    async with running(settings, bot, LaterClock(ahead)) as desk:
        yield desk
        runner = desk.handoff.core.runner
        tasks = tuple(runner._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        runner._in_flight.clear()


async def test_a_bot_that_comes_back_in_time_answers_once(settings: HandoffSettings, bot: ScriptedBot) -> None:
    away = str(Path(bot.socket).parent / "late.sock")
    async with running(settings.model_copy(update=PATIENT | {"bot_sockets": (away,)}), bot) as desk:
        customer = await desk.open()
        seq = (await customer.say("hello?")).json()["seq"]
        await customer.until_text(ENGLISH.still_working)
        async with serving_bot(bot, away):
            events = await customer.until_text("You said: hello?")
            assert len(ends(events, seq)) == 1
            assert texts(events).count(ENGLISH.still_working) == 1
            assert await desk.violations(customer.id) == []


async def test_a_bot_that_is_not_ready_is_asked_again(settings: HandoffSettings, bot: ScriptedBot) -> None:
    async def third_time(request: dict[str, Any]) -> dict[str, Any] | Response:
        return JSONResponse({"code": "not_ready"}, 503) if len(bot.requests) < 3 else await echo(request)

    bot.answer = third_time
    async with running(settings.model_copy(update=PATIENT), bot) as desk:
        customer = await desk.open()
        seq = (await customer.say("hello?")).json()["seq"]
        events = await customer.until_text("You said: hello?")
        assert len(ends(events, seq)) == 1
        assert len({request["context"]["turn_id"] for request in bot.requests}) == 1
        assert await desk.violations(customer.id) == []


UNUSABLE = {
    "no JSON": Response(b"<html>oops</html>"),
    "another shape": JSONResponse({"text": "hi"}),
    "an unknown field": JSONResponse(result("hi", mood="sunny")),
    "not a number": Response(
        b'{"messages":[],"directives":[],"triage":{"decision":"continue","rule":"none",'
        b'"frustration":NaN,"complexity":0.0},"operations":[],"tracker_events":[],"snapshot":[],"tracker_version":1,'
        b'"model_version":"x"}'
    ),
    "half a character": Response(b'{"messages":[{"text":"\\ud800"}]}'),
    "nothing to say": JSONResponse(result()),
    "blank words": JSONResponse(result(" \n")),
    "a refusal": JSONResponse({"code": "bad_signature"}, 403),
    "a refusal of a strange shape": JSONResponse(["no"], 418),
    "an approval for an operation that is not there": JSONResponse(
        result(
            "One moment.",
            directives=[{"directive": "approval", "operation_id": "op_none", "kind": "refund", "summary": "80.00"}],
        )
    ),
}


@pytest.mark.parametrize("what", UNUSABLE)
async def test_an_answer_that_cannot_be_used_ends_with_a_person(desk: Desk, what: str) -> None:
    async def broken(_: dict[str, Any]) -> Response:
        return UNUSABLE[what]

    desk.bot.answer = broken
    customer = await desk.open()
    seq = (await customer.say("where is it?")).json()["seq"]
    events = await customer.until(lambda seen: any(e["type"] == "handoff.queued" for e in seen))
    (end,) = ends(events, seq)
    assert (end["type"], end["data"]["text"]) == ("turn.failed", ENGLISH.turn_failed)
    waiting = await in_queue(desk, customer)
    assert waiting is not None
    assert waiting["reason"] == "tool_failure"
    assert len(desk.bot.requests) == 1
    assert await desk.violations(customer.id) == []


FELL = JSONResponse({"code": "failed", "message": "The turn failed."}, 500)


async def test_a_bot_that_falls_once_is_asked_again(desk: Desk) -> None:
    async def second_time(request: dict[str, Any]) -> dict[str, Any] | Response:
        return FELL if len(desk.bot.requests) < 2 else await echo(request)

    desk.bot.answer = second_time
    customer = await desk.open()
    await customer.say("hello?")
    await customer.until_text("You said: hello?")


@pytest.mark.parametrize("replicas", [1, 2])
async def test_a_text_that_fells_the_bot_twice_ends_with_a_person(
    settings: HandoffSettings, bot: ScriptedBot, replicas: int
) -> None:
    """However much patience there is: each try would run the actions once more."""

    async def falls(_: dict[str, Any]) -> Response:
        return FELL

    bot.answer = falls
    settings = settings.model_copy(update=PATIENT | {"bot_sockets": (bot.socket,) * replicas})
    async with running(settings, bot) as desk:
        customer = await desk.open()
        seq = (await customer.say("what fells it")).json()["seq"]
        events = await customer.until(lambda seen: any(e["type"] == "handoff.queued" for e in seen))
        (end,) = ends(events, seq)
        assert (end["type"], end["data"]["reason"]) == ("turn.failed", "failed")
        assert len(bot.requests) == 2
        assert await desk.violations(customer.id) == []


async def test_a_bot_that_falls_between_two_silences_is_not_asked_for_ever(
    settings: HandoffSettings, bot: ScriptedBot
) -> None:
    """A replica that is away answers nothing, so it takes nothing back."""

    async def falls(_: dict[str, Any]) -> Response:
        return FELL

    bot.answer = falls
    away = str(Path(bot.socket).parent / "away.sock")
    async with running(settings.model_copy(update=PATIENT | {"bot_sockets": (bot.socket, away)}), bot) as desk:
        customer = await desk.open()
        await customer.say("what fells it")
        await customer.until(lambda seen: any(e["type"] == "turn.failed" for e in seen))
        assert len(bot.requests) == 2


async def test_silence_is_broken_by_an_honest_word_and_ends_with_a_person(desk: Desk) -> None:
    desk.bot.answer = Hanging()
    customer = await desk.open()
    seq = (await customer.say("hello?")).json()["seq"]
    events = await customer.until(lambda seen: any(e["type"] == "handoff.queued" for e in seen))
    said = texts(events)
    assert said.index(ENGLISH.still_working) < said.index(ENGLISH.turn_failed)
    assert [end["type"] for end in ends(events, seq)] == ["turn.failed"]
    waiting = await in_queue(desk, customer)
    assert waiting is not None
    assert waiting["reason"] == "tool_failure"
    assert await desk.violations(customer.id) == []
    desk.bot.answer.release.set()


async def test_a_bot_that_trickles_is_late_all_the_same(desk: Desk) -> None:
    """The deadline is over the whole answer, not over each piece of it."""
    stop = asyncio.Event()

    async def drops() -> AsyncIterator[bytes]:
        while not stop.is_set():
            yield b" "
            await asyncio.sleep(0.05)  # the pace of the drops, not a wait for anything

    async def trickle(_: dict[str, Any]) -> Response:
        return StreamingResponse(drops())

    desk.bot.answer = trickle
    customer = await desk.open()
    await customer.say("hello?")
    await customer.until(lambda seen: any(e["type"] == "turn.failed" for e in seen), seconds=8)
    stop.set()


@pytest.mark.parametrize("accepted", [False, True], ids=["button", "accepted"])
async def test_what_the_bot_says_after_a_takeover_is_a_draft(
    settings: HandoffSettings, bot: ScriptedBot, accepted: bool
) -> None:
    bot.answer = hanging = Hanging()
    async with running(settings.model_copy(update=PATIENT), bot) as desk:
        customer = await desk.open()
        await customer.say("my order")
        await hanging.asked.wait()
        await customer.post("handoff", {})
        if accepted:
            waiting = await in_queue(desk, customer)
            assert waiting is not None
            url = f"/api/v1/handoffs/{waiting['handoff_id']}/accept"
            assert (await desk.client.post(url, headers=await desk.sign_in())).status_code == 200
        hanging.release.set()

        async def drafts() -> list[dict[str, Any]]:
            return [e for e in await desk.log(customer.id) if e["type"] == "message.drafted"]

        (draft,) = await eventually("the draft is in the log", drafts)
        assert draft["data"]["text"] == "You said: my order"
        seen = await customer.events()
        assert not any("You said" in text for text in texts(seen))
        assert {"seq": draft["seq"], "type": "hidden"} in seen
        assert await desk.violations(customer.id) == []


async def test_a_turn_that_a_restart_interrupts_is_answered_once_afterwards(
    settings: HandoffSettings, bot: ScriptedBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving in order lets go of the turn: on no engine must the next process wait for the lease."""
    monkeypatch.setattr(handoff.app, "DRAIN_SECONDS", 0.05)
    settings = settings.model_copy(update=PATIENT)
    bot.answer = hanging = Hanging()
    async with running(settings, bot) as desk:
        customer = await desk.open()
        seq = (await customer.say("still there?")).json()["seq"]
        await hanging.asked.wait()
    bot.answer = echo
    async with running(settings, bot) as desk:
        customer.desk = desk
        events = await customer.until_text("You said: still there?")
        hanging.release.set()
        assert len(ends(events, seq)) == 1
        assert await desk.violations(customer.id) == []


async def test_a_turn_that_dies_with_its_process_is_answered_once_afterwards(
    settings: HandoffSettings, bot: ScriptedBot
) -> None:
    settings = settings.model_copy(update=PATIENT)
    bot.answer = hanging = Hanging()
    async with crashing(settings, bot) as desk:
        customer = await desk.open()
        seq = (await customer.say("still there?")).json()["seq"]
        await hanging.asked.wait()
    bot.answer = echo
    async with running(settings, bot) as desk:
        customer.desk = desk
        events = await customer.until_text("You said: still there?")
        hanging.release.set()
        assert len(ends(events, seq)) == 1
        assert await desk.violations(customer.id) == []


async def test_an_app_that_joins_others_leaves_their_turns_alone(settings: HandoffSettings, bot: ScriptedBot) -> None:
    if settings.database_url.startswith("sqlite"):
        pytest.skip("one app has SQLite")
    bot.answer = hanging = Hanging()
    async with running(settings.model_copy(update=PATIENT), bot) as desk:
        customer = await desk.open()
        seq = (await customer.say("still there?")).json()["seq"]
        await hanging.asked.wait()
        async with running(settings.model_copy(update=PATIENT), bot):
            hanging.release.set()
            events = await customer.until(lambda seen: len(ends(seen, seq)) > 0)
        assert len(bot.requests) == 1
        assert len(ends(events, seq)) == 1


async def test_a_message_that_brings_the_app_down_goes_to_a_person(settings: HandoffSettings, bot: ScriptedBot) -> None:
    settings = settings.model_copy(update=PATIENT)
    customer: Customer | None = None
    for attempt in range(3):
        bot.answer = hanging = Hanging()
        async with crashing(settings, bot, ahead=60 * attempt) as desk:
            if customer is None:
                customer = await desk.open()
                await customer.say("poison")
            await asyncio.wait_for(hanging.asked.wait(), 10)
            hanging.release.set()
            await asyncio.sleep(0)
        assert len(bot.requests) == attempt + 1
    assert customer is not None
    async with running(settings, bot, LaterClock(180)) as desk:
        customer.desk = desk
        events = await customer.until(lambda seen: any(e["type"] == "handoff.queued" for e in seen))
        (failed,) = [e for e in events if e["type"] == "turn.failed"]
        assert failed["data"]["reason"] == "too_many_attempts"
        assert len(bot.requests) == 3
        assert await in_queue(desk, customer) is not None
        assert await desk.violations(customer.id) == []


async def test_a_bot_that_lost_the_tracker_gets_a_bounded_window(settings: HandoffSettings, bot: ScriptedBot) -> None:
    async def forgetful(request: dict[str, Any]) -> dict[str, Any] | Response:
        if request.get("tracker_events") is None and request["tracker_version"] > 0:
            return JSONResponse({"code": "tracker_miss", "message": ""}, 409)
        n = request["tracker_version"] + 1
        return result(f"answer {n}", tracker_events=[{"event": f"turn {n}"}], snapshot=[{"event": f"state {n}"}])

    bot.answer = forgetful
    async with running(settings.model_copy(update=PATIENT | {"tracker_window": 2}), bot) as desk:
        customer = await desk.open()
        for n in range(1, 6):
            await customer.say(f"message {n}")
            await customer.until_text(f"answer {n}")
        windows = {r["tracker_version"]: r["tracker_events"] for r in bot.requests if r.get("tracker_events")}
        names = {version: [event["event"] for event in window] for version, window in windows.items()}
        assert names == {
            1: ["turn 1"],
            2: ["turn 1", "turn 2"],
            3: ["state 1", "turn 2", "turn 3"],
            4: ["state 2", "turn 3", "turn 4"],
        }


async def test_a_tracker_without_events_is_an_empty_window(settings: HandoffSettings, bot: ScriptedBot) -> None:
    async def forgetful(request: dict[str, Any]) -> dict[str, Any] | Response:
        if request.get("tracker_events") is None and request["tracker_version"] > 0:
            return JSONResponse({"code": "tracker_miss", "message": ""}, 409)
        return await echo(request)

    bot.answer = forgetful
    async with running(settings.model_copy(update=PATIENT | {"tracker_window": 1}), bot) as desk:
        customer = await desk.open()
        for n in range(3):
            await customer.say(f"message {n}")
            await customer.until_text(f"You said: message {n}")


@pytest.mark.parametrize("first", ["dead", "hanging"])
async def test_a_second_replica_takes_over(settings: HandoffSettings, bot: ScriptedBot, first: str) -> None:
    other = ScriptedBot(str(Path(bot.socket).parent / "other.sock"), answer=Hanging())
    short = {"turn_deadline": timedelta(seconds=0.5), "turn_patience": timedelta(seconds=30)}
    settings = settings.model_copy(update=short | {"bot_sockets": (other.socket, bot.socket)})
    async with running(settings, bot) as desk:
        if first == "dead":
            await _everyone_is_answered(desk)
        else:
            async with serving_bot(other, other.socket):
                await _everyone_is_answered(desk)
                other.answer.release.set()


async def _everyone_is_answered(desk: Desk) -> None:
    """Enough conversations that some have the first replica as their home."""
    customers = [await desk.open() for _ in range(6)]
    await asyncio.gather(*(customer.say("hello") for customer in customers))
    for customer in customers:
        await customer.until_text("You said: hello")
        assert await desk.violations(customer.id) == []


async def test_messages_that_waited_together_all_reach_the_assistant(
    settings: HandoffSettings, bot: ScriptedBot
) -> None:
    """It reads 2,000 characters at once: that cuts a long message, and never the ones behind it."""
    bot.answer = hanging = Hanging()
    async with running(settings.model_copy(update=PATIENT), bot) as desk:
        customer = await desk.open()
        await customer.say("hello")
        await hanging.asked.wait()
        said = ["a" * 900, "b" * 900, "c" * 198, "d" * 900, "e" * 5000, "where is it?"]
        seqs = [(await customer.say(text)).json()["seq"] for text in said]
        hanging.release.set()
        events = await customer.until(lambda seen: all(ends(seen, seq) for seq in seqs), seconds=20)

        assert [request["text"] for request in bot.requests[1:]] == [
            f"{'a' * 900}\n{'b' * 900}\n{'c' * 198}",
            "d" * 900,
            "e" * 2000,
            "where is it?",
        ]
        assert [len(ends(events, seq)) for seq in seqs] == [1] * len(seqs)
        assert await desk.violations(customer.id) == []


async def test_the_request_that_brought_a_message_names_its_turn(desk: Desk) -> None:
    customer = await desk.open()
    body = {"client_message_id": "m1", "text": "hello"}
    headers = customer.headers | {"X-Request-Id": "from-the-widget-1"}
    await desk.client.post(f"/api/v1/conversations/{customer.id}/messages", json=body, headers=headers)
    await customer.until_text("You said: hello")
    assert desk.bot.requests[0]["context"]["correlation_id"] == "from-the-widget-1"
