"""The help centre's pages: nothing for axe-core to find, and no sideways scrolling on a screen of 320 px."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Route, expect

from knowledge.measure import opened
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser

ORIGIN = "http://help.test"
STYLE = "/help/help.css"
PAGES = {
    "front": "/help/",
    "found": "/help/?q=how+do+i+wash+a+down+jacket",
    "nothing found": "/help/?q=zeppelin+flights+over+the+ocean",
    "steps": "/help/washing-down-and-waterproofs",
    "a wide table": "/help/bargain-corner-purchases",
}


async def served() -> dict[str, httpx.Response]:
    """What the shipped articles' help centre answers, by path."""
    async with opened() as knowledge:
        app = FastAPI()
        app.include_router(knowledge.help_router())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
            return {path: await client.get(path) for path in (STYLE, *PAGES.values())}


@pytest.fixture(scope="module")
def answers() -> Iterator[dict[str, httpx.Response]]:
    # In a thread of its own: Playwright holds an event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        yield thread.submit(asyncio.run, served()).result()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_help_pages_are_accessible_and_fit_a_small_screen(
    browser: Browser, answers: dict[str, httpx.Response], theme: str
) -> None:
    def answer(route: Route) -> None:
        found = answers.get(route.request.url.removeprefix(ORIGIN))
        if found is None:
            route.fulfill(status=404)
        else:
            route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.content)

    # axe is put into the page by the test; the pages' own policy would refuse it.
    context = browser.new_context(color_scheme=theme, viewport={"width": 320, "height": 640}, bypass_csp=True)  # type: ignore[arg-type]
    context.route("**/*", answer)
    page = context.new_page()
    for name, path in PAGES.items():
        assert answers[path].status_code == httpx.codes.OK, name
        page.goto(f"{ORIGIN}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert violations(page) == [], name
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name}: {wide} px wider than the screen"
    context.close()
