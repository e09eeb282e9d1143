"""Customers that never give up: each sends until it is acknowledged, and follows its log through every cut."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from stack.bench.client import Event
from stack.errors import StackError

TRY_WITHIN = 5.0
PAUSES = (0.05, 0.1, 0.2, 0.3)
GIVE_UP = 90.0  # seconds without an acknowledgement after which the proof itself has failed
PROTOCOL = "frontdesk.v1"


@dataclass(frozen=True)
class Sent:
    """One thing that a customer sent: when it was first tried, when and as what it was acknowledged."""

    what: str
    first_tried: float
    acked: float
    seq: int
    tries: int


class Customer:
    """One conversation of one customer. ``view`` is what the client holds, ``heard`` when each ``seq`` came in."""

    def __init__(self, session: aiohttp.ClientSession, base: str, identity_token: str | None = None) -> None:
        self._session = session
        self._base = base
        self._identity_token = identity_token
        self.id = ""
        self.view: list[Event] = []
        self.heard: dict[int, float] = {}
        self.sent: list[Sent] = []
        self.acknowledged: dict[str, int] = {}
        self.connected_at: list[float] = []
        self.faults: list[str] = []
        self._token = ""
        self._number = 0
        self._follower: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()

    async def open(self) -> None:
        body = {"identity_token": self._identity_token} if self._identity_token else {}
        opened, _ = await self._persist("POST", "/api/v1/conversations", body)
        self.id, self._token = opened["conversation_id"], opened["token"]
        self._follower = asyncio.create_task(self._follow())
        await self.until(lambda: len(self.view) >= opened["head_seq"], 20, "the opened conversation")

    async def close(self) -> None:
        if self._follower is not None:
            self._follower.cancel()
            await asyncio.gather(self._follower, return_exceptions=True)

    async def say(self, text: str) -> Sent:
        return await self._send({"text": text}, text)

    async def choose(self, choice: str) -> Sent:
        return await self._send({"choice": choice}, "choice")

    async def ask_for_a_person(self) -> Sent:
        began = time.perf_counter()
        answer, tries = await self._persist("POST", f"/api/v1/conversations/{self.id}/handoff", {})
        return Sent("person", began, time.perf_counter(), answer["seq"], tries)

    async def fetch(self) -> list[Event]:
        """The whole log as a client without memory would read it."""
        events: list[Event] = []
        while True:
            after = events[-1]["seq"] if events else 0
            answer, _ = await self._persist("GET", f"/api/v1/conversations/{self.id}/events?after={after}", None)
            if not answer["events"]:
                return events
            events += answer["events"]

    async def until(self, holds: Callable[[], bool], within: float, what: str) -> None:
        """Wait until ``holds()``. Raises ``TimeoutError`` that says what was missing."""
        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(holds)
        except TimeoutError:
            raise TimeoutError(f"{self.id}: {what} did not come within {within:.0f} s") from None

    async def _send(self, content: dict[str, str], what: str) -> Sent:
        self._number += 1
        client_message_id = f"m{self._number}"
        began = time.perf_counter()
        body = {"client_message_id": client_message_id, **content}
        answer, tries = await self._persist("POST", f"/api/v1/conversations/{self.id}/messages", body)
        sent = Sent(what, began, time.perf_counter(), answer["seq"], tries)
        self.acknowledged[client_message_id] = sent.seq
        self.sent.append(sent)
        return sent

    async def send_again(self) -> None:
        """Repeat the last message with its id, as a client does that missed the acknowledgement."""
        last = self.sent[-1]
        if last.what == "choice":
            return
        body = {"client_message_id": f"m{self._number}", "text": last.what}
        answer, _ = await self._persist("POST", f"/api/v1/conversations/{self.id}/messages", body)
        if answer["seq"] != last.seq:
            self.faults.append(f"I2: the same message again got seq {answer['seq']} after {last.seq}")

    async def _persist(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[dict[str, Any], int]:
        """The answer's JSON and how many tries it took. Whatever may pass is tried again, with the same body."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        until = time.perf_counter() + GIVE_UP
        tries = 0
        while True:
            tries += 1
            try:
                timeout = aiohttp.ClientTimeout(total=TRY_WITHIN)
                async with self._session.request(
                    method, self._base + path, json=body, headers=headers, timeout=timeout
                ) as answer:
                    content = await answer.read()
                if answer.status < 300:
                    return orjson.loads(content), tries
                if answer.status < 500 and answer.status != 429:
                    raise StackError(f"{method} {path.split('?')[0]} was refused: {answer.status} {content[:200]!r}")
                problem = f"status {answer.status}"
            except (aiohttp.ClientError, TimeoutError, ConnectionError) as exc:
                problem = type(exc).__name__
            if time.perf_counter() > until:
                raise StackError(f"{method} {path.split('?')[0]} was not answered in {GIVE_UP:.0f} s ({problem}).")
            await asyncio.sleep(PAUSES[min(tries, len(PAUSES)) - 1])

    async def _follow(self) -> None:
        """Follow the socket, and come back after every cut with the last ``seq`` that is known."""
        failures = 0
        while True:
            after = self.view[-1]["seq"] if self.view else 0
            try:
                async with self._session.ws_connect(
                    f"{self._base}/api/v1/conversations/{self.id}/socket?after={after}",
                    protocols=(PROTOCOL, f"bearer.{self._token}"),
                    timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
                ) as socket:
                    self.connected_at.append(time.perf_counter())
                    failures = 0
                    async for message in socket:
                        if message.type is aiohttp.WSMsgType.TEXT:
                            await self._take(orjson.loads(message.data))
            except (aiohttp.ClientError, TimeoutError, ConnectionError):
                failures += 1
            await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])

    async def _take(self, frame: dict[str, Any]) -> None:
        if frame["kind"] != "event":
            return
        event, now = frame["event"], time.perf_counter()
        expected = self.view[-1]["seq"] + 1 if self.view else 1
        if event["seq"] != expected:
            # A reader may hear twice; it may never miss one.
            if event["seq"] > expected:
                self.faults.append(f"I3: the socket brought {event['seq']} where {expected} was due")
            return
        async with self._changed:
            self.view.append(event)
            self.heard[event["seq"]] = now
            self._changed.notify_all()


