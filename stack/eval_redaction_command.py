"""``./frontdesk eval redaction``: how well e-mail addresses, accounts, cards and telephone numbers are found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from eval.redaction import build, measure, read_lines
from stack.errors import WrongUse
from stack.output import answer
from stack.paths import ROOT

WRITTEN = ROOT / "eval" / "sets" / "dev" / "redaction.jsonl"


def redaction(
    lines: Annotated[int, typer.Option(help="Lines to build.", min=1, max=1_000_000)] = 1_000,
    seed: Annotated[int, typer.Option(help="Draws the lines.")] = 2,
    written: Annotated[Path, typer.Option(help='Lines by hand: {"text", "holds": [[label, value]]}.')] = WRITTEN,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Recall and precision on built lines and on lines written by hand."""
    if not written.is_file():
        raise WrongUse(f"{written} is not a file.")
    document = {"seed": seed, "built": measure(build(lines, seed)), "written": measure(read_lines(written))}
    answer(document, as_json=as_json, people=_people(document))


def _people(document: dict[str, Any]) -> str:
    rows = []
    for name in ("built", "written"):
        part = document[name]
        low, high = part["recall_95"]
        rows.append(
            f"{name}: {part['lines']} lines, {part['due']} finds due: recall {part['recall']} ({low}–{high}), "
            f"precision {part['precision']}"
        )
    return "\n".join(rows)
