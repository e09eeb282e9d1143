"""The dashboard as a report: a file that needs nothing else, with what the dashboard tells."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from eval.live import pages
from eval.live.keeper import Keeper
from eval.metrics.known_truth import days
from eval.report.write import write
from handoff.storage.database import Database
from handoff.storage.migrate import migrate
from stack.data import migrate_evaluation
from stack.eval_insights_command import insights
from stack.settings import load
from tests.eval.desk import Shelf

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the command tells of twenty synthetic days, and where it wrote."""
    folder, synthetic = tmp_path_factory.mktemp("insights"), days(11, a_day=5, length=20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRONTDESK_VAR_DIR", str(folder))
        settings = load()
        settings.paths.create()
        migrate(settings.sql_url)
        migrate_evaluation(settings.sql_url)
        database = Database(settings.sql_url)
        database.open()
        asyncio.run(Keeper(database, Shelf(synthetic.conversations), lambda: synthetic.as_of).step())
        database.close()
        app = typer.Typer()
        app.command()(insights)
        done = CliRunner().invoke(app, ["--days", "3650", "--out", str(folder / "out"), "--json"])
    assert done.exit_code == 0, done.output
    return {"document": json.loads(done.stdout), "out": folder / "out"}


def test_it_is_one_file_with_plots_figures_targets_and_what_was_missed(told: dict[str, Any]) -> None:
    page, document = (told["out"] / "report.html").read_text(), told["document"]
    assert page.count("<svg") >= 4
    assert "<script" not in page
    assert 'src="' not in page
    for figure in document["summary"]["metrics"]:
        assert figure["title"].split(",")[0] in page
    assert "at least 70.0%" in page
    assert "(missed)" in page
    assert json.loads((told["out"] / "report.json").read_text()) == document


def test_each_target_is_a_case(told: dict[str, Any]) -> None:
    summary = told["document"]["summary"]["metrics"]
    found = {each.name: each for each in pages.cases(told["document"])}
    assert set(found) == {each["title"] for each in summary if each["target"] is not None}
    assert {name for name, each in found.items() if each.problem} == {e["title"] for e in summary if pages.misses(e)}


def test_an_installation_without_conversations_has_a_report_too(told: dict[str, Any], tmp_path: Path) -> None:
    empty = dict(told["document"], trend=[])
    none = {"value": None, "interval_95": None, "hits": 0, "n": 0}
    empty["summary"] = {**empty["summary"], "metrics": [{**each, **none} for each in empty["summary"]["metrics"]]}
    empty["definitions"] = [{**each, "value": None} for each in empty["definitions"]]
    paths = write(tmp_path / "empty", pages.report(empty), empty, pages.cases(empty))
    assert "No episode has matured yet" in paths["html"].read_text()
