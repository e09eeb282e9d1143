"""The reference server of the HTTP contract: the demo shop behind it, and the document ``openapi.json``.

    python -m actions.backend.reference --port 8090 --token-file FILE [--shop-url URL] [--mail-folder DIR]
    python -m actions.backend.reference --openapi > actions/backend/openapi.json

A company that puts its own system behind Frontdesk serves the same routes; ``tests/actions/backend/test_shop.py`` runs
against the shop in the process and against this server, and may be run against any other.
"""

from __future__ import annotations

import argparse
import hmac
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from actions.backend.account import Slot
from actions.backend.mail import Mailbox
from actions.backend.port import Backend, Customer, Effect, Order, Plan, Preview
from actions.backend.seed import read_seed, seed_shop
from actions.backend.shop import DemoShop, system_now
from actions.backend.tables import open_engine
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
from actions.errors import ActionsError

CONTRACT_VERSION = "1"
DESCRIPTION = (
    "What a company's business system answers to Frontdesk. Every call names the customer on whose behalf it is made; "
    "an object of another customer answers 404 like one that does not exist. Money is a decimal string, times are "
    "RFC 3339 with an offset. A change is made once for each Idempotency-Key: the same key again answers with the "
    "stored effect."
)
ERRORS: dict[int | str, dict[str, Any]] = {
    401: {"model": Refused, "description": "`unauthorised`: the token is missing or wrong"},
    404: {"model": Refused, "description": "`not_found`: not there, or not this customer's"},
    409: {"model": Refused, "description": "`not_allowed`: a rule forbids it, nothing was changed; see `data.rule`"},
    422: {"model": Refused, "description": "`malformed`: not in the form of this contract"},
    503: {"model": Refused, "description": "`backend_unavailable`: it may or may not have happened"},
}


class Unauthorised(ActionsError):
    status = 401


def create_reference(backend: Backend, token: str) -> FastAPI:
    """The contract's routes over ``backend``. ``token`` must not be empty."""
    if not token:
        raise ValueError("the backend token is empty")

    def allowed(given: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]) -> None:
        shown = given.credentials if given else ""
        if not hmac.compare_digest(shown.encode("utf-8", "replace"), token.encode()):
            raise Unauthorised("unauthorised", "The token is missing or wrong.")

    app = FastAPI(
        title="Frontdesk business system",
        version=CONTRACT_VERSION,
        description=DESCRIPTION,
        dependencies=[Depends(allowed)],
        responses=ERRORS,
        docs_url=None,
        redoc_url=None,
    )
    _refuse_in_one_shape(app)
    _read_routes(app, backend)
    _change_routes(app, backend)
    return app


def _read_routes(app: FastAPI, backend: Backend) -> None:
    @app.get("/v1/customers/{customer_id}", operation_id="customer")
    async def customer(customer_id: str) -> Customer:
        return await backend.customer(customer_id)

    @app.get("/v1/customers/{customer_id}/orders", operation_id="orders")
    async def orders(customer_id: str) -> Sequence[Order]:
        """All orders of the customer, newest first."""
        return await backend.orders(customer_id)

    @app.get("/v1/customers/{customer_id}/orders/{order_id}", operation_id="order")
    async def order(customer_id: str, order_id: str) -> Order:
        return await backend.order(order_id, customer_id)

    @app.get("/v1/customers/{customer_id}/effects/{key}", operation_id="effect")
    async def effect(customer_id: str, key: str) -> EffectAnswer:
        """What happened under that key, read afresh."""
        return EffectAnswer(effect=await backend.effect(customer_id, key))

    @app.get("/v1/customers/{customer_id}/effects/{key}/mail", operation_id="mail")
    async def mail(customer_id: str, key: str) -> MailAnswer:
        """Whether the mail that belongs to the change has left."""
        return MailAnswer(sent=await backend.mail_was_sent(customer_id, key))

    @app.get("/v1/customers/{customer_id}/given", operation_id="given")
    async def given(customer_id: str, since: datetime) -> GivenAnswer:
        """What went back to the customer since then beyond the shop's own rules: limits of authority add up."""
        moment = since if since.tzinfo else since.replace(tzinfo=UTC)
        return GivenAnswer(amount=await backend.given_since(customer_id, moment))

    @app.post("/v1/customers/lookup", operation_id="lookup")
    async def lookup(body: LookupBody) -> LookupAnswer:
        """The customer to whom order and e-mail both belong. Where the letter differs, the digits decide."""
        return LookupAnswer(customer_id=await backend.find_customer_by_order_and_email(body.order_id, body.email))

    @app.get("/v1/plans", operation_id="plans")
    async def plans() -> Sequence[Plan]:
        return await backend.plans()

    @app.get("/v1/callback-slots", operation_id="callback_slots")
    async def callback_slots() -> Sequence[Slot]:
        """The next times at which somebody can still be called, earliest first."""
        return await backend.callback_slots()


def _change_routes(app: FastAPI, backend: Backend) -> None:
    @app.post("/v1/customers/{customer_id}/changes/preview", operation_id="preview")
    async def preview(customer_id: str, body: PreviewBody) -> Preview:
        """Whether the change would be allowed, and what it comes to. Changes nothing."""
        return await backend.preview(customer_id, body.change)

    @app.post("/v1/customers/{customer_id}/changes", operation_id="change")
    async def change(
        customer_id: str,
        body: ChangeBody,
        key: Annotated[str, Header(alias=IDEMPOTENCY_KEY, min_length=1, max_length=128)],
    ) -> Effect:
        """Make the change, once for each key."""
        return await backend.apply(customer_id, body.change, key, confirmed=body.confirmed)

    @app.post("/v1/customers/{customer_id}/codes", operation_id="send_code")
    async def send_code(customer_id: str, body: CodeBody) -> MailAnswer:
        """Mail a one-time code to the customer's own address."""
        await backend.send_code(customer_id, body.code, body.minutes, body.key)
        return MailAnswer(sent=True)


def _refuse_in_one_shape(app: FastAPI) -> None:
    @app.exception_handler(ActionsError)
    async def refused(request: Request, error: ActionsError) -> JSONResponse:  # noqa: ARG001
        body = Refused(code=error.code, message=error.message, data=error.data)
        return JSONResponse(body.model_dump(mode="json"), error.status)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:  # noqa: ARG001
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        body = Refused(code="malformed", message=f"{place}: {first['msg']}")
        return JSONResponse(body.model_dump(mode="json"), 422)


def openapi() -> str:
    """The contract as a document, in a stable order."""
    shop = DemoShop(open_engine("sqlite://"), read_seed().policy, Mailbox(Path()))
    return json.dumps(create_reference(shop, "token").openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m actions.backend.reference", description="The contract's server.")
    parser.add_argument("--openapi", action="store_true", help="print the contract and stop")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--token-file", type=Path, help="file that holds the bearer token")
    parser.add_argument("--shop-url", default="sqlite:///var/db/reference.sqlite")
    parser.add_argument("--mail-folder", type=Path, default=Path("var/mail"))
    chosen = parser.parse_args(arguments)
    if chosen.openapi:
        sys.stdout.write(openapi())
        return
    if chosen.token_file is None:
        parser.error("--token-file is needed")
    import uvicorn

    seed, engine = read_seed(), open_engine(chosen.shop_url)
    seed_shop(engine, seed, system_now())
    shop = DemoShop(engine, seed.policy, Mailbox(chosen.mail_folder))
    uvicorn.run(create_reference(shop, chosen.token_file.read_text().strip()), host="127.0.0.1", port=chosen.port)


if __name__ == "__main__":
    main()
