"""The widget's human half in a real Chromium: nobody there, and a person from the first word to the second visit.

Every state is looked at by axe-core in both themes, and kept as a picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import shoot
from tests.browser.test_accessibility import violations
from tests.browser.test_story import LAUNCHER, Widget
from tests.support.running import RunningStack

pytestmark = pytest.mark.browser

NUMBER = "+43 1 58058"
TOLD_WITHIN_MS = 15_000
"""Nobody is said to be away in the first seconds: a colleague may just be coming back."""


@pytest.fixture(params=["light", "dark"])
def themed(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[BrowserContext, str]]:
    # axe is put into the page by the test; the pages' own policy would refuse it.
    context = browser.new_context(
        color_scheme=request.param, viewport={"width": 1280, "height": 860}, bypass_csp=True, reduced_motion="reduce"
    )
    context.set_default_timeout(20_000)
    yield context, request.param
    context.close()


@pytest.fixture
def nobody(stack: RunningStack) -> RunningStack:
    """Everybody has signed out: earlier tests may have left somebody at the desk."""
    with httpx.Client(base_url=f"{stack.url}/api/v1") as client:
        for agent in stack.demo()["agents"]:
            opened = client.post("/session", json={"email": agent["email"], "password": agent["password"]})
            assert opened.status_code == httpx.codes.OK, opened.text
            client.delete("/session", headers={"Authorization": f"Bearer {opened.json()['token']}"})
    return stack


def check(page: Page, name: str) -> None:
    shoot(page, f"widget-{name}")
    assert violations(page) == [], name


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_nobody_is_there_and_a_message_is_left(themed: tuple[BrowserContext, str], nobody: RunningStack) -> None:
    context, theme = themed
    page = context.new_page()
    widget = Widget(page, nobody.url)
    widget.open()
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.locator("#owner")).to_contain_text("Nobody is at the desk just now", timeout=TOLD_WITHIN_MS)
    offer = page.get_by_role("group", name="How shall we go on?")
    expect(offer).to_be_visible()
    check(page, f"nobody-{theme}")

    offer.get_by_role("button", name="Leave a message").click()
    address = page.get_by_role("textbox", name="E-mail")
    expect(page.get_by_role("radio", name="E-mail")).to_be_focused()
    check(page, f"leave-{theme}")
    address.fill("mara at example")
    page.get_by_role("button", name="Leave this message").click()
    expect(address).to_be_focused()
    expect(address).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_contain_text("name@example.com")
    check(page, f"leave-refused-{theme}")
    address.fill("mara@example.com")
    page.get_by_role("button", name="Leave this message").click()
    expect(page.get_by_role("textbox", name="Your message")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("in a few words")
    page.get_by_role("textbox", name="Your message").fill("My tent arrived without its poles.")

    page.get_by_role("button", name="Back to the conversation").click()
    offer.get_by_role("button", name="Leave a message").click()
    expect(address).to_have_value("mara@example.com")
    page.get_by_role("button", name="Leave this message").click()
    expect(page.get_by_text(re.compile(r"answer mara@example\.com by .+ Your place in line is kept"))).to_be_visible()
    expect(widget.messages.locator(".from-customer")).to_contain_text("without its poles")
    check(page, f"left-{theme}")


def test_a_number_is_left_with_the_keyboard_alone_at_320_px(browser: Browser, nobody: RunningStack) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    page.goto(nobody.url)
    page.get_by_role("button", name=LAUNCHER).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Talk to a person")).to_be_focused()
    page.keyboard.press("Enter")
    leave = page.get_by_role("button", name="Leave a message")
    expect(leave).to_be_visible(timeout=TOLD_WITHIN_MS)
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    page.keyboard.type("My stove leaks.")
    page.keyboard.press("Enter")
    expect(page.locator(".from-customer")).to_contain_text("My stove leaks.")
    check(page, "320-nobody")
    leave.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="E-mail")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Phone")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("01 58058")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("with its country")
    expect(page.get_by_role("textbox", name="Phone")).to_be_focused()
    check(page, "320-leave")
    page.keyboard.press("Control+A")
    page.keyboard.type(NUMBER)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"We’ll call {NUMBER} by")).to_be_visible()
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    check(page, "320-left")
    assert fits(page)
    context.close()


def test_who_would_rather_wait_keeps_the_place(page: Page, nobody: RunningStack) -> None:
    widget = Widget(page, nobody.url)
    widget.open()
    page.get_by_role("button", name="Talk to a person").click()
    page.get_by_role("button", name="Keep my place").click()
    expect(page.locator(".notice")).to_contain_text("Your place is kept. We answer here")
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    expect(page.get_by_role("button", name="Leave a message")).to_be_visible()
    page.get_by_role("button", name="Leave a message").click()
    expect(page.get_by_role("radio", name="E-mail")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Leave a message")).to_be_visible()
