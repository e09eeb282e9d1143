"""HTTP of the editors' work beside the articles: effect before publishing, figures, gaps, calendar, audit."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.routing import APIRoute

from knowledge.desk.desk import EditorsDesk
from knowledge.desk.schemas import (
    AnalyticsOut,
    ArticleFigures,
    ArticleTotal,
    AuditLine,
    AuditOut,
    CalendarOut,
    DueOut,
    FiguresOut,
    GapDetail,
    GapDraft,
    GapDrafted,
    GapEvent,
    GapList,
    GapMerge,
    GapNote,
    GapOut,
    GapQuestion,
    GapState,
    ImpactOut,
    TopGaps,
    VersionFigures,
)
from knowledge.routes import plain_address
from knowledge.schemas import ListedArticle, Number, article_out

EDITORS = ("editor", "lead", "admin")
WATCHERS = ("qa", *EDITORS)
LOOK_EVERY = 0.2
Days = Annotated[int, Query(ge=1, le=730, description="how many days back are counted")]


def create_router(desk: EditorsDesk, require: Callable[..., Any], route_class: type[APIRoute] = APIRoute) -> APIRouter:
    """``require(*roles)`` as in ``knowledge.routes``."""
    router = APIRouter(tags=["editors' work"], dependencies=[Depends(plain_address)], route_class=route_class)
    Watcher = Annotated[Any, require(*WATCHERS)]
    Editor = Annotated[Any, require(*EDITORS)]

    @router.get("/articles/{article_id}/impact")
    async def article_impact(
        request: Request,
        _editor: Editor,
        article_id: str,
        version: Number | None = None,
        withdraw: bool = False,
        days: Days = 180,
        limit: Annotated[int, Query(ge=1, le=2_000)] = 500,
    ) -> ImpactOut:
        """Which real past questions would get another passage or answer if this version (default: the newest) were
        published, or the article taken away (``withdraw``); nothing is changed."""
        gone = threading.Event()
        looking = asyncio.create_task(_notice(request, gone))
        try:
            found = await desk.impact.of(
                article_id, None if withdraw else version or 0, days=days, limit=limit, unwanted=gone.is_set
            )
        finally:
            looking.cancel()
        return ImpactOut.model_validate(found)

    @router.get("/articles/{article_id}/figures")
    async def article_figures(_watcher: Watcher, article_id: str, days: Days = 90) -> ArticleFigures:
        """What came of the answers from each version of an article, the newest version first."""
        lines = await desk.figures.of_article(article_id, days)
        return ArticleFigures(
            article_id=article_id, days=days, versions=[VersionFigures.model_validate(line) for line in lines]
        )

    @router.get("/knowledge/figures")
    async def knowledge_figures(_watcher: Watcher, days: Days = 90) -> FiguresOut:
        """What came of the answers from each article."""
        lines = await desk.figures.of_all(days)
        return FiguresOut(days=days, articles=[ArticleTotal.model_validate(line) for line in lines])

    @router.get("/knowledge/analytics")
    async def knowledge_analytics(
        _watcher: Watcher, days: Days = 30, channel: Literal["bot", "help", "all"] = "all"
    ) -> AnalyticsOut:
        """What people looked for, what they did not find, rejected or left."""
        return AnalyticsOut.model_validate(await desk.figures.searches(days, channel))

    @router.get("/knowledge/calendar")
    async def knowledge_calendar(_watcher: Watcher, days: Annotated[int, Query(ge=0, le=730)] = 60) -> CalendarOut:
        """Reviews, product-issue clocks, planned publishing and ends of validity: the late ones and the next days."""
        entries = [
            DueOut(
                kind=due.kind,
                due_at=due.due_at,
                late_by_days=due.late_by_days,
                article=ListedArticle(**asdict(due.article)),
            )
            for due in await desk.listing.calendar(days)
        ]
        return CalendarOut(days=days, entries=entries)

    @router.get("/knowledge/audit")
    async def knowledge_audit(_watcher: Watcher, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> AuditOut:
        """Who did what to articles and gaps, the newest first."""
        return AuditOut(entries=[AuditLine.model_validate(line) for line in await desk.audit(limit)])

    @router.get("/knowledge/gaps")
    async def list_gaps(
        _watcher: Watcher,
        state: GapState | None = None,
        order: Literal["count", "recent", "rising"] = "count",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> GapList:
        """Questions that the published articles do not answer, grouped by meaning."""
        found = await desk.gaps.find(state, order, limit)
        return GapList(gaps=[GapOut.model_validate(gap) for gap in found])

    @router.get("/knowledge/gaps/top")
    async def top_gaps(_watcher: Watcher, month: Annotated[str, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]) -> TopGaps:
        """The ten gaps that were asked most in a month."""
        return TopGaps(month=month, gaps=[GapOut.model_validate(gap) for gap in await desk.gaps.top(month)])

    @router.get("/knowledge/gaps/{gap_id}")
    async def get_gap(_watcher: Watcher, gap_id: Number) -> GapDetail:
        """One gap with its redacted questions, the newest first, and what was done about it."""
        gap, questions, events = await desk.gaps.get(gap_id)
        return GapDetail(
            gap=GapOut.model_validate(gap),
            questions=[GapQuestion.model_validate(one) for one in questions],
            history=[GapEvent.model_validate(one) for one in events],
        )

    @router.post("/knowledge/gaps/{gap_id}/draft", status_code=201)
    async def draft_gap(editor: Editor, gap_id: Number, body: GapDraft) -> GapDrafted:
        """Make a draft from the questions and from what colleagues answered after the hand-over."""
        gap, article, answers = await desk.gaps.do_draft(gap_id, editor.email, body.article_id, body.title)
        return GapDrafted(gap=GapOut.model_validate(gap), article=article_out(article), answers_found=answers)

    @router.post("/knowledge/gaps/{gap_id}/merge")
    async def merge_gap(editor: Editor, gap_id: Number, body: GapMerge) -> GapOut:
        """Let its questions belong to another gap, which is the answer; this one is gone afterwards."""
        return GapOut.model_validate(await desk.gaps.do_merge(gap_id, body.into, editor.email))

    @router.post("/knowledge/gaps/{gap_id}/close")
    async def close_gap(editor: Editor, gap_id: Number, body: GapNote) -> GapOut:
        """Close it by hand; it opens again when the question comes back without an answer."""
        return GapOut.model_validate(await desk.gaps.do_move(gap_id, "close", editor.email, body.note))

    @router.post("/knowledge/gaps/{gap_id}/dismiss")
    async def dismiss_gap(editor: Editor, gap_id: Number, body: GapNote) -> GapOut:
        """Not ours to answer: it keeps counting and stays dismissed."""
        return GapOut.model_validate(await desk.gaps.do_move(gap_id, "dismiss", editor.email, body.note))

    @router.post("/knowledge/gaps/{gap_id}/reopen")
    async def reopen_gap(editor: Editor, gap_id: Number, body: GapNote) -> GapOut:
        return GapOut.model_validate(await desk.gaps.do_move(gap_id, "reopen", editor.email, body.note))

    return router


async def _notice(request: Request, gone: threading.Event) -> None:
    """Say when the browser has left: an editor who goes on leaves no work behind."""
    while True:
        if await request.is_disconnected():
            return gone.set()
        await asyncio.sleep(LOOK_EVERY)
