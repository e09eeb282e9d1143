"""Opens the human side and the gateway in order, and closes them in reverse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from fastapi import APIRouter
from redis.asyncio import Redis, from_url
from redis.exceptions import RedisError

from handoff.agents import picture_routes
from handoff.agents import routes as agent_routes
from handoff.agents.access import Require
from handoff.agents.audit import AuditTrail
from handoff.agents.pictures import Portraits
from handoff.agents.presence import Presence, life_of
from handoff.agents.service import StaffService
from handoff.assistant.client import Assistant
from handoff.attachments import routes as attachment_routes
from handoff.attachments.service import AttachmentService
from handoff.canned import routes as canned_routes
from handoff.canned.service import CannedReplies
from handoff.clock import Clock, Ids, RandomIds, SystemClock
from handoff.conversations import routes as conversation_routes
from handoff.conversations import socket as conversation_socket
from handoff.conversations import transcript_routes
from handoff.conversations.access import OwnConversation
from handoff.conversations.here import Here
from handoff.conversations.service import ConversationService
from handoff.core import Core
from handoff.customers import routes as customer_routes
from handoff.customers.service import CustomerService
from handoff.desk import routes as desk_routes
from handoff.desk.customers import Customers
from handoff.desk.inbox import Inbox
from handoff.desk.suggestions import Suggester
from handoff.desk.viewers import Viewers
from handoff.episodes.idle import IdleCloser
from handoff.episodes.promise_service import PromiseService
from handoff.errors import FrontdeskError
from handoff.gateway.hub import Hub
from handoff.gateway.runner import TurnRunner
from handoff.gateway.sweeper import Sweeper
from handoff.gateway.turns import TurnLimits, tracker_window
from handoff.late_routes import API, Routes, join
from handoff.limits import RateLimit
from handoff.operations.ledger import SqlOperationLedger
from handoff.outbox.announcer import Announcer
from handoff.ports import Ports
from handoff.privacy import routes as privacy_routes
from handoff.privacy.service import PrivacyService
from handoff.queue import promise_routes, waiting_routes
from handoff.queue import routes as queue_routes
from handoff.queue import socket as desk_socket
from handoff.queue.approvals import ApprovalService
from handoff.queue.dispatch import Dispatcher
from handoff.queue.order import Order, Rebuilder
from handoff.queue.plan import chosen_plan
from handoff.queue.service import QueueService
from handoff.queue.turn_view import TurnViewer
from handoff.redis_client import ANSWERS_WITHIN, GuardedRedis, redis_client
from handoff.settings import HandoffSettings
from handoff.storage.apps import Apps
from handoff.storage.database import Database
from handoff.team import routes as team_routes
from handoff.team.service import Team
from handoff.translation import routes as translation_routes
from handoff.translation.service import Translations
from handoff.webhooks import routes as webhook_routes
from handoff.webhooks.service import WebhookService
from handoff.widget import routes as widget_routes

DRAIN_SECONDS = 5.0
RESTART_LOOP_AFTER = 1.0
CANCEL_AGAIN_AFTER = 0.5

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Handoff:
    """The opened human side: what the stack mounts and hands to others."""

    core: Core
    router: APIRouter
    ledger: SqlOperationLedger
    staff: StaffService
    trail: AuditTrail
    require: Require
    queue: QueueService
    dispatcher: Dispatcher
    rebuilder: Rebuilder
    ports: Ports
    assistant: Assistant
    attachments: AttachmentService
    customers: CustomerService
    suggester: Suggester
    privacy: PrivacyService
    redis: GuardedRedis
    listening: Redis

    async def checks(self) -> dict[str, bool]:
        """For ``/health/ready``: which of the parts that a conversation needs answer now."""
        return {"sql": await self._sql(), "redis": await self._redis_answers(), "bot": await self.assistant.ready()}

    async def _sql(self) -> bool:
        try:
            await self.core.database.read(lambda connection: connection.execute(sa.text("SELECT 1")).scalar())
        except FrontdeskError:
            return False
        return True

    async def _redis_answers(self) -> bool:
        try:
            return bool(await self.redis.ping())
        except (RedisError, OSError):
            return False


def build(settings: HandoffSettings, clock: Clock | None = None, ids: Ids | None = None) -> Handoff:
    """Every part, joined and not yet open: enough to describe the routes, not to serve them."""
    clock, ids = clock or SystemClock(), ids or RandomIds()
    database = Database(settings.database_url)
    client = redis_client(settings.redis_url, clock)
    # Listening waits long, so this connection has no time-out: the announcer asks for a sign of life itself.
    listening = from_url(settings.redis_url, socket_connect_timeout=ANSWERS_WITHIN)

    async def load_window(conversation_id: str) -> list[dict[str, object]]:
        return await database.read(lambda c: tracker_window(c, conversation_id, settings.tracker_window))

    assistant = Assistant(settings.bot_sockets, settings.door_secret.get_secret_value().encode(), load_window)
    hub = Hub()
    announcer = Announcer(database, hub, client, listening, clock, ids.new("app"))
    plan = chosen_plan(settings.desk_plan)
    context_key = settings.context_key.get_secret_value().encode()
    limits = TurnLimits(settings.turn_deadline, settings.turn_patience, context_key, plan)
    runner = TurnRunner(database, assistant, announcer, clock, ids, limits, settings.notice_after)
    core = Core(settings, database, hub, announcer, runner, clock, ids)
    staff = StaffService(database, clock, ids, settings.staff_session_life)
    trail, ports = AuditTrail(database, clock), Ports()
    presence = Presence(client, clock, settings.away_after, life_of(settings.heartbeat_every))
    require = Require(staff, trail, presence, settings)
    limit = RateLimit(client, clock, settings.session_secret.get_secret_value())
    own = OwnConversation(settings.session_secret.get_secret_value(), trail)
    attachments, customers = AttachmentService(core, trail), CustomerService(core, trail)
    here = Here(client)
    router = _router(core, limit, own, require, here)
    join(router, agent_routes.create_router(staff, presence, trail, require, limit, settings, announcer.rights))
    join(router, picture_routes.create_router(staff, Portraits(settings.portraits), require))
    join(router, desk_socket.create_router(core, staff, presence, trail, require))
    join(router, team_routes.create_router(Team(core, presence, trail, plan), require))
    queue, approvals = QueueService(core, presence, trail, ports), ApprovalService(core, trail, ports)
    join(router, queue_routes.create_router(queue, approvals, TurnViewer(database), ports, require))
    join(router, promise_routes.create_router(queue, PromiseService(core, trail), require))
    join(router, waiting_routes.create_router(core, own, ports, limit))
    join(router, transcript_routes.create_router(core, own, require, limit, queue.may_read, queue.note_read))
    translations = Translations(core, ports)
    join(router, translation_routes.create_router(translations, require, limit, queue.look_into))
    join(router, attachment_routes.create_router(attachments, own, require, limit, queue.may_read))
    join(router, customer_routes.create_router(core, customers))
    join(router, widget_routes.create_router(settings, plan, clock, queue.staffed))
    canned = CannedReplies(database, clock, ids)
    suggester = Suggester(core, canned)
    join(router, canned_routes.create_router(canned, require))
    join(
        router,
        desk_routes.create_router(
            core,
            Inbox(core),
            Customers(core, trail),
            suggester,
            Viewers(client, clock),
            require,
            queue.may_see,
            ports,
        ),
    )
    order = Order(client)
    privacy = PrivacyService(database, client, attachments.uploads, assistant, trail, clock, ids)
    join(router, privacy_routes.create_router(privacy, require))
    webhooks = WebhookService(database, clock, ids, private_targets=settings.webhook_private_targets)
    join(router, webhook_routes.create_router(webhooks, require))
    return Handoff(
        core=core,
        router=router,
        ledger=SqlOperationLedger(database, clock, ids),
        staff=staff,
        trail=trail,
        require=require,
        queue=queue,
        dispatcher=Dispatcher(core, presence, order),
        rebuilder=Rebuilder(database, presence, order),
        ports=ports,
        assistant=assistant,
        attachments=attachments,
        customers=customers,
        suggester=suggester,
        privacy=privacy,
        redis=client,
        listening=listening,
    )


@asynccontextmanager
async def open_handoff(
    settings: HandoffSettings, clock: Clock | None = None, ids: Ids | None = None
) -> AsyncIterator[Handoff]:
    """The human side, open. The schema must be current (``handoff.storage.migrate``)."""
    handoff = build(settings, clock, ids)
    core = handoff.core
    sweeper = Sweeper(core.database, core.runner, core.announcer, core.clock, core.ids, settings.sweep_every)
    async with AsyncExitStack() as stack:
        core.database.open()
        stack.callback(core.database.close)
        apps = Apps(core.database)
        stack.push_async_callback(apps.leave)
        stack.push_async_callback(handoff.redis.aclose)
        stack.push_async_callback(handoff.listening.aclose)
        stack.push_async_callback(handoff.assistant.close)
        announcer = core.announcer
        _run(stack, core.clock, announcer.publish_forever, announcer.listen_forever, announcer.mark_forever)
        stack.push_async_callback(core.runner.drain, DRAIN_SECONDS)
        # These end before the turns are drained: one begun meanwhile would be nobody's until its lease passes.
        _run(
            stack,
            core.clock,
            sweeper.run_forever,
            handoff.dispatcher.run_forever,
            handoff.rebuilder.run_forever,
            handoff.attachments.sweep_forever,
            IdleCloser(core).run_forever,
        )
        async with apps.arriving() as alone:
            await sweeper.recover(alone=alone)
        yield handoff


def _router(core: Core, limit: RateLimit, own: OwnConversation, require: Require, here: Here) -> APIRouter:
    conversations = ConversationService(core)
    router = Routes(prefix=API)
    join(router, conversation_routes.create_router(core, conversations, limit, own, require.is_staff, here))
    join(router, conversation_socket.create_router(core, conversations, own, here))
    return router


def _run(stack: AsyncExitStack, clock: Clock, *loops: Callable[[], Awaitable[None]]) -> None:
    """Background loops, until the stack comes back to this place."""
    stack.push_async_callback(end, [asyncio.create_task(_forever(loop, clock)) for loop in loops])


async def _forever(loop: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """A background loop that falls is logged and starts again: it must not end silently."""
    while True:
        try:
            await loop()
        except Exception:
            logger.exception("loop.failed", loop=loop.__qualname__)
        await clock.sleep(RESTART_LOOP_AFTER)


async def end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel until all have ended. Python 3.11's ``wait_for``, with which the Redis client sends, returns its result
    and forgets the cancellation where both come at once; a loop would then go on for ever."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=CANCEL_AGAIN_AFTER)
