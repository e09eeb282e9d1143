"""Hashes of what a set-up step depends on, so that it runs again when that changed and only then."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

SKIPPED = frozenset({"node_modules", "dist", "__pycache__", ".venv", "screenshots"})


def files_under(*places: Path) -> Iterator[Path]:
    """Files at and below these places, in a stable order, without what is built."""
    for place in places:
        if place.is_file():
            yield place
        elif place.is_dir() and place.name not in SKIPPED:
            yield from files_under(*sorted(place.iterdir()))


def fingerprint(*places: Path, facts: Iterable[str] = ()) -> str:
    """A hash over names and contents of the files at ``places``, and over ``facts``."""
    digest = hashlib.sha256()
    for path in files_under(*places):
        content = path.read_bytes()
        digest.update(f"{path.name}\0{path.parent.name}\0{len(content)}\0".encode())
        digest.update(content)
    for fact in facts:
        digest.update(f"\0{fact}".encode())
    return digest.hexdigest()
