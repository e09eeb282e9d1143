"""The lab, ``/lab/v1``: isolated customers for evaluation, what became of them, faults and time for each alone.

Mounted with ``--demo`` alone, like the demo shop that it works on. It reaches nothing but customers that were made
here and conversations of theirs or of nobody: no installation of a company has it, and the demo's own people are safe.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeVar

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actions.backend.code_mail import CodeMail
from actions.backend.faults import Fault, FaultsByCustomer
from actions.backend.port import Backend, change_from_json
from actions.errors import NotAllowed
from actions.errors import NotFound as NotInShop
from actions.lab import LabCustomer, ShopLab, UnknownTemplate
from handoff.clock import Clock
from handoff.contract.redact import for_staff
from handoff.conversations.log import find, read_whole
from handoff.demo import ageing
from handoff.errors import Conflict, NotFound, Unprocessable
from handoff.storage import tables as t
from handoff.storage.database import Database
from stack.eval_ports import LAB_CHANNEL
from stack.settings import Settings
from stack.token_command import identity_token

T = TypeVar("T")
TOKEN_SECONDS = 3600
LONGEST_STEP = 400 * 86_400


@dataclass(frozen=True)
class Lab:
    """What the routes work on: the shop, the faults around it, and the log."""

    shop: ShopLab
    faults: FaultsByCustomer
    backend: Backend
    database: Database
    code_mail: CodeMail


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OrderLine(Body):
    sku: str = Field(description="of the demo's catalogue")
    qty: int = Field(ge=1, le=99)


class PaymentRow(Body):
    amount: str = Field(description="a decimal, or 'total'")
    status: Literal["captured", "pending", "refunded"]
    days_ago: int


class ParcelRow(Body):
    status: str
    lines: list[OrderLine]
    carrier: str = ""
    tracking: str = ""
    eta_in_days: int | None = None
    delivered_days_ago: int | None = None


class ScanRow(Body):
    days_ago: int
    text: str


class NewOrder(Body):
    """``like`` names an order of the demo company to begin with; every other field given replaces its own."""

    like: str | None = None
    status: str | None = None
    placed_days_ago: int | None = None
    delivered_days_ago: int | None = None
    eta_in_days: int | None = None
    carrier: str | None = None
    tracking: str | None = None
    lines: list[OrderLine] | None = None
    shipping: str | None = None
    payments: list[PaymentRow] | None = None
    parcels: list[ParcelRow] | None = None
    events: list[ScanRow] | None = None


class NewCustomer(Body):
    """``like`` names a customer of the demo company; ``profile`` replaces fields of theirs, in the form of
    ``actions/backend/seed/customers.yaml``. ``orders`` by names of the caller's own."""

    like: str = "cus_mara"
    profile: dict[str, Any] = {}
    orders: dict[str, NewOrder] = Field(default={}, max_length=20)


class MadeOrder(BaseModel):
    id: str
    status: str
    total: str


class MadeCustomer(BaseModel):
    customer_id: str
    name: str
    email: str
    identity_token: str = Field(description="good for an hour")
    orders: dict[str, MadeOrder]


class ShopState(BaseModel):
    """``effects`` are the changes that happened, with their receipts; the same shapes as the business-system port."""

    customer: dict[str, Any]
    orders: list[dict[str, Any]]
    effects: list[dict[str, Any]]
    mails: list[dict[str, Any]]


class NewFault(Body):
    """``target`` is the kind of call: reading, a preview, the change itself, or its read-back."""

    kind: Literal["slow", "error", "lost_answer", "lost_write", "duplicate"]
    target: Literal["read", "preview", "apply", "effect"] = "apply"
    seconds: float = Field(default=0, ge=0, le=30)
    always: bool = Field(default=False, description="for every such call until the faults are cleared; else for one")


class Step(Body):
    forward_seconds: float = Field(gt=0, le=LONGEST_STEP)


class Codes(BaseModel):
    codes: list[str]


class Change(Body):
    change: dict[str, Any] = Field(description="a change of the business-system port, named by its kind")


class Effect(BaseModel):
    kind: str
    object_ref: str
    receipt: str


class ConversationLog(BaseModel):
    """The whole log with what only staff see, and the state that the gateway keeps beside it."""

    conversation_id: str
    customer_id: str | None
    owner: str
    state: str
    epoch: int
    events: list[dict[str, Any]]


