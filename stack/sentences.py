"""The sentence model of this installation, opened where and when it is needed."""

from __future__ import annotations

from collections.abc import Callable

from eval.outcomes.likeness import Encode
from stack.settings import Settings


def encoder(settings: Settings) -> Callable[[], Encode]:
    def opened() -> Encode:
        from bot.text.embed import SentenceEncoder

        return SentenceEncoder(settings.paths.minilm).encode

    return opened
