"""An agent who looks elsewhere hears of a new hand-over: a sound, a notification of the browser, and the way to it."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import shoot
from tests.browser.editor import Asker
from tests.browser.test_accessibility import in_both_themes
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


def watched(browser: Browser, stack: RunningStack, role: str) -> Desk:
    """An agent with sound and notifications on."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    context.set_default_timeout(20_000)
    context.grant_permissions(["notifications"])
    context.add_init_script(WATCH)
    desk = Desk(context.new_page(), stack, role)
    desk.page.get_by_role("button", name="Sound for new hand-overs is off").click()
    desk.page.keyboard.press(",")
    desk.page.get_by_role("checkbox", name="Notifications outside the page").check()
    desk.page.keyboard.press("Escape")
    desk.page.evaluate("window.rung = []")
    return desk


def test_a_new_hand_over_rings_and_is_shown_outside_the_page(browser: Browser, stack: RunningStack) -> None:
    page = watched(browser, stack, "lead").page
    page.evaluate("window.away = true; window.rung = []")

    # Customers of other tests may wait too, and be told of.
    who = f"cus_{uuid4().hex}"
    first = Asker(stack.url, stack.token(who))
    first.ask("How do I wash a down jacket?")
    first.want_person()
    page.wait_for_function("who => window.told.some(({ text }) => text.includes(who))", arg=who)
    page.wait_for_function("window.rung.length >= 2 && window.rung.length % 2 === 0")
    theirs = f"window.told.find(({{ text }}) => text.includes('{who}'))"
    assert page.evaluate(f"{theirs}.text").startswith(("New hand-over", "Offered to you"))
    page.evaluate(f"{theirs}.shown.onclick()")
    expect(page.get_by_role("main")).to_contain_text("How do I wash a down jacket?")
    expect(page.get_by_role("button", name="Accept", exact=True)).to_be_visible()

    # Back at the desk: it rings, and nothing is shown outside.
    page.evaluate("window.away = false; window.rung = []; window.told = []")
    second = Asker(stack.url)
    second.ask("How do I wash a tent?")
    second.want_person()
    page.wait_for_function("window.rung.length >= 2")
    assert page.evaluate("window.told.length") == 0

    # Sound off again: neither.
    page.get_by_role("button", name="Sound for new hand-overs is on").click()
    page.evaluate("window.rung = []")
    third = Asker(stack.url)
    third.ask("Which boots fit wide feet?")
    third.want_person()
    expect(page.get_by_role("region", name="Waiting")).to_contain_text("Which boots fit wide feet?")
    assert page.evaluate("[window.rung.length, window.told.length]") == [0, 0]
    page.context.close()


def test_a_transfer_rings_at_the_colleague_who_takes_it(browser: Browser, stack: RunningStack) -> None:
    customer = Asker(stack.url)
    customer.ask("How do I wash a wool jumper?")
    customer.want_person()
    senior, lead = watched(browser, stack, "senior"), watched(browser, stack, "lead")
    senior.take("", "How do I wash a wool jumper")
    senior.reply("Hello, I am asking a colleague who knows wool.")
    senior.page.get_by_role("button", name="Transfer", exact=True).click()
    dialog = senior.page.get_by_role("dialog")
    departments = dialog.get_by_label("Of the department").locator("option")
    expect(departments).to_have_text([re.compile("."), "orders", "gear", "billing"])
    people = dialog.get_by_label("Or to a colleague")
    people.select_option(people.locator("option").filter(has_text=lead.name).get_attribute("value"))
    lead.page.evaluate("window.rung = []")
    dialog.get_by_role("button", name="Transfer").click()

    page = lead.page
    # One at a time, in the queue's order: other tests left customers there, and the rest is one click away.
    offers = page.get_by_role("region", name="Offered to you")
    expect(offers.locator(".offer")).to_have_count(1)
    offer = offers.locator(".offer", has_text="How do I wash a wool jumper?")
    more = offers.get_by_role("button", name=re.compile("offered to you$"))
    more.or_(offer).first.wait_for()
    if more.is_visible():
        shoot(page, "desk-offers-folded")
        more.click()
    expect(offer).to_contain_text(re.compile(r"\d+ s left"))
    page.wait_for_function("window.rung.length >= 2")
    assert in_both_themes(page) == []
    shoot(page, "desk-offer")
    offer.get_by_role("button", name=re.compile("^Accept")).press("Enter")
    expect(offer).to_have_count(0)
    expect(page.get_by_role("textbox", name=re.compile("^Reply"))).to_be_visible()

    # The customer writes while nobody looks at the page.
    page.evaluate("window.away = true; window.rung = []; window.told = []")
    customer.say("It is merino.")
    page.wait_for_function("window.rung.length === 2 && window.told.length === 1")
    assert page.evaluate("window.told[0].text").endswith("wrote")
    for desk in (senior, lead):
        desk.page.context.close()
