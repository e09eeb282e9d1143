"""How often people had an issue before, and what that does to its place in line."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from handoff.storage import tables as t
from tests.handoff.conftest import Customer, Desk, result
from tests.handoff.episodes.issues import says
from tests.handoff.queue.desk import Agent

pytestmark = pytest.mark.service
CLOSING = {"outcome": "unresolved", "cause": "later"}


async def newest(desk: Desk, customer: Customer) -> Any:
    query = sa.select(t.handoffs).where(t.handoffs.c.conversation_id == customer.id).order_by(t.handoffs.c.seq.desc())
    return await desk.handoff.core.database.read(lambda c: c.execute(query).mappings().first())


async def routed(desk: Desk, customer: Customer) -> tuple[str, int]:
    await customer.post("handoff", {})
    row = await newest(desk, customer)
    return row["queue"], row["priority"]


async def with_a_person(ana: Agent, customer: Customer) -> None:
    handoff = await ana.take(customer)
    assert (await ana.post(f"/handoffs/{handoff}/close", CLOSING)).status_code == 204


async def test_another_issue_in_the_same_conversation_waits_as_the_first_did(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    first = await routed(desk, customer)
    for _ in range(3):
        await with_a_person(ana, customer)
        assert await routed(desk, customer) == first  # the button after a closing begins another issue


async def test_the_same_issue_rises_and_goes_to_a_senior_the_third_time(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    queue, priority = await routed(desk, customer)
    for _ in range(2):
        handoff = await ana.take(customer)
        before = await newest(desk, customer)
        assert (await ana.post(f"/handoffs/{handoff}/return", {})).status_code == 204
        again = await routed(desk, customer)
        assert (await newest(desk, customer))["first_wait_at"] == before["first_wait_at"]
    assert again == ("senior", priority - 2)
    assert queue == "support"


async def test_another_issue_after_a_hand_back_is_no_repeat(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await says(desk, "mara", "order_status A-1042")
    first = await routed(desk, customer)
    before = await newest(desk, customer)
    handoff = await ana.take(customer)
    assert (await ana.post(f"/handoffs/{handoff}/return", {})).status_code == 204
    await customer.say("password_reset")
    await customer.until_text("Read: password_reset")
    assert (await routed(desk, customer))[1] == first[1]
    assert (await newest(desk, customer))["first_wait_at"] > before["first_wait_at"]


async def test_a_linked_issue_in_another_conversation_rises_too(desk: Desk) -> None:
    ana = await Agent.sign_in(desk)
    first = await says(desk, "mara", "order_status A-1042")
    queue, priority = await routed(desk, first)
    await with_a_person(ana, first)
    second = await says(desk, "mara", "order_status A-1042")
    assert await routed(desk, second) == (queue, priority - 1)
    assert (await newest(desk, second))["first_wait_at"] > (await newest(desk, first))["first_wait_at"]
    other = await says(desk, "mara", "order_status A-1007")
    assert await routed(desk, other) == (queue, priority)


HAND_OVER = {"directive": "handoff", "reason": "complexity"}


def read_as(language: str, *directives: dict[str, Any], told: bool = False) -> dict[str, Any]:
    read = {"decision": "continue", "rule": "none", "frustration": 0.0, "complexity": 0.0, "language": language}
    read |= {"language_told": told}
    return result("One moment.", triage=read, directives=list(directives))


async def queued(customer: Customer) -> None:
    await customer.until(lambda events: any(event["type"] == "handoff.queued" for event in events))


async def test_who_writes_another_language_than_the_page_waits_for_somebody_who_reads_it(desk: Desk) -> None:
    async def at_once(_: dict[str, Any]) -> dict[str, Any]:
        return read_as("de", HAND_OVER)

    desk.bot.answer, customer = at_once, await desk.open()
    await customer.say("Wo ist mein Paket geblieben?")
    await queued(customer)
    assert (await newest(desk, customer))["language"] == "de"


async def test_a_short_yes_and_the_button_leave_the_language_that_was_written_before(desk: Desk) -> None:
    async def offers(request: dict[str, Any]) -> dict[str, Any]:
        return read_as("en", HAND_OVER) if request["text"] == "ja" else read_as("de")

    desk.bot.answer = offers
    for asks_by in ("ja", None):
        customer = await desk.open()
        await customer.say("Wo ist mein Paket geblieben?")
        await customer.until_text("One moment")
        await (customer.say(asks_by) if asks_by else customer.post("handoff", {}))
        await queued(customer)
        assert (await newest(desk, customer))["language"] == "de"


async def test_who_goes_on_in_english_waits_for_somebody_who_reads_that(desk: Desk) -> None:
    """In the sentence that leads to people, or in the one before the button and before a short "ja"."""

    async def in_two(request: dict[str, Any]) -> dict[str, Any]:
        if request["text"].startswith("Wo "):
            return read_as("de")
        told = request["text"] != "ja"
        return read_as("en", *([] if request["text"].endswith("?") else [HAND_OVER]), told=told)

    desk.bot.answer = in_two
    for said in (["I would like to write to a person in English."], ["Is it still on its way to me?", "ja"]):
        customer = await desk.open()
        for text in ("Wo ist mein Paket geblieben?", *said):
            await customer.say(text)
            await customer.until(lambda events, text=text: str(events).count("One moment") > (text[:2] != "Wo"))
        await queued(customer)
        assert (await newest(desk, customer))["language"] == "en"


@pytest.mark.parametrize("language", ["en", "und"])
async def test_where_the_language_cannot_be_told_the_pages_counts(desk: Desk, language: str) -> None:
    async def at_once(_: dict[str, Any]) -> dict[str, Any]:
        return read_as(language, HAND_OVER)

    desk.bot.answer = at_once
    opened = (await desk.client.post("/api/v1/conversations", json={"locale": "es"})).json()
    customer = Customer(desk, opened["conversation_id"], opened["token"])
    await customer.say("ok")
    await queued(customer)
    assert (await newest(desk, customer))["language"] == "es"
