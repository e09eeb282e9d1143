"""The report of a replay: what became of the episodes, what differed turn by turn, and JUnit cases for each episode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.metrics.values import Metric
from eval.replay.difference import NO_CHANGE, TITLES
from eval.replay.run import Outcome, Replayed
from eval.report.model import Bars, Block, Case, Cell, Fold, Report, Section, Table, Text
from eval.transcripts.model import Problem
from handoff.contract.redact import redact

VERDICTS = ("newly_broken", "newly_resolved", "undetermined", "unchanged")
"""In the order in which people want to read them."""
MOST_SHOWN = 200
MOST_TEXT = 300
HONEST = (
    "The customer's next words were said to the old answer. The first turn that differs decides; later turns are asked "
    "again with the old history, are shown, and count for nothing good. The tools answered what they answered then."
)


def report(outcome: Outcome, facts: Mapping[str, str], problems: Sequence[Problem] = ()) -> Report:
    sections = [
        Section("What would have become of them", [Text(HONEST), *_figures(outcome)]),
        Section("What differed, turn by turn", [_differences(outcome)]),
        *(_verdict(outcome, verdict) for verdict in VERDICTS),
    ]
    if problems:
        rows: list[list[Cell]] = [[each.place, each.message] for each in problems]
        sections.append(Section("What could not be read", [Table("A row a problem", ["where", "problem"], rows)]))
    count = len(outcome.replayed)
    return Report("Counterfactual replay", f"{count} stored episodes, frozen tools", sections, dict(facts))


def cases(outcome: Outcome) -> list[Case]:
    """A newly broken episode is a failed case; an undetermined one is skipped."""
    found = []
    for one in outcome.replayed:
        verdict = one.judged.verdict
        found.append(
            Case(
                "control" if one.chosen.control else one.chosen.outcome,
                one.chosen.episode.id,
                problem=f"newly broken: {one.judged.why}" if verdict == "newly_broken" else None,
                skipped=one.judged.why if verdict == "undetermined" else None,
            )
        )
    return found


def _figures(outcome: Outcome) -> list[Block]:
    figures = [
        outcome.newly_resolved,
        outcome.newly_broken,
        outcome.undetermined,
        outcome.unchanged,
        outcome.same_turns,
    ]
    shown = [figure for figure in figures if figure.value is not None]
    bars = Bars(
        "Shares with 95 % intervals", [figure.title for figure in shown], [figure.value or 0.0 for figure in shown],
        [figure.interval for figure in shown if figure.interval is not None], share=True,
    )  # fmt: skip
    return [bars, Table("A row a figure", ["figure", "value", "low", "high", "hits", "of", ""], [*map(_row, figures)])]


def _row(figure: Metric) -> list[Cell]:
    low, high = figure.interval or (None, None)
    note = f"{figure.denominator}{'; ' + figure.note if figure.note else ''}"
    return [figure.title, figure.value, low, high, len(figure.hits), figure.n, note]


def _differences(outcome: Outcome) -> Block:
    counts: dict[str, int] = {}
    for one in outcome.replayed:
        for step in one.steps:
            counts[step.difference] = counts.get(step.difference, 0) + 1
    rows: list[list[Cell]] = [[TITLES[name], counts[name]] for name in TITLES if name in counts]
    return Table("Turns by difference", ["difference", "turns"], rows)


def _verdict(outcome: Outcome, verdict: str) -> Section:
    mine = [one for one in outcome.replayed if one.judged.verdict == verdict]
    rows: list[list[Cell]] = [
        [
            one.chosen.episode.id,
            "control" if one.chosen.control else one.chosen.outcome,
            one.judged.turn,
            one.judged.why,
        ]
        for one in mine[:MOST_SHOWN]
    ]
    more = f"; {len(mine) - MOST_SHOWN} more in report.json" if len(mine) > MOST_SHOWN else ""
    blocks: list[Block] = [Table(f"A row an episode{more}", ["episode", "on the record", "turn", "why"], rows)]
    blocks += [_turns(one) for one in mine[:MOST_SHOWN] if any(step.difference not in NO_CHANGE for step in one.steps)]
    title = verdict.replace("_", " ").capitalize()
    return Section(title, blocks if mine else [Text("None.")])


def _turns(one: Replayed) -> Fold:
    rows: list[list[Cell]] = []
    for step in one.steps:
        now = step.asked.said
        rows.append(
            [
                step.number,
                _short(step.turn.text),
                TITLES[step.difference] + ("" if step.valid else " (said to the old answer)"),
                _short(step.turn.said.text),
                _short(now.text) if now else step.asked.problem,
                ", ".join(now.articles) if now else "",
            ]
        )
    heading = ["turn", "customer", "difference", "then", "now", "now from"]
    return Fold(f"{one.chosen.episode.id}: turn by turn", [Table("A row a turn", heading, rows)])


def _short(text: str) -> str:
    told = redact(text)
    return told if len(told) <= MOST_TEXT else f"{told[:MOST_TEXT]}…"
