"""Every knowledge page: nothing for axe-core to find in either theme, and no sideways scrolling at 320 px."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SCREENS, Screen, fits, shoot
from tests.browser.editor import Asker, Editor, context_for, member
from tests.browser.test_accessibility import violations
from tests.support.running import RunningStack
from tests.support.waiting import eventually_now

pytestmark = pytest.mark.browser

PAGES = {
    "articles": "",
    "new": "new",
    "import": "import",
    "write": "articles/returns-policy",
    "published": "articles/returns-policy/publish",
    "impact": "articles/student-discount/publish",
    "versions": "articles/student-discount/versions",
    "figures": "articles/student-discount/figures",
    "conflict": "articles/price-promise",
    "gaps": "gaps",
    "gap": "gaps/1",
    "playground": "playground?q=How+long+do+I+have+to+return+boots",
    "searches": "searches",
    "calendar": "calendar",
}


CHANGE = """async ([id, email]) => {
    const api = (method, body) => fetch(`/api/v1/articles/${id}`, {
        method, body: body && JSON.stringify(body), headers: {"Content-Type": "application/json"},
    }).then((answer) => answer.json());
    const {version} = await api("GET");
    await api("PATCH", {base_version: version.version, body: version.body.replaceAll(". ", ". Indeed. ")});
    const mine = {...version, body: `Mine.\\n\\n${version.body}`};
    const kept = JSON.stringify({base: version.version, content: mine, at: "2026-01-05T09:00:00Z"});
    if (email) localStorage.setItem(`frontdesk-desk:draft:${email}:${id}`, kept);
}"""
"""A newer draft of an article; with an e-mail, that person's unsaved writing from before it lies in the browser."""


@pytest.fixture(scope="module")
def signed_in(browser: Browser, stack: RunningStack) -> Any:
    """The browser's state of somebody who signed in, with a gap, a draft and a conflict to look at."""
    asker = Asker(stack.url)
    asker.ask("Is there a student discount?")
    # About gear, so that it reaches the articles whatever the intent model makes of stranger things.
    asker.ask("How do I wash my tent on the moon?")
    context = context_for(browser)
    page = context.new_page()
    Editor(page, stack)
    page.evaluate(CHANGE, ["student-discount", ""])
    page.evaluate(CHANGE, ["price-promise", member(stack, "editor")["email"]])
    gaps = "fetch('/api/v1/knowledge/gaps').then((answer) => answer.json()).then((found) => found.gaps.length)"
    eventually_now("the question without an answer is a gap", lambda: page.evaluate(gaps))
    state = context.storage_state()
    context.close()
    return state


def settled(page: Page) -> None:
    """Nothing on the page is still being read."""
    expect(page.get_by_role("main").get_by_role("heading").first).to_be_visible()
    expect(page.locator(".k-wait:visible, [aria-busy=true]")).to_have_count(0)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_every_page_is_accessible_and_fits(
    browser: Browser, stack: RunningStack, signed_in: Any, screen: Screen
) -> None:
    context = browser.new_context(**screen.options(), storage_state=signed_in)
    context.set_default_timeout(15_000)
    page = context.new_page()
    found, wide = {}, []
    for name, place in PAGES.items():
        page.goto(f"{stack.url}/desk/#/knowledge/{place}")
        settled(page)
        found[name] = violations(page)
        shoot(page, f"knowledge-{name}-{screen.name}")
        if not fits(page):
            wide.append(name)
    context.close()
    assert found == {name: [] for name in PAGES}
    assert wide == []
