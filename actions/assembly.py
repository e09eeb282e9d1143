"""Puts the parts together: the shop from its files, the desk from the shop, the webhook from the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from starlette.applications import Starlette

from actions.backend.code_mail import CodeMail
from actions.backend.codes import CODE_LIFE, OneTimeCodes, Verifier
from actions.backend.http import HttpBackend, http_client
from actions.backend.mail import Mailbox
from actions.backend.port import Backend
from actions.backend.seed import Seed, read_seed, seed_shop
from actions.backend.shop import DemoShop, system_now
from actions.backend.tables import open_engine
from actions.desk import Desk
from actions.ports import Answerer
from actions.rasa_actions.registry import all_actions
from actions.recording import Recorder
from actions.settings import ActionsSettings
from actions.transactions.catalogue import TRANSACTIONS
from actions.transactions.engine import TransactionEngine
from actions.webhook import create_webhook_app
from handoff.contract.operations import OperationLedger


@dataclass(frozen=True)
class OpenShop:
    """The demo company, running. ``engine`` is closed by the caller (``engine.dispose()``).

    Where a company's own system stands behind Frontdesk, this database keeps the one-time codes alone.
    """

    engine: Engine
    seed: Seed
    mailbox: Mailbox
    backend: Backend


def open_shop(settings: ActionsSettings, now: Callable[[], datetime] = system_now) -> OpenShop:
    """Opens the shop's database, and seeds it where it is empty. Blocks; done once at start."""
    seed, engine, mailbox = read_seed(), open_engine(settings.shop_url), Mailbox(settings.mail_folder)
    seed_shop(engine, seed, now())
    shop = DemoShop(engine, seed.policy, mailbox, now)
    return OpenShop(engine, seed, mailbox, shop)


@asynccontextmanager
async def open_backend(settings: ActionsSettings, shop: OpenShop) -> AsyncIterator[Backend]:
    """The company's own system where the settings name one, else the demo shop."""
    if not settings.backend_url:
        yield shop.backend
        return
    token, patience = settings.backend_token.get_secret_value(), settings.change_patience.total_seconds()
    async with http_client(settings.backend_url, token, patience) as client:
        yield HttpBackend(client)


def _nobody() -> None:
    """Hears of no code."""


def make_code_mail(shop: OpenShop, backend: Backend, now: Callable[[], datetime] = system_now) -> CodeMail:
    """Mails the codes while its ``run_forever`` runs. ``backend`` knows the customers' addresses."""
    return CodeMail(shop.engine, backend, now, CODE_LIFE.seconds // 60)


def make_desk(
    settings: ActionsSettings,
    shop: OpenShop,
    ledger: OperationLedger,
    answerer: Answerer,
    now: Callable[[], datetime] = system_now,
    backend: Backend | None = None,
    recorder: Recorder | None = None,
    code_mail: CodeMail | None = None,
) -> Desk:
    """``backend`` stands in for the shop, for another business system or for one that fails on purpose. ``recorder``
    keeps what the tools answer in each turn. ``code_mail`` hears of codes that are to be mailed."""
    chosen = backend or shop.backend
    verifier: Verifier = OneTimeCodes(shop.engine, now, code_mail.wake if code_mail else _nobody)
    if recorder is not None:
        chosen, ledger, verifier = recorder.shop(chosen), recorder.operations(ledger), recorder.codes(verifier)
    engine = TransactionEngine(
        chosen,
        ledger,
        TRANSACTIONS,
        now,
        patience=settings.change_patience.total_seconds(),
        glance=settings.read_patience.total_seconds(),
    )
    return Desk(chosen, engine, answerer, verifier, settings.context_key.get_secret_value().encode(), now)


def make_webhook(settings: ActionsSettings, desk: Desk) -> Starlette:
    return create_webhook_app(all_actions(desk), settings.action_secret.get_secret_value().encode())
