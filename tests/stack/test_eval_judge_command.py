"""``eval judge`` on files: what it says of good ones, and how it names what is wrong with others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from stack.errors import WrongUse
from stack.eval_judge_command import judge

pytestmark = pytest.mark.unit

EXCHANGE = {
    "id": "a",
    "talk": ["c: How long do I have to return a jacket?", "B: You have 60 days to return a jacket to us."],
    "label": "resolved",
}


def test_labelled_exchanges_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps(EXCHANGE) + "\n")
    app = typer.Typer()
    app.command()(judge)
    done = CliRunner().invoke(app, ["--set", str(path), "--json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["n"], told["judged"]) == (0, 1, 1)
    assert "of 1 the judge" in CliRunner().invoke(app, ["--set", str(path)]).stdout


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{broken", "line 1 has no id, talk and label"),
        (json.dumps(EXCHANGE | {"label": "maybe"}), "line 1: a label is"),
        (json.dumps(EXCHANGE | {"talk": ["x: hm"]}), "line 1: each part"),
    ],
)
def test_a_set_that_is_none_is_wrong_use(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(text)
    with pytest.raises(WrongUse, match=problem):
        judge(exchanges=path)


def test_files_that_are_not_there_or_hold_nothing_are_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="is not a file that can be read"):
        judge(exchanges=tmp_path / "nowhere.jsonl")
    with pytest.raises(WrongUse, match="is not a file that can be read"):
        judge(transcripts=tmp_path / "nowhere.jsonl")
    path = tmp_path / "t.jsonl"
    path.write_text('{"id": "a", "events": []}')
    with pytest.raises(WrongUse, match=r"a stored outcome|no events|line 1"):
        judge(transcripts=path)
