"""Housekeeping removes what is over, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from handoff.clock import stamp
from handoff.outbox.housekeeping import KEEP_ANNOUNCED, Housekeeping
from handoff.storage import tables as t
from tests.handoff.conftest import Desk
from tests.support.clock import FakeClock

pytestmark = pytest.mark.service


async def test_old_announcements_and_ended_sessions_go_and_the_log_stays(desk: Desk) -> None:
    customer = await desk.open()
    await customer.say("hello")
    log = await customer.until_text("You said: hello")
    await desk.sign_in()
    core = desk.handoff.core
    await core.announcer.mark()
    clock = FakeClock(core.clock.now() + KEEP_ANNOUNCED + timedelta(hours=1))
    keeping = Housekeeping(core.database, clock, timedelta(hours=1))

    def keep_two(connection: sa.Connection) -> set[str]:
        newest = sa.select(t.outbox.c.event_id).order_by(t.outbox.c.id.desc()).limit(1)
        unheard = str(connection.execute(newest).scalar_one())
        connection.execute(sa.update(t.outbox).where(t.outbox.c.event_id == unheard).values(announced_at=None))
        recent = sa.select(t.outbox.c.event_id).order_by(t.outbox.c.id).limit(1)
        fresh = str(connection.execute(recent).scalar_one())
        connection.execute(
            sa.update(t.outbox).where(t.outbox.c.event_id == fresh).values(announced_at=stamp(clock.now()))
        )
        return {unheard, fresh}

    kept = await core.database.write(keep_two)
    assert await keeping.tidy() > 0
    left = await core.database.read(lambda c: c.execute(sa.select(t.outbox.c.event_id)).scalars().all())
    assert set(left) == kept
    sessions = await core.database.read(lambda c: c.execute(sa.select(t.staff_sessions)).all())
    assert sessions == []
    assert await customer.events() == log
