import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.triage.thresholds import shipped
from eval.frustration import BadRows
from eval.handover import dialogues_of, figures, replay, wilson

pytestmark = pytest.mark.unit


def reader(texts: Sequence[str]) -> list[Mapping[str, Any]]:
    return [
        {
            "intent": {"name": "order_status", "confidence": 0.9},
            "triage": {
                "frustration": 0.99 if "!" in text else 0.02,
                "person": "a person" if "person" in text else None,
            },
        }
        for text in texts
    ]


def dialogue(name: str, due: int | None, reason: str | None, *said: str) -> dict[str, Any]:
    turns = [{"customer": text, "bot": "…", "bot_kind": "answer"} for text in said]
    return {"id": name, "turns": turns, "handover_at": due, "reason": reason, "note": ""}


def measured(path: Path, *dialogues: dict[str, Any]) -> dict[str, Any]:
    path.write_text("\n".join(json.dumps(one) for one in dialogues), encoding="utf-8")
    return figures(replay(dialogues_of(path), reader, shipped(), lambda _: False))


def test_on_time_late_missed_and_needless(tmp_path: Path) -> None:
    found = measured(
        tmp_path / "dialogues.jsonl",
        dialogue("on time", 2, "explicit_request", "hello", "a person please"),
        dialogue("late", 1, "frustration", "hm", "well", "enough!"),
        dialogue("missed", 1, "explicit_request", "someone"),
        dialogue("needless", None, None, "great!"),
        dialogue("stays", None, None, "hello"),
    )
    assert found["n"] == 5
    assert found["precision"] == pytest.approx(1 / 3, abs=1e-3)
    assert found["recall"] == pytest.approx(1 / 3, abs=1e-3)
    assert found["f1_any_turn"] == pytest.approx(4 / 6, abs=1e-3)
    assert found["explicit_requests"] == 2
    assert found["explicit_requests_missed"] == 1
    assert found["needless_ids"] == ["needless"]
    assert found["missed"] == ["missed"]
    assert found["timely"] == 0.5
    assert found["gt_t"]["1"] < found["gt_t"]["2"] < found["gt_t"]["3"] < 1


def test_an_amount_over_the_authority_is_a_hand_over(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps(dialogue("one", 1, "policy_limit", "200 euros back")), encoding="utf-8")
    found = figures(replay(dialogues_of(path), reader, shipped(), lambda read: len(read) == 1))
    assert found["f1"] == 1.0


@pytest.mark.parametrize(
    "row",
    [
        {"turns": []},
        {"turns": [{"customer": "x", "bot_kind": "sings"}]},
        {"turns": [{"customer": "x", "bot_kind": "answer"}], "handover_at": 2},
    ],
)
def test_a_bad_dialogue_is_named(tmp_path: Path, row: dict[str, Any]) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(BadRows, match="line 1"):
        dialogues_of(path)


def test_the_interval_of_a_share() -> None:
    low, high = wilson(95, 100)
    assert 0.88 < low < 0.95 < high < 0.99
    assert wilson(0, 0) == [0.0, 1.0]
