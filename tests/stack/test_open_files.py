"""The limit of open files, on machines that give much, little, or say no."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stack import app_process, open_files
from stack.open_files import RESERVED, USUAL, allow_files, room_for
from stack.settings import Settings

pytestmark = pytest.mark.unit

INFINITY = open_files.resource.RLIM_INFINITY
Machine = Callable[..., list[int]]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with these limits, which refuses to set more than ``most``; the list has what was set."""

    def with_limits(soft: int, hard: int, most: int = 10**9) -> list[int]:
        given = [soft]

        def set_limit(_kind: int, limits: tuple[int, int]) -> None:
            if limits[0] > most or limits[1] != hard:
                raise ValueError("current limit exceeds maximum limit")
            given.append(limits[0])

        monkeypatch.setattr(open_files.resource, "getrlimit", lambda _kind: (given[-1], hard))
        monkeypatch.setattr(open_files.resource, "setrlimit", set_limit)
        return given

    return with_limits


@pytest.mark.parametrize(
    ("soft", "hard", "concurrency", "room", "limit"),
    [
        (1024, INFINITY, 5000, 5000, USUAL),
        (1024, 1_048_576, 5000, 5000, USUAL),
        (1024, 1_048_576, 100_000, 100_000, 100_000 + RESERVED),
        (1024, 4096, 5000, 4096 - RESERVED, 4096),
        (256, 256, 5000, 128, 256),
        (INFINITY, INFINITY, 5000, 5000, INFINITY),
        (100_000, 100_000, 5000, 5000, 100_000),
    ],
)
def test_as_many_as_are_asked_for_or_fit(
    machine: Machine, soft: int, hard: int, concurrency: int, room: int, limit: int
) -> None:
    given = machine(soft, hard)
    assert room_for(concurrency) == room
    assert given[-1] == limit


def test_a_machine_that_refuses_the_usual_number_is_asked_for_what_is_needed(machine: Machine) -> None:
    given = machine(256, INFINITY, most=10_240)
    assert room_for(5000) == 5000
    assert given[-1] == 5000 + RESERVED


def test_a_machine_that_refuses_everything_keeps_its_limit(machine: Machine) -> None:
    given = machine(1024, INFINITY, most=1024)
    assert allow_files(5000) == 1024
    assert room_for(5000) == 512
    assert given == [1024]


def test_the_app_serves_what_fits_and_says_so(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(app_process.log, "warning", lambda event, **facts: told.append(f"{event} {facts}"))
    machine(1024, 4096)
    asked = Settings(http_concurrency=5000)
    assert app_process.within_limits(asked).http_concurrency == 4096 - RESERVED
    assert "FRONTDESK_HTTP_CONCURRENCY" in told[0]
    assert "3072" in told[0]
    machine(1024, INFINITY)
    assert app_process.within_limits(asked) is asked
    assert len(told) == 1
