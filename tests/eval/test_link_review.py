"""The review counts as it says, on pairs whose likeness is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.link_review import Pair, at, document, read_pairs, review
from eval.outcomes.linking import LinkRules
from stack.paths import ROOT

pytestmark = pytest.mark.unit

SCORED = [(0.9, True), (0.6, True), (0.6, False), (0.2, True), (0.1, False)]


def test_a_threshold_counts_what_it_links() -> None:
    row = at(SCORED, 0.5)
    assert (row["precision"], row["recall"], row["f1"]) == (0.6667, 0.6667, 0.6667)
    assert at(SCORED, 0.95)["precision"] is None


def test_the_best_threshold_is_the_highest_of_equals() -> None:
    likeness = {"a": 0.9, "b": 0.6, "c": 0.3}
    pairs = [Pair("a", "", True), Pair("b", "", True), Pair("c", "", False)]
    assert review(pairs, lambda one, _other: likeness[one])["best"]["threshold"] == 0.6


def test_the_frozen_pairs_are_both_kinds_and_the_rules_are_read_on_them() -> None:
    pairs = read_pairs(ROOT / "eval" / "sets" / "dev" / "links.jsonl")
    assert (len(pairs), sum(pair.same for pair in pairs)) == (90, 40)
    found = document(pairs, {}, LinkRules())
    assert found["used"]["threshold"] == LinkRules().threshold


def test_a_broken_file_is_no_review(tmp_path: Path) -> None:
    path = tmp_path / "links.jsonl"
    path.write_text('{"one": "a"}\n')
    with pytest.raises(KeyError):
        read_pairs(path)
