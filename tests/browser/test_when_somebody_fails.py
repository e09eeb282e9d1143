"""Somebody does not come through: an offer is passed by, a line is cut, the assistant is dead, a mail is refused.

Each as the customer reads it and as the colleagues do. The stack is one of short times, so that nobody waits for long.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace

import httpx
import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import shoot
from tests.browser.editor import tab_to
from tests.browser.test_accessibility import in_both_themes
from tests.browser.test_desk import WIDE, Customers
from tests.browser.test_story import Desk, Widget, customer_with
from tests.support.beside import beside
from tests.support.line import Line, line
from tests.support.running import RunningStack, running_stack
from tests.support.smtp import MailServer, mail_server
from tests.support.waiting import eventually_now

WAITS_FOR_CLOCKS = True
pytestmark = pytest.mark.browser

OFFER_S, AGAIN_S, GRACE_S, PATIENCE_S = 20, 3, 12, 20
SHORT = {
    "FRONTDESK_OFFER_FOR": OFFER_S,
    "FRONTDESK_OFFER_AGAIN_AFTER": AGAIN_S,
    "FRONTDESK_DISCONNECT_GRACE": GRACE_S,
    "FRONTDESK_TURN_DEADLINE": PATIENCE_S / 2,
    "FRONTDESK_TURN_PATIENCE": PATIENCE_S,
}
WITHIN_MS = 90_000
"""More than the 45 s of a last sign of life, the grace and a crowded machine take together."""


@pytest.fixture(scope="module")
def mails() -> Iterator[MailServer]:
    with beside(mail_server()) as server:
        yield server


@pytest.fixture(scope="module")
def hurried(mails: MailServer) -> Iterator[RunningStack]:
    post = {"MAIL_URL": f"smtp+plain://127.0.0.1:{mails.port}", "MAIL_FROM": "answers@oberlarn.example"}
    with running_stack(**post, **{name: str(value) for name, value in SHORT.items()}) as running:
        yield running


def at_desk(browser: Browser, stack: RunningStack, name: str) -> Desk:
    """This colleague of the demo, signed in."""
    person = next(each for each in stack.demo()["agents"] if each["name"] == name)
    context = browser.new_context(viewport=WIDE, bypass_csp=True)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    return Desk(context.new_page(), stack, person=person)


def offer(desk: Desk, said: str) -> Locator:
    return desk.page.get_by_role("region", name="Offered to you").locator(".offer", has_text=said)


def story(desk: Desk) -> Locator:
    return desk.page.get_by_role("region", name="Messages")


def said_so_far(widget: Widget) -> list[str]:
    return widget.messages.locator(".bubble").all_inner_texts()


def whose_turn(desks: list[Desk], said: str) -> Desk:
    """At whose desk alone it stands: while it passes from one to the other, both pages may show it for a moment."""

    def only() -> Desk | None:
        found = [desk for desk in desks if offer(desk, said).is_visible()]
        return found[0] if len(found) == 1 else None

    return eventually_now("it is offered to one", only, WITHIN_MS / 1000)  # type: ignore[no-any-return]


def test_an_offer_declined_and_one_passed_by_go_on_and_the_customer_only_waits(
    browser: Browser, hurried: RunningStack
) -> None:
    desks = [at_desk(browser, hurried, name) for name in ("Mira Solberg", "Adèle Marchand")]
    customer, order = customer_with(hurried, "in_transit")
    said = f"where is my order {order['id']} now?"
    widget = Customers(browser, hurried).wait(customer, said)
    first = whose_turn(desks, said)
    [second] = [desk for desk in desks if desk is not first]
    told = said_so_far(widget)

    # Declined: it is the colleague's turn, and it stands in the story who passed it by.
    tab_to(first.page, offer(first, said).get_by_role("button", name=re.compile("^Decline")))
    first.page.keyboard.press("Enter")
    expect(offer(first, said)).to_have_count(0)
    expect(offer(second, said)).to_contain_text(re.compile(r"\d+ s left"))
    shoot(second.page, "desk-offer-second")
    row = first.page.get_by_role("region", name="Waiting").get_by_role("button", name=re.compile(re.escape(said)))
    row.click()
    expect(story(first).get_by_text(f"{first.name} declined")).to_be_visible()

    # Passed by: nobody pressed anything.
    expect(offer(second, said)).to_have_count(0, timeout=WITHIN_MS)
    expect(story(first).get_by_text("A colleague did not answer in time").first).to_be_visible()
    shoot(first.page, "desk-offer-declined")
    assert in_both_themes(first.page) == []

    # Of all that the customer reads nothing but their place.
    expect(widget.owner).to_contain_text(re.compile(r"number 1 in line|next"))
    assert said_so_far(widget) == told
    for desk in desks:
        expect(widget.page.get_by_text(desk.name)).to_have_count(0)
    assert in_both_themes(widget.page) == []

    # Everybody has passed it by, so it begins anew, and whose turn it is takes it.
    taker = whose_turn(desks, said)
    offer(taker, said).get_by_role("button", name=re.compile("^Accept")).press("Enter")
    expect(widget.owner).to_have_text(f"You’re talking with {taker.name}")
    expect(widget.messages.get_by_text(f"{taker.name} joined the conversation")).to_be_visible()
    taker.reply("It is with the carrier, I looked.")
    widget.messages.get_by_text("It is with the carrier, I looked.").wait_for()
    taker.close("Looked it up")
    expect(taker.page.get_by_text("This conversation is closed.")).to_be_visible()


def offline(desk: Desk, cable: Line) -> None:
    """The browser says that it is offline, and nothing that it left open stays."""
    desk.page.context.set_offline(True)
    cable.cut()
    expect(desk.page.get_by_text("You are offline.")).to_be_visible()


def online(desk: Desk, cable: Line) -> None:
    cable.mend()
    desk.page.context.set_offline(False)
    expect(desk.page.get_by_text("You are offline.")).to_be_hidden()


def wait_until_missed(stack: RunningStack, desk: Desk) -> None:
    """Until the colleagues see that they are gone: from then on the grace runs."""
    lead = next(each for each in stack.demo()["agents"] if "lead" in each["roles"])
    with httpx.Client(base_url=f"{stack.url}/api/v1", timeout=20) as calls:
        signed = calls.post("/session", json={"email": lead["email"], "password": lead["password"]})
        calls.headers["Authorization"] = f"Bearer {signed.raise_for_status().json()['token']}"

        def look() -> str:
            people = calls.get("/agents").raise_for_status().json()["agents"]
            return str(next(each["presence"] for each in people if each["name"] == desk.name))

        eventually_now(f"{desk.name} is missed", lambda: look() == "offline", WITHIN_MS / 1000)


def test_who_comes_back_in_time_keeps_the_conversation_and_who_does_not_loses_it(
    browser: Browser, hurried: RunningStack
) -> None:
    port = httpx.URL(hurried.url).port
    assert port is not None
    with ExitStack() as cables:
        lines = [cables.enter_context(beside(line(port))) for _ in range(2)]
        back, away = (
            at_desk(browser, replace(hurried, url=f"http://127.0.0.1:{each.port}"), name)
            for each, name in zip(lines, ("Mira Solberg", "Adèle Marchand"), strict=True)
        )
        customers = Customers(browser, hurried)
        talks = []
        for desk, status in ((back, "delayed"), (away, "shipped")):
            customer, order = customer_with(hurried, status)
            said = f"what is with my order {order['id']}?"
            widget = customers.wait(customer, said)
            desk.take(customer["name"], said)
            desk.reply("I am asking the carrier.")
            widget.messages.get_by_text("I am asking the carrier.").wait_for()
            expect(widget.owner).to_have_text(f"You’re talking with {desk.name}")
            talks.append((widget, customer["name"], said))
        (kept, _, _), (lost, name, said) = talks
        away.page.get_by_role("textbox", name=re.compile("^Reply")).fill("It stands in Graz since")

        for desk, cable in zip((back, away), lines, strict=True):
            offline(desk, cable)
        shoot(away.page, "desk-cut-off")
        wait_until_missed(hurried, back)
        online(back, lines[0])

        # The one who stayed away: the customer reads what happens, and then who goes on.
        expect(lost.messages.get_by_text("My colleague had to step away, so the next one takes over.")).to_be_visible(
            timeout=WITHIN_MS
        )
        expect(lost.owner).to_contain_text("line")
        assert in_both_themes(lost.page) == []
        shoot(lost.page, "widget-line-lost")
        next_one = at_desk(browser, hurried, "Idris Kaya")
        next_one.take(name, said)
        expect(story(next_one).get_by_text(f"{away.name} lost it: connection gone")).to_be_visible()
        expect(lost.owner).to_have_text(f"You’re talking with {next_one.name}")
        next_one.reply("I go on here: it comes tomorrow.")
        lost.messages.get_by_text("I go on here: it comes tomorrow.").wait_for()

        # The one who was back in time goes on as if nothing had been.
        expect(kept.owner).to_have_text(f"You’re talking with {back.name}")
        expect(kept.messages.get_by_text("step away")).to_have_count(0)
        back.reply("The carrier says: on Friday.")
        kept.messages.get_by_text("The carrier says: on Friday.").wait_for()

        # Whoever comes back too late reads who has it, and what was said meanwhile.
        online(away, lines[1])
        expect(away.page.get_by_text(f"{next_one.name} has this conversation.")).to_be_visible()
        expect(away.page.get_by_role("textbox", name=re.compile("^Reply"))).to_have_count(0)
        expect(story(away).get_by_text("I go on here: it comes tomorrow.")).to_be_visible()
        assert in_both_themes(away.page) == []
        shoot(away.page, "desk-back-too-late")
        back.close("Told the day")
        next_one.close("Told the day")
        expect(next_one.page.get_by_text("This conversation is closed.")).to_be_visible()


def test_an_assistant_that_does_not_answer_says_so_and_a_person_does(browser: Browser, hurried: RunningStack) -> None:
    desk = at_desk(browser, hurried, "Ruth Ahlgren")
    widget = Widget(browser.new_context(bypass_csp=True).new_page(), hurried.url)
    widget.open()
    widget.say("How do I wash my down jacket?")
    expect(widget.messages.locator(".sources a").last).to_be_visible()

    assistant = hurried.process_of("bot")
    os.kill(assistant, signal.SIGSTOP)
    try:
        said = "And can I iron its shell afterwards?"
        widget.say(said)
        widget.expect_bot("I have your message and I'm still working on it.")
        shoot(widget.page, "widget-still-working")
        failed = widget.messages.get_by_text("I couldn't work that out just now, and I won't guess.")
        expect(failed).to_be_visible(timeout=WITHIN_MS)
        expect(widget.owner).to_contain_text("line")
        assert in_both_themes(widget.page) == []
        shoot(widget.page, "widget-assistant-failed")

        # Why, for those who repair it; what was said, for those who answer. Nothing has to be asked again.
        desk.take("", said)
        expect(story(desk).get_by_text("The assistant could not answer").first).to_be_visible()
        expect(story(desk).get_by_text("It did not answer in time").first).to_be_visible()
        expect(story(desk).get_by_text(said).first).to_be_visible()
        assert in_both_themes(desk.page) == []
        shoot(desk.page, "desk-assistant-failed")
        desk.reply("On the lowest step, yes, with a cloth between.")
        widget.messages.get_by_text("On the lowest step, yes").wait_for()
        expect(widget.owner).to_have_text(f"You’re talking with {desk.name}")
        assert said_so_far(widget).count(said) == 1
    finally:
        with suppress(ProcessLookupError):  # on a slow machine the supervisor has replaced it by now
            os.kill(assistant, signal.SIGCONT)
    desk.close("Answered from the label")
    expect(desk.page.get_by_text("This conversation is closed.")).to_be_visible()

    # The next customer has the assistant back.
    fresh = Widget(browser.new_context(bypass_csp=True).new_page(), hurried.url)
    fresh.open()
    fresh.say("How do I wash my down jacket?")
    expect(fresh.messages.locator(".sources a").last).to_be_visible(timeout=WITHIN_MS)


def test_a_refused_mail_is_told_to_who_wrote_it_and_sent_again(
    browser: Browser, hurried: RunningStack, mails: MailServer
) -> None:
    page = browser.new_context(bypass_csp=True).new_page()
    widget = Widget(page, hurried.url)
    widget.open()
    page.get_by_role("button", name="Talk to a person").click()
    page.get_by_role("button", name="Leave a message").click(timeout=WITHIN_MS)
    page.get_by_role("textbox", name="E-mail").fill("mara@example.com")
    left = "My stove came without its hose."
    page.get_by_role("textbox", name="Your message").fill(left)
    page.get_by_role("button", name="Leave this message").click()
    expect(widget.messages.locator(".from-customer")).to_contain_text(left)
    page.goto("about:blank")

    mails.plan[:] = ["no_such_address"]
    desk = at_desk(browser, hurried, "Ruth Ahlgren")
    desk.take("", left)
    answer = "A hose is on its way to you, it comes on Friday."
    desk.reply(answer)
    refused = story(desk).get_by_role("status").filter(has_text="The mail server refuses the customer's address.")
    expect(refused).to_contain_text("Not sent.", timeout=WITHIN_MS)
    expect(refused).to_contain_text("It may be mistyped")
    assert in_both_themes(desk.page) == []
    shoot(desk.page, "desk-mail-failed")
    assert mails.taken == []

    # The address was right after all: the server takes it now, and with it the promise is kept.
    tab_to(desk.page, story(desk).get_by_role("button", name="Send it again"))
    desk.page.keyboard.press("Enter")
    expect(story(desk).get_by_text("Sent by e-mail.")).to_be_visible(timeout=WITHIN_MS)
    expect(story(desk).get_by_text("The promise is kept: the answer left by e-mail")).to_be_visible()
    [mail] = mails.taken
    assert (mail.to, answer in mail.text) == ("mara@example.com", True)
    desk.close("Sent a hose")
    expect(desk.page.get_by_text("This conversation is closed.")).to_be_visible()

    # Who comes back reads the answer where they asked, and nothing of the mail's trouble.
    page.goto(hurried.url)
    widget.open()
    expect(widget.messages.get_by_text(answer)).to_be_visible()
    expect(widget.messages.get_by_text("Not sent")).to_have_count(0)
    assert in_both_themes(page) == []
    shoot(page, "widget-mailed")
