"""HTTP: who may not, then what comes back."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Header, HTTPException

from handoff.contract.turn import TurnContext
from handoff.http import install_error_handlers
from handoff.late_routes import API, LateRoute, join
from knowledge import content as contents
from knowledge.content import Written
from knowledge.errors import KnowledgeError
from knowledge.service import Knowledge
from tests.knowledge.conftest import page

pytestmark = pytest.mark.service


@dataclass(frozen=True)
class Somebody:
    email: str
    roles: tuple[str, ...]


def require(*roles: str) -> Any:
    def principal(authorization: Annotated[str | None, Header()] = None) -> Somebody:
        if authorization is None:
            raise HTTPException(401)
        mine = authorization.removeprefix("Bearer ")
        if mine not in roles:
            raise HTTPException(403)
        return Somebody(f"{mine}@example.test", (mine,))

    return Depends(principal)


@pytest.fixture
async def knowledge(opened: AbstractAsyncContextManager[Knowledge]) -> AsyncIterator[Knowledge]:
    async with opened as knowledge:
        yield knowledge


@pytest.fixture
async def client(knowledge: Knowledge) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_error_handlers(app, KnowledgeError)
    join(app.router, knowledge.router(require, LateRoute), API)
    app.include_router(knowledge.help_router())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
        yield client


EDITOR = {"Authorization": "Bearer editor"}
AGENT = {"Authorization": "Bearer agent"}
NEW = {"id": "parcels", "title": "Parcels", "body": "Parcels travel for two days.", "owner": "a@example.test"}
CALLS = [
    ("GET", "/articles", None),
    ("POST", "/articles", NEW),
    ("GET", "/articles/parcels", None),
    ("PATCH", "/articles/parcels", {"base_version": 1, "title": "x"}),
    ("POST", "/articles/parcels/publish", {"base_version": 1}),
    ("POST", "/articles/parcels/rollback", {"base_version": 1, "to_version": 1}),
    ("GET", "/knowledge/search?q=parcels", None),
    ("GET", "/knowledge/answer?q=parcels", None),
    ("GET", "/articles/parcels/diff?before=1&after=1", None),
    ("POST", "/articles/parcels/schedule", {"base_version": 1, "publish_at": "2027-01-31T09:00:00Z"}),
    ("DELETE", "/articles/parcels/schedule", None),
]
WATCHED = [
    ("GET", "/articles/parcels/figures", None),
    ("GET", "/knowledge/figures", None),
    ("GET", "/knowledge/analytics", None),
    ("GET", "/knowledge/calendar", None),
    ("GET", "/knowledge/audit", None),
    ("GET", "/knowledge/gaps", None),
    ("GET", "/knowledge/gaps/top?month=2026-05", None),
    ("GET", "/knowledge/gaps/1", None),
]
EDITED = [
    ("GET", "/articles/parcels/impact", None),
    ("POST", "/knowledge/preview", {"body": "text"}),
    ("POST", "/knowledge/import", None),
    ("GET", "/knowledge/export", None),
    ("POST", "/knowledge/gaps/1/draft", {}),
    ("POST", "/knowledge/gaps/1/close", {}),
    ("POST", "/knowledge/gaps/1/dismiss", {}),
    ("POST", "/knowledge/gaps/1/reopen", {}),
    ("POST", "/knowledge/gaps/1/merge", {"into": 2}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
async def test_who_may_not(client: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    url = f"/api/v1{path}"
    assert (await client.request(method, url, json=body)).status_code == 401
    assert (
        await client.request(method, url, json=body, headers={"Authorization": "Bearer customer"})
    ).status_code == 403
    if method != "GET":
        assert (await client.request(method, url, json=body, headers=AGENT)).status_code == 403


@pytest.mark.parametrize(("method", "path", "body"), [*WATCHED, *EDITED])
async def test_the_editors_work_is_not_the_agents(client: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    url = f"/api/v1{path}"
    assert (await client.request(method, url, json=body)).status_code == 401
    assert (await client.request(method, url, json=body, headers=AGENT)).status_code == 403
    watching = await client.request(method, url, json=body, headers={"Authorization": "Bearer qa"})
    assert (watching.status_code == 403) == ((method, path, body) in EDITED)


async def test_two_editors_on_one_article(client: httpx.AsyncClient) -> None:
    await client.post("/api/v1/articles", json=NEW, headers=EDITOR)
    lead = {"Authorization": "Bearer lead"}
    theirs = {"base_version": 1, "body": "Parcels travel for three days."}
    assert (await client.patch("/api/v1/articles/parcels", json=theirs, headers=lead)).status_code == 200
    yours = {"base_version": 1, "title": "Post", "body": "Parcels travel for nine days."}
    late = await client.patch("/api/v1/articles/parcels", json=yours, headers=EDITOR)
    assert (late.status_code, late.json()["code"]) == (409, "edit_conflict")
    data = late.json()["data"]
    assert (data["author"], data["latest_version"], data["base_version"]) == ("lead@example.test", 2, 1)
    assert data["saved_at"]
    assert (data["theirs"]["body"], data["theirs"]["title"]) == (theirs["body"], "Parcels")
    assert (data["yours"]["body"], data["yours"]["title"]) == (yours["body"], "Post")
    detail = (await client.get("/api/v1/articles/parcels", headers=EDITOR)).json()
    assert (detail["version"]["body"], detail["article"]["latest_version"]) == (theirs["body"], 2)


async def test_the_editors_work_over_http(client: httpx.AsyncClient, knowledge: Knowledge) -> None:
    client.headers.update(EDITOR)
    await client.post("/api/v1/articles", json={**NEW, "tags": ["product-issue"]})
    await client.post("/api/v1/articles/parcels/publish", json={"base_version": 1})
    turn = TurnContext("c1", "t", 2, 1, "")
    await knowledge.desk.asked.answer("parcels travel", audience="public", locale="en", turn=turn)
    await knowledge.desk.asked.answer("who is the king", audience="public", locale="en", turn=replace(turn, seq=4))
    await knowledge.desk.usage.settle()
    await client.patch("/api/v1/articles/parcels", json={"base_version": 1, "body": "Parcels travel for a week."})
    (listed,) = (await client.get("/api/v1/articles", params={"q": "week", "tag": "product-issue"})).json()["articles"]
    assert (listed["id"], listed["issue_breached"], listed["scheduled_for"]) == ("parcels", False, None)
    diff = (await client.get("/api/v1/articles/parcels/diff", params={"before": 1, "after": 2})).json()
    assert diff["changed"] == ["body"]
    assert "+Parcels travel for a week." in diff["diff"]
    (change,) = (await client.get("/api/v1/articles/parcels/impact")).json()["changes"]
    assert (change["kind"], change["question"], change["times"]) == ("other_words", "parcels travel", 1)
    (lost,) = (await client.get("/api/v1/articles/parcels/impact?withdraw=true")).json()["changes"]
    assert lost["kind"] == "lost"
    plan = {"base_version": 2, "publish_at": "2026-06-01T09:00:00+02:00"}
    assert (await client.post("/api/v1/articles/parcels/schedule", json=plan)).status_code == 200
    kinds = [due["kind"] for due in (await client.get("/api/v1/knowledge/calendar")).json()["entries"]]
    assert sorted(kinds) == ["product_issue", "scheduled"]
    assert (await client.delete("/api/v1/articles/parcels/schedule")).status_code == 200
    answer = (await client.get("/api/v1/knowledge/answer", params={"q": "parcels travel"})).json()
    assert (answer["text"], answer["found"]) == ("Parcels travel for two days.", True)
    assert answer["citations"][0]["article_id"] == "parcels"
    text = {"title": "x", "body": '# One\n\ntext\n\n[open]: # "more"\n\n<script>x()</script>'}
    shown = (await client.post("/api/v1/knowledge/preview", json=text)).json()
    assert "<script" not in shown["html"]
    assert [piece["section"] for piece in shown["chunks"]] == ["One"]
    assert (len(shown["problems"]), len(shown["unfinished"])) == (1, 1)
    sent = [
        ("files", ("tents.md", contents.write(Written("tents", page("Tents", "Tents stand."))))),
        ("files", ("x.md", b"-")),
    ]
    said = {"title": "x", "body": "## Refunds\n\nWe will refund you. We’ve SENT your refund."}
    (kept_back,) = (await client.post("/api/v1/knowledge/preview", json=said)).json()["kept_back"]
    assert kept_back == {"section": "Refunds", "sentence": "We’ve SENT your refund."}
    assert answer["kept_back"] == ""
    report = (await client.post("/api/v1/knowledge/import", files=sent)).json()
    assert (report["created"], [problem["file"] for problem in report["problems"]]) == (["tents.md"], ["x.md"])
    assert (await client.get("/api/v1/knowledge/export")).headers["content-type"] == "application/zip"
    (gap,) = (await client.get("/api/v1/knowledge/gaps?order=rising")).json()["gaps"]
    assert (gap["title"], gap["unanswered"]) == ("who is the king", 1)
    detail = (await client.get(f"/api/v1/knowledge/gaps/{gap['id']}")).json()
    assert (detail["questions"][0]["conversation_id"], detail["questions"][0]["seq"]) == ("c1", 4)
    assert (await client.get("/api/v1/knowledge/gaps/top?month=2026-05")).json()["gaps"] == [gap]
    drafted = await client.post(f"/api/v1/knowledge/gaps/{gap['id']}/draft", json={"title": "Who is the king?"})
    assert (drafted.status_code, drafted.json()["article"]["id"]) == (201, "who-is-the-king")
    unfinished = await client.post("/api/v1/articles/who-is-the-king/publish", json={"base_version": 1})
    assert unfinished.status_code == 422
    noted = await client.post(f"/api/v1/knowledge/gaps/{gap['id']}/dismiss", json={"note": "no"})
    assert noted.json()["state"] == "dismissed"
    assert (await client.post(f"/api/v1/knowledge/gaps/{gap['id']}/draft", json={})).status_code == 409
    audit = (await client.get("/api/v1/knowledge/audit")).json()["entries"]
    assert ("dismiss", "editor@example.test", "no") in [(line["event"], line["actor"], line["note"]) for line in audit]
    assert {"publish", "schedule", "unschedule", "draft"} <= {line["event"] for line in audit}
    assert (await client.get("/api/v1/knowledge/analytics?channel=bot")).json()["asked"] == 2
    assert (await client.get("/api/v1/knowledge/figures")).json()["articles"] == []
    assert (await client.get("/api/v1/articles/parcels/figures")).json()["versions"][0]["version"] == 1


async def test_an_article_over_http(client: httpx.AsyncClient) -> None:
    client.headers.update(EDITOR)
    made = await client.post("/api/v1/articles", json=NEW)
    assert made.status_code == 201
    assert made.json()["state"] == "draft"
    taken = await client.post("/api/v1/articles", json=NEW)
    assert (taken.status_code, taken.json()["code"]) == (409, "article_exists")
    assert set(taken.json()) == {"code", "message", "data", "request_id"}

    assert (await client.patch("/api/v1/articles/parcels", json={"base_version": 1, "state": "in_review"})).json()[
        "state"
    ] == "in_review"
    live = await client.post("/api/v1/articles/parcels/publish", json={"base_version": 1})
    assert live.json()["published_version"] == 1
    edit = {"base_version": 1, "body": "Parcels travel for three days.", "review_by": "2027-01-31", "note": "slower"}
    assert (await client.patch("/api/v1/articles/parcels", json=edit)).json()["latest_version"] == 2
    late = await client.patch("/api/v1/articles/parcels", json={**edit, "body": "Never."})
    assert (late.status_code, late.json()["code"]) == (409, "edit_conflict")
    assert late.json()["data"]["author"] == "editor@example.test"

    detail = (await client.get("/api/v1/articles/parcels")).json()
    assert detail["version"]["title"] == "Parcels"
    assert detail["version"]["review_by"] == "2027-01-31"
    assert [line["version"] for line in detail["versions"]] == [2, 1]
    assert detail["version"]["author"] == "editor@example.test"
    assert (await client.get("/api/v1/articles/parcels?version=1")).json()["version"]["body"] == NEW["body"]

    found = (await client.get("/api/v1/knowledge/search?q=parcels+travel")).json()
    assert [hit["article_id"] for hit in found["hits"]] == ["parcels"]
    assert found["trace"]["candidates"]
    back = await client.post("/api/v1/articles/parcels/rollback", json={"base_version": 2, "to_version": 1})
    assert back.json()["published_version"] == 3
    gone = await client.patch("/api/v1/articles/parcels", json={"base_version": 3, "state": "archived"})
    assert gone.json()["state"] == "archived"
    assert (await client.get("/api/v1/knowledge/search?q=parcels")).json()["hits"] == []
    assert [one["id"] for one in (await client.get("/api/v1/articles?state=archived")).json()["articles"]] == [
        "parcels"
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/articles/nothing", None, 404),
        ("GET", "/articles/%2e%2e%2fetc", None, 404),
        ("POST", "/articles", {**NEW, "colour": "red"}, 422),
        ("POST", "/articles", {**NEW, "id": "Bad Id"}, 422),
        ("POST", "/articles", {**NEW, "body": "<script>alert(1)</script>"}, 422),
        ("POST", "/articles", {**NEW, "audience": "root"}, 422),
        ("POST", "/articles", {**NEW, "review_by": "soon"}, 422),
        ("POST", "/articles", [], 422),
        ("PATCH", "/articles/nothing", {"base_version": 1, "title": "x"}, 404),
        ("POST", "/articles/nothing/publish", {"base_version": 1}, 404),
        ("GET", "/knowledge/search?q=", None, 422),
        ("GET", "/knowledge/search?q=a&count=99999", None, 422),
        ("GET", "/articles?due=soon", None, 422),
        ("GET", "/articles/nothing/impact", None, 404),
        ("GET", "/articles/nothing/figures", None, 404),
        ("GET", "/knowledge/gaps/7", None, 404),
        ("GET", "/knowledge/gaps/seven", None, 422),
        ("GET", "/knowledge/gaps/top?month=2026-13", None, 422),
        ("POST", "/knowledge/gaps/7/draft", {}, 404),
        ("POST", "/knowledge/gaps/7/merge", {"into": 7}, 404),
        ("POST", "/articles/nothing/schedule", {"base_version": 1, "publish_at": "2027-01-31T09:00:00Z"}, 404),
        ("DELETE", "/articles/nothing/schedule", None, 404),
        ("POST", "/knowledge/preview", {"body": 3}, 422),
        ("POST", "/articles", {**NEW, "redirect_from": ["Bad Id"]}, 422),
        *(
            (method, path, {**body, name: number}, 422)
            for method, path, body, name in (
                ("PATCH", "/articles/parcels", {"title": "x"}, "base_version"),
                ("POST", "/articles/parcels/publish", {}, "base_version"),
                ("POST", "/articles/parcels/schedule", {"publish_at": "2027-01-31T09:00:00Z"}, "base_version"),
                ("POST", "/articles/parcels/rollback", {"to_version": 1}, "base_version"),
                ("POST", "/articles/parcels/rollback", {"base_version": 1}, "to_version"),
                ("POST", "/knowledge/gaps/7/merge", {}, "into"),
            )
            for number in (2**63, -1)
        ),
        ("GET", f"/articles/parcels?version={2**63}", None, 422),
        ("GET", f"/articles/parcels/diff?before={2**63}&after=1", None, 422),
        ("GET", f"/articles/parcels/diff?before=1&after={2**63}", None, 422),
        ("GET", f"/articles/parcels/impact?version={2**63}", None, 422),
        ("GET", f"/knowledge/gaps/{2**63}", None, 422),
        ("POST", f"/knowledge/gaps/{2**63}/draft", {}, 422),
        ("GET", "/articles/%00", None, 422),
        ("GET", "/articles?q=%00", None, 422),
        ("GET", "/articles?owner=a%00b", None, 422),
        ("GET", "/knowledge/answer?q=%00", None, 422),
        ("GET", "/knowledge/gaps/top?month=%00", None, 422),
        ("GET", "/knowledge/gaps/top?month=0000-01", None, 422),
        ("GET", "/knowledge/gaps/top?month=9999-12", None, 422),
        ("POST", "/articles", {**NEW, "note": "a\x00b"}, 422),
        ("POST", "/articles", {**NEW, "tags": ["a\x00b"]}, 422),
        ("POST", "/articles", {**NEW, "locale": "e\x00"}, 422),
        ("PATCH", "/articles/parcels", {"base_version": 1, "body": "a\x00b"}, 422),
        ("POST", "/articles/parcels/publish", {"base_version": 1, "note": "\x00"}, 422),
        ("POST", "/knowledge/preview", {"body": "a\x00b"}, 422),
        ("POST", "/knowledge/gaps/7/close", {"note": "\x00"}, 422),
        ("POST", "/knowledge/gaps/7/draft", {"title": "\x00"}, 422),
    ],
)
async def test_bad_input_is_refused(client: httpx.AsyncClient, method: str, path: str, body: Any, status: int) -> None:
    answer = await client.request(method, f"/api/v1{path}", json=body, headers=EDITOR)
    assert answer.status_code == status
