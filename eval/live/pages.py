"""The dashboard as a report: the headline, every figure with interval and target, trend, returns, definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eval.report.model import Bars, Block, Case, Cell, Curves, Line, Report, Section, Table, Text

TALLIES = {
    "counts": "What became of them, on which evidence",
    "handover_reasons": "Why people took over",
    "contact_drivers": "What customers come with",
    "queues": "Queues",
    "silence_reasons": "What the judge finds in the silence",
    "excluded": "Not counted",
}


def report(document: Mapping[str, Any]) -> Report:
    """``document``: ``since``, ``until``, ``as_of`` (RFC 3339), ``summary``, ``definitions``, ``trend`` by day and
    ``judge``, as the dashboard is answered."""
    summary, named = document["summary"], {each["name"]: each for each in document["summary"]["metrics"]}
    shares = [each for each in summary["metrics"] if each["unit"] == "share"]
    sections = [
        Section("Resolution, never deflection", [Text(_headline(named)), Text(_judged(document["judge"]))]),
        Section("Every figure", [_bars("Shares", shares, "title"), _figures(summary["metrics"])]),
        Section("Day by day", [_bars("Resolution rate", document["trend"], "key")]),
        Section("Repeat contact", [_curve(summary["repeat_curve"])]),
        Section("Under other definitions", _definitions(document["definitions"])),
        Section("In how many episodes", [_tally(title, summary[name]) for name, title in TALLIES.items()]),
    ]
    facts = {"From": document["since"], "Until": document["until"], "As of": document["as_of"]}
    return Report("Insights", f"{named['handover']['n']} eligible episodes", sections, facts)


def cases(document: Mapping[str, Any]) -> list[Case]:
    """One a figure with a target; what lies on the wrong side of it has failed, what has no value is skipped."""
    found = []
    for each in document["summary"]["metrics"]:
        if each["target"] is not None:
            missed = misses(each)
            problem = f"{_told(each, each['value'])}, wanted {_wanted(each)}" if missed else None
            skipped = "no value" if each["value"] is None else None
            found.append(Case("targets", each["title"], problem=problem, skipped=skipped))
    return found


def misses(figure: Mapping[str, Any]) -> bool:
    value, target = figure["value"], figure["target"]
    if value is None or target is None:
        return False
    return bool(value < target if figure["wanted"] == "at least" else value > target)


def _headline(named: Mapping[str, Mapping[str, Any]]) -> str:
    rate, silence = named["resolution"], named["silence"]
    if rate["value"] is None:
        return "No episode has matured yet, so there is no resolution rate."
    low, high = rate["interval_95"]
    return (
        f"{rate['hits']} of {rate['n']} matured episodes were resolved on proof: {rate['value']:.1%} (95 % interval "
        f"{low:.1%} to {high:.1%}). Silence after an answer, never counted: {silence['value']:.1%}."
    )


def _judged(judge: Mapping[str, Any]) -> str:
    found = judge["of_matured"]
    if judge["refused"] or not found:
        return f"The judge of silence tells no figure: {judge['refused']}"
    low, high = found["interval_95"]
    return f"Resolved in silence, by the judge, corrected: {found['value']:.1%} ({low:.1%} to {high:.1%})."


def _bars(title: str, rows: Sequence[Mapping[str, Any]], name: str) -> Block:
    """A bar each row with a value, called by its ``name``."""
    shown = [each for each in rows if each["value"] is not None]
    if not shown:
        return Text(f"{title}: none in this time.")
    bounds = [tuple(each["interval_95"]) if each["interval_95"] else None for each in shown]
    return Bars(title, [each[name] for each in shown], [each["value"] for each in shown], bounds, share=True)


def _figures(metrics: Sequence[Mapping[str, Any]]) -> Table:
    rows: list[Sequence[Cell]] = [
        [
            each["title"], _told(each, each["value"]), _interval(each), f"{each['n']} {each['denominator']}",
            _wanted(each) + (" (missed)" if misses(each) else ""), each["note"],
        ]
        for each in metrics
    ]  # fmt: skip
    return Table("Figures", ["figure", "value", "95 % interval", "of", "target", "note"], rows)


def _curve(points: Sequence[Mapping[str, Any]]) -> Curves:
    x, y, low, high = ([each[name] for each in points] for name in ("days", "kept", "low", "high"))
    title = "Share that has not come back with the same issue"
    return Curves(title, "days", "share", [Line("all", x, y, low, high)], steps=True)


def _definitions(rows: Sequence[Mapping[str, Any]]) -> list[Block]:
    told: list[Sequence[Cell]] = [
        [each["title"], f"{each['rule']}; {each['window']}", f"{each['n']} {each['denominator']}",
         each["only_theirs"], each["only_ours"]]
        for each in rows
    ]  # fmt: skip
    columns = ["definition", "rule", "of", "resolved for them alone", "for us alone"]
    return [_bars("Rate", rows, "title"), Table("Definitions", columns, told)]


def _tally(title: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    return Table(title, ["", "episodes"], [[each["key"].replace("_", " "), each["n"]] for each in rows])


def _wanted(figure: Mapping[str, Any]) -> str:
    return f"{figure['wanted']} {_told(figure, figure['target'])}" if figure["target"] is not None else ""


def _interval(figure: Mapping[str, Any]) -> str:
    bounds = figure["interval_95"]
    return f"{_told(figure, bounds[0])} to {_told(figure, bounds[1])}" if bounds else "–"


def _told(figure: Mapping[str, Any], value: float | None) -> str:
    if value is None:
        return "–"
    if figure["unit"] == "share":
        return f"{value:.1%}"
    return f"{value:.0f} s" if figure["unit"] == "seconds" else f"{value:.2f}"
