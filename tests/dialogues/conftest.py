"""The trained bot with the real actions and the real shop: everything of a dialogue but the gateway, which is played
here over the same contract, one turn after the other.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from actions.assembly import OpenShop, make_code_mail, make_desk, make_webhook, open_shop
from actions.backend import tables
from actions.backend.faults import Faults, FaultyBackend
from actions.backend.seed import add_customer
from actions.settings import ActionsSettings
from bot.client import Conversation, Door, UnixConnection, from_now
from handoff.clock import RandomIds, SystemClock, stamp
from handoff.contract.signing import sign_context
from handoff.contract.turn import TurnContext, TurnRequest
from handoff.operations.ledger import SqlOperationLedger
from handoff.storage import tables as handoff_tables
from handoff.storage.database import Database
from stack.serve import private_listener
from tests.actions.conftest import Knowledge
from tests.support.asked import put_question

ROOT = Path(__file__).resolve().parents[2]
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
ROOT_PYTHON = ROOT / ".venv" / "bin" / "python"
MODELS = ROOT / "var" / "models"
DOOR, ACTION, CONTEXT = ("door-secret-" + "d" * 24, "action-secret-" + "a" * 24, "context-key-" + "c" * 24)
READY_WITHIN = 120.0
TEMPLATES = {
    "placed": "A-1057", "also_placed": "D-4018", "moving": "A-1042", "delivered": "A-1018", "just_delivered": "A-1050",
    "lost": "D-4010",
    "lost_dear": "B-2007", "damaged": "B-2016", "late": "A-1044", "twice": "F-6001", "refunding": "C-3020",
}  # fmt: skip
"""Orders of the demo company that a story's customer has copies of, by the name that the story uses."""


@dataclass
class Person:
    """A customer made for one story. ``orders``: the story's names and the numbers."""

    id: str
    email: str
    orders: dict[str, str]


@dataclass
class Talk(Conversation):
    """The gateway's part of one conversation; ``epoch`` and who has proved to be whom are kept as it keeps them."""

    verification: str = "identity_token"
    front: Front | None = None

    def request(
        self,
        trigger: Any,
        text: str,
        payload: str | None = None,
        note: str | None = None,
        events: list[dict[str, Any]] | None = None,
    ) -> TurnRequest:
        context = TurnContext(
            self.conversation_id, f"trn_{self.seq}", self.seq, 1, from_now(self.seconds), self.customer_id,
            self.verification,  # type: ignore[arg-type]
        )  # fmt: skip
        token = sign_context(context, self.door.context_key)
        return TurnRequest(context, token, trigger, text, self.version, payload, note, events)

    def send(self, trigger: Any, text: str = "", payload: str | None = None, note: str | None = None) -> dict[str, Any]:
        result = super().send(trigger, text, payload, note)
        for directive in result["directives"]:
            if directive["directive"] == "verified":
                self.customer_id, self.verification = directive["customer_id"], "one_time_code"
        if self.front is not None:
            asked = [name for message in result["messages"] for name in message.get("operations", ())]
            with self.front.database.engine.begin() as connection:
                put_question(connection, self.conversation_id, self.seq, asked)
        return result

    @property
    def last(self) -> dict[str, Any]:
        return self.results[-1]

    @property
    def text(self) -> str:
        return "\n".join(message["text"] for message in self.last["messages"])

    @property
    def labels(self) -> list[str]:
        return [choice["label"] for message in self.last["messages"] for choice in message["choices"]]

    @property
    def handed_over(self) -> list[str]:
        return [one["reason"] for one in self.last["directives"] if one["directive"] == "handoff"]


