from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import lexical
from knowledge.confidence import SURE, WITH_WAYS, Signs, confidence, coverage
from knowledge.embeddings import SentenceEmbeddings
from knowledge.ranker import LEXICAL_WEIGHT, CorpusRanker, Document, Entry, Shelf, fuse, lexical_weight, top
from tests.knowledge.conftest import WordEncoder

pytestmark = pytest.mark.unit

scores = st.lists(st.floats(0, 1, width=32), min_size=2, max_size=30)


@given(scores, st.integers(1, 40))
def test_top_is_a_stable_sort(values: list[float], count: int) -> None:
    array = np.array(values, dtype=np.float32)
    assert top(array, count) == [int(row) for row in np.argsort(-array, kind="stable")[:count]] or len(
        set(values)
    ) < len(values)
    assert [array[row] for row in top(array, count)] == sorted(array, reverse=True)[:count]


@given(scores)
def test_fusion_without_words_keeps_the_order_of_the_vectors(values: list[float]) -> None:
    dense = np.array(values, dtype=np.float32)
    fused = fuse(dense, np.zeros_like(dense), 0.0)
    assert np.array_equal(np.argsort(-dense, kind="stable"), np.argsort(-fused, kind="stable"))


def test_exact_words_decide_between_equally_near_passages() -> None:
    dense = np.array([0.6, 0.6], dtype=np.float32)
    assert top(fuse(dense, np.array([0.0, 3.0], dtype=np.float32), 3.0), 1) == [1]


def test_words_count_for_more_where_customers_words_are_read() -> None:
    vectors = np.eye(2, dtype=np.float32)
    entries = [Entry("a", "Tents.", "Tents", ("how do I pitch it",)), Entry("b", "Boots.", "Boots")]
    plain, asked = Shelf(entries, vectors, vectors), Shelf(entries, vectors, vectors, [vectors[:1], vectors[:0]])
    assert lexical_weight([plain]) == LEXICAL_WEIGHT < lexical_weight([plain, asked])
    dense, lexical = np.array([0.6, 0.5], dtype=np.float32), np.array([0.0, 2.0], dtype=np.float32)
    assert top(fuse(dense, 0.3 * lexical, 2.0), 1) == [0]
    assert top(fuse(dense, lexical, 2.0, lexical_weight([asked])), 1) == [1]


@pytest.mark.parametrize(("one", "other"), [("parcels", "parcel"), ("stopped", "stop"), ("batteries", "battery")])
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert lexical.words(one) == lexical.words(other)


def test_unknown_words_score_nothing() -> None:
    assert lexical.Bm25([["tent"], ["boot"]]).scores(["zeppelin"]).tolist() == [0.0, 0.0]
    assert lexical.Bm25([]).scores(["tent"]).tolist() == []


def test_a_plain_corpus_is_ranked_in_every_mode() -> None:
    documents = [
        Document("a", "Tents", "Pitch the tent on flat ground."),
        Document("b", "", "Wax the boots."),
        Document("c", "Empty", ""),
    ]
    ranker = CorpusRanker(documents, SentenceEmbeddings(WordEncoder(), "words"))
    for mode in ("hybrid", "dense", "bm25"):
        assert ranker.rank("wax boots", 2, mode)[0][0] == "b"  # type: ignore[arg-type]
    assert len(ranker.rank("wax boots", 10)) == 3


def test_confidence_rises_with_nearness_and_coverage() -> None:
    assert confidence(Signs(0.2, 0.2)) < confidence(Signs(0.6, 0.2)) < confidence(Signs(0.6, 0.9))
    assert coverage({"tent": 3.0, "red": 1.0}, {"tent"}) == 0.75
    assert coverage({}, {"tent"}) == 0.0


def test_what_is_known_by_ways_to_ask_alone_must_be_nearer_to_be_a_sure_answer() -> None:
    signs = Signs(0.65, 0.7, known=0.6, unknown=0.53, own=0.6, leaning=1.0)
    hopeful = replace(WITH_WAYS, caution=0.0)
    assert WITH_WAYS.line < confidence(signs) < SURE < confidence(signs, hopeful)


def test_known_texts_are_not_encoded_again() -> None:
    encoder = WordEncoder()
    embeddings = SentenceEmbeddings(encoder, "words")
    first = embeddings.vectors(["a b", "c"])
    assert np.array_equal(embeddings.vectors(["c", "a b"]), first[::-1])
    assert encoder.encoded == ["a b", "c"]
    assert embeddings.embed_query("c") == first[1].tolist()
