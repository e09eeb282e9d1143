"""Triage keeps customers' words to read them faster; an erasure empties what it keeps, wherever that is."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from bot import triage
from bot.triage import cues, decide, kept, ngrams

pytestmark = pytest.mark.unit


def test_what_was_kept_of_a_text_is_gone() -> None:
    cues._shown("my kanarienvogel is late")
    decide._likeness("my kanarienvogel is late", "where is my kanarienvogel now")
    ngrams.letters("kanarienvogel")
    caches = (*cues.KEPT, *decide.KEPT, *ngrams.KEPT)
    assert all(cache.cache_info().currsize for cache in caches)
    kept.forget()
    assert [cache.cache_info().currsize for cache in caches] == [0] * len(caches)


def test_every_cache_that_is_filled_by_a_text_is_among_them() -> None:
    named = {cache.__wrapped__ for cache in (*cues.KEPT, *decide.KEPT, *ngrams.KEPT)}
    for found in pkgutil.iter_modules(triage.__path__):
        module = importlib.import_module(f"bot.triage.{found.name}")
        for value in vars(module).values():
            if hasattr(value, "cache_clear") and value.__wrapped__.__code__.co_argcount:
                assert value.__wrapped__ in named, f"{found.name}: {value.__name__}"
