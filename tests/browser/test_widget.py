"""The widget's own stories in a real Chromium: files, search, earlier conversations, languages, the keyboard alone.

Every state is looked at by axe-core in both themes and at 320 px, and kept as a picture.
"""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import fits, shoot
from tests.browser.test_accessibility import violations
from tests.browser.test_story import LAUNCHER, Widget, customer_with
from tests.support.running import RunningStack
from tests.support.waiting import eventually_now

pytestmark = pytest.mark.browser


def picture(side: int = 16) -> bytes:
    """A small PNG, drawn here."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(c for x in range(side) for c in (40 + x * 10, 110, 90 + y * 8)) for y in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def check(page: Page, name: str) -> None:
    found = violations(page)
    shoot(page, f"widget-{name}")
    assert found == [], name
    assert fits(page), name


def test_every_state_before_a_person_comes(themed: tuple[BrowserContext, str], stack: RunningStack) -> None:
    context, theme = themed
    page = context.new_page()
    customer, order = customer_with(stack, "delayed")
    widget = Widget(page, stack.url)
    widget.sign_in_as(customer["name"])
    expect(page.get_by_role("button", name=re.compile("is late"))).to_be_visible()
    check(page, f"greeting-{theme}")
    widget.open()
    expect(page.get_by_role("button", name=f"Where is my order {order['id']}?")).to_be_visible()
    check(page, f"welcome-{theme}")

    page.get_by_role("button", name="More").click()
    check(page, f"menu-{theme}")
    page.get_by_role("button", name="Search help articles").click()
    page.get_by_role("searchbox").fill("wash a down jacket")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(".articles a").first).to_be_visible()
    assert "/help/" in (page.locator(".articles a").first.get_attribute("href") or "")
    check(page, f"search-{theme}")
    page.get_by_role("searchbox").fill("zeppelin flights over the ocean")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("status").filter(has_text=re.compile("No article|Nothing was found"))).to_be_visible()
    check(page, f"search-nothing-{theme}")
    page.get_by_role("button", name="Back to the conversation").click()

    page.locator("input[type=file]").set_input_files(
        [
            {"name": "torn seam.png", "mimeType": "image/png", "buffer": picture()},
            {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": b"<svg><script>alert(1)</script></svg>"},
        ]
    )
    expect(page.get_by_text("This kind of file can't be attached.")).to_be_visible()
    check(page, f"uploads-{theme}")
    page.get_by_role("button", name="Remove logo.svg").click()
    widget.say("The seam of my tent is torn")
    expect(page.get_by_role("button", name=re.compile("Save torn seam.png"))).to_be_visible()
    widget.expect_bot(re.compile("."))
    check(page, f"file-sent-{theme}")

    page.get_by_role("button", name="Talk to a person").click()
    expect(page.locator("#owner")).to_contain_text(re.compile("wait|line|desk|back", re.I))
    check(page, f"waiting-{theme}")

    page.get_by_role("button", name="More").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save this conversation").click()
    text = Path(saved.value.path()).read_text()
    assert "The seam of my tent is torn" in text
    assert "[torn seam.png]" in text
    # Somebody may still answer in this one, so it is asked first.
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Start a new conversation").click()
    expect(page.locator("#over")).to_contain_text("your place is kept")
    check(page, f"over-{theme}")
    page.get_by_role("button", name="Start a new conversation").click()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Earlier conversations").click()
    earlier = page.locator(".past button").first
    expect(earlier).to_be_visible()
    check(page, f"past-{theme}")
    earlier.click()
    widget.messages.get_by_text("The seam of my tent is torn").wait_for()


def test_every_state_without_a_connection_or_a_past(themed: tuple[BrowserContext, str], stack: RunningStack) -> None:
    context, theme = themed
    page = context.new_page()
    widget = Widget(page, stack.url)
    widget.sign_in_as(stack.demo()["customers"][-1]["name"])
    widget.open()
    page.route("**/customers/me/conversations", lambda route: route.fulfill(json={"conversations": []}))
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Earlier conversations").click()
    expect(page.get_by_text("You have no earlier conversations.")).to_be_visible()
    check(page, f"past-none-{theme}")
    page.get_by_role("button", name="Back to the conversation").click()

    # A page of the panel that cannot be fetched says so, and comes when it is asked for again.
    page.route("**/widget/Search-*", lambda route: route.abort())
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Search help articles").click()
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    check(page, f"part-failed-{theme}")
    page.get_by_role("button", name="Back to the conversation").click()

    widget.say("hello")
    expect(widget.messages.locator(".from-bot").first).to_be_visible()
    context.set_offline(True)
    widget.say("Are you still there?")
    expect(page.get_by_text("The connection is gone for a moment.")).to_be_visible()
    check(page, f"offline-{theme}")
    context.set_offline(False)
    expect(page.get_by_text("The connection is gone for a moment.")).to_be_hidden()
    page.route("**/messages", lambda route: route.abort())
    widget.say("Is anybody there?")
    expect(page.get_by_text("Not sent")).to_be_visible()
    check(page, f"not-sent-{theme}")
    page.unroute("**/messages")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    expect(page.get_by_text("Not sent")).to_be_hidden()


@pytest.mark.parametrize(
    ("locale", "launcher", "field", "person"),
    [
        ("de-DE", "Schreiben Sie uns", "Nachricht schreiben", "Mit einem Menschen sprechen"),
        ("es-ES", "Escríbenos", "Escribe un mensaje", "Hablar con una persona"),
    ],
)
def test_the_browsers_language_at_320_px(
    browser: Browser, stack: RunningStack, locale: str, launcher: str, field: str, person: str
) -> None:
    context = browser.new_context(
        locale=locale, viewport={"width": 320, "height": 640}, reduced_motion="reduce", bypass_csp=True
    )
    page = context.new_page()
    page.goto(stack.url)
    page.get_by_role("button", name=launcher).click()
    expect(page.get_by_role("textbox", name=field)).to_be_visible()
    expect(page.get_by_role("button", name=person)).to_be_visible()
    check(page, f"320-{locale[:2]}")
    context.close()


def test_the_keyboard_alone_and_each_message_spoken_once(browser: Browser, stack: RunningStack) -> None:
    context = browser.new_context(viewport={"width": 640, "height": 430}, device_scale_factor=2)  # 200 % of 1280 × 860
    page = context.new_page()
    page.goto(stack.url)
    page.get_by_role("button", name=LAUNCHER).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    page.keyboard.type("How do I wash a down jacket?")
    page.keyboard.press("Enter")
    expect(page.locator(".from-bot").first).to_be_visible()
    spoken = page.locator("[aria-live=polite] p")
    expect(spoken).to_have_count(1)
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Attach a file")).to_be_focused()
    page.get_by_role("button", name="More").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Search help articles")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="More")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Search help articles")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    shoot(page, "widget-zoom-200")
    box = page.get_by_role("region", name="Messages").bounding_box()
    assert box is not None
    assert box["height"] >= 430 / 2, "more than half of a low window is for the conversation"
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name=LAUNCHER)).to_be_focused()
    expect(spoken).to_have_count(1)
    context.close()


@pytest.mark.parametrize("width", [1280, 320])
def test_an_installation_that_asks_first(browser: Browser, stack: RunningStack, width: int) -> None:
    """The stack's own answer with the three questions added, as ``FRONTDESK_PRECHAT`` would."""
    context = browser.new_context(viewport={"width": width, "height": 720}, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()

    def asking(route: Route) -> None:
        answer = route.fetch()
        asked = answer.json() | {"prechat": ["name", "email", "topic"], "topics": ["An order", "A return"]}
        route.fulfill(response=answer, json=asked)

    page.route("**/api/v1/widget", asking)
    page.goto(stack.url)
    page.get_by_role("button", name=LAUNCHER).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    check(page, f"prechat-{width}")
    page.keyboard.type("Mara")
    page.keyboard.press("Tab")
    page.keyboard.type("not an address")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="E-mail")).to_be_focused()
    page.get_by_role("textbox", name="E-mail").fill("mara@example.com")
    page.get_by_role("button", name="Start the conversation").press("Enter")
    expect(page.get_by_role("textbox", name="Write a message")).to_be_focused()
    with page.expect_request("**/api/v1/conversations") as opened:
        page.keyboard.type("hello")
        page.keyboard.press("Enter")
    assert opened.value.post_data_json["about"] == {"name": "Mara", "email": "mara@example.com", "topic": "An order"}
    expect(page.locator(".from-bot").first).to_be_visible()
    context.close()


