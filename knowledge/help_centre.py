"""The public help centre: pages that are written here and need no script.

Only what a public reader may see and what is live is shown. The content security policy allows our own style sheet
and nothing else, so that a page could neither run nor fetch anything even if an article tried.

Searches are kept, redacted, for the editors; a result's link names the search, sealed for this visitor and day, so
that a page that is opened from it is known to have been. "Was this helpful?" is a plain form.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from html import escape
from pathlib import Path
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from knowledge import prose, rules
from knowledge.answer import cite
from knowledge.clock import Clock, today
from knowledge.desk.readers import SEARCHES_PER_MINUTE, Readers
from knowledge.desk.usage import Usage
from knowledge.editing import Editing
from knowledge.errors import KnowledgeError, NotFound, TooMany
from knowledge.retrieve import Found, Retriever
from knowledge.schemas import HelpFound, help_found
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
OURS = "en"
"""Language of the words around the articles."""
RESULTS = 10
EXCERPT = 40
"""Words of a passage under a search result."""

InThread = Callable[[Callable[[], Any]], Any]


log = structlog.get_logger(__name__)


def create_help_router(
    editing: Editing,
    retriever: Retriever,
    usage: Usage,
    readers: Readers,
    settings: KnowledgeSettings,
    clock: Clock,
    in_thread: InThread,
) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    def day() -> str:
        return today(clock, settings.zone).isoformat()

    home = rules.locale_of(settings.default_locale) or settings.default_locale

    def page(
        title: str, main: str, query: str = "", status: int = 200, *, locale: str = "", written_in: str = ""
    ) -> HTMLResponse:
        """``locale`` is the reader's, kept by the search; ``written_in`` the article's."""
        made = _page(settings, title, main, query, "" if locale == home else locale, written_in)
        return HTMLResponse(made, status_code=status, headers=HEADERS)

    @router.get("/help/help.css")
    async def style() -> Response:
        return FileResponse(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=300"})

    @router.get("/help")
    @router.get("/help/")
    async def front(
        request: Request, q: Annotated[str, Query(max_length=2_000)] = "", locale: str = ""
    ) -> HTMLResponse:
        language, words = rules.locale_of(locale) or home, q.replace("\x00", " ").strip()
        if words:
            try:
                readers.check_search(_address(request))
            except TooMany as exc:
                return page("Too much at once", _note(exc.message, "Not searched"), words, 429, locale=language)
            found = await in_thread(lambda: retriever.search(words, audience="public", locale=language, count=RESULTS))
            token = await kept(request, words, found)
            return page(f"Search: {words[:80]}", _results(found, words, token), words, locale=language)
        versions = await _readable(editing, day(), rules.locales_for(language, home))
        return page("All articles", _contents(versions), locale=language)

    @router.get("/api/v1/help/search", include_in_schema=True, tags=["help"])
    async def found_for_widget(
        request: Request,
        q: Annotated[str, Query(min_length=1, max_length=400)],
        locale: Annotated[str, Query(max_length=16)] = "",
    ) -> HelpFound:
        """Public articles for everybody; ``found`` is false where none of them seems to answer."""
        language, words = rules.locale_of(locale) or home, q.replace("\x00", " ")
        readers.check_search(_address(request))
        found = await in_thread(lambda: retriever.search(words, audience="public", locale=language, count=RESULTS))
        token = await kept(request, words, found)
        return help_found(found, lambda url: _from_search(url, token), EXCERPT)

    @router.get("/help/{article_id}")
    async def article(request: Request, article_id: str, s: str = "") -> Response:
        version = await _published(editing, day(), article_id)
        if version is None:
            target = await editing.redirect_target(article_id)
            if target is not None and await _published(editing, day(), target) is not None:
                return RedirectResponse(f"{prose.HELP_PATH}{target}", status_code=308, headers=HEADERS)
            return page("Not found", _missing(), status=404)
        number = await searched(request, s)
        if number is not None:
            await quietly(usage.opened(number))
        written_in = version.content.locale
        main = _article(version, settings.link_hosts, s if number is not None else None)
        return page(version.content.title, main, locale=written_in, written_in=written_in)

    @router.post("/help/{article_id}/feedback")
    async def feedback(
        request: Request,
        article_id: str,
        helpful: Annotated[Literal["yes", "no"], Form()],
        s: Annotated[str, Form()] = "",
    ) -> HTMLResponse:
        version = await _published(editing, day(), article_id)
        if version is None:
            return page("Not found", _missing(), status=404)
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return page("Not counted", _note("That did not come from this page, so it was not counted."), status=403)
        if not readers.may(await readers.visitor(_address(request))):
            return page("Too much at once", _note("That was a lot at once. Please try again in a minute."), status=429)
        await readers.judge(article_id, version.version, await visitor_of(request), helpful=helpful == "yes")
        number = await searched(request, s)
        if number is not None:
            await quietly(usage.judged(number, helpful=helpful == "yes"))
        return page("Thank you", _thanks(version, helpful=helpful == "yes"))

    async def visitor_of(request: Request) -> str:
        return await readers.visitor(_address(request), request.headers.get("user-agent", ""))

    async def searched(request: Request, token: str) -> int | None:
        """The search of this visitor that a link names. A token that is old, foreign or made up says nothing."""
        return readers.number(await visitor_of(request), token) if token else None

    async def kept(request: Request, query: str, found: Found) -> str | None:
        """Names the search; None where it was not kept, for its number or for trouble: no reason not to answer."""
        try:
            if not readers.may(await readers.visitor(_address(request)), SEARCHES_PER_MINUTE):
                return None
            number = await usage.record_search(query, found.trace)
            return None if number is None else readers.token(await visitor_of(request), number)
        except KnowledgeError as exc:
            log.warning("knowledge.search_not_kept", code=exc.code)
            return None

    async def quietly(work: Awaitable[None]) -> None:
        try:
            await work
        except KnowledgeError as exc:
            log.warning("knowledge.reading_not_kept", code=exc.code)

    return router


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def _published(editing: Editing, day: str, article_id: str) -> Version | None:
    """The live public version of an article, if there is one; all other cases look the same."""
    if "\x00" in article_id:
        return None
    try:
        article = await editing.get(article_id)
        if article.published_version is None:
            return None
        version = await editing.version(article_id, article.published_version)
    except NotFound:
        return None
    return version if _shown(version, day) else None


async def _readable(editing: Editing, day: str, locales: Sequence[str]) -> list[Version]:
    """Live public versions by locale, the reader's own first, then by title."""
    versions = [
        version for version in await editing.published() if version.content.locale in locales and _shown(version, day)
    ]
    return sorted(versions, key=lambda one: (locales.index(one.content.locale), one.content.title.casefold()))


