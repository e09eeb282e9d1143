"""An agent's day: the inbox, several conversations, warnings, suggestions, the past, and no mouse at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import shoot
from tests.browser.editor import tab_to
from tests.browser.test_accessibility import in_both_themes, violations
from tests.browser.test_story import FRUSTRATED, Desk, Widget, customer_with
from tests.support.running import RunningStack

pytestmark = pytest.mark.browser

WIDE = {"width": 1440, "height": 900}
expect.set_options(timeout=15_000)


class Customers:
    """Customers who wait for a person, each in a browser of their own."""

    def __init__(self, browser: Browser, stack: RunningStack) -> None:
        self._browser = browser
        self._stack = stack

    def wait(self, customer: dict, *said: str) -> Widget:
        page = self._browser.new_context(bypass_csp=True).new_page()
        widget = Widget(page, self._stack.url)
        widget.sign_in_as(customer["name"])
        widget.open()
        for text in said:
            widget.say(text)
            expect(widget.messages.locator(".from-bot, .from-system").last).to_be_visible()
        page.get_by_role("button", name="Talk to a person").last.click()
        expect(page.get_by_text(re.compile("in line|next", re.I)).first).to_be_visible()
        return widget


@pytest.fixture
def customers(browser: Browser, stack: RunningStack) -> Iterator[Customers]:
    before = set(browser.contexts)
    yield Customers(browser, stack)
    for context in set(browser.contexts) - before:
        context.close()


def agent(browser: Browser, stack: RunningStack, role: str, **context: object) -> Desk:
    options = {"viewport": WIDE, "bypass_csp": True, **context}
    return Desk(browser.new_context(**options).new_page(), stack, role)  # type: ignore[arg-type]


def row(page: Page, name: str, said: str = "", region: str = "Waiting") -> Locator:
    """Their conversation in the list. ``said`` tells it from another one that they left waiting."""
    return (
        page.get_by_role("region", name=region)
        .get_by_role("button", name=re.compile(f"{name}.*{re.escape(said)}", re.DOTALL))
        .first
    )


def test_a_day_without_a_mouse(browser: Browser, stack: RunningStack, customers: Customers) -> None:
    customer, order = customer_with(stack, "in_transit")
    # In words of this test alone: the same customer may wait here because of another.
    said = f"please tell me where my order {order['id']} is"
    widget = customers.wait(customer, said)
    page = agent(browser, stack, "senior").page
    expect(row(page, customer["name"])).to_be_visible()

    def press(*keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)

    def command(text: str) -> None:
        press("Control+k")
        page.keyboard.type(text)
        press("Enter")

    # Find the customer, leave the field, take the first in the list.
    press("/")
    page.keyboard.type("please tell me where")
    expect(row(page, customer["name"], said)).to_be_visible()
    press("Escape", "j")
    expect(page.get_by_role("heading", level=1)).to_contain_text(customer["name"])
    expect(page.get_by_role("button", name="Accept", exact=True)).to_be_visible()
    press("a")
    reply = page.get_by_role("textbox", name=re.compile("^Reply"))
    expect(reply).to_be_visible()
    press("r")
    expect(reply).to_be_focused()

    # A canned reply of one's own, written and inserted by its shortcut.
    press("Escape", "c")
    tab_to(page, page.get_by_role("button", name="New reply"))
    press("Enter")
    tab_to(page, page.get_by_role("textbox", name="Shortcut"))
    page.keyboard.type("hello")
    press("Tab")
    page.keyboard.type("Greeting")
    press("Tab")
    page.keyboard.type("Hello {customer_name}, {agent_name} here. I am looking at {order_number} now.")
    tab_to(page, page.get_by_role("button", name="Save", exact=True))
    press("Enter")
    expect(page.get_by_role("dialog").get_by_text("/hello")).to_be_visible()
    shoot(page, "desk-canned")
    assert in_both_themes(page) == []
    press("Escape", "r")
    page.keyboard.type("/hel")
    expect(page.get_by_role("option", name=re.compile("Greeting"))).to_be_visible()
    assert in_both_themes(page) == []
    press("Enter")
    expect(reply).to_have_value(re.compile(f"^Hello {customer['name']}, .* here. I am looking at {order['id']} now.$"))
    press("Control+Enter")
    widget.messages.get_by_text(f"I am looking at {order['id']} now.").wait_for()

    # Asking for what was said is warned of, with the place; the agent thinks better of it.
    press("r")
    page.keyboard.type("What is your order number?")
    press("Control+Enter")
    warning = page.get_by_role("alertdialog")
    expect(warning).to_contain_text("the order number in message")
    expect(warning).to_contain_text(order["id"])
    shoot(page, "desk-reask")
    assert in_both_themes(page) == []
    press("Escape")
    expect(warning).to_be_hidden()
    press("Control+a", "Delete", "Escape")

    # The panels by number, everything else by name.
    for key, name in (("2", "Customer"), ("3", "Suggestions"), ("4", "Trail"), ("1", "Hand-over")):
        press(key)
        expect(page.get_by_role("complementary", name=name)).to_be_visible()
        shoot(page, f"desk-panel-{name.lower()}")
        assert in_both_themes(page) == []
    press("?")
    expect(page.get_by_role("dialog")).to_contain_text("All commands")
    assert in_both_themes(page) == []
    shoot(page, "desk-help")
    press("Escape", "n")
    page.keyboard.type("Called the carrier, it comes tomorrow.")
    press("Control+Enter")
    expect(page.get_by_text("Called the carrier, it comes tomorrow.").first).to_be_visible()

    press("Escape", "Control+k")
    page.keyboard.type("close this")
    shoot(page, "desk-palette")
    assert in_both_themes(page) == []
    press("Enter")
    dialog = page.get_by_role("dialog")
    tab_to(page, dialog.get_by_label("Outcome"))
    # The causes are the company's own, and come from the server.
    expect(dialog.locator("option", has_text="The carrier")).to_be_attached()
    page.keyboard.type("Resolved")
    press("Tab")
    page.keyboard.type("The carrier")
    press("Tab")
    page.keyboard.type("It stood still for two days")
    press("Tab", "Space")
    shoot(page, "desk-close")
    assert in_both_themes(page) == []
    tab_to(page, dialog.get_by_role("button", name="Close"))
    press("Enter")
    expect(page.get_by_text("This conversation is closed.")).to_be_visible()
    # The stream tells of the closing before the request is answered, and Ctrl-K opens nothing over a window.
    expect(dialog).to_be_hidden()
    expect(widget.messages.get_by_text("Did this solve it?")).to_be_visible()
    command("go to closed")
    expect(row(page, customer["name"], region="Closed")).to_be_visible()
    shoot(page, "desk-closed")
    assert in_both_themes(page) == []

    # A view of one's own: kept under a name, there after a reload, forgotten and taken back.
    press("/")
    page.keyboard.type(customer["name"])
    own = page.get_by_role("group", name="Your views")
    tab_to(page, own.get_by_role("button", name="Keep this view"))
    press("Enter")
    page.keyboard.type("Hers")
    press("Enter")
    expect(own.get_by_role("button", name="Hers", exact=True)).to_have_attribute("aria-pressed", "true")
    page.reload()
    tab_to(page, own.get_by_role("button", name="Hers", exact=True))
    press("Enter")
    expect(page.get_by_role("searchbox")).to_have_value(customer["name"])
    shoot(page, "desk-own-view")
    assert in_both_themes(page) == []
    tab_to(page, own.get_by_role("button", name="Forget Hers"))
    press("Enter")
    expect(own.get_by_role("button", name="Hers", exact=True)).to_have_count(0)
    tab_to(page, page.get_by_role("button", name="Undo"))
    press("Enter")
    expect(own.get_by_role("button", name="Hers", exact=True)).to_be_visible()


def test_two_agents_see_each_other_and_drafts_stay(browser: Browser, stack: RunningStack, customers: Customers) -> None:
    first, order = customer_with(stack, "shipped")
    others = [c for c in stack.demo()["customers"] if c["id"] != first["id"]]
    asked, invoice = f"hello, where is {order['id']}?", "I would like to talk about an invoice please"
    one = customers.wait(first, asked)
    customers.wait(others[-1], invoice)
    ruth, idris = agent(browser, stack, "lead"), agent(browser, stack, "senior")
    idris = idris if idris.name != ruth.name else agent(browser, stack, "agent")
    page = ruth.page
    ruth.take(first["name"], asked)
    reply = page.get_by_role("textbox", name=re.compile("^Reply"))
    reply.fill("A draft that must not be lost")

    # A colleague opens the same conversation: both are told, at once and by name.
    row_of = idris.page.get_by_role("button", name="All open")
    row_of.click()
    row(idris.page, first["name"], asked, region="All open").click()
    expect(idris.page.get_by_text(f"{ruth.name} is").first).to_be_visible()
    expect(page.get_by_text(f"{idris.name} is looking at this too")).to_be_visible()
    shoot(page, "desk-collision")
    shoot(idris.page, "desk-collision-other")
    assert in_both_themes(idris.page) == []

    # A second conversation keeps its own draft; what is new in the first is marked.
    ruth.take(others[-1]["name"], invoice)
    expect(reply).to_have_value("")
    tabs = page.get_by_role("navigation", name="Conversations at hand")
    one.say("Are you still there?")
    expect(tabs.get_by_role("img", name="New message")).to_be_visible()
    shoot(page, "desk-tabs")
    assert in_both_themes(page) == []
    page.reload()
    tabs.get_by_role("button", name=re.compile(f"^{first['name']}")).click()
    expect(reply).to_have_value("A draft that must not be lost")
    expect(tabs.get_by_role("img", name="New message")).to_be_hidden()

    # Cut off in the middle of an answer: it is kept, marked, and sent again.
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    reply.fill("Yes, I am here.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Not sent")).to_be_visible()
    shoot(page, "desk-offline")
    page.context.set_offline(False)
    messages = page.get_by_role("region", name="Messages")
    messages.get_by_role("button", name="Try again").click()
    one.messages.get_by_text("Yes, I am here.").wait_for()
    ruth.close("Delivery")

    # The same customer again: the past is there, and that it was read is on the trail of a lead.
    one.page.get_by_role("button", name=re.compile("new conversation", re.I)).click()
    one.say(FRUSTRATED)
    one.page.get_by_role("button", name="Talk to a person").click()
    row(page, first["name"], FRUSTRATED).click()
    page.get_by_role("button", name="Customer", exact=True).click()
    panel = page.get_by_role("complementary", name="Customer")
    expect(panel).to_contain_text("earlier contact")
    panel.get_by_role("button", name=re.compile("Read it")).first.click()
    expect(panel).to_contain_text("Yes, I am here.")
    shoot(page, "desk-customer")
    assert in_both_themes(page) == []
    page.get_by_role("button", name="Trail", exact=True).click()
    expect(page.get_by_role("complementary", name="Trail")).to_contain_text(f"{ruth.name} read the customer’s past")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_of_the_desk_is_accessible_and_small_screens_suffice(
    browser: Browser, stack: RunningStack, customers: Customers, theme: str
) -> None:
    customer = stack.demo()["customers"][1 if theme == "light" else 2]
    question = "How do I wash my down jacket?"
    customers.wait(customer, question)
    desk = agent(browser, stack, "lead", color_scheme=theme)
    page = desk.page
    row(page, customer["name"], question).click()
    for panel in ("Hand-over", "Customer", "Suggestions", "Trail"):
        page.get_by_role("button", name=panel, exact=True).click()
        expect(page.get_by_role("complementary", name=panel)).to_be_visible()
        assert violations(page) == [], panel
    page.get_by_role("button", name="Suggestions", exact=True).click()
    expect(page.get_by_role("complementary", name="Suggestions")).to_contain_text("jacket", ignore_case=True)
    shoot(page, f"desk-suggestions-{theme}")
    page.get_by_role("button", name="Accept", exact=True).click()
    for opens in ("Transfer", "Hand back", "Close"):
        page.get_by_role("button", name=opens, exact=True).click()
        assert violations(page) == [], opens
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    for key in ("?", ",", "c", "Control+k"):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        assert violations(page) == [], key
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    for view in ("All open", "Overdue", "Closed"):
        page.get_by_role("button", name=re.compile(f"^{view}")).first.click()
        assert violations(page) == [], view
    for width in (320, 720):  # 720: 1440 at 200 %
        page.set_viewport_size({"width": width, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shoot(page, f"desk-{width}-{theme}")
        assert violations(page) == [], width
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    desk.close("done")
