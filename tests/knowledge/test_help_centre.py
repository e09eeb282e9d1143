"""The public pages: what readers see, in which language, and that nothing but text comes out of texts."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from html.parser import HTMLParser

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from handoff.http import install_error_handlers
from knowledge.content import Content
from knowledge.desk.readers import ANSWERED_PER_MINUTE
from knowledge.errors import KnowledgeError
from knowledge.service import Knowledge
from tests.knowledge.conftest import page, publish

pytestmark = pytest.mark.service


@pytest.fixture
async def knowledge(opened: AbstractAsyncContextManager[Knowledge]) -> AsyncIterator[Knowledge]:
    async with opened as knowledge:
        yield knowledge


@pytest.fixture
async def client(knowledge: Knowledge) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_error_handlers(app, KnowledgeError)
    app.include_router(knowledge.help_router())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
        yield client


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
