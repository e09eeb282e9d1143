"""An episode goes on with an earlier one of the same verified customer about the same order, and with nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from handoff.storage import tables as t
from tests.handoff.conftest import Customer, Desk, identity_token, result
from tests.handoff.episodes.issues import about, episode, says
from tests.handoff.queue.desk import Agent

pytestmark = pytest.mark.service


async def links(desk: Desk, customer: Customer) -> list[dict[str, Any]]:
    return [e["data"] for e in await desk.log(customer.id) if e["type"] == "episode.linked"]


async def test_what_it_is_about_is_written_down_once(desk: Desk) -> None:
    customer = await says(desk, "mara", "greet", "order_status a-1057", "order_status A-1057", "refund_request B-2001")
    mine = await episode(desk, customer)
    named = {"episode_id": mine, "rule": "named", "topic": "delivery", "entity": "A-1057"}
    assert await links(desk, customer) == [named]
    assert await desk.violations(customer.id) == []
    assert not any(e["type"] == "episode.linked" for e in await customer.events())


async def test_signing_in_later_by_the_host_page_goes_on_with_the_earlier_issue(desk: Desk) -> None:
    first = await says(desk, "mara", "order_status A-1057")
    later = await says(desk, None, "return_item A-1057")
    assert [each["rule"] for each in await links(desk, later)] == ["named"]
    assert (await later.post("identify", {"identity_token": identity_token("mara")})).status_code == 204
    link = (await links(desk, later))[-1]
    assert (link["rule"], link["episode_id"]) == ("same_customer_and_entity", await episode(desk, first))
    assert await desk.violations(later.id) == []


async def test_the_same_customers_same_order_is_the_same_issue(desk: Desk) -> None:
    first = await says(desk, "mara", "order_status A-1057")
    second = await says(desk, "mara", "return_item", "return_item A-1057")
    third = await says(desk, "mara", "refund_request A-1057")
    root = await episode(desk, first)
    for later in (second, third):
        (link,) = [each for each in await links(desk, later) if each["rule"] != "named"]
        assert link["episode_id"] == root
        assert link["from_episode_id"] == await episode(desk, later)
        assert link["rule"] == "same_customer_and_entity"
    ana = await Agent.sign_in(desk)
    handoff = await ana.take(third)
    history = (await ana.get(f"/handoffs/{handoff}/history")).json()
    assert {each["topic"] for past in history["conversations"] for each in past["episodes"]} == {"delivery", "return"}


@pytest.mark.parametrize(
    ("who", "said"),
    [("jonas", "order_status A-1057"), (None, "order_status A-1057"), ("mara", "order_status A-1044")],
    ids=["somebody else", "nobody known", "another order"],
)
async def test_another_customer_or_order_is_another_issue(desk: Desk, who: str | None, said: str) -> None:
    await says(desk, "mara", "order_status A-1057")
    other = await says(desk, who, said)
    assert [each["rule"] for each in await links(desk, other)] == ["named"]


async def test_who_proves_it_later_is_linked_then(desk: Desk) -> None:
    first = await says(desk, "mara", "order_status A-1057")
    unknown = await says(desk, None, "order_status A-1057")

    async def verify(_request: dict[str, Any]) -> dict[str, Any]:
        return result("Thank you, Mara.", directives=[{"directive": "verified", "customer_id": "mara"}])

    desk.bot.answer = verify
    await unknown.say("123456")
    await unknown.until_text("Thank you, Mara.")
    link = (await links(desk, unknown))[-1]
    assert (link["episode_id"], link["from_episode_id"]) == (await episode(desk, first), await episode(desk, unknown))


async def test_an_issue_is_asked_about_once(desk: Desk) -> None:
    first = await says(desk, "mara", "order_status A-1057")
    await first.post("feedback", {"kind": "solved"})
    assert any(e["type"] == "survey.offered" for e in await first.events())
    again = await says(desk, "mara", "order_status A-1057")
    await again.post("feedback", {"kind": "solved"})
    assert not any(e["type"] == "survey.offered" for e in await again.events())


async def goes_on(customer: Customer, *texts: str) -> None:
    for text in texts:
        await customer.say(text)
        await customer.until_text(f"Read: {text}")


def steps(log: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What became of which episode."""
    return [(e["type"], e["data"]["episode_id"]) for e in log if e["type"] in ("episode.opened", "episode.closed")]


@pytest.mark.parametrize("how", ["button", "typed"])
async def test_after_solved_another_order_is_another_issue_with_a_survey_of_its_own(desk: Desk, how: str) -> None:
    customer = await says(desk, "mara", "order_status A-1057")
    if how == "typed":
        await goes_on(customer, "solved_yes")
    else:
        await customer.post("feedback", {"kind": "solved"})
    await goes_on(customer, "order_status B-2001")
    (_, first), (closed, ended), (_, second) = steps(log := await desk.log(customer.id))
    assert (closed, ended, first != second) == ("episode.closed", first, True)
    named = [(e["data"]["episode_id"], e["data"]["entity"]) for e in log if e["type"] == "episode.linked"]
    assert named == [(first, "A-1057"), (second, "B-2001")]
    await customer.post("feedback", {"kind": "solved"})
    asked = [e["data"]["episode_id"] for e in await customer.events() if e["type"] == "survey.offered"]
    assert asked == ([second] if how == "typed" else [first, second])
    assert await desk.violations(customer.id) == []


@pytest.mark.parametrize(
    ("first", "then", "episodes"),
    [
        ("order_status A-1057", "refund_request A-1057", 1),
        ("order_status A-1057", "thanks", 1),
        ("order_status A-1057", "order_status", 1),
        ("order_status", "order_status A-1057", 1),
        ("order_status A-1057", "password_reset", 2),
        ("order_status", "password_reset", 2),
    ],
)
async def test_only_another_order_or_topic_is_another_issue(desk: Desk, first: str, then: str, episodes: int) -> None:
    customer = await says(desk, "mara", first)
    await customer.post("feedback", {"kind": "solved"})
    await goes_on(customer, then)
    assert [kind for kind, _ in steps(await desk.log(customer.id))].count("episode.opened") == episodes


async def test_what_is_not_settled_or_not_any_more_stays_one_issue(desk: Desk) -> None:
    customer = await says(desk, "mara", "order_status A-1057", "order_status B-2001")
    await customer.post("feedback", {"kind": "solved"})
    await customer.post("feedback", {"kind": "not_solved"})
    await goes_on(customer, "order_status C-3001", "solved_yes", "solved_no", "order_status D-4001")
    assert len(steps(await desk.log(customer.id))) == 1


async def test_a_promise_of_the_next_issue_does_not_hold_back_the_survey_of_the_last(desk: Desk) -> None:
    customer = await says(desk, "mara", "order_status A-1057")
    await customer.post("feedback", {"kind": "solved"})

    async def promises(request: dict[str, Any]) -> dict[str, Any]:
        directive = {"directive": "promise", "text": "We call you", "owner": "support", "due_in_seconds": 3600}
        return (await about(request)) | {"directives": [directive]}

    desk.bot.answer = promises
    await goes_on(customer, "order_status B-2001")
    second = steps(await desk.log(customer.id))[-1][1]
    query = sa.select(t.promises.c.episode_id).where(t.promises.c.conversation_id == customer.id)
    assert await desk.handoff.core.database.read(lambda c: c.execute(query).scalars().all()) == [second]
