"""The public help centre: pages that are written here and need no script.

Only what a public reader may see and what is live is shown. The content security policy allows our own style sheet
and nothing else, so that a page could neither run nor fetch anything even if an article tried.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, HTMLResponse, Response

from knowledge import prose
from knowledge.answer import cite
from knowledge.clock import Clock
from knowledge.editing import Editing
from knowledge.errors import NotFound
from knowledge.retrieve import Found, Retriever
from knowledge.settings import KnowledgeSettings
from knowledge.store import Version

STYLE = Path(__file__).parent / "static" / "help.css"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    # A withdrawn article must be gone at once, from caches too.
    "Cache-Control": "no-cache, max-age=0, must-revalidate",
}
RESULTS = 10
EXCERPT = 40
"""Words of a passage under a search result."""

InThread = Callable[[Callable[[], Any]], Any]


def create_help_router(
    editing: Editing, retriever: Retriever, settings: KnowledgeSettings, clock: Clock, in_thread: InThread
) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    def page(title: str, main: str, query: str = "", status: int = 200) -> HTMLResponse:
        return HTMLResponse(_page(settings, title, main, query), status_code=status, headers=HEADERS)

    @router.get("/help/help.css")
    async def style() -> Response:
        return FileResponse(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=300"})

    @router.get("/help")
    @router.get("/help/")
    async def front(q: Annotated[str, Query(max_length=2_000)] = "", locale: str = "") -> HTMLResponse:
        language = locale or settings.default_locale
        if q.strip():
            found = await in_thread(lambda: retriever.search(q, audience="public", locale=language, count=RESULTS))
            return page(f"Search: {q.strip()[:80]}", _results(found, q.strip()), q.strip())
        versions = await _readable(editing, clock, language)
        return page("All articles", _contents(versions))

    @router.get("/help/{article_id}")
    async def article(article_id: str) -> HTMLResponse:
        version = await _published(editing, clock, article_id)
        if version is None:
            return page("Not found", _missing(), status=404)
        return page(version.content.title, _article(version, settings.link_hosts))

    return router


async def _published(editing: Editing, clock: Clock, article_id: str) -> Version | None:
    """The live public version of an article, if there is one; all other cases look the same."""
    try:
        article = await editing.get(article_id)
        if article.published_version is None:
            return None
        version = await editing.version(article_id, article.published_version)
    except NotFound:
        return None
    return version if _shown(version, clock) else None


async def _readable(editing: Editing, clock: Clock, locale: str) -> list[Version]:
    versions = await editing.published()
    return [version for version in versions if version.content.locale == locale and _shown(version, clock)]


def _shown(version: Version, clock: Clock) -> bool:
    today, content = clock.now().date().isoformat(), version.content
    effective = (content.effective_from or today) <= today <= (content.effective_until or today)
    return content.audience == "public" and effective


def _page(settings: KnowledgeSettings, title: str, main: str, query: str) -> str:
    brand = escape(settings.brand)
    return f"""<!doctype html>
<html lang="{escape(settings.default_locale, quote=True)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} – {brand}</title>
<link rel="stylesheet" href="/help/help.css">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="brand"><a href="/help/">{brand}</a></p>
<form role="search" action="/help/" method="get">
<label for="q">Search the help articles</label>
<div class="row"><input id="q" name="q" type="search" value="{escape(query, quote=True)}" autocomplete="off">
<button type="submit">Search</button></div>
</form>
</header>
<main id="main" tabindex="-1">
{main}
</main>
<footer><p>Not what you were looking for? Open the chat on <a href="/">our shop's page</a>: a person is always there to
be asked for.</p></footer>
</body>
</html>
"""


def _contents(versions: Sequence[Version]) -> str:
    if not versions:
        return "<h1>All articles</h1>\n<p>There are no articles yet.</p>"
    items = [
        f'<li><a href="{prose.HELP_PATH}{escape(one.article_id, quote=True)}">{escape(one.content.title)}</a></li>'
        for one in sorted(versions, key=lambda one: one.content.title.casefold())
    ]
    return '<h1>All articles</h1>\n<ul class="contents">\n' + "\n".join(items) + "\n</ul>"


def _results(found: Found, query: str) -> str:
    heading = f"<h1>Search results</h1>\n<p>for “{escape(query[:200])}”</p>"
    if not found.hits:
        return heading + '\n<p role="status">Nothing was found. Other words may help.</p>'
    weak = "" if found.found else '\n<p role="status">No article seems to answer this. The nearest ones:</p>'
    items = []
    for hit in found.hits:
        citation, chunk = cite(hit.passage), hit.passage.chunk
        words = chunk.text.split()
        excerpt = " ".join(words[:EXCERPT]) + (" …" if len(words) > EXCERPT else "")
        section = "" if citation.section == citation.title else f" – {escape(citation.section)}"
        items.append(
            f'<li><a href="{escape(citation.url, quote=True)}">{escape(citation.title)}{section}</a>'
            f"<p>{prose.text_to_html(excerpt)}</p></li>"
        )
    return heading + weak + '\n<ol class="results">\n' + "\n".join(items) + "\n</ol>"


def _article(version: Version, hosts: Sequence[str]) -> str:
    day = escape(version.created_at[:10])
    body = prose.to_html(version.content.body, hosts)
    return (
        f"<article>\n<h1>{escape(version.content.title)}</h1>\n{body}\n"
        f'<p class="dated">Last changed on <time datetime="{day}">{day}</time></p>\n</article>'
    )


def _missing() -> str:
    return (
        "<h1>This page is not there</h1>\n<p>The article may have been replaced. "
        'Search above, or see <a href="/help/">all articles</a>.</p>'
    )
