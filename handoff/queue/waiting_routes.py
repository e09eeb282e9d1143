"""What a customer who waits can see and do: their place, and a message left for a colleague."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends
from pydantic import Field, model_validator

from handoff.conversations.access import OwnConversation
from handoff.conversations.log import LogWriter, find
from handoff.conversations.schemas import Body, ClientMessageId, Text
from handoff.core import Core
from handoff.errors import Unprocessable
from handoff.late_routes import Routes
from handoff.limits import RateLimit
from handoff.ports import Ports
from handoff.queue import waiting
from handoff.queue.contact import Contact, check_address, check_phone, shortened

MESSAGES_LEFT_PER_MINUTE = 10


class Wait(Body):
    """``staffed`` is false when nobody who could take it is at the desk; ``opens_at`` is set outside business hours;
    ``address_on_record`` is the verified customer's own e-mail, shortened, which may be used instead of typing one."""

    state: Literal["none", "waiting", "with_a_person"]
    position: int | None = None
    staffed: bool | None = None
    estimate_seconds: int | None = None
    opens_at: str | None = None
    promise_id: str | None = None
    address_on_record: str | None = None


class LeftMessage(Body):
    """An ``email``, a ``phone`` with its country, or ``use_address_on_record``: exactly one of them."""

    email: str | None = Field(default=None, max_length=320)
    phone: str | None = Field(default=None, max_length=64)
    use_address_on_record: bool = False
    text: Text | None = None
    client_message_id: ClientMessageId | None = None

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if [self.email is not None, self.phone is not None, self.use_address_on_record].count(True) != 1:
            raise ValueError("send one of email, phone and use_address_on_record")
        return self


class Promised(Body):
    promise_id: str
    due_at: str


def create_router(core: Core, own: OwnConversation, ports: Ports, limit: RateLimit) -> APIRouter:
    router = Routes(prefix="/conversations", tags=["conversations"])
    Own = Annotated[str, Depends(own)]

    async def address_on_record(conversation_id: str) -> str | None:
        row = await core.database.read(lambda c: find(c, conversation_id))
        return await ports.address_on_record(row.customer_id, row.verification)

    async def contact_in(conversation_id: str, body: LeftMessage) -> Contact:
        if body.email is not None:
            return Contact("email", check_address(body.email), "format")
        if body.phone is not None:
            return Contact("phone", check_phone(body.phone), "format")
        known = await address_on_record(conversation_id)
        if known is None:
            raise Unprocessable("no_address_on_record", "We have no address of yours that we may use.")
        return Contact("email", known, "verified")

    @router.get("/{conversation_id}/wait")
    async def get_wait(conversation: Own) -> Wait:
        found = await core.database.read(lambda c: waiting.place_of(c, conversation))
        address = await address_on_record(conversation) if found["state"] == "waiting" else None
        return Wait(**found, address_on_record=shortened(address) if address else None)

    @router.post("/{conversation_id}/leave_message", status_code=201)
    async def leave_message(conversation: Own, body: LeftMessage) -> Promised:
        """The place in the queue is kept. What is promised is a row that the team keeps, due in its hours."""
        await limit.take("leave_message", conversation, MESSAGES_LEFT_PER_MINUTE)
        contact = await contact_in(conversation, body)

        def work(log: LogWriter) -> tuple[str, str]:
            return waiting.leave_message(log, core.runner.limits.plan, contact, body.text, body.client_message_id)

        promise_id, due_at = await core.change(conversation, work)
        return Promised(promise_id=promise_id, due_at=due_at)

    return router
