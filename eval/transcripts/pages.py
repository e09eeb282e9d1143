"""The report of an evaluation of transcripts, and its cases for JUnit: one a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.metrics.values import Metric
from eval.outcomes.model import told
from eval.report.model import Bars, Block, Case, Cell, Curves, Fold, Line, Report, Section, Table, Text
from eval.transcripts.evaluate import Evaluation

SHARES = (
    "resolution", "resolution_bot", "resolution_assisted", "resolution_human", "silence", "confirmation", "fcr",
    "repeat", "false_resolution", "unresolved", "abandonment", "deflection", "containment",
)  # fmt: skip
MOST_SHOWN = 200
BAD = frozenset({"unresolved", "abandoned", "repeat", "false_resolution"})


def report(evaluation: Evaluation, name: str) -> Report:
    reading = evaluation.reading
    headline = evaluation.figures.metrics["resolution"]
    quiet = " It is judged as if nobody came back after its newest event." if evaluation.assumed_quiet else ""
    sections = [
        Section("Resolution, never deflection", [Text(_sentence(headline) + quiet), *_rates(evaluation)]),
        Section("Every figure", [_table(list(evaluation.figures.metrics.values()))]),
        Section("Repeat contact", [_curve(evaluation)]),
        Section("The same conversations under other definitions", _rosetta(evaluation)),
    ]
    if evaluation.stored is not None:
        sections.insert(1, Section("What the file itself says", _stored(evaluation.stored)))
    if evaluation.triaged:
        sections.append(Section("What our triage would have done", _triage(evaluation)))
        sections.append(Section("Knowledge gaps", [_gaps(evaluation)]))
    sections.append(Section("Episodes", [_episodes(evaluation)]))
    sections.append(Section("What could not be read", [_problems(evaluation)]))
    facts = {"File": name, "Form": reading.format, "As of": told(evaluation.as_of)}
    return Report(f"Transcripts: {name}", f"{len(reading.transcripts)} of {reading.records} records", sections, facts)


def cases(evaluation: Evaluation) -> list[Case]:
    """An unresolved, abandoned, repeated or falsely resolved episode is a failed case; the excluded are skipped."""
    found = []
    for episode in evaluation.episodes:
        bad = f"{episode.status}: {episode.why}" if episode.eligible and episode.would_be in BAD else None
        skipped = None if episode.eligible else f"not counted: {episode.exclusion}"
        found.append(Case("episodes", episode.id, problem=bad, skipped=skipped))
    lost = [problem for problem in evaluation.reading.problems if problem.lost]
    return found + [Case("input", problem.place, problem=problem.message) for problem in lost]


def _sentence(headline: Metric) -> str:
    if headline.value is None or headline.interval is None:
        return "No episode has matured yet, so there is no resolution rate."
    low, high = headline.interval
    return (
        f"{len(headline.hits)} of {headline.n} matured eligible episodes were resolved on proof: {headline.value:.1%} "
        f"(95 % interval {low:.1%} to {high:.1%})."
    )


def _rates(evaluation: Evaluation) -> list[Block]:
    shown = [evaluation.figures.metrics[name] for name in SHARES]
    shown = [metric for metric in shown if metric.value is not None]
    counts = {**evaluation.figures.counts, **{f"not counted: {k}": v for k, v in evaluation.figures.excluded.items()}}
    return [
        Bars(
            "Shares with 95 % intervals", [metric.title for metric in shown], [metric.value or 0.0 for metric in shown],
            [metric.interval for metric in shown], share=True,
        ),
        Table("How many episodes stand where", ["status / evidence", "episodes"], list(counts.items())),
    ]  # fmt: skip


def _table(metrics: Sequence[Metric]) -> Table:
    return Table(
        "A row a figure",
        ["figure", "value", "low", "high", "counted", "of", "unit", "denominator", "wanted", "note"],
        [
            [
                m.title, m.value, m.interval[0] if m.interval else None, m.interval[1] if m.interval else None,
                len(m.hits), m.n, m.unit, m.denominator, f"{m.target[1]} {m.target[0]:g}" if m.target else "", m.note,
            ]
            for m in metrics
        ],
    )  # fmt: skip


def _curve(evaluation: Evaluation) -> Block:
    points = [point for point in evaluation.figures.repeat_curve if point.days <= 14]
    line = Line(
        "not come back", [p.days for p in points], [p.kept for p in points], [p.low for p in points],
        [p.high for p in points],
    )  # fmt: skip
    return Curves("Customers who have not come back with the same issue", "days", "share", [line], steps=True)


def _rosetta(evaluation: Evaluation) -> list[Block]:
    rows = evaluation.panel.document(lists=True, most=MOST_SHOWN)
    table = Table(
        "A row a definition",
        ["definition", "rate", "counted", "of", "rule", "window", "only theirs", "only ours"],
        [
            [r["title"], r["value"], r["hits"], r["n"], r["rule"], r["window"], r["only_theirs"], r["only_ours"]]
            for r in rows
        ],
    )
    folds = [
        Fold(
            f"{row['title']}: {row['only_theirs']} resolved there and not by us",
            [
                Table(
                    "A row a conversation",
                    ["conversation", "what we hold", "why"],
                    [[d["conversation_id"], d["status"], d["why"]] for d in row["only_theirs_list"]],
                )
            ],
        )
        for row in rows
        if row["only_theirs"]
    ]
    return [table, *folds]


def _stored(stored: dict[str, Any]) -> list[Block]:
    passed = stored["pass_k"]
    two = [stored["resolution"], stored["deflection"]]
    rows = [[each["title"], each["value"], *each["interval_95"]] for each in two]
    return [
        Table("pass^k", ["k", "pass^k"], [[int(k), value] for k, value in passed.items()]),
        Table("Stored rewards against hand-offs", ["figure", "value", "low", "high"], rows),
    ]


def _triage(evaluation: Evaluation) -> list[Block]:
    blocks: list[Block] = []
    would = [one for one in evaluation.triaged if one.ours is not None]
    blocks.append(Text(f"We would have handed over {len(would)} of {len(evaluation.triaged)} conversations."))
    rows: list[list[Cell]] = [[one.conversation_id, one.ours, one.rule, one.theirs] for one in would[:MOST_SHOWN]]
    blocks.append(Table("Handed over by our rules", ["conversation", "after turn", "rule", "done after turn"], rows))
    for one in would[:MOST_SHOWN]:
        turns: list[list[Cell]] = [
            [t.number, t.text[:160], t.decision, t.rule, t.frustration, t.complexity] for t in one.turns
        ]
        heading = ["turn", "customer", "decision", "rule", "frustration", "complexity"]
        blocks.append(Fold(f"{one.conversation_id}: turn by turn", [Table("A row a turn", heading, turns)]))
    return blocks


def _gaps(evaluation: Evaluation) -> Block:
    rows = [[gap["question"], gap["n"]] for gap in evaluation.gaps[:MOST_SHOWN]]
    return Table("Questions that the assistant would not understand", ["question", "asked"], rows)


def _episodes(evaluation: Evaluation) -> Block:
    rows = [
        [e.id, e.status, e.evidence, e.resolver, e.why, ", ".join(f"{ref.conversation_id}:{ref.seq}" for ref in e.refs)]
        for e in evaluation.episodes[:MOST_SHOWN]
    ]
    more = len(evaluation.episodes) - len(rows)
    caption = "A row an episode" + (f"; {more} more in report.json" if more > 0 else "")
    return Table(caption, ["episode", "status", "evidence", "resolver", "why", "events"], rows)


def _problems(evaluation: Evaluation) -> Block:
    problems = evaluation.reading.problems
    if not problems:
        return Text("Nothing: every line was read.")
    rows = [[p.place, p.message, "not counted" if p.lost else "read"] for p in problems]
    return Table("A row a problem", ["where", "problem", ""], rows)
