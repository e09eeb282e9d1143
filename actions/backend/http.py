"""The business system of a company, behind HTTP: the port as a client of the contract in ``openapi.json``.

A read, and a preview, are tried twice. A change is sent once: it carries its idempotency key, and where no answer
comes, the engine reads back and decides; only a change that never left (no connection) is sent again. Whatever is not
a clear answer of the contract is ``BackendUnavailable``: nothing is known about the effect.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import structlog
from pydantic import BaseModel, TypeAdapter, ValidationError

from actions.backend.account import Slot
from actions.backend.port import Change, Customer, Effect, Order, Plan, Preview
from actions.backend.wire import (
    IDEMPOTENCY_KEY,
    ChangeBody,
    CodeBody,
    EffectAnswer,
    GivenAnswer,
    LookupAnswer,
    LookupBody,
    MailAnswer,
    PreviewBody,
    Refused,
)
from actions.errors import BackendUnavailable, NotAllowed, NotFound

T = TypeVar("T")
log = structlog.get_logger(__name__)
LARGEST_ANSWER = 4 * 1024 * 1024

_ORDER_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_CUSTOMER: TypeAdapter[Customer] = TypeAdapter(Customer)
_ORDER: TypeAdapter[Order] = TypeAdapter(Order)
_ORDERS: TypeAdapter[list[Order]] = TypeAdapter(list[Order])
_PLANS: TypeAdapter[list[Plan]] = TypeAdapter(list[Plan])
_SLOTS: TypeAdapter[list[Slot]] = TypeAdapter(list[Slot])
_PREVIEW: TypeAdapter[Preview] = TypeAdapter(Preview)
_EFFECT: TypeAdapter[Effect] = TypeAdapter(Effect)


def http_client(url: str, token: str, seconds: float) -> httpx.AsyncClient:
    """A client for ``HttpBackend``, to be closed by its owner. ``seconds`` is the longest wait for one answer."""
    timeout = httpx.Timeout(seconds, connect=min(seconds, 1.0))
    headers = {"Authorization": f"Bearer {token}"}
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=16)
    return httpx.AsyncClient(base_url=url.rstrip("/"), headers=headers, timeout=timeout, limits=limits)


class HttpBackend:
    """Implements ``actions.backend.port.Backend``."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def customer(self, customer_id: str) -> Customer:
        return await self._read(_CUSTOMER, _of(customer_id))

    async def orders(self, customer_id: str) -> Sequence[Order]:
        return await self._read(_ORDERS, _of(customer_id, "orders"))

    async def order(self, order_id: str, customer_id: str) -> Order:
        if not _ORDER_ID.fullmatch(order_id.strip()):
            raise NotFound  # a customer's words that cannot be a number never become part of a path
        return await self._read(_ORDER, _of(customer_id, "orders", order_id.strip()))

    async def plans(self) -> Sequence[Plan]:
        return await self._read(_PLANS, "/v1/plans")

    async def callback_slots(self) -> Sequence[Slot]:
        return await self._read(_SLOTS, "/v1/callback-slots")

    async def find_customer_by_order_and_email(self, order_id: str, email: str) -> str | None:
        body = LookupBody(order_id=order_id.strip()[:64], email=email.strip()[:254])
        answer = await self._read(TypeAdapter(LookupAnswer), "/v1/customers/lookup", body)
        return answer.customer_id

    async def preview(self, customer_id: str, change: Change) -> Preview:
        return await self._read(_PREVIEW, _of(customer_id, "changes", "preview"), PreviewBody(change=change))

    async def apply(self, customer_id: str, change: Change, key: str, *, confirmed: Decimal | None = None) -> Effect:
        if not key:
            raise ValueError("a change needs an idempotency key")
        body = ChangeBody(change=change, confirmed=confirmed)
        path = _of(customer_id, "changes")
        try:
            answer = await self._send("POST", path, body, {IDEMPOTENCY_KEY: key})
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            answer = await self._sent("POST", path, body, {IDEMPOTENCY_KEY: key})  # nothing had left yet
        except httpx.HTTPError as exc:
            raise _away(exc) from exc
        return _parsed(_EFFECT, answer)

    async def effect(self, customer_id: str, key: str) -> Effect | None:
        return (await self._read(TypeAdapter(EffectAnswer), _of(customer_id, "effects", key))).effect

    async def given_since(self, customer_id: str, since: datetime) -> Decimal:
        path = f"{_of(customer_id, 'given')}?since={quote(since.isoformat(), safe='')}"
        return (await self._read(TypeAdapter(GivenAnswer), path)).amount

    async def send_code(self, customer_id: str, code: str, minutes: int, key: str) -> None:
        body = CodeBody(code=code, minutes=minutes, key=key)
        await self._read(TypeAdapter(MailAnswer), _of(customer_id, "codes"), body)

    async def mail_was_sent(self, customer_id: str, key: str) -> bool:
        return (await self._read(TypeAdapter(MailAnswer), _of(customer_id, "effects", key, "mail"))).sent

    async def _read(self, shape: TypeAdapter[T], path: str, body: BaseModel | None = None) -> T:
        """Something that changes nothing, or nothing twice: tried again once where no answer came."""
        method = "GET" if body is None else "POST"
        try:
            answer = await self._send(method, path, body)
        except httpx.HTTPError:
            return _parsed(shape, await self._sent(method, path, body))
        return _parsed(shape, answer if answer.status_code < 500 else await self._sent(method, path, body))

    async def _sent(
        self, method: str, path: str, body: BaseModel | None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        try:
            return await self._send(method, path, body, headers)
        except httpx.HTTPError as exc:
            raise _away(exc) from exc

    async def _send(
        self, method: str, path: str, body: BaseModel | None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        content = None if body is None else body.model_dump_json()
        return await self._client.request(
            method, path, content=content, headers={"Content-Type": "application/json", **(headers or {})}
        )


def _of(customer_id: str, *parts: str) -> str:
    """A path below a customer; whatever is in a part stays one part."""
    return "/v1/customers/" + "/".join(quote(part, safe="") for part in (customer_id, *parts))


def _parsed(shape: TypeAdapter[T], answer: httpx.Response) -> T:
    """The answer's value, or the error that its body names."""
    if len(answer.content) > LARGEST_ANSWER:
        raise _unclear(answer, "too large")
    try:
        if answer.status_code == 200:
            return shape.validate_json(answer.content)
        refused = Refused.model_validate_json(answer.content)
    except ValidationError:
        raise _unclear(answer, "not in the contract") from None
    if answer.status_code == 404 and refused.code == "not_found":
        raise NotFound
    if answer.status_code == 409 and refused.code == "not_allowed" and isinstance(refused.data.get("rule"), str):
        data: dict[str, Any] = dict(refused.data)
        raise NotAllowed(data.pop("rule"), refused.message, **data)
    raise _unclear(answer, refused.code)


def _away(exc: httpx.HTTPError) -> BackendUnavailable:
    log.warning("backend_away", error=type(exc).__name__)
    return BackendUnavailable()


def _unclear(answer: httpx.Response, what: str) -> BackendUnavailable:
    log.error("backend_unclear", status=answer.status_code, what=what)
    return BackendUnavailable("The business system gave no answer that could be understood.")
