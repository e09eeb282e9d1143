"""What is owed: an over-limit refund is approved in one click and done; a promise blocks a closing till it is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import shoot
from tests.browser.editor import tab_to
from tests.browser.test_accessibility import check_at_every_size, in_both_themes, violations
from tests.browser.test_desk import Customers, agent
from tests.browser.test_story import Widget, customer_with
from tests.e2e.customer import Customer
from tests.support.running import RunningStack

pytestmark = pytest.mark.browser

OVER_THE_LIMIT = {
    "light": ("cus_anika", "I want my money back for B-2007, it never came"),
    "dark": ("cus_paul", "I want my money back for B-2016, it arrived broken"),
}


@pytest.fixture
def customers(browser: Browser, stack: RunningStack) -> Iterator[Customers]:
    before = set(browser.contexts)
    yield Customers(browser, stack)
    for context in set(browser.contexts) - before:
        context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_lead_approves_in_one_click_and_the_customer_reads_that_it_is_done(
    browser: Browser, stack: RunningStack, customers: Customers, theme: str
) -> None:
    who, wish = OVER_THE_LIMIT[theme]
    customer = next(each for each in stack.demo()["customers"] if each["id"] == who)
    page = browser.new_context(color_scheme=theme, bypass_csp=True).new_page()  # type: ignore[arg-type]
    widget = Widget(page, stack.url)
    widget.sign_in_as(customer["name"])
    widget.open()
    widget.say(wish)
    widget.expect_bot("asked a colleague to approve")
    if theme == "light":
        page.get_by_role("button", name="Yes, as soon as they agree").click()
        widget.expect_bot("Until then nothing is sent")
        shoot(page, "widget-agreed")
        assert violations(page) == []

    lead = agent(browser, stack, "lead", color_scheme=theme).page
    owed = lead.get_by_role("group", name="Views").get_by_role("button", name=re.compile("^Owed"))
    expect(owed).to_have_text(re.compile(r"[1-9]$"))
    owed.click()
    decisions = lead.get_by_role("region", name="Decisions")
    check_at_every_size(lead, f"desk-owed-{theme}")
    if theme == "light":
        expect(decisions).to_contain_text("The customer has agreed already.")
        tab_to(lead, decisions.get_by_role("button", name=re.compile("^Approve: Refund")))
        lead.keyboard.press("Enter")
        widget.expect_bot("approved it")
        widget.expect_bot("on its way back")
        shoot(page, "widget-approved")
    else:
        expect(decisions).to_contain_text("The customer is asked once more afterwards.")
        decisions.get_by_role("button", name=re.compile("^Decline: Refund")).click()
        widget.expect_bot("couldn't approve")
    expect(decisions).to_contain_text("Nothing waits for a decision.")


def test_a_promise_blocks_resolved_until_it_is_kept_with_its_proof(
    browser: Browser, stack: RunningStack, customers: Customers
) -> None:
    customer, order = customer_with(stack, "lost")
    widget = customers.wait(customer, f"my parcel {order['id']} never arrived")
    desk = agent(browser, stack, "lead")
    page = desk.page
    desk.take(customer["name"])
    packet = page.get_by_role("complementary", name="Hand-over")
    expect(packet.get_by_role("heading", name="What we do about it")).to_be_visible()
    desk.reply("I will look for it.")
    widget.messages.get_by_text("I will look for it.").wait_for()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("p")
    dialog = page.get_by_role("dialog", name="Promise something")
    page.keyboard.type("We call you with what the carrier found.")
    check_at_every_size(page, "desk-promise")
    tab_to(page, dialog.get_by_role("button", name="Promise", exact=True))
    page.keyboard.press("Enter")
    promised = packet.get_by_text("We call you with what the carrier found.")
    expect(promised).to_be_visible()

    desk.close("found")
    closing = page.get_by_role("dialog", name="Close the conversation")
    expect(closing.get_by_role("alert")).to_contain_text("A promise is still open")
    closing.get_by_role("button", name="Cancel").click()
    tab_to(page, packet.get_by_role("button", name="Mark as kept: We call you"))
    page.keyboard.press("Enter")
    page.keyboard.type("Called at ten, message 9")
    assert in_both_themes(page) == []
    shoot(page, "desk-keep")
    page.keyboard.press("Enter")
    expect(promised).to_be_hidden()
    desk.close("found")
    expect(page.get_by_text("This conversation is closed.")).to_be_visible()


def test_an_answer_to_who_has_gone_leaves_by_mail_and_the_desk_shows_it(browser: Browser, stack: RunningStack) -> None:
    person, order = customer_with(stack, "lost")
    customer = Customer(stack.url, stack.token(person["id"]))
    customer.http.post(f"/conversations/{customer.id}/handoff", json={}, headers=customer.headers).raise_for_status()
    message = {"email": "somebody@example.com", "text": f"Parcel {order['id']} never came."}
    at = f"/conversations/{customer.id}/leave_message"
    customer.http.post(at, json=message, headers=customer.headers).raise_for_status()
    desk = agent(browser, stack, "lead")
    page = desk.page
    desk.take(person["name"])
    expect(page.get_by_text("Wants to be answered at somebody@example.com")).to_be_visible()
    desk.reply("It is found, and comes on Friday.")
    expect(page.get_by_text("Leaves by e-mail.").or_(page.get_by_text("Sent by e-mail."))).to_be_visible()
    expect(page.get_by_text("Sent by e-mail.")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("The promise is kept: the answer left by e-mail")).to_be_visible()
    assert in_both_themes(page) == []
    shoot(page, "desk-mailed")
    desk.close("found")
    expect(page.get_by_text("This conversation is closed.")).to_be_visible()
    mails = json.loads(stack.command("demo", "mail", "--json"))
    [mail] = [mail for mail in mails if mail["to"] == "somebody@example.com"]
    assert (mail["kind"], "comes on Friday" in mail["text"], "never came" in mail["text"]) == ("answer", True, False)
