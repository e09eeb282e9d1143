"""The scenario files are read whole, or the error says where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.simulate.scenario import FAST, BadScenario, Scenario, families, load
from eval.simulate.voice import read_bank
from stack.eval_run_command import SCENARIOS

pytestmark = pytest.mark.unit

GOOD = """
format: 1
family: cancel
about: One order.
start: {orders: {it: {like: A-1057}}}
goals: [{act: cancel_order, order: it}]
expect: {ends: [[{kind: cancel_order, order: it}]], says: [$said]}
rows:
  - {name: one, said: gone}
  - {name: two, said: away, with: {persona: {voice: terse}, tags: [fast]}}
"""


def written(folder: Path, text: str) -> Path:
    (folder / "dev").mkdir(exist_ok=True)
    (folder / "dev" / "cases.yaml").write_text(text)
    return folder


def test_rows_fill_a_family(tmp_path: Path) -> None:
    one, two = load(written(tmp_path, GOOD))
    assert (one.id, one.expect.says, one.persona.voice) == ("cancel/one", ["gone"], "plain")
    assert (two.id, two.expect.says, two.persona.voice) == ("cancel/two", ["away"], "terse")
    assert [each.id for each in load(tmp_path, suite="fast")] == ["cancel/two"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("format: 1", "format: 9", "format must be 1"),
        ("order: it}]\nexpect", "order: that}]\nexpect", "no order called that"),
        ("said: gone", "sad: gone", "nothing fills \\$said"),
        ("act: cancel_order", "atc: cancel_order", "goals.0.atc"),
        ("- {name: two", "- {name: one", "two scenarios called cancel/one"),
        ("[$said]}", "[$said], owner: person}", "why a person is due"),
        ("rows:", "budget: {seconds: 5}\nrows:", "budget.seconds"),
        ("family: cancel", "famly: cancel", "key family"),
        ("rows:", "rows: [", "cases.yaml"),
    ],
)
def test_an_error_says_where(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(BadScenario, match=told):
        load(written(tmp_path, GOOD.replace(old, new)))


def test_the_shipped_scenarios_hold() -> None:
    scenarios = load(SCENARIOS)
    assert len(scenarios) >= 200
    assert len(families(scenarios)) >= 40
    kinds = {effect.kind for one in scenarios for end in one.expect.ends for effect in end}
    assert len(kinds) == 17, "every change that the shop knows is somebody's wish"
    held = [one for one in scenarios if one.split == "held"]
    assert len(held) >= 50
    assert 20 <= len([one for one in scenarios if FAST in one.suites and one.split == "dev"]) <= 40


def test_every_manner_of_writing_is_there_several_times() -> None:
    """The kinds of noise that customers make, on the split that is looked at and, fewer, on the one that is not."""

    def has(one: Scenario, kind: str) -> bool:
        mind = "change_of_mind" in one.tags
        manners = {
            "typos": one.persona.noise > 0, "fragments": one.persona.fragments, "double": one.persona.doubles,
            "mixed": bool(one.persona.mixes), "silence": any(move.hours for move in one.moves), "mind": mind,
            "anger": "anger" in one.tags,
        }  # fmt: skip
        return manners[kind]

    scenarios = load(SCENARIOS)
    for kind in ("typos", "fragments", "double", "mixed", "silence", "mind", "anger"):
        assert len([one for one in scenarios if one.split == "dev" and has(one, kind)]) >= 3, kind
        assert any(one.split == "held" and has(one, kind) for one in scenarios), kind


def test_every_act_has_phrases() -> None:
    for scenario in load(SCENARIOS):
        bank = read_bank(scenario.split)
        acts = {goal.act for goal in scenario.goals if goal.act} | {move.act for move in scenario.moves if move.act}
        assert acts <= bank.keys(), scenario.id
