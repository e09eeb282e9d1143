"""The report of a run: what was reached, against which reference bots, and every dialogue that did not pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.intents import wilson
from eval.report import write
from eval.report.model import Bars, Block, Case, Fold, Report, Section, Table, Text
from eval.simulate.run import Result
from eval.simulate.scenario import Scenario
from eval.simulate.trial import Record

CELLS = (
    "resolved", "handed_over_due", "declined", "handed_over_needless", "kept_wrongly", "unresolved",
    "false_resolutions", "infrastructure_errors",
)  # fmt: skip
MOST_SHOWN = 60


def write_report(
    folder: Path, document: Mapping[str, Any], scenarios: Sequence[Scenario], results: Sequence[Result],
    records: Sequence[Record],
) -> dict[str, Path]:  # fmt: skip
    record = document["record"]
    report = Report(
        f"Run {document['run_id']}",
        f"{document['scenarios']} scenarios, {document['trials']} trial(s) each, simulated customers",
        [
            Section("What was reached", _reached(document)),
            Section("Reference bots", _references(document)),
            Section("By family", [_families(scenarios, results)]),
            Section("What did not pass", _failing(results, records)),
        ],
        {name: str(record[name]) for name in ("commit", "model", "seed", "stack") if name in record},
    )
    cases = [
        Case(
            result.scenario_id.partition("/")[0],
            f"{result.scenario_id} #{result.trial}",
            None if result.passed else f"{result.cell}: {result.reason}",
            seconds=result.seconds,
        )
        for result in results
    ]
    return write.write(folder, report, document, cases)


def _reached(document: Mapping[str, Any]) -> list[Block]:
    rates = {
        "resolution of the eligible": document["resolution_rate"],
        "the same by the live definition": document["resolved_by_outcome"],
        "handed over when due": document["handover_recall"],
        "declined when due": document["decline_rate"],
        **{f"resolution, {split}": found for split, found in document["splits"].items() if split != "dev_minus_held"},
    }
    rates = {name: found for name, found in rates.items() if found["n"]}
    counts = [[name.replace("_", " "), document[name]] for name in CELLS]
    return [
        Bars(
            "Rates with 95 % intervals",
            list(rates),
            [found["value"] for found in rates.values()],
            [tuple(found["interval_95"]) for found in rates.values()],
            share=True,
        ),
        Table("Cells; each trial falls into exactly one", ["cell", "trials"], counts),
        Table(
            "Each cell by the definition of an outcome that is used live: status / evidence / resolver",
            ["cell", "outcome", "trials"],
            [
                [cell.replace("_", " "), told, n]
                for cell, found in document["outcomes"].items()
                for told, n in found.items()
            ],
        ),
        Table("All of k trials pass", ["k", "share"], [[k, share] for k, share in document["pass_k"].items()]),
        Text(f"What customers had to do again, on average: {document['effort_mean']}."),
    ]


def _references(document: Mapping[str, Any]) -> list[Block]:
    rows = [
        [name.replace("_", " "), bots["passed"], ", ".join(f"{cell} {n}" for cell, n in sorted(bots["cells"].items()))]
        for name, bots in document["reference_bots"].items()
    ]
    blocks: list[Block] = [
        Table("Scenarios passed by bots that know nothing, or everything", ["bot", "passed", "cells"], rows)
    ]
    if document["passed_by_doing_nothing"]:
        blocks.append(
            Fold(
                "Passed by doing nothing; left out of the resolution rate",
                [Text(", ".join(document["passed_by_doing_nothing"]))],
            )
        )
    if document["gold_replay_fails"]:
        blocks.append(Fold("Broken scenarios: gold replay fails", [Text("; ".join(document["gold_replay_fails"]))]))
    return blocks


def _families(scenarios: Sequence[Scenario], results: Sequence[Result]) -> Table:
    rows: list[list[str | int | float | None]] = []
    for name in sorted({scenario.family for scenario in scenarios}):
        mine = [result for result in results if result.scenario_id.partition("/")[0] == name]
        passed = sum(result.passed for result in mine)
        bounds = wilson(passed, len(mine))
        about = next(scenario.about for scenario in scenarios if scenario.family == name)
        rows.append([name, about, len(mine), passed, bounds[0] if bounds else None, bounds[1] if bounds else None])
    return Table("Trials by family", ["family", "about", "trials", "passed", "low", "high"], rows)


def _failing(results: Sequence[Result], records: Sequence[Record]) -> list[Block]:
    by_trial = {(record.scenario_id, record.trial): record for record in records}
    failing = [result for result in results if not result.passed]
    blocks: list[Block] = [Text(f"{len(failing)} of {len(results)} trials.")]
    for result in failing[:MOST_SHOWN]:
        record = by_trial.get((result.scenario_id, result.trial))
        lines = dialogue(record) if record else []
        summary = f"{result.scenario_id} #{result.trial}: {result.cell}: {result.reason}"
        blocks.append(Fold(summary, [Table("The dialogue", ["who", "what"], lines)]))
    return blocks


def dialogue(record: Record) -> list[list[str]]:
    """Who said what, as the customer saw it."""
    lines = []
    for event in record.view:
        data = event.get("data", {})
        if event["type"] == "message.sent":
            buttons = "".join(f" [{choice['label']}]" for choice in data.get("choices") or [])
            lines.append([event["source"], data["text"] + buttons])
        elif event["type"].startswith("handoff.") or event["type"] == "turn.failed":
            lines.append(["", event["type"]])
    return lines
