"""The false-promise gate in a running gateway: what is held back, what staff see, and what passes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY
from starlette.responses import JSONResponse, Response

from handoff.gateway import wording
from handoff.queue.plan import FILE
from handoff.settings import HandoffSettings
from handoff.storage import tables as t
from tests.handoff.conftest import Customer, Desk, ScriptedBot, result, running

pytestmark = pytest.mark.service


@pytest.fixture
def settings(settings: HandoffSettings) -> HandoffSettings:
    """Nothing here is about a bot that is late, and a busy machine must not make one so: it would be asked again."""
    return settings.model_copy(update={"turn_deadline": timedelta(seconds=20), "turn_patience": timedelta(seconds=30)})


PROMISE = {"text": "Tell the customer.", "owner": "parcels", "due_in_seconds": 3600, "directive": "promise"}
CITED = {
    "article_id": "refunds",
    "version": 2,
    "title": "Refunds",
    "section": "I changed my address",
    "url": "/help/refunds",
}
HANDOFF = {"reason": "tool_failure", "directive": "handoff"}


def answering(bot: ScriptedBot, *messages: dict[str, Any], directives: tuple[dict[str, Any], ...] = ()) -> None:
    async def answer(request: dict[str, Any]) -> dict[str, Any]:
        events = tracked(request, list(messages))
        return result(messages=list(messages), directives=list(directives), tracker_events=events)

    bot.answer = answer


def tracked(request: dict[str, Any], messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The turn as Rasa writes it down before the gateway has seen it: a response, then an action's answer."""
    said = [
        {"event": "bot", "text": message["text"], "data": {}, "metadata": {"utter_action": "utter_it"}}
        if at % 2 == 0
        else {"event": "bot", "text": None, "data": {"custom": {"frontdesk": [{"message": message}]}}, "metadata": {}}
        for at, message in enumerate(messages)
    ]
    return [{"event": "user", "text": request["text"]}, *said, {"event": "action", "name": "action_listen"}]


async def operation(desk: Desk, conversation_id: str, state: str, operation_id: str = "op_1") -> None:
    row = {"id": operation_id, "conversation_id": conversation_id, "customer_id": "c", "kind": "refund", "state": state}
    row |= {"object_ref": "A-1042", "summary": "Refund", "prepared_seq": 1, "prepared_epoch": 1, "arguments": {}}
    insert = sa.insert(t.operations).values(**row, approval="not_needed", superseded=False)
    await desk.handoff.core.database.write(lambda connection: connection.execute(insert))


def counted(kind: str) -> float:
    return REGISTRY.get_sample_value("frontdesk_claims_held_back_total", {"kind": kind}) or 0.0


async def held_back(desk: Desk, customer: Customer, text: str) -> dict[str, Any]:
    """The customer reads the honest sentence in place of ``text``, and staff see what was not said."""
    events = await customer.until_text(wording.UNBACKED)
    assert text not in str(events)
    (shown,) = [event for event in events if event.get("data", {}).get("text") == wording.UNBACKED]
    assert [choice["label"] for choice in shown["data"]["choices"]] == [wording.PERSON_LABEL]
    log = await desk.log(customer.id)
    (draft,) = [event for event in log if event["type"] == "message.drafted"]
    assert draft["data"]["text"] == text
    assert draft["visibility"] == "staff"
    assert await desk.violations(customer.id, trackers=True) == []
    return draft


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("done", "I've cancelled your order."),
        ("state", "Your refund is on its way."),
        ("promise", "You will hear from us by Friday."),
        ("hand_over", "I'm passing you to a colleague now."),
    ],
)
async def test_what_nothing_backs_is_not_said(desk: Desk, bot: ScriptedBot, kind: str, text: str) -> None:
    before = counted(kind)
    answering(bot, {"text": text})
    customer = await desk.open("mara")
    await customer.say("and?")
    draft = await held_back(desk, customer, text)
    assert kind in draft["data"]["reason"]
    assert counted(kind) == before + 1


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("We will refund you within 5 days.", {"worded_by": "chat-1"}),
        ("I've refunded it.", {}),
        ("I changed my address", {"worded_by": "chat-1"}),
    ],
)
async def test_a_citation_backs_neither_a_models_words_nor_a_deed(
    desk: Desk, bot: ScriptedBot, text: str, more: dict[str, Any]
) -> None:
    answering(bot, {"text": text, "citations": [CITED], **more})
    customer = await desk.open("mara")
    await customer.say("and?")
    await held_back(desk, customer, text)


