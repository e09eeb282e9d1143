"""The demo shop, the ledger and the webhook on real databases; time stands still unless a test moves it."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr, TypeAdapter
from sqlalchemy import Engine

from actions.assembly import OpenShop, make_code_mail, make_desk, make_webhook
from actions.backend import tables
from actions.backend.code_mail import CodeMail
from actions.backend.faults import Faults, FaultyBackend
from actions.backend.http import HttpBackend, http_client
from actions.backend.mail import Mailbox, list_mails
from actions.backend.reference import create_reference
from actions.backend.seed import Seed, read_seed, seed_shop
from actions.backend.shop import DemoShop
from actions.desk import Desk
from actions.settings import ActionsSettings
from handoff.clock import stamp
from handoff.contract.events import Citation
from handoff.contract.promised import Promised
from handoff.contract.signing import sign_context
from handoff.contract.turn import ActionReturn, Triage, TurnContext, TurnResult
from handoff.gateway.gate import let_out, standing_of
from handoff.operations.ledger import SqlOperationLedger
from handoff.storage import tables as handoff_tables
from handoff.storage.database import Database
from tests.support import postgres
from tests.support.asked import put_question
from tests.support.clock import START, CountingIds, FakeClock

CONTEXT_KEY = "context-key-of-the-tests-" + "k" * 24
BACKEND_TOKEN = "token-of-the-tests"
ACTION_SECRET = "action-secret-of-the-tests-" + "s" * 24
RETURNED = TypeAdapter(ActionReturn)


@pytest.fixture(scope="session")
def seed() -> Seed:
    return read_seed()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def seeded_file(tmp_path_factory: pytest.TempPathFactory, seed: Seed) -> Path:
    """The shop on its first day, to be copied: most tests need it, and none changes it."""
    path = tmp_path_factory.mktemp("seeded") / "shop.db"
    engine = tables.open_engine(f"sqlite:///{path}")
    seed_shop(engine, seed, START)
    engine.dispose()  # the last connection folds the write-ahead log into the file
    return path


@pytest.fixture
def sqlite_engine(tmp_path: Path, seeded_file: Path) -> Iterator[Engine]:
    shutil.copyfile(seeded_file, tmp_path / "shop.db")
    engine = tables.open_engine(f"sqlite:///{tmp_path}/shop.db")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def seeded_databases(seed: Seed) -> Iterator[postgres.Databases]:
    """Likewise on the PostgreSQL of the machine."""

    def prepare(url: str) -> None:
        engine = tables.open_engine(url)
        seed_shop(engine, seed, START)
        engine.dispose()

    with postgres.copies(prepare) as databases:
        yield databases


@pytest.fixture
def postgres_engine(seeded_databases: postgres.Databases) -> Iterator[Engine]:
    with seeded_databases.one() as url:
        engine = tables.open_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    return engine


def open_on(engine: Engine, seed: Seed, clock: FakeClock, folder: Path) -> OpenShop:
    seed_shop(engine, seed, clock.now())
    mailbox = Mailbox(folder / "mail")
    shop = DemoShop(engine, seed.policy, mailbox, clock.now)
    return OpenShop(engine, seed, mailbox, shop)


@pytest.fixture(params=["sqlite", "postgres", "http"])
async def shop(request: pytest.FixtureRequest, seed: Seed, clock: FakeClock, tmp_path: Path) -> AsyncIterator[OpenShop]:
    """The port's contract holds for the shop on both databases, and for the HTTP adapter before a real server."""
    engine = request.getfixturevalue("postgres_engine" if request.param == "postgres" else "sqlite_engine")
    opened = open_on(engine, seed, clock, tmp_path)
    if request.param != "http":
        yield opened
        return
    with serving(create_reference(opened.backend, BACKEND_TOKEN)) as url:
        async with http_client(url, BACKEND_TOKEN, seconds=10.0) as client:
            yield replace(opened, backend=HttpBackend(client))


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The application behind a real socket, in a thread of its own; its address."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture
def sqlite_shop(sqlite_engine: Engine, seed: Seed, clock: FakeClock, tmp_path: Path) -> OpenShop:
    return open_on(sqlite_engine, seed, clock, tmp_path)


