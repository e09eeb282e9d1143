"""The judge's doubt on its way: a conversation over HTTP, closed by silence, kept, and drawn for people to read."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from eval.judge.rules import judge_by
from eval.learned.service import Made
from eval.live import store, vendors
from eval.live.keeper import Keeper
from eval.outcomes.classify import Rules, episodes_of
from eval.outcomes.likeness import by_meaning
from eval.outcomes.model import DAY, Traffic
from handoff.storage import tables as t
from handoff.storage.database import Database
from handoff.storage.migrate import migrate
from stack import secrets
from stack.compose import Parts, create_application, open_parts
from stack.data import migrate_evaluation, seed_staff
from stack.eval_ports import LogOfPersons, other_languages, read_candidates, resolved_since, stored_calls
from stack.sentences import encoder
from stack.settings import Settings, load
from stack.staff import demo_staff
from tests.eval.outcomes.logs import START, Log
from tests.handoff.conftest import SECRET, ScriptedBot, result, serving_bot
from tests.support.redis import running_redis
from tests.support.waiting import eventually

pytestmark = pytest.mark.service

ASKED, ANSWERED = (
    "what is your phone number",
    "You can call us on weekdays from 9 to 17 at the number on the contact page.",
)


@asynccontextmanager
async def front_desk(folder: Path, **more: Any) -> AsyncIterator[tuple[Parts, Settings, httpx.AsyncClient]]:
    with running_redis() as address:
        settings = load(var_dir=Path(tempfile.mkdtemp(dir=folder)), demo=True, redis_url=address, **more)
        settings.paths.create()
        secrets.create_missing(settings.paths.secrets)
        door = settings.paths.secrets / "door_secret"
        door.write_text(SECRET)
        await asyncio.to_thread(migrate, settings.sql_url)
        await asyncio.to_thread(migrate_evaluation, settings.sql_url)
        await seed_staff(settings)

        async def answer(_asked: dict[str, Any]) -> dict[str, Any]:
            return result(ANSWERED)

        (socket,) = settings.paths.bot_sockets(1)
        bot = ScriptedBot(str(socket), answer)
        async with serving_bot(bot, bot.socket), open_parts(settings) as parts:
            transport = httpx.ASGITransport(create_application(parts, settings))
            async with httpx.AsyncClient(transport=transport, base_url="http://front.desk") as client:
                yield parts, settings, client


OPENED = {
    "verification": "none", "channel": "web", "locale": "en", "owner": "bot", "epoch": 1, "head_seq": 0,
    "state": "open", "tracker_version": 0, "opened_at": "x", "last_event_at": "x",
}  # fmt: skip


@asynccontextmanager
async def logs(folder: Path) -> AsyncIterator[Database]:
    """A log's database by itself."""
    url = f"sqlite:///{folder}/log.db"
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    database.open()
    try:
        yield database
    finally:
        database.close()


async def test_an_abstention_reaches_the_readers(tmp_path: Path) -> None:
    async with front_desk(tmp_path, idle_ask_after=0.2, idle_close_after=0.2) as (parts, settings, client):
        reader = await signed_in(client, settings)
        body = {"rule": "judge_abstained", "count": 10}
        assert (await client.post("/api/v1/qa/samples", json=body, headers=reader)).json() == []

        opened = (await client.post("/api/v1/conversations", json={})).json()
        name = opened["conversation_id"]
        customer = {"authorization": f"Bearer {opened['token']}"}
        said = {"client_message_id": "m1", "text": ASKED}
        sent = await client.post(f"/api/v1/conversations/{name}/messages", json=said, headers=customer)
        assert sent.status_code in (200, 201, 202), sent.text

        async def closed() -> bool:
            events = (await client.get(f"/api/v1/conversations/{name}/events", headers=customer)).json()
            return any(each["type"] == "conversation.closed" for each in events["events"])

        await eventually("silence closed it", closed, within=20)

        core = parts.handoff.core
        links = by_meaning(encoder(settings))
        assert links.similarity is not None
        log = LogOfPersons(core.database, core.clock)
        now = core.clock.now().timestamp
        keeper = Keeper(core.database, log, lambda: now(), Rules(links=links), judge_by(links.similarity))
        await keeper.judge(f"conversation {name}")

        (sample,) = (await client.post("/api/v1/qa/samples", json=body, headers=reader)).json()
        assert (sample["conversation_id"], sample["rule"]) == (name, "judge_abstained")
        found = (await client.get("/api/v1/insights/judge", headers=reader)).json()
        assert found["refused"]


