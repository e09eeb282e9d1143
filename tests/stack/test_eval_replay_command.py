"""What the command refuses before anything is started, each in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stack.errors import StackError, WrongUse
from stack.eval_replay_command import replay_command
from stack.replay_plan import ReplayPlan, commit, prints_of, stored_plan

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"file": Path("nowhere.jsonl")}, "is not a file"),
        ({"outcome": ["resolved"]}, "no outcome resolved to replay. There are: unresolved"),
        ({"form": "csv"}, "goes with a file"),
        ({"model": Path("nowhere.tar.gz")}, "is not a file"),
        ({"articles": Path("nowhere")}, "is not a folder"),
        ({"as_of": "yesterday"}, "takes an RFC 3339 time"),
        ({"resume": "never"}, "There is no replay .*never to go on with"),
    ],
)
def test_wrong_use_is_told(wrong: Mapping[str, Any], sentence: str) -> None:
    with pytest.raises(WrongUse, match=sentence):
        replay_command(**wrong)


def test_an_installation_that_was_never_set_up_has_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_VAR_DIR", str(tmp_path))
    with pytest.raises(StackError, match="The database is not prepared"):
        replay_command()


@pytest.fixture
def plan(tmp_path: Path) -> ReplayPlan:
    """A replay of a file, begun on this checkout."""
    file, model = tmp_path / "t.jsonl", tmp_path / "model.tar.gz"
    file.write_text("{}")
    model.write_text("weights")
    files = (str(file), str(model), "")
    return ReplayPlan(
        files[0], "", ("unresolved",), 50, 1, 90, False, files[1], "", 5.0, 6.0, commit(), prints_of(*files)
    )  # fmt: skip


def test_a_replay_goes_on_with_what_it_was_begun_with(plan: ReplayPlan, tmp_path: Path) -> None:
    plan.write(tmp_path / "replay-1")
    assert stored_plan(tmp_path / "replay-1") == plan


@pytest.mark.parametrize("name", ["t.jsonl", "model.tar.gz"])
def test_a_replay_of_what_has_changed_is_refused(plan: ReplayPlan, tmp_path: Path, name: str) -> None:
    plan.write(tmp_path / "replay-1")
    (tmp_path / name).write_text("other")
    with pytest.raises(WrongUse, match=rf"this has changed: \S*{name}\. Start a new one"):
        stored_plan(tmp_path / "replay-1")


def test_a_replay_of_another_checkout_is_refused(plan: ReplayPlan, tmp_path: Path) -> None:
    replace(plan, commit="1234567").write(tmp_path / "replay-1")
    with pytest.raises(WrongUse, match="this has changed: the checkout"):
        stored_plan(tmp_path / "replay-1")
