"""Whether a colleague answered in time: by the time that the hand-over's own queue owed the answer."""

from __future__ import annotations

import pytest

from eval.metrics.figures import figures
from eval.outcomes.classify import episodes_of
from eval.outcomes.model import DAY, told
from tests.eval.outcomes.logs import START, Log

pytestmark = pytest.mark.unit


def answered_in_time(log: Log) -> float | None:
    episodes = episodes_of([log.closed("agt_1").conversation()], START + 9 * DAY)
    return figures(episodes, START + 9 * DAY).metrics["answered_in_time"].value


def waiting(*, owed: float | None) -> Log:
    """``owed``: seconds until the answer is due, as the queue says."""
    log = Log("c1").episode("eps_1").customer("Cancel A-1001", "cancel_order").bot()
    log.add("handoff.requested", "bot", reason="policy").at -= 60
    return queued(log, owed)


def queued(log: Log, owed: float | None) -> Log:
    due = {} if owed is None else {"due_at": told(log.at + owed)}
    log.add("handoff.queued", "system", handoff_id="hnd_1", queue="email", position=1, **due)
    log.at -= 60
    return log


@pytest.mark.parametrize(
    ("owed", "after", "in_time"), [(1800, 1500, 1), (1800, 1900, 0), (90, 100, 0), (None, 110, 1), (None, 130, 0)]
)
def test_an_answer_is_held_against_its_queues_own_time(owed: float | None, after: float, in_time: int) -> None:
    """What is owed in half an hour is not late after two minutes; what is owed in a minute and a half is."""
    log = waiting(owed=owed)
    log.at += after
    assert answered_in_time(log.agent()) == in_time


def test_queueing_again_puts_off_nothing() -> None:
    log = queued(waiting(owed=300), 7200).later(hours=1)
    assert answered_in_time(log.agent()) == 0


def test_what_comes_back_after_its_time_is_not_late_for_that() -> None:
    """The queue's clock runs on from the first wait of the matter; an answer at once is in time all the same."""
    log = waiting(owed=300).agent().add("handoff.returned", "agent").later(hours=1)
    queued(log.add("handoff.requested", "customer", reason="explicit_request"), -3300)
    assert answered_in_time(log.agent()) == 1
