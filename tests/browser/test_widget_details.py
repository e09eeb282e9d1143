"""What is small and easily lost: the estimate while waiting, the face of who comes, five steps, and no needless motion.

A stack of its own, with the survey in five steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import shoot
from tests.browser.test_accessibility import in_both_themes
from tests.browser.test_story import LAUNCHER, Desk, Widget, customer_with
from tests.support.running import RunningStack, running_stack

pytestmark = pytest.mark.browser

PATIENCE_MS = 30_000
MOTION = """() => {
    const host = document.querySelector("frontdesk-widget");
    const all = host ? [...host.shadowRoot.querySelectorAll("*")] : [...document.querySelectorAll("*")];
    const seconds = (value) => Math.max(...value.split(",").map(parseFloat));
    return Math.max(...all.map((each) => {
        const style = getComputedStyle(each);
        const moves = style.animationName === "none" ? 0 : seconds(style.animationDuration);
        return Math.max(moves, seconds(style.transitionDuration));
    }));
}"""
"""The longest animation or transition, in seconds, of the widget or else of the page."""


@pytest.fixture(scope="module")
def five_steps() -> Iterator[RunningStack]:
    with running_stack(FRONTDESK_SURVEY_FORM="ces5") as running:
        yield running


def test_the_estimate_the_face_and_the_five_steps(browser: Browser, five_steps: RunningStack) -> None:
    theirs = browser.new_context(viewport={"width": 1280, "height": 860}, bypass_csp=True)
    theirs.set_default_timeout(PATIENCE_MS)
    page = theirs.new_page()
    agents = browser.new_context(viewport={"width": 1440, "height": 900})
    agents.set_default_timeout(PATIENCE_MS)
    desk = Desk(agents.new_page(), five_steps)
    customer, _ = customer_with(five_steps, "delivered")
    widget = Widget(page, five_steps.url)
    widget.sign_in_as(customer["name"])
    widget.open()
    page.get_by_role("button", name="Talk to a person").click()
    line = re.compile(r"Waiting for a person — number 1 in line, about \d+ minutes?")
    expect(page.locator("#owner")).to_have_text(line, timeout=PATIENCE_MS)
    shoot(page, "widget-estimate")
    assert in_both_themes(page) == []

    desk.take(customer["name"])
    face = page.locator(".face-agent img")
    expect(face).to_be_visible(timeout=PATIENCE_MS)
    assert re.search(r"/api/v1/agents/agt_[^/]+/picture$", face.get_attribute("src") or "")
    page.wait_for_function(
        "() => document.querySelector('frontdesk-widget').shadowRoot.querySelector('.face-agent img').naturalWidth"
    )
    desk.reply("It is on its way.")
    widget.messages.get_by_text("It is on its way.").wait_for()
    expect(widget.messages.locator(".small-face img").last).to_be_visible()
    shoot(page, "widget-face")
    assert in_both_themes(page) == []

    desk.close("Found it")
    page.get_by_role("button", name="Yes", exact=True).click()
    survey = page.get_by_role("form", name="Two short questions")
    effort = survey.get_by_role("group").first
    expect(effort.get_by_role("radio")).to_have_count(5)
    expect(effort.get_by_role("radio").last).to_have_accessible_name(re.compile(r"^5\b.*Strongly agree"))
    expect(effort.get_by_role("radio").first).to_be_focused()  # it comes as the answer to "Yes"
    effort.get_by_role("radio", name=re.compile("^4")).press("Space")
    shoot(page, "survey-five-steps")
    assert in_both_themes(page) == []
    survey.get_by_role("button", name="Send answers").click()
    expect(page.locator(".notice")).to_contain_text("Your answer helps us")
    told = page.evaluate("JSON.parse(Object.entries(localStorage).find(([, kept]) => kept.includes('cnv_'))[1])")
    log = httpx.get(
        f"{five_steps.url}/api/v1/conversations/{told['id']}/events",
        params={"after": 0},
        headers={"Authorization": f"Bearer {told['token']}"},
    ).json()["events"]
    surveys = [(e["type"], e["data"]["form"], e["data"].get("ces")) for e in log if e["type"].startswith("survey.")]
    assert surveys == [("survey.offered", "ces5", None), ("survey.answered", "ces5", 4)]
    for each in (agents, theirs):
        each.close()


@pytest.mark.parametrize("wish", ["no-preference", "reduce"])
def test_who_wants_less_motion_gets_none(browser: Browser, five_steps: RunningStack, wish: str) -> None:
    context = browser.new_context(reduced_motion=wish)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(five_steps.url)
    page.get_by_role("button", name=LAUNCHER).click()
    expect(page.get_by_role("textbox", name="Write a message")).to_be_visible()
    in_widget = page.evaluate(MOTION)
    page.goto(f"{five_steps.url}/desk/")
    expect(page.get_by_label("E-mail")).to_be_visible()
    at_desk = page.evaluate(MOTION)
    if wish == "reduce":
        assert max(in_widget, at_desk) < 0.001
    else:
        assert min(in_widget, at_desk) >= 0.1
    context.close()
