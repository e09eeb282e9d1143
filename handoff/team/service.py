"""The staff's accounts, as administrators keep them: added, changed, switched off, given a new password.

A switched-off account keeps its name in the log and can be switched on again; nothing is deleted. Its sessions go in
the transaction that switches it off, its sockets are told to look up their rights, and the dispatcher takes back what
it had. Every change is in the audit trail, and so is every refusal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError

from handoff.agents import audit, passwords
from handoff.agents.audit import AuditTrail
from handoff.agents.presence import Presence
from handoff.agents.service import Principal, end_sessions, hash_of
from handoff.clock import stamp
from handoff.core import Core
from handoff.errors import Conflict, Forbidden, FrontdeskError, NotFound
from handoff.queue.plan import DeskPlan
from handoff.storage import tables as t
from handoff.team import rules
from handoff.team.rules import Account

T = TypeVar("T")
Note = Callable[[sa.Connection, str, dict[str, Any]], None]
"""Writes into the trail, in the same transaction: the account's id and the detail."""

A, H = t.agents.c, t.handoffs.c
# Locked whole and in one order: whether somebody is the last administrator is a question about all of them.
EVERYBODY = sa.select(t.agents).order_by(A.id).with_for_update()
FIELDS = ("name", "email", "roles", "departments", "skills", "languages", "capacity", "active")


class Team:
    def __init__(self, core: Core, presence: Presence, trail: AuditTrail, plan: DeskPlan) -> None:
        self._core = core
        self._presence = presence
        self._trail = trail
        self._plan = plan

    async def listing(self) -> dict[str, Any]:
        """``people`` by name, the switched-off ones last, with presence and load; and what their fields may say."""
        rows = await self._core.database.read(_read_people)
        states = await self._presence.states() or {}
        skills = {skill for topic in self._plan.topics.values() for skill in topic.skills}
        return {
            "people": [{**row, "presence": states.get(row["id"], "offline")} for row in rows],
            "roles": list(rules.ROLES),
            "departments": self._departments(rows),
            "skills": sorted(skills.union(*(row["skills"] for row in rows))),
        }

    async def add(self, me: Principal, account: Account) -> tuple[dict[str, Any], str]:
        """The new account and its first password, which is kept nowhere else.

        Raises ``Unprocessable`` (see ``rules.checked``) or ``Conflict`` (``email_taken``).
        """
        agent_id, password = self._core.ids.new("agt"), passwords.invented()
        hashed = await asyncio.to_thread(passwords.make, password)

        def work(connection: sa.Connection, note: Note) -> dict[str, Any]:
            rows = _everybody(connection, me)
            made = rules.checked(account, self._departments(rows))
            _refuse_taken(rows, made.email, but=None)
            values = {**_columns(made), "id": agent_id, "password_hash": hashed, "version": 1}
            connection.execute(sa.insert(t.agents).values(**values))
            note(connection, agent_id, rules.difference(None, made))
            return _read_one(connection, agent_id)

        return await self._audited(me, "team.add", None, work), password

    async def change(self, me: Principal, agent_id: str, version: int, values: dict[str, Any]) -> dict[str, Any]:
        """``values``: the fields to change. ``version``: of the account as the caller read it.

        Raises ``NotFound``, ``Unprocessable``, and ``Conflict``: ``edit_conflict`` (with the account as it is now),
        ``email_taken``, ``last_admin``, ``not_yourself``.
        """
        switched = {True: "team.switch_on", False: "team.switch_off"}
        action = switched[values["active"]] if "active" in values else "team.change"

        def work(connection: sa.Connection, note: Note) -> bool:
            rows = _everybody(connection, me)
            row = _find(rows, agent_id)
            if row["version"] != version:
                raise Conflict(
                    "edit_conflict",
                    "Somebody else changed this account while you were editing. Nothing of yours was saved.",
                    person=_told(row),
                )
            before = _account(row)
            # A department that the plan does not know any more may stay with who has it.
            after = rules.checked(Account(**{**vars(before), **values}), self._departments(rows))
            others = sum(each["active"] and "admin" in each["roles"] and each["id"] != agent_id for each in rows)
            rules.check_lockout(agent_id, after, me.id, others)
            _refuse_taken(rows, after.email, but=agent_id)
            if after == before:
                return False
            changed = sa.update(t.agents).where(A.id == agent_id)
            connection.execute(changed.values(**_columns(after), version=version + 1))
            if not after.active:
                end_sessions(connection, stamp(self._core.clock.now()), t.staff_sessions.c.agent_id == agent_id)
            note(connection, agent_id, rules.difference(before, after))
            return True

        if await self._audited(me, action, agent_id, work):
            await self._rights_changed(agent_id, left=values.get("active") is False)
        return await self._core.database.read(lambda connection: _read_one(connection, agent_id))

    async def new_password(self, me: Principal, agent_id: str, token: str) -> str:
        """A new password; the sessions under the old one end. ``token``: the caller's own session, which goes on, since
        it is where the password is shown.

        Raises ``NotFound``.
        """
        password = passwords.invented()
        hashed = await asyncio.to_thread(passwords.make, password)
        s = t.staff_sessions.c

        def work(connection: sa.Connection, note: Note) -> None:
            _find(_everybody(connection, me), agent_id)
            # No new version: it is nothing that somebody else could be editing.
            connection.execute(sa.update(t.agents).where(A.id == agent_id).values(password_hash=hashed))
            now = stamp(self._core.clock.now())
            end_sessions(connection, now, s.agent_id == agent_id, s.token_hash != hash_of(token))
            note(connection, agent_id, {})

        await self._audited(me, "team.password", agent_id, work)
        await self._rights_changed(agent_id)
        return password

    async def _rights_changed(self, agent_id: str, *, left: bool = False) -> None:
        """Sockets look their rights up and close where these ended; the dispatcher takes back what may not stay."""
        if left:
            await self._presence.signed_out(agent_id)
        self._core.announcer.rights(agent_id)

    def _departments(self, rows: list[Any]) -> list[str]:
        """The plan's, and those that somebody has."""
        had = sorted({each for row in rows for each in row["departments"]})
        return list(dict.fromkeys([*self._plan.departments, *had]))

    async def _audited(
        self, me: Principal, action: str, agent_id: str | None, work: Callable[[sa.Connection, Note], T]
    ) -> T:
        """Run ``work``, which notes what it does in its own transaction; a refusal is written down beside it."""
        now = stamp(self._core.clock.now())
        # Read here: the unit of work runs in a thread that knows nothing of the request.
        request_id = str(structlog.contextvars.get_contextvars().get("correlation_id", ""))

        def note(connection: sa.Connection, changed: str, detail: dict[str, Any]) -> None:
            values = audit.row(now, me.id, action, object_id=changed, request_id=request_id, **detail)
            connection.execute(audit.INSERT, values)

        try:
            try:
                return await self._core.database.write(lambda connection: work(connection, note))
            except IntegrityError as problem:  # two at once: neither saw the other's address
                raise _taken() from problem
        except FrontdeskError as refusal:
            await self._trail.refused(me.id, action, refusal.code, object_id=agent_id)
            raise


