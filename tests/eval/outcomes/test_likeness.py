"""Two needs are one issue by their meaning; the model is opened when it is needed first, and once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from bot.text.embed import SentenceEncoder
from eval.outcomes.likeness import ONE_ISSUE, by_meaning
from stack.paths import ROOT

pytestmark = pytest.mark.unit


def test_the_model_is_opened_once_and_each_text_read_once() -> None:
    opened: list[int] = []
    read: list[str] = []

    def encode() -> Any:
        opened.append(1)

        def vectors(texts: Sequence[str]) -> np.ndarray:
            read.extend(texts)
            return np.array([[1.0, 0.0] if "boots" in text else [0.6, 0.8] for text in texts])

        return vectors

    rules = by_meaning(encode)
    assert rules.similarity is not None
    assert opened == []
    assert rules.similarity("my boots", "the boots") == pytest.approx(1.0)
    assert rules.similarity("my boots", "a tent") == pytest.approx(0.6)
    assert (opened, read) == ([1], ["my boots", "the boots", "a tent"])


def test_other_words_for_the_same_are_one_issue_and_the_same_words_for_another_are_two() -> None:
    rules = by_meaning(lambda: SentenceEncoder(ROOT / "var" / "models" / "minilm").encode)
    assert rules.similarity is not None
    assert rules.similarity("My refund has not arrived", "still no refund on my account, two weeks now") >= ONE_ISSUE
    assert rules.similarity("where is my order", "where are your stores") < ONE_ISSUE
