"""``./frontdesk eval judge``: what the judge of silent endings is worth, by people's labels; works beside a stack."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from eval.errors import EvalError
from eval.judge.review import read_exchanges, review
from eval.judge.service import JudgeDesk
from eval.live.shares import Period
from eval.outcomes.likeness import by_meaning
from eval.outcomes.model import DAY
from handoff.storage.database import Database
from handoff.storage.migrate import is_current
from stack.errors import StackError, WrongUse
from stack.output import answer
from stack.sentences import encoder
from stack.settings import Settings, load

BY = "command line"


def judge(
    calibrate: Annotated[bool, typer.Option("--calibrate", help="Hold the judge against people's labels now.")] = False,
    days: Annotated[int, typer.Option(help="Days of conversations to speak of.", min=1, max=3650)] = 30,
    exchanges: Annotated[
        Path | None, typer.Option("--set", help="Instead: labelled exchanges as JSON lines (id, talk, label).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Verdicts on silent endings, their worth by people's labels, and the corrected share; or why there is none."""
    settings = load()
    if exchanges is not None:
        told = _reviewed(settings, exchanges)
        answer(told, as_json=as_json, people=_people_of_set(told))
        return
    if not is_current(settings.sql_url):
        raise StackError("The database is not prepared for this version. ./frontdesk up prepares it.")
    try:
        found = asyncio.run(_standing(settings, days, make=calibrate))
    except EvalError as problem:
        raise StackError(problem.message) from problem
    answer(found, as_json=as_json, people=_people(found))


def _reviewed(settings: Settings, path: Path) -> dict[str, Any]:
    try:
        found = read_exchanges(path)
    except OSError as problem:
        raise WrongUse(f"{path} is not a file that can be read.") from problem
    except ValueError as problem:
        raise WrongUse(f"{path}: {problem}.") from problem
    return review(found, by_meaning(encoder(settings)))


async def _standing(settings: Settings, days: int, *, make: bool) -> dict[str, Any]:
    database = Database(settings.sql_url)
    database.open()
    try:
        now = datetime.now(UTC).timestamp()
        desk = JudgeDesk(database, lambda: now, settings.judge_valid_days)
        if make:
            await desk.calibrate(BY)
        return await desk.standing(Period(now - days * DAY, now + 1))
    finally:
        database.close()


def _people(found: dict[str, Any]) -> str:
    said = ", ".join(f"{each['key'].replace('_', ' ')} {each['n']}" for each in found["said"])
    lines = [
        f"Judge {found['judge']}: {found['silent']} of {found['matured']} matured episodes ended in silence",
        f"  verdicts: {said}; not judged {found['not_judged']}",
    ]
    if found["refused"]:
        lines.append(f"  no figure: {found['refused']}")
    else:
        lines.append(f"  resolved, corrected, of the silent   {_rate(found['of_band'])}")
        lines.append(f"  resolved, corrected, of all matured  {_rate(found['of_matured'])}")
    if found["unseen_versions"]:
        lines.append(f"  nobody labelled an episode of version {', '.join(found['unseen_versions'])}")
    made = found["calibration"]
    if made:
        lines += _calibration(made)
    return "\n".join(lines)


def _calibration(made: dict[str, Any]) -> list[str]:
    kappa = made["agreement"]
    between = f" ({kappa['low']:.2f} to {kappa['high']:.2f})" if kappa["low"] is not None else ""
    agreed = f"{kappa['kappa']:.2f}{between} on {kappa['pairs']}" if kappa["kappa"] is not None else "none"
    lines = [
        f"Held against {made['labels']} labels of people on {made['made_at'][:10]}, by {made['made_by']} "
        f"(wanted: {made['least_labels']}, {made['least_of_each']} of each); holds until {made['valid_until'][:10]}",
        f"  versions of the assistant: {', '.join(made['versions'])}",
        f"  {'the judge said':<16}{'resolved':>10}{'not resolved':>14}{'in the band':>13}   (people's word)",
    ]
    for row in made["table"]:
        name = row["said"].replace("_", " ")
        lines.append(f"  {name:<16}{row['resolved']:>10}{row['not_resolved']:>14}{row['band']:>13}")
    lines.append(f"  sensitivity {_rate(made['sensitivity'])}, specificity {_rate(made['specificity'])}")
    lines.append(f"  agreement where it decided (Cohen's kappa): {agreed}")
    lines += [f"  left out: {n}, {why}" for why, n in sorted(made["left_out"].items())]
    return lines


def _people_of_set(told: dict[str, Any]) -> str:
    low, high = told["right_95"] or (0.0, 1.0)
    lines = [
        f"{told['n']} exchanges, {told['told_by_state']} told by state; of {told['judged']} the judge abstained on "
        f"{told['abstained']}, and was right on {told['right']} of {told['decided']} ({low:.2f} to {high:.2f})"
    ]
    return "\n".join(lines + [f"  said {row['said']}, label {row['label']}: {row['n']}" for row in told["table"]])


def _rate(rate: dict[str, Any] | None) -> str:
    if rate is None:
        return "none"
    low, high = rate["interval_95"]
    return f"{rate['value']:.3f} ({low:.3f} to {high:.3f})"
