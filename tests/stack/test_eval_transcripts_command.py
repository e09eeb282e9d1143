import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from stack.errors import WrongUse
from stack.eval_transcripts_command import transcripts

pytestmark = pytest.mark.unit

LINE = {
    "id": "a",
    "customer_id": "cus_1",
    "channel": "web",
    "events": [
        {
            "seq": 1, "occurred_at": "2026-03-02T09:00:00Z", "source": "customer", "type": "message.sent",
            "data": {"text": "Where is A-1042?", "author": "customer"},
        }
    ],
}  # fmt: skip


def run(tmp_path: Path, *lines: str, more: tuple[str, ...] = ()) -> tuple[int, str]:
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(lines))
    app = typer.Typer()
    app.command()(transcripts)
    arguments = [str(path), "--no-triage", "--json", "--out", str(tmp_path / "out"), *more]
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, done.stdout


def test_all_read_is_0_and_lost_lines_are_1_with_the_good_ones_counted(tmp_path: Path) -> None:
    code, told = run(tmp_path, json.dumps(LINE))
    assert (code, json.loads(told)["conversations"]) == (0, 1)
    code, told = run(tmp_path, json.dumps(LINE), "{broken")
    document = json.loads(told)
    assert (code, document["conversations"], document["lost"]) == (1, 1, 1)
    assert document["problems"][0]["line"] == 2
    assert (tmp_path / "out" / "report.html").is_file()


def test_what_cannot_be_read_at_all_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="is not a file"):
        transcripts(tmp_path / "nowhere.jsonl")
    (tmp_path / "t.jsonl").write_text('{"id": "a"}\n{"what": 1}')
    with pytest.raises(WrongUse, match="none of the forms"):
        transcripts(tmp_path / "t.jsonl", with_triage=False)
    (tmp_path / "t.jsonl").write_text('{"id": "a", "events": 1}')
    with pytest.raises(WrongUse, match="line 1: conversation a has no list of events"):
        transcripts(tmp_path / "t.jsonl", with_triage=False)
