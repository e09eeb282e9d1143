from __future__ import annotations

from pathlib import Path

import pytest

from stack.errors import StackError
from stack.prove.private_stack import PrivateStack
from stack.settings import load

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", ["database_url", "redis_url"])
def test_shared_stores_are_never_put_to_the_proof(tmp_path: Path, name: str) -> None:
    settings = load({}, env_file=tmp_path / "none", **{name: "redis://elsewhere"})

    with pytest.raises(StackError, match="never a shared one"):
        PrivateStack(settings, tmp_path / "var", 1)


async def test_a_child_counts_as_back_when_it_was_restarted_and_is_ready(tmp_path: Path) -> None:
    stack = PrivateStack(load({}, env_file=tmp_path / "none"), tmp_path / "var", 1)

    async def record(pid: int | None, state: str, restarts: int) -> None:
        await stack._take({"children": {"app": vars_of(pid, state, restarts)}})

    await record(7, "ready", 0)
    with pytest.raises(StackError, match="not back"):
        await stack.ready_again("app", 0, within=0.01)
    await record(None, "down", 1)
    with pytest.raises(StackError, match="not back"):
        await stack.ready_again("app", 0, within=0.01)
    await record(8, "ready", 1)
    assert await stack.ready_again("app", 0, within=0.01) == stack.children()["app"].at


async def test_what_is_not_ready_cannot_be_killed_in_the_middle_of_a_turn(tmp_path: Path) -> None:
    stack = PrivateStack(load({}, env_file=tmp_path / "none"), tmp_path / "var", 1)
    await stack._take({"children": {"app": vars_of(None, "down", 3)}})

    with pytest.raises(StackError, match="app is down"):
        stack.kill("app")


def vars_of(pid: int | None, state: str, restarts: int) -> dict[str, object]:
    return {"pid": pid, "state": state, "restarts": restarts, "sockets": []}
