"""The human side on its real stores: SQLite or PostgreSQL, a Redis of its own, uvicorn, and a scripted bot.

The scripted bot stands at Rasa's place behind the same unix socket and signature, so that a test can decide what a turn
brings and when. Rasa itself is in the end-to-end tests.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
import redis
import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from handoff.agents import pictures
from handoff.agents.service import StaffService
from handoff.app import Handoff, open_handoff
from handoff.clock import Clock, RandomIds, SystemClock
from handoff.contract.signing import body_is_signed
from handoff.contract.turn import FORGET_PATH, SIGNATURE_HEADER, TURN_PATH
from handoff.conversations import identity
from handoff.conversations.log import read_events
from handoff.history.checker import check
from handoff.history.load import load
from handoff.http import RequestEdge, install_error_handlers
from handoff.late_routes import join
from handoff.settings import HandoffSettings
from handoff.storage.database import Database
from handoff.storage.migrate import migrate
from tests.support import postgres

SECRET = "x" * 48
FRAME_LIMIT = 64 * 1024  # as the stack sets it
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nobody here speaks TLS: reading the certificates of the world takes longer than many a test."""
PASSWORD = "correct horse battery staple"
STAFF = [
    {"email": "ana@example.com", "name": "Ana", "roles": ["agent"], "capacity": 3},
    {"email": "ben@example.com", "name": "Ben", "roles": ["agent", "lead"], "capacity": 3},
    {"email": "eva@example.com", "name": "Eva", "roles": ["editor"], "capacity": 0},
]

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any] | Response]]


def result(*texts: str, **more: Any) -> dict[str, Any]:
    """A ``TurnResult`` that says ``texts``."""
    return {
        "messages": [{"text": text} for text in texts],
        "directives": [],
        "triage": {"decision": "continue", "rule": "none", "frustration": 0.0, "complexity": 0.0},
        "operations": [],
        "tracker_events": [],
        "snapshot": [],
        "tracker_version": 1,
        "model_version": "scripted",
        **more,
    }


async def echo(request: dict[str, Any]) -> dict[str, Any]:
    return result(f"You said: {request['text']}")


@dataclass
class ScriptedBot:
    socket: str
    answer: Answer = echo
    requests: list[dict[str, Any]] = field(default_factory=list)
    live: set[str] = field(default_factory=set)
    """Conversations of which it holds something in memory."""

    async def forget(self, request: Request) -> Response:
        body = await request.body()
        if not body_is_signed(body, request.headers.get(SIGNATURE_HEADER, ""), SECRET.encode()):
            return JSONResponse({"code": "bad_signature", "message": ""}, 401)
        gone = self.live & set(orjson.loads(body)["conversation_ids"])
        self.live -= gone
        return JSONResponse({"trackers": len(gone)})

    async def turn(self, request: Request) -> Response:
        body = await request.body()
        if not body_is_signed(body, request.headers.get(SIGNATURE_HEADER, ""), SECRET.encode()):
            return JSONResponse({"code": "bad_signature", "message": ""}, 403)
        asked = orjson.loads(body)
        self.requests.append(asked)
        self.live.add(asked["context"]["conversation_id"])
        answer = await self.answer(asked)
        return answer if isinstance(answer, Response) else JSONResponse(answer)


