"""Customers' words that triage keeps for a while because it reads them again: gone in one call."""

from __future__ import annotations

from bot.triage import cues, decide, ngrams


def forget() -> None:
    """Of everybody: the caches do not know whose words they hold, and fill again by themselves."""
    for cache in (*cues.KEPT, *decide.KEPT, *ngrams.KEPT):
        cache.cache_clear()
