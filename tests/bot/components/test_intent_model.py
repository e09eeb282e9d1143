from __future__ import annotations

import pickle

import numpy as np
import pytest

from bot.components import intent_model
from bot.components.folded import Folded
from bot.components.intent_model import OUT_OF_SCOPE, IntentModel, Vectors, names_of
from bot.components.ngrams import Ngrams

pytestmark = pytest.mark.unit

SUBJECTS = {
    "order_status": "where is my order number {}",
    "cancel_order": "please cancel the purchase {} today",
    OUT_OF_SCOPE: "tell me a funny joke about {} cats",
}


def vectors(texts: list[str]) -> Vectors:
    """Words as directions: near where texts share words."""
    made = np.zeros((len(texts), 64), dtype=np.float32)
    for row, text in zip(made, texts, strict=True):
        for word in text.split():
            row[sum(map(ord, word)) % 64] += 1
        row /= max(np.linalg.norm(row), 1e-9)
    return Vectors(made, made)


def one(text: str) -> Vectors:
    sentence, shallow = vectors([text])
    return Vectors(sentence[0], shallow[0])


def trained(*labels: str, each: int = 12) -> IntentModel:
    texts = [SUBJECTS[label].format(number) for label in labels for number in range(each)]
    model = IntentModel()
    model.fit(texts, [label for label in labels for _ in range(each)], vectors(texts))
    return model


def test_known_subjects_are_told_apart_and_probabilities_add_up() -> None:
    model = trained(*SUBJECTS)
    for label, text in SUBJECTS.items():
        reading = model.predict(text.format(77), one(text.format(77)))
        assert reading.ranking[0][0] == label
        assert reading.rejected == (label == OUT_OF_SCOPE)
        assert sum(share for _, share in reading.ranking) == pytest.approx(1.0, abs=1e-5)


def test_what_resembles_nothing_is_rejected_without_an_example_out_of_scope() -> None:
    model = trained("order_status", "cancel_order")
    strange = "zyx qqq vvv"
    assert model.predict(strange, one(strange)).rejected
    known = SUBJECTS["order_status"].format(5)
    assert not model.predict(known, one(known)).rejected


def test_a_model_reads_alike_after_it_was_stored() -> None:
    model = trained(*SUBJECTS)
    again = IntentModel.of(pickle.loads(pickle.dumps(model.state())))
    text = "where is the purchase 5"
    assert again.predict(text, one(text)) == model.predict(text, one(text))


def test_names_of_intents_teach_and_are_not_counted() -> None:
    assert names_of(["order_status", "card payment fee?", OUT_OF_SCOPE, "order_status"]) == {
        "card payment fee?": "card payment fee",
        "order_status": "order status",
    }
    texts = [SUBJECTS[label].format(number) for label in SUBJECTS for number in range(8)]
    labels = [label for label in SUBJECTS for _ in range(8)]
    names = names_of(labels)
    model = IntentModel()
    model.fit([*texts, *names.values()], [*labels, *names], vectors([*texts, *names.values()]), names=len(names))
    assert model.left_out["n"] == len(texts)
    assert model.predict("cancel order", one("cancel order")).ranking[0][0] == "cancel_order"


def test_too_many_examples_are_thinned_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intent_model, "MOST_EXAMPLES", 12)
    model = trained(*SUBJECTS, each=20)
    assert model.left_out["n"] == 12
    assert set(model.labels) == set(SUBJECTS)


@pytest.mark.parametrize("text", ["", "where is A-1042", "Wo ist ÄÖ??", "aaa aaa aaa", "zzzzzz"])
def test_the_short_cut_gives_the_row_of_the_vectorizer(text: str) -> None:
    grams = Ngrams(analyzer="char_wb", ngram_range=(2, 4))
    grams.fit(["where is my order", "Wo ist meine Bestellung", "aaa"])
    again = pickle.loads(pickle.dumps(grams))
    for each in (grams, again):
        wanted = grams._vectorizer.transform([text]).toarray()[0]
        found = np.zeros_like(wanted)
        found[each.row(text).places] = each.row(text).values
        assert found == pytest.approx(wanted, abs=1e-6)


def test_few_examples_are_scored_in_directions_that_others_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels by chance cannot be learnt, so what is left out must be read no better than by chance."""
    chance = np.random.default_rng(2)
    made = chance.normal(size=(80, 60)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    texts, labels = [f"w{at}" for at in range(80)], [f"intent {at}" for at in chance.integers(0, 4, 80)]
    honest, own = IntentModel(), IntentModel()
    honest.fit(texts, labels, Vectors(made, made))
    assert honest.left_out["accuracy"] < 0.45
    monkeypatch.setattr(own, "_without_own_part", lambda given, place: own._fitted(given, np.arange(80))[1].left_out)
    own.fit(texts, labels, Vectors(made, made))
    assert own.left_out["accuracy"] > honest.left_out["accuracy"]


def test_many_examples_are_not_stretched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Folded, "stretched", None)
    monkeypatch.setattr(intent_model, "FEW_TO_STRETCH", 30)
    assert trained(*SUBJECTS, each=12).left_out["n"] == 36
