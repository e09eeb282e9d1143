"""The company's own names, in ``company.json``: of its goods and places, which no spelling puts right, of the plans
of its subscription, and of what bears a name (``kinds``). Another company writes its own; the code knows none."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Dict, FrozenSet, NamedTuple, Tuple

FILE = Path(__file__).with_name("company.json")


class Company(NamedTuple):
    """``names`` are single words in lower case; ``plans`` may have several words."""

    names: FrozenSet[str]
    plans: Tuple[str, ...]
    kinds: Dict[str, str]


@lru_cache(maxsize=1)
def company() -> Company:
    """Raises ``OSError`` and ``ValueError`` where the file is missing or has another form."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    if not isinstance(kept, dict) or set(kept) != set(Company._fields):
        raise ValueError(f"{FILE.name} holds exactly {', '.join(Company._fields)}")
    names, plans = frozenset(name.lower() for name in kept["names"]), tuple(plan.lower() for plan in kept["plans"])
    return Company(names, plans, dict(kept["kinds"]))
