"""A small client of the bot's door, for the bench and the tests: what the gateway does, without its store."""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from handoff.contract.signing import sign_body, sign_context
from handoff.contract.turn import (
    FORGET_PATH,
    SIGNATURE_HEADER,
    TURN_PATH,
    ForgetRequest,
    TurnContext,
    TurnRequest,
)

WINDOW_TURNS = 20


def from_now(seconds: float) -> str:
    """A deadline as the contract writes it."""
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat()


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float = 30) -> None:
        super().__init__("bot", timeout=timeout)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Door:
    """One kept-alive connection. ``context_key`` only has to sign; the bot does not hold it."""

    def __init__(self, path: Path, door_secret: bytes, context_key: bytes = b"context-key-of-a-test") -> None:
        self._secret = door_secret
        self.context_key = context_key
        self._connection = UnixConnection(path)

    def post(self, body: bytes, signature: Optional[str] = None, path: str = TURN_PATH) -> Tuple[int, Dict[str, Any]]:
        given = sign_body(body, self._secret) if signature is None else signature
        headers = {SIGNATURE_HEADER: given, "Content-Type": "application/json", "X-Request-Id": "req_1"}
        try:
            response = self._sent(path, body, headers)
        except (BrokenPipeError, ConnectionResetError):  # closed by the bot while nothing was said for a while
            self._connection.close()
            response = self._sent(path, body, headers)
        return response.status, json.loads(response.read())

    def _sent(self, path: str, body: bytes, headers: Dict[str, str]) -> http.client.HTTPResponse:
        self._connection.request("POST", path, body, headers)
        return self._connection.getresponse()

    def turn(self, request: TurnRequest) -> Tuple[int, Dict[str, Any]]:
        return self.post(json.dumps(asdict(request)).encode())

    def forget(self, *conversation_ids: str) -> Tuple[int, Dict[str, Any]]:
        return self.post(json.dumps(asdict(ForgetRequest(list(conversation_ids)))).encode(), path=FORGET_PATH)

    def close(self) -> None:
        self._connection.close()


@dataclass
class Conversation:
    """Plays the gateway for one conversation: keeps version, events and snapshots, and primes the bot on a miss."""

    door: Door
    conversation_id: str
    customer_id: Optional[str] = "cus_1"
    seconds: float = 20.0
    version: int = 0
    seq: int = 0
    results: List[Dict[str, Any]] = field(default_factory=list)
    misses: int = 0

    def say(self, text: str) -> Dict[str, Any]:
        return self.send("message", text)

    def choose(self, payload: str, text: str = "") -> Dict[str, Any]:
        return self.send("choice", text, payload=payload)

    def send(
        self, trigger: Any, text: str = "", payload: Optional[str] = None, note: Optional[str] = None
    ) -> Dict[str, Any]:
        """The result of one turn. Raises ``RuntimeError`` with the refusal when there is none."""
        self.seq += 1
        request = self.request(trigger, text, payload, note)
        status, answer = self.door.turn(request)
        if status == 409:
            self.misses += 1
            status, answer = self.door.turn(self.request(trigger, text, payload, note, self.window()))
        if status != 200:
            raise RuntimeError(f"{status} {answer}")
        self.results.append(answer)
        self.version += 1
        return answer

    def request(
        self,
        trigger: Any,
        text: str,
        payload: Optional[str] = None,
        note: Optional[str] = None,
        events: Optional[List[Dict[str, Any]]] = None,
    ) -> TurnRequest:
        deadline = from_now(self.seconds)
        context = TurnContext(self.conversation_id, f"trn_{self.seq}", self.seq, 1, deadline, self.customer_id)
        token = sign_context(context, self.door.context_key)
        return TurnRequest(context, token, trigger, text, self.version, payload, note, events)

    def window(self) -> List[Dict[str, Any]]:
        """The snapshot before the last turns, then their events: what the gateway sends on a miss."""
        kept = self.results[-WINDOW_TURNS:]
        older = self.results[: -len(kept)] if kept else []
        events = list(older[-1]["snapshot"]) if older else []
        for result in kept:
            events.extend(result["tracker_events"])
        return events
