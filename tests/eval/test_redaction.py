"""Personal data with a form is found in nearly every spelling, and little else is taken for it."""

from __future__ import annotations

import pytest

from eval.redaction import Line, build, measure, read_lines
from handoff.contract.redact import CARD
from stack.eval_redaction_command import WRITTEN

pytestmark = pytest.mark.unit


def test_built_lines() -> None:
    figures = measure(build(1_000, seed=2))
    assert figures["due"] > 900
    assert figures["recall"] >= 0.99, figures["wrong"][:10]
    assert figures["precision"] >= 0.97, figures["wrong"][:10]
    assert all(kind["recall"] >= 0.99 for kind in figures["by_kind"].values())


def test_lines_written_by_hand() -> None:
    assert measure(read_lines(WRITTEN))["wrong"] == []


def test_the_same_seed_builds_the_same_lines() -> None:
    assert build(20, 5) == build(20, 5) != build(20, 6)


def test_what_is_missed_lowers_the_recall() -> None:
    figures = measure([Line("4111 1111 1111 1111", ((CARD, "4111 1111 1111 1111"),)), Line("nothing", ((CARD, "x"),))])
    assert (figures["recall"], len(figures["wrong"])) == (0.5, 1)
