"""A colleague changes their own password, without a mouse; what they sat at elsewhere is signed out."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SMALL, fits, shoot
from tests.browser.editor import member, tab_to
from tests.browser.test_accessibility import in_both_themes
from tests.browser.test_story import Desk
from tests.support.running import RunningStack

pytestmark = pytest.mark.browser

NEW = "seven quiet lighthouses"


def newcomer(stack: RunningStack) -> dict[str, Any]:
    """Somebody whom no other test signs in."""
    admin = member(stack, "admin")
    with httpx.Client(base_url=f"{stack.url}/api/v1", timeout=20) as calls:
        signed = calls.post("/session", json={"email": admin["email"], "password": admin["password"]})
        calls.headers["Authorization"] = f"Bearer {signed.raise_for_status().json()['token']}"
        body = {"name": "Per Lind", "email": "per.lind@oberlarn.example", "roles": ["agent"]}
        return body | {"password": calls.post("/team", json=body).raise_for_status().json()["password"]}


def fill(page: Page, **words: str) -> None:
    dialog = page.get_by_role("dialog", name="Change your password")
    for name, word in words.items():
        field = dialog.locator(f"[name={name}]")
        tab_to(page, field)
        field.fill(word)
    page.keyboard.press("Enter")


def test_ones_own_password_is_changed_at_the_desk(browser: Browser, stack: RunningStack) -> None:
    person = newcomer(stack)
    pages = [browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 860}).new_page() for _ in range(2)]
    here, elsewhere = (Desk(page, stack, person=person).page for page in pages)
    keyboard, dialog = here.keyboard, here.get_by_role("dialog", name="Change your password")
    keyboard.press("Control+k")
    keyboard.type("password")
    keyboard.press("Enter")
    expect(dialog).to_be_visible()
    assert in_both_themes(here) == []

    # What is refused is said beside its field, which then has the focus.
    fill(here, current=person["password"], new=NEW, twice="seven loud lighthouses")
    expect(dialog.get_by_role("alert")).to_have_text("The two do not match.")
    expect(dialog.locator("[name=twice]")).to_be_focused()
    fill(here, current="not it at all", twice=NEW)
    expect(dialog.locator("[name=current]")).to_be_focused()
    expect(dialog.get_by_role("alert")).to_be_visible()
    fill(here, current=person["password"], new="short", twice="short")
    expect(dialog.locator("[name=new]")).to_be_focused()
    here.set_viewport_size({"width": SMALL.width, "height": SMALL.height})
    assert in_both_themes(here) == []
    assert fits(here)
    shoot(here, "desk-password-refused-320")
    here.set_viewport_size({"width": 1280, "height": 860})

    fill(here, new=NEW, twice=NEW)
    expect(here.get_by_text("Your password is changed. Other sessions of yours have ended.")).to_be_visible()
    expect(dialog).to_have_count(0)
    expect(elsewhere.get_by_text("Your session has ended")).to_be_visible()
    Desk(browser.new_page(), stack, person=person | {"password": NEW})
