"""What a widget learns before the first message, and the form that an unknown customer fills in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import handoff.queue
from handoff.clock import parse
from handoff.settings import HandoffSettings
from tests.handoff.conftest import Desk, ScriptedBot, identity_token, running

pytestmark = pytest.mark.service
PLAN = Path(handoff.queue.__file__).parent / "plan.yaml"


async def test_anybody_may_read_what_the_widget_needs(settings: HandoffSettings, bot: ScriptedBot) -> None:
    asked = settings.model_copy(update={"prechat": ("name", "topic"), "prechat_topics": ("Order", "Return")})
    async with running(asked, bot) as desk:
        config = (await desk.client.get("/api/v1/widget")).json()
    assert (config["prechat"], config["topics"]) == (["name", "topic"], ["Order", "Return"])
    assert config["attachments"]["most_bytes"] == 1024**2
    assert "image/svg+xml" not in config["attachments"]["media_types"]


async def test_the_widget_knows_when_people_are_back(
    settings: HandoffSettings, bot: ScriptedBot, tmp_path: Path
) -> None:
    async with running(settings, bot) as desk:
        assert (await desk.client.get("/api/v1/widget")).json()["opens_at"] is None  # around the clock
    soon = datetime.now(UTC) + timedelta(days=3)
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[soon.weekday()]
    hours = f'hours: {{{day}: ["08:00-12:00"]}}, timezone: UTC'
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN.read_text("utf-8").replace("hours: always", hours), "utf-8")
    async with running(settings.model_copy(update={"desk_plan": plan}), bot) as desk:
        opens_at = (await desk.client.get("/api/v1/widget")).json()["opens_at"]
    assert parse(opens_at) == soon.replace(hour=8, minute=0, second=0, microsecond=0)


async def test_the_widget_knows_whether_anybody_who_answers_is_there_and_nothing_more(desk: Desk) -> None:
    await desk.handoff.redis.flushdb()

    async def told() -> dict[str, object]:
        return dict((await desk.client.get("/api/v1/widget")).json())

    assert (await told())["staffed"] is False
    await desk.sign_in("eva@example.com")  # an editor answers nobody
    assert (await told())["staffed"] is False
    ana = await desk.sign_in()
    assert (await told())["staffed"] is True
    assert "Ana" not in str(await told())
    away = await desk.client.put("/api/v1/agents/me/presence", json={"state": "away"}, headers=ana)
    assert (away.status_code, (await told())["staffed"]) == (204, False)


async def test_what_the_form_says_is_kept_and_proves_nothing(desk: Desk) -> None:
    about = {"name": "Mara K.", "email": "mara@example.com", "topic": "Return"}
    opened = await desk.client.post("/api/v1/conversations", json={"about": about})
    assert opened.status_code == 201, opened.text
    log = await desk.log(opened.json()["conversation_id"])
    assert {key: log[0]["data"][key] for key in about} == about
    assert [event["type"] for event in log] == ["conversation.opened"]
    proven = {"about": about, "identity_token": identity_token("noor")}
    opened = await desk.client.post("/api/v1/conversations", json=proven)
    row = await desk.handoff.customers.conversations("noor")
    assert (opened.status_code, row) == (201, [])


@pytest.mark.parametrize(
    "about",
    [{"email": "not an address"}, {"name": "a\nb"}, {"name": ""}, {"topic": "x" * 200}, {"customer_id": "cus_1"}],
)
async def test_a_form_that_does_not_hold_opens_nothing(desk: Desk, about: dict[str, str]) -> None:
    answer = await desk.client.post("/api/v1/conversations", json={"about": about})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
