"""A session that is over: nothing comes through its socket any more, and who still uses it is written down, once."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from handoff.storage import tables as t
from tests.handoff.conftest import Desk
from tests.handoff.queue.desk import Agent

pytestmark = pytest.mark.service


async def uses(desk: Desk) -> list[tuple[str, str, dict[str, Any]]]:
    ben = await Agent.sign_in(desk, "ben@example.com")
    entries = (await ben.get("/audit?limit=200")).json()["entries"]
    return [(e["agent_name"], e["code"], e["detail"]) for e in entries if e["action"] == "session.ended"]


async def rest_of(socket: ClientConnection) -> tuple[list[dict[str, Any]], int | None]:
    """What still comes, and the code with which it ends."""
    frames = []
    try:
        while True:
            frames.append(orjson.loads(await socket.recv()))
    except ConnectionClosed:
        return frames, socket.close_code


async def test_after_signing_out_a_socket_that_stays_open_is_told_nothing_more(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    await ana.take(customer)
    token = ana.headers["Authorization"].removeprefix("Bearer ")
    url = desk.url.replace("http", "ws") + "/api/v1/desk/socket"
    async with connect(url, subprotocols=["frontdesk.v1", f"bearer.{token}"]) as socket:
        while orjson.loads(await socket.recv())["kind"] != "heartbeat":
            pass
        signed_out = await desk.client.delete("/api/v1/session", headers=ana.headers)
        assert signed_out.status_code == 204
        await customer.say("my card is in the drawer")
        frames, code = await rest_of(socket)
    assert code == 4401
    assert "drawer" not in str(frames)
    assert not any(frame["kind"] == "event" for frame in frames)


async def test_who_still_uses_a_session_that_is_over_is_written_down_once(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    handoff = await ana.take(customer)
    other = await Agent.sign_in(desk)
    await desk.client.delete("/api/v1/session", headers=ana.headers)
    assert await uses(desk) == []
    before = await desk.log(customer.id)
    refused = await ana.post(f"/handoffs/{handoff}/notes", {"text": "still here"})
    assert (refused.status_code, refused.json()["code"]) == (401, "session_ended")
    for path in ("/queue", f"/handoffs/{handoff}", "/desk/inbox"):
        assert (await ana.get(path)).status_code == 401
    assert await uses(desk) == [("Ana", "session_ended", {"route": "POST /handoffs/{handoff_id}/notes"})]
    assert [e for e in await desk.log(customer.id) if e["type"] == "note.added"] == []
    assert (await desk.log(customer.id))[: len(before)] == before
    assert (await other.get("/queue")).status_code == 200  # her other session goes on

    nobody = {"Authorization": "Bearer nobody-issued-this"}
    assert (await desk.client.get("/api/v1/queue", headers=nobody)).status_code == 401
    assert len(await uses(desk)) == 1


async def test_one_whose_time_is_over_is_known_as_well(desk: Desk) -> None:
    ana = await Agent.sign_in(desk)
    past = sa.update(t.staff_sessions).values(expires_at="2020-01-01T00:00:00.000Z")
    await desk.handoff.core.database.write(lambda c: c.execute(past))
    assert (await ana.get("/queue")).status_code == 401
    assert [(name, code) for name, code, _ in await uses(desk)] == [("Ana", "session_ended")]
