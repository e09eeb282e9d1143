"""The quality desk's routes over HTTP: who may not, then what they answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from eval.quality.routes import create_router
from eval.quality.scorecard import QUESTIONS
from eval.quality.service import QualityDesk
from eval.storage.migrate import migrate
from handoff.clock import RandomIds, SystemClock
from handoff.storage.database import Database
from tests.eval.desk import require, serving

pytestmark = pytest.mark.service

ROUTES = [
    ("GET", "/qa/scorecard"),
    ("GET", "/qa/samples"),
    ("POST", "/qa/samples"),
    ("POST", "/qa/samples/named"),
    ("GET", "/qa/samples/x"),
    ("PUT", "/qa/samples/x/review"),
    ("POST", "/qa/conversations/x/comments"),
    ("GET", "/qa/report"),
    ("GET", "/qa/labels"),
]


@pytest.fixture
def ask(tmp_path: Path) -> Any:
    database = Database(f"sqlite:///{tmp_path}/eval.db")
    database.open()
    migrate(database.engine)

    async def nobody(_since: str, _until: str) -> list[Any]:
        return []

    async def transcript(conversation_id: str) -> list[dict[str, Any]] | None:
        return [{"seq": 1, "type": "conversation.opened", "data": {}}] if conversation_id == "cnv_1" else None

    app = serving(create_router(QualityDesk(database, SystemClock(), RandomIds(), nobody, transcript), require))
    with TestClient(app) as client:

        def ask(method: str, path: str, role: str = "qa", **more: Any) -> Any:
            return client.request(method, path, headers={"X-Role": role} if role else {}, **more)

        yield ask
    database.close()


Ask = Callable[..., Any]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_strangers_and_other_roles_are_refused(ask: Ask, method: str, path: str) -> None:
    assert ask(method, path, role="", json={}).status_code == 401
    for role in ("agent", "editor"):
        answer = ask(method, path, role=role, json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")


def test_a_conversation_is_named_judged_and_reported(ask: Ask) -> None:
    sample = ask("POST", "/qa/samples/named", json={"conversation_id": "cnv_1"}).json()
    review = {"answers": dict.fromkeys(QUESTIONS, 1), "outcome": "resolved", "handover": "none_due"}
    judged = ask("PUT", f"/qa/samples/{sample['sample_id']}/review", json=review)
    assert judged.json()["reviews"][0]["score"] == 0.5
    assert ask("POST", "/qa/conversations/cnv_1/comments", json={"text": "well done", "seq": 1}).status_code == 204
    opened = ask("GET", f"/qa/samples/{sample['sample_id']}").json()
    assert [each["text"] for each in opened["comments"]] == ["well done"]
    assert ask("GET", "/qa/report").json()["reviews"] == 1
    assert ask("GET", "/qa/labels").json()[0]["outcome"] == "resolved"


def test_an_agent_reads_their_own_coaching(ask: Ask) -> None:
    ask("POST", "/qa/conversations/cnv_1/comments", json={"text": "warm and brief", "about": "agt_agent"})
    assert [each["text"] for each in ask("GET", "/qa/coaching/me", role="agent").json()] == ["warm and brief"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/qa/samples", {"rule": "favourites"}),
        ("/qa/samples", {"rule": "random", "count": 0}),
        ("/qa/samples", {"rule": "random", "who": "me"}),
        ("/qa/conversations/cnv_1/comments", {"text": ""}),
    ],
)
def test_bad_input_is_named_and_nothing_changes(ask: Ask, path: str, body: dict[str, Any]) -> None:
    answer = ask("POST", path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert ask("GET", "/qa/samples").json() == []


def test_an_unknown_conversation_is_404(ask: Ask) -> None:
    answer = ask("POST", "/qa/samples/named", json={"conversation_id": "cnv_none"})
    assert (answer.status_code, answer.json()["code"]) == (404, "conversation_not_found")
