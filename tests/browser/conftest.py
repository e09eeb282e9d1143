"""A real Chromium against the whole running stack. Screenshots of every stage are kept under ``var/screenshots``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from stack.paths import ROOT

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOTS = ROOT / "var" / "screenshots"


@dataclass(frozen=True)
class Screen:
    """``scale`` 2 with half of a window's pixels is that window at 200 % zoom."""

    name: str
    theme: Literal["light", "dark"]
    width: int
    height: int
    scale: int = 1

    def options(self) -> dict[str, Any]:
        """For a new context. axe is put into the page by a test; the pages' own policy would refuse it."""
        return {
            "color_scheme": self.theme,
            "viewport": {"width": self.width, "height": self.height},
            "device_scale_factor": self.scale,
            "reduced_motion": "reduce",
            "bypass_csp": True,
        }


LIGHT = Screen("light", "light", 1280, 860)
DARK = Screen("dark", "dark", 1280, 860)
SMALL = Screen("320-dark", "dark", 320, 640)
ZOOMED = Screen("zoom-light", "light", 640, 430, scale=2)


SCREENS = [LIGHT, DARK, SMALL, ZOOMED]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    assert executable, "no Chromium: ./frontdesk test installs one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def everybody_leaves(browser: Browser) -> Iterator[None]:
    """Who is left at the desk by a test that failed would answer the customers of the next."""
    before = set(browser.contexts)
    yield
    for context in set(browser.contexts) - before:
        context.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture(params=SCREENS, ids=lambda screen: screen.name)
def themed(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[BrowserContext, str]]:
    """Both themes on a wide screen, a small one, and 200 % zoom; with the name under which pictures are kept."""
    context = browser.new_context(**request.param.options())
    context.set_default_timeout(20_000)
    yield context, request.param.name
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


FITS = """() => document.documentElement.scrollWidth <= innerWidth
    && [...document.querySelectorAll("frontdesk-widget")]
        .flatMap((host) => [...host.shadowRoot.querySelectorAll(".panel, .messages")])
        .every((each) => each.scrollWidth <= each.clientWidth)"""


def fits(page: Page) -> bool:
    """Nothing scrolls sideways, neither the page nor the widget's panel."""
    return bool(page.evaluate(FITS))


def shoot(page: Page, name: str) -> Path:
    SHOTS.mkdir(parents=True, exist_ok=True)
    path = SHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A picture of the page at the moment a test fails."""
    outcome = yield
    page = getattr(item, "funcargs", {}).get("page")
    if outcome.get_result().failed and call.when == "call" and page is not None:  # type: ignore[attr-defined]
        shoot(page, f"failed-{item.name}")
