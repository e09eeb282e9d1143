"""The judge's doubt on its way: a conversation over HTTP, closed by silence, kept, and drawn for people to read."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from eval.judge.rules import judge_by
from eval.live.keeper import Keeper
from eval.outcomes.classify import Rules
from eval.outcomes.likeness import by_meaning
from handoff.storage.migrate import migrate
from stack import secrets
from stack.compose import create_application, open_parts
from stack.data import migrate_evaluation, seed_staff
from stack.eval_ports import LogOfPersons
from stack.sentences import encoder
from stack.settings import load
from stack.staff import demo_staff
from tests.handoff.conftest import SECRET, ScriptedBot, result, serving_bot
from tests.support.redis import running_redis
from tests.support.waiting import eventually

pytestmark = pytest.mark.service

ASKED, ANSWERED = (
    "what is your phone number",
    "You can call us on weekdays from 9 to 17 at the number on the contact page.",
)


async def test_an_abstention_reaches_the_readers(tmp_path: Path) -> None:
    with running_redis() as address:
        settings = load(
            var_dir=Path(tempfile.mkdtemp(dir=tmp_path)), demo=True, redis_url=address, idle_ask_after=0.2,
            idle_close_after=0.2,
        )  # fmt: skip
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


async def signed_in(client: httpx.AsyncClient, settings: Any) -> dict[str, str]:
    person = next(each for each in demo_staff(settings.paths.secrets) if "qa" in each["roles"])
    body = {"email": person["email"], "password": person["password"]}
    answer = await client.post("/api/v1/session", json=body)
    client.cookies.clear()
    return {"authorization": f"Bearer {answer.json()['token']}"}
