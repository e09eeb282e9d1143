"""``bench insights``: the dashboard's queries over many kept episodes, in a database of its own."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer

from eval.judge import store as judge_store
from eval.judge.calibration import Calibration, Counts
from eval.judge.model import VERSION, Verdict
from eval.judge.rules import state_cannot_tell
from eval.judge.service import standing_of
from eval.live import counting, insights, shares, store, totals, vendors
from eval.live.shares import Condition, E, Period
from eval.metrics.catalogue import BY_NAME
from eval.metrics.facts import Facts, facts_of
from eval.metrics.known_truth import days
from eval.metrics.transfer import label
from eval.outcomes.classify import episodes_of
from eval.outcomes.model import DAY, Episode
from eval.quality.agreement import agreement
from eval.rosetta import DEFINITIONS
from eval.storage.migrate import migrate
from eval.storage.tables import outcome_articles, outcome_contacts, outcome_episodes, outcome_handovers
from handoff.storage.database import Database
from stack.output import answer, say

A_DAY = 200
ARTICLES = tuple(f"article-{number}" for number in range(40))
SAID = Verdict("resolved", 0.9, ("made for the bench",))


def bench(
    n: Annotated[int, typer.Option("--n", help="Kept episodes.", min=1_000, max=1_000_000)] = 100_000,
    rounds: Annotated[int, typer.Option(help="Times each query is asked.", min=5, max=1000)] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Milliseconds of each question of the dashboard, p50 and p95."""
    with tempfile.TemporaryDirectory() as folder:
        document = asyncio.run(measure(Path(folder), n, rounds))
    told = f"{document['episodes']} episodes, {document['ms_to_count_a_day']} ms to count a day again"
    lines = [f"{name:<36}p50 {row['p50']:>7.1f} ms   p95 {row['p95']:>7.1f} ms" for name, row in document["ms"].items()]
    answer(document, as_json=as_json, people="\n".join([told, *lines]))


async def measure(folder: Path, n: int, rounds: int) -> dict[str, Any]:
    database = Database(f"sqlite:///{folder}/insights.db")
    database.open()
    try:
        migrate(database.engine)
        as_of, count = await _fill(database, n)
        began, counted = time.perf_counter(), 1
        while await counting.count_a_day(database):
            counted += 1
        a_day = (time.perf_counter() - began) / counted * 1000
        questions = _questions(as_of)
        spent = {name: [await _time(database, ask) for _ in range(rounds)] for name, ask in questions.items()}
    finally:
        database.close()
    return {
        "episodes": count,
        "ms_to_count_a_day": round(a_day, 1),
        "ms": {name: _told(times) for name, times in spent.items()},
    }


def _questions(as_of: float) -> dict[str, Callable[[sa.Connection], Any]]:
    """Everything that the dashboard asks, over all and narrowed to one value, and the lists behind its numbers."""
    whole = Period(0, as_of + 1)
    # Not from midnight to midnight: the broken days at both ends are counted from the episodes.
    month = replace(whole, since=as_of - 30.4 * DAY, until=as_of - 0.4 * DAY)
    web = replace(month, channel="web")
    cited = replace(month, article=ARTICLES[0])

    def shown(figure: str, period: Period, *more: Condition) -> Callable[[sa.Connection], Any]:
        return lambda c: insights.listing(c, period, [shares.hits(BY_NAME[figure]), *more], None, 50)

    apart = vendors.disagreements(DEFINITIONS[0].name, "theirs")
    return {
        "summary": lambda c: insights.summary(c, whole, as_of),
        "summary, month of one channel": lambda c: insights.summary(c, web, as_of),
        "summary, month of one article": lambda c: insights.summary(c, cited, as_of),
        "definitions": lambda c: insights.definitions(c, whole),
        "definitions, month of one channel": lambda c: insights.definitions(c, web),
        "judge": lambda c: standing_of(c, whole, as_of),
        "trend by day": lambda c: insights.trends(c, whole, "day", "resolution", 500),
        "trend by intent": lambda c: insights.trends(c, whole, "intent", "resolution", 100),
        "trend by channel": lambda c: insights.trends(c, whole, "channel", "resolution", 100),
        "trend by version": lambda c: insights.trends(c, whole, "version", "resolution", 100),
        "trend by article": lambda c: insights.trends(c, whole, "article", "resolution", 100),
        "trend by article, one channel": lambda c: insights.trends(c, web, "article", "resolution", 100),
        "trend by day, one article": lambda c: insights.trends(c, cited, "day", "resolution", 500),
        "trend by queue": lambda c: insights.trends(c, whole, "queue", "answered_in_time", 100),
        "episodes of a figure": shown("resolution", whole),
        "episodes of a rare figure": shown("csat_human", whole, E.csat == 5),
        "episodes of a mean": shown("effort", whole),
        "episodes of a reason": shown("handover", month, *shares.handed_over(reason="explicit_request")),
        "episodes of one article": shown("resolution", cited),
        "episodes of a disagreement": lambda c: insights.listing(c, whole, apart, None, 50),
    }


