"""Gaps at work: lists for the desk, drafts from them, and closing when a published article answers.

A gap closes by itself: after every publish its most typical questions are asked again, and when most of them (the
first among them) are surely answered now, otherwise than with what was missing, wrong or in doubt, the gap says which
article and version did it. When the question comes back without an answer, it opens again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from handoff.contract.events import Citation
from knowledge import prose, store
from knowledge.answer import Answerer
from knowledge.clock import Clock, stamp, today
from knowledge.database import Database
from knowledge.desk import drafting, gap_rules, gap_store, quotes
from knowledge.desk.clocks import day_of
from knowledge.desk.drafting import Resolutions
from knowledge.desk.gap_rules import Reason, State
from knowledge.desk.gap_store import GapLine, GapRow, Tally
from knowledge.desk.questions import Stored
from knowledge.editing import Editing
from knowledge.errors import WrongState
from knowledge.store import Article
from knowledge.tables import gaps as table

REASKED = 5
"""Questions of a gap that are asked again after a publish."""
WEEKS = 8
TOP = 10
MOST_CONVERSATIONS = 20
Order = Literal["count", "recent", "rising"]


@dataclass(frozen=True)
class Week:
    """``week``: its Monday."""

    week: str
    count: int


@dataclass(frozen=True)
class Gap:
    """A gap with its counts."""

    id: int
    state: State
    title: str
    audience: str
    locale: str
    count: int
    unanswered: int
    rejected: int
    low_confidence: int
    conversations: int
    first_at: str
    last_at: str
    trend: list[Week]
    draft_id: str | None
    closed_by: str | None
    closed_version: int | None
    updated_at: str


@dataclass(frozen=True)
class Question:
    """One question of a gap, as the desk shows it. ``said_before``: what a follow-up was understood with."""

    question: str
    said_before: str | None
    reason: Reason
    conversation_id: str | None
    seq: int | None
    asked_at: str
    confidence: float
    article_id: str | None
    version: int | None
    section: str
    outcome: str
    handed_over: bool


class Gaps:
    """``resolutions`` fetches what colleagues told the customers of some conversations; the stack sets it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        editing: Editing,
        answerer: Answerer,
        in_thread: Callable[[Callable[[], Any]], Awaitable[Any]],
        zone: ZoneInfo,
    ) -> None:
        self._zone = zone
        self._database = database
        self._clock = clock
        self._editing = editing
        self._answerer = answerer
        self._in_thread = in_thread
        self.resolutions: Callable[[Sequence[str]], Awaitable[Resolutions]] = _nobody

    async def find(self, state: State | None = None, order: Order = "count", limit: int = 100) -> list[Gap]:
        monday = _monday(today(self._clock, self._zone))
        weeks = (self._midnight(monday - timedelta(weeks=1)), self._midnight(monday), stamp(self._clock.now()))
        orders: dict[Order, list[sa.ColumnElement[Any]]] = {
            "count": [table.c.count.desc()],
            "recent": [table.c.last_at.desc()],
            "rising": [gap_store.rise(*weeks).desc(), table.c.count.desc()],
        }
        conditions = () if state is None else (table.c.state == state,)
        return await self._views(conditions, orders[order], limit)

    async def top(self, month: str) -> list[Gap]:
        """The most asked of a month (``2027-01``) by the company's days, counted by that month's questions; the
        dismissed are left out."""
        first, following = _months(month)
        span = (self._midnight(first), self._midnight(following))
        times = gap_store.times(*span)
        return await self._views((table.c.state != "dismissed", times > 0), [times.desc()], TOP, span)

    async def get(self, gap_id: int) -> tuple[Gap, list[Question], list[GapLine]]:
        """Raises ``NotFound``."""

        def work(connection: sa.Connection) -> tuple[GapRow, str | None, list[Stored], list[GapLine]]:
            row = gap_store.get(connection, gap_id)
            draft = gap_store.drafts(connection, [row])[gap_id]
            asked = gap_store.members(connection, [gap_id])[gap_id]
            return row, draft, asked, gap_store.history(connection, gap_id)

        row, draft, asked, lines = await self._database.read(work)
        return self._view(row, draft, asked), [_question(one) for one in asked], lines

    async def do_move(self, gap_id: int, event: gap_rules.Event, actor: str, note: str) -> Gap:
        """Close, dismiss or reopen. Raises ``NotFound``, ``WrongState``."""
        now = stamp(self._clock.now())
        await self._database.write(
            lambda connection: gap_store.move(connection, gap_store.get(connection, gap_id), event, actor, note, now)
        )
        return (await self.get(gap_id))[0]

    async def do_merge(self, gap_id: int, into: int, actor: str) -> Gap:
        """Put two gaps that mean the same together. Raises ``NotFound``, ``WrongState``."""
        now = stamp(self._clock.now())
        await self._database.write(lambda connection: gap_store.merge(connection, gap_id, into, actor, now))
        return (await self.get(into))[0]

    async def do_draft(
        self, gap_id: int, actor: str, article_id: str | None = None, title: str | None = None
    ) -> tuple[Gap, Article, int]:
        """Make a draft and note it in the gap; with how many answers of colleagues it quotes.

        Raises ``NotFound``, ``WrongState``, ``EditConflict`` where the id is taken.
        """

        def read(connection: sa.Connection) -> tuple[GapRow, list[Stored]]:
            row = _without_draft(connection, gap_id)
            return row, gap_store.members(connection, [gap_id])[gap_id]

        row, asked = await self._database.read(read)
        typical = gap_store.representatives(row, asked, len(asked))
        helped = [one.conversation_id for one in asked if one.conversation_id and one.handed_over_at]
        resolutions = await self.resolutions(list(dict.fromkeys(helped))[:MOST_CONVERSATIONS])
        made = drafting.draft(
            title or f"Gap {gap_id}",
            [(one.conversation_id, one.question) for one in (*typical, *asked)],
            resolutions,
            audience=row.audience,
            locale=row.locale,
            owner=actor,
        )
        taken = {one.id for one in await self._editing.find()} | await self._editing.former_ids()
        name = article_id or drafting.slug(made.content.title, taken)
        note = f"From {len(asked)} questions without an answer (gap {gap_id})"
        now = stamp(self._clock.now())

        def move(connection: sa.Connection) -> None:
            row = _without_draft(connection, gap_id, lock=True)
            gap_store.move(connection, row, "draft", actor, note, now, article_id=name)
            quotes.keep(connection, name, made.quotes)

        article = await self._editing.do_create(name, made.content, actor, note, first=move)
        return (await self.get(gap_id))[0], article, made.answers

    async def reconsider(self) -> list[int]:
        """Ask the open gaps' questions again of what is published now, and close those that are answered; their ids."""

        def read(connection: sa.Connection) -> list[tuple[GapRow, list[Stored]]]:
            rows = gap_store.select(connection, table.c.state.in_(("open", "drafted")))
            asked = gap_store.members(connection, [row.id for row in rows])
            return [(row, gap_store.representatives(row, asked[row.id], REASKED)) for row in rows]

        closed: list[int] = []
        for row, asked in await self._database.read(read):
            answer = await self._in_thread(partial(self._answered, asked))
            if answer is None:
                continue
            if await self._database.write(partial(self._resolve, row, len(asked), *answer)):
                closed.append(row.id)
        return closed

    def _resolve(
        self, row: GapRow, asked: int, article_id: str, version: int, times: int, connection: sa.Connection
    ) -> bool:
        """Close the gap, unless somebody was there meanwhile; then the next publish looks again."""
        current = gap_store.get(connection, row.id)
        if (current.state, current.count) != (row.state, row.count):
            return False
        note = f"{times} of {asked} typical questions are answered by {article_id} version {version} now."
        now = stamp(self._clock.now())
        gap_store.move(
            connection, current, "resolve", gap_store.SYSTEM, note, now, article_id=article_id, version=version
        )
        return True

    def _answered(self, asked: Sequence[Stored]) -> tuple[str, int, int] | None:
        """(article, version, how many) behind most of these questions now; None where they are not answered."""
        now = [self._answer(one) for one in asked]
        better = [named for named in now if named is not None]
        if not asked or now[0] is None or 2 * len(better) <= len(asked):
            return None
        (article_id, version), _ = Counter(better).most_common(1)[0]
        return article_id, version, len(better)

    def _answer(self, one: Stored) -> tuple[str, int] | None:
        """The version that surely answers a question now, if that is another answer than the one that did not do."""
        history = () if one.said_before is None else (one.said_before,)
        answer = self._answerer.answer_now(one.question, audience=one.audience, locale=one.locale, history=history)
        if not answer.sure:
            return None
        first = answer.citations[0]
        return None if one.found and self._was_shown(one, first) else (first.article_id, first.version)

    def _was_shown(self, one: Stored, now: Citation) -> bool:
        """Whether a question got this very answer before. A rejected one did not do, whatever else was edited."""
        if now.article_id != one.article_id:
            return False
        if now.version == one.version or one.rejected_at is None:
            return now.version == one.version
        before = self._said(now.article_id, one.version or 0, one.section)
        return not before.isdisjoint(self._said(now.article_id, now.version, now.section))

    def _said(self, article_id: str, version: int, section: str) -> set[str]:
        """The text under a heading of a version; several texts where the heading comes again."""
        content = self._database.read_now(lambda connection: store.get_version(connection, article_id, version)).content
        return {
            "\n".join(one.lines)
            for one in prose.sections(content.body)
            if (one.headings[-1] if one.headings else content.title) == section
        }

    async def _views(
        self,
        conditions: Sequence[sa.ColumnElement[bool]],
        order: Sequence[sa.ColumnElement[Any]],
        limit: int,
        span: tuple[str, str] | None = None,
    ) -> list[Gap]:
        """The first gaps in an order, counted by the questions of a time or by all."""

        def read(connection: sa.Connection) -> list[tuple[GapRow, str | None, list[Tally]]]:
            rows = gap_store.listed(connection, conditions, order, limit)
            drafts = gap_store.drafts(connection, rows)
            asked = gap_store.tallies(connection, [row.id for row in rows], span)
            return [(row, drafts[row.id], asked[row.id]) for row in rows]

        return [self._view(row, draft, asked) for row, draft, asked in await self._database.read(read)]

    def _midnight(self, day: date) -> str:
        return stamp(datetime.combine(day, time(), self._zone))

    def _view(self, row: GapRow, draft: str | None, asked: Sequence[Stored | Tally]) -> Gap:
        days = [day_of(one.asked_at, self._zone) for one in asked]
        return _view(row, draft, asked, days, today(self._clock, self._zone))


