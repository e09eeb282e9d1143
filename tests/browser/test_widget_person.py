"""The widget's human half in a real Chromium: nobody there, and a person from the first word to the second visit.

Every state is looked at by axe-core in both themes, and kept as a picture.
"""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from handoff.notices.catalogue import notices_for
from tests.browser.conftest import ZOOMED, fits, shoot
from tests.browser.test_accessibility import violations
from tests.browser.test_story import LAUNCHER, Desk, Widget, customer_with
from tests.browser.test_widget import picture
from tests.support.running import RunningStack

pytestmark = pytest.mark.browser

NUMBER = "+43 1 58058"
TOLD_WITHIN_MS = 15_000
"""Nobody is said to be away in the first seconds: a colleague may just be coming back."""


@pytest.fixture
def nobody(stack: RunningStack) -> RunningStack:
    """Everybody has signed out: earlier tests may have left somebody at the desk."""
    with httpx.Client(base_url=f"{stack.url}/api/v1") as client:
        for agent in stack.demo()["agents"]:
            opened = client.post("/session", json={"email": agent["email"], "password": agent["password"]})
            assert opened.status_code == httpx.codes.OK, opened.text
            client.delete("/session", headers={"Authorization": f"Bearer {opened.json()['token']}"})
    return stack


def check(page: Page, name: str) -> None:
    found = violations(page)
    shoot(page, f"widget-{name}")
    assert found == [], name
    assert fits(page), name


def test_nobody_is_there_and_a_message_is_left(themed: tuple[BrowserContext, str], nobody: RunningStack) -> None:
    context, theme = themed
    page = context.new_page()
    widget = Widget(page, nobody.url)
    widget.open()
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.locator("#owner")).to_contain_text("Nobody is at the desk just now", timeout=TOLD_WITHIN_MS)
    offer = page.get_by_role("group", name="How shall we go on?")
    expect(offer).to_be_visible()
    check(page, f"nobody-{theme}")

    offer.get_by_role("button", name="Leave a message").click()
    address = page.get_by_role("textbox", name="E-mail")
    expect(page.get_by_role("radio", name="E-mail")).to_be_focused()
    check(page, f"leave-{theme}")
    address.fill("mara at example")
    page.get_by_role("button", name="Leave this message").click()
    expect(address).to_be_focused()
    expect(address).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_contain_text("name@example.com")
    check(page, f"leave-refused-{theme}")
    address.fill("mara@example.com")
    page.get_by_role("button", name="Leave this message").click()
    expect(page.get_by_role("textbox", name="Your message")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("in a few words")
    page.get_by_role("textbox", name="Your message").fill("My tent arrived without its poles.")

    page.get_by_role("button", name="Back to the conversation").click()
    offer.get_by_role("button", name="Leave a message").click()
    expect(address).to_have_value("mara@example.com")
    page.get_by_role("button", name="Leave this message").click()
    expect(page.get_by_text(re.compile(r"answer mara@example\.com by .+ Your place in line is kept"))).to_be_visible()
    expect(widget.messages.locator(".from-customer")).to_contain_text("without its poles")
    check(page, f"left-{theme}")


def test_a_number_is_left_with_the_keyboard_alone_at_320_px(browser: Browser, nobody: RunningStack) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    page.goto(nobody.url)
    page.get_by_role("button", name=LAUNCHER).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Talk to a person")).to_be_focused()
    page.keyboard.press("Enter")
    leave = page.get_by_role("button", name="Leave a message")
    expect(leave).to_be_visible(timeout=TOLD_WITHIN_MS)
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    page.keyboard.type("My stove leaks.")
    page.keyboard.press("Enter")
    expect(page.locator(".from-customer")).to_contain_text("My stove leaks.")
    check(page, "320-nobody")
    leave.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="E-mail")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Phone")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("01 58058")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("with its country")
    expect(page.get_by_role("textbox", name="Phone")).to_be_focused()
    check(page, "320-leave")
    page.keyboard.press("Control+A")
    page.keyboard.type(NUMBER)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"We’ll call {NUMBER} by")).to_be_visible()
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    check(page, "320-left")
    context.close()