@dataclass
class Knowledge:
    """Stands where the knowledge service stands; what it answers is set by the test."""

    text: str = "A return is free for members."
    found: bool = True
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def answer(
        self, question: str, *, audience: str, locale: str, history: Sequence[str], turn: TurnContext
    ) -> KnownAnswer:
        self.asked.append({"question": question, "audience": audience, "locale": locale, "history": list(history)})
        page = Citation("returns-policy", 3, "Returns", "How long", "/help/returns-policy#how-long")
        return KnownAnswer(self.text, [page] if self.found else [], self.found, 0.8, "chat-1")


@dataclass
class KnownAnswer:
    text: str
    citations: list[Citation]
    found: bool
    confidence: float
    worded_by: str | None = None


@dataclass
class Front:
    """A conversation in front of the actions: it signs turns as the gateway does, and calls as Rasa does."""

    desk: Desk
    shop: OpenShop
    faults: Faults
    knowledge: Knowledge
    clock: FakeClock
    client: httpx.AsyncClient
    database: Database
    context: TurnContext
    code_mail: CodeMail
    slots: dict[str, Any] = field(default_factory=dict)
    verified: set[str] = field(default_factory=set)
    promises: tuple[Promised, ...] = ()
    about: dict[str, str] = field(default_factory=dict)

    def next_message(self, *, customer_id: str | None = None) -> None:
        """The customer writes again: a later ``seq``, a new deadline."""
        deadline = stamp(self.clock.now() + timedelta(seconds=8))
        self.context = replace(self.context, seq=self.context.seq + 2, deadline=deadline)
        if customer_id:
            self.context = replace(self.context, customer_id=customer_id, verification="one_time_code")

    def call(self, action: str, text: str = "", intent: str = "", **entities: str) -> dict[str, Any]:
        """The body that Rasa posts."""
        message = {
            "text": text or f"/{intent}",
            "intent": {"name": intent},
            "entities": [{"entity": name, "value": value} for name, value in entities.items()],
            "metadata": {"context_token": sign_context(self.context, CONTEXT_KEY.encode())},
        }
        names = (
            *("order_number", "email", "code", "operation_id", "transaction", "awaiting", "note", "recovery"),
            *("callback_slot", "profile_field", "problem", "amount", "last_operation", "about_order", "question_open"),
            *("thing", "trouble"),
        )
        slots = {name: self.slots.get(name) for name in names} | entities
        tracker = {"sender_id": self.context.conversation_id, "slots": slots, "latest_message": message, "events": []}
        return {
            "next_action": action,
            "sender_id": self.context.conversation_id,
            "tracker": tracker,
            "version": "3.6.21",
        }

    async def run(self, action: str, text: str = "", intent: str = "", **entities: str) -> Outcome:
        """The next message and the action that follows it; slots are kept as Rasa would."""
        self.next_message()
        answer = await self.client.post("/webhook", json=self.call(action, text, intent, **entities))
        assert answer.status_code == 200, answer.text
        self.slots |= entities
        for event in answer.json()["events"]:
            self.slots[event["name"]] = event["value"]
        outcome = Outcome([response["custom"]["frontdesk"] for response in answer.json()["responses"]])
        await self.database.write(lambda connection: self.put_into_the_log(connection, outcome))
        await self.code_mail.deliver()
        self.would_pass_the_gate(outcome)
        return outcome

    def put_into_the_log(self, connection: sa.Connection, outcome: Outcome) -> None:
        asked = [name for item in outcome.returns if "message" in item for name in item["message"]["operations"]]
        put_question(connection, self.context.conversation_id, self.context.seq + 1, asked)

    def would_pass_the_gate(self, outcome: Outcome) -> None:
        """Nothing that the actions say is held back by the gateway: what they claim is backed as the gate wants it."""
        returned = [RETURNED.validate_python(item) for item in outcome.returns]
        messages = [each.message for each in returned if each.message]
        directives = [each.directive for each in returned if each.directive]
        operations = [each.operation for each in returned if each.operation]
        result = TurnResult(messages, directives, Triage("continue", "", 0.0, 0.0), operations, [], [], 0, "")
        self.verified |= {each.operation_id for each in operations if each.state == "verified"}
        self.about |= {each.operation_id: f"{each.kind} {each.summary}" for each in operations}
        now = self.clock.now()
        standing = standing_of(result, self.verified, now, self.promises, self.about)
        self.promises = standing.promises
        assert [message.text for message, _ in let_out(result, standing).held] == []

    def mails(self) -> list[dict[str, Any]]:
        return list_mails(self.shop.mailbox._directory)

    def effects(self) -> list[sa.Row[Any]]:
        with self.shop.engine.connect() as connection:
            return list(connection.execute(sa.select(tables.effects)))


