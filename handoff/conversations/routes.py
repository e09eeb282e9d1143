"""The customers' side over HTTP; see DESIGN part 4."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from handoff.conversations import identity
from handoff.conversations.access import OwnConversation
from handoff.conversations.here import Here
from handoff.conversations.identity import Customer
from handoff.conversations.log import for_customer
from handoff.conversations.schemas import (
    Accepted,
    ConversationOpened,
    Events,
    Feedback,
    Identify,
    OpenConversation,
    RequestPerson,
    SendMessage,
    Seq,
)
from handoff.conversations.service import STAFF_CHANNEL, Browser, ConversationService
from handoff.core import Core
from handoff.late_routes import Routes
from handoff.limits import RateLimit

MOST_EVENTS = 500
LONGEST_WAIT = 30
POLLS_AGAIN_WITHIN = timedelta(seconds=5)


def create_router(
    core: Core,
    service: ConversationService,
    limit: RateLimit,
    own: OwnConversation,
    is_staff: Callable[[Request], Awaitable[bool]],
    here: Here,
) -> APIRouter:
    """``is_staff``: whether a request comes from somebody who is signed in at the desk."""
    router = Routes(prefix="/conversations", tags=["conversations"])
    settings = core.settings
    Own = Annotated[str, Depends(own)]

    def customer(token: str | None) -> Customer | None:
        return identity.verify_identity(token, settings.identity_secret.get_secret_value()) if token else None

    @router.post("", status_code=201)
    async def open_conversation(request: Request, body: OpenConversation | None = None) -> ConversationOpened:
        body = body or OpenConversation()
        known = customer(body.identity_token)
        whose = f"customer {known.id}" if known else f"address {request.client.host if request.client else ''}"
        await limit.take("conversations", whose, settings.conversations_per_minute)
        # Staff who try the chat are no customers, unless they come as one.
        channel = STAFF_CHANNEL if known is None and await is_staff(request) else "web"
        browser = Browser(body.page_url, body.locale or "en", body.timezone, body.device)
        opened = await service.open(known, browser, channel, about=body.about)
        return ConversationOpened(**vars(opened))

    @router.post("/{conversation_id}/identify", status_code=204)
    async def identify(conversation: Own, body: Identify) -> None:
        await limit.take("identify", conversation, settings.messages_per_minute)
        proven = identity.verify_identity(body.identity_token, settings.identity_secret.get_secret_value())
        await service.identify(conversation, proven)

    @router.post("/{conversation_id}/messages", status_code=202)
    async def send_message(conversation: Own, body: SendMessage) -> Accepted:
        await limit.take("messages", conversation, settings.messages_per_minute)
        if body.choice is not None:
            return Accepted(seq=await service.send_choice(conversation, body.client_message_id, body.choice))
        seq = await service.send_text(conversation, body.client_message_id, body.text or "", body.attachments)
        return Accepted(seq=seq)

    @router.get("/{conversation_id}/events")
    async def read_events(
        conversation: Own,
        after: Annotated[Seq, Query()] = 0,
        wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT)] = 0,
    ) -> Events:
        await limit.take("reads", conversation, settings.reads_per_minute)
        if wait:
            await here.note(conversation, timedelta(seconds=wait) + POLLS_AGAIN_WITHIN)
        with core.hub.listen(conversation, polls=True) as listener:
            found, row = await service.events_after(conversation, after, MOST_EVENTS)
            until = core.clock.monotonic() + wait
            # A reader who is ahead of the log (it was restored from a backup) learns of it at once, by ``head_seq``.
            while not found and after <= row.head_seq and (left := until - core.clock.monotonic()) > 0:
                if core.hub.leaving:
                    break
                try:
                    await asyncio.wait_for(listener.queue.get(), left)
                except TimeoutError:
                    break
                found, row = await service.events_after(conversation, after, MOST_EVENTS)
        return Events(events=for_customer(found), head_seq=row.head_seq, epoch=row.epoch)

    @router.post("/{conversation_id}/handoff", status_code=202)
    async def request_person(conversation: Own, body: RequestPerson | None = None) -> Accepted:
        await limit.take("handoff", conversation, settings.messages_per_minute)
        return Accepted(seq=await service.request_person(conversation, body.note if body else None))

    @router.post("/{conversation_id}/feedback", status_code=202)
    async def give_feedback(conversation: Own, body: Feedback) -> Accepted:
        await limit.take("feedback", conversation, settings.messages_per_minute)
        if body.kind != "survey":
            return Accepted(seq=await service.give_feedback(conversation, body.kind, body.comment))
        episode, ces = body.episode_id or "", body.ces or 0
        return Accepted(seq=await service.answer_survey(conversation, episode, ces, body.csat, body.comment))

    return router
