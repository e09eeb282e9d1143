"""The agents' side: who may not, one winner, capacity, and everything that an owner can do."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import orjson
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from handoff.agents.audit import AuditTrail
from handoff.agents.presence import Presence
from handoff.agents.service import Principal
from handoff.contract.wire import PACKET
from handoff.errors import Conflict
from handoff.ports import Ports
from handoff.queue import listing
from handoff.queue.enqueue import enqueue
from handoff.queue.plan import default_plan
from handoff.queue.service import QueueService
from handoff.storage import tables as t
from tests.handoff.conftest import Desk
from tests.handoff.queue.desk import Agent
from tests.support.waiting import eventually

pytestmark = pytest.mark.service

CUSTOMERS = {
    ("POST", "/api/v1/conversations"),
    ("POST", "/api/v1/conversations/{conversation_id}/identify"),
    ("POST", "/api/v1/conversations/{conversation_id}/messages"),
    ("GET", "/api/v1/conversations/{conversation_id}/events"),
    ("POST", "/api/v1/conversations/{conversation_id}/handoff"),
    ("POST", "/api/v1/conversations/{conversation_id}/feedback"),
    ("GET", "/api/v1/conversations/{conversation_id}/wait"),
    ("POST", "/api/v1/conversations/{conversation_id}/leave_message"),
}
DISPATCHED = {"handoff.offered", "handoff.advanced"}
"""What the dispatcher writes by itself while a colleague is signed in."""
ELSEWHERE = (
    *("/attachments", "/picture", "/customers/", "/guests/", "/widget", "/webhooks", "/scenario", "/transcript"),
    *("/canned-replies", "/team", "/desk/", "/viewing", "/history", "/reads", "/suggestions", "/reasks"),
)
"""Parts that test their own routes."""
EVERY_STAFF_ROLE = {
    ("GET", "/api/v1/session"),
    ("DELETE", "/api/v1/session"),
    ("PUT", "/api/v1/agents/me/password"),
}
SIGN_IN = {("POST", "/api/v1/session")}
DESK_ONLY = {
    ("PUT", "/api/v1/agents/me/presence"): {"state": "online"},
    ("GET", "/api/v1/queue"): None,
    ("GET", "/api/v1/handoffs/{handoff_id}"): None,
    ("GET", "/api/v1/handoffs/{handoff_id}/packet/{part}"): None,
    ("POST", "/api/v1/handoffs/{handoff_id}/accept"): None,
    ("POST", "/api/v1/handoffs/{handoff_id}/decline"): {},
    ("POST", "/api/v1/handoffs/{handoff_id}/promises"): {"text": "We call you", "due_at": "2099-01-01T00:00:00Z"},
    ("GET", "/api/v1/promises"): None,
    ("POST", "/api/v1/promises/{promise_id}/keep"): {"proof": "called"},
    ("GET", "/api/v1/agents"): None,
    ("GET", "/api/v1/desk"): None,
    ("GET", "/api/v1/audit"): None,
    ("GET", "/api/v1/approvals"): None,
    ("POST", "/api/v1/handoffs/{handoff_id}/messages"): {"client_message_id": "m", "text": "hello"},
    ("POST", "/api/v1/handoffs/{handoff_id}/notes"): {"text": "a note"},
    ("POST", "/api/v1/handoffs/{handoff_id}/mails/{mail_id}/again"): {},
    ("POST", "/api/v1/handoffs/{handoff_id}/transfer"): {"queue": "senior"},
    ("POST", "/api/v1/handoffs/{handoff_id}/return"): {},
    ("POST", "/api/v1/handoffs/{handoff_id}/close"): {"outcome": "resolved", "cause": "answered"},
    ("POST", "/api/v1/handoffs/{handoff_id}/reopen"): {},
    ("POST", "/api/v1/approvals/{approval_id}"): {"decision": "approved"},
    ("GET", "/api/v1/conversations/{conversation_id}/turns/{seq}"): None,
    ("GET", "/api/v1/handoffs/{handoff_id}/summary"): None,
}


async def test_who_may_not(desk: Desk) -> None:
    """Every route of the human side is named above, and every one of the desk's refuses whoever it should."""
    app = FastAPI()
    app.include_router(desk.handoff.router)
    served = {(method.upper(), path) for path, item in app.openapi()["paths"].items() for method in item}
    served = {(method, path) for method, path in served if not any(part in path for part in ELSEWHERE)}
    assert served == CUSTOMERS | EVERY_STAFF_ROLE | SIGN_IN | set(DESK_ONLY)
    customer = await desk.open("mara")
    ana = await Agent.sign_in(desk)
    await customer.post("handoff", {})
    handoff = await ana.handoff_of(customer)
    before = await desk.log(customer.id)
    editor = await desk.sign_in("eva@example.com")
    for (method, path), body in {**DESK_ONLY, **dict.fromkeys(EVERY_STAFF_ROLE)}.items():
        url = path.format(
            handoff_id=handoff,
            approval_id="apr_1",
            promise_id="prm_1",
            mail_id="mail_1",
            conversation_id=customer.id,
            seq=1,
            part="tried",
        )

        async def call(headers: dict[str, str]) -> tuple[int, str]:
            answer = await desk.client.request(method, url, json=body, headers=headers)  # noqa: B023
            return answer.status_code, answer.json()["code"]

        assert await call({}) == (401, "token_missing"), path
        assert await call(customer.headers) == (401, "session_ended"), path
        assert await call({"Authorization": "Basic x"}) == (401, "token_missing"), path
        if (method, path) in DESK_ONLY:
            assert await call(editor) == (403, "role_missing"), path
    after = await desk.log(customer.id)
    assert after[: len(before)] == before
    assert {event["type"] for event in after[len(before) :]} <= DISPATCHED


