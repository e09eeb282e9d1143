"""The desk's page in a real Chromium, and when it showed how many people wait."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from stack.browser import find_browser
from stack.errors import StackError

# The count is in the heading of the list. It is on the screen in the frame after the one in which it was drawn.
WATCH = """() => {
    window.shown = [];
    const look = () => {
        const count = Number(document.querySelector('section[aria-label="Waiting"] .count')?.textContent ?? 0);
        while (window.shown.length < count) window.shown.push(performance.timeOrigin + performance.now());
    };
    const watcher = new MutationObserver(() => requestAnimationFrame(() => requestAnimationFrame(look)));
    watcher.observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


class Screen:
    """One agent's page. ``shown()``: for the first, second ... who waited at once, when the page showed that many, in
    seconds of ``time.perf_counter``."""

    def __init__(self, base: str, person: Mapping[str, Any]) -> None:
        self._base = base
        self._person = person

    async def __aenter__(self) -> Self:
        # Only who measures a screen needs the driver: it is a dependency of development.
        from playwright.async_api import async_playwright

        executable = find_browser()
        if executable is None:
            raise StackError("There is no Chromium here to measure a screen: ./frontdesk test installs one.")
        self._driver = await async_playwright().start()
        browser = await self._driver.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        self._page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await self._page.goto(f"{self._base}/desk/")
        await self._page.get_by_label("E-mail").fill(self._person["email"])
        await self._page.get_by_label("Password").fill(self._person["password"])
        await self._page.get_by_role("button", name="Sign in").click()
        await self._page.get_by_role("region", name="Waiting").wait_for()
        await self._page.evaluate(WATCH)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._driver.stop()

    async def shown(self) -> Sequence[float]:
        moments: list[float] = await self._page.evaluate("window.shown")
        since = time.time() - time.perf_counter()
        return [moment / 1_000 - since for moment in moments]
