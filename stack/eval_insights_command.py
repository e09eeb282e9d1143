"""``./frontdesk eval insights``: the dashboard of live conversations as a report; works beside a stack."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from eval.live import pages
from eval.live.service import Outcomes
from eval.live.shares import Period
from eval.outcomes.model import DAY, told
from eval.report.write import write
from handoff.storage.database import Database
from handoff.storage.migrate import is_current
from stack.errors import StackError
from stack.eval_ports import judge_desk
from stack.output import answer, say
from stack.settings import Settings, load

MOST_DAYS = 500


def insights(
    days: Annotated[int, typer.Option(help="Days of conversations to speak of.", min=1, max=3650)] = 30,
    out: Annotated[Path | None, typer.Option(help="Folder of the report; else one under var/eval.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Live figures with intervals and targets, as one HTML page with plots, JSON and JUnit (a case each target)."""
    settings = load()
    if not is_current(settings.sql_url):
        raise StackError("The database is not prepared for this version. ./frontdesk up prepares it.")
    document = asyncio.run(_read(settings, days))
    folder = out or settings.paths.var / "eval" / f"insights-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    paths = write(folder, pages.report(document), document, pages.cases(document))
    say(f"Report: {paths['html']}")
    missed = [each for each in document["summary"]["metrics"] if pages.misses(each)]
    lines = [f"Missed: {each['title']}, {each['value']:.3g}, {each['wanted']} {each['target']:g}" for each in missed]
    answer(document, as_json=as_json, people="\n".join(lines or ["No target is missed."]))


async def _read(settings: Settings, days: int) -> dict[str, Any]:
    database = Database(settings.sql_url)
    database.open()
    try:
        now = datetime.now(UTC).timestamp()
        outcomes, within = Outcomes(database, lambda: now), Period(now - days * DAY, now + 1)
        return {
            "since": told(within.since), "until": told(within.until), "as_of": told(now),
            "summary": await outcomes.summary(within),
            "definitions": await outcomes.definitions(within),
            "trend": await outcomes.trends(within, "day", "resolution", MOST_DAYS),
            "judge": await judge_desk(database, lambda: now, settings).standing(within),
        }  # fmt: skip
    finally:
        database.close()
