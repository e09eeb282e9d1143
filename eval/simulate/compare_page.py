"""The comparison of two runs as a report: what changed by name, and whether the rest moved by more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from eval.report.model import Block, Case, Report, Section, Table, Text

GROUPS: Final = {
    "newly_failing": "Newly failing, confirmed",
    "not_judged": "Not judged any more",
    "not_confirmed": "Failed once, not confirmed",
    "newly_passing": "Newly passing",
}
FAILING: Final = ("newly_failing", "not_judged")


def report(document: Mapping[str, Any], before: str, after: str) -> Report:
    """``document`` is ``compare``'s."""
    rest, verdict = document["stochastic"], "A regression." if document["regression"] else "No regression."
    blocks: list[Block] = [Text(f"{verdict} {document['scenarios']} scenarios in both runs.")]
    if rest["n"]:
        blocks.append(Table("All others together", list(rest), [[_cell(value) for value in rest.values()]]))
    for name, title in GROUPS.items():
        blocks.append(Table(title, ["scenario"], [[each] for each in document[name]]))
    return Report("Two runs compared", verdict, [Section("What changed", blocks)], {"Before": before, "After": after})


def cases(document: Mapping[str, Any]) -> list[Case]:
    named = [Case(name, each, problem=GROUPS[name]) for name in FAILING for each in document[name]]
    rest = document["stochastic"]
    worse = document["regression"] and not named
    problem = f"worse by more than chance (p = {rest['p_value']:.4f})" if worse and rest["n"] else None
    return [*named, Case("all others", "difference in pass rate", problem=problem)]


def _cell(value: Any) -> Any:
    return value if isinstance(value, int | float) or value is None else str(value)
