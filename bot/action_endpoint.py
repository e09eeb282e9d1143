"""The way to the actions: the app's private webhook, by one kept-alive connection over a unix socket."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Callable, Dict, Optional

import aiohttp
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.turns import DEADLINE
from handoff.contract.turn import CORRELATION_HEADER

SECONDS = 5.0
RESERVE = 0.3
"""Kept back of the turn's time, so that a failed action can still be told."""
EVENTS = 30
URL = "http://actions/webhook"


class ActionEndpoint(EndpointConfig):
    """``secret`` is sent as bearer. A call takes at most ``SECONDS`` and never the last moments of its turn."""

    def __init__(self, socket: Path, secret: str, now: Callable[[], datetime]) -> None:
        super().__init__(url=URL, enable_selective_domain=True)
        self._socket = socket
        self._secret = secret
        self._now = now
        self._session: Optional[aiohttp.ClientSession] = None

    async def request(
        self,
        method: str = "post",
        subpath: Optional[str] = None,  # noqa: ARG002 - Rasa's signature
        content_type: Optional[str] = "application/json",  # noqa: ARG002
        compress: bool = False,  # noqa: ARG002
        **kwargs: Any,
    ) -> Any:
        """Raises Rasa's ``ClientResponseError`` from status 400, aiohttp's errors and ``asyncio.TimeoutError``."""
        body = bounded(kwargs["json"])
        timeout = aiohttp.ClientTimeout(total=self._patience())
        headers = {"Authorization": f"Bearer {self._secret}", CORRELATION_HEADER: _correlation(body)}
        async with self.session().request(method, URL, json=body, headers=headers, timeout=timeout) as response:
            if response.status >= 400:
                raise ClientResponseError(response.status, response.reason or "", await response.text())
            return await response.json()

    def session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            connector = aiohttp.UnixConnector(path=str(self._socket), limit=64, keepalive_timeout=75)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _patience(self) -> float:
        deadline = DEADLINE.get()
        if deadline is None:
            return SECONDS
        return max(0.05, min(SECONDS, (deadline - self._now()).total_seconds() - RESERVE))


def bounded(body: Dict[str, Any]) -> Dict[str, Any]:
    """The call with the tracker's last events alone; slots and the newest message travel in fields of their own."""
    tracker = body.get("tracker") or {}
    events = tracker.get("events") or []
    return {**body, "tracker": {**tracker, "events": events[-EVENTS:]}}


def _correlation(body: Dict[str, Any]) -> str:
    message = (body.get("tracker") or {}).get("latest_message") or {}
    turn = (message.get("metadata") or {}).get("turn") or {}
    return str(turn.get("correlation_id") or "")
