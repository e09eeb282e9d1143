"""A customer writes in a language that the agent does not read; a model that is a fake on loopback translates it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import shoot
from tests.browser.test_accessibility import in_both_themes
from tests.browser.test_desk import Customers, agent
from tests.knowledge.fake_llm import FakeModel, fake_model
from tests.support.running import RunningStack, running_stack

pytestmark = pytest.mark.browser

GERMAN = "Guten Tag, mein Paket sollte am 12. November kommen. Ich habe 89,90 Euro bezahlt und warte noch immer."
ENGLISH = "Good day, my parcel should have come on 12 November. I paid 89.90 euros and am still waiting."
MORE = "Ich habe das Geld schon vor 14 Tagen überwiesen und möchte jetzt bitte eine klare Antwort."
WRONG = "I transferred the money 41 days ago already and would now like a clear answer, please."


@pytest.fixture
def model() -> Iterator[FakeModel]:
    """Beside Playwright, which holds this thread."""
    loop, opened = asyncio.new_event_loop(), fake_model()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield asyncio.run_coroutine_threadsafe(opened.__aenter__(), loop).result()
    asyncio.run_coroutine_threadsafe(opened.__aexit__(None, None, None), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_an_agent_reads_what_is_in_another_language_beside_the_original(browser: Browser, model: FakeModel) -> None:
    model.says = ENGLISH
    with running_stack(KNOWLEDGE_LLM_URL=model.url, KNOWLEDGE_LLM_MODEL="fake") as stack:
        customer = stack.demo()["customers"][0]
        widget = Customers(browser, stack).wait(customer, GERMAN)
        desk = agent(browser, stack, "lead")
        page = desk.page
        desk.take(customer["name"], GERMAN)
        story = page.get_by_role("region", name="Messages")
        expect(page.get_by_text("1 message is in a language that is not yours.")).to_be_visible()
        assert in_both_themes(page) == []

        # Without a mouse; the original stays.
        page.get_by_role("heading", name=customer["name"]).first.click()
        page.keyboard.press("l")
        expect(story.get_by_text(ENGLISH)).to_be_visible()
        expect(story.get_by_text(GERMAN, exact=True)).to_be_visible()
        expect(story.get_by_text("Machine translation from German")).to_be_visible()
        expect(page.get_by_text(re.compile(r"Translated by a machine \(openai:fake\)"))).to_be_visible()
        shoot(page, "desk-translated")
        assert in_both_themes(page) == []

        # What comes meanwhile is translated too; one whose figures are not the customer's is not shown.
        model.says = WRONG
        widget.say(MORE)
        expect(story.get_by_text("a number in it is not the original’s")).to_be_visible()
        expect(story.get_by_text(WRONG)).to_have_count(0)
        shoot(page, "desk-translation-refused")
        assert in_both_themes(page) == []
        page.get_by_role("button", name="Show only the original").click()
        expect(story.get_by_text(ENGLISH)).to_have_count(0)
        expect(story.get_by_text(MORE)).to_be_visible()


def test_without_a_model_the_agent_is_told_that_there_is_none(browser: Browser, stack: RunningStack) -> None:
    customer = stack.demo()["customers"][1]
    Customers(browser, stack).wait(customer, GERMAN)
    desk = agent(browser, stack, "lead")
    desk.take(customer["name"], GERMAN)
    expect(desk.page.get_by_text("no language model is set up")).to_be_visible()
    expect(desk.page.get_by_role("button", name=re.compile("^Translate"))).to_have_count(0)
