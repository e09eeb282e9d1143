"""The parts under one roof: routes, doors that are not there, health."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import sqlalchemy as sa

from handoff.storage import tables as t
from handoff.storage.migrate import migrate
from stack import secrets, worker_process
from stack.compose import Parts, create_api, create_application, open_parts
from stack.data import migrate_evaluation, seed_staff
from stack.errors import StackError
from stack.serve import private_listener
from stack.settings import Settings, load
from stack.staff import demo_staff
from tests.support.redis import running_redis

pytestmark = [pytest.mark.service, pytest.mark.asyncio(loop_scope="module")]


def settings_in(folder: Path, **more: str) -> Settings:
    settings = load(var_dir=folder, demo=True, **more)
    settings.paths.create()
    secrets.create_missing(settings.paths.secrets)
    return settings


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parts(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Parts, Settings]]:
    with running_redis() as address:
        settings = settings_in(tmp_path_factory.mktemp("compose"), redis_url=address)
        await asyncio.to_thread(migrate, settings.sql_url)
        await asyncio.to_thread(migrate_evaluation, settings.sql_url)
        await seed_staff(settings)
        async with open_parts(settings) as parts:
            yield parts, settings


@pytest_asyncio.fixture(loop_scope="module")
async def client(parts: tuple[Parts, Settings]) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_application(*parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://front.desk") as client:
        yield client


async def signed_in(client: httpx.AsyncClient, settings: Settings, role: str) -> dict[str, str]:
    person = next(each for each in demo_staff(settings.paths.secrets) if role in each["roles"])
    body = {"email": person["email"], "password": person["password"]}
    answer = await client.post("/api/v1/session", json=body)
    assert answer.status_code == 200, answer.text
    client.cookies.clear()
    return {"authorization": f"Bearer {answer.json()['token']}"}


async def test_without_set_up_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="frontdesk up"):
        async with open_parts(settings_in(tmp_path)):
            pass


async def test_the_edge_lets_in_as_many_as_the_setting_says(parts: tuple[Parts, Settings]) -> None:
    none = parts[1].model_copy(update={"http_concurrency": 0})
    transport = httpx.ASGITransport(create_application(parts[0], none))
    async with httpx.AsyncClient(transport=transport, base_url="http://front.desk") as client:
        refused = await client.get("/api/v1/widget")
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert (await client.get("/health/live")).status_code == 200


async def test_the_public_port_has_no_door_to_rasa(parts: tuple[Parts, Settings], client: httpx.AsyncClient) -> None:
    api = create_api(*parts)
    paths = set(api.openapi()["paths"])
    # Webhooks that we send are kept by administrators under /api/v1; Rasa's and the actions' are nowhere.
    own = {path for path in paths if path.startswith("/api/v1/webhooks")}
    assert not [path for path in paths - own if "webhook" in path or "turn" in path.split("/")]
    for path in ("/webhook", "/webhooks/rest/webhook", "/webhooks/frontdesk/turn", "/model/parse", "/turn", "/actions"):
        for method in ("GET", "POST"):
            answer = await client.request(method, path, json={"next_action": "action_listen"})
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_key_that_is_named_is_wanted(parts: tuple[Parts, Settings], client: httpx.AsyncClient) -> None:
    """What the API's description says of who may call is so: without a key 401 from the one, never from the other."""
    for path, item in create_api(*parts).openapi()["paths"].items():
        for method, operation in item.items():
            answer = await client.request(method.upper(), re.sub(r"\{[^}]+\}", "1", path))
            assert (answer.status_code == 401) == bool(operation.get("security")), (method, path, answer.text)


async def test_the_private_door_wants_its_secret(parts: tuple[Parts, Settings]) -> None:
    transport = httpx.ASGITransport(parts[0].webhook)
    async with httpx.AsyncClient(transport=transport, base_url="http://actions") as inside:
        assert (await inside.get("/health")).status_code == 200
        assert (await inside.post("/webhook", json={})).status_code == 401


