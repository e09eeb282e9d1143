import random
from dataclasses import replace
from typing import Literal

import pytest

from eval.outcomes import recheck
from eval.outcomes.classify import episodes_of
from eval.outcomes.model import DAY, HOUR, StateRead
from tests.eval.outcomes.logs import START, Log

pytestmark = pytest.mark.unit


def cancelled(number: int = 0) -> Log:
    log = Log(f"c{number}", customer=f"cus_{number}").customer("Cancel A-1042", "cancel_order")
    return log.done(f"op_{number}").bot("It is done.").closed()


def checks_at(now: float, reads: dict[str, list[StateRead]]) -> list[int]:
    episodes = episodes_of([cancelled().conversation()], now)
    return [check.number for check in recheck.due(recheck.done_in(episodes), reads, now)]


def test_an_effect_is_read_after_minutes_and_again_after_hours() -> None:
    assert checks_at(START + 6 * 60, {}) == []
    assert checks_at(START + 9 * 60, {}) == [0]
    once = [StateRead("op_0", START + 9 * 60, "stands")]
    assert checks_at(START + HOUR, {"op_0": once}) == []
    assert checks_at(START + 5 * HOUR, {"op_0": once}) == [1]
    assert checks_at(START + 2 * DAY, {"op_0": once * 3}) == []


def test_what_could_not_be_read_is_tried_again() -> None:
    failed = {"op_0": [StateRead("op_0", START + 9 * 60, "unreadable")]}
    assert checks_at(START + 10 * 60, failed) == []
    assert checks_at(START + 30 * 60, failed) == [0]
    assert checks_at(START + 4 * DAY, failed) == []


async def test_a_shop_that_drops_one_write_in_twenty_is_caught_every_time() -> None:
    chance = random.Random(7)
    dropped = {f"op_{number}" for number in range(400) if chance.random() < 0.05}
    conversations = [cancelled(number).conversation() for number in range(400)]

    async def shop(check: recheck.Check) -> Literal["stands", "gone", "unreadable"]:
        return "gone" if check.done.operation_id in dropped else "stands"

    now = START + HOUR
    read = await recheck.run(recheck.due(recheck.done_in(episodes_of(conversations, now)), {}, now), shop, lambda: now)
    assert len(read) == 400
    by_number = {each.operation_id.replace("op_", "c"): each for each in read}
    found = episodes_of([replace(each, reads=(by_number[each.id],)) for each in conversations], now)
    false = {each.contacts[0].conversation_id for each in found if each.status == "false_resolution"}
    assert dropped
    assert false == {name.replace("op_", "c") for name in dropped}
