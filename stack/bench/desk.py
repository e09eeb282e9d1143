"""``./frontdesk bench desk``: how soon the desk hears: a hand-over that is asked for, and what a customer writes.

On a private stack, whose people have room for everybody. *Ring*: from the request until the inbox of an agent
holds it, read as the page of the desk reads it (a hint at the socket, a short pause, one ``GET``). *Screen*, with
``--screen``: until the page itself, in a real Chromium on the same cores, shows it. *Message*: from the moment when it
was due until its event is at the socket of the agent who has the conversation.
"""

from __future__ import annotations

import asyncio
import math
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import aiohttp
import orjson
import typer
import uvloop

from stack.bench.client import LATE_AFTER, Conversation, connect, open_many
from stack.bench.figures import Sample, spread
from stack.bench.load import drive
from stack.bench.progress import bar
from stack.bench.screen import Screen
from stack.errors import StackError
from stack.output import answer
from stack.prove.private_stack import PrivateStack
from stack.settings import Settings, load
from stack.staff import demo_staff

ROOM = 10_000
AGENTS = 4
MESSAGES_EACH = 1.0
"""A second and conversation: what one customer may write."""
HINT_PAUSE = 0.12
"""Seconds for which the desk's page gathers hints before it reads its inbox (``web/desk/controller.ts``)."""
TEXT = "I am still here, and I wonder whether there is something new."


def bench(
    handoffs: Annotated[float, typer.Option(help="Hand-overs asked for per second.", min=0.5, max=100)] = 10.0,
    rate: Annotated[float, typer.Option(help="Messages to agents per second.", min=1, max=500)] = 50.0,
    seconds: Annotated[float, typer.Option(help="How long each lasts.", min=2, max=600)] = 15.0,
    screen: Annotated[bool, typer.Option("--screen", help="Watch the desk's page in a Chromium, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """From a request to an agent's screen, and from a customer's message to it, in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="fd-desk-") as folder:
        document = uvloop.run(_run(load(), Path(folder), handoffs, rate, seconds, screen))
    answer(document, as_json=as_json, people=_people(document))


@dataclass
class Agent:
    """One agent's screen: the inbox as it was read last, and the events of what they have."""

    session: aiohttp.ClientSession
    base: str
    headers: dict[str, str]
    listed: dict[str, float] = field(default_factory=dict)
    """Conversation → when it was first in the inbox."""
    handoffs: dict[str, str] = field(default_factory=dict)
    heard: dict[str, float] = field(default_factory=dict)
    """``client_message_id`` → when its event came."""
    _hinted: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        async with self.session.post(f"{self.base}/api/v1{path}", json=body or {}, headers=self.headers) as answered:
            if answered.status >= 400:
                raise StackError(f"POST {path} was answered with {answered.status}.")
            return orjson.loads(await answered.read() or b"null")

    async def watch(self) -> None:
        """The socket, until cancelled."""
        token = self.headers["Authorization"].removeprefix("Bearer ")
        url = f"{self.base}/api/v1/desk/socket"
        async with self.session.ws_connect(url, protocols=("frontdesk.v1", f"bearer.{token}"), compress=0) as socket:
            async for message in socket:
                now, frame = time.perf_counter(), orjson.loads(message.data)
                if frame["kind"] == "queue":
                    self._hinted.set()
                elif frame["kind"] == "event" and (mine := frame["event"]["data"].get("client_message_id")):
                    self.heard.setdefault(mine, now)

    async def read_inbox(self) -> None:
        """As the page does it: hints are gathered for a moment, then the list is read once; until cancelled."""
        while True:
            await self._hinted.wait()
            await asyncio.sleep(HINT_PAUSE)
            self._hinted.clear()
            async with self.session.get(f"{self.base}/api/v1/desk/inbox", headers=self.headers) as answered:
                inbox = orjson.loads(await answered.read())
            now = time.perf_counter()
            for item in inbox["open"]:
                self.listed.setdefault(item["conversation_id"], now)
                self.handoffs[item["conversation_id"]] = item["handoff_id"]


async def _run(
    settings: Settings, folder: Path, handoffs: float, rate: float, seconds: float, screen: bool
) -> dict[str, Any]:
    stack = PrivateStack(settings, folder, replicas=1)
    seen: dict[str, Any] = {}
    async with stack, connect() as session:
        _make_room(folder)
        agents = await _sign_in(session, stack)
        watching = [asyncio.create_task(each) for agent in agents for each in (agent.watch(), agent.read_inbox())]
        try:
            asked = max(round(handoffs * seconds), round(rate / MESSAGES_EACH))
            with bar("Opening conversations", asked) as passed:
                customers = await open_many(session, stack.base, [None] * asked, passed)
            asking = customers[: round(handoffs * seconds)]
            if screen:
                async with Screen(stack.base, _people_of(stack)[0]) as page:
                    rings = await _ring(session, agents, asking, handoffs)
                    await asyncio.sleep(1)  # the last ones reach the page, too
                    seen = {"screen": _screened(rings, await page.shown(), handoffs)}
            else:
                rings = await _ring(session, agents, asking, handoffs)
            had = await _take(agents, customers, math.ceil(rate / MESSAGES_EACH))
            messages = await _write(session, agents, had, rate, seconds)
        finally:
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)
        await asyncio.gather(*(customer.close() for customer in customers))
    return {"ring": _figures(rings, handoffs), **seen, "message": _figures(messages, rate), "agents": len(agents)}


def _screened(rings: Sequence[Sample], shown: Sequence[float], rate: float) -> dict[str, Any]:
    """The first who asked is shown when the page counts one, and so on: nobody leaves the list meanwhile."""
    asked = sorted(sample.scheduled for sample in rings)
    waited = [moment - since for since, moment in zip(asked, shown, strict=False)]
    return {"rate": rate, "n": len(asked), "errors": len(asked) - len(waited), "ms": spread(waited)}


def _make_room(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "db" / "frontdesk.sqlite", timeout=10)) as connection, connection:
        connection.execute("UPDATE agents SET capacity = ?", (ROOM,))