def _without_draft(connection: sa.Connection, gap_id: int, *, lock: bool = False) -> GapRow:
    """The gap, if a draft may be made for it. Raises ``NotFound``, ``WrongState``."""
    row = gap_store.get(connection, gap_id, lock=lock)
    gap_rules.after(row.state, "draft")
    draft = gap_store.drafts(connection, [row])[gap_id]
    if draft is not None:
        raise WrongState("draft_there", f"There is a draft for this gap already: {draft}.", state=row.state)
    return row


async def _nobody(_conversation_ids: Sequence[str]) -> Resolutions:
    return {}


def _view(row: GapRow, draft: str | None, asked: Sequence[Stored | Tally], days: Sequence[date], today: date) -> Gap:
    reasons = Counter(gap_rules.reason(one) for one in asked)
    monday = _monday(today)
    mondays = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    return Gap(
        id=row.id,
        state=row.state,
        title=row.title,
        audience=row.audience,
        locale=row.locale,
        count=len(asked),
        unanswered=reasons["unanswered"],
        rejected=reasons["rejected"],
        low_confidence=reasons["low_confidence"],
        conversations=len({one.conversation_id for one in asked if one.conversation_id}),
        first_at=row.first_at,
        last_at=row.last_at,
        trend=[
            Week(first.isoformat(), sum(first <= day < first + timedelta(weeks=1) for day in days)) for first in mondays
        ],
        draft_id=draft,
        closed_by=row.closed_by if row.state == "closed" else None,
        closed_version=row.closed_version if row.state == "closed" else None,
        updated_at=row.updated_at,
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _months(month: str) -> tuple[date, date]:
    """The first days of a month (``2027-01``) and of the next."""
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=31)).replace(day=1)


def _question(one: Stored) -> Question:
    return Question(
        question=one.question,
        said_before=one.said_before,
        reason=gap_rules.reason(one),
        conversation_id=one.conversation_id,
        seq=one.seq,
        asked_at=one.asked_at,
        confidence=round(one.confidence, 4),
        article_id=one.article_id if one.found else None,
        version=one.version if one.found else None,
        section=one.section if one.found else "",
        outcome=one.outcome,
        handed_over=one.handed_over_at is not None,
    )