async def test_errors_have_one_shape_whoever_answers(parts: tuple[Parts, Settings], client: httpx.AsyncClient) -> None:
    editor = await signed_in(client, parts[1], "editor")
    answers = [
        await client.get("/nothing-here"),
        await client.get("/api/v1/queue"),
        await client.get("/api/v1/articles/none", headers=editor),
        await client.post("/api/v1/conversations", content=b"{", headers={"content-type": "application/json"}),
        await client.post("/api/v1/conversations", content=b"x" * 2_000_000),
    ]
    assert [answer.status_code for answer in answers] == [404, 401, 404, 400, 413]
    for answer in answers:
        assert set(answer.json()) == {"code", "message", "data", "request_id"}
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/api/v1/articles", "/api/v1/knowledge/search?q=delivery"])
async def test_the_editors_side_is_for_staff(
    path: str, parts: tuple[Parts, Settings], client: httpx.AsyncClient
) -> None:
    assert (await client.get(path)).status_code == 401
    assert (await client.get(path, headers=await signed_in(client, parts[1], "qa"))).status_code == 200
    assert (await client.post("/api/v1/articles", json={})).status_code == 401
    agent = await signed_in(client, parts[1], "agent")
    assert (await client.post("/api/v1/articles", json={}, headers=agent)).status_code in (403, 422)


async def test_another_departments_conversation_becomes_no_scenario(
    parts: tuple[Parts, Settings], client: httpx.AsyncClient
) -> None:
    agent, qa, lead = [await signed_in(client, parts[1], role) for role in ("agent", "qa", "lead")]
    opened = (await client.post("/api/v1/conversations", json={})).json()
    name, token = opened["conversation_id"], {"authorization": f"Bearer {opened['token']}"}
    said = {"client_message_id": "m1", "text": "I want my money back"}
    assert (await client.post(f"/api/v1/conversations/{name}/messages", json=said, headers=token)).status_code == 202
    asked = await client.post(f"/api/v1/conversations/{name}/handoff", json={}, headers=token)
    assert asked.status_code in (200, 202)

    def to_billing(connection: sa.Connection) -> None:
        connection.execute(
            sa.update(t.handoffs).where(t.handoffs.c.conversation_id == name).values(department="billing")
        )
        connection.execute(sa.update(t.agents).values(departments=["orders"]))

    await parts[0].handoff.core.database.write(to_billing)

    async def listed(who: dict[str, str]) -> list[str]:
        return [each["conversation_id"] for each in (await client.get("/api/v1/scenarios", headers=who)).json()]

    path = f"/api/v1/conversations/{name}/scenario"
    refused = await client.post(path, headers=agent)
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_department")
    assert refused.json()["data"] == {"department": "billing"}
    assert await listed(qa) == []  # nothing was made
    audit = await client.get(f"/api/v1/audit?outcome=refused&conversation_id={name}", headers=lead)
    assert [(each["action"], each["code"]) for each in audit.json()["entries"]] == [
        ("conversation.view", "wrong_department")
    ]
    assert (await client.post(path, headers=qa)).status_code == 201
    assert await listed(qa) == await listed(lead) == [name]
    assert await listed(agent) == []


async def test_health_tells_living_from_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"status": "ok"}
    ready = await client.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["checks"] == {"sql": True, "redis": True, "bot": False, "knowledge": True}
    assert ready.json()["failing"] == []
    assert "frontdesk_http_seconds" in (await client.get("/metrics")).text


async def test_the_workers_figures_are_shown_too(parts: tuple[Parts, Settings], client: httpx.AsyncClient) -> None:
    listener = private_listener(worker_process.create_application(), parts[1].paths.worker_socket)
    serving = asyncio.create_task(listener.serve())
    await listener.wait_started(serving)
    told = (await client.get("/metrics")).text
    listener.should_exit = True
    await serving
    assert 'process_resident_memory_bytes{process="worker"}' in told
    assert "frontdesk_http_seconds" in told


async def test_every_answer_is_hardened(client: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/help/", "/nothing"):
        headers = (await client.get(path)).headers
        assert headers.get_list("x-content-type-options") == ["nosniff"]
        assert len(headers.get_list("referrer-policy")) == 1


async def test_an_error_of_any_part_is_counted_by_its_code(
    parts: tuple[Parts, Settings], client: httpx.AsyncClient
) -> None:
    editor = await signed_in(client, parts[1], "editor")

    async def counted() -> float:
        lines = (await client.get("/metrics")).text.splitlines()
        told = [line for line in lines if line.startswith('frontdesk_errors_total{code="article_not_found"}')]
        return sum(float(line.split()[-1]) for line in told)

    before = await counted()
    answer = await client.get("/api/v1/articles/nowhere", headers=editor)
    assert (answer.status_code, answer.json()["code"]) == (404, "article_not_found")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert await counted() == before + 1
