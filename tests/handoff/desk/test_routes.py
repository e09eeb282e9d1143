"""The desk's own routes: who may not, the inbox, a customer's past, suggestions, re-asks and who else is here."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import sqlalchemy as sa
import websockets

from handoff.agents.reads import ONE_LOOK
from handoff.clock import stamp
from handoff.desk.suggestions import SuggestedArticle
from handoff.storage import tables as t
from tests.handoff.conftest import Customer, Desk
from tests.handoff.queue.desk import Agent
from tests.support.waiting import eventually

pytestmark = pytest.mark.service

CLOSE = {"outcome": "resolved", "cause": "Delivery"}
ANSWER = "Hello Mara, your parcel OB-1042 is at the depot and comes tomorrow before noon. Ana"


async def waiting(desk: Desk, who: str | None, text: str) -> Customer:
    customer = await desk.open(who)
    await customer.say(text)
    await customer.until_text("You said")
    await customer.post("handoff", {})
    return customer


async def solved(desk: Desk, agent: Agent, who: str, text: str) -> Customer:
    customer = await waiting(desk, who, text)
    handoff = await agent.take(customer)
    sent = {"client_message_id": "m1", "text": ANSWER}
    assert (await agent.post(f"/handoffs/{handoff}/messages", sent)).status_code == 202
    assert (await agent.post(f"/handoffs/{handoff}/close", CLOSE)).status_code == 204
    return customer


@pytest.mark.parametrize(
    "path", ["/desk/inbox", "/desk/closed", "/desk/search?q=mara", "/handoffs/h/history", "/handoffs/h/suggestions"]
)
async def test_who_may_not_read(desk: Desk, path: str) -> None:
    assert (await desk.client.get(f"/api/v1{path}")).status_code == 401
    customer = await desk.open("mara")
    assert (await desk.client.get(f"/api/v1{path}", headers=customer.headers)).status_code == 401
    editor = await Agent.sign_in(desk, "eva@example.com")
    assert (await editor.get(path)).status_code == 403


async def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    ana = await Agent.sign_in(desk)
    for path in ("history", "history/cnv_x", "suggestions"):
        assert (await ana.get(f"/handoffs/hnd_none/{path}")).json()["code"] == "handoff_not_found"
    assert (await ana.post("/handoffs/hnd_none/reasks", {"text": "x"})).status_code == 404
    assert (await ana.get("/handoffs/hnd_none/reads")).status_code == 403  # for leads
    ben = await Agent.sign_in(desk, "ben@example.com")
    assert (await ben.get("/handoffs/hnd_none/reads")).status_code == 404


async def test_the_inbox_shows_all_that_is_open_and_whose(desk: Desk) -> None:
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    first = await waiting(desk, "mara", "My parcel OB-1042 is late")
    second = await waiting(desk, "tom", 'I need an invoice for "Größe 42", sent to Österreich')
    await ben.take(second)
    seen = (await ana.get("/desk/inbox")).json()
    assert seen["total"] == 2
    by_customer = {item["customer_id"]: item for item in seen["open"]}
    assert (by_customer["mara"]["state"], by_customer["mara"]["accepted_by"]) == ("queued", None)
    assert (by_customer["tom"]["state"], by_customer["tom"]["accepted_by"]) == ("accepted", "Ben")
    assert by_customer["mara"]["problem"] == "My parcel OB-1042 is late"
    before = by_customer["mara"]["customer_seq"]
    await first.say("Hello?")
    (again,) = [i for i in (await ana.get("/desk/inbox")).json()["open"] if i["customer_id"] == "mara"]
    assert again["customer_seq"] > before

    async def found(text: str) -> list[str]:
        return [i["customer_id"] for i in (await ana.get(f"/desk/search?q={text}")).json()["items"]]

    assert await found("ob-1042") == ["mara"]
    assert await found("TOM") == ["tom"]
    for word in ("größe", "Größe 42", "Österreich", '"Größe'):
        assert await found(word) == ["tom"], word
    assert await found("text") == []  # what a message is stored under is no word of it
    assert await found("100%25") == []
    assert (await ana.get("/desk/search?q=x")).status_code == 422
    handoff = by_customer["tom"]["handoff_id"]
    lacked = {"packet_enough": False, "packet_missing": "the invoice date", "article_missing": "Where is my invoice?"}
    await ben.post(f"/handoffs/{handoff}/close", CLOSE | lacked)
    (closed,) = (await ana.get("/desk/closed")).json()["items"]
    assert (closed["handoff_id"], closed["outcome"]) == (handoff, "resolved")
    event = next(each for each in await desk.log(second.id) if each["type"] == "conversation.closed")
    assert (event["data"]["packet_enough"], event["data"]["packet_missing"]) == (False, "the invoice date")
    assert event["data"]["article_missing"] == "Where is my invoice?"
    told = next(each for each in await second.events() if each["type"] == "conversation.closed")
    assert set(told["data"]) == {"by", "outcome"}  # what staff say of the packet is theirs


async def test_the_inbox_has_the_order_of_the_queue_and_the_first_wait(desk: Desk) -> None:
    ana = await Agent.sign_in(desk)
    handed_back = await waiting(desk, "mara", "My parcel is late")
    handoff = await ana.take(handed_back)
    await ana.post(f"/handoffs/{handoff}/return", {"note": "ask again"})
    calm, urgent = await waiting(desk, "tom", "An invoice"), await waiting(desk, "sam", "A tent")
    await handed_back.post("handoff", {})
    move = sa.update(t.handoffs).where(t.handoffs.c.conversation_id == urgent.id)
    await desk.handoff.core.database.write(lambda c: c.execute(move.values(rank=1)))
    listed = await ana.waiting()
    (again,) = [item for item in listed if item["conversation_id"] == handed_back.id]
    shown = (await ana.get("/desk/inbox")).json()["open"]
    assert [item["handoff_id"] for item in shown] == [item["handoff_id"] for item in listed]
    assert shown[0]["conversation_id"] == urgent.id
    queued = [e["occurred_at"] for e in await desk.log(handed_back.id) if e["type"] == "handoff.queued"]
    (item,) = [item for item in shown if item["conversation_id"] == handed_back.id]
    assert item["waiting_since"] == again["waiting_since"] == queued[0]
    packet = (await ana.get(f"/handoffs/{again['handoff_id']}")).json()["packet"]
    assert packet["ids"]["wait_started_at"] == queued[0]
    assert calm.id in [item["conversation_id"] for item in shown]


async def test_the_inbox_says_whose_turn_it_is_and_what_is_offered(desk: Desk) -> None:
    customer = await waiting(desk, "mara", "My parcel is late")
    ana = await Agent.sign_in(desk)

    async def mine() -> dict[str, Any]:
        (item,) = (await ana.get("/desk/inbox")).json()["open"]
        return item

    async def offered() -> bool:
        return (await mine())["offered_until"] is not None

    await eventually("it is offered", offered)
    handoff = await ana.take(customer)
    item = await mine()
    assert (item["offered_until"], item["their_turn"], item["answer_by"] is not None) == (None, False, True)
    await ana.post(f"/handoffs/{handoff}/messages", {"client_message_id": "m", "text": "I am here"})
    assert (await mine())["answer_by"] is None
    await customer.say("Thank you, and when?")
    item = await mine()
    assert (item["their_turn"], item["answer_by"] is not None) == (True, True)


async def test_a_customers_past_is_shown_and_that_it_was_read_is_kept(desk: Desk) -> None:
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    past = await solved(desk, ana, "mara", "My parcel OB-1042 is late")
    other = await solved(desk, ana, "tom", "Where is my invoice please")
    now = await waiting(desk, "mara", "It is late again and I am tired of it")
    handoff = await ana.handoff_of(now)
    history = (await ana.get(f"/handoffs/{handoff}/history")).json()
    assert (history["customer_id"], history["recent"]) == ("mara", 1)
    (entry,) = history["conversations"]
    assert (entry["conversation_id"], entry["problem"]) == (past.id, "My parcel OB-1042 is late")
    assert (entry["outcome"], entry["cause"], entry["agent"]) == ("resolved", "Delivery", "Ana")

    transcript = (await ana.get(f"/handoffs/{handoff}/history/{past.id}")).json()
    assert any(e["data"].get("text") == ANSWER for e in transcript["events"])
    denied = await ana.get(f"/handoffs/{handoff}/history/{other.id}")
    assert (denied.status_code, denied.json()["code"]) == (404, "conversation_not_found")

    await ana.post(f"/handoffs/{handoff}/accept")
    await ana.get(f"/handoffs/{handoff}")  # her own from now on
    reads = (await ben.get(f"/handoffs/{handoff}/reads")).json()["reads"]
    assert [(each["what"], each["name"]) for each in reads] == [("history", "Ana")]
    kept = sa.select(t.staff_reads.c.what, t.staff_reads.c.conversation_id)
    rows = await desk.handoff.core.database.read(lambda c: {tuple(row) for row in c.execute(kept)})
    assert rows == {("history", now.id), ("transcript", past.id)}


async def test_what_was_filled_in_before_the_chat_routes_and_is_not_asked_again(desk: Desk) -> None:
    about = {"name": "Mara", "email": "mara@example.com", "topic": "a refund"}
    opened = (await desk.client.post("/api/v1/conversations", json={"about": about})).json()
    customer = Customer(desk, opened["conversation_id"], opened["token"])
    await customer.post("handoff", {})
    ana = await Agent.sign_in(desk)
    (item,) = await ana.waiting()
    assert (item["department"], item["topic"], item["skills"]) == ("billing", "refund", ["refunds"])
    packet = (await ana.get(f"/handoffs/{item['handoff_id']}")).json()["packet"]
    assert packet["customer"]["email"] == "mara@example.com"
    assert packet["origins"]["customer.email"] == {"source": "pre_chat", "seq": 1}
    asked = await ana.post(f"/handoffs/{item['handoff_id']}/reasks", {"text": "What is your e-mail address?"})
    assert asked.json()["reasks"] == [{"subject": "email", "value": "mara@example.com", "seq": 1}]


async def test_the_address_on_record_travels_and_is_not_asked_for(desk: Desk) -> None:
    async def address(customer_id: str) -> str | None:
        return f"{customer_id}@example.com"

    desk.handoff.ports.address_of = address
    known, unknown = await desk.open("mara"), await desk.open()
    ana = await Agent.sign_in(desk)
    for customer, email, reasks in ((known, "mara@example.com", 1), (unknown, None, 0)):
        await customer.post("handoff", {})
        handoff = await ana.handoff_of(customer)
        packet = (await ana.get(f"/handoffs/{handoff}")).json()["packet"]
        assert packet["customer"].get("email") == email
        asked = await ana.post(f"/handoffs/{handoff}/reasks", {"text": "Please send me your e-mail."})
        assert len(asked.json()["reasks"]) == reasks


@pytest.mark.parametrize("path", ["", "/summary", "/packet/transcript"])
async def test_a_look_at_a_colleagues_conversation_is_kept_once_in_a_while(desk: Desk, path: str) -> None:
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    handoff = await ana.take(await waiting(desk, "mara", "My parcel OB-1042 is late"))

    async def reads() -> list[tuple[str, str]]:
        found = (await ben.get(f"/handoffs/{handoff}/reads")).json()["reads"]
        return [(each["what"], each["name"]) for each in found]

    assert (await ana.get(f"/handoffs/{handoff}{path}")).status_code == 200
    assert await reads() == []
    for _ in range(2):
        assert (await ben.get(f"/handoffs/{handoff}{path}")).status_code == 200
    assert await reads() == [("conversation", "Ben")]
    earlier = sa.update(t.staff_reads).values(at=stamp(desk.handoff.core.clock.now() - ONE_LOOK))
    await desk.handoff.core.database.write(lambda c: c.execute(earlier))
    assert (await ben.get(f"/handoffs/{handoff}{path}")).status_code == 200
    assert await reads() == [("conversation", "Ben")] * 2


async def test_a_conversation_as_a_file_is_a_read_too(desk: Desk) -> None:
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    customer = await waiting(desk, "mara", "My parcel OB-1042 is late")
    handoff = await ana.take(customer)
    assert (await ben.get(f"/transcripts/{customer.id}")).status_code == 200
    reads = (await ben.get(f"/handoffs/{handoff}/reads")).json()["reads"]
    assert [(each["what"], each["name"]) for each in reads] == [("transcript", "Ben")]


async def test_nobody_signed_in_has_no_past(desk: Desk) -> None:
    ana = await Agent.sign_in(desk)
    await waiting(desk, None, "hello there, a question")
    nobody = await waiting(desk, None, "hello there, another question")
    history = (await ana.get(f"/handoffs/{await ana.handoff_of(nobody)}/history")).json()
    assert history == {"customer_id": None, "conversations": [], "recent": 0, "same_topic": False}


async def test_suggestions_come_from_articles_canned_replies_and_what_colleagues_said(desk: Desk) -> None:
    ana = await Agent.sign_in(desk)
    await solved(desk, ana, "mara", "My parcel OB-1042 is late")
    asked: list[tuple[str, str]] = []

    async def articles(question: str, locale: str, count: int) -> list[SuggestedArticle]:
        asked.append((question, locale))
        return [SuggestedArticle("late", "Late parcels", "What to do", "/help/late", "Wait a day.", True)][:count]

    desk.handoff.suggester.articles = articles
    reply = {"shortcut": "late", "title": "Late parcel", "text": "Sorry, {customer_name}."}
    assert (await ana.post("/canned-replies", reply)).status_code == 201
    tom = await waiting(desk, "tom", "my parcel has not come yet")
    about = sa.update(t.episodes).values(topic="late_parcel")
    await desk.handoff.core.database.write(lambda connection: connection.execute(about))
    found = (await ana.get(f"/handoffs/{await ana.handoff_of(tom)}/suggestions")).json()
    assert asked == [("my parcel has not come yet", "en")]
    assert found["articles"][0]["article_id"] == "late"
    canned, earlier = found["replies"]
    assert (canned["source"], canned["text"]) == ("canned", "Sorry, {customer_name}.")
    assert earlier["source"] == "resolution"
    assert "Mara" not in earlier["text"]
    assert "OB-1042" not in earlier["text"]
    assert earlier["text"].startswith("Hello {customer_name}, your parcel [number] is at the depot")


async def test_a_draft_that_asks_again_is_told_where_the_answer_stands(desk: Desk) -> None:
    ana = await Agent.sign_in(desk)
    customer = await waiting(desk, "mara", "My parcel OB-1042 is late")
    handoff = await ana.handoff_of(customer)
    found = (await ana.post(f"/handoffs/{handoff}/reasks", {"text": "What is your order number?"})).json()["reasks"]
    (word,) = [e for e in await desk.log(customer.id) if e["data"].get("text") == "My parcel OB-1042 is late"]
    assert found == [{"subject": "order_number", "value": "OB-1042", "seq": word["seq"]}]
    found = (await ana.post(f"/handoffs/{handoff}/reasks", {"text": "I am on it."})).json()["reasks"]
    assert found == []


async def test_two_who_look_at_one_conversation_know_of_each_other(desk: Desk) -> None:
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    customer = await waiting(desk, "mara", "My parcel is late")
    path = f"/api/v1/handoffs/{await ana.handoff_of(customer)}/viewing"

    async def look(agent: Agent, typing: bool) -> list[tuple[str, bool]]:
        answer = await desk.client.put(path, json={"typing": typing}, headers=agent.headers)
        assert answer.status_code == 200, answer.text
        return [(each["name"], each["typing"]) for each in answer.json()["viewers"]]

    assert (await desk.client.put(path, json={})).status_code == 401
    assert await look(ana, False) == [("Ana", False)]
    protocols = ["frontdesk.v1", f"bearer.{ana.headers['Authorization'].split()[1]}"]
    address = desk.url.replace("http", "ws") + "/api/v1/desk/socket"
    async with websockets.connect(address, subprotocols=protocols) as socket:  # type: ignore[arg-type]
        await socket.recv()
        assert await look(ben, True) == [("Ana", False), ("Ben", True)]
        while (frame := orjson.loads(await socket.recv()))["kind"] != "viewers":
            pass
        assert [(each["name"], each["typing"]) for each in frame["viewers"]] == [("Ana", False), ("Ben", True)]
        assert frame["conversation_id"] == customer.id
        assert (await desk.client.delete(path, headers=ben.headers)).status_code == 204
        while (frame := orjson.loads(await socket.recv()))["kind"] != "viewers":
            pass
        assert [each["name"] for each in frame["viewers"]] == ["Ana"]

    stored = await desk.handoff.redis.ttl(f"desk:viewers:{customer.id}")
    assert 0 < stored <= 26  # gone by itself when nobody says that they are there
