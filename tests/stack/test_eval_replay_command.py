"""What the command refuses before anything is started, each in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stack.errors import StackError, WrongUse
from stack.eval_replay_command import replay_command

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
    ],
)
def test_wrong_use_is_told(wrong: Mapping[str, Any], sentence: str) -> None:
    with pytest.raises(WrongUse, match=sentence):
        replay_command(**wrong)


def test_an_installation_that_was_never_set_up_has_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_VAR_DIR", str(tmp_path))
    with pytest.raises(StackError, match="The database is not prepared"):
        replay_command()
