"""A customer's data for them, and out of every store: canaries are planted everywhere and searched for afterwards."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import redis
import sqlalchemy as sa

from handoff.clock import stamp
from handoff.contract.turn import ToolCall
from handoff.conversations.log import LogWriter
from handoff.privacy.service import Subject, Whose
from handoff.settings import HandoffSettings
from handoff.storage import tables as t
from tests.handoff.conftest import Customer, Desk, ScriptedBot, echo, result
from tests.handoff.queue.desk import Agent
from tests.support.redis import keys_with
from tests.support.waiting import eventually

pytestmark = pytest.mark.service

CANARY = "kanarienvogel"
WHO = "mara"
MARA = Whose("customer", WHO)
LEAD = "ben@example.com"


@pytest.fixture
def settings(settings: HandoffSettings, tmp_path: Path) -> HandoffSettings:
    return settings.model_copy(update={"uploads": tmp_path / "uploads"})


class Elsewhere:
    """Another part's store."""

    name = "elsewhere"

    def __init__(self) -> None:
        self.held = [f"{CANARY} elsewhere"]
        self.asked: list[Subject] = []

    async def export(self, subject: Subject, /) -> Any:
        return list(self.held)

    async def erase(self, subject: Subject, /) -> int:
        self.asked.append(subject)
        count, self.held = len(self.held), []
        return count


class FedByTheLog(Elsewhere):
    """A reader of the log had the words in its hand as the erasure began, and puts them down after it came by."""

    async def erase(self, subject: Subject, /) -> int:
        count = await super().erase(subject)
        if len(self.asked) == 1:
            self.held = [f"{CANARY} late"]
        return count


async def admin(desk: Desk) -> Agent:
    await desk.handoff.core.database.write(
        lambda c: c.execute(sa.update(t.agents).where(t.agents.c.email == LEAD).values(roles=["admin"]))
    )
    return await Agent.sign_in(desk, LEAD)


async def plant(desk: Desk, bot: ScriptedBot, url: str) -> Customer:
    """A conversation with the canary in everything that can hold a person's words, and one that waits for the bot."""

    async def says(request: dict[str, Any]) -> dict[str, Any]:
        slots = {"note": f"{CANARY} slot", "email": f"{CANARY}@example.com"}
        triage = {"decision": "continue", "rule": "none", "frustration": 0.1, "complexity": 0.1, "slots": slots}
        user = {"event": "user", "text": request["text"]}
        choice = [{"label": f"{CANARY} label", "payload": f"/x {CANARY}"}]
        return result(triage=triage, tracker_events=[user]) | {
            "messages": [{"text": f"{CANARY} said the bot", "choices": choice}],
            "directives": [
                {"directive": "promise", "text": f"{CANARY} promise", "owner": "support", "due_in_seconds": 9}
            ],
        }

    bot.answer = says
    reads = [[ToolCall("shop.order", {"order_id": f"{CANARY} order"}, {"city": f"{CANARY} city"})]]
    desk.handoff.core.runner.calls_of = lambda turn_id: reads.pop() if reads else []
    customer = await desk.open(WHO)
    await customer.say(f"{CANARY} said the customer", f"{CANARY}-id")
    await customer.until_text("said the bot")
    await customer.post("feedback", {"kind": "solved", "comment": f"{CANARY} comment"})
    await customer.post("handoff", {"note": f"{CANARY} note"})
    await customer.post("leave_message", {"email": f"{CANARY}@example.com", "text": f"{CANARY} left"})
    ana = await Agent.sign_in(desk)
    handoff = await ana.take(customer)
    await ana.post(f"/handoffs/{handoff}/notes", {"text": f"{CANARY} private"})
    await ana.post(f"/handoffs/{handoff}/messages", {"client_message_id": "m", "text": f"{CANARY} said the agent"})
    await desk.handoff.core.database.write(
        lambda c: c.execute(
            sa.insert(t.operations).values(
                id="op_1",
                conversation_id=customer.id,
                customer_id=WHO,
                kind="refund",
                object_ref=f"{CANARY} order",
                summary=f"{CANARY} summary",
                state="verified",
                prepared_seq=2,
                prepared_epoch=1,
                arguments={"to": CANARY},
                approval="not_needed",
                superseded=False,
                receipt="R-1",
                result={"said": CANARY},
            )
        )
    )
    file = desk.handoff.attachments.uploads.begin()
    desk.handoff.attachments.uploads.add(file, f"{CANARY} file".encode())
    desk.handoff.attachments.uploads.keep(file, "att_1")
    values = {"id": "att_1", "conversation_id": customer.id, "name": f"{CANARY}.txt", "media_type": "text/plain"}
    await desk.handoff.core.database.write(
        lambda c: c.execute(sa.insert(t.attachments).values(**values, size=9, uploaded_at="2026"))
    )
    with redis.Redis.from_url(url) as client:
        client.set(f"desk:viewers:{customer.id}", CANARY)
        client.set(f"desk:viewers:not-{WHO}", "another program's, or another customer's")
    return customer


