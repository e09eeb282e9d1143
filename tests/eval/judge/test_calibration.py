"""What the judge is worth: rates weighed by what people read, the corrected share against known truths, refusals."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from eval.judge.calibration import (
    Calibration,
    Counts,
    corrected,
    corrected_of_all,
    document,
    refusal,
    sensitivity,
    specificity,
)
from eval.judge.known_truth import WORLDS, World, alarmed, coverage
from eval.judge.labels import Judged, Labels, calibrate
from eval.judge.model import VERSION
from eval.outcomes.model import DAY
from eval.quality.agreement import agreement
from eval.quality.report import Label

pytestmark = pytest.mark.unit

NOW = 1_772_442_000.0
COUNTS = Counts(
    {"resolved": (40, 6), "not_resolved": (4, 20), "abstains": (8, 12)},
    {"resolved": 230, "not_resolved": 120, "abstains": 100},
)


def calibration(**more: Any) -> Calibration:
    return replace(Calibration(NOW, "agt_1", VERSION, ("v1",), NOW, 90, COUNTS, agreement([]), {}), **more)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_the_interval_holds_a_known_truth_95_times_in_100(world: World) -> None:
    """The full count is ``prove judge``."""
    seeds = 100
    held, mean, raw = coverage(world, range(seeds))
    slack = 3 * math.sqrt(0.95 * 0.05 / seeds)
    assert 0.95 - slack <= held
    assert abs(mean - world.later) < 0.03
    assert abs(raw - world.later) > 0.04  # what the judge says is not the truth


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_a_judge_that_abstains_otherwise_than_among_the_labels_is_noticed(world: World) -> None:
    """What was resolved changes by itself and is no drift; one that is fooled more often can only be seen by people."""
    says, not_says = world.when_resolved, world.when_not
    unsure = replace(
        world,
        when_resolved=(says[0] - 0.15, says[1], says[2] + 0.15),
        when_not=(not_says[0], not_says[1] - 0.15, not_says[2] + 0.15),
    )
    seeds = range(60)
    assert sum(alarmed(world, world, seed) for seed in seeds) <= 4
    assert sum(alarmed(world, unsure, seed) for seed in seeds) >= 45


def test_on_the_band_that_was_labelled_the_correction_is_the_weighed_share_of_people() -> None:
    by_people = (230 * 40 / 46 + 120 * 4 / 24 + 100 * 8 / 20) / 450
    found = corrected(COUNTS, 230, 450)
    assert found is not None
    assert found.value == pytest.approx(by_people)
    assert found.interval[0] < by_people < found.interval[1]


def test_reading_more_of_what_the_judge_abstained_on_moves_no_rate() -> None:
    more = Counts({**COUNTS.labels, "abstains": (32, 48)}, COUNTS.band)
    assert sensitivity(more).value == pytest.approx(sensitivity(COUNTS).value)
    assert specificity(more).value == pytest.approx(specificity(COUNTS).value)


def test_an_abstention_is_no_word_for_resolved() -> None:
    hidden = Counts({"resolved": (20, 0), "abstains": (20, 20)}, {"resolved": 20, "abstains": 40})
    assert sensitivity(hidden).value == pytest.approx(0.5)
    assert specificity(hidden).value == 1.0
    # Nothing but abstentions: the band is what is left, not nothing.
    found = corrected(hidden, 20, 60)
    assert found is not None
    assert found.value == pytest.approx(40 / 60)


def test_a_share_of_all_is_smaller_than_that_of_the_band() -> None:
    band, everything = corrected(COUNTS, 230, 450), corrected_of_all(COUNTS, 230, 450, 500, 2000)
    assert band is not None
    assert everything is not None
    assert everything.value == pytest.approx(band.value / 4)
    assert everything.interval[0] < everything.value < everything.interval[1]
    assert corrected(COUNTS, 0, 0) is None
    assert corrected_of_all(COUNTS, 230, 450, 0, 0) is None


def test_without_errors_seen_the_interval_is_still_one() -> None:
    clean = Counts({"resolved": (30, 0), "not_resolved": (0, 30)}, {"resolved": 30, "not_resolved": 30})
    found = corrected(clean, 30, 60)
    assert found is not None
    assert found.interval[0] < 0.45
    assert found.interval[1] > 0.55


@pytest.mark.parametrize(
    ("made", "after_days", "sentence"),
    [
        (None, 0, "not been held against people's labels"),
        (calibration(judge="rules-0"), 0, "another judge"),
        (calibration(counts=Counts({"resolved": (30, 5)}, {})), 0, "50 are wanted, 10 of each"),
        (calibration(counts=Counts({"resolved": (60, 5)}, {})), 0, "10 of each"),
        (calibration(), 90.5, "labels hold for 90"),
        (calibration(made_at=NOW + 80 * DAY), 90.5, "labels hold for 90"),  # calibrated anew, no newer label
        (calibration(counts=Counts({"resolved": (25, 25), "not_resolved": (25, 25)}, {})), 0, "better than chance"),
    ],
)
def test_no_figure_without_a_calibration_that_holds(made: Calibration | None, after_days: float, sentence: str) -> None:
    refused = refusal(made, NOW + after_days * DAY)
    assert refused is not None
    assert sentence in refused


def test_a_calibration_that_holds_is_not_refused() -> None:
    assert refusal(calibration(), NOW + 89.9 * DAY) is None
    assert document(calibration())["labels"] == 90


def judged(name: str, said: Any = "resolved", **more: Any) -> Judged:
    return Judged(name, True, True, True, said, VERSION, "v1")._replace(**more)


def test_only_labels_that_say_something_about_the_judge_are_used() -> None:
    episodes = {
        "chance": [judged("chance")],
        "disagree": [judged("disagree", "not_resolved")],
        "abstained": [judged("abstained", "abstains")],
        "hard": [judged("hard")],
        "thought again": [judged("thought again")],
        "two": [judged("two"), judged("other")],
        "proven": [judged("proven", None, silent=False, assumed=False)],
        "young": [judged("young", silent=False, matured=False)],
        "erased": [judged("erased", None)],
        "unclear": [judged("unclear")],
    }
    rules = dict.fromkeys(episodes, "random") | {
        "disagree": "disagreement", "abstained": "judge_abstained", "hard": "high_effort",
        "thought again": "judge_abstained",
    }  # fmt: skip
    labels = [Label(name, "unclear" if name == "unclear" else "resolved", None, 1) for name in [*episodes, "gone"]]
    times = dict.fromkeys([*episodes, "gone"], NOW - DAY)
    found = calibrate(Labels(labels, {**rules, "gone": "random"}, times, episodes, {"resolved": 9}), NOW, "me", 90)
    assert found is not None
    assert found.counts.labels == {"resolved": (1, 0), "not_resolved": (1, 0), "abstains": (1, 0)}
    assert found.agreement.pairs == 2
    assert sum(found.left_out.values()) == 8
    assert len(found.left_out) == 8
    assert found.valid_until == NOW + 89 * DAY


def test_without_a_usable_label_there_is_no_calibration() -> None:
    assert calibrate(Labels([], {}, {}, {}, {}), NOW, "me", 90) is None