def _people_of(stack: PrivateStack) -> list[dict[str, Any]]:
    return [p for p in demo_staff(stack.paths.secrets) if set(p["roles"]) & {"agent", "senior", "lead"}][:AGENTS]


async def _sign_in(session: aiohttp.ClientSession, stack: PrivateStack) -> list[Agent]:
    agents = []
    for person in _people_of(stack):
        body = {"email": person["email"], "password": person["password"]}
        async with session.post(f"{stack.base}/api/v1/session", json=body) as answered:
            token = (await answered.json())["token"]
        agent = Agent(session, stack.base, {"Authorization": f"Bearer {token}"})
        async with session.put(
            f"{stack.base}/api/v1/agents/me/presence", json={"state": "online"}, headers=agent.headers
        ):
            pass
        agents.append(agent)
    return agents


async def _ring(
    session: aiohttp.ClientSession, agents: Sequence[Agent], customers: Sequence[Conversation], rate: float
) -> list[Sample]:
    async def send(number: int, due: float) -> Sample:
        customer, sent = customers[number], time.perf_counter()
        url = f"{customer.base}/api/v1/conversations/{customer.id}/handoff"
        async with session.post(url, json={}, headers=customer.headers) as answered:
            await answered.read()
        if answered.status >= 300:
            return Sample(due, sent, None, None, "refused", str(answered.status))
        acked = time.perf_counter()
        seen = await _first(lambda: [a.listed[customer.id] for a in agents if customer.id in a.listed])
        return Sample(due, sent, acked, seen, "answered" if seen else "late")

    with bar(f"Hand-overs: {rate:g}/s", len(customers)) as passed:
        return await drive(rate, len(customers), send, passed)


async def _take(agents: Sequence[Agent], customers: Sequence[Conversation], wanted: int) -> list[Conversation]:
    """Conversations that the agents have, evenly."""
    lead = agents[-1]
    for customer in customers[:wanted]:
        if customer.id not in lead.handoffs:
            async with lead.session.post(
                f"{customer.base}/api/v1/conversations/{customer.id}/handoff", json={}, headers=customer.headers
            ) as answered:
                await answered.read()
    await asyncio.sleep(1)
    for number, customer in enumerate(customers[:wanted]):
        agent = agents[number % len(agents)]
        handoff = next(a.handoffs[customer.id] for a in agents if customer.id in a.handoffs)
        await agent.post(f"/handoffs/{handoff}/accept")
    return list(customers[:wanted])


async def _write(
    session: aiohttp.ClientSession,
    agents: Sequence[Agent],
    customers: Sequence[Conversation],
    rate: float,
    seconds: float,
) -> list[Sample]:
    async def send(number: int, due: float) -> Sample:
        customer, sent, mine = customers[number % len(customers)], time.perf_counter(), uuid4().hex
        url = f"{customer.base}/api/v1/conversations/{customer.id}/messages"
        body = {"client_message_id": mine, "text": TEXT}
        async with session.post(url, json=body, headers=customer.headers) as answered:
            await answered.read()
        if answered.status != 202:
            return Sample(due, sent, None, None, "refused", str(answered.status))
        acked = time.perf_counter()
        seen = await _first(lambda: [a.heard[mine] for a in agents if mine in a.heard])
        return Sample(due, sent, acked, seen, "answered" if seen else "late")

    count = round(rate * seconds)
    with bar(f"Messages: {rate:g}/s", count) as passed:
        return await drive(rate, count, send, passed)


async def _first(found: Callable[[], list[float]]) -> float | None:
    until = time.perf_counter() + LATE_AFTER
    while not (times := found()):
        if time.perf_counter() > until:
            return None
        await asyncio.sleep(0.005)
    return min(times)


def _figures(samples: Sequence[Sample], rate: float) -> dict[str, Any]:
    good = [sample for sample in samples if sample.ended is not None]
    return {
        "rate": rate,
        "n": len(samples),
        "errors": len(samples) - len(good),
        "ms": spread([sample.ended - sample.scheduled for sample in good if sample.ended is not None]),
        "ack_ms": spread([sample.acked - sample.scheduled for sample in samples if sample.acked is not None]),
    }


def _people(document: dict[str, Any]) -> str:
    def line(name: str, what: str) -> str:
        row = document[name]
        times = f"p50 {row['ms']['p50']} ms, p95 {row['ms']['p95']} ms, p99 {row['ms']['p99']} ms"
        return f"{what} at {row['rate']:g}/s: {times} ({row['n']} sent, {row['errors']} not seen)"

    names = {
        "ring": "request to an agent's inbox",
        "screen": "request to an agent's screen",
        "message": "message to the agent's socket",
    }
    return "\n".join(line(name, what) for name, what in names.items() if name in document)
