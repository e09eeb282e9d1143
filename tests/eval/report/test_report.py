import json
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from eval.report.model import Bars, Case, Curves, Fold, Line, Report, Section, Table, Text
from eval.report.write import write

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


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.fetched: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            if name in ("src", "href", "xlink:href") and not str(value).startswith("#"):
                self.fetched.append(str(value))


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
