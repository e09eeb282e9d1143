"""The lab: only with --demo, only its own customers, and every one of them alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from actions.backend.port import CancelOrder
from actions.errors import BackendUnavailable
from handoff.clock import parse
from handoff.storage.migrate import migrate
from stack import secrets
from stack.compose import Parts, create_api, create_application, open_parts
from stack.settings import Settings, load
from tests.support.redis import running_redis

pytestmark = [pytest.mark.service, pytest.mark.asyncio(loop_scope="module")]
ORDERS = {"placed": {"like": "A-1057"}, "lost": {"like": "D-4010"}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parts(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Parts, Settings]]:
    with running_redis() as address:
        settings = load(var_dir=tmp_path_factory.mktemp("lab"), demo=True, redis_url=address)
        settings.paths.create()
        secrets.create_missing(settings.paths.secrets)
        await asyncio.to_thread(migrate, settings.sql_url)
        async with open_parts(settings) as parts:
            yield parts, settings


@pytest_asyncio.fixture(loop_scope="module")
async def client(parts: tuple[Parts, Settings]) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_application(*parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://front.desk") as client:
        yield client


async def made(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await client.post("/lab/v1/customers", json={"orders": ORDERS, **body})
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def test_without_demo_there_is_no_lab(parts: tuple[Parts, Settings], tmp_path: Path) -> None:
    real = parts[1].model_copy(update={"demo": False})
    api = create_api(parts[0], real)
    assert not [path for path in api.openapi()["paths"] if path.startswith("/lab")]
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(transport=transport, base_url="http://front.desk") as client:
        assert (await client.post("/lab/v1/customers", json={})).status_code == 404
        assert (await client.get("/lab/v1/customers/cus_mara")).status_code == 404


@pytest.mark.parametrize("customer", ["cus_mara", "nobody"])
async def test_the_demos_own_people_are_out_of_reach(client: httpx.AsyncClient, customer: str) -> None:
    base = f"/lab/v1/customers/{customer}"
    for method, path, body in (
        ("GET", base, None),
        ("GET", f"{base}/codes", None),
        ("POST", f"{base}/faults", {"kind": "error"}),
        ("DELETE", f"{base}/faults", None),
        ("POST", f"{base}/clock", {"forward_seconds": 60}),
        ("POST", f"{base}/changes", {"change": {"kind": "cancel_order", "order_id": "A-1057"}}),
    ):
        answer = await client.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "customer_not_found"), (method, path)


async def test_a_customer_is_made_with_orders_of_their_own(client: httpx.AsyncClient) -> None:
    one, two = await made(client, like="cus_theo"), await made(client, profile={"name": "Ada Wolff"})
    assert one["email"] != two["email"]
    assert two["name"] == "Ada Wolff"
    assert {order["id"] for order in one["orders"].values()}.isdisjoint(order["id"] for order in two["orders"].values())
    assert one["orders"]["placed"]["status"] == "placed"
    opened = await client.post("/api/v1/conversations", json={"identity_token": one["identity_token"]})
    assert opened.status_code == 201
    state = (await client.get(f"/lab/v1/customers/{one['customer_id']}")).json()
    assert {order["status"] for order in state["orders"]} == {"placed", "lost"}
    assert state["effects"] == []


async def test_a_wrong_template_is_named(client: httpx.AsyncClient) -> None:
    for body in ({"like": "cus_none"}, {"orders": {"a": {"like": "Z-0000"}}}, {"orders": {"a": {"status": "placed"}}}):
        answer = await client.post("/lab/v1/customers", json=body)
        assert answer.status_code == 422, answer.text
    wrong = {"a": {"status": "placed", "lines": [{"sku": "NOT-THERE", "qty": 1}], "payments": []}}
    answer = await client.post("/lab/v1/customers", json={"orders": wrong})
    assert "NOT-THERE" in answer.json()["message"]


async def test_an_order_may_be_written_out(client: httpx.AsyncClient) -> None:
    order = {
        "status": "delivered", "placed_days_ago": 9, "delivered_days_ago": 4, "lines": [{"sku": "POT-12", "qty": 2}],
        "shipping": "4.90", "payments": [{"amount": "total", "status": "captured", "days_ago": 8}],
    }  # fmt: skip
    person = await made(client, orders={"pots": order})
    assert person["orders"]["pots"]["total"] == "84.70"


async def test_a_change_past_the_assistant_shows_with_its_receipt(client: httpx.AsyncClient) -> None:
    person = await made(client)
    path, order = f"/lab/v1/customers/{person['customer_id']}", person["orders"]["placed"]["id"]
    done = await client.post(f"{path}/changes", json={"change": {"kind": "cancel_order", "order_id": order}})
    assert done.status_code == 201
    (effect,) = (await client.get(path)).json()["effects"]
    assert effect["receipt"] == done.json()["receipt"]
    again = await client.post(f"{path}/changes", json={"change": {"kind": "cancel_order", "order_id": order}})
    assert (again.status_code, again.json()["data"]["rule"]) == (409, "already_cancelled")
    foreign = await client.post(f"{path}/changes", json={"change": {"kind": "cancel_order", "order_id": "A-1057"}})
    assert foreign.json()["code"] == "not_in_shop"
    assert (await client.post(f"{path}/changes", json={"change": {"kind": "magic"}})).status_code == 422


async def test_a_fault_is_one_customers_alone(parts: tuple[Parts, Settings], client: httpx.AsyncClient) -> None:
    lab = parts[0].lab
    assert lab is not None
    one, two = await made(client), await made(client)
    path = f"/lab/v1/customers/{one['customer_id']}/faults"
    assert (await client.post(path, json={"kind": "error", "always": True})).status_code == 204
    change = CancelOrder(one["orders"]["placed"]["id"])
    with pytest.raises(BackendUnavailable):
        await lab.faults.apply(one["customer_id"], change, "k1")
    await lab.faults.apply(two["customer_id"], CancelOrder(two["orders"]["placed"]["id"]), "k2")
    assert (await client.delete(path)).status_code == 204
    await lab.faults.apply(one["customer_id"], change, "k1")


async def test_time_passes_for_one_customer(client: httpx.AsyncClient) -> None:
    one, two = await made(client), await made(client)
    opened = {}
    for person in (one, two):
        answer = await client.post("/api/v1/conversations", json={"identity_token": person["identity_token"]})
        opened[person["customer_id"]] = answer.json()["conversation_id"]
    week = timedelta(days=7).total_seconds()
    assert (
        await client.post(f"/lab/v1/customers/{one['customer_id']}/clock", json={"forward_seconds": week})
    ).status_code == 204
    now = datetime.now(UTC)
    for person, days in ((one, 7), (two, 0)):
        log = (await client.get(f"/lab/v1/conversations/{opened[person['customer_id']]}")).json()
        assert round((now - parse(log["events"][0]["occurred_at"])) / timedelta(days=1)) == days
        state = (await client.get(f"/lab/v1/customers/{person['customer_id']}")).json()
        order = next(order for order in state["orders"] if order["status"] == "placed")
        assert round((now - datetime.fromisoformat(order["placed_at"])) / timedelta(days=1)) == days


async def test_a_guests_conversation_has_its_own_clock(client: httpx.AsyncClient) -> None:
    opened = (await client.post("/api/v1/conversations", json={})).json()["conversation_id"]
    assert (
        await client.post(f"/lab/v1/conversations/{opened}/clock", json={"forward_seconds": 3600})
    ).status_code == 204
    log = (await client.get(f"/lab/v1/conversations/{opened}")).json()
    assert datetime.now(UTC) - parse(log["events"][0]["occurred_at"]) > timedelta(minutes=59)


async def test_the_log_of_a_demo_customer_is_not_read_here(
    parts: tuple[Parts, Settings], client: httpx.AsyncClient
) -> None:
    token = (await client.get("/api/v1/demo/identity", params={"customer": "cus_mara"})).json()["identity_token"]
    opened = (await client.post("/api/v1/conversations", json={"identity_token": token})).json()["conversation_id"]
    assert (await client.get(f"/lab/v1/conversations/{opened}")).status_code == 404
    assert (await client.get("/lab/v1/conversations/con_nobody")).status_code == 404