def _shown(version: Version, day: str) -> bool:
    content = version.content
    effective = (content.effective_from or day) <= day <= (content.effective_until or day)
    return content.audience == "public" and effective


def _page(settings: KnowledgeSettings, title: str, main: str, query: str, locale: str, written_in: str) -> str:
    """``locale`` where it is not the default one; ``written_in``: the article's, else the page is ours, in English."""
    brand = escape(settings.brand)
    language = escape(written_in or OURS, quote=True)
    ours = _ours(written_in)
    front, kept = "/help/", ""
    if locale:
        named = escape(locale, quote=True)
        front, kept = f"/help/?locale={named}", f'\n<input type="hidden" name="locale" value="{named}">'
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} – {brand}</title>
<link rel="stylesheet" href="/help/help.css">
</head>
<body>
<a class="skip" href="#main"{ours}>Skip to the content</a>
<header{ours}>
<p class="brand"><a href="{front}">{brand}</a></p>
<form role="search" action="/help/" method="get">{kept}
<label for="q">Search the help articles</label>
<div class="row"><input id="q" name="q" type="search" value="{escape(query, quote=True)}" autocomplete="off">
<button type="submit">Search</button></div>
</form>
</header>
<main id="main" tabindex="-1">
{main}
</main>
<footer{ours}><p>Not what you were looking for? Open the chat on <a href="/">our shop's page</a>: a person is always
there to be asked for.</p></footer>
</body>
</html>
"""


def _in(locale: str) -> str:
    """Names the language of an article's words where they stand among ours."""
    return "" if locale.split("-")[0] == OURS else f' lang="{escape(locale, quote=True)}"'


