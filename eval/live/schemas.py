"""What the outcome routes answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from eval.outcomes.ledger import Entry
from eval.outcomes.model import told


class FigureOut(BaseModel):
    """``hits`` of ``n`` episodes; ``method`` is how the interval was found, ``note`` what is to be said beside the
    value or instead of one, ``target`` what good practice asks, in the direction ``wanted``."""

    name: str
    title: str
    value: float | None
    interval_95: tuple[float, float] | None
    method: Literal["wilson", "bootstrap", "order statistics", "greenwood", "none"]
    hits: int
    n: int
    unit: str
    denominator: str
    note: str
    target: float | None
    wanted: Literal["at least", "at most"] | None


class TrendOut(FigureOut):
    key: str


class TallyOut(BaseModel):
    key: str
    n: int


class CurvePointOut(BaseModel):
    """After ``days``: the share ``kept`` that has not come back with the same issue, and how many were watched."""

    days: float
    kept: float
    low: float
    high: float
    at_risk: int


class SummaryOut(BaseModel):
    """``counts`` by ``status/evidence`` of the eligible; ``silence_reasons``: of how many silent endings something was
    among the judge's reasons."""

    since: str
    until: str
    as_of: str
    metrics: list[FigureOut]
    counts: list[TallyOut]
    excluded: list[TallyOut]
    handover_reasons: list[TallyOut]
    queues: list[TallyOut]
    contact_drivers: list[TallyOut]
    silence_reasons: list[TallyOut]
    repeat_curve: list[CurvePointOut]


class VendorOut(BaseModel):
    """One definition of "resolved" over the same contacts; ``only_theirs`` are resolved by it and not by ours."""

    name: str
    title: str
    rule: str
    window: str
    denominator: str
    value: float | None
    interval_95: tuple[float, float] | None
    hits: int
    n: int
    only_theirs: int
    only_ours: int


class RefOut(BaseModel):
    conversation_id: str
    seq: int


class VerdictOut(BaseModel):
    """The judge's word on an episode that ended in silence. ``score`` orders episodes; it is no probability."""

    said: Literal["resolved", "not_resolved", "abstains"]
    score: float
    because: list[str]
    judge: str


class EpisodeOut(BaseModel):
    episode_id: str
    conversation_ids: list[str]
    opened_at: str
    ended_at: str
    channel: str
    intent: str
    version: str
    status: str
    evidence: str
    resolver: str
    eligible: bool
    matured: bool
    excluded: str | None
    why: str
    refs: list[RefOut]
    handover_reason: str | None
    effort: float
    judge: VerdictOut | None


class EpisodesOut(BaseModel):
    """``next`` continues the list; null at its end."""

    episodes: list[EpisodeOut]
    next: str | None


class EntryOut(BaseModel):
    at: str
    kind: str
    status: str
    evidence: str
    resolver: str
    why: str
    refs: list[RefOut]
    into: str | None


class EpisodeHistoryOut(BaseModel):
    episode: EpisodeOut
    ledger: list[EntryOut]


def episode_out(row: sa.RowMapping) -> EpisodeOut:
    return EpisodeOut(
        episode_id=row["id"],
        conversation_ids=row["conversation_ids"],
        opened_at=told(row["opened_at"]),
        ended_at=told(row["ended_at"]),
        channel=row["channel"],
        intent=row["intent"],
        version=row["version"],
        status=row["status"],
        evidence=row["evidence"],
        resolver=row["resolver"],
        eligible=bool(row["eligible"]),
        matured=bool(row["matured"]),
        excluded=row["exclusion"],
        why=row["why"],
        refs=[_ref(each) for each in row["refs"]],
        handover_reason=row["reason"],
        effort=round(row["effort"] or 0.0, 1),
        judge=verdict_out(row),
    )


def verdict_out(row: Mapping[str, Any] | sa.RowMapping) -> VerdictOut | None:
    if row["judged"] is None or row["judge"] is None:
        return None
    return VerdictOut(said=row["judged"], judge=row["judge_version"] or "", **row["judge"])


def entry_out(entry: Entry) -> EntryOut:
    return EntryOut(
        at=told(entry.at),
        kind=entry.kind,
        status=entry.status,
        evidence=entry.evidence,
        resolver=entry.resolver,
        why=entry.why,
        refs=[_ref(each) for each in entry.refs],
        into=entry.into,
    )


def _ref(pair: Any) -> RefOut:
    return RefOut(conversation_id=pair[0], seq=pair[1])