async def _fill(database: Database, n: int) -> tuple[float, int]:
    synthetic = days(1, a_day=A_DAY)
    kept = episodes_of(synthetic.conversations, synthetic.as_of)
    labels = {each.name: label(each) for each in synthetic.labels}
    facts = facts_of(kept, synthetic.as_of, labels)
    rows = [_row(number, *both, synthetic.as_of) for number, both in enumerate(zip(kept, facts, strict=True))]
    contacts = vendors.rows("p", kept, synthetic.as_of)
    counts = Counts({"resolved": (40, 10), "not_resolved": (5, 25)}, {"resolved": 50, "not_resolved": 30})
    now = synthetic.as_of
    held = Calibration(now, "bench", VERSION, (), now, 90, counts, agreement([]), {})
    await database.write(lambda connection: judge_store.add(connection, held))
    count = 0
    while count < n:
        copies = [{**row, "id": f"{count}-{row['id']}"} for row in rows[: n - count]]
        inside = {row["id"] for row in copies}
        named = ({**each, **{key: f"{count}-{each[key]}" for key in ("id", "episode_id")}} for each in contacts)
        of_each = [each for each in named if each["episode_id"] in inside]
        await database.write(partial(_insert, copies, of_each))
        count += len(copies)
        say(f"  {count} of {n}")
    return synthetic.as_of, count


def _row(number: int, episode: Episode, facts: Facts, as_of: float) -> dict[str, Any]:
    """An episode with a need, a channel, a version and articles, of which the synthetic days know nothing."""
    found = store.row(episode, facts, "p", as_of, SAID if state_cannot_tell(episode) else None)
    cites = facts.resolver == "bot" and number % 3 > 0
    return {
        **found, "intent": f"need_{number % 37 % 12}", "channel": ("web", "web", "email")[number % 3],
        "version": f"v{number % 3}", "articles": [[ARTICLES[number % len(ARTICLES)], 1]] if cites else [],
    }  # fmt: skip


def _insert(rows: list[dict[str, Any]], contacts: list[dict[str, Any]], connection: sa.Connection) -> None:
    connection.execute(sa.insert(outcome_episodes), rows)
    connection.execute(sa.insert(outcome_contacts), contacts)
    for table, of_episode in ((outcome_articles, store.cited), (outcome_handovers, store.handed_over)):
        connection.execute(sa.insert(table), [each for row in rows for each in of_episode(row)])
    totals.set_due(connection, (row["day"] for row in rows))


async def _time(database: Database, ask: Callable[[sa.Connection], Any]) -> float:
    began = time.perf_counter()
    await database.read(ask)
    return (time.perf_counter() - began) * 1000


def _told(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "p50": round(ordered[len(ordered) // 2], 1),
        "p95": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1),
    }
