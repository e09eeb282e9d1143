"""The product's main job, in two browsers: a true answer, a cited answer, a hand-over, a person's reply.

Once as it should go, once with the network cut in the middle, once with the assistant killed over a message.
"""

from __future__ import annotations

import os
import re
import signal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import shoot
from tests.support.running import RunningStack

pytestmark = pytest.mark.browser

LAUNCHER = re.compile("chat with us|open chat", re.I)
FRUSTRATED = "This is the third time I'm asking and nobody helps me. I'm so fed up with this, it's ridiculous!!"


class Widget:
    """The widget as a customer uses it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        page.goto(url)

    def sign_in_as(self, name: str) -> None:
        """Who writes before the shop has proved who they are is a guest."""
        with self.page.expect_response("**/api/v1/demo/identity?*"):
            self.page.get_by_label(re.compile("signed in", re.I)).select_option(label=name)

    def open(self) -> None:
        self.page.get_by_role("button", name=LAUNCHER).click()

    def say(self, text: str) -> None:
        self.page.get_by_role("textbox", name="Write a message").fill(text)
        self.page.get_by_role("button", name="Send").click()

    @property
    def messages(self) -> Locator:
        return self.page.get_by_role("region", name="Messages")

    @property
    def owner(self) -> Locator:
        """Who the customer is talking with, in the head."""
        return self.page.locator("#owner")

    @property
    def conversation_id(self) -> str:
        mine = "([key, kept]) => !key.endsWith(':left') && kept.includes('cnv_')"
        kept = f"JSON.parse(Object.entries(localStorage).find({mine})[1]).id"
        return str(self.page.evaluate(kept))

    def expect_bot(self, part: str | re.Pattern[str]) -> None:
        expect(self.messages.locator(".from-bot, .from-system").filter(has_text=part).last).to_be_visible()


class Desk:
    """The desk as an agent uses it."""

    def __init__(self, page: Page, stack: RunningStack, role: str = "senior", person: dict | None = None) -> None:
        """Signed in as ``person``, else as the demo's first colleague with this role."""
        person = person or next(each for each in stack.demo()["agents"] if role in each["roles"])
        self.page = page
        self.name: str = person["name"]
        page.goto(f"{stack.url}/desk/")
        page.get_by_label("E-mail").fill(person["email"])
        page.get_by_label("Password").fill(person["password"])
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("navigation").first).to_be_visible()

    def take(self, name: str, said: str = "") -> None:
        """From those who wait. ``said`` tells their conversation from another one that they left waiting."""
        row = self.page.get_by_role("region", name="Waiting").get_by_role("button")
        row.filter(has_text=re.compile(f"{name}.*{re.escape(said)}", re.DOTALL)).first.click()
        self.page.get_by_role("button", name="Accept", exact=True).click()

    def reply(self, text: str) -> None:
        self.page.get_by_role("textbox", name=re.compile("^Reply")).fill(text)
        self.page.get_by_role("button", name="Send", exact=True).click()

    def close(self, cause: str) -> None:
        self.page.get_by_role("button", name="Close", exact=True).click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label(re.compile("outcome", re.I)).select_option(index=1)
        dialog.get_by_label("What was the real cause?").select_option("answered")
        dialog.get_by_label(re.compile("In your words")).fill(cause)
        dialog.get_by_label(re.compile("nothing had to be asked")).check()
        dialog.get_by_role("button", name=re.compile("close", re.I)).click()


def customer_with(stack: RunningStack, status: str) -> tuple[dict, dict]:
    """A demo customer and an order of theirs in this state."""
    for customer in stack.demo()["customers"]:
        for order in customer["orders"]:
            if order["status"] == status:
                return customer, order
    raise AssertionError(f"no demo order is {status}")


