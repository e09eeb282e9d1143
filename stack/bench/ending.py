"""How a bench ends: one in which nothing worked has failed, whatever it printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from stack.output import say


def fail_if_nothing_worked(*runs: Mapping[str, Any]) -> None:
    """Ends the command with exit code 1 if every message of a run failed. ``runs`` are as ``summarise`` makes them."""
    for run in runs:
        sent = run.get("messages", run["n"])
        if run["errors"] >= sent:
            say(f"frontdesk: none of {sent} messages was answered. ./frontdesk doctor says what is wrong.")
            raise typer.Exit(1)
