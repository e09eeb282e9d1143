"""``bench insights``: the dashboard's queries over many kept episodes, in a database of its own."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
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
from eval.live import counting, insights, store, totals
from eval.live.shares import E, Period
from eval.metrics.facts import facts_of
from eval.metrics.known_truth import days
from eval.outcomes.classify import episodes_of
from eval.quality.agreement import agreement
from eval.storage.migrate import migrate
from eval.storage.tables import outcome_episodes
from handoff.storage.database import Database
from stack.output import answer, say

A_DAY = 200
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
    lines = [f"{name:<16}p50 {row['p50']:>7.1f} ms   p95 {row['p95']:>7.1f} ms" for name, row in document["ms"].items()]
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
        whole = Period(0, as_of + 1)
        month = Period(as_of - 30.4 * 86400, as_of - 0.4 * 86400, channel="web")
        questions: dict[str, Callable[[sa.Connection], Any]] = {
            "summary": lambda c: insights.summary(c, whole, as_of),
            "summary, month": lambda c: insights.summary(c, month, as_of),
            "trend by day": lambda c: insights.trends(c, whole, "day", "resolution", 500),
            "trend by intent": lambda c: insights.trends(c, whole, "intent", "resolution", 100),
            "trend by queue": lambda c: insights.trends(c, whole, "queue", "answered_in_time", 100),
            "judge": lambda c: standing_of(c, whole, as_of),
            "episodes": lambda c: insights.listing(c, whole, [E.status == "repeat"], None, 50),
        }
        spent = {name: [await _time(database, ask) for _ in range(rounds)] for name, ask in questions.items()}
    finally:
        database.close()
    return {
        "episodes": count,
        "ms_to_count_a_day": round(a_day, 1),
        "ms": {name: _told(times) for name, times in spent.items()},
    }


async def _fill(database: Database, n: int) -> tuple[float, int]:
    synthetic = days(1, a_day=A_DAY)
    kept = episodes_of(synthetic.conversations, synthetic.as_of)
    rows = [
        store.row(each, facts, "p", synthetic.as_of, SAID if state_cannot_tell(each) else None)
        for each, facts in zip(kept, facts_of(kept, synthetic.as_of), strict=True)
    ]
    labels = Counts({"resolved": (40, 10), "not_resolved": (5, 25)}, {"resolved": 50, "not_resolved": 30})
    now = synthetic.as_of
    held = Calibration(now, "bench", VERSION, (), now, 90, labels, agreement([]), {})
    await database.write(lambda connection: judge_store.add(connection, held))
    count = 0
    while count < n:
        copies = [{**row, "id": f"{count}-{row['id']}"} for row in rows[: n - count]]
        await database.write(partial(_insert, copies))
        count += len(copies)
        say(f"  {count} of {n}")
    return synthetic.as_of, count


def _insert(rows: list[dict[str, Any]], connection: sa.Connection) -> None:
    connection.execute(sa.insert(outcome_episodes), rows)
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
