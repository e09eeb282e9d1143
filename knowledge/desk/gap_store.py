"""SQL of gaps. Functions of a connection; the rules are in ``gap_rules``.

Reads and writes: gaps, gap_history, questions_asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from knowledge import store
from knowledge.desk import gap_rules, questions
from knowledge.desk.gap_rules import Event, GapRules, State
from knowledge.desk.questions import Stored, q
from knowledge.errors import NotFound, WrongState
from knowledge.tables import gap_history, gaps, knowledge_state, questions_asked

SYSTEM = "system"
MAX_TITLE = 200
EMPTY = "(no questions left)"


@dataclass(frozen=True)
class GapRow:
    id: int
    state: State
    title: str
    audience: str
    locale: str
    centre: Any
    count: int
    first_at: str
    last_at: str
    draft_id: str | None
    closed_by: str | None
    """What closed it last, if it is open again, too."""
    closed_version: int | None
    updated_at: str


@dataclass(frozen=True)
class GapLine:
    """One line of a gap's history."""

    gap_id: int
    event: str
    actor: str
    note: str
    article_id: str | None
    version: int | None
    occurred_at: str


@dataclass(frozen=True)
class Tally:
    """A gap's question as it is counted: without its words and its vector."""

    asked_at: str
    found: bool
    rejected_at: str | None
    conversation_id: str | None


def get(connection: sa.Connection, gap_id: int, *, lock: bool = False) -> GapRow:
    """Raises ``NotFound``. ``lock`` holds the row against other writers until the transaction ends."""
    found = select(connection, gaps.c.id == gap_id, lock=lock)
    if not found:
        raise NotFound("gap_not_found", "There is no such gap.", gap_id=gap_id)
    return found[0]


def select(connection: sa.Connection, *conditions: sa.ColumnElement[bool], lock: bool = False) -> list[GapRow]:
    query = sa.select(gaps).where(*conditions).order_by(gaps.c.id)
    rows = connection.execute(query.with_for_update() if lock else query).mappings()
    return [GapRow(**{**row, "centre": questions.unpack(row["centre"])}) for row in rows]


def listed(
    connection: sa.Connection,
    conditions: Sequence[sa.ColumnElement[bool]],
    order: Sequence[sa.ColumnElement[Any]],
    limit: int,
) -> list[GapRow]:
    """The first gaps in an order, by id among equals; without their centres, which a list does not show."""
    shown = [column for column in gaps.c if column.name != "centre"]
    query = sa.select(*shown).where(*conditions).order_by(*order, gaps.c.id).limit(limit)
    return [GapRow(**row, centre=None) for row in connection.execute(query).mappings()]


def times(since: str, until: str) -> sa.ScalarSelect[int]:
    """How often a gap was asked in a time; both ends as moments sort, the second one is outside."""
    mine = (q.gap_id == gaps.c.id, q.asked_at >= since, q.asked_at < until)
    return sa.select(sa.func.count()).select_from(questions_asked).where(*mine).scalar_subquery()


def rise(before: str, since: str, until: str) -> sa.ColumnElement[int]:
    """How much more often a gap was asked since a moment than in the time before it."""
    return times(since, until) - times(before, since)


def tallies(
    connection: sa.Connection, gap_ids: Sequence[int], span: tuple[str, str] | None = None
) -> dict[int, list[Tally]]:
    """The questions of these gaps, of a time or all, as they are counted."""
    found: dict[int, list[Tally]] = {gap_id: [] for gap_id in gap_ids}
    query = sa.select(q.gap_id, q.asked_at, q.found, q.rejected_at, q.conversation_id).where(q.gap_id.in_(gap_ids))
    if span is not None:
        query = query.where(q.asked_at >= span[0], q.asked_at < span[1])
    for gap_id, *counted in connection.execute(query):
        found[gap_id].append(Tally(*counted))
    return found


