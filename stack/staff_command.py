"""``./frontdesk staff password EMAIL``: a way back in for somebody whom no administrator can help."""

from __future__ import annotations

import asyncio

from handoff.agents import passwords
from handoff.app import build
from handoff.errors import FrontdeskError
from handoff.storage.migrate import is_current
from handoff.team import lost
from stack.errors import StackError
from stack.output import answer
from stack.parts_settings import handoff_settings
from stack.settings import Settings


def password(settings: Settings, email: str, *, as_json: bool) -> None:
    if not is_current(settings.sql_url):
        raise StackError("The database is not prepared for this version. ./frontdesk up prepares it.")
    new = passwords.invented()
    try:
        name = asyncio.run(_set(settings, email, passwords.make(new)))
    except FrontdeskError as problem:
        raise StackError(problem.message) from problem
    document = {"email": email.strip(), "name": name, "password": new}
    answer(document, as_json=as_json, people=f"{name} signs in with {new} from now on. It is not shown again.")


async def _set(settings: Settings, email: str, hashed: str) -> str:
    handoff = build(handoff_settings(settings))
    handoff.core.database.open()
    try:
        return await lost.set_password(handoff.core, email, hashed)
    finally:
        handoff.core.database.close()
        await handoff.redis.aclose()
        await handoff.listening.aclose()
        await handoff.assistant.close()
