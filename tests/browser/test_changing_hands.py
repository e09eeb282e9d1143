"""A conversation changes hands, as everybody sees it: back to the assistant with a note, to a colleague with one, and
from a colleague who is gone to the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import shoot
from tests.browser.editor import member, tab_to
from tests.browser.test_accessibility import in_both_themes
from tests.browser.test_desk import WIDE, Customers, agent, customers  # noqa: F401 - a fixture
from tests.browser.test_story import Desk, customer_with
from tests.support.running import RunningStack

pytestmark = pytest.mark.browser


@contextmanager
def administering(stack: RunningStack) -> Iterator[httpx.Client]:
    """The administrators' calls, signed in."""
    admin = member(stack, "admin")
    with httpx.Client(base_url=f"{stack.url}/api/v1", timeout=20) as calls:
        signed = calls.post("/session", json={"email": admin["email"], "password": admin["password"]})
        calls.headers["Authorization"] = f"Bearer {signed.raise_for_status().json()['token']}"
        yield calls


def hired(calls: httpx.Client, name: str, role: str) -> dict[str, Any]:
    """A colleague of this test alone: nobody else's conversations take up their room."""
    person = {"name": name, "email": f"{uuid4().hex[:12]}@oberlarn.example", "roles": [role]}
    added = calls.post("/team", json=person).raise_for_status().json()
    return {**person, "id": added["person"]["id"], "password": added["password"]}


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

    # Without a mouse.
    keyboard = desk.page.keyboard
    keyboard.press("Control+k")
    keyboard.type("hand back")
    keyboard.press("Enter")
    dialog = desk.page.get_by_role("dialog")
    tab_to(desk.page, dialog.get_by_role("textbox"))
    keyboard.type("May cancel, was only told where it is.")
    shoot(desk.page, "desk-hand-back")
    tab_to(desk.page, dialog.get_by_role("button", name="Hand back"))
    keyboard.press("Enter")

    # The customer is told, the note stays among colleagues, and nobody of the staff is named any more.
    widget.expect_bot("My colleague has handed you back to me")
    expect(widget.page.get_by_text(f"You’re talking with {desk.name}")).to_be_hidden()
    expect(widget.messages.get_by_text("May cancel")).to_have_count(0)
    shoot(widget.page, "widget-handed-back")
    assert in_both_themes(widget.page) == []

    # The agent reads on, and has no field to answer in.
    expect(desk.page.get_by_text("This conversation is back with the assistant.")).to_be_visible()
    expect(desk.page.get_by_role("textbox", name=re.compile("^Reply"))).to_have_count(0)
    story = desk.page.get_by_role("region", name="Messages")
    expect(story.get_by_text("May cancel, was only told where it is.")).to_be_visible()
    expect(story.get_by_text("My colleague has handed you back to me")).to_be_visible()
    shoot(desk.page, "desk-handed-back")
    assert in_both_themes(desk.page) == []

    # And the assistant does what the person said it can.
    widget.say(f"please cancel {order['id']}")
    widget.messages.get_by_role("button", name="Yes, cancel it").click()
    widget.expect_bot(re.compile("cancelled", re.I))
    shoot(widget.page, "widget-after-hand-back")
    desk.page.context.close()


