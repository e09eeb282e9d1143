"""A person gives the conversation back to the assistant, as both of them and the customer see it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import shoot
from tests.browser.test_accessibility import violations
from tests.browser.test_desk import Customers, agent, customers  # noqa: F401 - a fixture
from tests.browser.test_story import customer_with
from tests.support.running import RunningStack

pytestmark = pytest.mark.browser


def test_the_assistant_goes_on_where_a_person_stopped(
    browser: Browser,
    stack: RunningStack,
    customers: Customers,  # noqa: F811
) -> None:
    customer, order = customer_with(stack, "placed")
    said = f"where is my order {order['id']}?"
    widget = customers.wait(customer, said)
    desk = agent(browser, stack, "lead")
    desk.take(customer["name"], said)
    desk.reply("It has not left us yet. The assistant can cancel it for you.")
    widget.messages.get_by_text("The assistant can cancel it for you.").wait_for()
    expect(widget.page.get_by_text(f"You’re talking with {desk.name}")).to_be_visible()

    desk.page.get_by_role("button", name="Hand back", exact=True).click()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("May cancel, was only told where it is.")
    shoot(desk.page, "desk-hand-back")
    dialog.get_by_role("button", name="Hand back").click()

    # The customer is told, the note stays among colleagues, and nobody of the staff is named any more.
    widget.expect_bot("My colleague has handed you back to me")
    expect(widget.page.get_by_text(f"You’re talking with {desk.name}")).to_be_hidden()
    expect(widget.messages.get_by_text("May cancel")).to_have_count(0)
    shoot(widget.page, "widget-handed-back")

    # The agent reads on, and has no field to answer in.
    expect(desk.page.get_by_text("This conversation is back with the assistant.")).to_be_visible()
    expect(desk.page.get_by_role("textbox", name=re.compile("^Reply"))).to_have_count(0)
    story = desk.page.get_by_role("region", name="Messages")
    expect(story.get_by_text("May cancel, was only told where it is.")).to_be_visible()
    expect(story.get_by_text("My colleague has handed you back to me")).to_be_visible()
    shoot(desk.page, "desk-handed-back")
    assert violations(desk.page) == []

    # And the assistant does what the person said it can.
    widget.say(f"please cancel {order['id']}")
    widget.messages.get_by_role("button", name="Yes, cancel it").click()
    widget.expect_bot(re.compile("cancelled", re.I))
    shoot(widget.page, "widget-after-hand-back")
    desk.page.context.close()
