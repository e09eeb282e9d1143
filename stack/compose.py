"""Puts the parts together into one process: opens them in order, closes them in reverse, mounts their routes.

    knowledge → shop → handoff → actions (which get the shop, the answers and the fenced ledger of operations)

Nobody imports anybody here but this file: each part is handed what it needs as a port.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import Depends, FastAPI, Response
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from actions.assembly import make_code_mail, make_desk, make_webhook, open_backend, open_shop
from actions.backend.faults import FaultsByCustomer
from actions.backend.port import Backend
from actions.lab import ShopLab
from actions.recording import Recorder
from bot.text.embed import ModelMissing, SentenceEncoder
from eval.errors import EvalError
from eval.judge import routes as judge_routes
from eval.learned import routes as learned_routes
from eval.live import routes as outcome_routes
from eval.quality import routes as quality_routes
from handoff.agents import pictures
from handoff.app import Handoff, open_handoff
from handoff.clock import SystemClock
from handoff.conversations.schemas import ErrorBody
from handoff.http import RequestEdge, install_error_handlers
from handoff.late_routes import API, LateRoute, join
from handoff.outbox.feed import EventFeed
from handoff.queue.gauges import measure
from handoff.storage.migrate import is_current
from knowledge.errors import KnowledgeError
from knowledge.service import Knowledge, open_knowledge
from stack import demo_routes, desk_ports, lab_routes
from stack.errors import StackError
from stack.eval_ports import judge_desk, outcomes_of, quality_desk, scenario_maker
from stack.greeting_port import delayed_order
from stack.knowledge_ports import articles_for_staff, follow_conversations, told_by_colleagues
from stack.lab_routes import Lab
from stack.node import WEB
from stack.pages import Application, Pages, read_pages
from stack.parts_settings import actions_settings, handoff_settings, knowledge_settings
from stack.privacy_stores import other_stores
from stack.refusing import TypedCors
from stack.settings import Settings
from stack.summaries import Summaries
from stack.translating import make_translator
from stack.worker_metrics import with_worker

Around = Callable[[Backend], Backend]
TITLE = "Frontdesk"
ERRORS: dict[int | str, dict[str, Any]] = {
    422: {"model": ErrorBody, "description": "Well-formed and wrong"},
    "default": {"model": ErrorBody, "description": "Any other error, in the one shape that all have"},
}
LARGER_BODIES = {
    "/api/v1/articles*": 4 * 1024 * 1024,
    "/api/v1/knowledge/preview*": 4 * 1024 * 1024,
    "/api/v1/knowledge/import*": 64 * 1024 * 1024,
    "/api/v1/agents/me/picture": 2 * pictures.LARGEST,
}
"""Bytes of a request with articles, where a letter may take six in JSON, or with a portrait, whose own sentence about
its size is the better one. The size of an attachment is a setting."""
UPLOADS = "/api/v1/conversations/*/attachments"
REDIRECTS = (("/", "/desk/"), ("/desk", "/desk/"))

log = structlog.get_logger("stack.compose")


@dataclass(frozen=True)
class Parts:
    """The open parts, the private application of the bot's action calls, and with ``--demo`` the lab."""

    handoff: Handoff
    knowledge: Knowledge
    webhook: Application
    lab: Lab | None = None


