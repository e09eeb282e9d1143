"""When an article wants an editor: review by a day, news of a product issue within 72 hours, end of validity. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from knowledge.clock import stamp
from knowledge.rules import Reach, reach
from knowledge.store import Article

PRODUCT_ISSUE: Final = "product-issue"
"""Tag of articles about a fault that customers meet now: they must be told news, or that there is none."""
UPDATE_WITHIN: Final = timedelta(hours=72)

Answers = Literal["no"] | Reach
"""What customers get of an article today: nothing is published, it is not yet true, it answers, or it is over."""
Kind = Literal["review", "product_issue", "scheduled", "expires"]


@dataclass(frozen=True)
class Listed(Article):
    """An article with what its clocks say at this moment."""

    tags: tuple[str, ...]
    scheduled_for: str | None
    review_overdue: bool
    issue_due_at: str | None
    issue_breached: bool
    answers: Answers


@dataclass(frozen=True)
class Watched:
    """What an article's clocks go by: the version that customers read, or the newest where none is published. A draft
    that leaves a tag or a day out stops no clock."""

    tags: Sequence[str]
    review_by: str | None
    effective_from: str | None
    effective_until: str | None


@dataclass(frozen=True)
class Due:
    """``late_by_days`` is negative while there is time."""

    kind: Kind
    due_at: str
    late_by_days: int
    article: Listed


def listed(
    article: Article,
    tags: Sequence[str],
    watched: Watched,
    published_at: str | None,
    scheduled_for: str | None,
    now: datetime,
    today: date,
) -> Listed:
    """The fields of the list are the newest version's, but ``review_by`` is the day that the clock goes by."""
    issue = issue_due(article, watched.tags, published_at)
    return Listed(
        **{**vars(article), "review_by": watched.review_by},
        tags=tuple(tags),
        scheduled_for=scheduled_for,
        review_overdue=article.state != "archived" and (watched.review_by or "9999") < today.isoformat(),
        issue_due_at=issue,
        issue_breached=issue is not None and issue < stamp(now),
        answers=answers(article, watched, today),
    )


def answers(article: Article, watched: Watched, today: date) -> Answers:
    if article.published_version is None:
        return "no"
    return reach(watched.effective_from, watched.effective_until, today.isoformat())


def issue_due(article: Article, tags: Sequence[str], published_at: str | None) -> str | None:
    """When a product-issue article must have been published again; None where no such clock runs."""
    if PRODUCT_ISSUE not in tags or article.published_version is None or published_at is None:
        return None
    return stamp(datetime.fromisoformat(published_at) + UPDATE_WITHIN)


def dues(article: Listed, watched: Watched, today: date, days: int, zone: ZoneInfo) -> Iterator[Due]:
    """What is due, late or within ``days``."""
    if article.state == "archived":
        return
    moments: list[tuple[Kind, str | None]] = [
        ("review", article.review_by),
        ("product_issue", article.issue_due_at),
        ("scheduled", article.scheduled_for),
        ("expires", watched.effective_until if article.published_version is not None else None),
    ]
    for kind, moment in moments:
        if moment is not None and (late := (today - day_of(moment, zone)).days) >= -days:
            yield Due(kind, moment, late, article)


def day_of(moment: str, zone: ZoneInfo) -> date:
    """The day in ``zone`` of an RFC 3339 moment, or an ISO date, which has no zone."""
    if len(moment) == len("2027-01-31"):
        return date.fromisoformat(moment)
    return datetime.fromisoformat(moment).astimezone(zone).date()
