"""A bench in which nothing worked has failed."""

from __future__ import annotations

import pytest
import typer

from stack.bench.ending import fail_if_nothing_worked

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "runs", [[{"n": 5, "errors": 5}], [{"n": 1000, "messages": 5, "errors": 5}], [{"n": 0, "errors": 0}]]
)
def test_nothing_worked(runs: list[dict[str, int]], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        fail_if_nothing_worked(*runs)
    assert ended.value.exit_code == 1
    assert "doctor" in capsys.readouterr().err


def test_some_worked() -> None:
    fail_if_nothing_worked({"n": 5, "errors": 4}, {"n": 5, "errors": 0})
