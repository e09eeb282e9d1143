"""``./frontdesk prove``: runs proofs one after the other; exit 1 if one of them fails."""

from __future__ import annotations

import importlib
from typing import Any

from stack.errors import WrongUse
from stack.output import answer, say
from stack.prove import PROOFS, Extent
from stack.settings import Settings


def prove(settings: Settings, names: list[str], extent: Extent, *, as_json: bool) -> int:
    unknown = [name for name in names if name not in PROOFS]
    if unknown:
        raise WrongUse(f"There is no proof {unknown[0]}. There are: {', '.join(PROOFS)}.")
    figures: dict[str, Any] = {}
    for name in names:
        say(f"Proving: {PROOFS[name].title} …")
        figures[name] = importlib.import_module(PROOFS[name].module).run(settings, say, extent)
        say(f"{name}: {'passed' if figures[name]['passed'] else 'FAILED'}")
    people = "\n\n".join(result.pop("people") for result in figures.values())
    answer(figures, as_json=as_json, people=people)
    return 0 if all(result["passed"] for result in figures.values()) else 1