async def test_cheat_our_own_conversations_as_customers(tmp_path: Path) -> None:
    """Guests of the lab are tests, staff who try the chat are staff: neither is counted or drawn for reading."""
    async with front_desk(tmp_path, idle_ask_after=0.2, idle_close_after=0.2) as (parts, settings, client):
        reader = await signed_in(client, settings)
        names = {}
        for who, headers in (("guest", {}), ("customer", {}), ("staff", reader)):
            opened = (await client.post("/api/v1/conversations", json={}, headers=headers)).json()
            names[who] = opened["conversation_id"]
            if who == "guest":
                assert (await client.post(f"/lab/v1/conversations/{names[who]}/mark")).status_code == 204
            mine = {"authorization": f"Bearer {opened['token']}"}
            said = {"client_message_id": "m1", "text": ASKED}
            await client.post(f"/api/v1/conversations/{names[who]}/messages", json=said, headers=mine)
        log = LogOfPersons(parts.handoff.core.database, parts.handoff.core.clock)
        traffic = {who: [each.traffic for each in await log.of_person(f"conversation {names[who]}")] for who in names}
        assert traffic == {"guest": ["test"], "customer": ["customer"], "staff": ["staff"]}

        async def closed() -> bool:
            listed = [(await client.get(f"/lab/v1/conversations/{name}")).json() for name in names.values()]
            return all(each["state"] == "closed" for each in listed)

        await eventually("silence closed them", closed, within=20)
        database = parts.handoff.core.database
        for traffic_of, settles in (("test", None), ("customer", "c1")):
            tried = Log("c1").customer("Please cancel A-1042", "cancel_order").done().bot("It is off.").closed()
            await kept(database, tried, START + 8 * DAY, traffic_of)
            assert await database.read(lambda c: resolved_since(c, MADE)) == settles

        drawn = await client.post("/api/v1/qa/samples", json={"rule": "random", "count": 10}, headers=reader)
        assert [each["conversation_id"] for each in drawn.json()] == [names["customer"]]


MADE = Made("scn_1", "cnv_1", "cancel_order", "", "agt_1", "2026-01-01T00:00:00Z", None)


async def kept(database: Database, log: Log, as_of: float, traffic: Traffic = "customer") -> None:
    """Judged and written as the keeper does."""
    person = f"conversation {log.name}"
    episodes = episodes_of([log.conversation(traffic=traffic)], as_of)
    change = await database.read(lambda c: store.change(c, person, episodes, as_of))
    await database.write(lambda c: store.keep(c, change))


async def test_cheat_an_immature_claim_ends_the_link(tmp_path: Path) -> None:
    """A link ends for good, so only what has stood for its time ends it; nor does another kind of thing, or a claim
    that came back."""
    async with logs(tmp_path) as database:
        await asyncio.to_thread(migrate_evaluation, f"sqlite:///{tmp_path}/log.db")
        own = Log("cnv_1").customer("Cancel A-1042", "cancel_order").bot("Sorry.")
        other = asking("c1", "Cancel INV-1042", START).done().bot("It is off.").closed()
        back = asking("c2", "Cancel A-1043", START + DAY).done().bot("It is off.").closed().later(hours=5)
        back.add("conversation.reopened", "customer", by="customer").customer("A-1043 came!", "complain").bot()
        stood = asking("c3", "cancel the blue tent", START + 2 * DAY).done().bot("It is off.").closed()
        for log in (own, other, back, stood):
            await database.write(lambda c, log=log: written_log(c, log))
        found = []
        for days in (1, 3, 9, 10):
            for log in (other, back, stood):
                await kept(database, log, START + days * DAY)
            found.append(await database.read(lambda c: resolved_since(c, MADE)))
        assert found == [None, None, None, "c3"]


def asking(name: str, text: str, at: float) -> Log:
    return Log(name, customer=None, at=at).customer(text, "cancel_order")


