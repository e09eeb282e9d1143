"""A customer's conversation through HTTP: what is acknowledged is kept, and what is not theirs is not there."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.handoff.conftest import Customer, Desk, identity_token, result
from tests.handoff.queue.desk import Agent

pytestmark = pytest.mark.service


async def test_a_message_is_answered_in_reply_to_it(desk: Desk) -> None:
    customer = await desk.open("mara")
    sent = await customer.say("Where is my parcel?")
    assert sent.status_code == 202
    events = await customer.until_text("You said: Where is my parcel?")
    answer = events[-1]
    assert answer["source"] == "bot"
    assert answer["data"]["reply_to"] == [sent.json()["seq"]]
    assert [e["seq"] for e in events] == list(range(1, len(events) + 1))


async def test_staff_events_reach_the_customer_as_stubs(desk: Desk) -> None:
    customer = await desk.open()
    await customer.say("hello")
    events = await customer.until_text("You said: hello")
    hidden = [e for e in events if e["type"] == "hidden"]
    assert hidden
    assert all(set(e) == {"seq", "type"} for e in hidden)


async def test_the_same_client_message_id_is_the_same_message(desk: Desk) -> None:
    customer = await desk.open()
    first, second = await asyncio.gather(customer.say("hi", "m1"), customer.say("hi", "m1"))
    assert first.json() == second.json()
    again = await customer.say("hi", "m1")
    assert again.json() == first.json()
    other = await customer.say("something else", "m1")
    assert other.status_code == 422
    assert other.json()["code"] == "client_message_id_reused"
    events = await customer.until_text("You said: hi")
    assert sum(1 for e in events if e.get("source") == "customer") == 1


async def test_messages_that_arrive_during_a_turn_are_answered_together_and_in_order(desk: Desk) -> None:
    release = asyncio.Event()

    async def slow(request: dict) -> dict:
        if request["text"] == "one":
            await release.wait()
        return result(request["text"])

    desk.bot.answer = slow
    customer = await desk.open()
    await customer.say("one")
    seqs = [(await customer.say(text)).json()["seq"] for text in ("two", "three")]
    release.set()
    events = await customer.until_text("two\nthree")
    together = next(e for e in events if e.get("data", {}).get("text") == "two\nthree")
    assert together["data"]["reply_to"] == seqs
    assert [r["text"] for r in desk.bot.requests] == ["one", "two\nthree"]


async def test_long_poll_waits_for_the_next_event(desk: Desk) -> None:
    customer = await desk.open()
    head = (await customer.events())[-1]["seq"]
    waiting = asyncio.create_task(customer.events(head, wait=10))
    await customer.say("hello")
    assert (await waiting)[0]["seq"] == head + 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"client_message_id": "a"}, 422, "invalid"),
        ({"client_message_id": "a", "text": "x", "choice": "y"}, 422, "invalid"),
        ({"client_message_id": "a", "text": "   "}, 422, "invalid"),
        ({"client_message_id": "a", "text": "x" * 10_001}, 422, "invalid"),
        ({"client_message_id": "a", "text": 7}, 422, "invalid"),
        ({"client_message_id": "a", "text": "x", "role": "admin"}, 422, "invalid"),
        ({"client_message_id": "", "text": "x"}, 422, "invalid"),
        ({"client_message_id": "a", "text": "x" * 70_000}, 422, "invalid"),
        ({"client_message_id": "a", "text": "x" * 170_000}, 413, "body_too_large"),
        ({"client_message_id": "a", "choice": "chc_nobody"}, 409, "choice_expired"),
    ],
)
async def test_bad_messages_get_a_typed_error_and_change_nothing(
    desk: Desk, body: dict, status: int, code: str
) -> None:
    customer = await desk.open()
    before = await customer.events()
    answer = await customer.post("messages", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(answer.json()) == {"code", "message", "data", "request_id"}
    assert await customer.events() == before


async def test_the_longest_message_is_taken_however_its_letters_are_escaped(desk: Desk) -> None:
    customer, text = await desk.open(), "\U0001f600" * 10_000
    url = f"/api/v1/conversations/{customer.id}/messages"
    body = json.dumps({"client_message_id": "a", "text": text})
    answer = await desk.client.post(url, content=body, headers=customer.headers | {"Content-Type": "application/json"})
    assert answer.status_code == 202
    sent = next(each for each in await customer.events() if each["seq"] == answer.json()["seq"])
    assert sent["data"]["text"] == text


async def test_a_conversation_needs_no_body_and_a_wrong_method_is_told_the_right_one(desk: Desk) -> None:
    assert (await desk.client.post("/api/v1/conversations")).status_code == 201
    refused = await desk.client.delete("/api/v1/conversations")
    assert (refused.status_code, refused.json()["code"]) == (405, "method_not_allowed")
    assert refused.headers["allow"] == "POST"


async def test_malformed_json_is_a_400(desk: Desk) -> None:
    customer = await desk.open()
    url = f"/api/v1/conversations/{customer.id}/messages"
    headers = customer.headers | {"Content-Type": "application/json"}
    answer = await desk.client.post(url, content=b"{", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


async def test_another_customers_conversation_is_not_there(desk: Desk) -> None:
    mine, theirs = await desk.open(), await desk.open()
    theirs.token, stolen = mine.token, theirs.token
    assert stolen != mine.token
    for answer in (
        await theirs.say("let me in"),
        await desk.client.get(f"/api/v1/conversations/{theirs.id}/events", headers=theirs.headers),
        await theirs.post("handoff", {}),
        await theirs.post("feedback", {"kind": "solved"}),
        await theirs.post("identify", {"identity_token": identity_token("mara")}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "conversation_not_found")


async def test_without_a_good_token_nothing_answers(desk: Desk) -> None:
    customer = await desk.open()
    url = f"/api/v1/conversations/{customer.id}/events"
    assert (await desk.client.get(url)).json()["code"] == "token_missing"
    assert (await desk.client.get(url, headers={"Authorization": "Bearer x"})).json()["code"] == "token_invalid"


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("nonsense", "token_invalid"),
        (identity_token("mara", secret="y" * 48), "token_invalid"),
        (identity_token("mara", life=timedelta(minutes=-5)), "token_expired"),
        (identity_token("mara", life=timedelta(seconds=-1)), "token_expired"),
        ("eyJhbGciOiJub25lIn0.eyJzdWIiOiJtYXJhIn0.", "token_invalid"),
    ],
)
async def test_an_identity_token_must_be_good(desk: Desk, token: str, code: str) -> None:
    answer = await desk.client.post("/api/v1/conversations", json={"identity_token": token})
    assert (answer.status_code, answer.json()["code"]) == (401, code)


async def test_what_the_site_says_of_a_customer_reaches_the_agent_and_not_the_customer(desk: Desk) -> None:
    customer = await desk.open()
    said = identity_token("mara", tier="g" * 99, consent=["newsletter", "calls"])
    assert (await customer.post("identify", {"identity_token": said})).status_code == 204
    assert "tier" not in next(e for e in await customer.events() if e["type"] == "customer.verified")["data"]
    await customer.post("handoff", {})
    ana = await Agent.sign_in(desk)
    handoff = (await ana.waiting())[0]["handoff_id"]
    known = (await ana.get(f"/handoffs/{handoff}")).json()["packet"]["customer"]
    assert (known["tier"], known["consent"]) == ("g" * 40, ["newsletter", "calls"])


@pytest.mark.parametrize("proof", ["identity_token", "one_time_code"])
async def test_a_newer_token_of_the_same_customer_is_written_down_where_it_says_something_else(
    desk: Desk, proof: str
) -> None:
    async def checks_the_code(_request: dict[str, Any]) -> dict[str, Any]:
        return result("That is the code.", directives=[{"directive": "verified", "customer_id": "mara"}])

    desk.bot.answer = checks_the_code
    customer = await desk.open("mara" if proof == "identity_token" else None)
    await customer.say("123456")
    await customer.until_text("That is the code.")

    async def told(**said: object) -> list[tuple[object, object]]:
        token = {"identity_token": identity_token("mara", **said)}
        assert (await customer.post("identify", token)).status_code == 204
        log = await desk.log(customer.id)
        return [(e["data"].get("tier"), e["data"].get("consent", [])) for e in log if e["type"] == "customer.verified"]

    assert await told() == [(None, [])]
    gold = [(None, []), ("gold", ["calls"])]
    assert await told(tier="gold", consent=["calls"]) == gold
    assert await told(tier="gold", consent=["calls"]) == gold
    assert await told(tier="gold") == [*gold, ("gold", [])]  # taken back


async def test_an_anonymous_conversation_becomes_its_customers_and_never_anothers(desk: Desk) -> None:
    customer = await desk.open()
    assert (await customer.post("identify", {"identity_token": identity_token("mara")})).status_code == 204
    assert (await customer.post("identify", {"identity_token": identity_token("mara")})).status_code == 204
    other = await customer.post("identify", {"identity_token": identity_token("jon")})
    assert (other.status_code, other.json()["code"]) == (409, "other_customer")
    events = await customer.events()
    assert [e["data"]["customer_id"] for e in events if e["type"] == "customer.verified"] == ["mara"]


async def test_a_choice_is_opaque_and_valid_once(desk: Desk) -> None:
    async def offer(request: dict) -> dict:
        if request["trigger"] == "choice":
            return result(f"payload {request['payload']}")
        return result("Which one?") | {
            "messages": [{"text": "Which one?", "choices": [{"label": "A-1", "payload": '/pick{"order": "A-1"}'}]}]
        }

    desk.bot.answer = offer
    customer = await desk.open()
    await customer.say("cancel")
    events = await customer.until_text("Which one?")
    choice = events[-1]["data"]["choices"][0]
    assert choice["label"] == "A-1"
    assert "pick" not in choice["choice"]
    used = await customer.post("messages", {"client_message_id": "c1", "choice": choice["choice"]})
    assert used.status_code == 202
    await customer.until_text('payload /pick{"order": "A-1"}')
    twice = await customer.post("messages", {"client_message_id": "c2", "choice": choice["choice"]})
    assert (twice.status_code, twice.json()["code"]) == (409, "choice_expired")
    same = await customer.post("messages", {"client_message_id": "c1", "choice": choice["choice"]})
    assert same.json() == used.json()


async def closed_by_a_person(desk: Desk, customer: Customer) -> Agent:
    ana = await Agent.sign_in(desk)
    handoff = await ana.take(customer)
    assert (await ana.post(f"/handoffs/{handoff}/close", {"outcome": "resolved", "cause": "answered"})).is_success
    return ana


async def test_not_solved_after_a_closing_reopens_the_same_issue_and_brings_it_to_people(desk: Desk) -> None:
    customer = await desk.open()
    ana = await closed_by_a_person(desk, customer)
    first = next(e for e in await desk.log(customer.id) if e["type"] == "episode.opened")["data"]["episode_id"]
    said = await customer.post("feedback", {"kind": "not_solved", "comment": "It still does not open"})
    assert said.status_code == 202
    log = await desk.log(customer.id)
    after = [e["type"] for e in log[-5:]]
    assert after == ["conversation.reopened", "feedback.given", "handoff.requested", "handoff.queued", "message.sent"]
    assert log[-4]["data"]["episode_id"] == first
    assert log[-3]["data"]["reason"] == "repeated_failure"
    assert log[-3]["data"]["evidence"][0]["text"] == "It still does not open"
    again = (await ana.waiting())[0]
    assert (again["queue"], again["priority"]) == ("senior", 1)
    assert sum(e["type"] == "episode.opened" for e in log) == 1
    assert await desk.violations(customer.id) == []


async def test_not_solved_by_an_old_button_does_the_same(desk: Desk) -> None:
    async def asks(_: dict[str, Any]) -> dict[str, Any]:
        return result("Here you are.", directives=[{"directive": "ask_resolved"}])

    desk.bot.answer = asks
    customer = await desk.open()
    await customer.say("hello")
    answered = (await customer.until_text("Here you are."))[-1]
    await closed_by_a_person(desk, customer)
    turns = len(desk.bot.requests)
    choice = answered["data"]["choices"][1]["choice"]
    assert (await customer.post("messages", {"client_message_id": "c1", "choice": choice})).status_code == 202
    log = await desk.log(customer.id)
    assert sum(e["type"] == "episode.opened" for e in log) == 1
    assert "isn't solved" in log[-1]["data"]["text"]
    assert len(desk.bot.requests) == turns
    assert await desk.violations(customer.id) == []


async def test_not_solved_while_it_is_open_stays_with_whoever_has_it(desk: Desk) -> None:
    customer = await desk.open()
    await customer.say("hello")
    await customer.until_text("You said: hello")
    await customer.post("feedback", {"kind": "not_solved"})
    assert (await desk.log(customer.id))[-1]["type"] == "feedback.given"


async def test_too_many_messages_are_refused_with_a_time(desk: Desk) -> None:
    limited = desk.handoff.core.settings.messages_per_minute
    assert limited == 10_000
    customer = await desk.open()
    await customer.say("once", uuid4().hex)
    [counted] = await desk.handoff.redis.keys("limit:messages:*")
    unnamed, minute = counted.decode().rsplit(":", 1)
    for each in (int(minute), int(minute) + 1):
        await desk.handoff.redis.set(f"{unnamed}:{each}", limited)
    answer = await customer.say("once more", uuid4().hex)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
    assert 0 < int(answer.headers["retry-after"]) <= 60


async def test_the_button_again_gives_the_people_who_have_it_the_note(desk: Desk) -> None:
    customer = await desk.open()
    first = (await customer.post("handoff", {"note": "I am in a hurry"})).json()["seq"]
    assert (await customer.post("handoff", {"note": "I am in a hurry"})).json()["seq"] == first
    for note in ("It is order A-1042", "It is order A-1042", None):
        again = await customer.post("handoff", {"note": note} if note else {})
        assert again.status_code == 202
    said = [e["data"]["text"] for e in await customer.events() if e.get("source") == "customer" and "text" in e["data"]]
    assert said == ["It is order A-1042"]
    assert again.json()["seq"] == first + 1
    assert await desk.violations(customer.id) == []


async def test_who_is_counted_is_not_named_in_redis(desk: Desk) -> None:
    customer = await desk.open("mara")
    await customer.say("hello")
    keys = " ".join(key.decode() for key in await desk.handoff.redis.keys("limit:*"))
    assert "limit:conversations:" in keys
    assert "limit:messages:" in keys
    assert "mara" not in keys
    assert customer.id not in keys


async def test_what_staff_write_for_each_other_stays_with_them(desk: Desk) -> None:
    customer = await desk.open()
    staff = await desk.sign_in()
    await customer.post("handoff", {"note": "I am in a hurry"})
    waiting = (await desk.client.get("/api/v1/queue", headers=staff)).json()["waiting"]
    url = f"/api/v1/handoffs/{waiting[0]['handoff_id']}"
    for path, body in (
        ("accept", None),
        ("notes", {"text": "secret-note"}),
        ("transfer", {"queue": "senior", "note": "secret-transfer"}),
        ("accept", None),
        ("close", {"outcome": "resolved", "cause": "secret-cause"}),
    ):
        answer = await desk.client.post(f"{url}/{path}", json=body, headers=staff)
        assert answer.is_success, answer.text
    seen = str(await customer.events())
    assert "handoff.transferred" in seen
    assert "conversation.closed" in seen
    assert "secret" not in seen
