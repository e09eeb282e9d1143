"""The loop between the conversations and the knowledge part, over the real log: "Did this solve it?" comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from handoff.contract.events import Citation, HandoffAccepted, MessageSent
from handoff.contract.turn import TurnContext
from handoff.conversations.log import LogWriter
from handoff.storage.migrate import migrate
from knowledge.content import Content
from stack.compose import Parts, create_application, open_parts
from stack.knowledge_ports import told_by_colleagues
from stack.settings import Settings
from tests.stack.test_compose import settings_in
from tests.support.redis import running_redis
from tests.support.waiting import eventually

pytestmark = [pytest.mark.service, pytest.mark.asyncio(loop_scope="module")]

QUESTION = "How long do parcels travel?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parts(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Parts, Settings]]:
    with running_redis() as address:
        settings = settings_in(tmp_path_factory.mktemp("ports"), redis_url=address)
        await asyncio.to_thread(migrate, settings.sql_url)
        async with open_parts(settings) as parts:
            yield parts, settings


@pytest_asyncio.fixture(loop_scope="module")
async def client(parts: tuple[Parts, Settings]) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_application(*parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://front.desk") as client:
        yield client


async def conversation(client: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
    opened = (await client.post("/api/v1/conversations", json={})).json()
    return opened["conversation_id"], {"authorization": f"Bearer {opened['token']}"}


async def test_feedback_reaches_the_article_that_answered(
    parts: tuple[Parts, Settings], client: httpx.AsyncClient
) -> None:
    knowledge, handoff = parts[0].knowledge, parts[0].handoff
    page = Content("Parcels", "## How long do parcels travel?\n\nParcels travel for two days.", owner="ed@example.test")
    await knowledge.editing.do_create("parcels", page, "ed@example.test")
    await knowledge.editing.do_publish("parcels", 1, "ed@example.test")
    name, token = await conversation(client)
    turn = TurnContext(name, "t", 2, 1, "")
    answer = await knowledge.desk.asked.answer(QUESTION, audience="public", locale="en", turn=turn)
    assert answer.found

    def sent(log: LogWriter) -> None:
        log.append(MessageSent(answer.text, "bot", reply_to=[2], citations=answer.citations), "bot")

    await handoff.core.change(name, sent)
    told = await client.post(f"/api/v1/conversations/{name}/feedback", json={"kind": "solved"}, headers=token)
    assert told.status_code == 202, told.text

    async def solved() -> bool:
        (figures,) = await knowledge.desk.figures.of_article("parcels", 30)
        return (figures.shown, figures.solved) == (1, 1)

    await eventually("the feedback is counted", solved)


async def test_what_colleagues_told_is_read_from_the_log(
    parts: tuple[Parts, Settings], client: httpx.AsyncClient
) -> None:
    core = parts[0].handoff.core
    name, _ = await conversation(client)

    def told(log: LogWriter) -> None:
        log.append(MessageSent("Dogs welcome?", "customer"), "customer")
        log.append(HandoffAccepted("hof_1", "agt_1", "Ana"), "system")
        log.append(MessageSent("Yes, on a lead.", "agent:agt_1"), "agent")
        log.append(MessageSent("A bot says this.", "bot", citations=[Citation("a", 1, "t", "s", "")]), "bot")

    await core.change(name, told)
    found = await told_by_colleagues(core)([name, "cnv_gone"])
    assert set(found) == {name}
    assert (list(found[name].texts), list(found[name].names)) == (["Yes, on a lead."], ["Ana"])
