import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from eval.report.model import Bars, Case, Curves, Fold, Line, Report, Section, Table, Text
from eval.report.write import write
from tests.eval.report.reader import Reader

pytestmark = pytest.mark.unit

REPORT = Report(
    "Run <1>",
    "two scenarios",
    [
        Section(
            "Outcomes",
            [
                Text("A & B"),
                Table("a row a scenario", ["name", "n"], [["<script>", 3], ["plain", None]]),
                Bars("Shares", ["one", "two"], [0.5, 0.25], [(0.4, 0.6), None], share=True),
                Bars("Again", ["one"], [3.0], unit="s"),
                Fold(
                    "Episodes", [Curves("Kept", "days", "share", [Line("all", [0, 1], [1, 0.9], [1, 0.8], [1, 0.95])])]
                ),
            ],
        )
    ],
    {"seed": "1"},
)


def test_the_page_stands_alone_and_every_plot_has_its_table(tmp_path: Path) -> None:
    page = write(tmp_path, REPORT, {"n": 2})["html"].read_text()
    reader = Reader()
    reader.feed(page)
    assert reader.fetched == []
    assert len(reader.ids) == len(set(reader.ids))
    assert reader.tags.count("svg") == 3
    assert reader.tags.count("table") == 4
    assert "script" not in reader.tags
    assert "&lt;script&gt;" in page


def test_programs_read_json_and_junit(tmp_path: Path) -> None:
    cases = [
        Case("dev", "order_status", seconds=0.5),
        Case("dev", "refund", problem="not refunded\x00\nmore"),
        Case("held", "x", skipped="infrastructure"),
    ]
    paths = write(tmp_path, REPORT, {"n": 2}, cases)
    assert json.loads(paths["json"].read_text()) == {"n": 2}
    root = ElementTree.parse(paths["junit"]).getroot()
    assert root.attrib["tests"] == "3"
    assert root.attrib["failures"] == "1"
    assert [suite.attrib["name"] for suite in root] == ["dev", "held"]
    assert root.find(".//failure").attrib["message"] == "not refunded"  # type: ignore[union-attr]