@dataclass(frozen=True)
class Fate:
    """What became of one message: ``end`` and when, and when the first word about it came (seconds of our clock)."""

    end: str | None
    ended: float | None
    first_word: float | None


def fate(customer: Customer, seq: int) -> Fate:
    """``answered`` by the bot, ``failed`` visibly, ``handed_over``, ``with_people`` (written to them) or none."""
    ends: list[tuple[str, float]] = []
    words: list[float] = []
    with_people = False
    for event in customer.view:
        kind, data, at = event["type"], event.get("data", {}), customer.heard[event["seq"]]
        if event["seq"] <= seq:
            if event["seq"] == seq and with_people and kind == "message.sent":
                ends.append(("with_people", at))
            with_people = with_people_after(with_people, kind)
            continue
        from_us = kind == "message.sent" and event["source"] in ("bot", "system", "agent")
        if from_us or kind in ("turn.failed", "handoff.queued"):
            words.append(at)
        if kind == "message.sent" and event["source"] == "bot" and seq in data.get("reply_to", ()):
            ends.append(("answered", at))
        elif kind == "turn.failed" and seq in data.get("reply_to", ()):
            ends.append(("failed", at))
        elif kind == "handoff.queued":
            ends.append(("handed_over", at))
    end, ended = ends[0] if ends else (None, None)
    return Fate(end, ended, words[0] if words else ended)


def settled(customer: Customer) -> bool:
    return all(fate(customer, sent.seq).end is not None for sent in customer.sent)


def with_people_after(now: bool, kind: str) -> bool:
    """Whether a person has, or will have, the conversation after an event of this kind."""
    if kind in ("handoff.queued", "handoff.accepted", "handoff.transferred", "handoff.reopened"):
        return True
    return False if kind in ("handoff.returned", "conversation.reopened", "conversation.closed") else now
