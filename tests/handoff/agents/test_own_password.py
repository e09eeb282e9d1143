"""Changing one's own password: who may, what it ends, what it leaves behind, and how often one may guess."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from handoff.agents import passwords
from handoff.errors import Unprocessable
from handoff.settings import HandoffSettings
from handoff.storage import tables as t
from tests.handoff.agents.test_sessions import StillClock, sign_in
from tests.handoff.conftest import PASSWORD, Desk, ScriptedBot, running

pytestmark = pytest.mark.service

ANA = "ana@example.com"
NEW = "seven quiet lighthouses"


async def change(desk: Desk, headers: dict[str, str], current: str = PASSWORD, new: str = NEW) -> httpx.Response:
    body = {"current": current, "new": new}
    return await desk.client.put("/api/v1/agents/me/password", json=body, headers=headers)


async def bearer(desk: Desk, email: str = ANA, password: str = PASSWORD) -> dict[str, str]:
    return {"Authorization": f"Bearer {(await sign_in(desk, email, password)).json()['token']}"}


async def trail(desk: Desk) -> list[dict[str, Any]]:
    query = sa.select(t.staff_audit).where(t.staff_audit.c.action == "password.change").order_by(t.staff_audit.c.id)
    return await desk.handoff.core.database.read(lambda c: [dict(row) for row in c.execute(query).mappings()])


async def test_it_opens_the_door_with_the_new_one_alone_and_ends_the_other_sessions(desk: Desk) -> None:
    here, elsewhere, ben = await bearer(desk), await bearer(desk), await bearer(desk, "ben@example.com")
    assert (await change(desk, {})).status_code == 401
    assert (await change(desk, here)).status_code == 204
    for headers, status in ((here, 200), (elsewhere, 401), (ben, 200)):
        assert (await desk.client.get("/api/v1/session", headers=headers)).status_code == status
    assert (await sign_in(desk)).status_code == 401
    assert (await sign_in(desk, ANA, NEW)).status_code == 200
    (entry,) = await trail(desk)
    agents = sa.select(t.agents.c.id, t.agents.c.password_hash).where(t.agents.c.email == ANA)
    me, stored = await desk.handoff.core.database.read(lambda c: tuple(c.execute(agents).one()))
    assert (entry["outcome"], entry["agent_id"], entry["object_id"], entry["detail"]) == ("done", me, me, {})
    assert stored.startswith("$argon2id$")


async def test_a_wrong_current_one_changes_nothing_and_is_written_down(desk: Desk) -> None:
    ana = await bearer(desk)
    refused = await change(desk, ana, current="not it at all")
    assert (refused.status_code, refused.json()["code"]) == (422, "wrong_password")
    assert refused.json()["data"] == {"field": "current"}
    assert (await sign_in(desk)).status_code == 200
    (entry,) = await trail(desk)
    assert (entry["outcome"], entry["code"]) == ("refused", "wrong_password")
    assert "not it" not in str(entry)
    assert NEW not in str(entry)


async def test_guesses_count_as_failed_sign_ins(settings: HandoffSettings, bot: ScriptedBot) -> None:
    async with running(settings, bot, StillClock()) as desk:
        await desk.handoff.redis.flushdb()
        ana = await bearer(desk)
        answers = await asyncio.gather(*(change(desk, ana, current=f"guess {n}") for n in range(8)))
        assert sorted(answer.status_code for answer in answers) == [422] * 5 + [429] * 3
        assert (await change(desk, ana)).status_code == 429
        assert (await sign_in(desk)).status_code == 429


async def test_of_two_at_once_one_is_told_that_it_was_changed(desk: Desk) -> None:
    ana = await bearer(desk)
    answers = await asyncio.gather(change(desk, ana, new=NEW), change(desk, ana, new=NEW + " again"))
    codes = sorted(answer.status_code for answer in answers)
    assert codes in ([204, 409], [204, 422])  # the second may already meet the new one
    both = [await sign_in(desk, ANA, each) for each in (NEW, NEW + " again")]
    assert sorted(answer.status_code for answer in both) == [200, 401]


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("short one", "password_too_short"),
        ("x" * 257, "password_too_long"),
        (PASSWORD, "password_unchanged"),
        ("abababababababab", "password_too_simple"),
        ("ana@example.com1", "password_too_simple"),
        ("Example-ana-2026", "password_too_simple"),
    ],
)
def test_what_a_password_may_not_be(new: str, code: str) -> None:
    with pytest.raises(Unprocessable) as refusal:
        passwords.check_chosen(new, PASSWORD, "Ana", ANA)
    assert (refusal.value.code, refusal.value.data) == (code, {"field": "new"})


@pytest.mark.parametrize("new", [NEW, "mañana voy a la playa", "correct-horse-2026"])
def test_what_it_may_be(new: str) -> None:
    passwords.check_chosen(new, PASSWORD, "Ana", ANA)


def test_what_we_invent_may_be_chosen() -> None:
    passwords.check_chosen(passwords.invented(), PASSWORD, "Ana", ANA)
