"""The quality desk: a reader draws a transcript, judges it, and coaches the colleague who spoke in it."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SCREENS, Screen, fits, shoot
from tests.browser.editor import Asker, context_for, member
from tests.browser.test_accessibility import violations
from tests.browser.test_story import Desk
from tests.support.running import RunningStack

pytestmark = pytest.mark.browser

ADVICE = "Lovely opening. Say by when, too."


@pytest.fixture(scope="module")
def closed(stack: RunningStack) -> str:
    """A conversation that a senior took, answered and closed; its id."""
    customer = Asker(stack.url)
    customer.ask("hello there")
    customer.want_person()
    senior = member(stack, "senior")
    with httpx.Client(base_url=f"{stack.url}/api/v1", timeout=20) as desk:
        signed = desk.post("/session", json={"email": senior["email"], "password": senior["password"]})
        desk.headers["Authorization"] = f"Bearer {signed.raise_for_status().json()['token']}"
        waiting = desk.get("/queue").json()["waiting"]
        handoff = next(each for each in waiting if each["conversation_id"] == customer.conversation_id)["handoff_id"]
        said = {"client_message_id": "q1", "text": "I have read it all. I will look into it today."}
        for path, body in (("accept", {}), ("messages", said), ("close", {"outcome": "resolved", "cause": "asked"})):
            desk.post(f"/handoffs/{handoff}/{path}", json=body).raise_for_status()
    return customer.conversation_id


def draw(page: Page, rule: str) -> None:
    page.get_by_role("link", name="Quality").click()
    page.get_by_label("Which").select_option(label=rule)
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.get_by_role("status").filter(has_text=re.compile("drawn|Nothing new"))).to_be_visible()


def test_a_transcript_is_drawn_judged_and_coached(browser: Browser, stack: RunningStack, closed: str) -> None:
    context = context_for(browser, width=1440)
    page = context.new_page()
    Desk(page, stack, role="qa")
    draw(page, "By chance")
    page.evaluate(
        "id => fetch('/api/v1/qa/samples/named', {method: 'POST', headers: {'Content-Type': 'application/json'},"
        " body: JSON.stringify({conversation_id: id})}).then((a) => a.json())"
        ".then((s) => { location.hash = `#/quality/samples/${s.sample_id}` })",
        closed,
    )
    expect(page.get_by_text("I will look into it today")).to_be_visible()
    judge = page.get_by_role("button", name="Judge", exact=True)
    expect(judge).to_be_disabled()
    for question in page.locator("fieldset.q-question").all():
        question.get_by_label("2 yes").check()
    page.get_by_label("Was the issue resolved?").select_option(label="Yes")
    shoot(page, "quality-review")
    judge.click()
    expect(page.get_by_text("Score 100 %").first).to_be_visible()

    page.get_by_role("textbox", name="Comment").fill(ADVICE)
    page.get_by_label("Coaching for").select_option(label=member(stack, "senior")["name"])
    page.get_by_role("button", name="Add the comment").click()
    expect(page.get_by_role("listitem").filter(has_text=ADVICE)).to_be_visible()
    page.get_by_label("What went wrong, in a sentence").fill("Nobody said by when.")
    page.get_by_role("button", name="Make a scenario").click()
    expect(page.get_by_text("It stays linked to this conversation")).to_be_visible()
    expect(page.get_by_role("link", name="Download the scenario")).to_be_visible()
    page.get_by_role("link", name="Scenarios").click()
    expect(page.get_by_role("cell", name="linked", exact=True)).to_be_visible()
    page.get_by_role("link", name="Agreement").click()
    expect(page.get_by_role("rowheader", name="Was the cause found, and not only the symptom?")).to_be_visible()
    shoot(page, "quality-agreement")
    context.close()

    context = context_for(browser)
    page = context.new_page()
    Desk(page, stack, role="senior")
    page.get_by_role("link", name="Quality").click()
    expect(page.get_by_text(ADVICE)).to_be_visible()
    context.close()


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_every_page_is_accessible_and_fits(browser: Browser, stack: RunningStack, closed: str, screen: Screen) -> None:
    context = browser.new_context(**screen.options())
    context.set_default_timeout(15_000)
    page = context.new_page()
    Desk(page, stack, role="qa")
    draw(page, "Complaints")
    sample: dict[str, Any] = page.evaluate(
        "id => fetch('/api/v1/qa/samples/named', {method: 'POST', headers: {'Content-Type': 'application/json'},"
        " body: JSON.stringify({conversation_id: id})}).then((answer) => answer.json())",
        closed,
    )
    found, wide = {}, []
    for name in ("", f"samples/{sample['sample_id']}", "scenarios", "agreement", "coaching"):
        page.goto(f"{stack.url}/desk/#/quality/{name}")
        expect(page.get_by_role("main").get_by_role("heading").first).to_be_visible()
        expect(page.locator(".k-wait:visible")).to_have_count(0)
        found[name] = violations(page)
        shoot(page, f"quality-{name.partition('/')[0] or 'samples'}-{screen.name}")
        if not fits(page):
            wide.append(name)
    context.close()
    assert found == {name: [] for name in found}
    assert wide == []
