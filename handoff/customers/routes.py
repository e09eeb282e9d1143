"""A known customer's own things over HTTP: past conversations, taking one up again, and what we would say first."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header

from handoff.conversations import identity
from handoff.conversations.access import bearer
from handoff.conversations.identity import Customer
from handoff.conversations.schemas import Body, ConversationOpened
from handoff.core import Core
from handoff.customers.service import CustomerService
from handoff.late_routes import Routes
from handoff.schemes import CUSTOMER


class ListedConversation(Body):
    conversation_id: str
    opened_at: str
    last_event_at: str
    owner: Literal["bot", "queue", "agent", "none"]
    last_from: Literal["customer", "bot", "agent", "system"]
    last_text: str


class ListedConversations(Body):
    conversations: list[ListedConversation]


class GreetingOut(Body):
    about: str
    text: str
    question: str


class MaybeGreeting(Body):
    greeting: GreetingOut | None


def create_router(core: Core, service: CustomerService) -> APIRouter:
    router = Routes(prefix="/customers/me", tags=["customers"])
    secret = core.settings.identity_secret.get_secret_value()

    # A coroutine, as in ``conversations.access``.
    async def proven(
        authorization: Annotated[str | None, Header(include_in_schema=False)] = None, _scheme: Any = CUSTOMER
    ) -> Customer:
        """The bearer of an identity token. Raises ``Unauthorised``."""
        return identity.verify_identity(bearer(authorization), secret)

    Me = Annotated[Customer, Depends(proven)]

    @router.get("/conversations")
    async def list_own_conversations(me: Me) -> ListedConversations:
        return ListedConversations.model_validate({"conversations": await service.conversations(me.id)})

    @router.post("/conversations/{conversation_id}")
    async def take_up_conversation(conversation_id: str, me: Me) -> ConversationOpened:
        """A fresh token for a conversation of one's own."""
        return ConversationOpened(**vars(await service.take_up(me.id, conversation_id)))

    @router.get("/greeting")
    async def get_greeting(me: Me) -> MaybeGreeting:
        said = await service.greeter(me.id)
        return MaybeGreeting(greeting=GreetingOut(**vars(said)) if said else None)

    return router
