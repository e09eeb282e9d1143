"""Who is at the desk: online, away by choice or because nothing was done, or gone. A real Redis, a clock of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis, from_url

from handoff.agents.presence import LIFE, Presence, Sign, life_of, state_of
from handoff.clock import SystemClock

pytestmark = pytest.mark.service

AWAY_AFTER = timedelta(minutes=2)
STEP = LIFE / 3
ANA = "agt_ana"


class Standing(SystemClock):
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 5, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Standing:
    return Standing()


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    client = from_url(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def presence(client: Redis, clock: Standing) -> Presence:
    """A process that holds Ana's socket."""
    presence = Presence(client, clock, AWAY_AFTER)
    await presence.arrive(ANA)
    return presence


async def sits(presence: Presence, clock: Standing, time: timedelta) -> None:
    """At the desk, with heartbeats and nothing touched."""
    until = clock.at + time
    while clock.at < until:
        clock.at = min(clock.at + STEP, until)
        await presence.seen(ANA)


async def state(presence: Presence) -> str | None:
    return (await presence.states() or {}).get(ANA)


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        (Sign("online", 1_000, 1_000), "online"),
        (Sign("online", 1_000, 880), "online"),  # exactly as long as is allowed
        (Sign("online", 1_000, 879), "away"),
        (Sign("away", 1_000, 1_000), "away"),
        (Sign("online", 955, 1_000), "online"),
        (Sign("online", 954, 1_000), "offline"),
        (Sign("away", 900, 900), "offline"),
        (Sign("offline", 1_000, 1_000), "offline"),
    ],
)
def test_a_sign_counts_for_a_while(sign: Sign, expected: str) -> None:
    assert state_of(sign, 1_000, AWAY_AFTER) == expected


async def test_being_there_is_not_doing_something(presence: Presence, client: Redis, clock: Standing) -> None:
    other = Presence(client, clock, AWAY_AFTER)  # another process, which knows it from Redis
    await sits(presence, clock, AWAY_AFTER)
    assert (await state(presence), await state(other)) == ("online", "online")
    await sits(presence, clock, timedelta(seconds=1))
    assert (await state(presence), await state(other)) == ("away", "away")
    moved = []
    other.on_change = lambda: moved.append(1)
    await other.seen(ANA)  # a page of hers that reads by itself
    assert (await state(presence), moved) == ("away", [])
    await other.active(ANA)
    assert (await state(presence), moved) == ("online", [1])


async def test_who_does_something_now_and_then_stays(presence: Presence, clock: Standing) -> None:
    for _ in range(4):
        await sits(presence, clock, AWAY_AFTER - timedelta(seconds=1))
        assert await state(presence) == "online"
        await presence.active(ANA)


async def test_a_choice_to_be_away_lasts_through_work_until_it_is_taken_back(
    presence: Presence, clock: Standing
) -> None:
    await presence.choose(ANA, "away")
    await presence.active(ANA)
    assert await state(presence) == "away"
    await sits(presence, clock, AWAY_AFTER * 2)
    await presence.choose(ANA, "online")
    assert await state(presence) == "online"


async def test_a_choice_to_be_offline_lasts_until_they_choose_again_or_sign_in(
    presence: Presence, client: Redis, clock: Standing
) -> None:
    other = Presence(client, clock, AWAY_AFTER)
    for back in (presence.choose(ANA, "online"), other.signed_in(ANA), presence.signed_in(ANA)):
        await presence.choose(ANA, "offline")
        await other.seen(ANA)
        await presence.active(ANA)
        await sits(presence, clock, LIFE * 2)
        assert await state(presence) == "offline"
        await back
        await sits(presence, clock, LIFE)
        assert await state(presence) == "online"


async def test_who_signed_out_is_known_to_be_gone_until_they_are_back(
    presence: Presence, client: Redis, clock: Standing
) -> None:
    await presence.signed_out(ANA)
    assert await state(Presence(client, clock, AWAY_AFTER)) == "offline"
    await presence.signed_in(ANA)
    assert await state(presence) == "online"


async def test_who_was_gone_comes_back_online_whatever_they_did_before(presence: Presence, clock: Standing) -> None:
    clock.at += LIFE + AWAY_AFTER
    assert await state(presence) == "offline"
    await presence.seen(ANA)
    assert await state(presence) == "online"


async def test_a_redis_that_forgot_makes_nobody_busy(presence: Presence, client: Redis, clock: Standing) -> None:
    await presence.refresh()
    await sits(presence, clock, AWAY_AFTER + timedelta(seconds=1))
    await client.flushall()
    assert await state(presence) is None
    assert await presence.refresh()
    assert await state(presence) == "away"
    await presence.active(ANA)
    assert await state(presence) == "online"


async def test_a_sign_outlives_the_pause_between_two_heartbeats(client: Redis, clock: Standing) -> None:
    """However slow the heart was set to beat: nobody who is there is gone in between. A quick one changes nothing."""
    assert life_of(timedelta(seconds=1)) == life_of(timedelta(seconds=20)) == LIFE
    heartbeat = LIFE * 2
    presence = Presence(client, clock, AWAY_AFTER * 4, life_of(heartbeat))
    await presence.arrive(ANA)
    clock.at += heartbeat
    assert await state(presence) == "online"
    await presence.seen(ANA)
    clock.at += heartbeat * 2
    assert await state(presence) == "online"
    clock.at += heartbeat
    assert await state(presence) == "offline"
