"""Routing follows the issue: which queue a hand-over enters, whose it is, and how soon it is due. Pure.

Its place is one number that never changes while it waits: the moment of the first wait plus ``age_step`` for every step
of priority. So a calm case that has waited long overtakes an urgent one that just came, without anybody recounting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handoff.contract.events import HandoffReason
from handoff.queue.hours import Hours
from handoff.queue.plan import DeskPlan, Queue

MOST_URGENT = 1


@dataclass(frozen=True)
class Route:
    """``repeat`` hand-overs of one episode rise a step each, and go to a senior colleague from the second on."""

    queue: Queue
    priority: int
    weight: int
    topic: str | None
    department: str | None
    skills: tuple[str, ...]


def route(plan: DeskPlan, reason: HandoffReason, topic: str | None = None, repeats: int = 0) -> Route:
    """``repeats``: how often this episode was with people before."""
    rule = plan.reasons[reason]
    about = plan.topics.get(topic) if topic else None
    return Route(
        queue="senior" if repeats >= 2 else rule.queue,
        priority=max(MOST_URGENT, rule.priority - repeats),
        weight=rule.weight,
        topic=topic if about else None,
        department=about.department if about else None,
        skills=tuple(about.skills) if about else (),
    )


def rank(plan: DeskPlan, priority: int, first_wait: datetime) -> int:
    """The place in the order, in milliseconds; lower is sooner."""
    return int((first_wait + timedelta(minutes=plan.age_step * priority)).timestamp() * 1000)


def due(plan: DeskPlan, queue: Queue, department: str | None, first_wait: datetime) -> datetime:
    """When the first answer is due."""
    return _after(plan, department, first_wait, plan.queues[queue].answer_within)


def message_due(plan: DeskPlan, department: str | None, left: datetime) -> datetime:
    """By when a message that was left is answered."""
    return _after(plan, department, left, plan.message_within)


def _after(plan: DeskPlan, department: str | None, start: datetime, seconds: int) -> datetime:
    """``seconds`` of the department's hours later."""
    calendar = calendar_of(plan, department)
    return calendar.after_open_seconds(start, seconds) if calendar else start + timedelta(seconds=seconds)


def calendar_of(plan: DeskPlan, department: str | None) -> Hours | None:
    """``None``: nobody's hours bind it, so it is always open."""
    return plan.calendars.get(department)


def local(plan: DeskPlan, department: str | None, moment: datetime) -> datetime:
    """``moment`` on the wall clock of the department's people."""
    calendar = calendar_of(plan, department)
    return moment.astimezone(calendar.zone if calendar else plan.zone)


def opens_at(plan: DeskPlan, department: str | None, now: datetime) -> datetime | None:
    """When its people come back; ``None`` while they are there. What is nobody's is open when any department is."""
    own = plan.calendars.get(department)  # a department that the plan no longer knows has nobody's hours
    calendars = [own] if own else list(plan.calendars.values())
    if not calendars or any(one.is_open(now) for one in calendars):
        return None
    return min((moment for one in calendars if (moment := one.next_open(now))), default=None)