def _everybody(connection: sa.Connection, me: Principal) -> list[sa.RowMapping]:
    """All accounts, locked. Raises ``Forbidden`` where the caller was an administrator until just now."""
    rows = list(connection.execute(EVERYBODY).mappings())
    if not any(row["id"] == me.id and row["active"] and "admin" in row["roles"] for row in rows):
        raise Forbidden("role_missing", "Your role does not include this.")
    return rows


def _read_people(connection: sa.Connection) -> list[dict[str, Any]]:
    return [_told(row) for row in connection.execute(_people().order_by(A.active.desc(), A.name, A.id)).mappings()]


def _read_one(connection: sa.Connection, agent_id: str) -> dict[str, Any]:
    return _told(connection.execute(_people().where(A.id == agent_id)).mappings().one())


def _people() -> sa.Select[Any]:
    load = (
        sa.select(H.agent_id, sa.func.sum(H.weight).label("load"))
        .where(H.state == "accepted")
        .group_by(H.agent_id)
        .subquery()
    )
    return sa.select(t.agents, load.c.load).outerjoin(load, load.c.agent_id == A.id)


def _told(row: Any) -> dict[str, Any]:
    """Everything but the password's hash."""
    return {field: row[field] for field in ("id", "version", *FIELDS)} | {"load": row.get("load") or 0}


def _account(row: Any) -> Account:
    values: dict[str, Any] = {field: row[field] for field in FIELDS}
    values |= {field: tuple(value) for field, value in values.items() if isinstance(value, list)}
    return Account(**values)


def _columns(account: Account) -> dict[str, Any]:
    return {field: list(value) if isinstance(value, tuple) else value for field, value in vars(account).items()}


def _find(rows: list[Any], agent_id: str) -> Any:
    for row in rows:
        if row["id"] == agent_id:
            return row
    raise NotFound("colleague_not_found", "There is no such colleague.")


def _refuse_taken(rows: list[Any], email: str, but: str | None) -> None:
    if any(row["email"] == email and row["id"] != but for row in rows):
        raise _taken()


def _taken() -> Conflict:
    return Conflict("email_taken", "Somebody else signs in with that e-mail address already.", field="email")
