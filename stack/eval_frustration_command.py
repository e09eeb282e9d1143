"""``./frontdesk eval frustration``: the shipped triage on labelled messages and dialogues, and its thresholds."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

from actions.authority import LIMITS
from bot.triage import thresholds as shipped_thresholds
from eval import frustration as messages
from eval import handover, pictures, thresholds
from stack import setup
from stack.errors import StackError, WrongUse
from stack.output import answer, say
from stack.paths import ROOT, Paths
from stack.settings import load
from stack.tools import python_tool

HELD = ROOT / "eval" / "sets" / "held"
KEPT_PICTURES = ROOT / "bot" / "triage" / "pictures"
HAND_OVER = thresholds.Costs(missed=1.0, needless=1.0, live_share=0.05, most_needless=0.01)
"""A missed hand-over and a needless one weigh alike; one turn in twenty is taken to be frustrated live."""
SEEN = thresholds.Costs(missed=1.0, needless=1.0, live_share=0.5)
"""To call a message frustrated costs nothing but a word; both errors weigh alike, as in the example files."""
OFFER = thresholds.Costs(missed=1.0, needless=0.25, live_share=0.05)
"""An offer that was not needed costs a sentence, not an agent."""
MONEY_WISHES = frozenset({"refund_request", "double_charge"})
WITHIN_RULES = frozenset({"return_item", "cancel_order", "refund_status"})
WISHES_MONEY = re.compile(
    r"\b(?:back for|(?:money|it|that|difference|euros?|eur|fee|amount|pounds) back|compensat\w+|reimburs\w+|"
    r"partial refund|refund of|voucher|"
    r"(?:pay|refund|credit|give|owe)s? me)\b",
    re.IGNORECASE,
)
SENDS_BACK = re.compile(
    r"\b(?:return(?:ed|ing)? (?:it|the|my|this|them)|returned|sen[dt] (?:\w+ )?back|cancel)\b",
    re.IGNORECASE,
)
CENTS = re.compile(r"\b\d+\.\d{2}\b")


def frustration(
    test: Annotated[Path | None, typer.Option(help='Messages: {"text", "label", "context"?} a line.')] = None,
    dialogues: Annotated[Path | None, typer.Option(help="Dialogues with the turn at which a person is due.")] = None,
    choose: Annotated[
        bool, typer.Option("--thresholds", help="Choose the thresholds anew, from the examples.")
    ] = False,
    model: Annotated[Path | None, typer.Option(help="A trained archive; else the one in var/models.")] = None,
    seed: Annotated[int, typer.Option(help="Draws the bootstrap samples.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """The shipped triage on messages, on dialogues, or on both held-out sets where no file is named."""
    for path in (test, dialogues, model):
        if path is not None and not path.is_file():
            raise WrongUse(f"{path} is not a file.")
    settings = load()
    folder = _run_folder(settings.paths)
    if choose:
        document = _choose(settings.paths, folder)
        answer(document, as_json=as_json, people=_told(document))
        return
    if test is None and dialogues is None:
        test, dialogues = HELD / "frustration.jsonl", HELD / "handover_dialogues.jsonl"
    try:
        rows = messages.rows_of(test) if test else []
        talks = handover.dialogues_of(dialogues) if dialogues else []
    except messages.BadRows as problem:
        raise WrongUse(str(problem)) from problem
    reader = Reader(model or assistant_archive(settings))
    limits = shipped_thresholds.shipped()
    document = {}
    if rows:
        document = messages.evaluate(rows, reader, limits, seed)
        pictures.reliability(document["reliability"], f"{document['n']} messages", folder / "reliability.svg")
    if talks:
        outcomes = handover.replay(talks, reader, limits, over_authority)
        document["dialogues"] = handover.figures(outcomes)
    (folder / "frustration.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    say(f"Report in {folder}")
    answer(document, as_json=as_json, people=_told(document))


class Reader:
    """The trained pipeline in a process of the bot's interpreter, asked once for all texts."""

    def __init__(self, archive: Path) -> None:
        self._command = python_tool("bot.understand", "--model", str(archive), bot=True)

    def __call__(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        asked = "".join(json.dumps(text) + "\n" for text in texts)
        done = subprocess.run(self._command, input=asked, capture_output=True, text=True, cwd=ROOT, check=False)
        if done.returncode != 0:
            said = done.stderr.strip().splitlines()
            raise StackError(f"The assistant could not read the texts ({said[-1] if said else 'no output'}).")
        return [json.loads(line) for line in done.stdout.splitlines()]


def over_authority(read: Sequence[Mapping[str, Any]]) -> bool:
    """Money back that is over the bot's limit and does not come by a return or a cancellation."""
    named = [(turn.get("intent") or {}).get("name") for turn in read]
    texts = [str(turn.get("text", "")) for turn in read]
    wishes = MONEY_WISHES.intersection(named) or any(WISHES_MONEY.search(text) for text in texts)
    if not wishes or WITHIN_RULES.intersection(named) or any(SENDS_BACK.search(text) for text in texts):
        return False
    amounts = [one["value"] for turn in read for one in turn.get("entities") or () if one["entity"] == "money"]
    amounts += [number for text in texts for number in CENTS.findall(text)]
    return any(_amount(value) > LIMITS["bot"] for value in amounts)


def _amount(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)


def assistant_archive(settings: Any) -> Path:
    setup.ensure_bot()
    settings.paths.create()
    setup.run_steps(setup.model_steps(settings), settings.paths.stamps)
    manifest = json.loads((settings.paths.rasa / "manifest.json").read_text(encoding="utf-8"))
    return Path(settings.paths.rasa / manifest["path"])


def _run_folder(paths: Paths) -> Path:
    folder = paths.var / "eval" / f"frustration-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _choose(paths: Paths, folder: Path) -> dict[str, Any]:
    """Train across domains, find the cheapest thresholds, write them, draw the pictures."""
    setup.ensure_bot()
    with tempfile.TemporaryDirectory() as scratch:
        scores = Path(scratch) / "scores.jsonl"
        command = python_tool(
            "bot.components.mood", "--sentences", str(paths.minilm), "--out", str(Path(scratch) / "mood.json"),
            "--scores", str(scores), bot=True,
        )  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        if done.returncode != 0:
            raise StackError(f"The mood model could not be trained ({done.stderr.strip()[-200:]}).")
        labels, values = thresholds.scores_of(scores)
    found = {}
    for name, costs in (("seen", SEEN), ("offer", OFFER), ("hand over", HAND_OVER)):
        points = thresholds.curve(labels, values, costs)
        found[name] = (points, thresholds.best(points, costs))
    chosen = {f"frustration_{name.replace(' ', '_')}": point.threshold for name, (_, point) in found.items()}
    thresholds.write(shipped_thresholds.FILE, chosen)
    bins = messages.reliability(labels, values)
    KEPT_PICTURES.mkdir(exist_ok=True)
    for place in (folder, KEPT_PICTURES):
        pictures.reliability(bins, f"{len(labels)} examples, each scored without its domain", place / "reliability.svg")
        pictures.cost(found, "one turn in twenty frustrated", place / "cost.svg")
    return {
        "n": len(labels),
        "chosen": {name: asdict(point) for name, (_, point) in found.items()},
        "across_domains": messages.measure(labels, values, chosen["frustration_seen"]),
        "reliability": bins,
        "curves": {name: [asdict(point) for point in points] for name, (points, _) in found.items()},
    }


def _told(document: Mapping[str, Any]) -> str:
    bounds = document.get("interval_95", {})
    lines = []
    for name, value in document.items():
        if name in ("reliability", "curves", "interval_95", "dialogues"):
            continue
        between = bounds.get(name)
        lines.append(f"{name:<26}{value}" + (f"   ({between[0]} to {between[1]})" if between else ""))
    for name, value in document.get("dialogues", {}).items():
        lines.append(f"dialogues {name:<26}{value}")
    return "\n".join(lines)