def create_router(lab: Lab, settings: Settings, clock: Clock) -> APIRouter:
    router = APIRouter(prefix="/lab/v1", tags=["lab"])

    @router.post("/customers", status_code=201)
    async def create_lab_customer(body: NewCustomer) -> MadeCustomer:
        """A customer whom nobody else has, with orders in the states that are wanted."""
        orders = {name: order.model_dump(exclude_unset=True) for name, order in body.orders.items()}
        try:
            made = await asyncio.to_thread(lab.shop.create, body.like, body.profile, orders)
        except UnknownTemplate as unknown:
            raise Unprocessable("unknown_template", f"The demo company has no {unknown}.") from None
        except (KeyError, TypeError, ValueError, ArithmeticError):
            raise Unprocessable("bad_template", "Give a status, lines and payments, or an order to copy.") from None
        return _made(made, identity_token(settings, made.id, TOKEN_SECONDS, clock.now()))

    @router.get("/customers/{customer_id}")
    async def lab_customer(customer_id: str) -> ShopState:
        """What the shop holds of this customer now."""
        return ShopState(**await _in_shop(lambda: lab.shop.state(customer_id)))

    @router.get("/customers/{customer_id}/codes")
    async def list_codes(customer_id: str) -> Codes:
        """The one-time codes that were mailed, oldest first; what waits to be mailed goes out before."""
        await lab.code_mail.deliver()
        return Codes(codes=await _in_shop(lambda: lab.shop.codes(customer_id)))

    @router.post("/customers/{customer_id}/faults", status_code=204)
    async def inject_fault(customer_id: str, body: NewFault) -> None:
        """The business system fails for this customer, and for nobody else."""
        await _in_shop(lambda: lab.shop.check(customer_id))
        faults, fault = lab.faults.of(customer_id), Fault(body.kind, body.seconds)
        if body.always:
            faults.always(body.target, fault)
        else:
            faults.plan(body.target, fault)

    @router.delete("/customers/{customer_id}/faults", status_code=204)
    async def clear_faults(customer_id: str) -> None:
        await _in_shop(lambda: lab.shop.check(customer_id))
        lab.faults.of(customer_id).clear()

    @router.post("/customers/{customer_id}/changes", status_code=201)
    async def change_in_shop(customer_id: str, body: Change) -> Effect:
        """Make a change in the shop past the assistant, as a colleague would in the shop's own system."""
        await _in_shop(lambda: lab.shop.check(customer_id))
        try:
            wanted = change_from_json(body.change)
        except ValidationError:
            raise Unprocessable("unknown_change", "The business system knows no such change.") from None
        try:
            effect = await lab.backend.apply(customer_id, wanted, f"lab_{clock.monotonic()}_{customer_id}")
        except NotInShop:
            raise NotFound("not_in_shop", "The shop has no such thing of this customer.") from None
        except NotAllowed as refused:
            raise Conflict("not_allowed", "The shop's rules refuse this change.", rule=refused.rule) from None
        return Effect(kind=effect.kind, object_ref=effect.object_ref, receipt=effect.receipt)

    @router.post("/customers/{customer_id}/clock", status_code=204)
    async def move_customer_clock(customer_id: str, body: Step) -> None:
        """Time passes for this customer, in the shop and in their conversations: what was, was longer ago."""
        by = timedelta(seconds=body.forward_seconds)
        await _in_shop(lambda: lab.shop.check(customer_id))
        await lab.database.write(lambda c: ageing.age(c, ageing.of_customer(c, customer_id), by))
        await _in_shop(lambda: lab.shop.age(customer_id, by))

    @router.post("/conversations/{conversation_id}/clock", status_code=204)
    async def move_conversation_clock(conversation_id: str, body: Step) -> None:
        """Time passes in one conversation: for a guest, who has no customer yet."""
        await _readable(conversation_id)
        by = timedelta(seconds=body.forward_seconds)
        await lab.database.write(lambda c: ageing.age(c, [conversation_id], by))

    @router.post("/conversations/{conversation_id}/mark", status_code=204)
    async def mark_conversation(conversation_id: str) -> None:
        """This conversation is the lab's: a guest has no customer to tell it by, and would count as a live customer."""
        await _readable(conversation_id)
        mine = t.conversations.c.id == conversation_id
        await lab.database.write(
            lambda c: c.execute(sa.update(t.conversations).where(mine).values(channel=LAB_CHANNEL))
        )

    @router.get("/conversations/{conversation_id}")
    async def lab_conversation(conversation_id: str) -> ConversationLog:
        """The log as staff see it, of a lab customer or a guest."""
        return await _readable(conversation_id)

    async def _readable(conversation_id: str) -> ConversationLog:
        def work(connection: sa.Connection) -> ConversationLog:
            row = find(connection, conversation_id)
            return ConversationLog(
                conversation_id=row.id,
                customer_id=row.customer_id,
                owner=row.owner,
                state=row.state,
                epoch=row.epoch,
                events=for_staff(read_whole(connection, conversation_id)),
            )

        log = await lab.database.read(work)
        if log.customer_id is not None:
            await _in_shop(lambda: lab.shop.check(log.customer_id or ""))
        return log

    return router


async def _in_shop(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except NotInShop:
        raise NotFound("customer_not_found", "The lab has made no such customer.") from None


def _made(customer: LabCustomer, token: str) -> MadeCustomer:
    orders: Mapping[str, MadeOrder] = {
        name: MadeOrder(id=order.id, status=order.status, total=str(order.total))
        for name, order in customer.orders.items()
    }
    return MadeCustomer(
        customer_id=customer.id, name=customer.name, email=customer.email, identity_token=token, orders=dict(orders)
    )
