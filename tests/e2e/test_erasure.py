"""An erasure on the running stack: a word is planted in every real store, and nothing holds it afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from redis import Redis

from actions.backend.mail import Mailbox, list_mails
from eval.quality.scorecard import QUESTIONS
from handoff.clock import stamp
from stack.paths import Paths
from tests.e2e.customer import Customer
from tests.support.redis import keys_with
from tests.support.running import RunningStack
from tests.support.waiting import eventually_now

pytestmark = pytest.mark.e2e

CANARY = "kanarienvogel"
ADDRESS = f"{CANARY}@example.com"
MORE_CONVERSATIONS = 300
MOST_SECONDS = 60
NOT_SEARCHED = "models"
"""Trained models: built with the installation, the same for all."""


def databases(stack: RunningStack) -> list[Path]:
    return sorted((stack.var / "db").glob("*.sqlite"))


def rows_with(stack: RunningStack, word: str) -> set[str]:
    """The tables of all databases of the installation that hold ``word``."""
    found = set()
    for path in databases(stack):
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in names:
                if any(word in str(row) for row in connection.execute(f'SELECT * FROM "{name}"')):
                    found.add(name)
    return found


def files_with(folder: Path, word: bytes) -> Iterator[str]:
    for path in folder.rglob("*"):
        within = path.relative_to(folder)
        if within.parts[0] != NOT_SEARCHED and path.is_file() and word in path.read_bytes():
            yield str(within)


def copy(stack: RunningStack, conversation_id: str, count: int) -> None:
    """As many further conversations of the same customer, each with the log and the turns of the first."""
    with closing(sqlite3.connect(stack.var / "db" / "frontdesk.sqlite", timeout=60)) as connection, connection:
        connection.row_factory = sqlite3.Row

        def rows(query: str) -> list[dict[str, Any]]:
            return [dict(row) for row in connection.execute(query, (conversation_id,))]

        def put(table: str, row: dict[str, Any]) -> None:
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))

        (conversation,) = rows("SELECT * FROM conversations WHERE id = ?")
        events = rows("SELECT * FROM events WHERE conversation_id = ? ORDER BY seq")
        turns = rows("SELECT * FROM turns WHERE conversation_id = ?")
        contents = rows(
            "SELECT c.* FROM event_content c JOIN events e ON e.id = c.event_id WHERE e.conversation_id = ?"
        )
        for number in range(count):
            name = f"cnv_copy_{number}"
            put("conversations", conversation | {"id": name, "owner": "none", "state": "closed", "turn_id": None})
            for event in events:
                put("events", event | {"id": f"{event['id']}_{number}", "conversation_id": name})
            for turn in turns:
                put("turns", turn | {"id": f"{turn['id']}_{number}", "conversation_id": name})
            for content in contents:
                put("event_content", content | {"event_id": f"{content['event_id']}_{number}"})


def kinds_of_mail(stack: RunningStack) -> set[str]:
    return {mail["kind"] for mail in list_mails(stack.var / "mail") if mail["to"] == ADDRESS}


class Staff:
    def __init__(self, stack: RunningStack, role: str) -> None:
        person = next(each for each in stack.demo()["agents"] if role in each["roles"])
        signed_in = {"email": person["email"], "password": person["password"]}
        token = httpx.post(f"{stack.url}/api/v1/session", json=signed_in).raise_for_status().json()["token"]
        self.http = httpx.Client(
            base_url=f"{stack.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=120
        )

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self.http.request(method, path, json=body)
        assert answer.is_success, f"{path}: {answer.text}"
        return answer.json() if answer.content else None


def plant(stack: RunningStack, who: str) -> tuple[Customer, str]:
    """One conversation and its hand-over, with the word in everything that holds a person's words."""
    customer = Customer(stack.url, stack.token(who))
    customer.say(f"What is your return policy for a {CANARY}?")
    at = f"/conversations/{customer.id}"
    uploaded = customer.http.post(
        f"{at}/attachments", params={"name": f"{CANARY}.txt"}, content=f"{CANARY} file", headers=customer.headers
    )
    files = [uploaded.raise_for_status().json()["id"]]
    for path, body in (
        ("messages", {"client_message_id": uuid4().hex, "text": f"{CANARY} see the file", "attachments": files}),
        ("handoff", {"note": f"{CANARY} note"}),
        ("leave_message", {"email": ADDRESS, "text": f"{CANARY} left"}),
    ):
        customer.http.post(f"{at}/{path}", json=body, headers=customer.headers).raise_for_status()
    lead = Staff(stack, "lead")
    queue = lead.call("GET", "/queue")
    handoff = next(i["handoff_id"] for i in queue["waiting"] if i["conversation_id"] == customer.id)
    packet = lead.call("POST", f"/handoffs/{handoff}/accept")["packet"]
    assert CANARY in str(packet)
    lead.call("POST", f"/handoffs/{handoff}/notes", {"text": f"{CANARY} private"})
    due = stamp(datetime.now(UTC) + timedelta(days=1))
    promise = lead.call("POST", f"/handoffs/{handoff}/promises", {"text": f"{CANARY} promised", "due_at": due})
    lead.call("POST", f"/promises/{promise['promise_id']}/keep", {"proof": f"{CANARY} proof"})
    lead.call("POST", f"/handoffs/{handoff}/messages", {"client_message_id": "m", "text": f"{CANARY} is with us"})
    lead.call("POST", f"/conversations/{customer.id}/scenario", {"about": f"{CANARY} scenario"})
    lead.call("POST", f"/qa/conversations/{customer.id}/comments", {"text": f"{CANARY} comment"})
    Mailbox(stack.var / "mail").send(
        key=f"plant {who}", kind="confirmation", to=ADDRESS, subject="x", text=f"Dear {CANARY}", at=datetime.now(UTC)
    )
    return customer, handoff


