"""A customer's whole visit without a mouse, on a wide screen and on a small one.

The focus is always in the open panel, marked and on the screen, and each new thing is read out once.
"""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import fits, shoot
from tests.browser.keyboard import Keyboard
from tests.browser.test_accessibility import violations
from tests.browser.test_story import LAUNCHER, Desk
from tests.support.running import RunningStack

pytestmark = pytest.mark.browser

expect.set_options(timeout=15_000)
SMALL = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 860}


def ask_first(page: Page) -> None:
    """The stack's own answer with the three questions added, as ``FRONTDESK_PRECHAT`` would."""

    def asking(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"prechat": ["name", "email"]})

    page.route("**/api/v1/widget", asking)


@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (SMALL, "dark")])
def test_a_whole_visit_without_a_mouse(browser: Browser, stack: RunningStack, size: dict, theme: str) -> None:
    context = browser.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce", bypass_csp=True)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    agents = browser.new_context(viewport={"width": 1440, "height": 900})
    agents.set_default_timeout(20_000)
    desk = Desk(agents.new_page(), stack)
    page = context.new_page()
    ask_first(page)
    page.goto(stack.url)
    keys = Keyboard(page)
    name = f"Mara {uuid4().hex[:6]}"  # tells them from whoever waits already
    composer = page.get_by_role("textbox", name="Write a message")
    messages = page.get_by_role("region", name="Messages")
    more = page.get_by_role("button", name="More")
    person = page.get_by_role("button", name="Talk to a person")
    owner = page.locator("#owner")

    def state(what: str) -> None:
        found = violations(page)
        shoot(page, f"keyboard-{what}-{theme}")
        assert found == [], what
        assert fits(page), what

    # The form before the first message; what is wrong is gone back to.
    page.get_by_role("button", name=LAUNCHER).focus()
    keys.listen()
    page.keyboard.press("Enter")
    keys.at(page.get_by_role("textbox", name="Name"))
    keys.type(name)
    keys.press("Tab")
    keys.type("mara")
    keys.press("Enter")
    keys.at(page.get_by_role("textbox", name="E-mail"))
    keys.type("@example.com")
    state("prechat")
    keys.press("Enter")
    keys.at(composer)

    # A question, its source, and back to the field.
    keys.type("How do I wash a down jacket?")
    keys.press("Enter")
    expect(page.locator(".sources a").last).to_be_visible()
    keys.at(composer)
    source = page.locator(".sources a").first
    page.keyboard.press("Shift+Tab")
    keys.look()
    for _ in range(12):
        if source.evaluate("each => each.getRootNode().activeElement === each"):
            break
        keys.press("Shift+Tab")
    keys.at(source)
    state("source")

    # A person: asked for, waited for, there.
    keys.use(person)
    expect(owner).to_contain_text(re.compile("in line|desk|back"))
    keys.at(person)
    keys.use(person)
    expect(page.locator(".notice")).to_contain_text("in line for a person already")
    state("waiting")
    desk.take(name)
    expect(owner).to_have_text(f"You’re talking with {desk.name}")
    desk.reply("Hello, I have read it all.")
    messages.get_by_text("Hello, I have read it all.").wait_for()
    keys.look()
    keys.go(messages)
    keys.press("Home", "End")
    keys.go(composer)
    keys.type("It is still clumped.")
    keys.press("Enter")
    expect(desk.page.get_by_text("It is still clumped.").first).to_be_visible()
    keys.at(composer)
    state("with-a-person")

    # Ended too early: not solved, the same issue again, and then solved.
    desk.close("Told how")
    ending = page.locator(".ending")
    not_yet = ending.get_by_role("button", name="Not yet")
    expect(not_yet).to_be_visible()
    keys.at(composer)
    page.keyboard.press("Shift+Tab")
    for _ in range(4):
        if not_yet.evaluate("each => each.getRootNode().activeElement === each"):
            break
        keys.press("Shift+Tab")
    keys.at(not_yet)
    state("ended")
    page.keyboard.press("Enter")
    expect(messages.get_by_text("This conversation is open again")).to_be_visible()
    keys.at(composer)
    state("reopened")
    desk.take(name)
    desk.reply("Use two tennis balls in the dryer.")
    messages.get_by_text("two tennis balls").wait_for()
    desk.close("Told how to dry it")
    solved = ending.get_by_role("button", name="Yes", exact=True)
    expect(solved).to_be_visible()
    keys.use(solved)

    # The survey is the next thing: effort, satisfaction, own words.
    survey = page.get_by_role("form", name="Two short questions")
    keys.at(survey.get_by_role("radio").first)
    state("survey-effort")
    keys.press("Space", *["ArrowRight"] * 5)
    expect(survey.get_by_role("radio", name=re.compile("^6")).first).to_be_checked()
    keys.press("Tab")
    keys.press("Space", *["ArrowRight"] * 3)
    expect(survey.get_by_role("group").nth(1).get_by_role("radio", name=re.compile("^4"))).to_be_checked()
    keys.press("Tab")
    keys.at(survey.get_by_role("textbox"))
    keys.type("Quick and kind.")
    state("survey")
    keys.press("Tab", "Tab")
    keys.at(survey.get_by_role("button", name="Send answers"))
    keys.press("Enter")
    expect(survey).to_be_hidden()
    expect(page.locator(".notice")).to_contain_text("Your answer helps us")
    keys.at(composer)

    # Kept as a file; an article looked for, and asked about in the chat.
    keys.use(more)
    keys.at(page.get_by_role("button", name="Search help articles"))
    keys.go(page.get_by_role("button", name="Save this conversation"))
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert "Use two tennis balls in the dryer." in Path(saved.value.path()).read_text()
    keys.at(more)
    keys.press("Enter")
    keys.at(page.get_by_role("button", name="Search help articles"))
    keys.press("Enter")
    field = page.get_by_role("searchbox")
    keys.at(field)
    state("search-empty")
    keys.type("wash a tent")
    keys.press("Enter")
    expect(page.locator(".articles a").first).to_be_visible()
    keys.at(field)
    state("search")
    keys.use(page.get_by_role("button", name="Ask this in the chat"))
    keys.at(composer)
    expect(messages.locator(".from-customer").last).to_contain_text("wash a tent")

    # Closed and signed in on the host page; the conversations of before, and one taken up again.
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    launcher = page.get_by_role("button", name=LAUNCHER)
    expect(launcher).to_be_focused()
    customer = stack.demo()["customers"][4 if theme == "light" else 5]["name"]
    page.get_by_label(re.compile("signed in", re.I)).focus()
    page.keyboard.type(customer)
    page.keyboard.press("Enter")
    launcher.focus()
    page.keyboard.press("Enter")
    keys.at(composer)
    keys.use(more)
    keys.use(page.get_by_role("button", name="Earlier conversations"))
    earlier = page.locator(".past button").first
    expect(earlier).to_be_visible()
    keys.look()
    state("earlier")
    keys.press("Escape")
    keys.at(composer)
    keys.use(more)
    keys.use(page.get_by_role("button", name="Earlier conversations"))
    keys.use(earlier)
    keys.at(composer)
    messages.get_by_text("two tennis balls").wait_for()
    keys.use(more)
    keys.use(page.get_by_role("button", name="Start a new conversation"))
    keys.look()
    expect(page.get_by_text("how can we help?")).to_be_visible()

    spoken = keys.spoken
    for once in (
        f"{desk.name}: Hello, I have read it all.",
        f"{desk.name}: Use two tennis balls in the dryer.",
        "Thank you. Your answer helps us get better.",
    ):
        assert spoken.count(once) == 1, (once, spoken)
    assert spoken.count(f"{desk.name} joined the conversation") == 2, spoken
    assert spoken.count("This conversation has ended. Did this solve it?") == 2, spoken
    agents.close()
    context.close()