@dataclass
class Outcome:
    returns: list[dict[str, Any]]

    @property
    def text(self) -> str:
        return "\n".join(item["message"]["text"] for item in self.returns if "message" in item)

    @property
    def choices(self) -> list[dict[str, str]]:
        return [choice for item in self.returns if "message" in item for choice in item["message"].get("choices", [])]

    def directive(self, name: str) -> dict[str, Any] | None:
        found = [item["directive"] for item in self.returns if item.get("directive", {}).get("directive") == name]
        return found[0] if found else None

    @property
    def operations(self) -> list[dict[str, Any]]:
        return [item["operation"] for item in self.returns if "operation" in item]


@asynccontextmanager
async def open_front(shop: OpenShop, clock: FakeClock, folder: Path) -> AsyncIterator[Front]:
    """A conversation with Mara, verified by the host site's token, and the ledger it writes to."""
    settings = ActionsSettings(
        context_key=SecretStr(CONTEXT_KEY),
        action_secret=SecretStr(ACTION_SECRET),
        change_patience=timedelta(seconds=5),
        read_patience=timedelta(seconds=5),
    )
    database = Database(f"sqlite:///{folder}/log.db")
    database.open()
    handoff_tables.metadata.create_all(database.engine)
    ledger = SqlOperationLedger(database, clock, CountingIds())
    faults, knowledge = Faults(), Knowledge()
    backend = FaultyBackend(shop.backend, faults)
    code_mail = make_code_mail(shop, backend, clock.now)
    desk = make_desk(settings, shop, ledger, knowledge, clock.now, backend, code_mail=code_mail)
    deadline = stamp(clock.now() + timedelta(seconds=8))
    context = TurnContext("con_1", "turn_1", 2, 1, deadline, "cus_mara", "identity_token")
    await asyncio.to_thread(open_conversation, database, clock, context)
    transport = httpx.ASGITransport(app=make_webhook(settings, desk))
    headers = {"Authorization": f"Bearer {ACTION_SECRET}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://actions", headers=headers) as client:
        yield Front(desk, shop, faults, knowledge, clock, client, database, context, code_mail)
    await asyncio.to_thread(database.close)


@pytest.fixture
async def front(sqlite_shop: OpenShop, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Front]:
    async with open_front(sqlite_shop, clock, tmp_path) as front:
        yield front


def open_conversation(database: Database, clock: FakeClock, context: TurnContext) -> None:
    with database.engine.begin() as connection:
        connection.execute(
            sa.insert(handoff_tables.conversations).values(
                id=context.conversation_id,
                customer_id=context.customer_id,
                verification=context.verification,
                channel="web",
                locale="en",
                owner="bot",
                epoch=context.epoch,
                head_seq=0,
                state="open",
                tracker_version=0,
                opened_at=stamp(clock.now()),
                last_event_at=stamp(clock.now()),
            )
        )
