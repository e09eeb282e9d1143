"""The comparison of two runs as a page and as cases for a pipeline."""

from __future__ import annotations

import pytest

from eval.report.page import render
from eval.simulate.compare import Side, compare
from eval.simulate.compare_page import cases, report

pytestmark = pytest.mark.unit


def test_a_regression_stands_by_name_on_the_page_and_fails_its_case() -> None:
    before = Side({"a": 1.0, "b": 1.0, "c": 0.0}, frozenset({"a", "b"}))
    document = compare(before, Side({"a": 0.0, "b": 1.0, "c": 1.0}, frozenset()))
    page = render(report(document, "run-1", "run-2"))
    assert "A regression." in page
    assert "Before: run-1" in page
    assert [each.name for each in cases(document) if each.problem] == ["a"]
    assert "<td>c</td>" in page


def test_many_that_became_worse_fail_together() -> None:
    names = [f"s{n}" for n in range(40)]
    document = compare(Side(dict.fromkeys(names, 1.0), frozenset()), Side(dict.fromkeys(names, 0.5), frozenset()))
    (only,) = [each for each in cases(document) if each.problem]
    assert "by more than chance" in str(only.problem)
