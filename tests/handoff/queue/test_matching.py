"""Who may, who fits, who gets the offer, how it is ranked and what is told about the wait: the pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from handoff.queue.estimate import (
    FEWEST,
    USUAL_HANDLING,
    Pace,
    Place,
    Pool,
    pace,
    pools_of,
    stand_in_line,
    worth_telling,
)
from handoff.queue.matching import Candidate, Wanted, best, has_room, may_take, nobody_left, plan_offers, same_people
from handoff.queue.plan import FILE, BadPlan, default_plan, read_plan
from handoff.queue.routing import due, rank, route

pytestmark = pytest.mark.unit

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLAN = default_plan()


def agent(name: str, **more: object) -> Candidate:
    values = {"roles": ("agent",), "departments": ("orders",), "skills": (), "languages": ("en",), "capacity": 3}
    return Candidate(**{"id": name, "load": 0, **values, **more})  # type: ignore[arg-type]


def wanted(name: str = "h", **more: object) -> Wanted:
    values = {"rank": 0, "department": "orders", "skills": (), "language": "en", "senior": False}
    return Wanted(**{"id": name, **values, **more})  # type: ignore[arg-type]


def test_a_department_is_a_right() -> None:
    assert may_take("orders", ["agent"], ["orders"])
    assert not may_take("billing", ["agent"], ["orders"])
    assert may_take("billing", ["agent"], [])
    assert may_take("billing", ["lead"], ["orders"])
    assert may_take(None, ["agent"], ["gear"])


def test_the_best_fit_gets_it_and_among_equals_the_least_loaded() -> None:
    skilled, other = agent("a", skills=("returns",), load=2), agent("b")
    assert best(wanted(skills=("returns",)), [other, skilled]) == skilled
    assert best(wanted(), [agent("a", load=2), agent("b", load=1)]) == agent("b", load=1)
    german = agent("c", languages=("de",))
    assert best(wanted(language="de-AT", skills=("returns",)), [skilled, german]) == german


def test_senior_work_goes_to_a_senior_who_can_have_it_and_is_kept_from_nobody() -> None:
    senior, junior = agent("s", roles=("agent", "senior")), agent("j")
    assert best(wanted(senior=True), [senior, junior]) == senior
    assert best(wanted(senior=True), [replace(senior, load=3), junior]) == junior
    assert best(wanted(senior=True), [replace(senior, capacity=0), junior]) == junior
    assert best(wanted(senior=True, passed_by=("s",)), [senior, junior]) == junior
    assert best(wanted(senior=True), [junior]) == junior
    assert best(wanted(), [senior, junior]) == junior


def test_who_passed_is_not_asked_again() -> None:
    assert best(wanted(passed_by=("a",)), [agent("a"), agent("b")]) == agent("b")
    assert best(wanted(passed_by=("a", "b")), [agent("a"), agent("b")]) is None


def test_when_everybody_passed_a_new_round_may_begin() -> None:
    there = [agent("a"), agent("b", load=3), agent("c", departments=("billing",))]
    assert nobody_left(wanted(passed_by=("a",)), there)  # the other has no room, and this one is free
    assert not nobody_left(wanted(passed_by=("b",)), there)
    assert not nobody_left(wanted(passed_by=("a",)), [agent("a", load=3)])
    assert not nobody_left(wanted(), [])


def test_one_that_is_heavier_than_an_agent_fits_one_who_has_nothing() -> None:
    assert has_room(2, 0, 1)
    assert not has_room(2, 1, 2)
    assert not has_room(1, 0, 0)


CANDIDATES = st.lists(
    st.builds(
        agent,
        st.sampled_from("abcdef"),
        capacity=st.integers(0, 4),
        load=st.integers(0, 4),
        roles=st.sampled_from([("agent",), ("agent", "senior"), ("agent", "lead")]),
        departments=st.sampled_from([(), ("orders",), ("billing",)]),
    ),
    unique_by=lambda one: one.id,
)
WAITING = st.lists(
    st.builds(
        wanted,
        st.uuids().map(str),
        rank=st.integers(0, 9),
        weight=st.integers(1, 2),
        department=st.sampled_from([None, "orders", "billing"]),
        senior=st.booleans(),
        passed_by=st.sampled_from([(), ("a",), ("a", "b")]),
    ),
    max_size=12,
)


@given(WAITING, CANDIDATES)
def test_offers_keep_capacity_and_departments(waiting: list[Wanted], candidates: list[Candidate]) -> None:
    there = {one.id: one for one in candidates}
    offers = plan_offers(waiting, there)
    loads = {one.id: one.load for one in candidates}
    for one in sorted(waiting, key=lambda item: (item.rank, item.id)):
        if one.id in offers:
            who = there[offers[one.id]]
            assert may_take(one.department, who.roles, who.departments)
            assert has_room(one.weight, loads[who.id], who.capacity)
            loads[who.id] += one.weight
    for one in waiting:  # nothing waits that somebody could take
        if one.id not in offers:
            assert not any(
                may_take(one.department, who.roles, who.departments)
                and who.id not in one.passed_by
                and has_room(one.weight, loads[who.id], who.capacity)
                for who in candidates
            )


@given(WAITING, CANDIDATES)
def test_a_place_is_said_to_be_free_where_it_is_offered_and_nowhere_else(
    waiting: list[Wanted], candidates: list[Candidate]
) -> None:
    usual = Pace(pick_up=30, handling=60 * sum(one.capacity for one in candidates) + 60)
    line = sorted(waiting, key=lambda one: (one.rank, one.id))
    offers = plan_offers(line, {one.id: one for one in candidates})
    pools = pools_of({one.department for one in line}, candidates)
    stands = stand_in_line(line, offers, pools, usual)
    assert [seconds == 30 for _, seconds in stands] == [one.id in offers for one in line]


def test_routes_follow_the_issue() -> None:
    assert route(PLAN, "safety").queue == "senior"
    refund = route(PLAN, "policy_limit", "refund")
    assert (refund.queue, refund.department, refund.skills) == ("specialist", "billing", ("refunds",))
    assert route(PLAN, "explicit_request").department is None
    again = route(PLAN, "explicit_request", repeats=1)
    assert (again.queue, again.priority) == ("support", 2)
    assert route(PLAN, "explicit_request", repeats=2).queue == "senior"
    assert route(PLAN, "safety", repeats=5).priority == 1


def test_waiting_weighs_as_much_as_priority() -> None:
    """A calm case overtakes an urgent one that came three steps of waiting later."""
    calm = rank(PLAN, 4, NOON)
    steps = timedelta(minutes=PLAN.age_step * 3)
    assert calm > rank(PLAN, 1, NOON)
    assert calm > rank(PLAN, 1, NOON + steps - timedelta(seconds=1))
    assert calm < rank(PLAN, 1, NOON + steps + timedelta(seconds=1))


def test_the_first_answer_is_due_by_the_queue() -> None:
    assert due(PLAN, "senior", None, NOON) == NOON + timedelta(seconds=120)
    assert due(PLAN, "support", "orders", NOON) == NOON + timedelta(seconds=180)


def pool(*departments: str, free: int, capacity: int, people: str = "") -> Pool:
    return Pool(frozenset(departments), frozenset(people), free, capacity)


def test_estimates() -> None:
    usual = Pace(pick_up=30, handling=600)
    line = [wanted(name) for name in "1234"]
    orders = pool("orders", free=1, capacity=3, people="ab")
    assert stand_in_line(line, {"1": "a"}, [orders], usual) == [(1, 30), (2, 240), (3, 420), (4, 630)]
    assert stand_in_line(line, {}, [], usual) == [(1, None), (2, None), (3, None), (4, None)]
    assert pace([1.0] * (FEWEST - 1), []).handling == USUAL_HANDLING
    assert pace([10.0] * FEWEST, [100.0] * FEWEST) == Pace(10.0, 100.0)


def test_what_everybody_free_passed_by_is_not_said_to_be_next() -> None:
    usual = Pace(pick_up=30, handling=600)
    orders = pool("orders", free=3, capacity=3, people="a")
    line = [wanted("1", passed_by=("a",)), wanted("2")]
    assert stand_in_line(line, {"2": "a"}, [orders], usual) == [(1, 240), (1, 30)]


def test_those_ahead_count_whom_the_same_people_serve() -> None:
    usual = Pace(pick_up=30, handling=600)
    ahead = [wanted(name, department="billing") for name in "12345"]
    mine, theirs = wanted("6"), wanted("6", department="billing")
    orders = pool("orders", free=1, capacity=3, people="a")
    billing = pool("billing", free=0, capacity=2)
    lead = pool("orders", "billing", free=0, capacity=1)
    assert stand_in_line([*ahead, mine], {"6": "a"}, [orders, billing], usual)[-1] == (1, 30)
    assert stand_in_line([*ahead, mine], {"6": "a"}, [orders, billing, lead], usual)[-1] == (1, 30)
    assert stand_in_line([*ahead, mine], {}, [billing], usual)[-1] == (1, None)
    assert stand_in_line([*ahead, theirs], {}, [orders, billing], usual)[-1] == (6, 1830)
    everybody = pool("orders", "billing", free=0, capacity=5)
    assert stand_in_line([*ahead, mine], {}, [everybody], usual)[-1] == (6, 750)


def test_departments_are_tied_together_by_people_of_both_and_not_by_leads() -> None:
    both, lead = (["agent"], ["orders", "billing"]), (["agent", "lead"], ["orders", "billing"])
    alone = (["agent"], ["orders"])
    assert same_people("orders", "billing", [alone, both])
    assert not same_people("orders", "billing", [alone, lead])
    assert same_people("orders", "billing", [(["agent"], [])])
    assert same_people("orders", None, [])


def test_only_what_changes_something_is_told() -> None:
    now = Place(3, True, 600)
    assert worth_telling(None, now)
    assert worth_telling(Place(4, True, 600), now)
    assert worth_telling(Place(3, False, None), now)
    assert not worth_telling(Place(3, True, 570), now)
    assert worth_telling(Place(3, True, 300), now)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("intents:\n", "intents:\n  juggle: circus\n"),
        ("department: gear", "department: moon"),
        ("timezone: Europe/Vienna", "timezone: Europe/Atlantis"),
        ("safety: {queue: senior", "safety: {queue: nowhere"),
        ("age_step: 10", "age_step: soon"),
        ("  orders: {hours: always}", "  orders: {hours: {mon: ['9-5']}}"),
        ("queues:", "queus:"),
        ("labels: [A refund", "labels: [A return"),
    ],
)
def test_a_plan_that_does_not_hold_is_found_at_start(tmp_path: Path, old: str, new: str) -> None:
    text = FILE.read_text()
    broken = text.replace(old, new, 1) if old in text else text.replace("department: orders", "department: moon", 1)
    (tmp_path / "plan.yaml").write_text(broken)
    with pytest.raises(BadPlan, match=r"plan\.yaml"):
        read_plan(tmp_path / "plan.yaml")


def test_the_companys_own_time_zone_is_read_at_start_though_every_department_has_one(tmp_path: Path) -> None:
    stated = {**PLAN.model_dump(), "timezone": "Europe/Atlantis"}
    for department in stated["departments"].values():
        department["timezone"] = "Europe/Vienna"
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump(stated))
    with pytest.raises(BadPlan, match="no such time zone: Europe/Atlantis"):
        read_plan(tmp_path / "plan.yaml")
