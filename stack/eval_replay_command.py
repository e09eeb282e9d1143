"""``./frontdesk eval replay``: what another bot or knowledge base would have made of stored episodes."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from eval.outcomes.classify import Rules, episodes_of
from eval.outcomes.likeness import by_meaning
from eval.outcomes.model import DAY, STANDS_FOR, Conversation, Episode, moment, told
from eval.replay import pages
from eval.replay.choose import FAILED, MAY_BE_CHOSEN, choose, to_be_read
from eval.replay.difference import TITLES
from eval.replay.model import Chosen, Recorded
from eval.replay.run import Outcome, replay
from eval.replay.words import turns_of_words
from eval.report.write import write
from eval.transcripts.model import Reading, Unusable
from eval.transcripts.read import FORMATS, read
from handoff.clock import SystemClock
from handoff.storage.database import Database
from handoff.storage.migrate import is_current
from stack.bench.progress import bar
from stack.errors import StackError, WrongUse
from stack.eval_frustration_command import assistant_archive
from stack.output import answer, say
from stack.paths import ROOT
from stack.replay_candidate import open_candidate
from stack.replay_source import conversations_since, with_turns
from stack.sentences import encoder
from stack.settings import Settings, load

MOST_TOLD = 20


def replay_command(
    file: Annotated[Path | None, typer.Argument(help="Transcripts; else the installation's own log.")] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(help=f"Replay these: {', '.join(MAY_BE_CHOSEN)}. Unless named, all but the last."),
    ] = None,
    control: Annotated[int, typer.Option(help="Resolved episodes replayed beside them.", min=0)] = 50,
    model: Annotated[Path | None, typer.Option(help="The candidate's trained archive; else this checkout's.")] = None,
    articles: Annotated[Path | None, typer.Option(help="Folder of its articles; else what is published here.")] = None,
    days: Annotated[int, typer.Option(help="Conversations opened in the last so many days.", min=1)] = 90,
    as_of: Annotated[str | None, typer.Option(help="Judge the record as of this time, RFC 3339; else now.")] = None,
    test_traffic: Annotated[bool, typer.Option("--test-traffic", help="The lab's customers count as well.")] = False,
    form: Annotated[str | None, typer.Option("--format", help=f"Of the file: {', '.join(FORMATS)}.")] = None,
    fail_on_broken: Annotated[bool, typer.Option("--fail-on-broken", help="Exit 1 where one is newly broken.")] = False,
    seed: Annotated[int, typer.Option(help="Draws the control sample.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder of the report; else one under var/eval.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Stored episodes against a candidate, with frozen tools. Exit 1: lines were lost, or see --fail-on-broken."""
    outcomes = tuple(outcome) if outcome else FAILED
    _check(file, outcomes, model, articles, form)
    at = _moment(as_of)
    settings = load()
    if file is None:
        settings.paths.create()
        if not is_current(settings.sql_url):
            raise StackError("The database is not prepared for this version. ./frontdesk up prepares it.")
    archive = model or assistant_archive(settings)
    reading: Reading | None = None
    if file is not None:
        reading = _read(file, form)
        conversations = [each.conversation for each in reading.transcripts]
        at = at if at is not None else _quiet(conversations)
        recorded = {each.id: turns_of_words(each) for each in conversations}
        chosen = choose(_episodes(settings, conversations, at), recorded, outcomes, control, seed)
    else:
        at = at if at is not None else datetime.now(UTC).timestamp()
        chosen = asyncio.run(_stored(settings, at, outcomes, control, seed, days, test_traffic=test_traffic))
    outcome_found = asyncio.run(_replayed(settings, archive, articles, chosen))
    facts = {
        "Record": file.name if file else "the installation's log",
        "As of": told(at),
        "Bot": archive.name,
        "Articles": str(articles) if articles else "as published here",
        "Checkout": _commit(),
        "Control": f"{control} at most, seed {seed}",
    }
    problems = [(p.line, p.message) for p in reading.problems] if reading else []
    document = {
        **outcome_found.document(),
        "facts": facts,
        "problems": [{"line": line, "message": message} for line, message in problems],
        "lost": reading.lost if reading else 0,
    }
    folder = out or settings.paths.var / "eval" / f"replay-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    paths = write(folder, pages.report(outcome_found, facts, problems), document, pages.cases(outcome_found))
    say(f"Report: {paths['html']}")
    for line, message in problems[:MOST_TOLD]:
        say(f"line {line}: {message}")
    answer(document, as_json=as_json, people=_people(document))
    if (reading and reading.lost) or (fail_on_broken and outcome_found.newly_broken.hits):
        raise typer.Exit(1)