def drafts(connection: sa.Connection, rows: Iterable[GapRow]) -> dict[int, str | None]:
    """The article that is being written for each of these gaps, if there is one (see ``gap_rules.draft_of``)."""
    rows = list(rows)
    there = store.find_articles(connection, {row.draft_id for row in rows if row.draft_id is not None})
    return {row.id: gap_rules.draft_of(row.state, row.draft_id, there.get(row.draft_id or "")) for row in rows}


def members(connection: sa.Connection, gap_ids: Iterable[int]) -> dict[int, list[Stored]]:
    """The questions of these gaps, the newest first."""
    found: dict[int, list[Stored]] = {gap_id: [] for gap_id in gap_ids}
    for stored in questions.select(connection, q.gap_id.in_(list(found)), order=q.id.desc()):
        found[stored.gap_id or 0].append(stored)
    return found


def history(connection: sa.Connection, gap_id: int) -> list[GapLine]:
    """Oldest first."""
    query = sa.select(gap_history).where(gap_history.c.gap_id == gap_id).order_by(gap_history.c.id)
    return [_line(row) for row in connection.execute(query).mappings()]


def recent_history(connection: sa.Connection, limit: int) -> list[GapLine]:
    """Of all gaps, the newest first."""
    query = sa.select(gap_history).order_by(gap_history.c.id.desc()).limit(limit)
    return [_line(row) for row in connection.execute(query).mappings()]


def join(connection: sa.Connection, stored: Stored, rules: GapRules, now: str) -> int:
    """Put a question into the gap that it belongs to, or into a new one. A closed gap opens again: it did not close
    the matter. Returns the gap's id."""
    if stored.gap_id is not None:
        _came_back(connection, get(connection, stored.gap_id), now)
        return stored.gap_id
    # One at a time, so that two processes do not begin the same gap twice.
    connection.execute(sa.select(knowledge_state.c.id).with_for_update())
    there = select(connection, gaps.c.locale == stored.locale)
    before = _same_words(connection, stored)
    at = next((at for at, gap in enumerate(there) if gap.id == before), None)
    if at is None:
        at = gap_rules.nearest(stored.vector, [gap.centre for gap in there], rules.join_at)
    if at is None:
        gap_id = _begin(connection, stored, now)
    else:
        gap = there[at]
        gap_id = gap.id
        values: dict[str, Any] = {
            "centre": questions.pack(gap_rules.mean((gap.centre, gap.count), (stored.vector, 1))),
            "count": gap.count + 1,
            "last_at": now,
        }
        connection.execute(sa.update(gaps).where(gaps.c.id == gap_id).values(**values))
        _came_back(connection, gap, now)
    questions.mark(connection, (q.id == stored.id,), gap_id=gap_id)
    if at is not None:
        _name(connection, gap_id)
    return gap_id


def _same_words(connection: sa.Connection, stored: Stored) -> int | None:
    """The gap where the same words are already: an editor may have merged it with others that are far apart."""
    same = (sa.func.lower(q.question) == stored.question.lower(), q.locale == stored.locale, q.gap_id.is_not(None))
    return connection.execute(sa.select(q.gap_id).where(*same).order_by(q.id.desc()).limit(1)).scalar()


def leave(connection: sa.Connection, stored: Stored) -> None:
    """Take a question out that was answered after all."""
    questions.mark(connection, (q.id == stored.id,), gap_id=None)
    if stored.gap_id is not None:
        recount(connection, stored.gap_id)


def recount(connection: sa.Connection, gap_id: int) -> None:
    """Make a gap agree with the questions that are left; an open one without any goes."""
    gap, asked = get(connection, gap_id), members(connection, [gap_id])[gap_id]
    if not asked and gap.state == "open":
        connection.execute(sa.delete(gap_history).where(gap_history.c.gap_id == gap_id))
        connection.execute(sa.delete(gaps).where(gaps.c.id == gap_id))
        return
    best = representatives(gap, asked, 1)
    values = {"count": len(asked), "title": best[0].question[:MAX_TITLE] if best else EMPTY}
    connection.execute(sa.update(gaps).where(gaps.c.id == gap_id).values(**values))


