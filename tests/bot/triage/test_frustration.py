from __future__ import annotations

import numpy as np
import pytest

from bot.triage.cues import FEATURES
from bot.triage.frustration import FrustrationModel, logistic
from bot.triage.ngrams import letters, plain, shares, words

pytestmark = pytest.mark.unit


def model(**more: object) -> FrustrationModel:
    parts: dict = {
        "dense": [0.0] * 384,
        "plain": [1.0] * len(FEATURES),
        "words": {"refuse": (1.0, 2.0), "to": (1.0, 0.5)},
        "letters": {},
        "intercept": -1.0,
        "calibration": (1.0, 0.0),
    }
    return FrustrationModel(**{**parts, **more})


def test_names_addresses_and_amounts_do_not_count() -> None:
    assert plain("@Shop see https://x.example/1 for 12.50") == "@ see link for #"
    assert words("No, no!!") == ["no", "no", "!!", "no no", "no !!"]
    assert " no " in letters("no")


def test_shares_add_up_to_the_direction_of_the_weights() -> None:
    found = shares(["a", "b"], {"a": (3.0, 1.0), "b": (4.0, 1.0)})
    assert found == {"a": pytest.approx(0.6), "b": pytest.approx(0.8)}
    assert shares(["unknown"], {}) == {}


def test_a_score_is_a_probability_and_survives_storage() -> None:
    vector = np.zeros(384, dtype=np.float32)
    made = model()
    again = FrustrationModel.of(made.as_dict())
    for text in ("", "I refuse to pay", "x" * 3000):
        assert 0.0 <= made.probability(text, vector) <= 1.0
        assert again.probability(text, vector) == made.probability(text, vector)
    assert made.probability("I refuse", vector) > logistic(-1.0)


def test_the_words_that_weighed_are_named_and_small_words_are_not() -> None:
    shown = model().evidence("I refuse to do that")
    assert ("words", "refuse") in [(kind, said) for kind, said, _ in shown]
    assert "to" not in [said for _, said, _ in shown]


def test_a_model_of_other_features_is_refused() -> None:
    with pytest.raises(ValueError, match="train again"):
        FrustrationModel.of({**model().as_dict(), "features": ["old"]})


def test_an_address_alone_has_no_mood() -> None:
    vector = np.zeros(384, dtype=np.float32)
    loud = model(intercept=5.0)
    assert loud.probability("story-11@example.com", vector) == 0.0
    assert loud.probability("it is story-11@example.com", vector) > 0.5