async def plant_closed(desk: Desk, bot: ScriptedBot) -> Customer:
    """Another conversation of theirs, closed by a person who wrote the canary wherever closing and asking let them."""
    bot.answer = echo
    customer, ana = await desk.open(WHO), await Agent.sign_in(desk)
    await customer.say(f"{CANARY} said again")
    await customer.until_text("You said")
    handoff = await ana.take(customer)
    due = stamp(desk.handoff.core.clock.now() + timedelta(days=1))
    promise = {"text": f"{CANARY} promised by a person", "due_at": due}
    made = (await ana.post(f"/handoffs/{handoff}/promises", promise)).json()["promise_id"]
    closing = {"outcome": "resolved", "cause": f"{CANARY} cause", "cause_code": "other", "packet_enough": False}
    closing |= {"packet_missing": f"{CANARY} packet_missing", "article_missing": f"{CANARY} article_missing"}
    for path, body in (
        (f"/promises/{made}/keep", {"proof": f"{CANARY} proof"}),
        (f"/handoffs/{handoff}/messages", {"client_message_id": "m", "text": f"{CANARY} answered"}),
        (f"/handoffs/{handoff}/close", closing),
    ):
        assert (await ana.post(path, body)).is_success, path
    (offered,) = [e["data"] for e in await customer.events() if e["type"] == "survey.offered"]
    answer = {"kind": "survey", "episode_id": offered["episode_id"], "ces": 6, "comment": f"{CANARY} survey"}
    assert (await customer.post("feedback", answer)).is_success
    return customer


async def trail(desk: Desk, outcome: str = "refused") -> list[tuple[str, str | None]]:
    """Exports and erasures in the audit trail, newest first."""
    entries = await desk.handoff.trail.read(outcome=outcome)
    return [(each["action"], each["code"]) for each in entries if each["action"].startswith("customer.")]


def rows_with(connection: sa.Connection, word: str) -> list[str]:
    """Every table of the database, read whole: the rows that hold ``word``."""
    tables = sa.MetaData()
    tables.reflect(connection)
    return [
        f"{table.name}: {row}"
        for table in tables.sorted_tables
        for row in connection.execute(sa.select(table)).mappings()
        if word in json.dumps({str(name): value for name, value in row.items()}, default=str)
    ]


def files_with(folder: Path, word: bytes) -> Iterator[str]:
    """Every file below ``folder``, databases and their write-ahead logs included, byte by byte."""
    for path in folder.rglob("*"):
        if path.is_file() and word in path.read_bytes():
            yield path.name


async def test_who_may_not(desk: Desk) -> None:
    customer, lead = await desk.open(WHO), await desk.sign_in(LEAD)
    for method, path in (("GET", "export"), ("POST", "erasure")):
        url = f"/api/v1/customers/{WHO}/{path}"
        assert (await desk.client.request(method, url)).status_code == 401
        assert (await desk.client.request(method, url, headers=customer.headers)).status_code == 401
        assert (await desk.client.request(method, url, headers=lead)).status_code == 403
    boss = await admin(desk)
    assert (await boss.post("/customers/nobody/erasure")).status_code == 404
    assert (await boss.get("/customers/nobody/export")).status_code == 404
    assert (await desk.handoff.core.database.read(lambda c: rows_with(c, WHO))) != []
    assert await trail(desk) == [("customer.export", "customer_not_found"), ("customer.erase", "customer_not_found")]


