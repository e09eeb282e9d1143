"""An effect that vanishes from the shop after it was verified is noticed, and its episode is judged with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from actions import effects
from actions.backend import tables
from actions.backend.faults import Fault, FaultyBackend
from eval.live.alarm import Alarm
from eval.outcomes.recheck import Check
from eval.storage.tables import metadata, outcome_reads
from handoff.storage import tables as handoff_tables
from stack.effects_port import EffectsOfShop, LogWithReads
from tests.actions.conftest import Front

pytestmark = pytest.mark.service


async def test_an_effect_that_vanishes_is_told_once_it_is_read_back(front: Front) -> None:
    await cancel(front)
    metadata.create_all(front.database.engine)
    told: list[str] = []

    async def judge(person: str) -> None:
        told.append(person)

    alarm = Alarm(
        front.database, EffectsOfShop(front.database, front.shop.backend), judge, lambda: front.clock.now().timestamp()
    )
    await alarm.step()
    assert read_so_far(front) == []
    front.clock.advance(360)
    await alarm.step()
    await alarm.step()
    assert read_so_far(front) == ["stands"]
    assert told == []
    with front.shop.engine.begin() as connection:
        connection.execute(sa.delete(tables.effects))
    front.clock.advance(5 * 3600)
    await alarm.step()
    assert read_so_far(front) == ["stands", "gone"]
    assert told == ["customer cus_mara"]
    (conversation,) = await LogWithReads(front.database, front.clock).of_person("customer cus_mara")
    assert [read.result for read in conversation.reads] == ["stands", "gone"]


async def test_a_record_without_its_result_is_gone_unless_a_later_change_replaced_it(front: Front) -> None:
    """A later change of another kind replaces nothing."""
    await cancel(front)
    metadata.create_all(front.database.engine)
    with front.shop.engine.begin() as connection:
        connection.execute(sa.update(tables.orders).where(tables.orders.c.id == "A-1057").values(status="paid"))
    port = EffectsOfShop(front.database, front.shop.backend)
    front.clock.advance(360)
    (done,) = await port.to_read(front.clock.now().timestamp())
    assert await port.read_back(Check(done, done.at, 0)) == "gone"
    (operation,) = operations(front)
    with front.database.engine.begin() as connection:
        later = {**operation, "settled_at": "2999-01-01T00:00:00+00:00"}
        other = {**later, "id": "op_other", "kind": "change_address"}
        connection.execute(sa.insert(handoff_tables.operations).values(other))
    assert await port.read_back(Check(done, done.at, 0)) == "gone"
    with front.database.engine.begin() as connection:
        connection.execute(sa.insert(handoff_tables.operations).values({**later, "id": "op_later"}))
    assert await port.read_back(Check(done, done.at, 0)) == "stands"


async def test_cheat_so_many_effects_that_the_new_ones_are_never_read(front: Front) -> None:
    """However many were read already, the new ones have their turn."""
    await cancel(front)
    metadata.create_all(front.database.engine)
    (operation,) = operations(front)
    front.clock.advance(360)
    now = front.clock.now()
    port = EffectsOfShop(front.database, front.shop.backend, most=2)
    with front.database.engine.begin() as connection:
        for number in range(4):
            earlier = {**operation, "id": f"op_read_{number}", "settled_at": (now - timedelta(hours=2)).isoformat()}
            connection.execute(sa.insert(handoff_tables.operations).values(earlier))
            read = {"operation_id": f"op_read_{number}", "at": now.timestamp() - 3600, "result": "stands"}
            connection.execute(sa.insert(outcome_reads).values(read))
    assert [each.operation_id for each in await port.to_read(now.timestamp())] == [operation["id"]]
    later = now + timedelta(hours=2)
    assert len(await port.to_read(later.timestamp())) == 2, "those that are due for the second time"


async def test_a_shop_that_does_not_answer_says_nothing(front: Front) -> None:
    await cancel(front)
    (operation,) = operations(front)
    front.faults.always("effect", Fault("error"))
    away = FaultyBackend(front.shop.backend, front.faults)
    shown = await effects.shown(away, "cus_mara", operation["id"], "cancel_order", operation["arguments"]["change"])
    assert shown == "unreadable"


async def cancel(front: Front) -> None:
    await front.run("action_prepare", "please", "cancel_order", order_number="A-1057")
    done = await front.run("action_confirm", "yes", "affirm")
    assert done.operations[0]["state"] == "verified"
    with front.database.engine.begin() as connection:
        connection.execute(sa.update(handoff_tables.events).values(occurred_at=front.clock.now().isoformat()))


def operations(front: Front) -> list[sa.RowMapping]:
    with front.database.engine.connect() as connection:
        return list(connection.execute(sa.select(handoff_tables.operations)).mappings())


def read_so_far(front: Front) -> list[str]:
    with front.database.engine.connect() as connection:
        return list(connection.execute(sa.select(outcome_reads.c.result).order_by(outcome_reads.c.number)).scalars())
