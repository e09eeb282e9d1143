"""HTTP: who may not, then what comes back; and the public pages."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Annotated, Any

import httpx
import pytest
import sqlalchemy as sa
from fastapi import Depends, FastAPI, Header, HTTPException

from handoff.contract.turn import TurnContext
from handoff.http import install_error_handlers
from knowledge import content as contents
from knowledge.content import Content, Written
from knowledge.desk.readers import ANSWERED_PER_MINUTE
from knowledge.errors import KnowledgeError
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
    install_error_handlers(app, KnowledgeError)
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
    assert re.search(r'href="/help/parcels\?s=\d+-[0-9a-f]+#how-long"', found.text)
    assert (await client.get("/help/help.css")).headers["content-type"].startswith("text/css")
    for answer in (front, article, found):
        parts = Parts(answer.text)
        assert parts.tags.count("h1") == 1
        assert parts.tags.count("main") == 1
        assert "script" not in parts.tags
        assert ("lang", "en") in parts.attributes
        assert ("for", "q") in parts.attributes


async def test_help_pages_keep_the_readers_language_and_name_the_articles(
    client: httpx.AsyncClient, knowledge: Knowledge
) -> None:
    await publish(knowledge, "parcels", page())
    await publish(knowledge, "pakete", page("Pakete", "Pakete reisen zwei Tage.", locale="de"))
    article = await client.get("/help/pakete")
    assert '<html lang="de">' in article.text
    assert '<header lang="en">' in article.text
    assert '<html lang="en">' in (await client.get("/help/parcels")).text
    for answer in (
        article,
        await client.get("/help/?locale=de_AT"),
        await client.get("/help/", params={"locale": "DE", "q": "Pakete reisen"}),
    ):
        locale = "de-AT" if "de_AT" in str(answer.url) else "de"
        assert f'<input type="hidden" name="locale" value="{locale}">' in answer.text
        assert f'href="/help/?locale={locale}"' in answer.text
    listed = (await client.get("/help/?locale=de_AT")).text
    assert re.findall(r'href="/help/(\w+)\?locale=de-AT"', listed) == ["pakete", "parcels"]
    assert '<li lang="de">' in listed
    assert 'name="locale"' not in (await client.get("/help/")).text


async def test_a_reader_keeps_the_language_from_page_to_page(client: httpx.AsyncClient, knowledge: Knowledge) -> None:
    """From the list to an article that there is in English only, to a judgement, to a former address, to a search."""
    await publish(knowledge, "parcels", page(redirect_from=("post",)))
    await publish(knowledge, "pakete", page("Pakete", "Pakete reisen zwei Tage.", locale="de"))
    kept = '<input type="hidden" name="locale" value="de">'
    fallback = await client.get("/help/parcels?locale=de")
    assert '<html lang="en">' in fallback.text
    assert fallback.text.count(kept) == 2  # the search's and the question's
    thanks = await client.post("/help/parcels/feedback", data={"helpful": "yes", "locale": "de"})
    assert 'href="/help/parcels?locale=de"' in thanks.text
    assert kept in thanks.text
    assert (await client.get("/help/post?locale=de")).headers["location"] == "/help/parcels?locale=de"
    assert kept in (await client.get("/help/nothing?locale=de")).text
    found = (await client.get("/help/", params={"q": "parcels travel", "locale": "de"})).text
    assert re.search(r'href="/help/parcels\?s=[\w-]+&amp;locale=de"', found)
    widget = (await client.get("/api/v1/help/search", params={"q": "parcels travel", "locale": "de"})).json()
    assert all(one["url"].endswith("&locale=de") for one in widget["articles"])


async def test_a_link_inside_an_article_keeps_the_readers_language(
    client: httpx.AsyncClient, knowledge: Knowledge
) -> None:
    links = (
        "[a](/help/post#where) [b](/help/?q=post) [c](/help/post?locale=en) [d](#here) [e](https://docs.example.test/)"
    )
    await publish(knowledge, "parcels", page(body=links))
    shown = (await client.get("/help/parcels?locale=de")).text
    article = shown[shown.index("<article>") : shown.index("</article>")]
    assert re.findall(r'<a href="([^"]+)"', article) == [
        "/help/post?locale=de#where",
        "/help/?q=post&amp;locale=de",
        "/help/post?locale=en",
        "#here",
        "https://docs.example.test/",
    ]
    assert 'href="/help/post#where"' in (await client.get("/help/parcels")).text


async def test_what_is_not_counted_keeps_the_readers_language(client: httpx.AsyncClient, knowledge: Knowledge) -> None:
    await publish(knowledge, "parcels", page())
    judged = {"helpful": "yes", "locale": "de"}
    foreign = {"sec-fetch-site": "cross-site"}
    answers = [await client.post("/help/parcels/feedback", data=judged, headers=foreign)]
    while answers[-1].status_code != 429:
        answers.append(await client.post("/help/parcels/feedback", data=judged))
    for answer in (answers[0], answers[-1]):
        assert answer.status_code in (403, 429)
        assert 'href="/help/?locale=de"' in answer.text
        assert '<input type="hidden" name="locale" value="de">' in answer.text


@pytest.mark.parametrize(
    ("accepts", "first"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "pakete"),
        ("fr,de;q=0.8,en;q=0.3", "pakete"),
        ("en;q=0.2, de;q=0.7", "pakete"),
        ("en-GB,de;q=0.8", "parcels"),
        ("de;q=0,fr", "parcels"),
        ("de;q=much,*;q=0.1,;;", "parcels"),
        ("", "parcels"),
    ],
)
async def test_the_browser_says_which_language_is_read(
    client: httpx.AsyncClient, knowledge: Knowledge, accepts: str, first: str
) -> None:
    await publish(knowledge, "parcels", page())
    await publish(knowledge, "pakete", page("Pakete", "Pakete reisen zwei Tage.", locale="de"))
    headers = {"Accept-Language": accepts}
    listed = await client.get("/help/", headers=headers)
    assert re.findall(r'href="/help/(\w+)"', listed.text)[0] == first
    assert listed.headers["vary"] == "Accept-Language"
    chosen = await client.get("/help/?locale=en", headers=headers)
    assert re.findall(r'href="/help/(\w+)\?locale=en"', chosen.text) == ["parcels"]
    for answer in (listed, chosen):
        assert re.findall(r'href="/help/\?locale=(\w+)" lang', answer.text) == ["de", "en"]


async def test_the_front_page_lists_by_topic_and_reads_no_text(client: httpx.AsyncClient, knowledge: Knowledge) -> None:
    await publish(knowledge, "parcels", page(tags=("delivery", "post")))
    await publish(knowledge, "abroad", page("Abroad", tags=("delivery",)))
    await publish(knowledge, "tents", page("Tents", tags=("Care & repair",)))
    await publish(knowledge, "rest", page("Rest"))
    await publish(knowledge, "later", page("Later", effective_from="2027-01-01"))
    await publish(knowledge, "over", page("Over", effective_until="2026-01-01"))
    statements: list[str] = []
    engine = knowledge._database._engine
    sa.event.listen(engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    listed = (await client.get("/help/")).text
    assert re.findall(r'<h2 id="([\w-]+)">', listed) == ["care-repair", "delivery", "more-articles"]
    assert re.findall(r'href="#([\w-]+)">([^<]+)', listed)[1:] == [
        ("care-repair", "Care &amp; repair"),
        ("delivery", "Delivery"),
        ("more-articles", "More articles"),
    ]
    assert re.findall(r'href="/help/(\w+)"', listed) == ["tents", "abroad", "parcels", "rest"]
    assert any("article_versions" in one for one in statements)
    assert [one for one in statements if "body" in one or "diff" in one] == []


async def test_the_front_page_has_a_limit_as_the_search_has(client: httpx.AsyncClient) -> None:
    for _ in range(ANSWERED_PER_MINUTE):
        assert (await client.get("/help/")).status_code == 200
    assert (await client.get("/help/")).status_code == 429


async def test_a_result_shows_the_sentence_that_matched(client: httpx.AsyncClient, knowledge: Knowledge) -> None:
    before = "Every order is packed with care by the people in our store and then leaves the house."
    after = "They land on the roof at noon, so please be there with a rope and three strong friends who have time. "
    body = f"## Delivery\n\n{before} Zeppelins carry wardrobes over the ocean. {after * 2}"
    await publish(knowledge, "parcels", page(body=body))
    found = (await client.get("/help/", params={"q": "do zeppelins carry wardrobes over the ocean"})).text
    assert re.search(r"<p>… Zeppelins carry wardrobes over the ocean. They [^<]+ …</p>", found)
    widget = (await client.get("/api/v1/help/search", params={"q": "do zeppelins carry wardrobes"})).json()
    assert widget["articles"][0]["excerpt"].startswith("… Zeppelins carry wardrobes over the ocean.")


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