def written_log(connection: sa.Connection, log: Log) -> None:
    connection.execute(sa.insert(t.conversations).values(**OPENED, id=log.name))
    connection.execute(sa.insert(t.events), log.events)


async def test_chance_draws_from_the_whole_period_and_others_definitions_from_what_they_say(tmp_path: Path) -> None:
    """Not from the newest: any conversation of the period is drawn by some seed. What we hold to be resolved and a
    vendor does not is a disagreement as much as a silence is."""
    stories = [asking(f"c{n}", "Cancel A-1042", START + n * DAY).done().bot("Off.") for n in range(12)]
    stories[0].customer("It is not cancelled at all!", "solved_no").closed()
    names, ends = [log.name for log in stories], {"state": "closed", "last_event_at": "2026-03-20"}
    async with logs(tmp_path) as database:
        await asyncio.to_thread(migrate_evaluation, f"sqlite:///{tmp_path}/log.db")
        for log in stories:
            await database.write(lambda c, log=log: written_log(c, log))
            await kept(database, log, START + 40 * DAY)
        await database.write(lambda c: c.execute(sa.update(t.conversations).values(**ends)))
        drawn = [
            await database.read(lambda c, seed=seed: read_candidates(c, "2026-01-01", "2027-01-01", seed, 3))
            for seed in range(40)
        ]
        assert {len(each) for each in drawn} == {3}
        assert {one.conversation_id for each in drawn for one in each} == set(names)
        every = await database.read(lambda c: read_candidates(c, "2026-01-01", "2027-01-01", 1))
        apart = {each.conversation_id for each in every if each.definitions_disagree}
        assert apart == await database.read(lambda c: vendors.apart_on(c, names))
        assert "c0" in apart


async def signed_in(client: httpx.AsyncClient, settings: Any) -> dict[str, str]:
    person = next(each for each in demo_staff(settings.paths.secrets) if "qa" in each["roles"])
    body = {"email": person["email"], "password": person["password"]}
    answer = await client.post("/api/v1/session", json=body)
    client.cookies.clear()
    return {"authorization": f"Bearer {answer.json()['token']}"}


async def test_the_language_of_a_conversation_is_that_in_which_a_turn_was_read(tmp_path: Path) -> None:
    spoken = {"c1": ["en", "de", "fr"], "c2": ["en"], "c3": [None], "c4": ["es"]}
    turn = {"reply_to": [], "epoch": 1, "state": "answered", "trigger": "message", "attempts": 1, "started_at": "x"}

    def written(connection: sa.Connection) -> None:
        for name, languages in spoken.items():
            connection.execute(sa.insert(t.conversations).values(**OPENED, id=name))
            for seq, language in enumerate(languages):
                told = {"triage": {"language": language}} if language else None
                row = {**turn, "id": f"{name}-{seq}", "conversation_id": name, "seq": seq, "correlation_id": "x"}
                connection.execute(sa.insert(t.turns).values(**row, result=told))

    async with logs(tmp_path) as database:
        await database.write(written)
        assert await database.read(lambda c: other_languages(c, ["c1", "c2", "c3"])) == {"c1": "de"}


async def test_the_calls_of_a_conversation_come_in_the_order_they_were_made(tmp_path: Path) -> None:
    """Of this conversation alone, and none of a turn whose result was erased or never came."""
    rows = [("c1", 3, ["second"]), ("c1", 1, ["first"]), ("c1", 2, None), ("c2", 1, ["theirs"])]
    async with logs(tmp_path) as database:
        for name in ("c1", "c2"):
            await database.write(lambda c, name=name: c.execute(sa.insert(t.conversations).values(id=name, **OPENED)))
        for name, seq, tools in rows:
            turn = {
                "id": f"{name}-{seq}", "conversation_id": name, "seq": seq, "reply_to": [seq], "epoch": 1,
                "state": "answered", "trigger": "message", "attempts": 1, "correlation_id": "x",
                "started_at": f"2026-03-02T09:00:0{seq}Z",
                "result": tools and {"calls": [{"tool": tool, "arguments": {}, "answer": []} for tool in tools]},
            }  # fmt: skip
            await database.write(lambda c, turn=turn: c.execute(sa.insert(t.turns).values(**turn)))
        found = await database.read(lambda c: stored_calls(c, "c1"))
    assert [call.tool for call in found] == ["first", "second"]
