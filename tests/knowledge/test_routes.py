"""HTTP: who may not, then what comes back; and the public pages."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Header, HTTPException

from knowledge.content import Content
from knowledge.errors import KnowledgeError
from knowledge.routes import knowledge_error
from knowledge.service import Knowledge
from tests.knowledge.conftest import page, publish

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
    app.add_exception_handler(KnowledgeError, knowledge_error)
    app.include_router(knowledge.router(require), prefix="/api/v1")
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
    ],
)
async def test_bad_input_is_refused(client: httpx.AsyncClient, method: str, path: str, body: Any, status: int) -> None:
    answer = await client.request(method, f"/api/v1{path}", json=body, headers=EDITOR)
    assert answer.status_code == status


class Parts(HTMLParser):
    """Collects tags, ids and addresses of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


async def test_help_pages(client: httpx.AsyncClient, knowledge: Knowledge) -> None:
    body = "## How long?\n\nParcels travel for **two** days.\n\n| Where | Days |\n|---|---|\n| Here | 2 |"
    await publish(knowledge, "parcels", page(body=body))
    await publish(knowledge, "playbook", page("Playbook", "For agents alone.", audience="agent"))
    front = await client.get("/help/")
    assert front.status_code == 200
    assert 'href="/help/parcels"' in front.text
    assert "Playbook" not in front.text
    article = await client.get("/help/parcels")
    assert '<h2 id="how-long">How long?</h2>' in article.text
    assert "<strong>two</strong>" in article.text
    assert "<th>Where</th>" in article.text
    assert "default-src 'none'" in article.headers["content-security-policy"]
    assert "no-cache" in article.headers["cache-control"]
    found = await client.get("/help/", params={"q": "how long do parcels travel"})
    assert 'href="/help/parcels#how-long"' in found.text
    assert (await client.get("/help/help.css")).headers["content-type"].startswith("text/css")
    for answer in (front, article, found):
        parts = Parts(answer.text)
        assert parts.tags.count("h1") == 1
        assert parts.tags.count("main") == 1
        assert "script" not in parts.tags
        assert ("lang", "en") in parts.attributes
        assert ("for", "q") in parts.attributes


async def test_foreign_and_withdrawn_pages_look_the_same(client: httpx.AsyncClient, knowledge: Knowledge) -> None:
    await publish(knowledge, "parcels", page())
    await publish(knowledge, "playbook", page("Playbook", "For agents alone.", audience="agent"))
    assert (await client.get("/help/parcels")).status_code == 200
    await knowledge.editing.do_archive("parcels", 1, "ed")
    missing = await client.get("/help/nothing")
    assert missing.status_code == 404
    for path in ("/help/parcels", "/help/playbook"):
        answer = await client.get(path)
        assert (answer.status_code, answer.text) == (404, missing.text)


ATTACKS = [
    '"><script>alert(1)</script>',
    "<img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "[x](javascript:alert(1))",
]


@pytest.mark.parametrize("attack", ATTACKS)
async def test_markup_in_query_title_tag_and_text_stays_text(
    client: httpx.AsyncClient, knowledge: Knowledge, attack: str
) -> None:
    shown = attack if "<script" not in attack and "onerror" not in attack else f"`{attack}`"
    await publish(knowledge, "bad", Content(attack, f"{shown}\n\n## {shown}\n\ntext", owner="x", tags=(attack,)))
    for url in ("/help/", "/help/bad", "/help/?q=text"):
        answer = await client.get(url, params={"q": attack} if url == "/help/" else None)
        assert answer.status_code == 200
        parts = Parts(answer.text)
        assert "script" not in parts.tags
        assert "img" not in parts.tags
        assert not [name for name, _ in parts.attributes if name.startswith("on")]
        assert not [value for _, value in parts.attributes if re.match(r"\s*javascript:", value or "", re.I)]
