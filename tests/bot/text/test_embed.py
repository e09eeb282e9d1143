"""Both interpreters must place a sentence at the same spot: the vectors below were made by one of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bot.text.embed import DIMENSION, ModelMissing, SentenceEncoder
from bot.text.model import BadWeights, build

pytestmark = pytest.mark.contract

GOLDEN = json.loads(Path(__file__).with_name("golden_vectors.json").read_text())


@pytest.fixture(scope="module")
def encoder(sentence_model: Path) -> SentenceEncoder:
    return SentenceEncoder(sentence_model)


def test_vectors_agree_with_the_golden_ones(encoder: SentenceEncoder) -> None:
    made = encoder.encode([row["text"] for row in GOLDEN])
    wanted = np.array([row["vector"] for row in GOLDEN])
    cosines = (made * wanted).sum(axis=1) / np.linalg.norm(wanted, axis=1)
    assert cosines.min() >= 0.999


def test_unit_length_shape_and_type(encoder: SentenceEncoder) -> None:
    made = encoder.encode(["hello", "", "\u200b", "a" * 5000, "zażółć gęślą jaźń", "👋🏽"])
    assert made.shape == (6, DIMENSION)
    assert made.dtype == np.float32
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-4)


def test_a_text_alone_has_the_vector_that_it_has_in_company(encoder: SentenceEncoder) -> None:
    alone = encoder.encode(["where is my parcel"])[0]
    company = encoder.encode(["a much longer sentence about boots and their care in winter", "where is my parcel"])[1]
    assert np.array_equal(alone, company)


def test_meaning_orders_the_space(encoder: SentenceEncoder) -> None:
    one, near, far = encoder.encode(["Where is my parcel?", "Has my package arrived yet?", "How do I bake bread?"])
    assert one @ near > one @ far + 0.2


def test_only_256_tokens_are_read(encoder: SentenceEncoder) -> None:
    long = " ".join(["tent"] * 300)
    one, two = encoder.encode([long, long + " stove fuel"])
    assert np.array_equal(one, two)


def test_no_texts_no_vectors(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSION)


def test_a_missing_model_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"bot\.text\.model"):
        SentenceEncoder(tmp_path)


def test_foreign_weights_are_refused(tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    with pytest.raises(BadWeights):
        build(weights, tmp_path / "out")
    (weights / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(BadWeights):
        build(weights, tmp_path / "out")
    assert not (tmp_path / "out").exists()