def close(stack: RunningStack, customer: Customer, handoff: str) -> None:
    """What is written as a conversation ends, and about it afterwards."""
    closing = {"outcome": "resolved", "cause": f"{CANARY} cause", "cause_code": "other", "packet_enough": False}
    closing |= {"packet_missing": f"{CANARY} packet_missing", "article_missing": f"{CANARY} article_missing"}
    lead = Staff(stack, "lead")
    owed = f"/promises?state=open&conversation_id={customer.id}"
    eventually_now("the answer has left by mail", lambda: lead.call("GET", owed)["promises"] == [], 60)
    lead.call("POST", f"/handoffs/{handoff}/close", closing)
    at = f"/conversations/{customer.id}"
    events = customer.http.get(f"{at}/events", headers=customer.headers).raise_for_status().json()["events"]
    (episode,) = [event["data"]["episode_id"] for event in events if event["type"] == "survey.offered"]
    answer = {"kind": "survey", "episode_id": episode, "ces": 6, "comment": f"{CANARY} survey"}
    customer.http.post(f"{at}/feedback", json=answer, headers=customer.headers).raise_for_status()
    analyst = Staff(stack, "qa")
    sample = analyst.call("POST", "/qa/samples/named", {"conversation_id": customer.id})["sample_id"]
    review = {"answers": dict.fromkeys(QUESTIONS, 1), "outcome": "resolved", "handover": "none_due"}
    analyst.call("PUT", f"/qa/samples/{sample}/review", review | {"note": f"{CANARY} judged"})


def test_after_an_erasure_no_table_and_no_file_of_the_installation_holds_the_word(stack: RunningStack) -> None:
    who = f"cus_{uuid4().hex}"
    customer, handoff = plant(stack, who)
    copy(stack, customer.id, MORE_CONVERSATIONS)
    close(stack, customer, handoff)
    assert "answer" in kinds_of_mail(stack)
    wanted = {
        "qa_reviews",
        "promises",
        "handoffs",
        "event_content",
        "questions_asked",
        "made_scenarios",
        "qa_comments",
        "attachments",
    }
    eventually_now("every store holds it", lambda: wanted <= rows_with(stack, CANARY), 60)
    missing = f"{CANARY} article_missing"
    eventually_now("the closing reached the gaps", lambda: "questions_asked" in rows_with(stack, missing), 60)
    eventually_now("the evaluation counts them", lambda: "outcome_episodes" in rows_with(stack, who), 30)

    admin = Staff(stack, "admin")
    exported = str(admin.call("GET", f"/customers/{who}/export"))
    closed = ("promised", "proof", "cause", "packet_missing", "article_missing", "survey", "judged")
    for part in ("private", "scenario", "comment", *closed):
        assert f"{CANARY} {part}" in exported, part
    for part in ("return policy", "Dear", "answers you"):
        assert part in exported, part
    report = admin.call("POST", f"/customers/{who}/erasure")["report"]

    assert report["conversations"] == MORE_CONVERSATIONS + 1
    assert report["seconds"] <= MOST_SECONDS
    assert (report["files"], report["mails"], report["quality_notes"], report["outcomes"]) == (1, 2, 2, 1)
    assert (report["trackers"], report["bots_away"]) == (1, 0)
    assert report["questions"] >= 1
    assert report["scrubbed"]
    assert rows_with(stack, CANARY) == set()
    assert kinds_of_mail(stack) == set()
    with Redis(unix_socket_path=str(Paths(stack.var).redis_socket)) as redis:
        assert [keys_with(redis, word) for word in (CANARY, customer.id)] == [[], []]
    eventually_now("nothing names the customer", lambda: rows_with(stack, who) == set(), 60)
    eventually_now("no file holds the word", lambda: list(files_with(stack.var, CANARY.encode())) == [], 60)
