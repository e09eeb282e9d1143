"""``./frontdesk eval links``: from which likeness two needs of one customer are one issue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from eval.link_review import document, read_pairs
from eval.outcomes.likeness import by_meaning
from eval.outcomes.linking import shared_words
from stack.errors import WrongUse
from stack.output import answer
from stack.paths import ROOT
from stack.sentences import encoder
from stack.settings import load

PAIRS = ROOT / "eval" / "sets" / "dev" / "links.jsonl"


def links(
    pairs: Annotated[Path, typer.Option(help="Pairs as JSON lines: one, other, same.")] = PAIRS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Precision and recall of "one issue" at each threshold, by shared words and by meaning."""
    try:
        found = read_pairs(pairs)
    except (OSError, ValueError, KeyError) as problem:
        raise WrongUse(f"{pairs} holds no pairs: each line has one, other and same.") from problem
    rules = by_meaning(encoder(load()))
    assert rules.similarity is not None
    told = document(found, {"shared words": shared_words, "meaning": rules.similarity}, rules)
    answer(told, as_json=as_json, people=_people(told))


def _people(told: dict[str, Any]) -> str:
    lines = [f"{told['meaning']['n']} pairs, {told['meaning']['same']} of one issue"]
    rows = [("used", told["used"])] + [(f"best by {name}", told[name]["best"]) for name in ("meaning", "shared words")]
    for name, row in rows:
        low, high = row["precision_95"] or (0.0, 1.0)
        below, above = row["recall_95"]
        lines.append(
            f"{name:<22} from {row['threshold']:.2f}: precision {row['precision']:.3f} ({low:.3f} to {high:.3f}), "
            f"recall {row['recall']:.3f} ({below:.3f} to {above:.3f}), F1 {row['f1']:.3f}"
        )
    return "\n".join(lines)
