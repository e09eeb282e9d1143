"""``./frontdesk eval run`` and ``eval compare``: what goes on, what is refused, and what they exit with.

The stack here is a door that says it has a lab and then fails, so every trial says nothing about the assistant.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from eval.simulate.compare import Side, baseline
from eval.simulate.run import RECORDS, RESULTS, Result, read_records, read_results
from stack import secrets
from stack.errors import StackError, WrongUse
from stack.eval_run_command import PLAN, chosen, compare_command, run_command, under_test, untrusted

pytestmark = pytest.mark.service

SUITE = ("--suite", "complexity", "--split", "dev")


class Door(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(422 if json.loads(body or b"{}") == {"like": "?"} else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def door() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRONTDESK_VAR_DIR", str(tmp_path))
    (tmp_path / "secrets").mkdir()
    secrets.create_missing(tmp_path / "secrets")
    return tmp_path


def called(command: Callable[..., None], *arguments: str) -> tuple[int, Any]:
    app = typer.Typer()
    app.command()(command)
    done = CliRunner().invoke(app, [*arguments, "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout)


def test_a_run_that_says_nothing_exits_with_1_and_is_gone_on_with(var: Path, door: str) -> None:
    code, document = called(run_command, *SUITE, "--trials", "2", "--against", door)
    total = 2 * len(chosen("complexity", "dev"))
    assert (code, document["infrastructure_errors"]) == (1, total)
    silent = f"{total} of {total} trials say nothing about the assistant."
    assert any(each.startswith("The reference bots did not finish: ") for each in document["trouble"])
    assert document["trouble"][-1] == silent
    folder = var / "eval" / document["run_id"]
    assert {each.name for each in folder.iterdir()} >= {"report.html", "report.json", "junit.xml", PLAN}

    held = read_results(folder)
    stands = [replace(each, cell="resolved", passed=True) for each in held[:-1]]
    lines = [json.dumps(each.as_json()) for each in [*stands, held[-1]]]
    (folder / RESULTS).write_text("\n".join(lines) + '\n{"cut off')
    before = len((folder / RECORDS).read_text().splitlines())
    code, document = called(run_command, "--resume", folder.name, "--against", door, "--trials", "9")
    assert (code, document["trials"]) == (1, 2)
    assert (document["resolved"], document["infrastructure_errors"]) == (total - 1, 1)
    assert len((folder / RECORDS).read_text().splitlines()) == before + 1
    assert len(read_records(folder)) == total


@pytest.mark.parametrize("changed", ["commit", "model", "scenarios"])
def test_a_run_is_not_gone_on_with_after_a_change(var: Path, changed: str) -> None:
    key = "scenarios_hash" if changed == "scenarios" else changed
    folder = var / "eval" / "r1"
    folder.mkdir(parents=True)
    wanted = {"suite": "complexity", "split": "dev", "trials": 1, "seed": 1, **under_test(), key: "another"}
    (folder / PLAN).write_text(json.dumps(wanted))
    with pytest.raises(WrongUse, match=f"Run r1 was held with another {changed}: start a new one"):
        run_command(resume="r1")
    assert [each.name for each in folder.iterdir()] == [PLAN]


def test_what_cannot_be_begun_is_told(var: Path) -> None:
    with pytest.raises(WrongUse, match="There is no run never to go on with"):
        run_command(resume="never")
    with pytest.raises(WrongUse, match="--split is dev or held"):
        run_command(split="both")
    with pytest.raises(WrongUse, match="No scenario has the tag nothing"):
        run_command(suite="nothing")
    with pytest.raises(StackError, match="there is no stack with a lab"):
        run_command(suite="complexity", split="dev", against="http://127.0.0.1:1")


def figures(**more: Any) -> dict[str, Any]:
    return {"gold_replay_fails": [], "infrastructure_errors": 0, "scenarios": 10, "trials": 2, **more}


@pytest.mark.parametrize(
    ("document", "reference_bots", "trouble"),
    [
        (figures(), "", []),
        (figures(infrastructure_errors=2), "", []),
        (figures(infrastructure_errors=3), "", ["3 of 20 trials say nothing about the assistant."]),
        (figures(gold_replay_fails=["a/b: kept"]), "", ["Gold replay does not pass a/b: kept"]),
        (figures(), "the shop is away", ["The reference bots did not finish: the shop is away"]),
    ],
)
def test_what_makes_a_run_untrusted(document: dict[str, Any], reference_bots: str, trouble: list[str]) -> None:
    assert untrusted(document, reference_bots) == trouble


MUST = "a_person_in_the_middle/at_the_item"


def stored(folder: Path, name: str, **rates: float) -> str:
    path = folder / name
    path.write_text(json.dumps(baseline(Side(rates, frozenset({MUST})))))
    return str(path)


def run_folder(folder: Path, *, passed: bool, name: str = MUST) -> str:
    result = Result(name, 0, "resolved" if passed else "unresolved", passed, "", 0, 1, 1.0, "c", [])
    folder.mkdir()
    (folder / RESULTS).write_text(json.dumps(result.as_json()) + "\n")
    (folder / "report.json").write_text(json.dumps({"record": {"must_pass": [name]}}))
    return str(folder)


def test_a_regression_exits_with_1_by_its_name_and_nothing_else_does(var: Path) -> None:
    good, bad = run_folder(var / "one", passed=True), run_folder(var / "two", passed=False)
    code, document = called(compare_command, good, bad, "--no-confirm")
    assert (code, document["newly_failing"]) == (1, [MUST])
    for before, after in ((good, good), (bad, good), (bad, bad)):
        code, document = called(compare_command, before, after, "--no-confirm")
        assert (code, document["newly_failing"], document["regression"]) == (0, [], False)


def test_a_scenario_that_is_not_judged_any_more_exits_with_1(var: Path) -> None:
    before, after = stored(var, "a.json", **{MUST: 1.0, "x/y": 1.0}), stored(var, "b.json", **{"x/y": 1.0})
    code, document = called(compare_command, before, after)
    assert (code, document["not_judged"]) == (1, [MUST])


def test_the_rest_is_a_regression_where_it_is_worse_by_more_than_chance(var: Path) -> None:
    names = [f"x/{number}" for number in range(20)]
    before = stored(var, "a.json", **dict.fromkeys(names, 1.0))
    after = stored(var, "b.json", **dict.fromkeys(names, 0.0))
    assert called(compare_command, before, after)[0] == 1
    one = stored(var, "c.json", **dict.fromkeys(names, 1.0) | {"x/1": 0.0})
    assert called(compare_command, before, one)[0] == 0


def test_what_newly_fails_is_held_again_before_it_counts(var: Path, door: str) -> None:
    good, bad = run_folder(var / "one", passed=True), run_folder(var / "two", passed=False)
    code, document = called(compare_command, good, bad, "--against", door)
    assert (code, document["newly_failing"], document["not_confirmed"]) == (1, [MUST], [])
    with pytest.raises(StackError, match="there is no stack with a lab"):
        called(compare_command, good, bad, "--against", "http://127.0.0.1:1")


def test_cheat_taking_a_scenario_away_after_it_failed(var: Path) -> None:
    """What newly fails and cannot be held again counts as it stands."""
    good, bad = (run_folder(var / each, passed=each == "one", name="gone/away") for each in ("one", "two"))
    code, document = called(compare_command, good, bad)
    assert (code, document["newly_failing"]) == (1, ["gone/away"])


def test_what_is_no_run_cannot_be_compared(var: Path) -> None:
    good = run_folder(var / "one", passed=True)
    (var / "old.json").write_text('{"format": 0}')
    for other, told in (
        ("nowhere", "holds no finished run"),
        (str(var / "old.json"), "is no baseline of this version"),
        (stored(var, "b.json", **{"x/y": 1.0}), "no scenario in common"),
    ):
        with pytest.raises(WrongUse, match=told):
            called(compare_command, good, other)