def test_a_host_pages_colours_font_and_corners(page: Page, stack: RunningStack) -> None:
    page.goto(stack.url)
    page.evaluate(
        """() => {
          const { style } = document.querySelector("frontdesk-widget");
          style.setProperty("--frontdesk-accent", "rgb(120, 20, 90)");
          style.setProperty("--frontdesk-accent-ink", "rgb(255, 250, 240)");
          style.setProperty("--frontdesk-font", "Georgia, serif");
          style.setProperty("--frontdesk-round", "3px");
        }"""
    )
    launcher = page.get_by_role("button", name=LAUNCHER)
    expect(launcher).to_have_css("background-color", "rgb(120, 20, 90)")
    expect(launcher).to_have_css("color", "rgb(255, 250, 240)")
    launcher.click()
    panel = page.get_by_role("dialog")
    expect(panel).to_have_css("font-family", "Georgia, serif")
    expect(panel).to_have_css("border-radius", "3px")
    shoot(page, "widget-host-theme")


def test_what_was_written_offline_is_there_after_a_reload(page: Page, stack: RunningStack) -> None:
    widget = Widget(page, stack.url)
    widget.open()
    page.route("**/api/v1/conversations", lambda route: route.abort())
    widget.say("Do you ship to Austria?")
    expect(page.get_by_text("Not sent")).to_be_visible()
    page.unroute("**/api/v1/conversations")
    page.reload()
    widget.open()
    expect(widget.messages.locator(".from-bot").first).to_be_visible()
    assert [each.strip() for each in widget.messages.locator(".from-customer .bubble").all_inner_texts()] == [
        "Do you ship to Austria?"
    ]