def test_a_colleague_goes_on_with_a_note_and_the_customer_reads_who(
    browser: Browser,
    stack: RunningStack,
    customers: Customers,  # noqa: F811
) -> None:
    customer, order = customer_with(stack, "shipped")
    said = f"which carrier has my order {order['id']}?"
    widget = customers.wait(customer, said)
    with administering(stack) as calls:
        people = [hired(calls, name, role) for name, role in (("Ole Brandt", "agent"), ("Iris Vogt", "lead"))]
    first, lead = (
        Desk(browser.new_context(viewport=WIDE, bypass_csp=True).new_page(), stack, person=each) for each in people
    )
    first.take(customer["name"], said)
    first.reply("I am handing you to a colleague who knows the carriers.")
    widget.messages.get_by_text("I am handing you to a colleague").wait_for()

    note = "Wants the name of the carrier, nothing else."
    first.page.get_by_role("button", name="Transfer", exact=True).click()
    dialog = first.page.get_by_role("dialog")
    colleagues = dialog.get_by_label("Or to a colleague")
    colleagues.select_option(colleagues.locator("option").filter(has_text=lead.name).get_attribute("value"))
    dialog.get_by_label("What should they know?").fill(note)
    assert in_both_themes(first.page) == []
    shoot(first.page, "desk-transfer-note")
    dialog.get_by_role("button", name="Transfer").click()

    # The customer reads that they are passed on, keeps their place, and never the note.
    expect(widget.messages.get_by_text("You’re being passed on to a colleague")).to_be_visible()
    expect(widget.page.get_by_text(f"You’re talking with {first.name}")).to_be_hidden()
    assert in_both_themes(widget.page) == []
    expect(first.page.get_by_role("textbox", name=re.compile("^Reply"))).to_have_count(0)

    lead.take(customer["name"], said)
    story = lead.page.get_by_role("region", name="Messages")
    expect(story.get_by_text(note)).to_be_visible()
    expect(story.get_by_text("I am handing you to a colleague")).to_be_visible()
    shoot(lead.page, "desk-transferred")
    expect(widget.owner).to_have_text(f"You’re talking with {lead.name}")
    lead.reply("It is with Talpost.")
    widget.messages.get_by_text("It is with Talpost.").wait_for()
    expect(widget.messages.get_by_text(note)).to_have_count(0)
    expect(first.page.get_by_text(f"{lead.name} has this conversation.")).to_be_visible()
    assert in_both_themes(first.page) == []
    shoot(widget.page, "widget-transferred")
    lead.close("Named the carrier")
    expect(lead.page.get_by_text("This conversation is closed.")).to_be_visible()
    for desk in (first, lead):
        desk.page.context.close()


def test_a_colleague_who_is_gone_loses_it_to_the_next(
    browser: Browser,
    stack: RunningStack,
    customers: Customers,  # noqa: F811
) -> None:
    with administering(stack) as calls:
        nora = hired(calls, "Nora Lind", "senior")
        leaving = Desk(browser.new_page(), stack, person=nora)

        customer, order = customer_with(stack, "delivered")
        said = f"when did {order['id']} arrive?"
        widget = customers.wait(customer, said)
        leaving.take(customer["name"], said)
        leaving.reply("Let me look at the carrier's scan.")
        widget.messages.get_by_text("Let me look at the carrier's scan.").wait_for()
        expect(widget.page.get_by_text("You’re talking with Nora Lind")).to_be_visible()
        account = calls.get("/team").raise_for_status().json()["people"]
        version = next(each["version"] for each in account if each["id"] == nora["id"])
        calls.patch(f"/team/{nora['id']}", json={"version": version, "active": False}).raise_for_status()

    # Who is gone is signed out; the customer reads what happens next, and is talking with nobody who left.
    expect(leaving.page.get_by_text("Your session has ended")).to_be_visible()
    widget.expect_bot("My colleague had to step away, so the next one takes over.")
    expect(widget.page.get_by_text("You’re talking with Nora Lind")).to_be_hidden()
    shoot(widget.page, "widget-released")
    assert in_both_themes(widget.page) == []

    # The next one sees why it waits again and what was said, and goes on.
    desk = agent(browser, stack, "lead")
    desk.take(customer["name"], said)
    story = desk.page.get_by_role("region", name="Messages")
    expect(story.get_by_text("Nora Lind lost it: account switched off")).to_be_visible()
    expect(story.get_by_text("Let me look at the carrier's scan.")).to_be_visible()
    shoot(desk.page, "desk-released")
    assert in_both_themes(desk.page) == []
    desk.reply("I am taking over, and I have read everything.")
    widget.messages.get_by_text("I am taking over, and I have read everything.").wait_for()
    expect(widget.page.get_by_text(f"You’re talking with {desk.name}")).to_be_visible()

    # Closed too early: they open it again, and the customer reads who is back.
    desk.close("Looked it up")
    expect(desk.page.get_by_text("This conversation is closed.")).to_be_visible()
    assert in_both_themes(desk.page) == []
    tab_to(desk.page, desk.page.get_by_role("button", name="Open again", exact=True))
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("textbox", name=re.compile("^Reply"))).to_be_visible()
    widget.expect_bot(re.compile(f"{desk.name}.*again|again.*{desk.name}"))
    expect(widget.page.get_by_text(f"You’re talking with {desk.name}")).to_be_visible()
    shoot(widget.page, "widget-reopened")
    desk.close("Looked it up again")
    expect(desk.page.get_by_text("This conversation is closed.")).to_be_visible()
    for page in (leaving.page, desk.page):
        page.context.close()