async def test_what_is_not_there_is_404(desk: Desk) -> None:
    ana = await Agent.sign_in(desk)
    for path in ("accept", "messages", "notes", "transfer", "return", "close", "reopen"):
        body = DESK_ONLY["POST", "/api/v1/handoffs/{handoff_id}/" + path]
        answer = await ana.post(f"/handoffs/hnd_none/{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (404, "handoff_not_found")
    assert (await ana.get("/handoffs/hnd_none")).status_code == 404
    assert (await ana.get("/conversations/cnv_none/turns/1")).status_code == 404


@pytest.mark.parametrize("sign", ["\0", "\ud800"], ids=["nul", "half a character"])
async def test_signs_that_no_engine_holds_are_wrong_input(desk: Desk, sign: str) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    handoff = await ana.take(customer)
    for path, body in {
        "messages": {"client_message_id": "m", "text": f"a{sign}b"},
        "notes": {"text": f"a{sign}b"},
        "return": {"note": f"a{sign}b"},
        "close": {"outcome": "resolved", "cause": f"a{sign}b"},
    }.items():
        content = (
            orjson.dumps(body) if sign == "\0" else str(body).replace("'", '"').encode("ascii", "backslashreplace")
        )
        headers = ana.headers | {"Content-Type": "application/json"}
        url = f"/api/v1/handoffs/{handoff}/{path}"
        answer = await desk.client.post(url, content=content, headers=headers)
        assert answer.status_code < 500, (path, answer.text)
    answer = await ana.get("/handoffs/%00")
    assert answer.status_code in (404, 422)


async def people(desk: Desk, count: int, capacity: int) -> list[Principal]:
    """Agents who need no password."""
    ids = desk.handoff.core.ids
    rows = [
        {
            "id": ids.new("agt"),
            "email": f"{uuid4().hex}@example.com",
            "name": f"Agent {n}",
            "password_hash": "-",
            "roles": ["agent"],
            "departments": [],
            "skills": [],
            "languages": ["en"],
            "capacity": capacity,
            "active": True,
        }
        for n in range(count)
    ]
    await desk.handoff.core.database.write(lambda c: c.execute(sa.insert(t.agents), rows))
    return [Principal(r["id"], r["email"], r["name"], ("agent",), (), capacity, "") for r in rows]


def service_of(desk: Desk) -> QueueService:
    core = desk.handoff.core
    presence = Presence(desk.handoff.redis, core.clock, core.settings.away_after)
    return QueueService(core, presence, AuditTrail(core.database, core.clock), Ports())


async def queued(desk: Desk) -> str:
    customer = await desk.open()
    return await desk.handoff.core.change(
        customer.id, lambda log: enqueue(log, "complexity", "bot", plan=default_plan())
    )


async def test_of_many_who_accept_at_once_one_wins(desk: Desk) -> None:
    queue = service_of(desk)
    many = await people(desk, 8, capacity=1000)
    names = {one.id: one.name for one in many}
    for _ in range(100):
        handoff = await queued(desk)
        ends = await asyncio.gather(*(queue.accept(handoff, one) for one in many), return_exceptions=True)
        winner = (await queue.view(handoff)).owner.removeprefix("agent:")
        lost = [end for end in ends if end is not None]
        assert len(lost) == len(many) - 1
        for end in lost:
            assert isinstance(end, Conflict)
            assert (end.code, end.data) == ("already_accepted", {"accepted_by": names[winner]})


async def test_capacity_is_never_exceeded(desk: Desk) -> None:
    queue = service_of(desk)
    (one,) = await people(desk, 1, capacity=3)
    handoffs = [await queued(desk) for _ in range(12)]
    ends = await asyncio.gather(*(queue.accept(handoff, one) for handoff in handoffs), return_exceptions=True)
    assert ends.count(None) == 3
    assert {end.code for end in ends if isinstance(end, Conflict)} == {"no_capacity"}
    assert len((await queue.listing(one))["mine"]) == 3


async def test_a_line_too_long_to_show_cuts_off_nobodys_own(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST", 2)
    queue = service_of(desk)
    (one,) = await people(desk, 1, capacity=3)
    *_, last = [await queued(desk) for _ in range(4)]
    await queue.accept(last, one)
    found = await queue.listing(one)
    assert [item["handoff_id"] for item in found["mine"]] == [last]
    assert (len(found["waiting"]), found["load"]) == (2, 1)


async def test_accepting_over_http(desk: Desk) -> None:
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    customer = await desk.open("mara")
    handoff = await ana.take(customer)
    late = await ben.post(f"/handoffs/{handoff}/accept")
    assert (late.status_code, late.json()["code"]) == (409, "already_accepted")
    assert late.json()["data"] == {"accepted_by": "Ana"}
    assert (await ana.post(f"/handoffs/{handoff}/accept")).status_code == 200
    mine = (await ana.get("/queue")).json()
    assert [item["handoff_id"] for item in mine["mine"]] == [handoff]
    assert mine["mine"][0]["customer_name"] == "Mara"
    assert (mine["counts"]["waiting"], mine["counts"]["mine"], mine["load"], mine["capacity"]) == (0, 1, 1, 3)


async def test_the_packet_that_is_served_has_the_contracts_shape(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    handoff = await ana.take(customer)
    view = (await ana.get(f"/handoffs/{handoff}")).json()
    PACKET.validate_python(view["packet"])
    assert view["events"] == await desk.log(customer.id)
    assert view["owner"].startswith("agent:")


async def test_only_the_owner_speaks_and_the_customer_reads_it(desk: Desk) -> None:
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    customer = await desk.open()
    handoff = await ana.take(customer)
    body = {"client_message_id": "m1", "text": "Hello, Ana here."}
    for path in ("messages", "transfer", "return", "close"):
        denied = await ben.post(
            f"/handoffs/{handoff}/{path}", DESK_ONLY["POST", f"/api/v1/handoffs/{{handoff_id}}/{path}"]
        )
        assert (denied.status_code, denied.json()["code"]) == (403, "not_owner")
    sent = await ana.post(f"/handoffs/{handoff}/messages", body)
    assert sent.status_code == 202
    assert (await ana.post(f"/handoffs/{handoff}/messages", body)).json() == sent.json()
    other = await ana.post(f"/handoffs/{handoff}/messages", body | {"text": "Something else"})
    assert (other.status_code, other.json()["code"]) == (422, "client_message_id_reused")
    events = await customer.until_text("Ana here")
    assert events[-1]["source"] == "agent"
    asked = len(desk.bot.requests)
    await customer.say("thank you")
    assert len(desk.bot.requests) == asked
    assert await desk.violations(customer.id) == []


async def test_a_word_sent_again_after_the_conversation_went_on_is_the_same_word(desk: Desk) -> None:
    """The first answer was lost on its way: what was taken must not look like what was refused."""
    ana, customer = await Agent.sign_in(desk), await desk.open()
    handoff = await ana.take(customer)
    body = {"client_message_id": "m1", "text": "Hello, Ana here."}
    first = await ana.post(f"/handoffs/{handoff}/messages", body)
    await ana.post(f"/handoffs/{handoff}/transfer", {"queue": "senior"})
    again = await ana.post(f"/handoffs/{handoff}/messages", body)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    new = await ana.post(f"/handoffs/{handoff}/messages", {"client_message_id": "m2", "text": "One more."})
    assert (new.status_code, new.json()["code"]) == (403, "not_owner")
    said = [e["data"]["text"] for e in await customer.events() if e["type"] == "message.sent"]
    assert said.count(body["text"]) == 1


async def test_a_note_is_for_staff(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    handoff = await ana.take(customer)
    seq = (await ana.post(f"/handoffs/{handoff}/notes", {"text": "calls back at nine"})).json()["seq"]
    assert (await desk.log(customer.id))[seq - 1]["data"]["text"] == "calls back at nine"
    assert (await customer.events(seq - 1))[0] == {"seq": seq, "type": "hidden"}


async def test_a_transfer_keeps_the_first_wait(desk: Desk) -> None:
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    customer = await desk.open()
    await customer.post("handoff", {})
    first = next(i for i in await ana.waiting() if i["conversation_id"] == customer.id)
    handoff = await ana.take(customer)
    moved = await ana.post(f"/handoffs/{handoff}/transfer", {"queue": "senior", "note": "please"})
    assert moved.status_code == 204
    again = next(i for i in await ben.waiting() if i["conversation_id"] == customer.id)
    assert (again["queue"], again["waiting_since"]) == ("senior", first["waiting_since"])
    assert (await ben.post(f"/handoffs/{handoff}/accept")).status_code == 200
    packet = (await ben.get(f"/handoffs/{handoff}")).json()["packet"]
    queued_at = [e["occurred_at"] for e in await desk.log(customer.id) if e["type"] == "handoff.queued"]
    assert packet["ids"]["wait_started_at"] == queued_at[0]
    assert await desk.violations(customer.id) == []


async def test_handing_back_begins_a_turn_that_knows_why(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    handoff = await ana.take(customer)
    assert (await ana.post(f"/handoffs/{handoff}/return", {"note": "address is changed"})).status_code == 204
    request = await eventually("the bot is asked", lambda: desk.bot.requests and desk.bot.requests[-1])
    assert (request["trigger"], request["note"], request["text"]) == ("handed_back", "address is changed", "")
    await customer.say("thanks, and my parcel?")
    await customer.until_text("You said: thanks, and my parcel?")
    again = await ana.post(f"/handoffs/{handoff}/messages", {"client_message_id": "m9", "text": "too late"})
    assert again.status_code == 403
    assert await desk.violations(customer.id) == []


async def test_an_ended_handover_moves_nothing_any_more(desk: Desk) -> None:
    """The same agent owns the conversation again, through another hand-over."""
    ana, customer = await Agent.sign_in(desk), await desk.open()
    old = await ana.take(customer)
    await ana.post(f"/handoffs/{old}/return")
    new = await ana.take(customer)
    assert new != old
    for path in ("messages", "transfer", "return", "close"):
        body = DESK_ONLY["POST", f"/api/v1/handoffs/{{handoff_id}}/{path}"]
        assert (await ana.post(f"/handoffs/{old}/{path}", body)).status_code == 403
    assert (await ana.get(f"/handoffs/{new}")).json()["state"] == "accepted"
    assert (await ana.post(f"/handoffs/{new}/close", {"outcome": "resolved", "cause": "done"})).status_code == 204
    assert (await ana.get("/queue")).json()["mine"] == []


async def test_closing_frees_the_agent(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    handoff = await ana.take(customer)
    assert (await ana.post(f"/handoffs/{handoff}/close", {"outcome": "spam", "cause": "junk"})).status_code == 204
    closed = (await customer.events())[-1]
    assert (closed["type"], closed["data"]["outcome"]) == ("conversation.closed", "spam")
    assert (await ana.get("/queue")).json()["counts"]["mine"] == 0
    late = await ana.post(f"/handoffs/{handoff}/accept")
    assert (late.status_code, late.json()["code"]) == (409, "not_waiting")


async def test_the_button_works_in_every_state(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()

    async def owner() -> str:
        find = sa.select(t.conversations.c.owner).where(t.conversations.c.id == customer.id)
        return str(await desk.handoff.core.database.read(lambda c: c.execute(find).scalar())).split(":")[0]

    async def press() -> str:
        answer = await customer.post("handoff", {"note": "please"})
        assert answer.status_code == 202
        return await owner()

    assert await press() == "queue"  # with nothing said yet
    assert await press() == "queue"
    handoff = await ana.take(customer)
    assert await press() == "agent"
    await ana.post(f"/handoffs/{handoff}/close", {"outcome": "resolved", "cause": "done"})
    assert await owner() == "none"
    assert await press() == "queue"
    await ana.post(f"/handoffs/{await ana.take(customer)}/return")
    assert await press() == "queue"
    assert await desk.violations(customer.id) == []
