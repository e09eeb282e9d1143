"""What is refused, and that it is written down; passing on to a colleague; promises that must be kept first."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from handoff.clock import stamp
from handoff.settings import HandoffSettings
from handoff.storage import tables as t
from tests.handoff.conftest import Customer, Desk, echo, identity_token, result
from tests.handoff.queue.desk import Agent
from tests.support.waiting import eventually

pytestmark = pytest.mark.service
REFUSED = {
    "handoff.accept",
    "handoff.view",
    "note.add",
    "conversation.view",
    "mail.again",
    "handoff.reopen",
}


@pytest.fixture
def settings(settings: HandoffSettings) -> HandoffSettings:
    return settings.model_copy(update={"heartbeat_every": timedelta(seconds=0.3)})


async def works_for(desk: Desk, email: str, *departments: str) -> None:
    change = sa.update(t.agents).where(t.agents.c.email == email).values(departments=list(departments))
    await desk.handoff.core.database.write(lambda c: c.execute(change))


async def refund(desk: Desk) -> tuple[Customer, str]:
    """A customer who was understood to want a refund, which is billing's, and waits for a person."""

    async def bot(_request: dict[str, Any]) -> dict[str, Any]:
        triage = {"decision": "continue", "rule": "none", "frustration": 0.0, "complexity": 0.0}
        return result("I see.", triage=triage | {"intent": "refund_request", "confidence": 0.9})

    desk.bot.answer = bot
    customer = await desk.open("mara")
    await customer.say("my money back")
    await customer.until_text("I see.")
    await customer.post("handoff", {})
    find = sa.select(t.handoffs.c.id).where(t.handoffs.c.conversation_id == customer.id)
    return customer, str(await desk.handoff.core.database.read(lambda c: c.execute(find).scalar_one()))


async def trail(desk: Desk, **wanted: object) -> list[dict[str, Any]]:
    lead = await Agent.sign_in(desk, "ben@example.com")
    entries = (await lead.get("/audit?limit=500")).json()["entries"]
    return [entry for entry in entries if wanted.items() <= entry.items()]


async def test_what_is_another_departments_is_in_no_list(desk: Desk) -> None:
    customer, handoff = await refund(desk)
    lead = await Agent.sign_in(desk, "ben@example.com")
    ana = await Agent.sign_in(desk)

    async def found(me: Agent) -> list[list[str]]:
        lists = [(await me.get("/desk/inbox")).json()["open"], (await me.get("/desk/search?q=money")).json()["items"]]
        lists.append(await me.waiting())
        return [[item["handoff_id"] for item in items] for items in lists]

    assert await found(ana) == [[handoff]] * 3
    await works_for(desk, "ana@example.com", "orders")
    assert await found(ana) == [[]] * 3, customer.id
    counts = (await ana.get("/queue")).json()["counts"]
    assert (counts["waiting"], counts["for_me"], counts["by_department"]) == (0, 0, {})
    assert await found(lead) == [[handoff]] * 3


async def test_what_another_department_did_for_a_customer_is_not_in_their_history(desk: Desk) -> None:
    billing, handoff = await refund(desk)
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    assert (await ben.post(f"/handoffs/{handoff}/accept")).status_code == 200
    closing = {"outcome": "resolved", "cause": "answered"}
    assert (await ben.post(f"/handoffs/{handoff}/close", closing)).status_code == 204
    desk.bot.answer = echo
    now = await desk.open("mara")
    await now.say("and where is my parcel")
    await now.until_text("You said")
    await now.post("handoff", {})
    here = await ana.handoff_of(now)

    async def past(me: Agent) -> tuple[list[str], int, int]:
        history = (await me.get(f"/handoffs/{here}/history")).json()
        read = await me.get(f"/handoffs/{here}/history/{billing.id}")
        return [each["conversation_id"] for each in history["conversations"]], history["recent"], read.status_code

    assert await past(ana) == ([billing.id], 1, 200)
    await works_for(desk, "ana@example.com", "orders")
    assert await past(ana) == ([], 0, 403)
    assert await past(ben) == ([billing.id], 1, 200)
    stranger = await desk.open("jonas")
    assert (await ana.get(f"/handoffs/{here}/history/{stranger.id}")).status_code == 404
    refused = await trail(desk, outcome="refused", action="transcript.view", agent_name="Ana", object_id=here)
    assert [(e["code"], e["conversation_id"]) for e in refused] == [
        ("conversation_not_found", stranger.id),
        ("wrong_department", billing.id),
    ]


