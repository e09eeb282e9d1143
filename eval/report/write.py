"""Write a report's three files: ``report.html``, ``report.json``, ``junit.xml``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from eval.report.model import Case, Report
from eval.report.page import render


def write(folder: Path, report: Report, document: Any, cases: Sequence[Case] = ()) -> dict[str, Path]:
    """The paths written, by kind. ``document`` is what programs read and must be fit for JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {"html": folder / "report.html", "json": folder / "report.json", "junit": folder / "junit.xml"}
    paths["html"].write_text(render(report), encoding="utf-8")
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False, default=str)
    paths["json"].write_text(text + "\n", encoding="utf-8")
    paths["junit"].write_bytes(junit(report.title, cases))
    return paths


def junit(name: str, cases: Sequence[Case]) -> bytes:
    """One test suite for each group of cases, in the order of their names."""
    root = ElementTree.Element("testsuites", {"name": _clean(name), **_totals(cases)})
    ordered = sorted(cases, key=lambda case: case.group)
    for group, members in groupby(ordered, key=lambda case: case.group):
        inside = list(members)
        suite = ElementTree.SubElement(root, "testsuite", {"name": _clean(group), **_totals(inside)})
        for case in inside:
            node = ElementTree.SubElement(
                suite, "testcase", classname=_clean(group), name=_clean(case.name), time=f"{case.seconds:.3f}"
            )
            if case.problem is not None:
                failure = ElementTree.SubElement(node, "failure", message=_clean(case.problem.split("\n")[0][:300]))
                failure.text = _clean(case.problem)
            if case.skipped is not None:
                ElementTree.SubElement(node, "skipped", message=_clean(case.skipped))
    ElementTree.indent(root)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _totals(cases: Sequence[Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(sum(case.problem is not None for case in cases)),
        "skipped": str(sum(case.skipped is not None for case in cases)),
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }


def _clean(text: str) -> str:
    """XML knows no control characters."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")
