"""``./frontdesk customer export|erase ID``: works beside a running stack, on the same stores."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from actions.assembly import open_backend, open_shop
from handoff.app import build
from handoff.errors import FrontdeskError
from handoff.privacy.service import PrivacyService, Whose
from handoff.storage.migrate import is_current
from knowledge.errors import KnowledgeError
from stack.errors import StackError, WrongUse
from stack.knowledge_command import opened
from stack.output import answer, say
from stack.parts_settings import actions_settings, handoff_settings
from stack.privacy_stores import other_stores
from stack.settings import Settings


def export(settings: Settings, customer_id: str, *, as_json: bool) -> None:
    document = _with_privacy(settings, lambda privacy: privacy.export(Whose("customer", customer_id)))
    answer(document, as_json=True, people="")
    if not as_json:
        say(f"{len(document['conversations'])} conversations.")


def erase(settings: Settings, customer_id: str, *, sure: bool, as_json: bool) -> None:
    if not sure:
        if as_json or not sys.stdin.isatty():
            raise WrongUse("An erasure cannot be taken back: say --yes.")
        say(f"Everything of {customer_id} will be erased. Type the id again to go on:")
        if sys.stdin.readline().strip() != customer_id:
            raise WrongUse("That is not the same id. Nothing was erased.")
    report = _with_privacy(settings, lambda privacy: privacy.erase(Whose("customer", customer_id)))
    counts = ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in report.items() if isinstance(value, int))
    kept = "\n".join(f"Kept: {reason}." for reason in report["retained"])
    answer(report, as_json=as_json, people=f"Erased in {report['seconds']} s: {counts}.\n{kept}")


def _with_privacy(settings: Settings, work: Callable[[PrivacyService], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    if not is_current(settings.sql_url):
        raise StackError("The database is not prepared for this version. ./frontdesk up prepares it.")

    async def run() -> dict[str, Any]:
        async with _opened(settings) as privacy:
            return await work(privacy)

    try:
        return asyncio.run(run())
    except (FrontdeskError, KnowledgeError) as problem:
        raise StackError(problem.message) from problem


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[PrivacyService]:
    own = actions_settings(settings)
    shop = await asyncio.to_thread(open_shop, own)
    handoff = build(handoff_settings(settings))
    handoff.core.database.open()
    try:
        async with opened(settings) as knowledge, open_backend(own, shop) as backend:
            handoff.privacy.others = other_stores(settings, knowledge, handoff.core.database, backend)
            yield handoff.privacy
    finally:
        handoff.core.database.close()
        await handoff.redis.aclose()
        await handoff.listening.aclose()
        await handoff.assistant.close()
        shop.engine.dispose()
