"""``./frontdesk eval things``: what the assistant reads of things and troubles, beside what rules alone find."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Annotated, Any

import typer
import yaml

from actions.transactions.orders import item_words
from bot.text.trouble import signs
from eval.intents import BadData
from eval.spans import Marked, Span, read_marked, span_figures, spans_of
from stack import setup
from stack.errors import StackError
from stack.eval_intents_command import HELD, measured
from stack.output import answer
from stack.paths import ROOT
from stack.settings import load

CATALOGUE = ROOT / "actions" / "backend" / "seed" / "catalogue.yaml"
_WORD = re.compile(r"[^\W\d_]+")


def things(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """Measure the trained reader of things and troubles on the frozen set, and the rules beside it."""
    settings = load()
    settings.paths.create()
    try:
        rows = read_marked(HELD / "things.jsonl")
    except (BadData, OSError) as problem:
        raise StackError(str(problem)) from problem
    setup.ensure_bot()
    setup.run_steps(setup.model_steps(settings), settings.paths.stamps)
    readings = measured(settings, [row.text for row in rows])
    document: dict[str, Any] = {
        "n_test": len(rows),
        "trained": span_figures(rows, [spans_of(found["entities"]) for found in readings]),
        "rules_alone": span_figures(rows, by_rules(rows)),
    }
    answer(document, as_json=as_json, people=json.dumps(document, indent=2))


def by_rules(rows: Sequence[Marked]) -> list[tuple[Span, ...]]:
    """Runs of words that the shop's catalogue has, and the words that the rules for a report go by."""
    names = [str(item["name"]) for item in yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))]
    known = item_words(" ".join(names))
    return [(*_runs(row.text, known), *_signs(row.text)) for row in rows]


def _runs(text: str, known: set[str]) -> list[Span]:
    found: list[Span] = []
    for word in _WORD.finditer(text):
        if not item_words(word.group()) & known:
            continue
        if found and not text[found[-1].end : word.start()].strip():
            found[-1] = Span("thing", found[-1].start, word.end())
        else:
            found.append(Span("thing", word.start(), word.end()))
    return found


def _signs(text: str) -> list[Span]:
    return [Span("trouble", start, end) for start, end in signs(text)]
