"""A password that nobody knows any more, set anew by whoever runs the installation: the only administrator's, too."""

from __future__ import annotations

import sqlalchemy as sa

from handoff.agents import audit
from handoff.agents.service import end_sessions
from handoff.clock import stamp
from handoff.core import Core
from handoff.errors import Conflict, NotFound
from handoff.storage import tables as t

A = t.agents.c


async def set_password(core: Core, email: str, hashed: str) -> str:
    """``hashed``: see ``handoff.agents.passwords``. The sessions under the old one end, open sockets with their next
    heartbeat; the trail names nobody, since the machine's owner did it. Returns the account's name.

    Raises ``NotFound`` (``agent_not_found``), ``Conflict`` (``switched_off``).
    """
    now = stamp(core.clock.now())

    def work(connection: sa.Connection) -> str:
        query = sa.select(A.id, A.name, A.active).where(sa.func.lower(A.email) == email.strip().lower())
        row = connection.execute(query.with_for_update()).first()
        if row is None:
            raise NotFound("agent_not_found", "Nobody signs in with that e-mail.")
        if not row.active:
            raise Conflict("switched_off", "That account is switched off. An administrator switches it on under Team.")
        connection.execute(sa.update(t.agents).where(A.id == row.id).values(password_hash=hashed))
        end_sessions(connection, now, t.staff_sessions.c.agent_id == row.id)
        connection.execute(audit.INSERT, audit.row(now, None, "team.password", object_id=row.id, by="command"))
        return str(row.name)

    return await core.database.write(work)
