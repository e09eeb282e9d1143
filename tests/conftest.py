"""Rules for every test: each module says what kind of test it is, and collection fails where one does not.

Read by both interpreters (tests/bot runs in the bot's), so: Python 3.10 syntax, standard library and pytest alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.running import RunningStack

with contextlib.suppress(ImportError):  # not every interpreter's tests have it
    from hypothesis import settings

    # A test says whether something holds, never how long it took: that depends on what else the machine does.
    settings.register_profile("frontdesk", deadline=None)
    settings.load_profile("frontdesk")

CATEGORIES = {"unit", "contract", "service", "rasa", "e2e", "browser", "proof"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        named = CATEGORIES & {mark.name for mark in item.iter_markers()}
        if len(named) != 1:
            raise pytest.UsageError(f"{item.nodeid}: set pytestmark to exactly one of {', '.join(sorted(CATEGORIES))}")
    # Files that wait for clocks begin first, so that nobody waits for them alone in the end.
    items.sort(key=lambda item: not getattr(getattr(item, "module", None), "WAITS_FOR_CLOCKS", False))


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """The whole running stack, started once for all end-to-end and browser tests."""
    from tests.support.running import running_stack

    with running_stack() as running:
        yield running
