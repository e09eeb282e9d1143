"""Which conversations are read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.quality.sampling import RULES, Candidate, Rule, complaint_of, draw

pytestmark = pytest.mark.unit

CANDIDATES = st.lists(
    st.builds(
        Candidate,
        conversation_id=st.uuids().map(str),
        resolver=st.sampled_from(["bot", "assisted", "human"]),
        effort=st.floats(0, 20),
        frustration=st.floats(0, 1),
        said_not_solved=st.booleans(),
        ces7=st.none() | st.integers(1, 7),
        csat=st.none() | st.integers(1, 5),
        definitions_disagree=st.booleans(),
        judge_abstained=st.booleans(),
    ),
    max_size=40,
    unique_by=lambda each: each.conversation_id,
)


@given(CANDIDATES, st.sampled_from(RULES), st.integers(1, 20), st.integers(0, 9))
def test_the_same_seed_draws_the_same_and_never_what_was_drawn(
    candidates: list[Candidate], rule: Rule, count: int, seed: int
) -> None:
    first = draw(candidates, rule, count, seed)
    assert draw(candidates[::-1], rule, count, seed) == first
    ids = [each.conversation_id for each in first]
    assert len(ids) == len(set(ids)) <= count
    again = draw(candidates, rule, count, seed, already=ids)
    assert not {each.conversation_id for each in again} & set(ids)


def test_effort_means_the_hardest_tenth() -> None:
    candidates = [Candidate(f"c{n:02}", "bot", effort=float(n)) for n in range(40)]
    drawn = draw(candidates, "high_effort", 10, seed=1)
    assert sorted(each.conversation_id for each in drawn) == ["c36", "c37", "c38", "c39"]


def test_nobody_had_it_hard_where_nothing_was_hard() -> None:
    assert draw([Candidate("c", "bot", effort=0.0)], "high_effort", 5, seed=1) == []


@pytest.mark.parametrize(
    ("candidate", "because"),
    [
        (Candidate("c", "bot", 0, said_not_solved=True), "not solved"),
        (Candidate("c", "bot", 0, csat=2), "2 of 5"),
        (Candidate("c", "bot", 0, ces7=3), "hard"),
        (Candidate("c", "bot", 0, ces5=4), "effort"),
        (Candidate("c", "bot", 0, frustration=0.5), "frustrated"),
    ],
)
def test_a_complaint_says_what_of(candidate: Candidate, because: str) -> None:
    (drawn,) = draw([candidate], "complaint", 5, seed=1)
    assert because in drawn.because


def test_a_happy_customer_did_not_complain() -> None:
    assert complaint_of(Candidate("c", "bot", 3, frustration=0.2, ces7=6, ces5=1, csat=5)) is None
