from dataclasses import replace

import pytest

from eval.outcomes.classify import episodes_of
from eval.outcomes.ledger import Entry, counts, replay, revise
from eval.outcomes.model import DAY, HOUR, Conversation, StateRead
from tests.eval.outcomes.logs import START, Log

pytestmark = pytest.mark.unit


def kept_over(conversations: list[Conversation], days: list[float]) -> list[Entry]:
    """The ledger after a recomputation at each of ``days``."""
    entries: list[Entry] = []
    for day in days:
        at = START + day * DAY
        seen = [each for each in conversations if each.events[0].at <= at]
        entries += revise(replay(entries, at), episodes_of(seen, at), at)
    return entries


def cancelled(name: str = "a", at: float = START) -> Log:
    return (
        Log(name, at=at)
        .episode(f"eps_{name}")
        .customer("Cancel A-1042", "cancel_order")
        .done()
        .bot("It is done.")
        .closed()
    )


def test_a_late_repeat_changes_the_earlier_day_and_the_old_view_stays() -> None:
    back = Log("b", at=START + 5 * DAY).episode("eps_b").customer("A-1042 came all the same", "complain").bot().closed()
    entries = kept_over([cancelled().conversation(), back.conversation()], [1, 6, 8, 30])
    assert [(entry.kind, entry.status) for entry in entries] == [
        ("opened", "immature"),
        ("revised", "immature"),
        ("revised", "repeat"),
    ]
    assert not any(entry.headline for entry in entries)


def test_a_resolution_that_stood_and_is_gone_later_is_downgraded() -> None:
    read = StateRead("op_1", START + 10 * DAY, "gone")
    entries = kept_over([replace(cancelled().conversation(), reads=(read,))], [1, 8, 11])
    assert [entry.status for entry in entries] == ["immature", "resolved", "false_resolution"]
    assert counts(replay(entries, START + 9 * DAY).values()) == {"resolved/verified_state": 1}
    assert counts(replay(entries, START + 12 * DAY).values()) == {"false_resolution/none": 1}


def test_the_same_look_again_adds_nothing() -> None:
    assert len(kept_over([cancelled().conversation()], [8, 8, 8])) == 1


def test_two_issues_that_turn_out_to_be_one_are_merged_not_counted_twice() -> None:
    first = Log("a").episode("eps_a").customer("Where is A-1111?", "order_status").bot().closed()
    other = Log("b", at=START + HOUR).episode("eps_b").customer("Where is A-2222?", "order_status").bot().closed()
    both = Log("c", at=START + DAY).episode("eps_c").customer("A-1111 and A-2222?", "order_status").bot().closed()
    entries = kept_over([log.conversation() for log in (first, other, both)], [0.9, 2])
    assert [entry.into for entry in entries if entry.kind == "merged"] == ["eps_a"]
    assert set(replay(entries, START + 2 * DAY)) == {"eps_a"}
    assert set(replay(entries, START + DAY)) == {"eps_a", "eps_b"}
