"""Two runs paired: regressions by name, chance left to the statistics, infrastructure left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.simulate.compare import BadRun, Side, baseline, bootstrap, compare, read_side, side_of
from eval.simulate.run import Result

pytestmark = pytest.mark.unit
NAMES = [f"s/{at}" for at in range(60)]


def side(*broken: str, must: frozenset[str] = frozenset(NAMES)) -> Side:
    return Side({name: 0.0 if name in broken else 1.0 for name in NAMES}, must)


def result(name: str, passed: bool, cell: str = "") -> Result:
    return Result(name, 0, cell or ("resolved" if passed else "unresolved"), passed, "", 0, 1, 1.0, "c", [])


def test_the_same_bot_is_no_regression() -> None:
    found = compare(side(), side())
    assert (found["regression"], found["newly_failing"]) == (False, [])


def test_a_broken_scenario_is_named() -> None:
    found = compare(side(), side("s/3"))
    assert (found["regression"], found["newly_failing"]) == (True, ["s/3"])


def test_what_a_second_try_does_not_confirm_does_not_count() -> None:
    found = compare(side(), side("s/3", "s/4"), lambda names: {"s/4"} & set(names))
    assert (found["newly_failing"], found["not_confirmed"]) == (["s/4"], ["s/3"])
    assert not compare(side(), side("s/3"), lambda _: set())["regression"]


def test_what_failed_before_may_fail() -> None:
    assert not compare(side("s/3"), side("s/3"))["regression"]
    assert compare(side("s/3"), side())["newly_passing"] == ["s/3"]


def test_the_stochastic_rest_is_judged_together() -> None:
    loose: frozenset[str] = frozenset()
    assert not compare(side(must=loose), side("s/1", must=loose))["regression"]
    found = compare(side(must=loose), side(*NAMES[:15], must=loose))
    assert found["regression"]
    assert found["stochastic"]["p_value"] < 0.01


def test_chance_alone_seldom_fails_the_gate() -> None:
    """Ups and downs that cancel out are no regression."""
    found = bootstrap([0.5, -0.5] * 30)
    assert found["p_value"] == 1.0
    assert bootstrap([-0.25] * 3 + [0.25] * 2 + [0.0] * 40)["p_value"] > 0.01


@pytest.mark.parametrize("changed", [1, 3, 6])
def test_a_handful_of_changes_is_no_proof(changed: int) -> None:
    """Centred, one scenario's difference is nothing at all, and every draw is as low as what was seen."""
    assert bootstrap([-1.0] * changed)["p_value"] == pytest.approx(0.5**changed, abs=1e-5)
    assert bootstrap([-1.0] * 10)["p_value"] < 0.01


def test_what_is_not_judged_any_more_is_a_regression() -> None:
    lost = Side({name: 1.0 for name in NAMES if name != "s/3"}, frozenset(NAMES))
    found = compare(side(), lost)
    assert (found["regression"], found["not_judged"], found["newly_failing"]) == (True, ["s/3"], [])


def test_a_run_cannot_let_itself_off() -> None:
    found = compare(side(), side("s/3", must=frozenset(NAMES) - {"s/3"}))
    assert found["newly_failing"] == ["s/3"]


def test_infrastructure_errors_are_left_out() -> None:
    found = side_of([result("a", True), result("b", False, "infrastructure_error")], frozenset({"a", "b"}))
    assert found.rates == {"a": 1.0}


def test_runs_without_a_common_scenario() -> None:
    with pytest.raises(BadRun, match="in common"):
        compare(Side({"a": 1.0}, frozenset()), Side({"b": 1.0}, frozenset()))


def test_a_baseline_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "fast.json"
    path.write_text(json.dumps(baseline(side("s/1"))))
    read = read_side(path)
    assert read.rates["s/1"] == 0.0
    assert "s/2" in read.must_pass
    path.write_text("{}")
    with pytest.raises(BadRun):
        read_side(path)
    with pytest.raises(BadRun, match="no finished run"):
        read_side(tmp_path)
