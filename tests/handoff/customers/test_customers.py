"""A customer's own things: the past conversations, taking one up, and the one line that we say first."""

from __future__ import annotations

import pytest

from handoff.customers.service import Greeting
from tests.handoff.conftest import Desk, identity_token

pytestmark = pytest.mark.service


def proof(customer: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {identity_token(customer)}"}


async def test_who_may_not(desk: Desk) -> None:
    mine = await desk.open("mara")
    await mine.say("hello")
    agent = await desk.sign_in()
    for path in ("conversations", "greeting"):
        at = f"/api/v1/customers/me/{path}"
        assert (await desk.client.get(at)).status_code == 401
        # Neither a conversation's key nor an agent's session proves a customer.
        assert (await desk.client.get(at, headers=mine.headers)).status_code == 401
        assert (await desk.client.get(at, headers=agent)).status_code == 401
    refused = await desk.client.post(f"/api/v1/customers/me/conversations/{mine.id}", headers=proof("noor"))
    assert (refused.status_code, refused.json()["code"]) == (404, "conversation_not_found")
    listed = await desk.client.get("/api/v1/customers/me/conversations", headers=proof("noor"))
    assert listed.json() == {"conversations": []}


async def test_past_conversations_are_listed_and_taken_up(desk: Desk) -> None:
    first, silent, second = [await desk.open("mara") for _ in range(3)]
    await first.say("The first")
    await first.until_text("You said: The first")
    await second.say("The second")
    await second.until_text("You said: The second")
    answer = await desk.client.get("/api/v1/customers/me/conversations", headers=proof("mara"))
    listed = answer.json()["conversations"]
    assert [each["conversation_id"] for each in listed] == [second.id, first.id]
    assert silent.id not in str(listed)
    assert (listed[0]["owner"], listed[0]["last_from"], listed[0]["last_text"]) == (
        "bot",
        "bot",
        "You said: The second",
    )
    again = await desk.client.post(f"/api/v1/customers/me/conversations/{first.id}", headers=proof("mara"))
    assert again.status_code == 200, again.text
    first.token = again.json()["token"]
    assert (await first.events())[-1]["seq"] == again.json()["head_seq"]


async def test_a_greeting_is_what_its_port_says(desk: Desk) -> None:
    async def greeter(customer_id: str) -> Greeting | None:
        return Greeting("late:1", "Order 1 is late.", "Where is it?") if customer_id == "mara" else None

    assert (await desk.client.get("/api/v1/customers/me/greeting", headers=proof("mara"))).json() == {"greeting": None}
    desk.handoff.customers.greeter = greeter
    said = (await desk.client.get("/api/v1/customers/me/greeting", headers=proof("mara"))).json()
    assert said == {"greeting": {"about": "late:1", "text": "Order 1 is late.", "question": "Where is it?"}}
    assert (await desk.client.get("/api/v1/customers/me/greeting", headers=proof("noor"))).json() == {"greeting": None}
