"""``./frontdesk eval judge``: what the judge of silent endings is worth, by people's labels; works beside a stack."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from eval.errors import EvalError
from eval.judge import hidden_state
from eval.judge.review import read_exchanges, review
from eval.live.shares import Period
from eval.outcomes.likeness import by_meaning
from eval.outcomes.model import DAY
from eval.transcripts.model import Unusable
from eval.transcripts.read import read
from handoff.storage.database import Database
from handoff.storage.migrate import is_current
from stack.errors import StackError, WrongUse
from stack.eval_ports import judge_desk
from stack.output import answer, say
from stack.sentences import encoder
from stack.settings import Settings, load

BY = "command line"


def judge(
    calibrate: Annotated[bool, typer.Option("--calibrate", help="Hold the judge against people's labels now.")] = False,
    days: Annotated[int, typer.Option(help="Days of conversations to speak of.", min=1, max=3650)] = 30,
    exchanges: Annotated[
        Path | None, typer.Option("--set", help="Instead: labelled exchanges as JSON lines (id, talk, label).")
    ] = None,
    transcripts: Annotated[
        Path | None, typer.Option(help="Instead: transcripts with a stored outcome, which the judge is not shown.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Verdicts on silent endings, their worth by people's labels, and the corrected share; or why there is none."""
    settings = load()
    if exchanges is not None:
        told = _reviewed(settings, exchanges)
        answer(told, as_json=as_json, people=_people_of_set(told))
        return
    if transcripts is not None:
        told = _without_state(settings, transcripts)
        answer(told, as_json=as_json, people=_people_without_state(told))
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


def _without_state(settings: Settings, path: Path) -> dict[str, Any]:
    try:
        reading = read(path)
    except OSError as problem:
        raise WrongUse(f"{path} is not a file that can be read.") from problem
    except Unusable as problem:
        raise WrongUse(str(problem)) from problem
    for each in reading.problems:
        say(str(each))
    found = hidden_state.judged(reading.transcripts, by_meaning(encoder(settings)))
    if not found:
        raise WrongUse(f"{path} holds no transcript with a stored outcome that ends in silence without its state.")
    return hidden_state.document(len(reading.transcripts), found)


async def _standing(settings: Settings, days: int, *, make: bool) -> dict[str, Any]:
    database = Database(settings.sql_url)
    database.open()
    try:
        now = datetime.now(UTC).timestamp()
        desk = judge_desk(database, lambda: now, settings)
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
    if found["pooled"]:
        lines.append(f"  {found['pooled']}")
    if found["unseen_versions"]:
        lines.append(f"  nobody labelled an episode of version {', '.join(found['unseen_versions'])}")
    made = found["calibration"]
    if made:
        lines += _calibration(made)
    return "\n".join(lines)


def _calibration(made: dict[str, Any]) -> list[str]:
    lines = [
        f"Held against {made['labels']} labels of people on {made['made_at'][:10]}, by {made['made_by']} "
        f"(wanted: {made['least_labels']}, {made['least_of_each']} of each); holds until {made['valid_until'][:10]}",
        f"  versions of the assistant: {', '.join(made['versions'])}",
        *_table(made["table"]),
    ]
    lines.append(f"  sensitivity {_rate(made['sensitivity'])}, specificity {_rate(made['specificity'])}")
    lines.append(f"  agreement where it decided (Cohen's kappa): {_kappa(made['agreement'])}")
    lines += [
        f"    {one['dimension']} {one['value'] or '–'}: {one['labels']} labels, {_kappa(one['agreement'])}"
        for one in made["strata"]
    ]
    lines += [f"  left out: {n}, {why}" for why, n in sorted(made["left_out"].items())]
    return lines


def _people_of_set(told: dict[str, Any]) -> str:
    low, high = told["right_95"] or (0.0, 1.0)
    lines = [
        f"{told['n']} exchanges, {told['told_by_state']} told by state; of {told['judged']} the judge abstained on "
        f"{told['abstained']}, and was right on {told['right']} of {told['decided']} ({low:.2f} to {high:.2f})"
    ]
    return "\n".join(lines + [f"  said {row['said']}, label {row['label']}: {row['n']}" for row in told["table"]])


def _people_without_state(told: dict[str, Any]) -> str:
    kappa = told["agreement"]
    lines = [
        f"{told['transcripts']} transcripts; {told['judged']} end in silence where their state is not shown, "
        f"{told['known_resolved']} of them resolved",
        *_table(told["table"]),
        f"  sensitivity {_rate(told['sensitivity'])}, specificity {_rate(told['specificity'])}",
        f"  together above chance (Youden's J): {_rate(told['informedness'])}",
        f"  agreement where it decided (Cohen's kappa): {_kappa(kappa)}",
    ]
    return "\n".join(lines)


def _table(rows: list[dict[str, Any]]) -> list[str]:
    lines = [f"  {'the judge said':<16}{'resolved':>10}{'not resolved':>14}{'in the band':>13}"]
    for row in rows:
        name, band = row["said"].replace("_", " "), row.get("band", row["resolved"] + row["not_resolved"])
        lines.append(f"  {name:<16}{row['resolved']:>10}{row['not_resolved']:>14}{band:>13}")
    return lines


def _kappa(found: dict[str, Any]) -> str:
    if found["kappa"] is None:
        return "none"
    between = f" ({found['low']:.2f} to {found['high']:.2f})" if found["low"] is not None else ""
    return f"{found['kappa']:.2f}{between} on {found['pairs']}"


def _rate(rate: dict[str, Any] | None) -> str:
    if rate is None:
        return "none"
    low, high = rate["interval_95"]
    return f"{rate['value']:.3f} ({low:.3f} to {high:.3f})"
