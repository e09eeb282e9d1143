"""``python -m stack.data``: databases migrated, articles imported and indexed, staff and the demo shop in place.

A process of its own that ends, so that the supervisor stays small. Doing it twice changes nothing: the shop is seeded
when empty, the shipped articles come in when there are none, people who are there stay as they are.
"""

from __future__ import annotations

import asyncio
import sys

from actions.assembly import open_shop
from bot.text.embed import SentenceEncoder
from eval.storage.migrate import migrate as migrate_eval
from handoff.agents.pictures import Portraits
from handoff.agents.service import StaffService
from handoff.clock import RandomIds, SystemClock
from handoff.storage.database import Database, create_engine
from handoff.storage.migrate import migrate
from knowledge.errors import KnowledgeError
from knowledge.service import open_knowledge
from stack import logging, staff
from stack.errors import StackError
from stack.parts_settings import actions_settings, handoff_settings, knowledge_settings
from stack.paths import ROOT
from stack.settings import Settings, load

ARTICLES = ROOT / "knowledge" / "articles"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def prepare(settings: Settings) -> None:
    """Raises ``StackError`` with the remedy."""
    say("Databases")
    await asyncio.to_thread(migrate, settings.sql_url)
    await asyncio.to_thread(migrate_evaluation, settings.sql_url)
    if settings.demo:
        say("Shop")
        shop = await asyncio.to_thread(open_shop, actions_settings(settings))
        shop.engine.dispose()
    say("Staff")
    await seed_staff(settings)
    say("Articles")
    await prepare_knowledge(settings)


def migrate_evaluation(url: str) -> None:
    """The evaluation's tables, beside the log's."""
    engine = create_engine(url)
    try:
        migrate_eval(engine)
    finally:
        engine.dispose()


async def seed_staff(settings: Settings) -> None:
    """The demo's people with ``--demo``; else the first administrator, where nobody administers yet."""
    folder = settings.paths.secrets
    database = Database(settings.sql_url)
    database.open()
    try:
        # Seeding touches SQL alone, so there is no Redis here.
        life = handoff_settings(settings).staff_session_life
        service = StaffService(database, SystemClock(), RandomIds(), life)
        if settings.demo:
            people = staff.demo_staff(folder)
        else:
            # Not by their address alone: it may have been changed, and nobody wants them back under the first one.
            there = await service.administrators() - staff.demo_addresses()
            people = [] if there else staff.first_administrator(folder)
        created = await service.seed(people)
        if not settings.demo and staff.ADMINISTRATOR in await service.administrators():
            staff.write_administrators_password(settings.paths)
        portraits = Portraits(settings.paths.portraits)
        for email, agent_id in created.items():
            drawing = staff.PORTRAITS / f"{email.partition('@')[0]}.png"
            if settings.demo and drawing.exists():
                portraits.keep(agent_id, drawing.read_bytes())
    finally:
        database.close()


async def prepare_knowledge(settings: Settings) -> None:
    encoder = SentenceEncoder(settings.paths.minilm)
    async with open_knowledge(knowledge_settings(settings), SystemClock(), encoder) as knowledge:
        if settings.demo and not await knowledge.editing.find():
            report = await knowledge.import_folder(ARTICLES, lambda done, of: say(f"Articles: passages {done} of {of}"))
            if report.problems:
                raise StackError(f"The article {report.problems[0].file} is wrong: {report.problems[0].problem}.")
        await knowledge.settle()


def main() -> int:
    settings = load()
    settings.paths.create()
    logging.configure("data", settings.paths.log, settings.log_level)
    try:
        asyncio.run(prepare(settings))
    except (StackError, KnowledgeError) as problem:
        say(str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