def _ours(written_in: str) -> str:
    """Names the language of our own words on a page in another one."""
    return f' lang="{OURS}"' if written_in and _in(written_in) else ""


def _contents(versions: Sequence[Version]) -> str:
    if not versions:
        return "<h1>All articles</h1>\n<p>There are no articles yet.</p>"
    items = [
        f'<li{_in(one.content.locale)}><a href="{prose.HELP_PATH}{escape(one.article_id, quote=True)}">'
        f"{escape(one.content.title)}</a></li>"
        for one in versions
    ]
    return '<h1>All articles</h1>\n<ul class="contents">\n' + "\n".join(items) + "\n</ul>"


def _results(found: Found, query: str, token: str | None) -> str:
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
        url = escape(_from_search(citation.url, token), quote=True)
        items.append(
            f'<li{_in(hit.passage.locale)}><a href="{url}">{escape(citation.title)}{section}</a>'
            f"<p>{prose.text_to_html(excerpt)}</p></li>"
        )
    return heading + weak + '\n<ol class="results">\n' + "\n".join(items) + "\n</ol>"


def _from_search(url: str, token: str | None) -> str:
    if token is None:
        return url
    path, _, anchor = url.partition("#")
    return f"{path}?s={token}" + (f"#{anchor}" if anchor else "")


def _article(version: Version, hosts: Sequence[str], token: str | None) -> str:
    day, ours = escape(version.created_at[:10]), _ours(version.content.locale)
    body = prose.to_html(version.content.body, hosts)
    return (
        f"<article>\n<h1>{escape(version.content.title)}</h1>\n{body}\n"
        f'<p class="dated"{ours}>Last changed on <time datetime="{day}">{day}</time></p>\n</article>\n'
        f"{_question(version, token)}"
    )


def _question(version: Version, token: str | None) -> str:
    address = f"{prose.HELP_PATH}{escape(version.article_id, quote=True)}/feedback"
    came_from = f'<input type="hidden" name="s" value="{escape(token, quote=True)}">' if token is not None else ""
    return (
        f'<form class="helpful"{_ours(version.content.locale)} action="{address}" method="post">\n'
        f'<fieldset>\n<legend>Was this helpful?</legend>{came_from}\n<div class="row">'
        '<button type="submit" name="helpful" value="yes">Yes</button>\n'
        '<button type="submit" name="helpful" value="no">No</button></div>\n</fieldset>\n</form>'
    )


def _thanks(version: Version, *, helpful: bool) -> str:
    more = (
        "Good to know that it helped."
        if helpful
        else "We will look at this article. If you need an answer now, the chat on our shop's page reaches a person."
    )
    url = f"{prose.HELP_PATH}{escape(version.article_id, quote=True)}"
    return (
        f'<h1>Thank you</h1>\n<p role="status">{more}</p>\n'
        f'<p><a href="{url}">Back to “{escape(version.content.title)}”</a></p>'
    )


def _note(sentence: str, title: str = "Not counted") -> str:
    return f'<h1>{title}</h1>\n<p role="alert">{sentence}</p>'


def _missing() -> str:
    return (
        "<h1>This page is not there</h1>\n<p>The article may have been replaced. "
        'Search above, or see <a href="/help/">all articles</a>.</p>'
    )
