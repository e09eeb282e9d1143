"""The desk's knowledge pages as an editor uses them."""

from __future__ import annotations

import re
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.support.running import RunningStack
from tests.support.waiting import eventually_now

TABS = 80
"""Presses of Tab after which a place counts as out of reach of the keyboard."""


def member(stack: RunningStack, role: str) -> dict[str, Any]:
    return next(person for person in stack.demo()["agents"] if role in person["roles"])


def context_for(browser: Browser, theme: str = "light", width: int = 1280, **more: Any) -> BrowserContext:
    context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": 860}, **more)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    return context


def tab_to(page: Page, place: Locator) -> None:
    """Reach ``place`` by pressing Tab, as somebody without a mouse does."""
    expect(place).to_be_visible()
    expect(place).to_be_enabled()
    for _ in range(TABS):
        if place.evaluate("each => each.getRootNode().activeElement === each", timeout=5_000):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{place} is not reached by the keyboard")


class Editor:
    """Signed in, by keyboard alone."""

    def __init__(self, page: Page, stack: RunningStack, role: str = "editor") -> None:
        self.page = page
        self.url = f"{stack.url}/desk/"
        person = member(stack, role)
        page.goto(f"{self.url}#/knowledge")
        tab_to(page, page.get_by_label("E-mail"))
        page.keyboard.type(person["email"])
        page.keyboard.press("Tab")
        page.keyboard.type(person["password"])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Articles")).to_be_visible()

    def open(self, place: str) -> None:
        self.page.goto(f"{self.url}#/knowledge/{place}")

    def press(self, place: Locator) -> None:
        tab_to(self.page, place)
        self.page.keyboard.press("Enter")

    def follow(self, name: str) -> None:
        self.press(self.page.get_by_role("link", name=name, exact=True))

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=True))

    @property
    def text(self) -> Locator:
        return self.page.get_by_role("textbox", name=re.compile("^Text of the article"))

    def add(self, *lines: str, at: str = "Control+End") -> None:
        """Write ``lines`` at a place of the article's text."""
        tab_to(self.page, self.text)
        self.page.keyboard.press(at)
        for line in lines:
            self.page.keyboard.insert_text(f"{line}\n")

    def note(self, why: str) -> None:
        """Say what changed and save with Enter."""
        tab_to(self.page, self.page.get_by_role("textbox", name="What did you change, and why?"))
        self.page.keyboard.type(why)
        self.page.keyboard.press("Enter")

    def ask(self, question: str) -> Locator:
        """The playground's verdict about ``question``."""
        self.follow("Playground")
        tab_to(self.page, self.page.get_by_label("Question"))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(question)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_text(f"“{question}”").first).to_be_visible()
        return self.page.get_by_role("status", name="Answer")


class Asker:
    """A customer, without a page: the questions whose answers the editor changes."""

    def __init__(self, url: str, identity_token: str | None = None) -> None:
        self._client = httpx.Client(base_url=f"{url}/api/v1", timeout=20)
        signed_in = {"identity_token": identity_token} if identity_token else {}
        opened = self._client.post("/conversations", json=signed_in).raise_for_status().json()
        self.conversation_id: str = opened["conversation_id"]
        self._path = f"/conversations/{self.conversation_id}"
        self._client.headers["Authorization"] = f"Bearer {opened['token']}"
        self._said = 0

    def say(self, text: str) -> int:
        self._said += 1
        sent = {"client_message_id": f"m{self._said}", "text": text}
        return int(self._client.post(f"{self._path}/messages", json=sent).raise_for_status().json()["seq"])

    def ask(self, question: str) -> None:
        """Returns when the assistant has answered."""
        seq = self.say(question)

        def answered() -> bool:
            page = self._client.get(f"{self._path}/events", params={"after": seq, "wait": 10}).json()
            return any(each["type"] == "message.sent" and each["source"] == "bot" for each in page["events"])

        eventually_now("the assistant answers", answered)

    def want_person(self) -> None:
        self._client.post(f"{self._path}/handoff", json={}).raise_for_status()
