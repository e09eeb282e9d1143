"""The insights pages: every number has its words, its table and its episodes, in both themes and on a small screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import SCREENS, Screen, fits, shoot
from tests.browser.editor import Asker
from tests.browser.test_accessibility import violations
from tests.browser.test_story import Desk
from tests.support.running import RunningStack
from tests.support.waiting import eventually_now

pytestmark = pytest.mark.browser

# Not `n`: an episode is eligible before its hand-over is kept.
COUNTED = """() => fetch('/api/v1/insights/summary').then((answer) => answer.json())
    .then((found) => found.metrics.find((each) => each.name === 'handover').hits > 0)"""


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_the_figures_are_there_and_open_their_episodes(browser: Browser, stack: RunningStack, screen: Screen) -> None:
    customer = Asker(stack.url)
    customer.ask("How do I wash a down jacket?")
    customer.want_person()
    context = browser.new_context(**screen.options())
    context.set_default_timeout(15_000)
    page = context.new_page()
    Desk(page, stack, role="lead")
    # The worker keeps the outcomes; it comes by every few seconds.
    eventually_now("the hand-over is counted", lambda: page.evaluate(COUNTED), within=60)
    page.get_by_role("link", name="Insights").click()
    expect(page.get_by_role("rowheader", name="Handed over", exact=True)).to_be_visible()
    expect(page.get_by_role("rowheader", name="Intercom Fin")).to_be_visible()
    expect(page.get_by_text("The judge has not been held against people's labels yet.")).to_be_visible()
    page.get_by_role("button", name="Hold it against people’s labels now").click()
    expect(page.get_by_text("nobody labelled an episode that ended in silence")).to_be_visible()
    found = {"figures": violations(page)}
    shoot(page, f"insights-{screen.name}")
    assert fits(page)
    expect(page.get_by_role("row", name="Hand-overs that were due")).to_contain_text("not labelled yet")
    page.get_by_role("row", name="Effort index from behaviour, mean").get_by_role("link").first.click()
    expect(page.get_by_role("button", name="Read and judge").first).to_be_visible()
    page.get_by_role("link", name="All figures").click()
    for section in page.locator("main section[aria-labelledby]").all():
        expect(section.locator("table"), section.get_attribute("aria-labelledby")).not_to_have_count(0)
        expect(section.get_by_role("link", name="CSV", exact=True)).to_have_count(1)
    page.locator("section[aria-labelledby=i-reasons]").locator("td").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Episodes, Reason of a hand-over")).to_be_visible()
    expect(page.get_by_role("button", name="Read and judge").first).to_be_visible()
    page.get_by_role("link", name="All figures").click()
    page.get_by_role("row", name="Handed over").get_by_role("link").first.click()
    expect(page.get_by_role("button", name="Read and judge").first).to_be_visible()
    found["episodes"] = violations(page)
    shoot(page, f"insights-episodes-{screen.name}")
    assert fits(page)
    page.get_by_role("link", name="All figures").click()
    expect(page.get_by_role("rowheader", name="Handed over", exact=True)).to_be_visible()
    side_by_side = page.locator("section[aria-labelledby=i-by]")
    side_by_side.locator("select").first.select_option("channel")
    side_by_side.locator("select").last.select_option("handover")
    expect(side_by_side.get_by_role("columnheader", name="Handed over")).to_be_visible()
    page.get_by_role("link", name="web", exact=True).click()
    expect(page.get_by_text("Channel: web alone.")).to_be_visible()
    expect(page.get_by_role("row", name="Handed over").get_by_role("link").first).to_be_visible()
    found["one channel"] = violations(page)
    shoot(page, f"insights-channel-{screen.name}")
    page.get_by_role("link", name="Show all").click()
    expect(page.get_by_text("Channel: web alone.")).to_have_count(0)
    assert fits(page)
    assert found == {"figures": [], "episodes": [], "one channel": []}
    context.close()