def test_a_host_page_is_told_and_may_ask(page: Page, stack: RunningStack) -> None:
    page.goto(stack.url)
    page.evaluate(
        """() => {
          window.heard = [];
          const widget = document.querySelector('frontdesk-widget');
          for (const name of ['open', 'close', 'message', 'conversation'])
            widget.on(name, (detail) => window.heard.push([name, detail]));
          window.off = widget.on('open', () => window.heard.push(['twice']));
          window.off();
          widget.open();
        }"""
    )
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.locator("#owner")).to_contain_text(re.compile("wait|line|desk|back", re.I))
    told = "window.heard.some(([name, told]) => name === 'conversation' && told.with === 'queue')"
    eventually_now("the page is told", lambda: page.evaluate(told))
    page.evaluate("document.querySelector('frontdesk-widget').logout()")
    expect(page.locator("#owner")).to_contain_text("The assistant answers at once")
    assert page.evaluate("Object.keys(localStorage).filter((key) => !key.endsWith(':said')).length") == 0
    page.evaluate("document.querySelector('frontdesk-widget').close()")
    expect(page.get_by_role("dialog")).to_be_hidden()
    heard = page.evaluate("window.heard")
    assert [name for name, *_ in heard if name in ("open", "close", "twice")] == ["open", "close"]
    assert ["conversation", {"with": "queue"}] in heard


def test_a_host_page_renews_a_proof_that_was_refused(page: Page, stack: RunningStack) -> None:
    given: list[str] = []

    def first_a_bad_one(route: Route) -> None:
        answer = route.fetch()
        token = answer.json()["identity_token"]
        given.append(token)
        route.fulfill(response=answer, json={"identity_token": token if len(given) > 1 else f"{token[:-4]}AAAA"})

    page.route("**/api/v1/demo/identity?*", first_a_bad_one)
    widget = Widget(page, stack.url)
    widget.sign_in_as(stack.demo()["customers"][3]["name"])
    widget.open()
    widget.say("Do you repair stoves?")
    expect(widget.messages.locator(".from-bot").first).to_be_visible()
    expect(page.locator(".from-customer")).to_have_count(1)
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Earlier conversations").click()
    expect(page.locator(".past button").first).to_be_visible()
    assert len(given) == 2, "asked for a fresh one, and once"
