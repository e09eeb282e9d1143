"""The line between what articles answer and what nothing answers."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge import leaning
from knowledge.confidence import WITH_WAYS, Signs, confidence
from knowledge.embeddings import Vectors
from knowledge.leaning import FAR, LEAST, MOST, Lines, between, moments, together
from knowledge.scope import Examples, Scope

pytestmark = pytest.mark.unit


def drawn(count: int, towards: int, seed: int = 1) -> Vectors:
    """Unit vectors ``(count, 8)`` around one axis."""
    found = np.random.default_rng(seed).normal(0, 0.3, (count, 8))
    found[:, towards] += 1
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def test_a_question_leans_to_its_kind() -> None:
    line = between(moments(drawn(60, 0)), moments(drawn(60, 1, seed=2)))
    assert line is not None
    assert sum(line.leaning(one) > 0 for one in drawn(20, 0, seed=3)) >= 18
    assert sum(line.leaning(one) < 0 for one in drawn(20, 1, seed=4)) >= 18
    assert abs(line.leaning(100 * drawn(1, 0)[0])) == FAR


def test_too_few_examples_draw_no_line() -> None:
    assert between(moments(drawn(LEAST - 1, 0)), moments(drawn(60, 1))) is None
    assert between(moments(drawn(LEAST, 0)), moments(drawn(LEAST, 1))) is not None


def test_parts_count_as_one_and_one_may_be_left_out() -> None:
    vectors = drawn(50, 0)
    whole, parts = moments(vectors), together([moments(vectors[:20]), moments(vectors[20:])])
    left = moments(vectors[1:])
    assert parts.count == whole.count == 50
    assert np.allclose(parts.products, whole.products, atol=1e-4)
    assert np.allclose(whole.without(vectors[0]).spread, left.spread, atol=1e-4)
    assert moments(drawn(MOST + 1, 0)).count == MOST // 2 + 1


def test_a_line_is_drawn_once_and_anew_for_other_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    plain = leaning.between
    monkeypatch.setattr(leaning, "between", lambda *given: (calls.append(1), plain(*given))[1])
    lines, ways, unknown = Lines(), moments(drawn(60, 0)), moments(drawn(60, 1))
    assert lines.between([ways], unknown) is lines.between([ways], unknown)
    assert len(calls) == 1
    for seed in range(20):
        lines.between([moments(drawn(60, 2, seed))], unknown)
    assert len(calls) == 21
    assert lines.between([], unknown) is None


def test_an_example_does_not_speak_for_itself() -> None:
    vectors = drawn(60, 1)
    odd = (vectors[1] + drawn(1, 2, seed=9)[0]) / 2
    vectors[0] = odd = odd / np.linalg.norm(odd)
    scope = Scope(Examples(unknown=tuple(str(at) for at in range(60))), vectors)
    ways = [moments(drawn(60, 2, seed=5))]
    with_it, alone = scope.leaning(odd, ways), scope.leaning(odd, ways, without_itself=True)
    assert with_it is not None
    assert alone is not None
    assert alone > with_it
    assert scope.leaning(odd, []) is None
    assert Scope(Examples(), vectors[:0]).leaning(odd, ways) is None


def test_leaning_and_own_ways_raise_the_confidence() -> None:
    def given(own: float, leans: float) -> float:
        return confidence(Signs(0.5, 0.5, known=0.6, unknown=0.5, own=own, leaning=leans), WITH_WAYS)

    assert given(0.4, 0) < given(0.6, 0) < given(0.6, 3)
    # Where no line can be drawn, the sign says nothing.
    assert confidence(Signs(0.5, 0.5, known=0.6, unknown=0.5, own=0.5)) == given(0.5, 0)