def _check(
    file: Path | None, outcomes: Sequence[str], model: Path | None, articles: Path | None, form: str | None
) -> None:
    if file is not None and not file.is_file():
        raise WrongUse(f"{file} is not a file.")
    if file is None and form is not None:
        raise WrongUse("--format goes with a file.")
    if form is not None and form not in FORMATS:
        raise WrongUse(f"There is no format {form}. There are: {', '.join(FORMATS)}.")
    for each in outcomes:
        if each not in MAY_BE_CHOSEN:
            raise WrongUse(f"There is no outcome {each} to replay. There are: {', '.join(MAY_BE_CHOSEN)}.")
    if model is not None and not model.is_file():
        raise WrongUse(f"{model} is not a file.")
    if articles is not None and not articles.is_dir():
        raise WrongUse(f"{articles} is not a folder.")


def _moment(text: str | None) -> float | None:
    try:
        return moment(text) if text else None
    except ValueError as problem:
        raise WrongUse(f"--as-of takes an RFC 3339 time, not {text}.") from problem


def _read(file: Path, form: str | None) -> Reading:
    try:
        reading = read(file, form)
    except Unusable as problem:
        raise WrongUse(str(problem)) from problem
    if not reading.transcripts:
        told_first = "; ".join(str(problem) for problem in reading.problems[:MOST_TOLD])
        raise WrongUse(f"{file}: no conversation could be read. {told_first}")
    return reading


def _quiet(conversations: Sequence[Conversation]) -> float:
    """A file without a time: as if nobody came back after its newest event."""
    return max((event.at for each in conversations for event in each.events), default=0.0) + STANDS_FOR + DAY


def _episodes(settings: Settings, conversations: Sequence[Conversation], at: float) -> list[Episode]:
    return episodes_of(conversations, at, Rules(links=by_meaning(encoder(settings))))


async def _stored(
    settings: Settings, at: float, outcomes: Sequence[str], control: int, seed: int, days: int, *, test_traffic: bool
) -> list[Chosen]:
    """Only the turns of what was chosen are read: they are the larger part of a log."""
    database = Database(settings.sql_url)
    database.open()
    try:
        now = SystemClock().now()
        conversations = await database.read(
            lambda connection: conversations_since(connection, now, days, test_traffic=test_traffic)
        )
        episodes = _episodes(settings, conversations, at)

        async def turns_in(names: set[str]) -> dict[str, Recorded]:
            wanted = [each for each in conversations if each.id in names]
            return await database.read(lambda connection: with_turns(connection, wanted))

        recorded = await turns_in(to_be_read(episodes, outcomes))
        chosen = choose(episodes, recorded, outcomes, control, seed)
        names = {name for each in chosen for name in each.episode.conversation_ids}
        recorded |= await turns_in(names - recorded.keys())
    finally:
        database.close()
    return choose(episodes, recorded, outcomes, control, seed)


async def _replayed(settings: Settings, archive: Path, articles: Path | None, chosen: Sequence[Chosen]) -> Outcome:
    if not chosen:
        raise StackError("The record holds no episode with these outcomes, and none that the bot resolved alone.")
    say(f"Replaying {len(chosen)} episodes …")
    async with open_candidate(settings, archive, articles) as candidate:
        with bar("episodes", len(chosen)) as done:
            return await replay(chosen, candidate, done)


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def _people(document: dict[str, Any]) -> str:
    lines = [f"{document['episodes']} episodes, {document['control']} of them the control sample"]
    for metric in document["metrics"].values():
        bounds = metric["interval_95"]
        between = f"  ({bounds[0]:.3f} to {bounds[1]:.3f})" if bounds else ""
        value = "–" if metric["value"] is None else f"{metric['value']:.3f}"
        lines.append(f"{metric['title']:<30}{metric['hits']:>5} of {metric['n']:<5}{value:>7}{between}")
    lines += [f"  {TITLES[name]:<44}{count:>5} turns" for name, count in document["differences"].items()]
    shown = [one for verdict in pages.VERDICTS[:-1] for one in document["results"] if one["verdict"] == verdict]
    lines += [f"{one['verdict']:<16}{one['episode_id']:<28}{one['why']}" for one in shown[:MOST_TOLD]]
    if len(shown) > MOST_TOLD:
        lines.append(f"… and {len(shown) - MOST_TOLD} more, all in the report.")
    return "\n".join(lines)
