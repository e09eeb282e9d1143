"""The running stack from outside: its public API as a customer uses it, the lab, and the staff's side.

One ``Front`` a run; a failure of the stack itself is ``StackAway``, which makes a trial an infrastructure error and
never a verdict about the assistant.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

Json = dict[str, Any]
TRIES = 3
PAUSE = 0.3
LONG_POLL = 20.0
ANSWER_WITHIN = 40.0
SETTLES_WITHIN = 1.0
AHEAD_OF_THEM = ("handoff.queued", "handoff.accepted")


class StackAway(RuntimeError):
    """The stack did not do what every stack does; ``args[0]`` says where."""


@dataclass(frozen=True)
class Staff:
    """Who may look at packets and decide approvals, by role: e-mail and password."""

    accounts: Mapping[str, tuple[str, str]] = field(default_factory=dict)


class Front:
    def __init__(self, http: httpx.AsyncClient, staff: Staff) -> None:
        self._http = http
        self._staff = staff
        self._tokens: dict[str, str] = {}
        self._signing_in = asyncio.Lock()
        self._articles: dict[tuple[str, int], str] = {}

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = "",
        expect: tuple[int, ...] = (200, 201, 202, 204),
    ) -> Json:
        """The answer's JSON (empty for none). Tried again while nobody answers or the stack says to wait."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        problem = ""
        for attempt in range(TRIES):
            try:
                answer = await self._http.request(method, path, json=body, headers=headers)
            except httpx.HTTPError as exc:
                problem = type(exc).__name__
            else:
                if answer.status_code in expect:
                    return answer.json() if answer.content else {}
                problem = f"{answer.status_code} {answer.text[:160]}"
                if answer.status_code not in (429, 502, 503, 504):
                    break
            await asyncio.sleep(PAUSE * (attempt + 1))
        raise StackAway(f"{method} {path.split('?')[0]}: {problem}")

    async def as_staff(self, role: str, method: str, path: str, body: Any = None) -> Json:
        return await self.call(method, path, body, token=await self._token(role))

    async def _token(self, role: str) -> str:
        async with self._signing_in:
            if role not in self._tokens:
                if role not in self._staff.accounts:
                    raise StackAway(f"no account with the role {role} is known for this stack")
                email, password = self._staff.accounts[role]
                session = await self.call("POST", "/api/v1/session", {"email": email, "password": password})
                self._tokens[role] = session["token"]
        return self._tokens[role]

    async def article(self, article_id: str, version: int) -> str:
        """Title and text of one version, as it was published; read once."""
        if (article_id, version) not in self._articles:
            path = f"/api/v1/articles/{article_id}?version={version}"
            found = (await self.as_staff("agent", "GET", path))["version"]
            self._articles[article_id, version] = f"# {found['title']}\n\n{found['body']}"
        return self._articles[article_id, version]

    async def published(self, article_id: str) -> tuple[int, str] | None:
        """Version and text of what answers now; ``None`` where there is no such article, or none that answers."""
        path = f"/api/v1/articles/{article_id}"
        token = await self._token("agent")
        line = (await self.call("GET", path, token=token, expect=(200, 404))).get("article")
        if line is None or line["published_version"] is None:
            return None
        return line["published_version"], await self.article(article_id, line["published_version"])

    # The lab

    async def make_customer(self, like: str, profile: Json, orders: Json) -> Json:
        return await self.call("POST", "/lab/v1/customers", {"like": like, "profile": profile, "orders": orders})

    async def shop_of(self, customer_id: str) -> Json:
        return await self.call("GET", f"/lab/v1/customers/{customer_id}")

    async def codes_of(self, customer_id: str) -> list[str]:
        return (await self.call("GET", f"/lab/v1/customers/{customer_id}/codes"))["codes"]  # type: ignore[no-any-return]

    async def break_for(self, customer_id: str, fault: Json) -> None:
        await self.call("POST", f"/lab/v1/customers/{customer_id}/faults", fault)

    async def let_time_pass(self, customer_id: str | None, conversation_id: str, seconds: float) -> None:
        owner = f"customers/{customer_id}" if customer_id else f"conversations/{conversation_id}"
        await self.call("POST", f"/lab/v1/{owner}/clock", {"forward_seconds": seconds})

    async def mark(self, conversation_id: str) -> None:
        """Whose customer nobody knows: it counts as a test all the same."""
        await self.call("POST", f"/lab/v1/conversations/{conversation_id}/mark")

    async def log_of(self, conversation_id: str) -> Json:
        return await self.call("GET", f"/lab/v1/conversations/{conversation_id}")


class Talk:
    """One conversation as its customer holds it. ``view`` is everything that the customer could read."""

    def __init__(self, front: Front, identity_token: str | None) -> None:
        self._front = front
        self._identity = identity_token
        self.id = ""
        self._token = ""
        self.view: list[Json] = []

    async def open(self) -> None:
        body = {"identity_token": self._identity} if self._identity else {}
        opened = await self._front.call("POST", "/api/v1/conversations", body)
        self.id, self._token = opened["conversation_id"], opened["token"]
        if self._identity is None:
            await self._front.mark(self.id)
        await self.read()

    async def say(self, text: str, *, twice: bool = False) -> int:
        body = {"client_message_id": uuid4().hex, "text": text}
        seq = await self._send("messages", body)
        return await self._send("messages", body) if twice else seq

    async def choose(self, choice: str) -> int:
        return await self._send("messages", {"client_message_id": uuid4().hex, "choice": choice})

    async def ask_for_a_person(self) -> int:
        return await self._send("handoff", {})

    async def feedback(self, kind: str) -> None:
        path = f"/api/v1/conversations/{self.id}/feedback"
        await self._front.call("POST", path, {"kind": kind}, token=self._token)

    async def _send(self, what: str, body: Json) -> int:
        path = f"/api/v1/conversations/{self.id}/{what}"
        return int((await self._front.call("POST", path, body, token=self._token))["seq"])

    async def read(self, wait: float = 0) -> None:
        after = self.view[-1]["seq"] if self.view else 0
        path = f"/api/v1/conversations/{self.id}/events?after={after}&wait={wait}"
        self.view += (await self._front.call("GET", path, token=self._token))["events"]

    async def until_answered(self, seq: int) -> None:
        """Until the message ``seq`` came to its end. Where a person was called before it was written it has none, as
        happens while a thought comes in pieces. Raises ``StackAway`` where no end came."""
        await self._until(
            lambda: self.with_people or any(_ends(event, seq) for event in self.view), f"an end of message {seq}"
        )

    async def until_something_new(self, seen: int) -> None:
        await self._until(lambda: any(_is_from_us(event) for event in self.view[seen:]), "a word after the decision")

    async def _until(self, holds: Callable[[], bool], what: str) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + ANSWER_WITHIN
        await self.read()
        while not holds():
            left = until - loop.time()
            if left <= 0:
                raise StackAway(f"{what} did not come within {ANSWER_WITHIN:.0f} s")
            await self.read(min(left, LONG_POLL))
        await self.read()

    @property
    def with_people(self) -> bool:
        return any(event["type"] in AHEAD_OF_THEM for event in self.view)


def _ends(event: Json, seq: int) -> bool:
    if event["type"] in ("handoff.queued", "conversation.closed"):
        return bool(event["seq"] > seq)
    data = event.get("data", {})
    if event["type"] not in ("message.sent", "turn.failed") or event.get("source") == "customer":
        return False
    return any(answered >= seq for answered in data.get("reply_to", ()))


def _is_from_us(event: Json) -> bool:
    return event["type"] == "message.sent" and event.get("source") != "customer"
