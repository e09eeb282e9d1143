"""A customer falls silent, and one who promised is reminded: what time alone brings about, without waiting for it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import shoot
from tests.browser.editor import tab_to
from tests.browser.test_accessibility import in_both_themes
from tests.browser.test_desk import agent
from tests.browser.test_story import Desk, Widget
from tests.support.running import RunningStack

WAITS_FOR_CLOCKS = True
pytestmark = pytest.mark.browser

LOOKED_AFTER_MS = 90_000
"""Silence is looked for every fifteen seconds."""
ASKED_AFTER = timedelta(minutes=31)
CLOSED_AFTER = timedelta(minutes=16)


class Time:
    """Passes in one conversation alone: the demo's lab moves what happened in it into the past."""

    def __init__(self, stack: RunningStack, widget: Widget) -> None:
        self._at = f"{stack.url}/lab/v1/conversations/{widget.conversation_id}"

    def passes(self, by: timedelta) -> None:
        httpx.post(f"{self._at}/clock", json={"forward_seconds": by.total_seconds()}, timeout=20).raise_for_status()

    def last(self, kind: str) -> dict[str, Any]:
        events = httpx.get(self._at, timeout=20).raise_for_status().json()["events"]
        return [event["data"] for event in events if event["type"] == kind][-1]  # type: ignore[no-any-return]


def with_a_person(browser: Browser, stack: RunningStack, said: str) -> tuple[Widget, Desk]:
    """A guest whom a lead has answered: the lab's clock is not for the demo's own customers."""
    widget = Widget(browser.new_context(bypass_csp=True).new_page(), stack.url)
    widget.open()
    widget.say(said)
    expect(widget.messages.locator(".from-bot").last).to_be_visible()
    widget.page.get_by_role("button", name="Talk to a person").last.click()
    desk = agent(browser, stack, "lead")
    desk.take("", said)
    desk.reply("One moment, I am asking the workshop.")
    widget.messages.get_by_text("One moment, I am asking the workshop.").wait_for()
    expect(widget.owner).to_have_text(f"You’re talking with {desk.name}")
    return widget, desk


def test_who_falls_silent_is_asked_and_may_write_again_after_it_was_closed(
    browser: Browser, stack: RunningStack
) -> None:
    said = "How do I wash the straps of my climbing harness?"
    widget, desk = with_a_person(browser, stack, said)
    story = desk.page.get_by_role("region", name="Messages")
    time = Time(stack, widget)

    time.passes(ASKED_AFTER)
    asked = widget.messages.get_by_text("Are you still there? There's no rush.")
    expect(asked).to_contain_text("I'll close this in 15 minutes", timeout=LOOKED_AFTER_MS)
    expect(story.get_by_text("Are you still there? There's no rush.")).to_be_visible()
    expect(widget.owner).to_have_text(f"You’re talking with {desk.name}")
    assert in_both_themes(widget.page) == []
    shoot(widget.page, "widget-still-there")

    # No answer: it ends for both, and nobody has to do anything.
    time.passes(CLOSED_AFTER)
    expect(widget.owner).to_have_text("This conversation has ended", timeout=LOOKED_AFTER_MS)
    expect(widget.messages.get_by_text("Did this solve it?")).to_be_visible()
    assert in_both_themes(widget.page) == []
    shoot(widget.page, "widget-fell-silent")
    expect(desk.page.get_by_text("This conversation is closed.")).to_be_visible()
    expect(desk.page.get_by_role("textbox", name=re.compile("^Reply"))).to_have_count(0)
    expect(story.get_by_text("Closed after a long silence: The customer did not come back")).to_be_visible()
    assert in_both_themes(desk.page) == []
    shoot(desk.page, "desk-fell-silent")
    desk.page.get_by_role("button", name=re.compile("^Closed")).first.click()
    closed = desk.page.get_by_role("region", name="Closed").get_by_role("button", name=re.compile(re.escape(said)))
    expect(closed.first).to_be_visible()

    # Back after all: the same conversation, with everything in it, and a person again where one is wanted.
    again = "Sorry, I was away. Could a person look at it once more?"
    widget.say(again)
    expect(widget.messages.get_by_text("This conversation is open again")).to_be_visible()
    expect(widget.messages.get_by_text("One moment, I am asking the workshop.")).to_be_visible()
    expect(widget.owner).to_contain_text("line")
    assert in_both_themes(widget.page) == []
    shoot(widget.page, "widget-silence-over")
    desk.page.get_by_role("button", name="My desk").click()
    desk.take("", again)
    expect(story.get_by_text(again).first).to_be_visible()
    expect(story.get_by_text("Reopened by the customer")).to_be_visible()
    expect(story.get_by_text("One moment, I am asking the workshop.")).to_be_visible()
    desk.reply("Lukewarm water and no soap.")
    widget.messages.get_by_text("Lukewarm water and no soap.").wait_for()
    desk.close("Asked the workshop")
    expect(desk.page.get_by_text("This conversation is closed.")).to_be_visible()


def test_who_promised_is_reminded_before_it_is_late_and_when_it_is(browser: Browser, stack: RunningStack) -> None:
    widget, desk = with_a_person(browser, stack, "How do I wash the cover of my rope bag?")
    page, promise = desk.page, "We write to you what the workshop says."
    page.get_by_role("button", name="Promise", exact=True).click()
    dialog = page.get_by_role("dialog", name="Promise something")
    dialog.get_by_label("What will happen?").fill(promise)
    dialog.get_by_role("button", name="Promise", exact=True).click()
    packet = page.get_by_role("complementary", name="Hand-over")
    expect(packet.get_by_text(promise)).to_be_visible()

    # A day later, a quarter of a minute before it is due.
    time = Time(stack, widget)
    due = datetime.fromisoformat(time.last("promise.made")["due_at"])
    time.passes(due - datetime.now(UTC) - timedelta(seconds=45))
    told = page.locator(".toast")
    expect(told.filter(has_text=re.compile(rf"^You promised, due .+: {promise}"))).to_be_visible()
    assert in_both_themes(page) == []
    shoot(page, "desk-promise-soon")
    expect(told.filter(has_text=re.compile(rf"^You promised, and it is overdue since .+: {promise}"))).to_be_visible(
        timeout=LOOKED_AFTER_MS
    )
    shoot(page, "desk-promise-late")

    # It comes before anything else now. Kept with its proof, it is over.
    expect(packet.get_by_text(re.compile("^Keep the promise that is overdue"))).to_be_visible()
    kept = packet.get_by_role("button", name=re.compile(f"^Mark as kept: {promise}"))
    tab_to(page, kept)
    page.keyboard.press("Enter")
    page.keyboard.type("Written to them here")
    page.keyboard.press("Enter")
    expect(kept).to_have_count(0)
    desk.reply("The workshop says: by hand, and never in the machine.")
    widget.messages.get_by_text("The workshop says: by hand").wait_for()
    desk.close("Asked the workshop")
    expect(page.get_by_text("This conversation is closed.")).to_be_visible()
