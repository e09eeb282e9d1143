"""The desk on a small screen and at 200 % zoom: from signing in to closing, nothing for axe-core, nothing sideways."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import SMALL, ZOOMED, Screen, fits, shoot
from tests.browser.editor import member
from tests.browser.test_accessibility import violations
from tests.browser.test_desk import Customers, customers, row  # noqa: F401 - a fixture
from tests.support.running import RunningStack

pytestmark = pytest.mark.browser

QUESTION = "How do I wash my down jacket?"


@pytest.mark.parametrize("screen", [SMALL, ZOOMED], ids=lambda screen: screen.name)
def test_an_agents_day_on_another_screen(
    browser: Browser,
    stack: RunningStack,
    customers: Customers,  # noqa: F811
    screen: Screen,
) -> None:
    context = browser.new_context(**screen.options())
    context.set_default_timeout(20_000)
    page = context.new_page()
    problems: list[str] = []

    def check(name: str) -> None:
        found = violations(page)
        shoot(page, f"desk-{name}-{screen.name}")
        problems.extend(f"{name}: {each}" for each in found)
        if not fits(page):
            problems.append(f"{name} scrolls sideways")

    lead = member(stack, "lead")
    page.goto(f"{stack.url}/desk/")
    page.get_by_label("E-mail").fill(lead["email"])
    page.get_by_label("Password").fill("not the password")
    check("sign-in")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not match")
    check("sign-in-refused")
    page.get_by_label("Password").fill(lead["password"])
    page.get_by_role("button", name="Sign in").click()
    search = page.get_by_role("searchbox")
    expect(search).to_be_visible()
    search.fill("zzzz nobody")
    expect(page.get_by_text("Nothing matches").first).to_be_visible()
    check("inbox-empty")
    search.fill("")

    customer = stack.demo()["customers"][6 if screen is SMALL else 7]
    widget = customers.wait(customer, QUESTION)
    waiting = row(page, customer["name"], QUESTION)
    expect(waiting).to_be_visible()
    check("inbox")
    waiting.click()
    expect(page.get_by_role("button", name="Accept", exact=True)).to_be_visible()
    check("waiting")
    page.get_by_role("button", name="Show hand-over").click()
    for panel in ("Customer", "Suggestions", "Trail", "Hand-over"):
        page.get_by_role("button", name=panel, exact=True).click()
        expect(page.get_by_role("complementary", name=panel)).to_be_visible()
        expect(page.get_by_role("complementary", name=panel).get_by_text("Loading…")).to_have_count(0)
        check(f"panel-{panel.lower()}")
    page.get_by_role("complementary").get_by_role("button", name="Hide hand-over").click()

    page.get_by_role("button", name="Accept", exact=True).click()
    reply = page.get_by_role("textbox", name=re.compile("^Reply"))
    expect(reply).to_be_visible()
    check("accepted")
    for opens in ("Transfer", "Promise", "Hand back", "Close"):
        page.get_by_role("button", name=opens, exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        check(f"dialog-{opens.lower().replace(' ', '-')}")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    for key, name in (("?", "help"), (",", "settings"), ("c", "canned"), ("Control+k", "palette")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        check(name)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    reply.fill("What is your name, and what is it about?")
    reply.press("Control+Enter")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    check("re-ask")
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_be_hidden()
    context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    reply.fill("With a cap of liquid wash, and two tennis balls in the dryer.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Not sent")).to_be_visible()
    check("offline")
    context.set_offline(False)
    page.get_by_role("region", name="Messages").get_by_role("button", name="Try again").click()
    widget.messages.get_by_text("two tennis balls").wait_for()

    back = page.get_by_role("button", name="Back to the list")
    back.click()
    views = page.get_by_role("group", name="Views")
    for view in ("All open", "Overdue", "Owed", "Closed"):
        views.get_by_role("button", name=re.compile(f"^{view}")).click()
        expect(page.get_by_text("Loading…")).to_have_count(0)
        check(f"view-{view.lower().replace(' ', '-')}")
    views.get_by_role("button", name=re.compile("^My desk")).click()
    row(page, customer["name"], QUESTION, region="Mine").click()
    page.get_by_role("button", name="Close", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Outcome").select_option("resolved")
    dialog.get_by_label("What was the real cause?").select_option("answered")
    dialog.get_by_label(re.compile("nothing had to be asked")).check()
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_text("This conversation is closed.")).to_be_visible()
    check("closed")
    context.close()
    assert problems == []
