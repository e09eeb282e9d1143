"""A scenario of a conversation: who may make one, what is left out of it, and when its link ends."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from eval.learned.routes import create_router
from eval.learned.rules import kinds_of, one_kind, scenario_of, topic_of
from eval.learned.service import Made, ScenarioMaker
from eval.simulate.scenario import read_family
from eval.storage.migrate import migrate
from handoff.clock import RandomIds, SystemClock
from handoff.contract.turn import ToolCall
from handoff.errors import Forbidden
from handoff.storage.database import Database
from tests.eval.desk import require, serving

pytestmark = pytest.mark.service

FIRST = "Refund $A-1042, mara@example.com, +49 171 3920010"
EVENTS: list[dict[str, Any]] = [
    {"type": "message.sent", "source": "customer", "data": {"text": FIRST}},
    {"type": "triage.decided", "source": "bot", "data": {"intent": "refund_request"}},
    {"type": "message.sent", "source": "bot", "data": {"text": "Which one?"}},
    {"type": "message.sent", "source": "customer", "data": {"text": "thanks for nothing"}},
    {"type": "triage.decided", "source": "bot", "data": {"intent": "thanks"}},
]  # fmt: skip


class Later:
    """What the log says of later conversations; set by a test."""

    def __init__(self) -> None:
        self.conversation: str | None = None

    async def __call__(self, _made: Made) -> str | None:
        return self.conversation


class AllButOne:
    """``cnv_theirs`` is another department's."""

    async def may_read(self, conversation_id: str, me: Any) -> None:
        if conversation_id == "cnv_theirs":
            raise Forbidden("wrong_department", "This belongs to billing.")

    async def readable(self, conversation_ids: Collection[str], me: Any) -> set[str]:
        return set(conversation_ids) - {"cnv_theirs"}


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def client(tmp_path: Path, later: Later) -> Iterator[TestClient]:
    database = Database(f"sqlite:///{tmp_path}/eval.db")
    database.open()
    migrate(database.engine)

    async def transcript(conversation_id: str) -> list[dict[str, Any]] | None:
        return {"cnv_1": EVENTS, "cnv_mute": EVENTS[1:2]}.get(conversation_id)

    async def calls(_conversation_id: str) -> list[ToolCall]:
        return []

    maker = ScenarioMaker(database, SystemClock(), RandomIds(), transcript, calls, later)
    app = serving(create_router(maker, require, AllButOne()))
    with TestClient(app) as client:
        yield client
    database.close()


@pytest.mark.parametrize(("method", "path"), [("POST", "/conversations/cnv_1/scenario"), ("GET", "/scenarios")])
def test_who_may_not(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, path).status_code == 401
    assert client.request(method, path, headers={"x-role": "editor"}).status_code == 403


def test_what_is_not_there_and_what_says_nothing(client: TestClient) -> None:
    qa = {"x-role": "qa"}
    assert client.post("/conversations/cnv_none/scenario", headers=qa).status_code == 404
    assert client.post("/conversations/cnv_mute/scenario", headers=qa).json()["code"] == "nothing_said"


def test_it_is_made_once_and_linked_until_the_issue_resolves(client: TestClient, later: Later) -> None:
    qa = {"x-role": "qa"}
    made = client.post("/conversations/cnv_1/scenario", headers=qa, json={"about": "It never asked."})
    assert made.status_code == 201
    assert client.post("/conversations/cnv_1/scenario", headers=qa).json() == made.json()
    assert [one["resolved_by"] for one in client.get("/scenarios", headers=qa).json()] == [None]
    later.conversation = "cnv_9"
    assert [one["resolved_by"] for one in client.get("/scenarios", headers=qa).json()] == ["cnv_9"]
    later.conversation = None
    assert client.get("/scenarios", headers=qa).json()[0]["resolved_by"] == "cnv_9"


def test_nothing_in_it_names_anybody_and_it_can_be_read(tmp_path: Path) -> None:
    text = scenario_of("scn_1", EVENTS, "She wrote from mara@example.com.")
    assert text is not None
    for secret in ("mara@example.com", "3920010", "A-1042"):
        assert secret not in text
    path = tmp_path / "made.yaml"
    path.write_text(text)
    (scenario,) = read_family(path, "dev")
    assert "refund_request" in scenario.tags
    assert len(scenario.goals[0].say) == 2
    assert not scenario.must_pass


def test_the_topic_leaves_small_talk_aside() -> None:
    assert topic_of(EVENTS) == "refund_request"
    assert topic_of(EVENTS[2:]) is None


def test_what_names_nothing_may_be_about_the_same_and_what_names_another_kind_is_not() -> None:
    order, invoice, nothing = kinds_of(EVENTS), frozenset({"INV"}), kinds_of(EVENTS[1:])
    assert (order, nothing) == ({"A"}, frozenset())
    assert one_kind(order, order)
    assert one_kind(order, nothing)
    assert one_kind(nothing, order)
    assert not one_kind(order, invoice)
