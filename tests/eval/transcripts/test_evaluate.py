import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.triage.thresholds import shipped
from eval.outcomes.model import DAY
from eval.report.write import write
from eval.transcripts import pages
from eval.transcripts.evaluate import evaluate, pass_k
from eval.transcripts.read import read
from eval.transcripts.triage import triage
from tests.eval.outcomes.logs import START, Log

pytestmark = pytest.mark.unit


def trajectory(task: int, trial: int, resolved: int, handed: int = 0) -> str:
    messages = [
        {"role": "user", "content": "Change my flight."},
        {"role": "assistant", "content": None, "tool_calls": []},
    ]
    if handed:
        messages[1]["tool_calls"] = [{"name": "transfer_to_human_agents", "arguments": "{}"}]
    messages.append({"role": "assistant", "content": "It is changed."})
    stored = {"task_id": task, "trial": trial, "resolved": resolved, "handed_off": handed, "gold_transfer": 0}
    return json.dumps({**stored, "messages": messages})


def test_stored_rewards_are_told_as_they_are_beside_the_deflection(tmp_path: Path) -> None:
    path = tmp_path / "tau.jsonl"
    path.write_text(
        "\n".join([trajectory(0, 0, 1), trajectory(0, 1, 0, 1), trajectory(1, 0, 1), trajectory(1, 1, 1, 1)])
    )
    found = evaluate(read(path))
    assert found.stored is not None
    assert found.stored["pass_k"] == {"1": 0.75, "2": 0.5}
    assert found.stored["deflection"]["value"] == 0.5
    assert found.figures.metrics["deflection"].value == 0.5
    assert found.figures.metrics["resolution"].value == 0.75
    assert found.figures.metrics["resolution_bot"].value == 0.5


def test_pass_k_is_the_chance_that_k_trials_all_pass() -> None:
    assert pass_k({"a": [1, 1, 0, 0], "b": [1, 1, 1, 1]}) == {
        "1": pytest.approx(0.75), "2": pytest.approx((1 / 6 + 1) / 2), "3": 0.5, "4": 0.5,
    }  # fmt: skip


def reader(texts: Sequence[str]) -> list[Mapping[str, Any]]:
    return [
        {
            "intent": {"name": "out_of_scope" if "glue" in text else "order_status", "confidence": 0.9},
            "triage": {
                "frustration": 0.99 if "!" in text else 0.02,
                "person": "a person" if "person" in text else None,
            },
        }
        for text in texts
    ]


def written(path: Path, *logs: Log) -> Path:
    lines = [{"id": log.name, "customer_id": "c", "channel": "web", "events": log.events} for log in logs]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


def test_triage_says_turn_by_turn_where_we_would_have_handed_over(tmp_path: Path) -> None:
    log = Log("a").customer("Where is A-1042?").bot().customer("a person please").customer("now").bot()
    calm = Log("b").customer("Is the glue vegan?").bot("Sorry, I did not get that.")
    alike = Log("c").customer("is the glue really vegan?").bot("Sorry, I did not get that.").handed_over()
    reading = read(written(tmp_path / "t.jsonl", log, calm, alike))
    conversations = [each.conversation for each in reading.transcripts]
    told = triage(conversations, reader, shipped(), lambda _: False)
    assert [(one.ours, one.rule, one.theirs) for one in told][:2] == [(2, "explicit_request", None), (None, None, None)]
    assert told[0].turns[1].text == "a person please\nnow"
    assert told[2].theirs == 1
    found = evaluate(reading, triaged=told)
    assert [(gap["n"], gap["conversations"]) for gap in found.gaps] == [(2, ["b", "c"])]
    assert found.document()["triage"]["would_hand_over"] == 1


def test_the_moment_of_the_file_decides_what_has_matured(tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl", Log("a").customer("Cancel A-1042").bot().solved().closed())
    assert evaluate(read(path)).figures.metrics["resolution"].n == 1
    assert evaluate(read(path), START + DAY).figures.metrics["resolution"].n == 0


def test_the_report_holds_every_part(tmp_path: Path) -> None:
    path = tmp_path / "tau.jsonl"
    path.write_text("\n".join([trajectory(0, 0, 1), "{", trajectory(0, 1, 0, 1)]))
    reading = read(path)
    told = triage([each.conversation for each in reading.transcripts], reader, shipped(), lambda _: False)
    found = evaluate(reading, triaged=told)
    paths = write(tmp_path / "out", pages.report(found, path.name), found.document(), pages.cases(found))
    page = paths["html"].read_text()
    for heading in (
        "Resolution, never deflection",
        "pass^k",
        "Knowledge gaps",
        "Chatwoot",
        "at least 0.85",
        "not JSON at column",
    ):
        assert heading in page
    document = json.loads(paths["json"].read_text())
    assert document["records"] == 3
    assert document["lost"] == 1
    assert 'failures="2"' in paths["junit"].read_text()
