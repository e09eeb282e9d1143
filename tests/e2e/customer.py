"""A customer of the running stack, over HTTP: sends, waits, keeps what was acknowledged and what was seen."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import httpx

ANSWER_WITHIN = 20.0


class Customer:
    def __init__(self, url: str, identity_token: str | None = None) -> None:
        self.http = httpx.Client(base_url=f"{url}/api/v1", timeout=40)
        body = {"identity_token": identity_token} if identity_token else {}
        opened = self.http.post("/conversations", json=body).raise_for_status().json()
        self.id: str = opened["conversation_id"]
        self.token: str = opened["token"]
        self.view: list[dict[str, Any]] = []
        self.acknowledged: dict[str, int] = {}

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def say(self, text: str) -> list[dict[str, Any]]:
        """Send, and wait for the end of that message; what was said in answer to it."""
        client_message_id = uuid4().hex
        body = {"client_message_id": client_message_id, "text": text}
        sent = self.http.post(f"/conversations/{self.id}/messages", json=body, headers=self.headers)
        seq = int(sent.raise_for_status().json()["seq"])
        self.acknowledged[client_message_id] = seq
        until = time.monotonic() + ANSWER_WITHIN
        while not any(self._ends(event, seq) for event in self.view):
            assert time.monotonic() < until, f"no end for message {seq}: {[e['type'] for e in self.view]}"
            self.read(wait=2)
        return [event for event in self.view if event["seq"] > seq and event["type"] == "message.sent"]

    def read(self, wait: float = 0) -> None:
        after = self.view[-1]["seq"] if self.view else 0
        parameters = {"after": after, "wait": wait}
        answer = self.http.get(f"/conversations/{self.id}/events", params=parameters, headers=self.headers)
        self.view += answer.raise_for_status().json()["events"]

    def _ends(self, event: dict[str, Any], seq: int) -> bool:
        if event["type"] == "handoff.queued":
            return event["seq"] > seq
        return seq in event.get("data", {}).get("reply_to", [])
