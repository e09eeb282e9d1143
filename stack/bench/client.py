"""A customer's side of the public API, cheap enough to load a server from beside it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from stack.bench.figures import End, Sample
from stack.errors import StackError

LATE_AFTER = 10.0  # seconds after which a turn counts as never ended
CALL_WITHIN = 10.0
OPENED_AT_ONCE = 16

Event = dict[str, Any]


@asynccontextmanager
async def connect(source: str | None = None) -> AsyncIterator[aiohttp.ClientSession]:
    """A session without a limit on connections, from one local address if ``source`` names it."""
    connector = aiohttp.TCPConnector(
        limit=0, keepalive_timeout=60, local_addr=(source, 0) if source else None, use_dns_cache=True
    )
    timeout = aiohttp.ClientTimeout(total=CALL_WITHIN)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=timeout,
        cookie_jar=aiohttp.DummyCookieJar(),
        json_serialize=lambda value: orjson.dumps(value).decode(),
    ) as session:
        yield session


@dataclass
class Conversation:
    """One open conversation with its socket. ``ends`` says when and how the message with that ``seq`` ended."""

    base: str
    id: str
    headers: dict[str, str]
    token: str
    ends: dict[int, tuple[float, End]] = field(default_factory=dict)
    waiting: dict[int, asyncio.Future[None]] = field(default_factory=dict)
    with_people: bool = False
    broken: bool = False
    heartbeats: int = 0
    reader: asyncio.Task[None] | None = None

    def hear(self, event: Event, now: float) -> None:
        """Take an event from the socket."""
        data = event.get("data", {})
        if event["type"] == "message.sent" and event["source"] == "bot":
            self._end(data.get("reply_to", ()), now, "answered")
        elif event["type"] == "turn.failed":
            self._end(data.get("reply_to", ()), now, "failed")
        elif event["type"] == "handoff.queued":
            self.with_people = True
            self._end(list(self.waiting), now, "handed_over")

    def _end(self, seqs: list[int], now: float, end: End) -> None:
        for seq in seqs:
            self.ends.setdefault(seq, (now, end))
            if (future := self.waiting.pop(seq, None)) is not None and not future.done():
                future.set_result(None)

    async def ended(self, seq: int, within: float) -> tuple[float | None, End]:
        """When and how the message ended, waiting for it at most ``within`` seconds."""
        if seq not in self.ends:
            future = self.waiting.setdefault(seq, asyncio.get_running_loop().create_future())
            try:
                await asyncio.wait_for(asyncio.shield(future), within)
            except TimeoutError:
                return None, "late"
        return self.ends[seq]

    async def close(self) -> None:
        if self.reader is not None:
            self.reader.cancel()
            await asyncio.gather(self.reader, return_exceptions=True)


async def open_conversation(
    session: aiohttp.ClientSession, base: str, identity_token: str | None, clock: Callable[[], float]
) -> Conversation:
    """A conversation with its socket open. Raises ``StackError`` when the server does not play."""
    body = {"identity_token": identity_token} if identity_token else {}
    try:
        async with session.post(f"{base}/api/v1/conversations", json=body) as answer:
            if answer.status == 401:
                raise StackError(
                    f"{base} does not know this installation's identity secret."
                    " Run this from the checkout, and with the FRONTDESK_VAR_DIR, that the stack was started with."
                )
            if answer.status != 201:
                raise StackError(f"{base} opened no conversation (status {answer.status}). Is this stack ready?")
            opened = await answer.json()
        conversation = Conversation(
            base, opened["conversation_id"], {"Authorization": f"Bearer {opened['token']}"}, opened["token"]
        )
        socket = await session.ws_connect(
            f"{base}/api/v1/conversations/{conversation.id}/socket?after={opened['head_seq']}",
            protocols=("frontdesk.v1", f"bearer.{conversation.token}"),
            compress=0,
            autoping=True,
        )
    except (aiohttp.ClientError, TimeoutError) as problem:
        raise StackError(f"Nothing answers at {base}. Start it with ./frontdesk up --demo.") from problem
    conversation.reader = asyncio.create_task(_read(conversation, socket, clock))
    return conversation


async def open_many(
    session: aiohttp.ClientSession, base: str, identity_tokens: list[str | None], passed: Callable[[], None]
) -> list[Conversation]:
    """One conversation a token, a few at a time, in the order of the tokens."""
    gate = asyncio.Semaphore(OPENED_AT_ONCE)

    async def one(token: str | None) -> Conversation:
        async with gate:
            conversation = await open_conversation(session, base, token, time.perf_counter)
        passed()
        return conversation

    return list(await asyncio.gather(*(one(token) for token in identity_tokens)))


async def say(
    session: aiohttp.ClientSession, conversation: Conversation, client_message_id: str, text: str, due: float
) -> Sample:
    """Send one message and wait for its end at the socket."""
    sent = time.perf_counter()
    body = {"client_message_id": client_message_id, "text": text}
    url = f"{conversation.base}/api/v1/conversations/{conversation.id}/messages"
    try:
        async with session.post(url, json=body, headers=conversation.headers) as answer:
            content = await answer.read()
    except (aiohttp.ClientError, TimeoutError) as problem:
        return Sample(due, sent, None, None, "refused", type(problem).__name__)
    acked = time.perf_counter()
    if answer.status != 202:
        return Sample(due, sent, None, None, "refused", str(answer.status))
    if conversation.with_people:  # people answer now; the acknowledgement is all that the machine owes
        return Sample(due, sent, acked, acked, "handed_over")
    ended, end = await conversation.ended(orjson.loads(content)["seq"], LATE_AFTER)
    return Sample(due, sent, acked, ended, end)


async def _read(
    conversation: Conversation, socket: aiohttp.ClientWebSocketResponse, clock: Callable[[], float]
) -> None:
    try:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            now = clock()
            frame = orjson.loads(message.data)
            if frame["kind"] == "event":
                conversation.hear(frame["event"], now)
            elif frame["kind"] == "heartbeat":
                conversation.heartbeats += 1
    finally:
        conversation.broken = True
        await socket.close()
