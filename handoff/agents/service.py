"""Staff: accounts and sessions.

A session is an opaque random token, kept as a hash. Signing out or switching an account off ends it at once, because
every request and every socket heartbeat looks it up.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import sqlalchemy as sa

from handoff.agents import audit, passwords
from handoff.clock import Clock, Ids, stamp
from handoff.errors import Conflict, NotFound, Unauthorised, Unprocessable
from handoff.storage import tables as t
from handoff.storage.database import Database

Role = Literal["agent", "senior", "lead", "editor", "qa", "admin"]
"""``senior`` is how experienced an agent is, and ``lead`` includes it: what wants a senior colleague goes to them."""


CHANGES_OWN = "password.change"
A = t.agents.c


@dataclass(frozen=True)
class Principal:
    """A signed-in member of the staff."""

    id: str
    email: str
    name: str
    roles: tuple[str, ...]
    departments: tuple[str, ...]
    capacity: int
    expires_at: str
    languages: tuple[str, ...] = ("en",)
    """What they read, best first."""


@dataclass(frozen=True)
class Session:
    token: str
    principal: Principal


def end_sessions(connection: sa.Connection, now: str, *which: sa.ColumnElement[bool]) -> None:
    """From ``now`` on they open nothing. They are kept for a while, so that whoever still uses one is known."""
    s = t.staff_sessions.c
    connection.execute(sa.update(t.staff_sessions).where(*which, s.expires_at > now).values(expires_at=now))


class StaffService:
    def __init__(self, database: Database, clock: Clock, ids: Ids, session_life: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._life = session_life

    async def sign_in(self, email: str, password: str) -> Session:
        """Raises ``Unauthorised`` with the same words for an unknown address and a wrong password."""
        query = sa.select(t.agents).where(t.agents.c.email == email.strip().lower(), t.agents.c.active)
        row = await self._database.read(lambda c: c.execute(query).mappings().first())
        good = await asyncio.to_thread(passwords.matches, password, row["password_hash"] if row else None)
        if row is None or not good:
            raise Unauthorised("sign_in_failed", "That e-mail and password do not match.")
        token = secrets.token_urlsafe(32)
        now = self._clock.now()
        expires_at = stamp(now + self._life)
        values = {
            "token_hash": hash_of(token),
            "agent_id": row["id"],
            "created_at": stamp(now),
            "expires_at": expires_at,
        }
        await self._database.write(lambda c: c.execute(sa.insert(t.staff_sessions).values(**values)))
        return Session(token, _principal(row, expires_at))

    async def authenticate(self, token: str) -> Principal:
        """Raises ``Unauthorised`` (``session_ended``)."""
        query = (
            sa.select(t.agents, t.staff_sessions.c.expires_at)
            .join(t.staff_sessions, t.staff_sessions.c.agent_id == t.agents.c.id)
            .where(
                t.staff_sessions.c.token_hash == hash_of(token),
                t.staff_sessions.c.expires_at > stamp(self._clock.now()),
                t.agents.c.active,
            )
        )
        row = await self._database.read(lambda c: c.execute(query).mappings().first())
        if row is None:
            raise Unauthorised("session_ended", "Your session has ended. Please sign in again.")
        return _principal(row, row["expires_at"])

    async def sign_out(self, token: str) -> None:
        mine, now = t.staff_sessions.c.token_hash == hash_of(token), stamp(self._clock.now())
        await self._database.write(lambda c: end_sessions(c, now, mine))

    async def change_password(self, me: Principal, current: str, new: str, token: str) -> None:
        """One's own. The other sessions end; ``token``, from which it is changed, goes on. Audited, and the trail has
        that it was changed or refused, and never a password.

        Raises ``Unprocessable`` (``wrong_password``, ``field`` ``current``), ``Conflict`` (``password_changed``: this
        account got another meanwhile). ``new`` was checked (``passwords.check_chosen``).
        """
        query = sa.select(A.password_hash).where(A.id == me.id)
        stored = str(await self._database.read(lambda c: c.execute(query).scalar_one()))
        if not await asyncio.to_thread(passwords.matches, current, stored):
            raise Unprocessable("wrong_password", "That is not your password now.", field="current")
        hashed = await asyncio.to_thread(passwords.make, new)
        now, s = stamp(self._clock.now()), t.staff_sessions.c

        def work(connection: sa.Connection) -> None:
            mine = sa.update(t.agents).where(A.id == me.id, A.password_hash == stored)
            if connection.execute(mine.values(password_hash=hashed)).rowcount != 1:
                raise Conflict("password_changed", "Your password was changed elsewhere just now.")
            end_sessions(connection, now, s.agent_id == me.id, s.token_hash != hash_of(token))
            connection.execute(audit.INSERT, audit.row(now, me.id, CHANGES_OWN, object_id=me.id))

        await self._database.write(work)

    async def whose(self, token: str) -> str | None:
        """The id of who had the session, also after its end; ``None`` where nobody did, or long ago."""
        s = t.staff_sessions.c
        query = sa.select(s.agent_id).where(s.token_hash == hash_of(token))
        return await self._database.read(lambda c: c.execute(query).scalar())

    async def name_of(self, agent_id: str) -> str:
        """Raises ``NotFound`` (``colleague_not_found``)."""
        query = sa.select(t.agents.c.name).where(t.agents.c.id == agent_id)
        name = await self._database.read(lambda c: c.execute(query).scalar())
        if name is None:
            raise NotFound("colleague_not_found", "There is no such colleague.")
        return str(name)

    async def administrators(self) -> set[str]:
        """The e-mails of those who may add and change accounts."""
        query = sa.select(t.agents.c.email, t.agents.c.roles).where(t.agents.c.active)
        rows = await self._database.read(lambda c: c.execute(query).all())
        return {row.email for row in rows if "admin" in row.roles}

    async def seed(self, people: list[dict[str, Any]]) -> dict[str, str]:
        """Create accounts that are not there yet; existing ones stay as they are. The new ones' ids by e-mail.

        ``people``: email, name, roles, departments, skills, languages, capacity, password.
        """
        rows = [
            {
                "id": self._ids.new("agt"),
                "email": person["email"].strip().lower(),
                "name": person["name"],
                "password_hash": passwords.make(person["password"]),
                "roles": person["roles"],
                "departments": person.get("departments", []),
                "skills": person.get("skills", []),
                "languages": person.get("languages", ["en"]),
                "capacity": person.get("capacity", 4),
                "active": True,
            }
            for person in people
        ]

        def work(connection: sa.Connection) -> dict[str, str]:
            there = {row.email for row in connection.execute(sa.select(t.agents.c.email))}
            fresh = [row for row in rows if row["email"] not in there]
            if fresh:
                connection.execute(sa.insert(t.agents), fresh)
            return {str(row["email"]): str(row["id"]) for row in fresh}

        return await self._database.write(work)


def hash_of(token: str) -> str:
    """The form in which a session is kept: whoever reads the table cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _principal(row: sa.RowMapping, expires_at: str) -> Principal:
    return Principal(
        row["id"],
        row["email"],
        row["name"],
        tuple(row["roles"]),
        tuple(row["departments"]),
        row["capacity"],
        expires_at,
        tuple(row["languages"]) or ("en",),
    )