def merge(connection: sa.Connection, gap_id: int, into: int, actor: str, now: str) -> None:
    """Let one gap's questions belong to another; the first is gone afterwards, and the other's history says so.

    It names no title: that is a customer's question, and a history is not erased with its conversation.
    """
    gap, other = get(connection, gap_id), get(connection, into)
    if gap.id == other.id or gap.locale != other.locale:
        raise WrongState("cannot_merge", "Only two different gaps of one language can be merged.", state=gap.state)
    centre = gap_rules.mean((gap.centre, gap.count), (other.centre, other.count))
    values = {
        "centre": questions.pack(centre),
        "first_at": min(gap.first_at, other.first_at),
        "last_at": max(gap.last_at, other.last_at),
        "updated_at": now,
    }
    connection.execute(sa.update(gaps).where(gaps.c.id == into).values(**values))
    questions.mark(connection, (q.gap_id == gap_id,), gap_id=into)
    connection.execute(sa.delete(gap_history).where(gap_history.c.gap_id == gap_id))
    connection.execute(sa.delete(gaps).where(gaps.c.id == gap_id))
    _write_down(connection, GapLine(into, "merge", actor, f"With gap {gap_id}.", None, None, now))
    recount(connection, into)


def move(
    connection: sa.Connection,
    gap: GapRow,
    event: Event,
    actor: str,
    note: str,
    now: str,
    *,
    article_id: str | None = None,
    version: int | None = None,
) -> None:
    """Change the state by the table of allowed moves, and write down who did it. Raises ``WrongState``."""
    values: dict[str, Any] = {"state": gap_rules.after(gap.state, event), "updated_at": now}
    if event == "draft":
        values["draft_id"] = article_id
    elif event in ("resolve", "close"):
        values |= {"closed_by": article_id, "closed_version": version}
    connection.execute(sa.update(gaps).where(gaps.c.id == gap.id).values(**values))
    _write_down(connection, GapLine(gap.id, event, actor, note, article_id, version, now))


def _begin(connection: sa.Connection, stored: Stored, now: str) -> int:
    done = connection.execute(
        sa.insert(gaps).values(
            state="open",
            title=stored.question[:MAX_TITLE],
            audience=stored.audience,
            locale=stored.locale,
            centre=questions.pack(stored.vector),
            count=1,
            first_at=now,
            last_at=now,
            updated_at=now,
        )
    )
    gap_id = int(done.inserted_primary_key[0]) if done.inserted_primary_key else 0
    _write_down(connection, GapLine(gap_id, "open", SYSTEM, "First asked.", None, None, now))
    return gap_id


def _came_back(connection: sa.Connection, gap: GapRow, now: str) -> None:
    if gap.state == "closed":
        note = f"Asked again after {gap.closed_by} version {gap.closed_version}." if gap.closed_by else "Asked again."
        move(connection, gap, "reject", SYSTEM, note, now, article_id=gap.closed_by, version=gap.closed_version)


def _name(connection: sa.Connection, gap_id: int) -> None:
    """Call a gap by the question that is nearest to its centre, while it grows ever more rarely."""
    gap = get(connection, gap_id)
    if gap.count & (gap.count - 1):
        return
    best = representatives(gap, members(connection, [gap_id])[gap_id], 1)
    if best:
        connection.execute(sa.update(gaps).where(gaps.c.id == gap_id).values(title=best[0].question[:MAX_TITLE]))


def representatives(gap: GapRow, asked: Sequence[Stored], count: int) -> list[Stored]:
    """The questions nearest to the centre, each wording once, questions that stand on their own first."""
    ordered = sorted(asked, key=lambda one: (one.follow_up, -float(one.vector @ gap.centre), one.id))
    distinct = {one.question.casefold(): one for one in reversed(ordered)}
    return [one for one in ordered if distinct[one.question.casefold()] is one][:count]


def _write_down(connection: sa.Connection, line: GapLine) -> None:
    connection.execute(sa.insert(gap_history).values(**vars(line)))


def _line(row: sa.RowMapping) -> GapLine:
    return GapLine(**{name: value for name, value in row.items() if name != "id"})