@pytest.mark.parametrize("state", ["intended", "unknown", "failed"])
async def test_an_operation_that_is_not_verified_backs_no_done(desk: Desk, bot: ScriptedBot, state: str) -> None:
    customer = await desk.open("mara")
    await operation(desk, customer.id, state)
    answering(bot, {"text": "Done: your money is on its way.", "operations": ["op_1"]})
    await customer.say("yes")
    await held_back(desk, customer, "Done: your money is on its way.")


async def test_what_the_bot_says_of_an_operation_counts_less_than_the_ledger(desk: Desk, bot: ScriptedBot) -> None:
    customer, other = await desk.open("mara"), await desk.open("theo")
    await operation(desk, other.id, "verified")
    claimed = {"operation_id": "op_1", "kind": "refund", "state": "verified", "summary": "Refund", "receipt": "RF-1"}

    async def lying(request: dict[str, Any]) -> dict[str, Any]:
        said = [{"text": "Done.", "operations": ["op_1"]}]
        return result(messages=said, operations=[claimed], tracker_events=tracked(request, said))

    bot.answer = lying
    await customer.say("yes")
    await held_back(desk, customer, "Done.")


async def verified(desk: Desk, customer: Customer) -> None:
    await operation(desk, customer.id, "verified")


async def nothing(desk: Desk, customer: Customer) -> None:
    pass


@pytest.mark.parametrize(
    ("text", "more", "directives", "before"),
    [
        ("Done: order A-1042 is cancelled.", {"operations": ["op_1"]}, (), verified),
        ("We sent 39.80 EUR back on Tuesday.", {"read_from": ["A-1042"]}, (), nothing),
        ("You will hear from us by Friday.", {}, (PROMISE,), nothing),
        ("I'm passing you to a colleague now.", {}, (HANDOFF,), nothing),
        ("We will refund you within 5 days.", {"citations": [CITED]}, (), nothing),
        ("I changed my address\nIt counts for the next order.", {"citations": [CITED]}, (), nothing),
        ("Refunds take 5 days.", {}, (), nothing),
        ("Shall I cancel it for you?", {}, (), nothing),
    ],
)
async def test_what_is_backed_or_claims_nothing_is_said(
    desk: Desk,
    bot: ScriptedBot,
    text: str,
    more: dict[str, Any],
    directives: tuple[dict[str, Any], ...],
    before: Callable[[Desk, Customer], Any],
) -> None:
    customer = await desk.open("mara")
    await before(desk, customer)
    answering(bot, {"text": text, **more}, directives=directives)
    await customer.say("and?")
    await customer.until_text(text)
    assert [event for event in await desk.log(customer.id) if event["type"] == "message.drafted"] == []


