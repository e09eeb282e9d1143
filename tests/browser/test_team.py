"""The team page: an administrator adds a colleague, changes them beside another administrator, and switches them off
while they sit at their desk. By keyboard, and nothing for axe-core in either theme at 320 px.
"""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import LIGHT, SMALL, fits, shoot
from tests.browser.editor import member, tab_to
from tests.browser.test_accessibility import violations
from tests.browser.test_story import Desk
from tests.support.running import RunningStack

pytestmark = pytest.mark.browser

CLEO = "cleo.brandt@oberlarn.example"


class Looked:
    """What axe-core found and what did not fit, in both themes on a small screen; the page goes on as it was."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []

    def at(self, name: str) -> None:
        self.page.set_viewport_size({"width": SMALL.width, "height": SMALL.height})
        for theme in ("light", "dark"):
            self.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            self.problems += [f"{name} {theme}: {each}" for each in violations(self.page)]
            shoot(self.page, f"team-{name}-320-{theme}")
        if not fits(self.page):
            self.problems.append(f"{name} scrolls sideways")
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": LIGHT.width, "height": LIGHT.height})
        shoot(self.page, f"team-{name}")


def press(page: Page, place: Locator) -> None:
    tab_to(page, place)
    page.keyboard.press("Enter")


def test_an_administrator_keeps_the_team(browser: Browser, stack: RunningStack) -> None:
    context = browser.new_context(**LIGHT.options())
    context.set_default_timeout(15_000)
    page = context.new_page()
    admin, looked = Desk(page, stack, role="admin"), Looked(page)
    page.goto(f"{stack.url}/desk/#/team")
    rows = page.get_by_role("main").get_by_role("listitem")
    own = rows.filter(has_text=admin.name)
    expect(own).to_contain_text("Online")
    expect(own).to_contain_text(re.compile(r"\d+ of \d+"))
    page.get_by_role("searchbox").fill("zzzz")
    expect(page.get_by_role("heading", name="Nobody matches")).to_be_visible()
    looked.at("nobody")
    page.get_by_role("searchbox").fill("")

    # Somebody new, by keyboard; the address is somebody else's first.
    press(page, page.get_by_role("button", name="Add a colleague"))
    dialog = page.get_by_role("dialog")
    tab_to(page, dialog.get_by_label("Name"))
    page.keyboard.type("Cleo Brandt")
    page.keyboard.press("Tab")
    page.keyboard.type(member(stack, "qa")["email"])
    tab_to(page, dialog.get_by_label(re.compile("^Senior")))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    email = dialog.get_by_label("E-mail")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody else signs in with that e-mail")
    looked.at("refused")
    email.fill(CLEO)
    page.keyboard.press("Enter")
    shown = dialog.get_by_label("Password")
    password = shown.input_value()
    assert re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", password)
    looked.at("password")
    page.keyboard.press("Escape")
    row = rows.filter(has_text="Cleo Brandt")
    expect(row).to_contain_text("Senior")
    expect(row).to_contain_text("Not here")

    # They sit down at their desk, and are seen there.
    theirs = browser.new_context(**LIGHT.options())
    desk = theirs.new_page()
    desk.goto(f"{stack.url}/desk/")
    desk.get_by_label("E-mail").fill(CLEO)
    desk.get_by_label("Password").fill(password)
    desk.get_by_role("button", name="Sign in").click()
    expect(desk.get_by_role("searchbox")).to_be_visible()
    expect(desk.get_by_role("link", name="Team")).to_have_count(0)

    # Two administrators at once: the second keeps what they wrote, and sees what moved.
    press(page, page.get_by_role("button", name="Change Cleo Brandt"))
    dialog.get_by_label("Skills").fill("delivery, returns")
    other(stack, {"capacity": 2})
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("meanwhile (Conversations at once)")
    expect(dialog.get_by_label("Conversations at once")).to_have_value("2")
    expect(dialog.get_by_label("Skills")).to_have_value("delivery, returns")
    looked.at("conflict")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(row).to_contain_text("Online")
    expect(row).to_contain_text("0 of 2")

    # Nobody locks everybody out, themselves included.
    press(page, page.get_by_role("button", name=f"Change {admin.name}"))
    dialog.get_by_label(re.compile("^Administrator")).uncheck()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("is the only administrator")
    press(page, dialog.get_by_role("button", name="Switch off…"))
    press(page, dialog.get_by_role("button", name="Switch off", exact=True))
    expect(dialog.get_by_role("alert")).to_contain_text("You cannot switch yourself off")
    page.keyboard.press("Escape")

    # Off: their desk, which is open, closes.
    press(page, page.get_by_role("button", name="Change Cleo Brandt"))
    press(page, dialog.get_by_role("button", name="Switch off…"))
    looked.at("switch-off")
    press(page, dialog.get_by_role("button", name="Switch off", exact=True))
    expect(row).to_contain_text("Switched off")
    expect(desk.get_by_text("Your session has ended")).to_be_visible()
    looked.at("list")
    for each in (context, theirs):
        each.close()
    assert looked.problems == []


def other(stack: RunningStack, change: dict[str, Any]) -> None:
    """Another administrator's change of Cleo, at the same moment."""
    admin = member(stack, "admin")
    with httpx.Client(base_url=f"{stack.url}/api/v1", timeout=20) as calls:
        signed = calls.post("/session", json={"email": admin["email"], "password": admin["password"]})
        calls.headers["Authorization"] = f"Bearer {signed.raise_for_status().json()['token']}"
        people = calls.get("/team").raise_for_status().json()["people"]
        cleo = next(each for each in people if each["email"] == CLEO)
        calls.patch(f"/team/{cleo['id']}", json={"version": cleo["version"], **change}).raise_for_status()