async def test_an_export_holds_what_was_said_and_nothing_of_others(
    desk: Desk, bot: ScriptedBot, redis_url: str
) -> None:
    await plant(desk, bot, redis_url)
    await plant_closed(desk, bot)
    other = await desk.open("jonas")
    await other.say("somebody else's words")
    desk.handoff.privacy.others = (Elsewhere(),)
    data = (await (await admin(desk)).get(f"/customers/{WHO}/export")).json()["data"]
    text = orjson.dumps(data).decode()
    closed = ("promised by a person", "proof", "cause", "packet_missing", "article_missing", "survey")
    for part in ("said the customer", "said the agent", "promise", "comment", "order", "elsewhere", *closed):
        assert f"{CANARY} {part}" in text
    assert "somebody else" not in text
    assert [c["id"] for c in data["conversations"]] != [other.id]
    (entry,) = await desk.handoff.trail.read(outcome="done", limit=1)
    assert (entry["action"], entry["agent_name"]) == ("customer.export", "Ben")
    assert entry["detail"] == {"conversations": [c["id"] for c in data["conversations"]], "count": 2}


async def test_after_an_erasure_no_store_holds_the_canary(
    desk: Desk, bot: ScriptedBot, redis_url: str, tmp_path: Path
) -> None:
    customer, closed = await plant(desk, bot, redis_url), await plant_closed(desk, bot)
    other = await desk.open("jonas")
    await other.say("keep me")
    await other.until_text("You said")
    elsewhere = Elsewhere()
    desk.handoff.privacy.others = (elsewhere,)
    before = await desk.log(customer.id)
    database = desk.handoff.core.database
    assert await database.read(lambda c: rows_with(c, CANARY))

    boss = await admin(desk)
    report = (await boss.post(f"/customers/{WHO}/erasure")).json()["report"]
    assert (report["conversations"], report["files"], report["elsewhere"]) == (2, 1, 1)
    assert (report["trackers"], report["bots_away"], bot.live) == (2, 0, {other.id})
    assert report["texts"] > 5
    assert report["seconds"] < 60
    assert report["retained"]

    assert await database.read(lambda c: rows_with(c, CANARY)) == []
    assert await database.read(lambda c: rows_with(c, f'"{WHO}"')) == []
    assert list((tmp_path / "uploads").glob("*")) == []
    with redis.Redis.from_url(redis_url) as client:
        assert [keys_with(client, word) for word in (CANARY, customer.id, closed.id)] == [[], [], []]
        assert not any(key.startswith("limit:") for key in keys_with(client, WHO))
    assert elsewhere.asked[0].addresses == {f"{CANARY}@example.com"}

    after = await desk.log(customer.id)
    assert [e["seq"] for e in after] == list(range(1, len(after) + 1))
    assert [e["type"] for e in after[: len(before)]] == [e["type"] for e in before]
    assert all(e["data"].get("erased") for e in after[: len(before)] if e["type"] == "message.sent")
    assert await desk.violations(customer.id) == await desk.violations(closed.id) == []
    assert any("keep me" in e["data"].get("text", "") for e in await desk.log(other.id))
    (entry,) = await desk.handoff.trail.read(outcome="done", limit=1)
    assert (entry["action"], entry["agent_name"], entry["object_id"]) == ("customer.erase", "Ben", report["erased_as"])
    assert entry["detail"]["conversations"] == 2
    assert (await boss.post(f"/customers/{WHO}/erasure")).status_code == 404


async def test_the_files_of_the_database_hold_nothing_either(
    desk: Desk, bot: ScriptedBot, redis_url: str, tmp_path: Path
) -> None:
    await plant(desk, bot, redis_url)
    if not desk.handoff.core.database.is_sqlite:
        pytest.skip("PostgreSQL's files are the server's; VACUUM is sent to it")
    assert list(files_with(tmp_path, CANARY.encode()))
    await desk.handoff.privacy.erase(MARA)
    assert list(files_with(tmp_path, CANARY.encode())) == []