async def test_the_assistant_goes_on_from_what_the_customer_read(desk: Desk, bot: ScriptedBot) -> None:
    """Neither its stored events nor its live tracker know of a text that was held back or had no words in it."""
    held = {}

    async def answer(request: dict[str, Any]) -> dict[str, Any] | Response:
        version, here = request["tracker_version"], request["context"]["conversation_id"]
        if request.get("tracker_events") is None and held.get(here, 0) != version:
            return JSONResponse({"code": "tracker_miss", "message": ""}, 409)
        held[here] = version + 1
        kept = {"event": "slot", "name": "open_question", "value": {"text": messages[0]["text"], "choices": [{}]}}
        events = [*tracked(request, messages), kept]
        return result(messages=messages, tracker_events=events, snapshot=[kept])

    bot.answer = answer
    customer = await desk.open("mara")
    await operation(desk, customer.id, "verified")
    messages = [
        {"text": "I've cancelled it."},
        {"text": "Your refund is on its way."},
        {"text": " \n"},
        {"text": "So."},
        {"text": "Done.", "operations": ["op_1"]},  # once backed, once not
        {"text": "Done."},
        {"text": "Bye."},
    ]
    await customer.say("please cancel")
    await customer.until_text("Bye.")
    assert await desk.violations(customer.id, trackers=True) == []

    messages = [{"text": "Anything else?"}]
    await customer.say("thanks")
    await customer.until_text("Anything else?")
    await customer.say("no")
    await customer.until(lambda seen: sum("Anything" in str(event) for event in seen) == 2)

    asked = [(request["tracker_version"], request.get("tracker_events")) for request in bot.requests]
    assert [(version, events is not None) for version, events in asked] == [
        (0, False),
        (2, False),
        (2, True),
        (3, False),
    ]
    primed = asked[2][1]
    assert "cancelled" not in str(primed)
    assert "on its way" not in str(primed)
    shown = [event for event in primed if event["event"] == "bot"]
    assert shown[0]["text"] == wording.UNBACKED
    assert shown[0]["data"]["buttons"] == [{"title": wording.PERSON_LABEL, "payload": wording.PERSON_PAYLOAD}]
    assert shown[0]["metadata"] == {}
    assert shown[1]["data"]["custom"]["frontdesk"][0]["message"]["text"] == wording.UNBACKED
    assert len(shown) == 6
    assert await desk.violations(customer.id, trackers=True) == []


async def test_a_promise_stands_behind_later_words_and_is_made_once(desk: Desk, bot: ScriptedBot) -> None:
    customer = await desk.open("mara")
    for number in (1, 2):
        text = f"You hear from us by Friday ({number})."
        answering(bot, {"text": text}, directives=({**PROMISE, "operation_id": "op_1"},))
        await customer.say("and?")
        await customer.until_text(text)
    answering(bot, {"text": "As I said, you will hear from us by Friday."})
    await customer.say("sure?")
    await customer.until_text("As I said")
    made = [event for event in await desk.log(customer.id) if event["type"] == "promise.made"]
    assert len(made) == 1


@pytest.mark.parametrize(
    ("text", "operations"),
    [
        ("Someone will call you tomorrow.", []),
        ("You hear from us about F-6001 by Friday.", []),
        ("You hear from us within 5 minutes.", []),
        ("You hear from us by Friday.", ["op_2"]),
    ],
)
@pytest.mark.parametrize("earlier", [True, False])
async def test_one_promise_does_not_stand_behind_another(
    desk: Desk, bot: ScriptedBot, text: str, operations: list[str], earlier: bool
) -> None:
    """The open one is about a parcel, A-1042, in an hour, whether it was made before or in this turn."""
    customer = await desk.open("mara")
    await operation(desk, customer.id, "verified")
    made = ({**PROMISE, "operation_id": "op_1"},)
    if earlier:
        answering(bot, {"text": "You hear from us about A-1042 by Friday."}, directives=made)
        await customer.say("and?")
        await customer.until_text("about A-1042")
    answering(bot, {"text": text, "operations": operations}, directives=() if earlier else made)
    await customer.say("sure?")
    await held_back(desk, customer, text)


@pytest.mark.parametrize(("hour", "said"), [(1, True), (22, False)])
async def test_today_is_the_companys_day(
    settings: HandoffSettings, bot: ScriptedBot, tmp_path: Path, hour: int, said: bool
) -> None:
    """What falls due in 20 hours does so today, however far west the reader is, where the day has just begun."""
    ahead = (hour - datetime.now(UTC).hour + 11) % 24 - 11  # such a zone it is ``hour`` o'clock in
    plan = tmp_path / "plan.yaml"
    plan.write_text(FILE.read_text().replace("timezone: Europe/Vienna", f"timezone: Etc/GMT{-ahead:+d}", 1))
    text = "You hear from us today."
    async with running(settings.model_copy(update={"desk_plan": plan}), bot) as desk:
        answering(bot, {"text": text}, directives=({**PROMISE, "due_in_seconds": 20 * 3600},))
        customer = await desk.open("mara")
        await customer.say("and?")
        await customer.until_text(text if said else wording.UNBACKED)
