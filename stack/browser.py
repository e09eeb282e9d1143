"""A Chromium for the tests that look at the pages: the machine's, or Debian's where we may install it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from stack.errors import StackError
from stack.settings import inherited
from stack.tools import Tell, run_tool

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> Path | None:
    """The Chromium to drive; ``None`` where there is none."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    downloaded = sorted((Path.home() / ".cache" / "ms-playwright").glob("chromium-*/chrome-linux*/chrome"))
    return downloaded[-1] if downloaded else None


def require_browser(log: Path, tell: Tell) -> Path:
    """Find one, or install Debian's as root. Raises ``StackError`` saying what to install."""
    found = find_browser()
    if found is None and os.getuid() == 0 and shutil.which("apt-get"):
        environment = {**inherited(), "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]):
            run_tool(command, "Chromium could not be installed", log, tell=tell, environment=environment)
        found = find_browser()
    if found is None:
        raise StackError(
            "The tests of the pages need Chromium. Install it (Debian, Ubuntu: sudo apt-get install chromium) and run"
            ' this again, or leave them out: ./frontdesk test -m "not proof and not browser and not e2e"'
        )
    return found
