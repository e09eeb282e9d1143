"""What a replay is about, written down so that one that was broken off goes on with the same, or is refused."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from stack.errors import WrongUse
from stack.fingerprint import fingerprint
from stack.paths import ROOT

PLAN, ASKED = "plan.json", "asked.jsonl"


@dataclass(frozen=True)
class ReplayPlan:
    """``at``: the record is judged as of this time, in seconds since 1970; ``began`` is when the replay did. Files by
    their whole path and what they held; ``articles`` is empty where those that are published here are asked."""

    file: str
    form: str
    outcomes: tuple[str, ...]
    control: int
    seed: int
    days: int
    test_traffic: bool
    model: str
    articles: str
    at: float
    began: float
    commit: str
    prints: dict[str, str]

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PLAN).write_text(json.dumps(asdict(self), indent=1) + "\n")


def prints_of(file: str, model: str, articles: str) -> dict[str, str]:
    return {name: fingerprint(Path(name))[:16] for name in (file, model, articles) if name}


def stored_plan(folder: Path) -> ReplayPlan:
    """Raises ``WrongUse`` where there is no such replay, or what it was about has changed since."""
    path = folder / PLAN
    if not path.is_file():
        raise WrongUse(f"There is no replay {folder} to go on with.")
    stored = json.loads(path.read_text())
    plan = ReplayPlan(**{**stored, "outcomes": tuple(stored["outcomes"])})
    now = prints_of(plan.file, plan.model, plan.articles)
    changed = [name for name, value in plan.prints.items() if now.get(name) != value]
    changed += ["the checkout"] if plan.commit != commit() else []
    if changed:
        raise WrongUse(f"Since {folder} was begun, this has changed: {', '.join(changed)}. Start a new one.")
    return plan


def commit() -> str:
    """The checkout, with a mark where it holds what no commit does."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"
