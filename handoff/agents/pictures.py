"""Portraits of the staff: what a customer sees when somebody accepts. One file an account, taken by its content.

Whoever has sent none is drawn: their initials on a colour of their own. So there is always a picture, and nothing in a
page has to know which it is.
"""

from __future__ import annotations

import hashlib
import os
from html import escape
from pathlib import Path
from typing import NamedTuple

from handoff.attachments.rules import JPEG, PNG, WEBP, Kind, kind_of_head
from handoff.errors import TooLarge, Unprocessable

LARGEST = 512 * 1024
TAKEN: tuple[Kind, ...] = (PNG, JPEG, WEBP)
COLOURS = ("#0f5c4a", "#7a3e12", "#34508f", "#6b3a7d", "#8a2f3c", "#2f6573", "#5d5a12", "#444d57")


class Portrait(NamedTuple):
    data: bytes
    media_type: str


class Portraits:
    """Files below ``folder``, named after the account's id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, agent_id: str, data: bytes) -> None:
        """Raises ``TooLarge``, ``Unprocessable`` (``not_a_portrait``)."""
        if len(data) > LARGEST:
            raise TooLarge("portrait_too_large", f"A portrait may have {LARGEST // 1024} kB.")
        kind = kind_of_head(data[:512])
        if kind not in TAKEN:
            raise Unprocessable("not_a_portrait", "A portrait is a PNG, JPEG or WebP picture.")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._file(agent_id).with_suffix(".draft")
        draft.write_bytes(data)
        os.replace(draft, self._file(agent_id))

    def drop(self, agent_id: str) -> None:
        self._file(agent_id).unlink(missing_ok=True)

    def of(self, agent_id: str, name: str) -> Portrait:
        try:
            data = self._file(agent_id).read_bytes()
        except OSError:
            return drawn(agent_id, name)
        kind = kind_of_head(data[:512])
        return Portrait(data, kind.media_type) if kind in TAKEN else drawn(agent_id, name)

    def _file(self, agent_id: str) -> Path:
        # Not the id itself: whatever it holds, it names no path.
        return self._folder / hashlib.sha256(agent_id.encode()).hexdigest()[:32]


def drawn(agent_id: str, name: str) -> Portrait:
    """Initials on one of ``COLOURS``, always the same for the same account."""
    words = name.split()
    initials = "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words))[:2].upper() or "?"
    colour = COLOURS[hashlib.sha256(agent_id.encode()).digest()[0] % len(COLOURS)]
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">'
        f'<rect width="96" height="96" fill="{colour}"/>'
        '<text x="48" y="49" fill="#fff" font-family="system-ui, sans-serif" font-size="38" font-weight="600"'
        f' text-anchor="middle" dominant-baseline="central">{escape(initials)}</text></svg>'
    )
    return Portrait(svg.encode(), "image/svg+xml")