@dataclass
class Front:
    """The shop with its faults, the bot's door, and the ledger between them."""

    door: Door
    shop: OpenShop
    faults: Faults
    knowledge: Knowledge
    database: Database
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def person(self, *orders: str, like: str = "cus_mara") -> Person:
        """A new customer with copies of these orders of ``TEMPLATES``."""
        number = next(self.numbers)
        template = next(one for one in self.shop.seed.customers if one["id"] == like)
        name = f"story-{number}"
        person = template | {"id": name, "email": f"{name}@example.com"}
        ids = {role: f"A-{2000 + 8 * number + place}" for place, role in enumerate(orders)}
        rows = [
            next(one for one in self.shop.seed.orders if one["id"] == TEMPLATES[role]) | {"id": ids[role]}
            for role in orders
        ]
        add_customer(self.shop.engine, self.shop.seed, datetime.now(UTC), person, rows)
        return Person(name, person["email"], ids)

    def talk(self, person: Person | None) -> Talk:
        """A new conversation; nobody has proved anything where there is no person."""
        name = f"con_{next(self.numbers)}"
        now = stamp(datetime.now(UTC))
        row = {
            "id": name, "customer_id": person.id if person else None, "channel": "web", "locale": "en", "owner": "bot",
            "verification": "identity_token" if person else "none", "epoch": 1, "head_seq": 0, "state": "open",
            "tracker_version": 0, "opened_at": now, "last_event_at": now,
        }  # fmt: skip
        with self.database.engine.begin() as connection:
            connection.execute(sa.insert(handoff_tables.conversations).values(row))
        customer, proof = (person.id, "identity_token") if person else (None, "none")
        return Talk(self.door, name, customer, verification=proof, front=self)

    def effects(self, person: Person) -> list[str]:
        query = sa.select(tables.effects.c.kind).where(tables.effects.c.customer_id == person.id)
        with self.shop.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def approve(self, operation_id: str, decision: str) -> None:
        table = handoff_tables.operations
        with self.database.engine.begin() as connection:
            connection.execute(sa.update(table).where(table.c.id == operation_id).values(approval=decision))


@pytest.fixture(scope="session")
def model() -> Path:
    """The product's own model; trained only where something changed."""
    subprocess.run([ROOT_PYTHON, "-m", "bot.text.model", "--out", MODELS / "minilm"], cwd=ROOT, check=True, timeout=300)
    subprocess.run([BOT_PYTHON, "-m", "bot.train", "--out", MODELS / "rasa"], cwd=ROOT, check=True, timeout=900)
    return MODELS / "rasa" / str(json.loads((MODELS / "rasa" / "manifest.json").read_text())["path"])


@pytest.fixture(scope="session")
def front(model: Path) -> Iterator[Front]:
    folder = Path(tempfile.mkdtemp(prefix="fd-"))
    settings = ActionsSettings(
        shop_url=f"sqlite:///{folder}/shop.db",
        mail_folder=folder / "mail",
        context_key=SecretStr(CONTEXT),
        action_secret=SecretStr(ACTION),
        change_patience=timedelta(seconds=5),
        read_patience=timedelta(seconds=5),
    )
    shop, faults, knowledge = open_shop(settings), Faults(), Knowledge("Wash it at thirty degrees.")
    database = Database(f"sqlite:///{folder}/log.db")
    database.open()
    handoff_tables.metadata.create_all(database.engine)
    ledger = SqlOperationLedger(database, SystemClock(), RandomIds())
    backend = FaultyBackend(shop.backend, faults)
    code_mail = make_code_mail(shop, backend)
    desk = make_desk(settings, shop, ledger, knowledge, backend=backend, code_mail=code_mail)
    webhook = private_listener(make_webhook(settings, desk), folder / "actions.sock")

    async def serve() -> None:
        mailing = asyncio.create_task(code_mail.run_forever())
        await webhook.serve()
        mailing.cancel()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    process, door = _start_bot(model, folder)
    yield Front(door, shop, faults, knowledge, database)
    door.close()
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    webhook.should_exit = True
    thread.join(10)
    database.close()
    shop.engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)


def _start_bot(model: Path, folder: Path) -> tuple[subprocess.Popen[bytes], Door]:
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "door_secret").write_text(DOOR)
    (secrets / "action_secret").write_text(ACTION)
    socket = folder / "bot.sock"
    command = [
        str(BOT_PYTHON), "-m", "bot.serve", "--socket", str(socket), "--model", str(model),
        "--actions-socket", str(folder / "actions.sock"), "--secrets-dir", str(secrets),
    ]  # fmt: skip
    log = folder / "bot.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    until = time.monotonic() + READY_WITHIN
    while not _is_ready(socket):
        alive = process.poll() is None and time.monotonic() < until
        assert alive, log.read_text()[-2000:]
        time.sleep(0.1)
    return process, Door(socket, DOOR.encode(), CONTEXT.encode())


def _is_ready(socket: Path) -> bool:
    try:
        connection = UnixConnection(socket, timeout=1)
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False


@pytest.fixture(autouse=True)
def nothing_fails(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "front" in request.fixturenames:
        front: Front = request.getfixturevalue("front")
        front.faults.clear()


Meet = Callable[..., tuple[Person, Talk]]


@pytest.fixture
def meet(front: Front) -> Meet:
    """A customer with these orders, and their conversation."""

    def met(*orders: str, like: str = "cus_mara") -> tuple[Person, Talk]:
        person = front.person(*orders, like=like)
        return person, front.talk(person)

    return met
