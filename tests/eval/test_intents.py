"""Figures on rows whose answers are known, and files that are refused with their line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.intents import (
    OOS,
    BadData,
    Reading,
    Row,
    area,
    check_training,
    figures,
    folds,
    known,
    mcc,
    outside_names,
    read,
    repeated,
    wilson,
)
from eval.intents_own import entity_figures, halves, misses, own_figures, request_figures

pytestmark = pytest.mark.unit


def reading(best: str, rejected: bool = False, score: float = 1.0, **more: object) -> Reading:
    intent = "out_of_scope" if rejected else best
    return Reading(**{"best": best, "intent": intent, "rejected": rejected, "score": score, "ms": 1.0, **more})  # type: ignore[arg-type]


def test_the_figures() -> None:
    rows = [Row("1", "a"), Row("2", "a"), Row("3", "b"), Row("4", "b"), Row("5", OOS), Row("6", OOS)]
    readings = [
        reading("a"),
        reading("a", rejected=True, score=0.3),
        reading("b"),
        reading("a"),
        reading("b", rejected=True, score=0.1),
        reading("b", score=0.4),
    ]
    found = figures(rows, readings)
    assert found["accuracy"] == 3 / 4
    assert found["in_scope_accuracy"] == 2 / 4
    assert found["oos_recall"] == 1 / 2
    assert found["oos_auroc"] == 7 / 8
    assert found["n_test"] == 6
    low, high = found["interval_95"]["accuracy"]
    assert low < 3 / 4 < high


def test_figures_that_have_no_rows_are_none() -> None:
    found = figures([Row("1", "a")], [reading("a")])
    assert found["oos_recall"] is None
    assert found["oos_auroc"] is None
    assert found["interval_95"]["oos_recall"] is None


def test_the_correlation_of_two_classes_is_that_of_the_four_cells() -> None:
    wanted, got = list("aaaaabbbbb"), list("aaaabbbbba")
    assert mcc(wanted, got) == pytest.approx((4 * 4 - 1 * 1) / 25)
    assert mcc(wanted, wanted) == pytest.approx(1.0)
    assert mcc(["a"], ["a"]) is None


def test_the_area_counts_ties_half() -> None:
    assert area([2.0, 3.0], [1.0]) == 1.0
    assert area([1.0], [1.0]) == 0.5
    assert area([], [1.0]) is None


@given(st.integers(0, 200), st.integers(1, 200))
def test_an_interval_holds_its_share(part: int, more: int) -> None:
    low, high = wilson(part, part + more) or (1.0, 0.0)
    assert 0 <= low <= part / (part + more) <= high <= 1


@given(st.lists(st.sampled_from("abc"), min_size=4, max_size=60), st.integers(2, 4))
def test_folds_hold_every_row_once_and_every_label_evenly(labels: list[str], count: int) -> None:
    rows = [Row(str(at), label) for at, label in enumerate(labels)]
    found = folds(rows, count, 1)
    assert sorted(at for fold in found for at in fold) == list(range(len(rows)))
    for label in set(labels):
        shares = [sum(rows[at].label == label for at in fold) for fold in found]
        assert max(shares) - min(shares) <= 1


def test_outside_labels_keep_their_words_and_are_no_intents_of_ours() -> None:
    names = outside_names(["card arrival?", "greet", "card/arrival", "oos", "greet"])
    assert names == {"card arrival?": "card_arrival_", "card/arrival": "card_arrival__", "greet": "greet_"}


def test_what_was_learnt_word_for_word_is_known() -> None:
    seen = known([Row("Where  is it?", "a")])
    assert repeated(Row("where is it?", "b"), seen)
    assert not repeated(Row("where is it", "b"), seen)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("{", "JSON"),
        ("[]", "text"),
        ('{"text": ""}', "text"),
        ('{"text": "a"}', "label"),
        ('{"text": "a", "label": 3}', "label"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, word: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"text": "a", "label": "b"}) + "\n" + line + "\n")
    with pytest.raises(BadData, match=rf"line 2.*{word}"):
        read(path)


def test_only_a_line_feed_ends_a_line(tmp_path: Path) -> None:
    path, text = tmp_path / "rows.jsonl", "one\u2028two\u0085three"
    path.write_text(json.dumps({"text": text, "label": "b"}, ensure_ascii=False) + "\r\n", encoding="utf-8", newline="")
    assert [(row.text, row.label) for row in read(path)] == [(text, "b")]


def test_files_that_teach_nothing_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n")
    with pytest.raises(BadData):
        read(path)
    with pytest.raises(BadData):
        check_training([Row("a", "b"), Row("c", OOS)], path)


def test_our_own_sets_know_some_intents_by_another_name() -> None:
    rows = [
        Row("1", "password_reset", {"noisy": True}),
        Row("2", OOS),
        Row("3", "refund_request", {"entities": {"money": ["5.00", "7.00"], "order_number": "A-1042"}}),
    ]
    entities = [{"entity": "money", "value": "5.00"}, {"entity": "order_number", "value": "A-1042"}]
    readings = [
        reading("unlock_account"),
        reading("greet", rejected=True),
        reading("charged_after_cancel", entities=entities),
    ]
    found = own_figures(rows, readings)
    assert found["accuracy"]["value"] == 1.0
    assert found["noisy_accuracy"]["n"] == 1
    assert found["oos"]["f1"] == 1.0
    assert found["entities"]["money"]["recall"] == 0.5
    assert found["entities"]["order_number"]["f1"] == 1.0
    assert found["entities"]["email"]["f1"] is None


def test_a_development_set_may_use_the_assistants_own_words() -> None:
    found = own_figures(
        [Row("1", "unlock_account"), Row("2", "out_of_scope")], [reading("unlock_account"), reading("x")]
    )
    assert found["accuracy"]["value"] == 0.5
    assert found["oos"]["recall"] == 0.0


def test_errors_of_the_kept_half_are_counted_and_never_shown() -> None:
    entities = {"money": ["5.00"]}
    rows = [
        Row("a", "greet", {"half": "open"}),
        Row("b", "greet", {"half": "kept"}),
        Row("c", "", {"half": "open", "entities": entities}),
        Row("d", "", {"half": "kept", "entities": entities}),
        Row("e", "", {"half": "open", "entities": entities}),
    ]
    read_right = [{"entity": "money", "value": "5.00"}, {"entity": "phone", "value": "0"}]
    readings = [reading("thanks"), reading("thanks"), reading("a"), reading("b"), reading("c", entities=read_right)]
    assert misses(rows, readings) == [
        {"text": "a", "wanted": "greet", "got": "thanks"},
        {"text": "c", "wanted": {"money": ["5.00"]}, "got": {}},
    ]
    assert {half: found["accuracy"]["n"] for half, found in halves(rows[:2], readings[:2], own_figures).items()} == {
        "open": 1,
        "kept": 1,
    }
    assert halves(rows[2:], readings[2:], entity_figures)["open"]["money"]["recall"] == 0.5


def test_rows_for_entities_alone_need_no_label(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a"}\n')
    assert read(path, labelled=False)[0].label == ""
    with pytest.raises(BadData):
        read(path)


def test_requests_told_apart() -> None:
    readings = [reading("a", requests=["a", "data_copy"]), reading("a"), reading("b", requests=["b", "c"])]
    found = request_figures([["a", "data_request"], ["a", "b"], ["b"]], readings)
    assert found["seen_as_several"]["value"] == 0.5
    assert found["both_right"]["value"] == 0.5
    assert found["one_kept_whole"]["value"] == 0.0
