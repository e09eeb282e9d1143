"""The three files of a run: a page that needs nothing else, JSON, and JUnit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from eval.simulate.references import References
from eval.simulate.report import CELLS, dialogue, write_report
from eval.simulate.run import Result
from eval.simulate.summary import summarise
from eval.simulate.trial import Record
from tests.eval.report.reader import Reader
from tests.eval.simulate.support import event, good_record, scenario

pytestmark = pytest.mark.unit

SCENARIOS = [scenario(), scenario(id="cancel/two"), scenario(id="refund/one", family="refund", about="money <back>")]
RESULTS = [
    Result("cancel/one", 0, "resolved", True, "", 1, 2, 1.5, "c1", [], ["resolved/verified_state/bot"]),
    Result("cancel/two", 0, "unresolved", False, "no effect\nat all", 3, 4, 2.0, "c2", ["effects"]),
    Result("refund/one", 0, "infrastructure_error", False, "the shop is away", 0, 0, 0.5, "", []),
]


def failed() -> Record:
    view = [
        event(1, "message.sent", "customer", text="<img src=//evil.example/x> cancel it"),
        event(2, "message.sent", "bot", text="Shall I?", choices=[{"label": "Yes"}, {"label": "No"}]),
        event(3, "typing.started", "bot"),
        event(4, "handoff.queued", "system", handoff_id="h"),
    ]
    return replace(good_record(), scenario_id="cancel/two", view=view)


@pytest.fixture
def written(tmp_path: Path) -> tuple[dict[str, Path], dict[str, Any]]:
    record = {"commit": "abc", "model": "m", "seed": 1, "stack": "Against http://127.0.0.1:8000.", "must_pass": []}
    references = References(nothing_passes=["cancel/one"], gold_fails=["refund/one: no receipt"])
    document = summarise("run-1", SCENARIOS, RESULTS, references, record)
    return write_report(tmp_path / "run", document, SCENARIOS, RESULTS, [good_record(), failed()]), document


def test_the_page_needs_nothing_but_itself(written: tuple[dict[str, Path], dict[str, Any]]) -> None:
    page = written[0]["html"].read_text()
    reader = Reader()
    reader.feed(page)
    assert reader.fetched == []
    assert not {"script", "link", "iframe", "img", "object", "base"} & set(reader.tags)
    assert page.count("url(") == page.count("url(#")
    assert "@import" not in page
    assert reader.tags.count("svg") == 1


def test_the_page_says_what_was_reached_and_shows_what_did_not_pass(
    written: tuple[dict[str, Path], dict[str, Any]],
) -> None:
    page = written[0]["html"].read_text()
    for told in (
        "Run run-1", "3 scenarios, 1 trial(s) each", "abc", "resolution of the eligible", "2 of 3 trials.",
        "cancel/two #0: unresolved: no effect", "&lt;img src=//evil.example/x&gt; cancel it", "Shall I? [Yes] [No]",
        "handoff.queued", "money &lt;back&gt;", "Broken scenarios: gold replay fails", "refund/one: no receipt",
        "Passed by doing nothing; left out of the resolution rate", "resolved/verified_state/bot",
        *(name.replace("_", " ") for name in CELLS),
    ):  # fmt: skip
        assert told in page
    assert "typing.started" not in page


def test_programs_read_the_document_and_a_case_a_trial(written: tuple[dict[str, Path], dict[str, Any]]) -> None:
    paths, document = written
    assert json.loads(paths["json"].read_text()) == document
    root = ElementTree.parse(paths["junit"]).getroot()
    assert (root.attrib["tests"], root.attrib["failures"]) == ("3", "2")
    assert [(suite.attrib["name"], suite.attrib["tests"]) for suite in root] == [("cancel", "2"), ("refund", "1")]
    cases = {case.attrib["name"]: case.find("failure") for case in root.iter("testcase")}
    assert list(cases) == ["cancel/one #0", "cancel/two #0", "refund/one #0"]
    assert cases["cancel/one #0"] is None
    messages = [found.attrib["message"] for found in cases.values() if found is not None]
    assert messages == ["unresolved: no effect", "infrastructure_error: the shop is away"]


def test_a_run_that_says_nothing_has_a_report(tmp_path: Path) -> None:
    document = summarise("run-1", SCENARIOS[2:], RESULTS[2:], References(), {})
    page = write_report(tmp_path, document, SCENARIOS[2:], RESULTS[2:], [])["html"].read_text()
    assert "Rates with 95 % intervals: nothing to count." in page
    assert "1 of 1 trials." in page


def test_a_dialogue_is_what_the_customer_saw() -> None:
    assert dialogue(failed()) == [
        ["customer", "<img src=//evil.example/x> cancel it"],
        ["bot", "Shall I? [Yes] [No]"],
        ["", "handoff.queued"],
    ]
