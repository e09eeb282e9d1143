"""axe-core finds nothing on any page and state of the story, in both themes; and the keyboard suffices.

WCAG 2.1 A and AA rules, https://github.com/dequelabs/axe-core
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from stack.node import WEB
from tests.browser.conftest import SMALL, ZOOMED, fits, shoot
from tests.browser.test_story import LAUNCHER, Desk, Widget, customer_with
from tests.support.running import RunningStack

pytestmark = pytest.mark.browser

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"


# A picture in the middle of fading in has colours that nobody reads: what ends by itself is let end first,
# and what the page changes while axe-core reads it changes at once.
AT_REST = """() => {
    const roots = [document];
    for (const root of roots)
        for (const each of root.querySelectorAll("*")) if (each.shadowRoot) roots.push(each.shadowRoot);
    const moving = roots.flatMap((root) => root.getAnimations());
    const ending = moving.filter((each) => each.effect.getComputedTiming().endTime < Infinity);
    return Promise.allSettled(ending.map((each) => each.finished));
}"""


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(AT_REST)
    found: list[dict[str, Any]] = page.evaluate(
        "async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})).violations"
    )
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


def in_both_themes(page: Page) -> list[str]:
    """What axe-core finds in the dark and in the light; the page ends as it was, in the light."""
    found = []
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        found += [f"{theme}: {each}" for each in violations(page)]
    return found


def check_at_every_size(page: Page, name: str) -> None:
    """As it is, at 320 px, and at 200 % zoom: nothing for axe-core to find, and nothing that scrolls sideways."""
    usual = page.viewport_size
    for screen in (None, SMALL, ZOOMED):
        if screen is not None:
            page.set_viewport_size({"width": screen.width, "height": screen.height})
        kept = f"{name}-{screen.width}" if screen else name
        found = violations(page)
        shoot(page, kept)
        assert found == [], kept
        assert fits(page), kept
    if usual is not None:
        page.set_viewport_size(usual)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_is_accessible(browser: Browser, stack: RunningStack, theme: str) -> None:
    customer, order = customer_with(stack, "in_transit")
    # axe is put into the page by the test; the pages' own policy would refuse it.
    customers = browser.new_context(color_scheme=theme, viewport={"width": 1280, "height": 860}, bypass_csp=True)  # type: ignore[arg-type]
    page = customers.new_page()
    widget = Widget(page, stack.url)
    assert violations(page) == []
    widget.sign_in_as(customer["name"])
    widget.open()
    assert violations(page) == []
    widget.say(f"where is {order['id']}?")
    widget.expect_bot(order["id"])
    assert violations(page) == []
    shoot(page, f"widget-{theme}")
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.get_by_text(re.compile(r"number \d+|next in line", re.I)).first).to_be_visible()
    assert violations(page) == []
    page.goto(f"{stack.url}/help/")
    assert violations(page) == []
    shoot(page, f"help-{theme}")
    customers.close()

    agents = browser.new_context(color_scheme=theme, viewport={"width": 1440, "height": 900}, bypass_csp=True)  # type: ignore[arg-type]
    page = agents.new_page()
    page.goto(f"{stack.url}/desk/")
    expect(page.get_by_label("E-mail")).to_be_visible()
    assert violations(page) == []
    desk = Desk(page, stack, role="lead")
    assert violations(page) == []
    desk.page.get_by_role("region", name="Waiting").get_by_role("button").first.click()
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_role("textbox", name=re.compile("^Reply"))).to_be_visible()
    assert violations(page) == []
    shoot(page, f"desk-{theme}")
    desk.close("done")
    agents.close()


def test_the_widget_needs_no_mouse_and_fits_a_small_screen(browser: Browser, stack: RunningStack) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(stack.url)
    page.get_by_role("button", name=LAUNCHER).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type("How do I wash a down jacket?")
    page.keyboard.press("Enter")
    expect(page.locator(".sources a").last).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(page, "widget-320")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name=LAUNCHER)).to_be_focused()
    context.close()