@dataclass
class Desk:
    """A running app and what tests need around it."""

    url: str
    client: httpx.AsyncClient
    handoff: Handoff
    bot: ScriptedBot

    async def open(self, customer: str | None = None) -> Customer:
        body = {"identity_token": identity_token(customer)} if customer else {}
        answer = await self.client.post("/api/v1/conversations", json=body)
        assert answer.status_code == 201, answer.text
        return Customer(self, answer.json()["conversation_id"], answer.json()["token"])

    async def log(self, conversation_id: str) -> list[dict[str, Any]]:
        """The whole log, as staff may read it."""
        return await self.handoff.core.database.read(lambda c: read_events(c, conversation_id, 0, 100_000))

    async def violations(self, conversation_id: str, settled: bool = True, trackers: bool = False) -> list[str]:
        """The scripted bot has no tracker to hold against the log, unless a test gives it one."""
        history = await self.handoff.core.database.read(
            lambda c: load(c, conversation_id, settled=settled, trackers=trackers)
        )
        return [str(violation) for violation in check(history)]

    async def sign_in(self, email: str = "ana@example.com") -> dict[str, str]:
        answer = await self.client.post("/api/v1/session", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.client.cookies.clear()  # every call names who makes it
        return {"Authorization": f"Bearer {answer.json()['token']}"}


@dataclass
class Customer:
    desk: Desk
    id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def say(self, text: str, client_message_id: str | None = None) -> httpx.Response:
        body = {"client_message_id": client_message_id or uuid4().hex, "text": text}
        return await self.post("messages", body)

    async def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        url = f"/api/v1/conversations/{self.id}/{path}"
        return await self.desk.client.post(url, json=body, headers=self.headers)

    async def events(self, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        answer = await self.desk.client.get(
            f"/api/v1/conversations/{self.id}/events", params={"after": after, "wait": wait}, headers=self.headers
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["events"]

    async def until(self, seen: Callable[[list[dict[str, Any]]], bool], seconds: float = 10) -> list[dict[str, Any]]:
        """The whole view of the customer, once ``seen`` is true of it."""
        events: list[dict[str, Any]] = []
        deadline = asyncio.get_running_loop().time() + seconds
        while not seen(events):
            left = deadline - asyncio.get_running_loop().time()
            assert left > 0, f"not seen in {seconds} s: {[e['type'] for e in events]}"
            events += await self.events(events[-1]["seq"] if events else 0, wait=min(left, 1))
        return events

    async def until_text(self, part: str, seconds: float = 10) -> list[dict[str, Any]]:
        return await self.until(lambda events: any(part in e.get("data", {}).get("text", "") for e in events), seconds)


def identity_token(
    customer: str, life: timedelta = timedelta(minutes=5), secret: str = SECRET, **said: str | list[str]
) -> str:
    claims: dict[str, str | list[str] | None] = {"name": customer.title(), **said}
    return identity.issue_identity(secret, customer, SystemClock().now(), life, jti=uuid4().hex, **claims)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with the staff in it, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "frontdesk.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[postgres.Databases]:
    """Likewise on PostgreSQL, which may be missing on a laptop, never in CI."""
    with postgres.copies(prepare) as databases:
        yield databases


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of its own on each engine, with the schema and the staff in it."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "frontdesk.db")
        yield f"sqlite:///{tmp_path}/frontdesk.db"
        return
    with request.getfixturevalue("postgres_databases").one() as url:
        yield url


def prepare(url: str) -> None:
    migrate(url)
    database = Database(url)
    database.open()
    staff = StaffService(database, SystemClock(), RandomIds(), timedelta(hours=1))
    asyncio.run(staff.seed([person | {"password": PASSWORD} for person in STAFF]))
    database.close()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="fd-redis-")
    socket = f"{folder}/redis.sock"
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder],
        stdout=subprocess.DEVNULL,
    )
    while not os.path.exists(socket):
        assert server.poll() is None, "redis-server did not start"
    yield f"unix://{socket}"
    server.terminate()
    server.wait()
    shutil.rmtree(folder)


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """An empty Redis: what an earlier test counted in this minute must not refuse anybody in this one."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


def serving_bot(scripted: ScriptedBot, socket: str) -> serving:
    doors = {TURN_PATH: scripted.turn, FORGET_PATH: scripted.forget}
    return serving(Starlette(routes=[Route(path, to, methods=["POST"]) for path, to in doors.items()]), uds=socket)


@pytest.fixture
async def bot() -> AsyncIterator[ScriptedBot]:
    folder = tempfile.mkdtemp(prefix="fd-bot-")
    scripted = ScriptedBot(f"{folder}/bot.sock")
    async with serving_bot(scripted, scripted.socket):
        yield scripted
    shutil.rmtree(folder)


@pytest.fixture
def settings(database_url: str, redis_url: str, bot: ScriptedBot, tmp_path: Path) -> HandoffSettings:
    return HandoffSettings(
        database_url=database_url,
        redis_url=redis_url,
        bot_sockets=(bot.socket,),
        door_secret=SECRET,
        context_key=SECRET,
        identity_secret=SECRET,
        session_secret=SECRET,
        notice_after=timedelta(seconds=0.3),
        turn_deadline=timedelta(seconds=1),
        turn_patience=timedelta(seconds=2),
        sweep_every=timedelta(seconds=0.2),
        messages_per_minute=10_000,
        portraits=tmp_path / "portraits",
        uploads=tmp_path / "uploads",
        attachment_bytes=1024**2,
    )


@pytest.fixture
async def desk(settings: HandoffSettings, bot: ScriptedBot) -> AsyncIterator[Desk]:
    async with running(settings, bot) as desk:
        yield desk


class running:
    """The app as the stack would run it, on a free port; used again by tests that restart it."""

    def __init__(self, settings: HandoffSettings, bot: ScriptedBot, clock: Clock | None = None) -> None:
        self._settings = settings
        self._bot = bot
        self._clock = clock

    async def __aenter__(self) -> Desk:
        self._opened = open_handoff(self._settings, self._clock)
        handoff = await self._opened.__aenter__()
        app = FastAPI()
        install_error_handlers(app)
        join(app.router, handoff.router)
        larger = {
            "/api/v1/conversations/*/attachments": None,
            "/api/v1/agents/me/picture": 2 * pictures.LARGEST,
        }
        app.add_middleware(RequestEdge, larger=larger)
        self._serving = serving(app)
        url = await self._serving.__aenter__()
        self._client = httpx.AsyncClient(base_url=url, timeout=30, verify=PLAIN)
        return Desk(url, self._client, handoff, self._bot)

    async def __aexit__(self, *error: Any) -> None:
        await self._client.aclose()
        await self._serving.__aexit__(*error)
        await self._opened.__aexit__(*error)


class serving:
    """A uvicorn server in this event loop, on a free port or a unix socket."""

    def __init__(self, app: Any, uds: str | None = None) -> None:
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            uds=uds,
            log_level="error",
            lifespan="off",
            timeout_graceful_shutdown=1,
            ws="websockets-sansio",
            ws_max_size=FRAME_LIMIT,
        )
        self._server = uvicorn.Server(config)

    async def __aenter__(self) -> str:
        self._task = asyncio.create_task(self._server.serve())
        while not self._server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0)
        sockets = self._server.servers[0].sockets
        name = sockets[0].getsockname()
        return f"http://127.0.0.1:{name[1]}" if isinstance(name, tuple) else "http://bot"

    async def __aexit__(self, *_: Any) -> None:
        self._server.should_exit = True
        await self._task
