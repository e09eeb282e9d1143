import json
import math
from pathlib import Path

import pytest

from eval.retrieval import METRICS, BadData, evaluate, interval, read, score
from knowledge.embeddings import SentenceEmbeddings
from tests.knowledge.conftest import WordEncoder

pytestmark = pytest.mark.unit


def write(
    folder: Path, qrels: str = "query-id\tcorpus-id\tscore\n1\ta\t1\n2\tb\t1\n2\tgone\t1\n3\ta\t0\n"
) -> list[Path]:
    corpus = [{"_id": "a", "title": "Tents", "text": "Pitch a tent."}, {"_id": "b", "title": "", "text": "Wax boots."}]
    queries = [{"_id": "1", "text": "pitch tent"}, {"_id": "2", "text": "wax boots"}, {"_id": "3", "text": "unjudged"}]
    paths = [folder / "corpus.jsonl", folder / "queries.jsonl", folder / "qrels.tsv"]
    for path, rows in zip(paths, (corpus, queries), strict=False):
        path.write_text("\n".join(json.dumps(row) for row in rows))
    paths[2].write_text(qrels)
    return paths


def test_all_three_ways_are_measured_on_the_judged_queries(tmp_path: Path) -> None:
    found = evaluate(read(*write(tmp_path)), SentenceEmbeddings(WordEncoder(), "words"))
    for figures in (found, found["baselines"]["bm25"], found["baselines"]["dense"]):
        assert figures["n_queries"] == 2
        assert {"ms_p50", "ms_p95", *METRICS} <= set(figures)
    assert found["hit@1"] == found["ndcg@10"] == found["baselines"]["bm25"]["mrr@10"] == 1.0
    assert found["interval_95"]["hit@1"] == [1.0, 1.0]


def test_the_metrics_of_a_query() -> None:
    found = score(["x", "a", "y", "b"], {"a": 1.0, "b": 1.0, "c": 1.0})
    assert found["hit@1"] == 0.0
    assert found["hit@5"] == 1.0
    assert found["recall@10"] == pytest.approx(2 / 3)
    assert found["mrr@10"] == 0.5
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    assert found["ndcg@10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)
    assert set(score([], {"a": 1.0}).values()) == {0.0}


def test_an_interval_holds_its_mean_and_is_drawn_alike_again() -> None:
    values = [0.0, 1.0] * 50
    low, high = interval(values, 3)
    assert low < 0.5 < high
    assert interval(values, 3) == [low, high]


@pytest.mark.parametrize("qrels", ["h\n1\ta\n", "h\n1\ta\tmany\n", "h\n9\ta\t1\n"])
def test_wrong_judgements_are_refused(tmp_path: Path, qrels: str) -> None:
    with pytest.raises(BadData):
        read(*write(tmp_path, qrels))


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    paths = write(tmp_path)
    paths[0].write_text('{"_id": "a", "text": "x"}\nnot json\n')
    with pytest.raises(BadData, match="line 2"):
        read(*paths)
