"""What the dashboard counts of kept episodes, as conditions in SQL; the definitions are those of ``eval.metrics``.

Each share names the condition of its denominator and of its hits, so that a click lists just the episodes behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from eval.metrics.figures import ENDED, MATURED, WAIT_TARGET
from eval.outcomes.model import DAY
from eval.storage.tables import outcome_articles, outcome_episodes

E = outcome_episodes.c
Condition = sa.ColumnElement[bool]
DIMENSIONS: Final = ("day", "version", "intent", "channel", "article", "resolver", "queue")


@dataclass(frozen=True)
class Period:
    """Episodes opened from ``since`` up to ``until`` (seconds since 1970), and only those of each named dimension."""

    since: float
    until: float
    version: str | None = None
    intent: str | None = None
    channel: str | None = None
    article: str | None = None

    def named(self) -> dict[str, str]:
        """The dimensions that are asked for by a value."""
        values = {name: getattr(self, name) for name in ("version", "intent", "channel", "article")}
        return {name: value for name, value in values.items() if value is not None}

    def conditions(self) -> list[Condition]:
        return [E.opened_at >= self.since, E.opened_at < self.until, *self.of_dimensions()]

    def of_dimensions(self) -> list[Condition]:
        found: list[Condition] = [E[name] == value for name, value in self.named().items() if name != "article"]
        if self.article is not None:
            cited = sa.select(outcome_articles.c.episode_id).where(outcome_articles.c.article_id == self.article)
            found.append(E.id.in_(cited))
        return found


@dataclass(frozen=True)
class Share:
    """``target``: (share, "at least" or "at most") of good service practice."""

    name: str
    title: str
    hits: Condition
    of: Condition
    denominator: str
    target: tuple[float, str] | None = None


OF_MATURED = sa.and_(E.eligible == 1, E.matured == 1)
OF_ENDED = sa.and_(E.eligible == 1, E.ended == 1)
OF_ELIGIBLE = E.eligible == 1


def _matured(name: str, title: str, hits: Condition, target: tuple[float, str] | None = None) -> Share:
    return Share(name, title, hits, OF_MATURED, MATURED, target)


SHARES: Final = (
    _matured("resolution", "Resolution rate", E.proven == 1),
    *(
        _matured(f"resolution_{who}", f"Resolved by {who}", sa.and_(E.proven == 1, E.resolver == who))
        for who in ("bot", "assisted", "human")
    ),
    _matured("silence", "Band of silence", E.silent == 1),
    Share("confirmation", "Confirmation rate", E.confirmed == 1, sa.and_(OF_MATURED, E.reached == 1),
          "matured eligible episodes in which somebody answered"),
    _matured("fcr", "First contact resolution", sa.and_(E.proven == 1, E.one_contact == 1), (0.70, "at least")),
    _matured("repeat", "Claimed, and came back within 7 days", E.status == "repeat", (0.15, "at most")),
    _matured("false_resolution", "False resolutions", E.status == "false_resolution", (0.0, "at most")),
    _matured("unresolved", "Unresolved", E.status == "unresolved"),
    _matured("abandonment", "Abandoned", E.status == "abandoned"),
    _matured("declined", "Declined by policy", E.status == "declined_by_policy"),
    Share("deflection", "Deflection", E.person_took_part == 0, OF_ENDED, ENDED),
    Share("containment", "Containment", sa.and_(E.person_took_part == 0, E.person_asked == 0), OF_ENDED, ENDED),
    Share("handover", "Handed over", E.person_asked == 1, OF_ELIGIBLE, "eligible episodes"),
    Share("queue_abandonment", "Left before a person came", E.left_queue == 1,
          sa.and_(OF_ELIGIBLE, E.person_asked == 1), "eligible episodes that were handed over"),
    Share("reask", "Asked again for what they had told", E.asked_again == 1, sa.and_(OF_ELIGIBLE, E.served == 1),
          "handed over and answered by a colleague", (0.0, "at most")),
    Share("packet_enough", "The packet was enough", E.packet_enough == 1, sa.and_(OF_ELIGIBLE, E.packet_judged == 1),
          "handed over, and the colleague said whether it was"),
    Share("answered_in_time", f"Answered within {WAIT_TARGET:.0f} s", E.wait <= WAIT_TARGET,
          sa.and_(OF_ELIGIBLE, E.served == 1), "handed over and answered by a colleague"),
    Share("survey_response", "Surveys answered", E.survey_answered == 1, sa.and_(OF_ELIGIBLE, E.survey_offered == 1),
          "eligible episodes that were asked"),
    Share("ces7_easy", "CES 2.0, answered 5 to 7", E.ces7 >= 5, sa.and_(OF_ELIGIBLE, E.ces7.is_not(None)),
          "eligible episodes that answered"),
    Share("csat", "CSAT, 4 or 5", E.csat >= 4, sa.and_(OF_ELIGIBLE, E.csat.is_not(None)),
          "eligible episodes that answered", (0.85, "at least")),
    Share("routine_in_48h", "Resolved within 48 h, of those resolved on proof", E.to_resolution <= 2 * DAY,
          sa.and_(OF_MATURED, E.to_resolution.is_not(None)), "matured episodes resolved on proof", (0.80, "at least")),
)  # fmt: skip
BY_NAME: Final = {each.name: each for each in SHARES}
MEANS: Final = (
    ("ces7", "CES 2.0, mean", "points 1 to 7, 7 = easy", None),
    ("ces5", "CES, five points", "points 1 to 5, 1 = easy", (2.0, "at most")),
    ("csat", "CSAT, mean", "points 1 to 5", None),
    ("effort", "Effort index from behaviour", "0 to 100", None),
    ("wait", "Wait for a colleague", "seconds", None),
    ("to_resolution", "Time to resolution", "seconds", None),
)
