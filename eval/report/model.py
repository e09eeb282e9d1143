"""What a report is made of. A plot always carries its numbers, which are printed as a table below it.

report = Report("Run 12", "200 scenarios, dev split", [Section("Outcomes", [Table(...), Bars(...)])])
paths = write.write(folder, report, document, cases)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Cell = str | int | float | None


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Table:
    """Numbers are set to the right. ``caption`` says what a row is."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Bars:
    """One bar a label, with its 95 % interval where there is one. ``share``: values are 0..1 and shown in per cent."""

    title: str
    labels: Sequence[str]
    values: Sequence[float]
    intervals: Sequence[tuple[float, float] | None] = ()
    unit: str = ""
    share: bool = False


@dataclass(frozen=True)
class Line:
    """``low`` and ``high`` are the bounds of a 95 % band, empty for none."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True)
class Curves:
    """``steps``: a value holds until the next, as in a survival curve."""

    title: str
    x_label: str
    y_label: str
    lines: Sequence[Line]
    steps: bool = False


@dataclass(frozen=True)
class Fold:
    """Blocks behind one click: the episodes behind a number, a transcript."""

    summary: str
    blocks: Sequence[Block]


Block = Text | Table | Bars | Curves | Fold


@dataclass(frozen=True)
class Section:
    heading: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Report:
    """``facts`` identify the run: commit, seeds, models, settings."""

    title: str
    subtitle: str
    sections: Sequence[Section]
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One test case of the JUnit file. ``problem`` says why it failed; ``skipped`` why it was not run."""

    group: str
    name: str
    problem: str | None = None
    skipped: str | None = None
    seconds: float = 0.0
