"""What went wrong with a parcel, in the shop's terms; the words are read by ``bot.text.trouble``."""

from __future__ import annotations

from typing import Literal, get_args

from actions.backend.port import Problem
from bot.text.trouble import read_trouble

Said = Problem | Literal["part", "own_choice"]
"""What the customer tells: also that a part of the parcel is missing, and that they chose the wrong thing themselves.
The shop knows no such problems: the first is a person's, the second a return."""
AFTER_ARRIVAL = frozenset({"damaged", "wrong", "part"})


def read_problem(named: str, text: str) -> Said | None:
    """``named`` is what was chosen or kept before; else the words tell."""
    chosen = named.lower()
    if chosen in get_args(Problem) or chosen == "part":
        return chosen  # type: ignore[return-value]
    return read_trouble(text)  # type: ignore[return-value]
