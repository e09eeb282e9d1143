"""A report as one HTML page that needs nothing else: styles inside, plots as SVG, every plot with its table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import count

from eval.report import plots
from eval.report.model import Bars, Block, Cell, Curves, Fold, Report, Section, Table, Text

STYLE = """
:root{color-scheme:light}body{font:16px/1.5 system-ui,sans-serif;color:#1b2a30;background:#fff;max-width:60rem;
margin:2rem auto;padding:0 1rem}h1{margin-bottom:.2rem}h2{margin-top:2.2rem;border-bottom:1px solid #c8d5d9}
table{border-collapse:collapse;margin:.8rem 0;font-size:.9rem}caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{padding:.25rem .7rem;border-bottom:1px solid #e3eaec;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}figure{margin:1rem 0}svg{max-width:100%;height:auto}
details{margin:.5rem 0}summary{cursor:pointer;color:#1f4e5f}.scroll{overflow-x:auto}.facts{color:#526068}
""".replace("\n", "")


def render(report: Report) -> str:
    numbers = count(1)
    facts = "".join(f"<div>{escape(name)}: {escape(value)}</div>" for name, value in report.facts.items())
    body = "".join(_section(section, numbers) for section in report.sections)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(report.title)}</title><style>{STYLE}</style></head><body><main>"
        f'<h1>{escape(report.title)}</h1><p>{escape(report.subtitle)}</p><div class="facts">{facts}</div>'
        f"{body}</main></body></html>\n"
    )


def _section(section: Section, numbers: count[int]) -> str:
    inside = "".join(_block(block, numbers) for block in section.blocks)
    return f"<section><h2>{escape(section.heading)}</h2>{inside}</section>"


def _block(block: Block, numbers: count[int]) -> str:
    match block:
        case Text():
            return f"<p>{escape(block.text)}</p>"
        case Table():
            return _table(block)
        case Bars() if not block.values:
            return f"<p>{escape(block.title)}: nothing to count.</p>"
        case Bars():
            return _figure(block.title, plots.bars(block), _bars_table(block), next(numbers))
        case Curves():
            return _figure(block.title, plots.curves(block), _curves_table(block), next(numbers))
        case Fold():
            inside = "".join(_block(each, numbers) for each in block.blocks)
            return f"<details><summary>{escape(block.summary)}</summary>{inside}</details>"


def _figure(title: str, svg: str, table: Table, number: int) -> str:
    # Ids inside an SVG are the page's: two plots must not share them.
    svg = svg.replace('id="', f'id="p{number}-').replace("url(#", f"url(#p{number}-").replace('"#', f'"#p{number}-')
    shown = svg.replace("<svg", f'<svg role="img" aria-label="{escape(title, quote=True)}"', 1)
    return f"<figure>{shown}<details><summary>The numbers</summary>{_table(table)}</details></figure>"


def _table(table: Table) -> str:
    numeric = [
        bool(table.rows) and all(row[at] is None or isinstance(row[at], int | float) for row in table.rows)
        for at in range(len(table.columns))
    ]
    marks = [' class="n"' if each else "" for each in numeric]
    head = "".join(
        f'<th scope="col"{mark}>{escape(name)}</th>' for name, mark in zip(table.columns, marks, strict=True)
    )
    rows = "".join(
        "<tr>" + "".join(f"<td{mark}>{_cell(cell)}</td>" for cell, mark in zip(row, marks, strict=True)) + "</tr>"
        for row in table.rows
    )
    return (
        f'<div class="scroll" tabindex="0"><table><caption>{escape(table.caption)}</caption><thead><tr>{head}</tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(cell: Cell) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.4g}"
    return escape(str(cell))


def _bars_table(block: Bars) -> Table:
    bounds = list(block.intervals) + [None] * (len(block.values) - len(block.intervals))
    rows: list[Sequence[Cell]] = [
        [label, value, between[0] if between else None, between[1] if between else None]
        for label, value, between in zip(block.labels, block.values, bounds, strict=True)
    ]
    return Table(block.title, ["", "value", "low", "high"], rows)


def _curves_table(block: Curves) -> Table:
    rows: list[Sequence[Cell]] = []
    for line in block.lines:
        for at, (x, y) in enumerate(zip(line.x, line.y, strict=True)):
            low = line.low[at] if line.low else None
            high = line.high[at] if line.high else None
            rows.append([line.name, x, y, low, high])
    return Table(block.title, ["line", block.x_label, block.y_label, "low", "high"], rows)