def test_the_search_of_redis_reads_every_kind_of_value(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.set("a", f"a {CANARY}")
        client.hset("b", "field", CANARY)
        client.rpush("c", "x", CANARY)
        client.sadd("d", CANARY)
        client.zadd("e", {CANARY: 1})
        client.xadd("f", {"said": CANARY})
        client.set(f"g:{CANARY}", "")
        client.set("h", "another word")
        assert keys_with(client, CANARY) == ["a", "b", "c", "d", "e", "f", f"g:{CANARY}"]


async def test_what_is_carried_into_another_store_meanwhile_goes_too(desk: Desk) -> None:
    await desk.open(WHO)
    fed = FedByTheLog()
    desk.handoff.privacy.others = (fed,)
    await desk.handoff.privacy.erase(MARA)
    assert fed.held == []


async def test_a_turn_in_flight_stores_nothing_afterwards(desk: Desk, bot: ScriptedBot) -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def waits(_request: dict[str, Any]) -> dict[str, Any]:
        asked.set()
        await go.wait()
        return result(f"{CANARY} too late")

    bot.answer = waits
    customer = await desk.open(WHO)
    await customer.say("hello")
    await asked.wait()
    await desk.handoff.privacy.erase(MARA)
    go.set()
    await eventually("the bot was asked", lambda: bot.requests)
    await desk.handoff.core.runner.drain(5)
    assert await desk.handoff.core.database.read(lambda c: rows_with(c, CANARY)) == []
    assert await desk.violations(customer.id) == []


async def test_who_comes_back_begins_anew(desk: Desk) -> None:
    customer = await desk.open(WHO)
    await customer.say("hello")
    await customer.until_text("You said")
    await desk.handoff.privacy.erase(MARA)
    again = await desk.open(WHO)
    assert [e["type"] for e in await again.events()] == ["conversation.opened", "customer.verified"]


async def test_an_old_window_can_write_nothing_under_the_name_that_means_nobody(desk: Desk) -> None:
    customer = await desk.open(WHO)
    await customer.say("hello")
    await customer.until_text("You said")
    await desk.handoff.privacy.erase(MARA)
    late = await customer.post("messages", {"client_message_id": "late", "text": f"{CANARY} too late"})
    assert (late.status_code, late.json()["code"]) == (409, "conversation_erased")
    button = await customer.post("handoff", {})
    assert (button.status_code, button.json()["code"]) == (409, "conversation_erased")
    assert await desk.handoff.core.database.read(lambda c: rows_with(c, CANARY)) == []


async def test_nothing_is_owed_or_written_in_what_was_erased(desk: Desk, bot: ScriptedBot, redis_url: str) -> None:
    customer = await plant(desk, bot, redis_url)
    handoff = await desk.handoff.core.database.read(
        lambda c: c.execute(sa.select(t.handoffs.c.id).where(t.handoffs.c.conversation_id == customer.id)).scalar_one()
    )
    approval = {"id": "apr_1", "conversation_id": customer.id, "operation_id": "op_1", "state": "wanted"}
    await desk.handoff.core.database.write(
        lambda c: c.execute(sa.insert(t.approvals).values(**approval, requested_at="2026"))
    )
    boss = await admin(desk)
    assert len((await boss.get("/promises")).json()["promises"]) == 2
    assert len((await boss.get("/approvals")).json()["approvals"]) == 1
    await desk.handoff.privacy.erase(MARA)
    before = await desk.log(customer.id)
    assert (await boss.get("/promises")).json()["promises"] == []
    assert (await boss.get("/approvals")).json()["approvals"] == []
    for answer in (
        await boss.post(f"/handoffs/{handoff}/notes", {"text": f"{CANARY} noted late"}),
        await customer.post("feedback", {"kind": "solved", "comment": f"{CANARY} said late"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "conversation_erased")
    assert (await boss.post("/approvals/apr_1", {"decision": "approved"})).json()["code"] == "already_decided"
    refused = {(e["action"], e["code"]) for e in await desk.handoff.trail.read(outcome="refused")}
    assert {("note.add", "conversation_erased"), ("approval.decide", "already_decided")} <= refused
    assert await desk.log(customer.id) == before
    assert await desk.handoff.core.database.read(lambda c: rows_with(c, CANARY)) == []


async def test_an_erasure_that_was_cut_off_is_completed_by_the_next(
    desk: Desk, bot: ScriptedBot, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plant(desk, bot, redis_url)

    def cut(*_: Any) -> Any:
        raise RuntimeError("cut off")

    with monkeypatch.context() as broken:
        broken.setattr(LogWriter, "locked", cut)
        with pytest.raises(RuntimeError):
            await desk.handoff.privacy.erase(MARA)
    report = await desk.handoff.privacy.erase(MARA)
    assert report["conversations"] == 1
    assert report["scrubbed"]
    assert await desk.handoff.core.database.read(lambda c: rows_with(c, CANARY)) == []
    with redis.Redis.from_url(redis_url) as client:
        assert client.exists(f"desk:viewers:not-{WHO}")


class TestGuests:
    """Who never signed in is served by a conversation, or by an address that they left."""

    async def left(self, desk: Desk, address: dict[str, str]) -> Customer:
        guest = await desk.open()
        await guest.say(f"{CANARY} said the guest")
        await guest.until_text("You said")
        await guest.post("handoff", {})
        answer = await guest.post("leave_message", {**address, "text": f"{CANARY} please call"})
        assert answer.status_code == 201, answer.text
        return guest

    @pytest.mark.parametrize(
        ("given", "asked"),
        [
            ({"email": "Gast_1@example.com"}, {"email": "gast_1@EXAMPLE.com"}),
            ({"phone": "+43 1 58058 0"}, {"phone": "0043 1 580580"}),
        ],
    )
    async def test_by_an_address_that_they_left(self, desk: Desk, given: dict[str, str], asked: dict[str, str]) -> None:
        boss, guest = await admin(desk), await self.left(desk, given)
        other = await self.left(desk, {"email": "gastX1@example.com"})
        data = (await boss.post("/guests/export", asked)).json()["data"]
        assert ([c["id"] for c in data["conversations"]], data["customer_id"]) == ([guest.id], None)
        report = (await boss.post("/guests/erasure", asked)).json()["report"]
        assert report["conversations"] == 1
        assert not any(CANARY in str(event) for event in await desk.log(guest.id))
        assert any(CANARY in str(event) for event in await desk.log(other.id))
        (value,) = given.values()
        assert await desk.handoff.core.database.read(lambda c: rows_with(c, value)) == []
        again = await boss.post("/guests/erasure", asked)
        assert (again.status_code, again.json()["code"]) == (404, "customer_not_found")

    async def test_by_their_conversation_or_what_they_wrote_before_the_first_message(self, desk: Desk) -> None:
        boss = await admin(desk)
        about = {"name": CANARY, "email": f"{CANARY}@example.com"}
        opened = (await desk.client.post("/api/v1/conversations", json={"about": about})).json()["conversation_id"]
        data = (await boss.post("/guests/export", {"email": about["email"]})).json()["data"]
        assert [c["id"] for c in data["conversations"]] == [opened]
        assert (await boss.post("/guests/erasure", {"conversation_id": opened})).status_code == 200
        assert await desk.handoff.core.database.read(lambda c: rows_with(c, CANARY)) == []
        again = await boss.post("/guests/erasure", {"conversation_id": opened})
        assert (again.status_code, again.json()["code"]) == (404, "customer_not_found")

    async def test_a_known_customer_is_not_taken_for_a_guest(self, desk: Desk) -> None:
        boss, customer = await admin(desk), await desk.open(WHO)
        await customer.post("handoff", {})
        await customer.post("leave_message", {"email": "shared@example.com"})
        for asked in ({"conversation_id": customer.id}, {"email": "shared@example.com"}):
            for what in ("export", "erasure"):
                refused = await boss.post(f"/guests/{what}", asked)
                assert (refused.status_code, refused.json()["code"]) == (409, "customer_known")
                assert refused.json()["data"] == {"customers": [WHO]}
        assert (await trail(desk))[0] == ("customer.erase", "customer_known")

    @pytest.mark.parametrize(
        ("asked", "status", "code"),
        [
            ({}, 422, "invalid"),
            ({"email": "a@example.com", "phone": "+43 1 58058 0"}, 422, "invalid"),
            ({"email": "not an address"}, 422, "bad_address"),
            ({"phone": "12"}, 422, "bad_phone"),
            ({"conversation_id": "cnv_none"}, 404, "conversation_not_found"),
            ({"email": "nobody@example.com"}, 404, "customer_not_found"),
        ],
    )
    async def test_what_is_refused(self, desk: Desk, asked: dict[str, str], status: int, code: str) -> None:
        boss, lead = await admin(desk), await desk.sign_in("ana@example.com")
        for what in ("export", "erasure"):
            answer = await boss.post(f"/guests/{what}", asked)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
            denied = await desk.client.post(f"/api/v1/guests/{what}", json=asked, headers=lead)
            assert denied.status_code == 403