def test_who_would_rather_wait_keeps_the_place(page: Page, nobody: RunningStack) -> None:
    widget = Widget(page, nobody.url)
    widget.open()
    page.get_by_role("button", name="Talk to a person").click()
    page.get_by_role("button", name="Keep my place").click()
    expect(page.locator(".notice")).to_contain_text("Your place is kept. We answer here")
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    expect(page.get_by_role("button", name="Leave a message")).to_be_visible()
    page.get_by_role("button", name="Leave a message").click()
    expect(page.get_by_role("radio", name="E-mail")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Leave a message")).to_be_visible()


def test_a_person_from_the_first_word_to_the_answered_survey(
    themed: tuple[BrowserContext, str], browser: Browser, nobody: RunningStack
) -> None:
    """Two browsers: place, a name, both write, a file, an end that was none, the same episode again, a survey."""
    context, theme = themed
    agents = browser.new_context(viewport={"width": 1440, "height": 900})
    agents.set_default_timeout(20_000)
    desk = Desk(agents.new_page(), nobody)
    page = context.new_page()
    customer, _ = customer_with(nobody, "delivered")
    widget = Widget(page, nobody.url)
    widget.sign_in_as(customer["name"])
    widget.open()
    # No order is named: what one customer says of one order is one issue, and asked about once.
    said = f"The buckle of my {theme} backpack broke"
    widget.say(said)
    widget.expect_bot(re.compile("."))
    page.locator(".foot").get_by_role("button", name="Talk to a person").click()
    expect(page.locator("#owner")).to_contain_text(re.compile(r"number \d+ in line"))
    check(page, f"person-waiting-{theme}")

    desk.take(customer["name"], said)
    expect(page.locator("#owner")).to_have_text(f"You’re talking with {desk.name}")
    expect(widget.messages.get_by_text(f"{desk.name} joined the conversation")).to_be_visible()
    desk.page.get_by_role("textbox", name=re.compile("^Reply")).press_sequentially("One moment")
    expect(page.get_by_text(f"{desk.name} is writing")).to_be_attached()
    check(page, f"person-typing-{theme}")
    desk.reply("One moment, I'm looking at it.")
    widget.messages.get_by_text("One moment, I'm looking at it.").wait_for()
    spoken = page.locator("[aria-live=polite] p").filter(has_text="One moment, I'm looking at it.")
    expect(spoken).to_have_count(1)

    page.get_by_role("textbox", name="Write a message").press_sequentially("Here")
    expect(desk.page.get_by_text(re.compile(r"is (writing|typing)")).first).to_be_attached()
    page.locator("input[type=file]").set_input_files(
        [{"name": "buckle.png", "mimeType": "image/png", "buffer": picture()}]
    )
    widget.say("Here is a picture")
    expect(desk.page.get_by_role("link", name=re.compile(r"buckle\.png"))).to_be_visible()
    check(page, f"person-file-{theme}")

    desk.close("Sent a new buckle")
    expect(page.locator("#owner")).to_have_text("This conversation has ended")
    # The picture came late, and the question stands below it all the same.
    expect(page.get_by_role("button", name="Not yet")).to_be_in_viewport(ratio=1)
    check(page, f"person-closed-{theme}")
    page.get_by_role("button", name="Not yet").click()
    expect(widget.messages.get_by_text("This conversation is open again")).to_be_visible()
    expect(page.locator("#owner")).to_contain_text(re.compile("in line"))
    check(page, f"person-again-{theme}")
    desk.take(customer["name"], "Here is a picture")
    expect(page.locator("#owner")).to_have_text(f"You’re talking with {desk.name}")
    desk.reply("A whole new belt is on its way.")
    widget.messages.get_by_text("A whole new belt is on its way.").wait_for()
    desk.close("Sent a new belt")
    page.get_by_role("button", name="Yes", exact=True).click()

    survey = page.get_by_role("form", name="Two short questions")
    expect(survey.get_by_text("made it easy for me to handle my issue")).to_be_visible()
    expect(survey.get_by_role("group")).to_have_count(1)
    check(page, f"survey-effort-{theme}")
    survey.get_by_role("radio", name=re.compile("^6")).press("Space")
    survey.get_by_role("group").nth(1).get_by_role("radio", name=re.compile("^4")).press("Space")
    survey.get_by_role("textbox").fill("Quick, in the end.")
    if theme != ZOOMED.name:  # there it takes a scroll
        expect(survey.get_by_role("button", name="Send answers")).to_be_in_viewport(ratio=1)
    check(page, f"survey-whole-{theme}")
    survey.get_by_role("button", name="Send answers").click()
    expect(page.locator(".notice")).to_contain_text("Your answer helps us")
    expect(survey).to_be_hidden()
    page.reload()
    widget.open()
    expect(widget.messages.get_by_text("A whole new belt is on its way.")).to_be_visible()
    expect(page.get_by_role("form", name="Two short questions")).to_have_count(0)

    told = page.evaluate("JSON.parse(Object.entries(localStorage).find(([, kept]) => kept.includes('cnv_'))[1])")
    log = httpx.get(
        f"{nobody.url}/api/v1/conversations/{told['id']}/events",
        params={"after": 0},
        headers={"Authorization": f"Bearer {told['token']}"},
    ).json()["events"]
    offered = [event["data"]["episode_id"] for event in log if event["type"] == "survey.offered"]
    answered = [event["data"] for event in log if event["type"] == "survey.answered"]
    assert [(each["episode_id"], each["ces"], each["csat"]) for each in answered] == [(offered[-1], 6, 4)]
    assert len(set(offered)) == 1
    agents.close()


@pytest.mark.parametrize(
    ("locale", "launcher", "person", "leave", "message", "send", "failed"),
    [
        (
            *("de-AT", "Schreiben Sie uns", "Mit einem Menschen sprechen", "Nachricht hinterlassen"),
            *("Ihre Nachricht", "Nachricht hinterlassen", "konnte gerade nicht gesendet werden"),
        ),
        (
            *("es-ES", "Escríbenos", "Hablar con una persona", "Dejar un mensaje"),
            *("Tu mensaje", "Dejar este mensaje", "no se ha podido enviar ahora"),
        ),
    ],
)
def test_a_message_is_left_in_the_browsers_language_and_over_a_cut(
    browser: Browser,
    nobody: RunningStack,
    locale: str,
    launcher: str,
    person: str,
    leave: str,
    message: str,
    send: str,
    failed: str,
) -> None:
    context = browser.new_context(
        locale=locale, viewport={"width": 320, "height": 640}, reduced_motion="reduce", bypass_csp=True
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(nobody.url)
    page.get_by_role("button", name=launcher).click()
    page.get_by_role("button", name=person).click()
    page.get_by_role("button", name=leave).click()
    page.get_by_role("textbox", name="E-Mail" if locale[:2] == "de" else "Correo").fill("mara@example.com")
    page.get_by_role("textbox", name=message).fill("Kocher / hornillo")
    check(page, f"320-leave-{locale[:2]}")
    assert page.locator(".messages").evaluate("(area) => area.scrollWidth <= area.clientWidth")
    context.set_offline(True)
    page.get_by_role("button", name=send, exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(failed)
    context.set_offline(False)
    page.get_by_role("button", name=send, exact=True).click()
    expect(page.locator(".waiting")).to_contain_text("mara@example.com")
    expect(page.locator(".from-customer")).to_have_count(1)
    told, _, _ = notices_for(locale).left_email.partition("{when}")
    expect(page.locator(".from-system").last).to_contain_text(told.strip())
    check(page, f"320-left-{locale[:2]}")
    context.close()


def test_somebody_comes_while_a_message_is_being_written(browser: Browser, page: Page, nobody: RunningStack) -> None:
    # A customer of this test alone: nothing that others left is met.
    customer = nobody.demo()["customers"][8]
    widget = Widget(page, nobody.url)
    widget.sign_in_as(customer["name"])
    widget.open()
    page.get_by_role("button", name="Talk to a person").click()
    page.get_by_role("button", name="Leave a message").click()
    expect(page.get_by_role("radio", name="from your account")).to_be_checked()
    page.get_by_role("textbox", name="Your message").fill("The zip of my jacket is stuck.")
    agents = browser.new_context()
    agents.set_default_timeout(20_000)
    desk = Desk(agents.new_page(), nobody)
    desk.take(customer["name"])
    expect(page.get_by_role("status").filter(has_text=f"You’re talking with {desk.name}")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Your message")).to_be_focused()
    shoot(page, "widget-leave-agent-came")
    page.get_by_role("button", name="Send it in the chat").click()
    expect(desk.page.get_by_text("The zip of my jacket is stuck.").first).to_be_visible()
    expect(widget.messages.locator(".from-customer")).to_contain_text("The zip of my jacket is stuck.")
    desk.close("Explained how to wax it")
    agents.close()
