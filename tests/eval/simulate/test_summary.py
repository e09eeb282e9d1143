"""The figures of a run: what counts, and what must not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from eval.simulate.references import References
from eval.simulate.run import Result, outcome_of
from eval.simulate.summary import difference, pass_k, summarise
from tests.eval.simulate.support import good_record, scenario

pytestmark = pytest.mark.unit

BOT = scenario(id="f/bot")
PERSON = scenario(id="f/person", expect={"owner": "person", "reasons": ["safety"]})
DECLINED = scenario(id="f/declined", expect={"declined": True})
NOTHING = scenario(id="f/nothing")


def result(name: str, cell: str, trial: int = 0) -> Result:
    passed = cell in ("resolved", "handed_over_due", "declined")
    return Result(name, trial, cell, passed, "", 1, 2, 1.0, "c", [])


def figures(results: Sequence[Result], nothing: Sequence[str] = ()) -> dict[str, object]:
    references = References(nothing_passes=list(nothing))
    return summarise("r", [BOT, PERSON, DECLINED, NOTHING], results, references, {})


def test_the_keys_of_the_contract_are_there() -> None:
    keys = {
        "run_id", "scenarios", "resolved", "handed_over_due", "handed_over_needless", "kept_wrongly", "declined",
        "false_resolutions", "infrastructure_errors", "resolution_rate", "pass_k", "effort_mean", "reference_bots",
    }  # fmt: skip
    assert keys <= figures([result("f/bot", "resolved")]).keys()


def test_hand_overs_and_refusals_never_raise_the_resolution_rate() -> None:
    few = figures([result("f/bot", "unresolved")])["resolution_rate"]
    more = figures(
        [result("f/bot", "unresolved"), result("f/person", "handed_over_due"), result("f/declined", "declined")]
    )["resolution_rate"]
    assert few == more


def test_a_needless_hand_over_lowers_it() -> None:
    found = figures([result("f/bot", "resolved"), result("f/bot", "handed_over_needless", 1)])["resolution_rate"]
    assert found["value"] == 0.5  # type: ignore[index]


def test_infrastructure_and_what_doing_nothing_passes_are_left_out() -> None:
    found = figures(
        [result("f/bot", "unresolved"), result("f/nothing", "resolved"), result("f/bot", "infrastructure_error", 1)],
        nothing=["f/nothing"],
    )
    assert found["resolution_rate"]["n"] == 1  # type: ignore[index]
    assert found["infrastructure_errors"] == 1


def test_pass_k_is_the_mean_over_scenarios() -> None:
    results = [result("f/bot", "resolved", trial) for trial in range(4)]
    results += [result("f/nothing", "resolved" if trial < 2 else "unresolved", trial) for trial in range(4)]
    assert pass_k(results) == {"1": 0.75, "2": round((1 + 1 / 6) / 2, 4), "3": 0.5, "4": 0.5}


def test_a_difference_of_nothing_holds_nothing() -> None:
    one = {"value": 0.9, "interval_95": [0.8, 0.95]}
    low, high = difference(one, one)["interval_95"]
    assert low < 0 < high


def test_cells_stand_beside_the_outcome_that_is_used_live() -> None:
    found = figures(
        [
            replace(result("f/bot", "resolved"), outcome=["resolved/verified_state/bot"]),
            replace(result("f/bot", "resolved", 1), outcome=["resolved/assumed_silent/bot"]),
            replace(result("f/person", "handed_over_due"), outcome=["abandoned/none/assisted"]),
        ]
    )
    assert found["outcomes"] == {
        "handed_over_due": {"abandoned/none/assisted": 1},
        "resolved": {"resolved/verified_state/bot": 1, "resolved/assumed_silent/bot": 1},
    }
    assert found["resolved_by_outcome"]["value"] == 0.5  # type: ignore[index]


def test_a_trial_is_judged_as_a_live_conversation_is() -> None:
    record = good_record()
    assert outcome_of(record) == outcome_of(replace(record, packets=[]))
    assert [told.split("/")[0] for told in outcome_of(record)] == ["resolved"]
    assert outcome_of(replace(record, events=[])) == []
