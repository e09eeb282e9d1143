"""HTTP of the outcomes and insights. Translates; ``eval.live.service`` decides. ``format=csv`` makes a table."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from eval.live.schemas import EpisodeHistoryOut, EpisodesOut, SummaryOut, TrendOut, VendorOut, entry_out, episode_out
from eval.live.service import Outcomes
from eval.live.shares import Period
from eval.outcomes.model import told

READERS = ("qa", "lead", "admin")
Format = Literal["json", "csv"]
Name = Annotated[str | None, Query(max_length=160)]
After = Annotated[str | None, Query(max_length=500)]
Most = Annotated[int, Query(ge=1, le=500)]


def create_router(outcomes: Outcomes, require: Callable[..., Any]) -> APIRouter:
    """``require(*roles)`` gives a FastAPI dependency that answers 401 or 403, or returns who is signed in."""
    router = APIRouter(tags=["insights"], dependencies=[require(*READERS)])

    def period(
        since: Name = None, until: Name = None, version: Name = None, intent: Name = None, channel: Name = None,
        article: Name = None,
    ) -> Period:  # fmt: skip
        return outcomes.period(since, until, version=version, intent=intent, channel=channel, article=article)

    Within = Annotated[Period, Depends(period)]

    @router.get("/insights/summary", response_model=SummaryOut)
    async def summary(within: Within, format: Format = "json") -> Any:  # noqa: A002 - the name on the wire
        """Every figure of a period with interval, denominator and target; counts, reasons, drivers, repeat curve."""
        found = await outcomes.summary(within)
        if format == "csv":
            return _csv(found["metrics"])
        times = {"since": told(within.since), "until": told(within.until), "as_of": told(outcomes.now())}
        return SummaryOut.model_validate({**found, **times})

    @router.get("/insights/repeat-curve", response_class=Response)
    async def repeat_curve(within: Within) -> Response:
        """The survival curve of repeat contact, as CSV."""
        return _csv((await outcomes.summary(within))["repeat_curve"])

    @router.get("/insights/trends", response_model=list[TrendOut])
    async def trends(
        within: Within,
        by: Name = "day",
        metric: Name = "resolution",
        most: Most = 100,
        format: Format = "json",  # noqa: A002
    ) -> Any:
        """One share by day, version, intent, channel, article, resolver or queue."""
        rows = await outcomes.trends(within, by or "day", metric or "resolution", most)
        return _csv(rows) if format == "csv" else [TrendOut.model_validate(row) for row in rows]

    @router.get("/insights/definitions", response_model=list[VendorOut])
    async def definitions(within: Within, format: Format = "json") -> Any:  # noqa: A002
        """The same contacts under every vendor's definition of "resolved", and in how many they and we disagree."""
        rows = await outcomes.definitions(within)
        return _csv(rows) if format == "csv" else [VendorOut.model_validate(row) for row in rows]

    @router.get("/insights/definitions/{name}/episodes", response_model=EpisodesOut)
    async def disagreements(
        within: Within, name: str, side: Literal["theirs", "ours"] = "theirs", after: After = None, most: Most = 50
    ) -> EpisodesOut:
        """Episodes that are resolved by that definition alone (``theirs``), or by ours alone; the newest first."""
        rows, following = await outcomes.disagreements(within, name, side, after, most)
        return EpisodesOut(episodes=[episode_out(row) for row in rows], next=following)

    @router.get("/outcomes", response_model=EpisodesOut)
    async def episodes(
        within: Within,
        metric: Name = None,
        part: Literal["hits", "others", "all"] = "hits",
        status: Name = None,
        evidence: Name = None,
        resolver: Name = None,
        exclusion: Name = None,
        reason: Name = None,
        queue: Name = None,
        judged: Name = None,
        after: After = None,
        most: Most = 50,
        format: Format = "json",  # noqa: A002
    ) -> Any:
        """The episodes behind a number: of a figure's hits, of its others, with a status, or as the judge holds them
        (``metric=silence&judged=abstains``); newest first."""
        fields = {
            "status": status, "evidence": evidence, "resolver": resolver, "exclusion": exclusion, "reason": reason,
            "queue": queue, "judged": judged,
        }  # fmt: skip
        rows, following = await outcomes.episodes(within, metric, part, fields, after, most)
        listed = [episode_out(row) for row in rows]
        if format == "csv":
            return _csv([_flat(each) for each in listed])
        return EpisodesOut(episodes=listed, next=following)

    @router.get("/outcomes/{episode_id}", response_model=EpisodeHistoryOut)
    async def history(episode_id: str) -> EpisodeHistoryOut:
        """One episode and every entry of its ledger, oldest first."""
        row, entries = await outcomes.history(episode_id)
        return EpisodeHistoryOut(episode=episode_out(row), ledger=[entry_out(entry) for entry in entries])

    return router


def _flat(model: BaseModel) -> dict[str, Any]:
    plain = model.model_dump()
    plain["conversation_ids"] = " ".join(plain["conversation_ids"])
    judge = plain.pop("judge")
    plain["judged"] = judge["said"] if judge else None
    plain["refs"] = " ".join(f"{ref['conversation_id']}:{ref['seq']}" for ref in plain["refs"])
    return plain


def _csv(rows: Sequence[dict[str, Any]]) -> Response:
    file = io.StringIO()
    if rows:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return Response(file.getvalue(), media_type="text/csv; charset=utf-8")


def _cell(value: Any) -> Any:
    """A spreadsheet takes what begins like this for a formula."""
    if isinstance(value, list | tuple):
        return " to ".join(str(part) for part in value)
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t" else value
