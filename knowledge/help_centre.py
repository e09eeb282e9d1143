"""The public help centre: pages that are written here and need no script.

Only what a public reader may see and what is live is shown. The content security policy allows our own style sheet
and nothing else, so that a page could neither run nor fetch anything even if an article tried.

Searches are kept, redacted, for the editors; a result's link names the search, sealed for this visitor and day, so
that a page that is opened from it is known to have been. "Was this helpful?" is a plain form.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from knowledge import help_pages, prose, rules
from knowledge.clock import Clock, today
from knowledge.desk.readers import SEARCHES_PER_MINUTE, WINDOW, Readers
from knowledge.desk.usage import Usage
from knowledge.editing import Editing
from knowledge.errors import KnowledgeError, NotFound, TooMany
from knowledge.retrieve import Found, Retriever
from knowledge.schemas import HelpFound, help_found
from knowledge.settings import KnowledgeSettings
from knowledge.store import Titled, Version

STYLE = Path(__file__).parent / "static" / "help.css"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    # A withdrawn article must be gone at once, from caches too.
    "Cache-Control": "no-cache, max-age=0, must-revalidate",
    "Vary": "Accept-Language",
}
RESULTS = 10
MOST_ACCEPTED = 400
"""Characters of a browser's list of languages that are read."""

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
    router, pages = APIRouter(tags=["help"]), APIRouter(include_in_schema=False)

    def day() -> str:
        return today(clock, settings.zone).isoformat()

    home = rules.locale_of(settings.default_locale) or settings.default_locale

    def page(
        title: str, main: str, query: str = "", status: int = 200, *, locale: str = "", written_in: str = ""
    ) -> HTMLResponse:
        """``locale`` is the one that links and the search keep; ``written_in`` the article's."""
        made = help_pages.page(settings.brand, title, main, query, locale, written_in)
        wait = {"Retry-After": str(WINDOW)} if status == 429 else {}
        return HTMLResponse(made, status_code=status, headers=HEADERS | wait)

    def reads(request: Request, kept: str) -> str:
        """The reader's language: the one that the link keeps, one of the browser's that articles are in, or ours."""
        return kept or _accepted(request, retriever.locales("public")) or home

    @pages.get("/help/help.css")
    async def style() -> Response:
        return FileResponse(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=300"})

    @pages.get("/help")
    @pages.get("/help/")
    async def front(
        request: Request, q: Annotated[str, Query(max_length=2_000)] = "", locale: str = ""
    ) -> HTMLResponse:
        keep, words = rules.locale_of(locale), q.replace("\x00", " ").strip()
        language = reads(request, keep)
        try:
            readers.check_search(_address(request))
        except TooMany as exc:
            return page("Too much at once", help_pages.note(exc.message, "Not searched"), words, 429, locale=keep)
        if words:
            found = await in_thread(lambda: retriever.search(words, audience="public", locale=language, count=RESULTS))
            token = await kept(request, words, found)
            return page(f"Search: {words[:80]}", help_pages.results(found, words, token, keep), words, locale=keep)
        titles = await editing.titles("public", day())
        locales = rules.locales_for(language, home)
        main = help_pages.contents(_readable(titles, locales), keep, sorted({one.locale for one in titles}), language)
        return page("All articles", main, locale=keep)

    @router.get("/api/v1/help/search")
    async def search_help(
        request: Request,
        q: Annotated[str, Query(min_length=1, max_length=400)],
        locale: Annotated[str, Query(max_length=16)] = "",
    ) -> HelpFound:
        """Public articles for everybody; ``found`` is false where none of them seems to answer."""
        language, words = rules.locale_of(locale) or home, q.replace("\x00", " ")
        readers.check_search(_address(request))
        found = await in_thread(lambda: retriever.search(words, audience="public", locale=language, count=RESULTS))
        token = await kept(request, words, found)
        keep = rules.locale_of(locale)
        return help_found(found, lambda url: help_pages.linked(url, s=token, locale=keep))

    @pages.get("/help/{article_id}")
    async def article(request: Request, article_id: str, s: str = "", locale: str = "") -> Response:
        keep = rules.locale_of(locale)
        version = await _published(editing, day(), article_id)
        if version is None:
            target = await editing.redirect_target(article_id)
            if target is not None and await _published(editing, day(), target) is not None:
                url = help_pages.linked(f"{prose.HELP_PATH}{target}", locale=keep)
                return RedirectResponse(url, status_code=308, headers=HEADERS)
            return page("Not found", help_pages.missing(keep), status=404, locale=keep)
        number = await searched(request, s)
        if number is not None:
            await quietly(usage.opened(number))
        written_in = version.content.locale
        if not keep and written_in != home and not _accepted(request, retriever.locales("public")):
            keep = written_in  # a reader of whom nothing else is known
        main = help_pages.article(version, settings.link_hosts, s if number is not None else None, keep)
        return page(version.content.title, main, locale=keep, written_in=written_in)

    @pages.post("/help/{article_id}/feedback")
    async def feedback(
        request: Request,
        article_id: str,
        helpful: Annotated[Literal["yes", "no"], Form()],
        s: Annotated[str, Form()] = "",
        locale: Annotated[str, Form()] = "",
    ) -> HTMLResponse:
        keep = rules.locale_of(locale)
        version = await _published(editing, day(), article_id)
        if version is None:
            return page("Not found", help_pages.missing(keep), status=404, locale=keep)
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            sentence = "That did not come from this page, so it was not counted."
            return page("Not counted", help_pages.note(sentence), status=403, locale=keep)
        if not readers.may(await readers.visitor(_address(request))):
            sentence = "That was a lot at once. Please try again in a minute."
            return page("Too much at once", help_pages.note(sentence), status=429, locale=keep)
        await readers.judge(article_id, version.version, await visitor_of(request), helpful=helpful == "yes")
        number = await searched(request, s)
        if number is not None:
            await quietly(usage.judged(number, helpful=helpful == "yes"))
        return page("Thank you", help_pages.thanks(version, keep, helpful=helpful == "yes"), locale=keep)

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

    router.include_router(pages)
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


def _readable(titles: Sequence[Titled], locales: Sequence[str]) -> list[Titled]:
    """What a reader of these languages is shown: by locale, the reader's own first, then by title."""
    mine = [one for one in titles if one.locale in locales]
    return sorted(mine, key=lambda one: (locales.index(one.locale), one.title.casefold()))


def _accepted(request: Request, written: Collection[str]) -> str:
    """The first language of the browser that articles are written in; empty where there is none."""
    wanted: list[tuple[float, int, str]] = []
    for part in request.headers.get("accept-language", "")[:MOST_ACCEPTED].split(","):
        name, _, weight = part.partition(";")
        try:
            wanted.append((-float(weight.strip().removeprefix("q=") or 1), len(wanted), rules.locale_of(name.strip())))
        except ValueError:
            continue
    languages = {one.split("-")[0] for one in written}
    return next((one for weight, _, one in sorted(wanted) if weight < 0 and one.split("-")[0] in languages), "")


def _shown(version: Version, day: str) -> bool:
    content = version.content
    return content.audience == "public" and rules.reach(content.effective_from, content.effective_until, day) == "now"
