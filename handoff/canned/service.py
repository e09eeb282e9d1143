"""Canned replies in SQL: everybody has their own; what is shared is written by leads, editors and administrators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from handoff.agents.service import Principal
from handoff.canned.rules import VARIABLES, Scope, may_change, unknown_variables
from handoff.clock import Clock, Ids, stamp
from handoff.errors import Conflict, Forbidden, NotFound, Unprocessable
from handoff.storage import tables as t
from handoff.storage.database import Database

MOST_OF_ONE_OWNER = 500


@dataclass(frozen=True)
class NewReply:
    scope: Scope
    shortcut: str
    title: str
    text: str
    topics: tuple[str, ...] = ()


class CannedReplies:
    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    async def visible(self, me: Principal) -> list[sa.RowMapping]:
        """All shared ones and mine, those used most first."""
        query = _visible(me.id).order_by(t.canned_replies.c.uses.desc(), t.canned_replies.c.shortcut)
        return await self._database.read(lambda connection: list(connection.execute(query).mappings()))

    async def create(self, me: Principal, reply: NewReply) -> sa.RowMapping:
        """Raises ``Forbidden``, ``Unprocessable`` (``unknown_variable``, ``too_many_replies``) or ``Conflict``."""
        _check(reply.text)
        if not may_change(reply.scope, me.id, me.id, me.roles):
            raise Forbidden("role_missing", "Leads and editors write what all share. Keep this one for yourself.")
        reply_id = self._ids.new("can")

        def work(connection: sa.Connection) -> sa.RowMapping:
            of_mine = sa.select(sa.func.count()).where(t.canned_replies.c.owner_id == me.id)
            if connection.execute(of_mine).scalar_one() >= MOST_OF_ONE_OWNER:
                raise Unprocessable("too_many_replies", f"You have {MOST_OF_ONE_OWNER} replies. Delete some first.")
            _refuse_taken(connection, me.id, reply.scope, reply.shortcut, but=None)
            values = {
                "id": reply_id,
                "scope": reply.scope,
                "owner_id": me.id,
                "shortcut": reply.shortcut,
                "title": reply.title,
                "text": reply.text,
                "topics": list(reply.topics),
                "uses": 0,
                **self._touched(me),
            }
            connection.execute(sa.insert(t.canned_replies).values(**values))
            return _row(connection, reply_id)

        return await self._database.write(work)

    async def change(self, me: Principal, reply_id: str, **values: Any) -> sa.RowMapping:
        """``values``: the fields to change. Raises like ``create``, and ``NotFound``."""
        if "text" in values:
            _check(values["text"])

        def work(connection: sa.Connection) -> sa.RowMapping:
            row = _mine(connection, reply_id, me)
            if "shortcut" in values:
                _refuse_taken(connection, me.id, row["scope"], values["shortcut"], but=reply_id)
            changed = sa.update(t.canned_replies).where(t.canned_replies.c.id == reply_id)
            connection.execute(changed.values(**values, **self._touched(me)))
            return _row(connection, reply_id)

        return await self._database.write(work)

    async def delete(self, me: Principal, reply_id: str) -> None:
        def work(connection: sa.Connection) -> None:
            _mine(connection, reply_id, me)
            connection.execute(sa.delete(t.canned_replies).where(t.canned_replies.c.id == reply_id))

        await self._database.write(work)

    async def count_use(self, me: Principal, reply_id: str) -> None:
        used = (
            sa.update(t.canned_replies)
            .where(t.canned_replies.c.id == reply_id, _readable(me.id))
            .values(uses=t.canned_replies.c.uses + 1)
        )
        if (await self._database.write(lambda connection: connection.execute(used).rowcount)) != 1:
            raise NotFound("reply_not_found", "There is no such reply.")

    def _touched(self, me: Principal) -> dict[str, str]:
        return {"updated_at": stamp(self._clock.now()), "updated_by": me.id}


def _readable(agent_id: str) -> sa.ColumnElement[bool]:
    return sa.or_(t.canned_replies.c.scope == "shared", t.canned_replies.c.owner_id == agent_id)


def _visible(agent_id: str) -> sa.Select[Any]:
    return sa.select(t.canned_replies).where(_readable(agent_id))


def _row(connection: sa.Connection, reply_id: str) -> sa.RowMapping:
    query = sa.select(t.canned_replies).where(t.canned_replies.c.id == reply_id)
    return connection.execute(query).mappings().one()


def _mine(connection: sa.Connection, reply_id: str, me: Principal) -> sa.RowMapping:
    """Raises ``NotFound`` for another person's own reply too: it is nobody else's business that it is there."""
    query = _visible(me.id).where(t.canned_replies.c.id == reply_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound("reply_not_found", "There is no such reply.")
    if not may_change(row["scope"], row["owner_id"], me.id, me.roles):
        raise Forbidden("role_missing", "Shared replies are changed by leads and editors.")
    return row


def _refuse_taken(connection: sa.Connection, agent_id: str, scope: Scope, shortcut: str, but: str | None) -> None:
    """A shortcut names one of mine and one of the shared; mine is found first."""
    same = sa.select(t.canned_replies.c.id).where(
        t.canned_replies.c.shortcut == shortcut, t.canned_replies.c.scope == scope, t.canned_replies.c.id != (but or "")
    )
    if scope == "personal":
        same = same.where(t.canned_replies.c.owner_id == agent_id)
    if connection.execute(same).first() is not None:
        raise Conflict("shortcut_taken", f"“/{shortcut}” is in use already. Choose another shortcut.")


def _check(text: str) -> None:
    if unknown := unknown_variables(text):
        known = ", ".join(f"{{{name}}}" for name in VARIABLES)
        raise Unprocessable(
            "unknown_variable", f"{{{unknown[0]}}} cannot be filled in. There are: {known}.", unknown=unknown
        )
