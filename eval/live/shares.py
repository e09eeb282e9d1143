"""The catalogue's figures as conditions in SQL on kept episodes, so that a click lists just the episodes behind one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from eval.metrics import catalogue
from eval.metrics.catalogue import Figure, Is
from eval.storage.tables import outcome_articles, outcome_episodes, outcome_handovers

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


def condition(conditions: Sequence[Is]) -> Condition:
    """What ``catalogue.all_hold`` says of an episode's facts, said of its row."""
    return sa.and_(sa.true(), *(part for each in conditions for part in _parts(each)))


def _parts(each: Is) -> list[Condition]:
    column = E[each.field]
    if each.least is None and each.most is None:
        values = [int(value) if isinstance(value, bool) else value for value in each.values]
        return [column == values[0] if len(values) == 1 else column.in_(values)]
    found: list[Condition] = [column.is_not(None)]
    if each.least is not None and each.least != float("-inf"):
        found.append(column >= each.least)
    if each.most is not None:
        found.append(column <= each.most)
    return found


OF_MATURED: Final = condition(catalogue.OF_MATURED)
OF_ENDED: Final = condition(catalogue.OF_ENDED)
OF_ELIGIBLE: Final = condition(catalogue.OF_ELIGIBLE)


def hits(figure: Figure) -> Condition:
    """The episodes that the figure counts."""
    return condition((*figure.of, *figure.hits))


def of(figure: Figure) -> Condition:
    """The episodes that the figure is taken of."""
    return condition(figure.of)


def reason_of(words: str) -> str:
    """One of the judge's reasons without its measure: ``the customer was tense (0.41)`` is one kind with any other."""
    return words.partition(" (")[0]


def judged_because(reason: str) -> Condition:
    """Episodes with that reason among the judge's."""
    return sa.cast(E.judge, sa.Text).contains(json.dumps(reason)[:-1], autoescape=True)


def handed_over(*, reason: str | None = None, queue: str | None = None) -> list[Condition]:
    """Episodes with a hand-over for that reason, and with one in that queue."""
    found: list[Condition] = []
    for column, value in ((outcome_handovers.c.reason, reason), (outcome_handovers.c.queue, queue)):
        if value is not None:
            found.append(E.id.in_(sa.select(outcome_handovers.c.episode_id).where(column == value)))
    return found
