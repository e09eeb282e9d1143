"""``python -m stack.worker_process``: work that nobody waits for, niced, beside the app.

Today: housekeeping of the stores, webhooks, answers by e-mail, the outcomes of conversations, and effects read back.
It answers ``/health`` and ``/metrics`` on a unix socket of its own; the app's ``/metrics`` shows its figures too.
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from datetime import timedelta
from functools import partial

import structlog
import uvloop
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from eval.live.counting import count_a_day
from eval.live.rounds import run_forever as keep_on
from handoff.clock import RandomIds, SystemClock
from handoff.conversations.here import Here
from handoff.mail.postman import Postman
from handoff.outbox.feed import EventFeed
from handoff.outbox.housekeeping import Housekeeping
from handoff.redis_client import redis_client
from handoff.storage.database import Database
from handoff.webhooks.dispatcher import Dispatcher
from handoff.webhooks.sender import Sender
from stack import logging
from stack.effects_port import watchers
from stack.mail_port import open_post
from stack.parts_settings import handoff_settings
from stack.serve import private_listener
from stack.settings import Settings, load

EVERY = timedelta(seconds=15)
OUTCOMES_EVERY = 5.0
"""Seconds between two looks for conversations that went on."""
EFFECTS_EVERY = 60.0
"""Seconds between two looks for effects that are to be read back."""
TOTALS_EVERY = 30.0
"""Seconds between two counts of the day that is under way."""

log = structlog.get_logger("stack.worker")


def create_application() -> Starlette:
    """What the worker answers, for the supervisor and for the app's ``/metrics``."""
    return Starlette(routes=[Route("/health", health), Route("/metrics", metrics)])


async def health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def metrics(_request: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def run(settings: Settings) -> None:
    told_to_stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    database = Database(settings.sql_url)
    database.open()
    clock = SystemClock()
    sender = Sender(private_targets=settings.webhook_private_targets)
    dispatcher = Dispatcher(database, EventFeed(database, clock), sender, clock, random.SystemRandom())
    parts = handoff_settings(settings)
    redis = redis_client(settings.redis_address, clock)
    postman = Postman(
        database,
        open_post(settings, parts.company_name),
        Here(redis).is_here,
        clock,
        RandomIds(),
        random.SystemRandom(),
        parts,
        settings.address,
    )
    listener = private_listener(create_application(), settings.paths.worker_socket)
    try:
        async with watchers(settings, database, clock) as (keeper, alarm), asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(listener.serve())
            working = [
                tasks.create_task(Housekeeping(database, clock, EVERY).run_forever()),
                tasks.create_task(dispatcher.run_forever()),
                tasks.create_task(postman.run_forever()),
                tasks.create_task(
                    keep_on(partial(count_a_day, database), lambda: clock.sleep(TOTALS_EVERY), "totals wait")
                ),
                tasks.create_task(keep_on(keeper.step, lambda: clock.sleep(OUTCOMES_EVERY), "outcomes wait")),
                tasks.create_task(keep_on(alarm.step, lambda: clock.sleep(EFFECTS_EVERY), "effects are not read")),
            ]
            await listener.wait_started(serving)
            log.info("working")
            await told_to_stop.wait()
            listener.should_exit = True
            for each in working:
                each.cancel()
    finally:
        await sender.close()
        await redis.aclose()
        database.close()


def main() -> int:
    try:
        settings = load()
        logging.configure("worker", settings.paths.log, settings.log_level)
        uvloop.run(run(settings))
    except Exception as problem:
        log.exception("worker ended")
        sys.stderr.write(f"something unexpected happened ({type(problem).__name__})\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
