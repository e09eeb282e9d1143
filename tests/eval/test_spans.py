"""Figures of things and troubles, by hand; and the rules that they are compared with."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.intents import BadData
from eval.spans import Marked, Span, read_marked, span_figures, spans_of
from stack.eval_intents_command import HELD
from stack.eval_things_command import by_rules

pytestmark = pytest.mark.unit
ROWS = [
    Marked("my left boot leaks", (Span("thing", 3, 12), Span("trouble", 13, 18))),
    Marked("hello", ()),
]


def test_exact_and_touched_are_told_apart() -> None:
    figures = span_figures(ROWS, [(Span("thing", 8, 12),), (Span("thing", 0, 5),)])
    assert figures["thing"]["exact"]["f1"] == 0.0
    assert figures["thing"]["touched"]["precision"] == 0.5
    assert figures["thing"]["touched"]["recall"] == 1.0
    assert figures["thing"]["touched"]["f1"] == pytest.approx(2 / 3)
    assert figures["trouble"]["exact"]["precision"] is None


def test_all_right_is_one_and_the_interval_holds_it() -> None:
    figures = span_figures(ROWS, [row.spans for row in ROWS])
    assert figures["thing"]["exact"]["f1"] == 1.0
    low, high = figures["thing"]["exact"]["interval_95"]
    assert low <= 1.0 <= high


def test_other_entities_are_not_measured() -> None:
    read = [{"entity": "order_number", "start": 0, "end": 6}, {"entity": "thing", "start": 7, "end": 9, "value": "x"}]
    assert spans_of(read) == (Span("thing", 7, 9),)


def test_the_rules_know_the_catalogue_and_the_words_of_a_report() -> None:
    (found,) = by_rules([Marked("the merino socks are torn", ())])
    assert found == (Span("thing", 4, 16), Span("trouble", 21, 25))


@pytest.mark.parametrize("line", ["{}", '{"text": "a", "spans": [{"entity": "thing"}]}', "[1]", "x"])
def test_a_row_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(BadData, match="line 1"):
        read_marked(path)


def test_the_frozen_set_is_whole() -> None:
    rows = read_marked(HELD / "things.jsonl")
    assert len(rows) == 246
    assert all(row.text[span.start : span.end].strip() for row in rows for span in row.spans)