async def test_an_agent_without_the_department_changes_nothing(desk: Desk) -> None:
    await works_for(desk, "ana@example.com", "orders")
    customer, handoff = await refund(desk)
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    photo = {"params": {"name": "photo.png"}, "content": b"\x89PNG\r\n\x1a\n" + bytes(64), "headers": customer.headers}
    sent = await desk.client.post(f"/api/v1/conversations/{customer.id}/attachments", **photo)  # type: ignore[arg-type]
    file = sent.json()["id"]
    # Declining needs an offer, which is made to nobody without the right: it changes nothing either.
    declined = await ana.post(f"/handoffs/{handoff}/decline")
    assert (declined.status_code, declined.json()["code"]) == (409, "not_offered")
    item = next(i for i in await ben.waiting() if i["handoff_id"] == handoff)
    assert (item["department"], item["topic"], item["may_take"]) == ("billing", "refund", True)
    for answer in (
        await ana.post(f"/handoffs/{handoff}/accept"),
        await ana.get(f"/handoffs/{handoff}"),
        await ana.post(f"/handoffs/{handoff}/notes", {"text": "let me in"}),
        await ana.get(f"/handoffs/{handoff}/history"),
        await ana.get(f"/handoffs/{handoff}/history/{customer.id}"),
        await ana.get(f"/handoffs/{handoff}/suggestions"),
        await ana.post(f"/handoffs/{handoff}/reasks", {"text": "What is your order number?"}),
        await ana.get(f"/conversations/{customer.id}/turns/3"),
        await ana.get(f"/handoffs/{handoff}/summary"),
        await ana.get(f"/handoffs/{handoff}/packet/tried"),
        await ana.get(f"/transcripts/{customer.id}"),
        await ana.get(f"/transcripts/{customer.id}/translation"),
        await ana.get(f"/attachments/{file}"),
        await ana.post(f"/handoffs/{handoff}/mails/mail_1/again"),
        await ana.post(f"/handoffs/{handoff}/reopen"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_department")
        assert answer.json()["data"] == {"department": "billing"}
    assert {e["type"] for e in await desk.log(customer.id)}.isdisjoint({"handoff.accepted", "note.added"})
    refused = await trail(desk, outcome="refused", code="wrong_department", agent_name="Ana")
    assert {entry["action"] for entry in refused} == REFUSED
    assert (await ben.post(f"/handoffs/{handoff}/accept")).status_code == 200  # a lead may
    assert await trail(desk, outcome="done", action="handoff.accept", agent_name="Ben")


async def test_what_another_department_promised_is_neither_listed_nor_kept(desk: Desk) -> None:
    customer, handoff = await refund(desk)
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    assert (await ben.post(f"/handoffs/{handoff}/accept")).status_code == 200
    due_at = stamp(desk.handoff.core.clock.now() + timedelta(hours=1))
    made = await ben.post(f"/handoffs/{handoff}/promises", {"text": "We call you back.", "due_at": due_at})
    promise = made.json()["promise_id"]

    async def listed(me: Agent) -> list[tuple[str, str]]:
        found = (await me.get("/promises")).json()["promises"]
        return [(each["promise_id"], each["handoff_id"]) for each in found]

    assert await listed(ana) == await listed(ben) == [(promise, handoff)]
    await works_for(desk, "ana@example.com", "orders")
    assert await listed(ana) == []
    refused = await ana.post(f"/promises/{promise}/keep", {"proof": "called at ten"})
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_department")
    assert not any(e["type"] == "promise.kept" for e in await desk.log(customer.id))
    assert await trail(desk, outcome="refused", action="promise.keep", object_id=promise, agent_name="Ana")


async def closed(url: str, token: str) -> int | None:
    async with connect(url, subprotocols=["frontdesk.v1", f"bearer.{token}"]) as socket:
        return await until_closed(socket)


async def until_closed(socket: ClientConnection) -> int | None:
    """The code with which the other side ends it."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            await socket.recv()
    return socket.close_code


async def test_who_loses_the_right_while_the_socket_is_open_is_out_and_it_is_written_down(desk: Desk) -> None:
    eva, ana = await Agent.sign_in(desk, "eva@example.com"), await Agent.sign_in(desk)
    url = desk.url.replace("http", "ws") + "/api/v1/desk/socket"
    assert await closed(url, eva.headers["Authorization"].removeprefix("Bearer ")) == 4403
    token = ana.headers["Authorization"].removeprefix("Bearer ")
    off = sa.update(t.agents).where(t.agents.c.email == "ana@example.com").values(active=False)
    async with connect(url, subprotocols=["frontdesk.v1", f"bearer.{token}"]) as socket:
        while orjson.loads(await socket.recv())["kind"] != "heartbeat":
            pass
        await desk.handoff.core.database.write(lambda c: c.execute(off))
        assert await until_closed(socket) == 4401
    found = await trail(desk, action="desk.socket", outcome="refused")
    assert [(e["agent_name"], e["code"]) for e in found] == [("Ana", "session_ended"), ("Eva", "role_missing")]


async def test_a_customers_token_and_anothers_conversation_are_refused_and_written_down(desk: Desk) -> None:
    mine, theirs = await desk.open(), await desk.open()
    staff_route = await desk.client.get("/api/v1/queue", headers=mine.headers)
    assert (staff_route.status_code, staff_route.json()["code"]) == (401, "session_ended")
    for method, path in (
        ("POST", f"{theirs.id}/handoff"),
        ("GET", f"{theirs.id}/wait"),
        ("POST", f"{theirs.id}/leave_message"),
        ("GET", f"{theirs.id}/transcript"),
        ("GET", f"{theirs.id}/attachments/att_1"),
        ("GET", "not an id but somebody's words/events"),
    ):
        body = {"email": "mara@example.com"}
        foreign = await desk.client.request(method, f"/api/v1/conversations/{path}", json=body, headers=mine.headers)
        assert (foreign.status_code, foreign.json()["code"]) == (404, "conversation_not_found"), path
    taking = {"Authorization": f"Bearer {identity_token('noor')}"}
    taken = await desk.client.post(f"/api/v1/customers/me/conversations/{theirs.id}", headers=taking)
    assert (taken.status_code, taken.json()["code"]) == (404, "conversation_not_found")
    sockets = desk.url.replace("http", "ws") + "/api/v1"
    assert await closed(f"{sockets}/conversations/{theirs.id}/socket", mine.token) == 4404
    assert await closed(f"{sockets}/desk/socket", mine.token) == 4401
    nonsense = await desk.client.get("/api/v1/queue", headers={"Authorization": "Bearer nonsense"})
    assert nonsense.status_code == 401
    assert await closed(f"{sockets}/desk/socket", "nonsense") == 4401
    found = await trail(desk, agent_id=None, outcome="refused")
    assert [(e["action"], e["code"], e["conversation_id"], e["object_id"]) for e in reversed(found)] == [
        ("GET /queue", "session_ended", mine.id, None),
        ("conversation.foreign", "conversation_not_found", mine.id, theirs.id),  # once a minute for each token
        ("conversation.foreign", "conversation_not_found", None, theirs.id),
        ("desk.socket", "session_ended", mine.id, None),
    ]
    ana = await Agent.sign_in(desk)
    denied = await ana.get("/audit")
    assert (denied.status_code, denied.json()["code"]) == (403, "role_missing")


@pytest.mark.parametrize("statement", ["UPDATE staff_audit SET code = 'x'", "DELETE FROM staff_audit"])
async def test_the_trail_is_append_only(desk: Desk, statement: str) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    await ana.take(customer)
    with pytest.raises(DBAPIError, match="append-only"):
        await desk.handoff.core.database.write(lambda c: c.execute(sa.text(statement)))


async def test_a_conversation_is_passed_to_a_colleague_who_gets_it_offered_first(desk: Desk) -> None:
    ana, ben, customer = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com"), await desk.open()
    handoff = await ana.take(customer)
    ben_id = next(p["id"] for p in (await ana.get("/agents")).json()["agents"] if p["name"] == "Ben")
    nobody = await ana.post(f"/handoffs/{handoff}/transfer", {"agent_id": "agt_none"})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "colleague_not_found")
    assert (await ana.post(f"/handoffs/{handoff}/transfer", {"note": "where to?"})).status_code == 422
    strange = await ana.post(f"/handoffs/{handoff}/transfer", {"department": "moon"})
    assert (strange.status_code, strange.json()["code"]) == (422, "no_such_department")
    assert (await ana.post(f"/handoffs/{handoff}/transfer", {"agent_id": ben_id, "note": "yours"})).status_code == 204
    item = next(i for i in await ben.waiting() if i["handoff_id"] == handoff)
    assert item["offered_to_me"]
    told = [e["data"]["text"] for e in await customer.events() if e["type"] == "message.sent"][-1]
    assert told.startswith("My colleague is passing this on")
    assert "won't have to repeat it" in told
    moved = next(e for e in await customer.events() if e["type"] == "handoff.transferred")
    assert {"note", "to_agent"}.isdisjoint(moved["data"])
    assert (await ben.post(f"/handoffs/{handoff}/accept")).status_code == 200
    assert await desk.violations(customer.id) == []


async def test_a_colleague_who_could_not_take_it_now_is_refused_and_others_are_not_kept_waiting(desk: Desk) -> None:
    ana, ben, customer = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com"), await desk.open()
    handoff = await ana.take(customer)
    ben_id = (await ben.get("/session")).json()["id"]

    async def passed() -> tuple[int, str | None]:
        answer = await ana.post(f"/handoffs/{handoff}/transfer", {"agent_id": ben_id})
        return answer.status_code, answer.json()["code"] if answer.content else None

    async def is_now(state: str, capacity: int) -> None:
        url = "/api/v1/agents/me/presence"
        assert (await desk.client.put(url, json={"state": state}, headers=ben.headers)).is_success
        mine = sa.update(t.agents).where(t.agents.c.id == ben_id).values(capacity=capacity)
        await desk.handoff.core.database.write(lambda c: c.execute(mine))

    await is_now("away", 3)
    assert await passed() == (409, "colleague_away")
    await is_now("online", 0)
    assert await passed() == (409, "colleague_full")
    assert (await ana.get(f"/handoffs/{handoff}")).json()["state"] == "accepted"
    refused = [e["code"] for e in await trail(desk, action="handoff.transfer", outcome="refused")]
    assert refused == ["colleague_full", "colleague_away"]
    await is_now("online", 3)
    assert await passed() == (204, None)


async def test_an_open_promise_blocks_resolved_until_it_is_kept(desk: Desk) -> None:
    ana, ben, customer = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com"), await desk.open()
    handoff = await ana.take(customer)
    due_at = stamp(desk.handoff.core.clock.now() + timedelta(minutes=10))
    body = {"text": "We call you back.", "due_at": due_at}
    others = await ben.post(f"/handoffs/{handoff}/promises", body)
    assert (others.status_code, others.json()["code"]) == (403, "not_owner")
    for bad in ("2020-01-01T00:00:00Z", "soon", "2099-01-01T00:00:00Z", "2026-12-01T00:00:00"):
        answer = await ana.post(f"/handoffs/{handoff}/promises", body | {"due_at": bad})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_due_time"), bad
    promise = (await ana.post(f"/handoffs/{handoff}/promises", body)).json()["promise_id"]
    close = {"outcome": "resolved", "cause": "answered"}
    blocked = await ana.post(f"/handoffs/{handoff}/close", close)
    assert (blocked.status_code, blocked.json()["code"]) == (409, "promise_open")
    assert [p["promise_id"] for p in blocked.json()["data"]["promises"]] == [promise]
    (listed,) = (await ana.get("/promises?state=due_soon")).json()["promises"]
    assert (listed["promise_id"], listed["customer_name"]) == (promise, None)
    assert (await ana.get("/queue")).json()["counts"]["promises_due"] == 1

    async def warned() -> bool:
        warnings = [e["data"] for e in await desk.log(customer.id) if e["type"] == "promise.warned"]
        return [warning["promise_id"] for warning in warnings] == [promise]

    await eventually("somebody is warned, once", warned)
    assert (await ana.post(f"/promises/{promise}/keep", {"proof": "called at ten"})).status_code == 204
    again = await ana.post(f"/promises/{promise}/keep", {"proof": "twice"})
    assert (again.status_code, again.json()["code"]) == (409, "already_kept")
    assert (await ana.post("/promises/prm_none/keep", {"proof": "x"})).status_code == 404
    strange = await ana.post(f"/handoffs/{handoff}/close", close | {"cause_code": "gremlins"})
    assert (strange.status_code, strange.json()["code"]) == (422, "no_such_cause")
    assert (await ana.post(f"/handoffs/{handoff}/close", close | {"cause_code": "carrier"})).status_code == 204
    closed = next(e for e in await desk.log(customer.id) if e["type"] == "conversation.closed")
    assert closed["data"]["cause_code"] == "carrier"
    shown = next(e for e in await customer.events() if e["type"] == "conversation.closed")
    assert "cause_code" not in shown["data"]
