"""``./frontdesk eval replay``: what another bot or knowledge base would have made of stored episodes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
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
from eval.replay.kept import Journal, OtherCandidate
from eval.replay.model import Chosen, Recorded
from eval.replay.run import Outcome, replay
from eval.replay.words import turns_of_words
from eval.report.write import write
from eval.transcripts.model import Reading, Unusable
from eval.transcripts.read import FORMATS, read
from handoff.storage.database import Database
from handoff.storage.migrate import is_current
from stack.bench.progress import bar
from stack.errors import StackError, WrongUse
from stack.eval_frustration_command import assistant_archive
from stack.output import answer, say
from stack.replay_candidate import open_candidate
from stack.replay_plan import ASKED, PLAN, ReplayPlan, commit, prints_of, stored_plan
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
    resume: Annotated[str, typer.Option(help="Id or folder of a replay that was broken off, to go on with it.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Stored episodes against a candidate, with frozen tools. Exit 1: lines were lost, or see --fail-on-broken.

    With --resume everything else is as it was begun with."""
    outcomes = tuple(outcome) if outcome else FAILED
    _check(file, outcomes, model, articles, form)
    as_of_at = _moment(as_of)
    settings = load()
    folder = _folder(settings, resume, out)
    began = datetime.now(UTC).timestamp()
    if resume:
        plan = stored_plan(folder)
    else:
        archive = model or assistant_archive(settings)
        files = [str(each.resolve()) if each else "" for each in (file, archive, articles)]
        plan = ReplayPlan(
            files[0], form or "", outcomes, control, seed, days, test_traffic, files[1], files[2],
            as_of_at if as_of_at is not None else 0.0, began, commit(), prints_of(*files),
        )  # fmt: skip
    reading, at, chosen = _record(settings, plan)
    if not resume:
        plan = replace(plan, at=at)
        plan.write(folder)
        (folder / ASKED).unlink(missing_ok=True)
    say(f"Replay {folder.name}. Broken off, it goes on with --resume {resume or out or folder.name}")
    outcome_found = asyncio.run(_replayed(settings, plan, chosen, folder))
    facts = {
        "Record": Path(plan.file).name if plan.file else "the installation's log",
        "As of": told(at),
        "Bot": Path(plan.model).name,
        "Articles": plan.articles or "as published here",
        "Checkout": plan.commit,
        "Control": f"{plan.control} at most, seed {plan.seed}",
    }
    problems = reading.problems if reading else []
    document = {
        **outcome_found.document(),
        "facts": facts,
        "problems": [{"unit": each.unit, "line": each.line, "message": each.message} for each in problems],
        "lost": reading.lost if reading else 0,
    }
    paths = write(folder, pages.report(outcome_found, facts, problems), document, pages.cases(outcome_found))
    say(f"Report: {paths['html']}")
    for problem in problems[:MOST_TOLD]:
        say(str(problem))
    answer(document, as_json=as_json, people=_people(document))
    if (reading and reading.lost) or (fail_on_broken and outcome_found.newly_broken.hits):
        raise typer.Exit(1)


def _folder(settings: Settings, resume: str, out: Path | None) -> Path:
    if resume:
        return Path(resume) if (Path(resume) / PLAN).is_file() else settings.paths.var / "eval" / resume
    return out or settings.paths.var / "eval" / f"replay-{datetime.now(UTC):%Y%m%d-%H%M%S}"


def _record(settings: Settings, plan: ReplayPlan) -> tuple[Reading | None, float, list[Chosen]]:
    """What was read of a file, as of when it is judged, and what is replayed."""
    if plan.file:
        reading = _read(Path(plan.file), plan.form or None)
        conversations = [each.conversation for each in reading.transcripts]
        at = plan.at or _quiet(conversations)
        recorded = {each.id: turns_of_words(each) for each in conversations}
        episodes = _episodes(settings, conversations, at)
        return reading, at, choose(episodes, recorded, plan.outcomes, plan.control, plan.seed)
    settings.paths.create()
    if not is_current(settings.sql_url):
        raise StackError("The database is not prepared for this version. ./frontdesk up prepares it.")
    at = plan.at or plan.began
    return None, at, asyncio.run(_stored(settings, plan, at))


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


async def _stored(settings: Settings, plan: ReplayPlan, at: float) -> list[Chosen]:
    """Only the turns of what was chosen are read: they are the larger part of a log."""
    database = Database(settings.sql_url)
    database.open()
    began = datetime.fromtimestamp(plan.began, UTC)
    outcomes, control, seed = plan.outcomes, plan.control, plan.seed
    try:
        conversations = await database.read(
            lambda connection: conversations_since(connection, began, plan.days, test_traffic=plan.test_traffic)
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


async def _replayed(settings: Settings, plan: ReplayPlan, chosen: Sequence[Chosen], folder: Path) -> Outcome:
    if not chosen:
        raise StackError("The record holds no episode with these outcomes, and none that the bot resolved alone.")
    say(f"Replaying {len(chosen)} episodes …")
    articles = Path(plan.articles) if plan.articles else None
    async with open_candidate(settings, Path(plan.model), articles) as candidate:
        try:
            kept = Journal(folder / ASKED, candidate.answers_from)
        except OtherCandidate as problem:
            raise WrongUse(
                f"Since {folder} was begun, what is published here has changed. Start a new one."
            ) from problem
        with bar("episodes", len(chosen)) as done:
            return await replay(chosen, candidate, done, kept)


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
