"""Lower case of the same length: patterns without a flag for case read three times as fast, and a place found in it
is the place of the same words in the text as it was written.
"""

from __future__ import annotations


def lowered(text: str) -> str:
    low = text.lower()
    return low if len(low) == len(text) else "".join(char.lower()[:1] for char in text)