@asynccontextmanager
async def open_parts(settings: Settings, around: Around | None = None) -> AsyncIterator[Parts]:
    """Everything that the app serves from. ``around`` wraps the business system.

    Raises ``StackError`` where set-up has not been done.
    """
    if not await asyncio.to_thread(is_current, settings.sql_url):
        raise StackError("The database is not prepared for this version. ./frontdesk up prepares it.")
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        try:
            encoder = await asyncio.to_thread(SentenceEncoder, settings.paths.minilm)
        except ModelMissing as problem:
            raise StackError(str(problem)) from problem
        knowledge = await stack.enter_async_context(open_knowledge(knowledge_settings(settings), clock, encoder))
        own = actions_settings(settings)
        shop = await asyncio.to_thread(open_shop, own)
        stack.callback(shop.engine.dispose)
        handoff = await stack.enter_async_context(open_handoff(handoff_settings(settings)))
        backend = await stack.enter_async_context(open_backend(own, shop))
        backend = around(backend) if around else backend
        faulty = FaultsByCustomer(backend) if settings.demo and not settings.backend_url else None
        backend = faulty or backend
        handoff.customers.greeter = delayed_order(backend, clock)
        desk_ports.fill(handoff.ports, backend)
        if knowledge.composer is not None:
            handoff.ports.word_summary = Summaries(knowledge.composer, knowledge.embeddings).word
            handoff.ports.translator = make_translator(settings, clock)
        recorder = Recorder()
        handoff.core.runner.calls_of = recorder.take
        code_mail = make_code_mail(shop, backend)
        desk = make_desk(
            own, shop, handoff.ledger, knowledge.desk.asked, backend=backend, recorder=recorder, code_mail=code_mail
        )
        lab = None
        if faulty is not None:
            shop_lab = ShopLab(shop.engine, shop.seed, shop.mailbox)
            lab = Lab(shop_lab, faulty, shop.backend, handoff.core.database, code_mail)
        mailing = asyncio.create_task(code_mail.run_forever(), name="code-mail")
        stack.push_async_callback(_cancelled, mailing)
        knowledge.desk.gaps.resolutions = told_by_colleagues(handoff.core)
        handoff.privacy.others = other_stores(settings, knowledge, handoff.core.database, backend)
        handoff.suggester.articles = articles_for_staff(knowledge)
        feed = EventFeed(handoff.core.database, clock)
        observing = follow_conversations(feed, knowledge.desk.usage, knowledge.rounds)
        following = asyncio.create_task(observing, name="knowledge-feed")
        stack.push_async_callback(_cancelled, following)
        log.info("parts open", passages=knowledge.passages, index_trouble=knowledge.index_trouble)
        yield Parts(handoff, knowledge, make_webhook(own, desk), lab)


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def operation_id(route: APIRoute) -> str:
    """The name of the function that answers: clients in other languages are generated by it. A test holds it unique."""
    return route.name


def create_api(parts: Parts, settings: Settings) -> FastAPI:
    """The public routes of all parts under one roof, with one error shape."""
    api = FastAPI(
        title=TITLE, docs_url=None, redoc_url=None, responses=ERRORS, generate_unique_id_function=operation_id
    )
    install_error_handlers(api, EvalError, KnowledgeError)

    def require(*roles: str) -> Any:
        return Depends(parts.handoff.require(*roles))

    if settings.public_origins:
        # A widget on another site: it sends its token in a header and no cookie, so no credentials are allowed.
        api.add_middleware(
            TypedCors,
            allow_origins=settings.public_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "X-Request-Id"],
            expose_headers=["Retry-After", "X-Request-Id"],
        )
    core = parts.handoff.core
    join(api.router, parts.handoff.router)
    join(api.router, parts.knowledge.router(require, LateRoute), API)
    api.include_router(parts.knowledge.help_router())
    api.include_router(quality_routes.create_router(quality_desk(core), require), prefix=API)
    api.include_router(learned_routes.create_router(scenario_maker(core), require, parts.handoff.queue), prefix=API)
    api.include_router(outcome_routes.create_router(outcomes_of(core), require), prefix=API)
    judge = judge_desk(core.database, lambda: core.clock.now().timestamp(), settings)
    api.include_router(judge_routes.create_router(judge, outcomes_of(core), require), prefix=API)
    if settings.demo:
        api.include_router(demo_routes.create_router(settings, SystemClock()))
        if parts.lab is not None:
            api.include_router(lab_routes.create_router(parts.lab, settings, SystemClock()))

    @api.get("/health/live", tags=["operators"])
    async def live() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @api.get("/health/ready", tags=["operators"])
    async def ready(response: Response) -> dict[str, Any]:
        """Whether conversations can be held: 503 while a part that they need is away. ``failing`` names the background
        loops of the knowledge part that have only failed for a minute; ``index`` why answers come without the search
        index now, null while it serves."""
        checks = {**await parts.handoff.checks(), "knowledge": parts.knowledge.follows}
        if not all(checks.values()):
            response.status_code = 503
        status = "ok" if all(checks.values()) else "waiting"
        knowledge = parts.knowledge
        return {
            "status": status,
            "checks": checks,
            "failing": knowledge.rounds.failing(),
            "index": knowledge.index_trouble,
        }

    @api.get("/metrics", tags=["operators"], response_class=Response)
    async def metrics() -> Response:
        """Prometheus text."""
        await measure(parts.handoff.core.database, parts.handoff.core.clock.now())
        figures = await with_worker(generate_latest(), settings.paths.worker_socket)
        return Response(figures, media_type=CONTENT_TYPE_LATEST)

    return api


def create_application(parts: Parts, settings: Settings) -> Application:
    """The API behind its edge, and the built pages before it."""
    pages = read_pages(WEB / "dist", demo=settings.demo)
    larger: dict[str, int | None] = {**LARGER_BODIES, UPLOADS: None}
    api = RequestEdge(create_api(parts, settings), larger=larger, most=settings.http_concurrency)
    return Pages(api, pages, REDIRECTS)