def test_a_customer_is_answered_and_handed_over_and_read(browser: Browser, page: Page, stack: RunningStack) -> None:
    customer, order = customer_with(stack, "in_transit")
    widget = Widget(page, stack.url)
    widget.sign_in_as(customer["name"])
    widget.open()
    shoot(page, "1-widget-open")

    widget.say(f"where is my order {order['id']}?")
    widget.expect_bot(order["id"])
    shoot(page, "2-order-status")

    widget.say("How do I wash my down jacket?")
    source = widget.messages.locator(".sources a").last
    expect(source).to_be_visible()
    assert "/help/" in (source.get_attribute("href") or "")
    shoot(page, "3-cited-answer")

    widget.say(FRUSTRATED)
    widget.expect_bot(re.compile("in line"))
    shoot(page, "4-in-the-queue")

    agents = browser.new_context(viewport={"width": 1440, "height": 900})
    desk = Desk(agents.new_page(), stack)
    shoot(desk.page, "5-desk-queue")
    desk.take(customer["name"], FRUSTRATED)
    packet = desk.page.get_by_role("complementary", name=re.compile("packet|context|hand-over", re.I))
    expect(packet).to_contain_text(order["id"])
    shoot(desk.page, "6-desk-packet")
    desk.reply("I've read everything. I'm on it right now.")
    widget.messages.get_by_text("I've read everything. I'm on it right now.").wait_for()
    expect(page.get_by_text(f"You’re talking with {desk.name}")).to_be_visible()
    shoot(page, "7-a-person-answers")

    widget.say("Thank you so much")
    desk.page.get_by_text("Thank you so much").first.wait_for()
    desk.close("Parcel was late")
    expect(widget.messages.get_by_text("Did this solve it?")).to_be_visible()
    shoot(page, "8-closed")
    agents.close()


def test_nothing_is_lost_when_the_network_is_cut(browser: Browser, page: Page, stack: RunningStack) -> None:
    customer, order = customer_with(stack, "shipped")
    widget = Widget(page, stack.url)
    widget.sign_in_as(customer["name"])
    widget.open()
    widget.say("hello")
    expect(widget.messages.locator(".from-bot").first).to_be_visible()

    page.context.set_offline(True)
    widget.say(f"where is {order['id']}?")
    expect(page.get_by_text("The connection is gone for a moment.")).to_be_visible()
    shoot(page, "9-offline")
    page.context.set_offline(False)
    widget.expect_bot(order["id"])

    page.get_by_role("button", name="Talk to a person").click()
    expect(page.get_by_text(re.compile(r"number \d+|next in line", re.I)).first).to_be_visible()
    page.context.set_offline(True)
    agents = browser.new_context()
    desk = Desk(agents.new_page(), stack)
    desk.take(customer["name"], order["id"])
    desk.reply("Your parcel is on the road, I checked.")
    page.context.set_offline(False)
    widget.messages.get_by_text("Your parcel is on the road, I checked.").wait_for()

    page.reload()
    widget.open()
    widget.messages.get_by_text("Your parcel is on the road, I checked.").wait_for()
    said = widget.messages.locator(".from-customer .bubble").all_inner_texts()
    assert [text.strip() for text in said] == ["hello", f"where is {order['id']}?"]
    agents.close()


def test_an_answer_comes_although_the_assistant_is_killed_over_the_message(page: Page, stack: RunningStack) -> None:
    customer, order = customer_with(stack, "delayed")
    widget = Widget(page, stack.url)
    widget.sign_in_as(customer["name"])
    widget.open()
    widget.say("hello")
    expect(widget.messages.locator(".from-bot").first).to_be_visible()

    # Held, so that it is killed in the middle of this turn and of no other.
    killed = stack.process_of("bot")
    os.kill(killed, signal.SIGSTOP)
    try:
        asked = f"where is my order {order['id']}?"
        widget.say(asked)
        widget.expect_bot("I have your message and I'm still working on it.")
    finally:
        os.kill(killed, signal.SIGKILL)

    # The one that takes its place answers, once; nobody of the staff is needed, and nothing is said twice.
    answer = widget.messages.locator(".from-bot").filter(has_text=order["id"])
    expect(answer).to_be_visible(timeout=60_000)
    expect(answer).to_have_count(1)
    expect(widget.owner).to_have_text("You’re talking with the assistant")
    said = widget.messages.locator(".from-customer .bubble").all_inner_texts()
    assert [text.strip() for text in said] == ["hello", asked]
    assert stack.process_of("bot") != killed
    shoot(page, "widget-assistant-killed")
