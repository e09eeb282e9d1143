"""An agent who looks elsewhere hears of a new hand-over: a sound, a notification of the browser, and the way to it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.editor import Asker
from tests.browser.test_story import Desk
from tests.support.running import RunningStack

pytestmark = pytest.mark.browser

# The browser's own sound and notifications, watched. A headless page is never hidden, so that is said here.
WATCH = """
    window.rung = [];
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (...when) {
        window.rung.push(this.frequency.value);
        return start.apply(this, when);
    };
    window.told = [];
    window.Notification = new Proxy(Notification, {
        construct(Own, [title, options]) {
            const shown = new Own(title, options);
            window.told.push({ text: options.body, shown });
            return shown;
        },
    });
    window.away = false;
    Object.defineProperty(document, "hidden", { get: () => window.away });
"""


def test_a_new_hand_over_rings_and_is_shown_outside_the_page(browser: Browser, stack: RunningStack) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    context.set_default_timeout(20_000)
    context.grant_permissions(["notifications"])
    context.add_init_script(WATCH)
    page = context.new_page()
    Desk(page, stack, role="lead")
    page.get_by_role("button", name="Sound for new hand-overs is off").click()
    page.keyboard.press(",")
    page.get_by_role("checkbox", name="Notifications outside the page").check()
    page.keyboard.press("Escape")
    page.evaluate("window.away = true; window.rung = []")

    first = Asker(stack.url)
    first.ask("How do I wash a down jacket?")
    first.want_person()
    page.wait_for_function("window.rung.length === 2 && window.told.length === 1")
    assert page.evaluate("window.told[0].text").startswith(("New hand-over", "Offered to you"))
    page.evaluate("window.told[0].shown.onclick()")
    expect(page.get_by_role("main")).to_contain_text("How do I wash a down jacket?")
    expect(page.get_by_role("button", name="Accept", exact=True)).to_be_visible()

    # Back at the desk: it rings, and nothing is shown outside.
    page.evaluate("window.away = false; window.rung = []")
    second = Asker(stack.url)
    second.ask("How do I wash a tent?")
    second.want_person()
    page.wait_for_function("window.rung.length === 2")
    assert page.evaluate("window.told.length") == 1

    # Sound off again: neither.
    page.get_by_role("button", name="Sound for new hand-overs is on").click()
    page.evaluate("window.rung = []")
    third = Asker(stack.url)
    third.ask("Which boots fit wide feet?")
    third.want_person()
    expect(page.get_by_role("region", name="Waiting")).to_contain_text("Which boots fit wide feet?")
    assert page.evaluate("[window.rung.length, window.told.length]") == [0, 1]
    context.close()
