"""``./frontdesk eval transcripts``: outcomes, effort, triage and gaps of conversations that anybody held."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.triage import thresholds as shipped_thresholds
from eval.outcomes.classify import Rules
from eval.outcomes.likeness import by_meaning
from eval.outcomes.model import moment
from eval.report.write import write
from eval.transcripts import evaluate as evaluation
from eval.transcripts import pages
from eval.transcripts.model import Unusable
from eval.transcripts.read import FORMATS, read
from eval.transcripts.triage import triage
from stack.errors import WrongUse
from stack.eval_frustration_command import Reader, assistant_archive, over_authority
from stack.output import answer, say
from stack.sentences import encoder
from stack.settings import load

MOST_TOLD = 20


def transcripts(
    file: Annotated[Path, typer.Argument(help="Transcripts; gzip is fine.")],
    form: Annotated[str | None, typer.Option("--format", help=f"Instead of finding out: {', '.join(FORMATS)}.")] = None,
    as_of: Annotated[str | None, typer.Option(help="When the file was made, RFC 3339; else: nobody came back.")] = None,
    with_triage: Annotated[
        bool, typer.Option("--triage/--no-triage", help="Ask the shipped triage turn by turn.")
    ] = True,
    model: Annotated[Path | None, typer.Option(help="A trained archive; else the one in var/models.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the report; else one under var/eval.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Outcomes, effort, triage decisions and knowledge gaps of transcripts of any origin. Exit 1: lines were lost."""
    if not file.is_file():
        raise WrongUse(f"{file} is not a file.")
    if form is not None and form not in FORMATS:
        raise WrongUse(f"There is no format {form}. There are: {', '.join(FORMATS)}.")
    try:
        at = moment(as_of) if as_of else None
        reading = read(file, form)
    except ValueError as problem:
        raise WrongUse(f"--as-of takes an RFC 3339 time, not {as_of}.") from problem
    except Unusable as problem:
        raise WrongUse(str(problem)) from problem
    if not reading.transcripts:
        raise WrongUse(f"{file}: no conversation could be read. {_told_problems(reading)}")
    triaged = []
    settings = load()
    if with_triage:
        say(f"Reading {len(reading.transcripts)} conversations with the shipped triage …")
        reader = Reader(model or assistant_archive(settings))
        conversations = [each.conversation for each in reading.transcripts]
        triaged = triage(conversations, reader, shipped_thresholds.shipped(), over_authority)
    found = evaluation.evaluate(reading, at, Rules(links=by_meaning(encoder(settings))), triaged)
    document = found.document()
    folder = out or settings.paths.var / "eval" / f"transcripts-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    paths = write(folder, pages.report(found, file.name), document, pages.cases(found))
    say(f"Report: {paths['html']}")
    if reading.problems:
        say(_told_problems(reading))
    answer(document, as_json=as_json, people=_people(document))
    if reading.lost:
        raise typer.Exit(1)


def _told_problems(reading: Any) -> str:
    lines = [str(problem) for problem in reading.problems[:MOST_TOLD]]
    more = len(reading.problems) - len(lines)
    return "\n".join(lines + ([f"… and {more} more, all in the report."] if more > 0 else []))


def _people(document: dict[str, Any]) -> str:
    lines = [
        f"{document['conversations']} conversations in {document['format']} form, {document['episodes']} episodes, "
        f"{document['lost']} lost"
    ]
    for metric in document["metrics"].values():
        if metric["value"] is None:
            continue
        bounds = metric["interval_95"]
        between = f"  ({bounds[0]:.3f} to {bounds[1]:.3f})" if bounds else ""
        lines.append(f"{metric['title']:<44}{metric['value']:>9.3f}{between}  of {metric['n']}")
    stored = document["stored"]
    if stored:
        lines.append("pass^k from the stored rewards: " + ", ".join(f"{v:.3f}" for v in stored["pass_k"].values()))
        lines.append(
            f"deflection {stored['deflection']['value']:.0%} against resolution {stored['resolution']['value']:.0%}"
        )
    if document["triage"]:
        told = document["triage"]
        lines.append(f"We would have handed over {told['would_hand_over']} of {told['conversations']}.")
    return "\n".join(lines)
