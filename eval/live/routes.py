"""HTTP of the outcomes and insights. Translates; ``eval.live.service`` decides. ``format=csv`` makes a table."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from eval.live.schemas import EpisodeHistoryOut, EpisodesOut, SummaryOut, TrendOut, VendorOut, entry_out, episode_out
from eval.live.service import Outcomes
from eval.live.shares import Period
from eval.live.vendors import Part
from eval.outcomes.model import told

READERS = ("qa", "lead", "admin")
Format = Literal["json", "csv"]
Name = Annotated[str | None, Query(max_length=160)]
After = Annotated[str | None, Query(max_length=500)]
Most = Annotated[int, Query(ge=1, le=500)]
Listed = Annotated[int, Query(ge=1, le=10_000)]
Tallied = Literal["counts", "excluded", "handover_reasons", "queues", "contact_drivers", "silence_reasons"]


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
    async def insights_summary(within: Within, format: Format = "json") -> Any:  # noqa: A002 - the name on the wire
        """Every figure of a period with interval, denominator and target; counts, reasons, drivers, repeat curve."""
        found = await outcomes.summary(within)
        if format == "csv":
            return as_csv(found["metrics"])
        times = {"since": told(within.since), "until": told(within.until), "as_of": told(outcomes.now())}
        return SummaryOut.model_validate({**found, **times})

    @router.get("/insights/repeat-curve", response_class=Response)
    async def repeat_curve_table(within: Within) -> Response:
        """The survival curve of repeat contact, as CSV."""
        return as_csv((await outcomes.summary(within))["repeat_curve"])

    @router.get("/insights/tallies", response_class=Response)
    async def tallies_table(within: Within, of: Tallied) -> Response:
        """In how many episodes something was so, as CSV: outcomes, reasons, queues, needs, and what does not count."""
        return as_csv((await outcomes.summary(within))[of], ("key", "n"))

    @router.get("/insights/trends", response_model=list[TrendOut])
    async def list_trends(
        within: Within,
        by: Name = "day",
        metric: Name = "resolution",
        most: Most = 100,
        format: Format = "json",  # noqa: A002
    ) -> Any:
        """One share by day, version, intent, channel, article, resolver or queue."""
        rows = await outcomes.trends(within, by or "day", metric or "resolution", most)
        return as_csv(rows) if format == "csv" else [TrendOut.model_validate(row) for row in rows]

    @router.get("/insights/definitions", response_model=list[VendorOut])
    async def compare_definitions(within: Within, format: Format = "json") -> Any:  # noqa: A002
        """The same contacts under every vendor's definition of "resolved", and in how many they and we disagree."""
        rows = await outcomes.definitions(within)
        return as_csv(rows) if format == "csv" else [VendorOut.model_validate(row) for row in rows]

    @router.get("/insights/definitions/{name}/episodes", response_model=EpisodesOut)
    async def list_disagreements(
        within: Within,
        name: str,
        side: Part = "theirs",
        after: After = None,
        most: Listed = 50,
        format: Format = "json",  # noqa: A002
    ) -> Any:
        """Episodes that are resolved by that definition alone (``theirs``), or by ours alone, and those with a contact
        that it holds to be ``resolved``, or is taken of (``counted``); the newest first."""
        return _listed(*await outcomes.disagreements(within, name, side, after, most), format)

    @router.get("/outcomes", response_model=EpisodesOut)
    async def list_episodes(
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
        because: Name = None,
        after: After = None,
        most: Listed = 50,
        format: Format = "json",  # noqa: A002
    ) -> Any:
        """The episodes behind a number: of a figure's hits, of its others, with a status, or as the judge holds them
        (``metric=silence&judged=abstains``, ``judged=none``) and for which reason (``because``); newest first."""
        fields = {
            "status": status, "evidence": evidence, "resolver": resolver, "exclusion": exclusion, "reason": reason,
            "queue": queue, "judged": judged, "because": because,
        }  # fmt: skip
        return _listed(*await outcomes.episodes(within, metric, part, fields, after, most), format)

    @router.get("/outcomes/{episode_id}", response_model=EpisodeHistoryOut)
    async def episode_history(episode_id: str) -> EpisodeHistoryOut:
        """One episode and every entry of its ledger, oldest first."""
        row, entries = await outcomes.history(episode_id)
        return EpisodeHistoryOut(episode=episode_out(row), ledger=[entry_out(entry) for entry in entries])

    return router


def _listed(rows: Sequence[sa.RowMapping], following: str | None, kind: Format) -> Any:
    listed = [episode_out(row) for row in rows]
    return as_csv([_flat(each) for each in listed]) if kind == "csv" else EpisodesOut(episodes=listed, next=following)


def _flat(model: BaseModel) -> dict[str, Any]:
    plain = model.model_dump()
    plain["conversation_ids"] = " ".join(plain["conversation_ids"])
    judge = plain.pop("judge")
    plain["judged"] = judge["said"] if judge else None
    plain["refs"] = " ".join(f"{ref['conversation_id']}:{ref['seq']}" for ref in plain["refs"])
    return plain


def as_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> Response:
    """A table of rows that all have ``columns``, or those of the first."""
    file = io.StringIO()
    if rows or columns:
        writer = csv.DictWriter(file, columns or list(rows[0]))
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return Response(file.getvalue(), media_type="text/csv; charset=utf-8")


def _cell(value: Any) -> Any:
    """A spreadsheet takes what begins like this for a formula."""
    if isinstance(value, list | tuple):
        return " to ".join(str(part) for part in value)
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t" else value
