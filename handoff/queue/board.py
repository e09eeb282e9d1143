"""Reads of the whole desk: what waits, who has what, who works here, and how fast it went lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from handoff.agents.access import DESK_ROLES
from handoff.clock import parse
from handoff.queue.estimate import Pace, pace
from handoff.queue.matching import Candidate, Wanted
from handoff.queue.plan import DeskPlan
from handoff.storage import tables as t

H = t.handoffs.c
RECENT = 50
MOST_WAITING = 5_000
WAITING = sa.select(t.handoffs).where(H.state == "queued").order_by(H.rank, H.id).limit(MOST_WAITING)
ACCEPTED = sa.select(t.handoffs).where(H.state == "accepted")
PEOPLE = sa.select(t.agents)
LATELY = (
    sa.select(H.requested_at, H.accepted_at, H.ended_at)
    .where(H.accepted_at.is_not(None), H.ended_at.is_not(None))
    .order_by(H.ended_at.desc())
    .limit(RECENT)
)


@dataclass(frozen=True)
class Board:
    """``people`` are all accounts by id, switched-off ones too."""

    waiting: Sequence[sa.RowMapping]
    accepted: Sequence[sa.RowMapping]
    people: dict[str, sa.RowMapping]
    pace: Pace

    def works(self, agent_id: str) -> bool:
        """Whether this account may have conversations: it is switched on, with a role at the desk."""
        person = self.people.get(agent_id)
        return person is not None and person["active"] and bool(set(person["roles"]) & set(DESK_ROLES))

    def load(self, agent_id: str) -> int:
        return sum(row["weight"] for row in self.accepted if row["agent_id"] == agent_id)


def read_board(connection: sa.Connection) -> Board:
    waiting = connection.execute(WAITING).mappings().all()
    accepted = connection.execute(ACCEPTED).mappings().all()
    people = {row["id"]: row for row in connection.execute(PEOPLE).mappings()} if waiting or accepted else {}
    usual = _pace(connection) if waiting else Pace()
    return Board(waiting, accepted, people, usual)


def _pace(connection: sa.Connection) -> Pace:
    lately = connection.execute(LATELY).all()
    return pace(
        [(parse(row.accepted_at) - parse(row.requested_at)).total_seconds() for row in lately],
        [(parse(row.ended_at) - parse(row.accepted_at)).total_seconds() for row in lately],
    )


def wanted_of(row: Any, plan: DeskPlan) -> Wanted:
    return Wanted(
        row["id"],
        row["rank"],
        row["department"],
        tuple(row["skills"]),
        row["language"],
        plan.queues[row["queue"]].senior,
        row["weight"],
        tuple(row["passed_by"]),
    )


def candidate_of(row: Any, load: int) -> Candidate:
    return Candidate(
        row["id"],
        tuple(row["roles"]),
        tuple(row["departments"]),
        tuple(row["skills"]),
        tuple(row["languages"]),
        row["capacity"],
        load,
    )
