"""What a command prints: one JSON document on stdout for programs, sentences on stderr for people."""

from __future__ import annotations

import json
import sys
from typing import Any


def answer(document: Any, *, as_json: bool, people: str) -> None:
    """Print the result once: as JSON, or as ``people`` may read it. Both are answers, so both go to stdout."""
    text = json.dumps(document, ensure_ascii=False, indent=2, default=str) if as_json else people
    sys.stdout.write(text.rstrip("\n") + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """A sentence for people, beside the answer."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
