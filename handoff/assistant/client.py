"""The client to Rasa: ``turn``, and ``forget`` for erasures. Errors of HTTP stop here and become two kinds of ours.

AssistantError
├── AssistantAway     nothing was answered: refused, reset, too late, not ready, or fell once. A retry may help.
└── AssistantBroken   it answered and the answer cannot be used, or fell twice. A retry will not help.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

import aiohttp
import orjson
from pydantic import ValidationError

from handoff.contract.signing import sign_body
from handoff.contract.turn import (
    CORRELATION_HEADER,
    FORGET_PATH,
    SIGNATURE_HEADER,
    TURN_PATH,
    ForgetRequest,
    TurnRequest,
    TurnResult,
)
from handoff.contract.wire import FORGOTTEN, TURN_RESULT, dump

READY_WITHIN = 1.0
FORGET_WITHIN = 2.0
FAILED = "failed"
"""What a bot answers where a turn brought it to fall (``bot/channel.py``)."""
FALLS_AT_MOST = 2
"""Once may be chance. A text that fells two tries fells the third, and each of them runs the actions again."""

LoadWindow = Callable[[str], Awaitable[list[dict[str, Any]]]]


class AssistantError(Exception):
    """``code`` names the cause for the log and the turn's record."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AssistantAway(AssistantError):
    """``falls`` is how often a bot fell over this turn so far."""

    def __init__(self, code: str, falls: int = 0) -> None:
        super().__init__(code)
        self.falls = falls


class AssistantBroken(AssistantError):
    pass


class Forgot(NamedTuple):
    """``trackers`` went; ``away`` bots did not say so. One that does not run holds nothing."""

    trackers: int
    away: int


class Reply(NamedTuple):
    status: int
    content: bytes


class Replica:
    """One bot behind its unix socket, with connections that are kept. Usable once an event loop runs."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, path: str, content: bytes | None, headers: dict[str, str]) -> Reply:
        """Raises ``AssistantAway`` when nothing was answered. The caller holds the deadline."""
        if self._session is None:
            connector = aiohttp.UnixConnector(self._socket, limit=0)
            self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None))
        try:
            async with self._session.request(method, f"http://bot{path}", data=content, headers=headers) as response:
                return Reply(response.status, await response.read())
        except (aiohttp.ClientError, OSError) as exc:
            raise AssistantAway("not_reached") from exc

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


class Assistant:
    """Speaks to one or more replicas of the bot over unix sockets.

    A conversation has a home replica, whose cache holds its tracker; when that one is away the next is asked.
    """

    def __init__(self, sockets: tuple[str, ...], door_secret: bytes, load_window: LoadWindow) -> None:
        self._secret = door_secret
        self._load_window = load_window
        self._replicas = [Replica(path) for path in sockets]

    async def turn(self, request: TurnRequest, seconds: float, tries: int = 0, falls: int = 0) -> TurnResult:
        """One try of one turn, at most ``seconds`` long in all. Raises ``AssistantAway`` or ``AssistantBroken``.

        ``tries`` is how often this turn was tried before: each try begins at another replica, so that one that hangs
        does not take all the time there is. ``falls`` is that of the try before.
        """
        first = (zlib.crc32(request.context.conversation_id.encode()) + tries) % len(self._replicas)
        code = "not_reached"
        try:
            async with asyncio.timeout(seconds):
                for replica in self._replicas[first:] + self._replicas[:first]:
                    try:
                        return await self._ask(replica, request)
                    except AssistantAway as exc:
                        code, falls = exc.code, falls + (exc.code == FAILED)
                    if falls >= FALLS_AT_MOST:
                        raise AssistantBroken(FAILED)
        except TimeoutError as exc:
            raise AssistantAway("deadline_passed", falls) from exc
        raise AssistantAway(code, falls)

    async def ready(self) -> bool:
        """Whether at least one replica says that it can answer."""
        for replica in self._replicas:
            try:
                async with asyncio.timeout(READY_WITHIN):
                    if (await replica.call("GET", "/health/ready", None, {})).status == HTTPStatus.OK:
                        return True
            except (AssistantAway, TimeoutError):
                continue
        return False

    async def forget(self, conversation_ids: Sequence[str]) -> Forgot:
        """Take erased conversations out of the memory of every bot, all at once; never raises."""
        content = orjson.dumps(dump(ForgetRequest(list(conversation_ids))))
        headers = {SIGNATURE_HEADER: sign_body(content, self._secret), "Content-Type": "application/json"}

        async def of(replica: Replica) -> int | None:
            try:
                async with asyncio.timeout(FORGET_WITHIN):
                    reply = await replica.call("POST", FORGET_PATH, content, headers)
                return FORGOTTEN.validate_json(reply.content).trackers if reply.status == HTTPStatus.OK else None
            except (AssistantAway, TimeoutError, ValidationError):
                return None

        answers = await asyncio.gather(*map(of, self._replicas))
        return Forgot(sum(each or 0 for each in answers), answers.count(None))

    async def close(self) -> None:
        for replica in self._replicas:
            await replica.close()

    async def _ask(self, replica: Replica, request: TurnRequest) -> TurnResult:
        body = dump(request)
        reply = await self._post(replica, body, request)
        if reply.status == HTTPStatus.CONFLICT:
            body["tracker_events"] = await self._load_window(request.context.conversation_id)
            reply = await self._post(replica, body, request)
        if reply.status == HTTPStatus.OK:
            try:
                # orjson is the stricter reader: no NaN and no half of a surrogate pair comes past it.
                return TURN_RESULT.validate_python(orjson.loads(reply.content))
            except (ValidationError, orjson.JSONDecodeError) as exc:
                raise AssistantBroken("malformed_result") from exc
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise AssistantAway(_code(reply))
        raise AssistantBroken(_code(reply))

    async def _post(self, replica: Replica, body: dict[str, Any], request: TurnRequest) -> Reply:
        content = orjson.dumps(body)
        headers = {
            SIGNATURE_HEADER: sign_body(content, self._secret),
            CORRELATION_HEADER: request.context.correlation_id,
            "Content-Type": "application/json",
        }
        return await replica.call("POST", TURN_PATH, content, headers)


def _code(reply: Reply) -> str:
    try:
        return str(orjson.loads(reply.content)["code"])[:64]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return f"status_{reply.status}"
