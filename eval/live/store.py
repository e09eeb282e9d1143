"""Episodes and ledger in SQL: written by the keeper, one person at a time. All SQL of writing is here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from eval.judge.model import Verdict
from eval.live import totals, vendors
from eval.metrics.facts import Facts, facts_of
from eval.outcomes.ledger import Entry, revise
from eval.outcomes.model import DAY, Episode, Ref, told
from eval.quality.labels import handover_labels
from eval.rosetta import WINDOWS
from eval.storage.tables import (
    OUTCOME_FLAGS,
    OUTCOME_NUMBERS,
    outcome_articles,
    outcome_contacts,
    outcome_episodes,
    outcome_feed,
    outcome_handovers,
    outcome_ledger,
)

E, L = outcome_episodes.c, outcome_ledger.c
FEED = "conversations"


def position(connection: sa.Connection) -> int:
    found = connection.execute(sa.select(outcome_feed.c.position).where(outcome_feed.c.name == FEED)).scalar()
    return int(found or 0)


def move_to(connection: sa.Connection, reached: int) -> None:
    connection.execute(sa.delete(outcome_feed).where(outcome_feed.c.name == FEED))
    connection.execute(sa.insert(outcome_feed).values(name=FEED, position=reached))


def due_persons(connection: sa.Connection, now: float, most: int) -> list[str]:
    """Whose episodes have ripened since they were judged."""
    query = sa.select(E.person).where(E.next_at <= now).distinct().limit(most)
    return list(connection.execute(query).scalars())


def ask_again(connection: sa.Connection, judge: str) -> bool:
    """Have everybody judged once more of whom another judge than ``judge`` spoke; whether there is anybody."""
    others = sa.update(outcome_episodes).where(E.judge_version != judge)
    return bool(connection.execute(others.values(next_at=0.0, judge_version=None)).rowcount)


class Change(NamedTuple):
    """What must be written so that the tables hold what is judged of a person. ``gone``: episodes to take out, those
    that come back changed among them. ``contacts``: all of the person's; None where they are as before."""

    person: str
    entries: list[Entry]
    gone: list[str]
    rows: list[dict[str, Any]]
    contacts: list[dict[str, Any]] | None

    def __bool__(self) -> bool:
        return bool(self.entries or self.gone or self.rows or self.contacts is not None)


def change(
    connection: sa.Connection,
    person: str,
    episodes: Sequence[Episode],
    now: float,
    verdicts: Mapping[str, Verdict] | None = None,
) -> Change:
    """What differs from what is held of ``person``, whose episodes are ``episodes`` and no others. Reads alone.
    ``verdicts``: what the judge says, by episode.

    Judged again without news it is empty, so that the one writer of the database is left to the conversations.
    """
    held = {
        each["id"]: dict(each)
        for each in connection.execute(sa.select(outcome_episodes).where(E.person == person)).mappings()
    }
    names = {*held, *(each.id for each in episodes), *(alias for each in episodes for alias in each.aliases)}
    said = verdicts or {}
    labels = handover_labels(connection, [name for each in episodes for name in each.conversation_ids])
    known = zip(episodes, facts_of(episodes, now, labels), strict=True)
    wanted = [row(each, facts, person, now, said.get(each.id)) for each, facts in known]
    rows = [each for each in wanted if held.get(each["id"]) != each]
    kept = {each["id"] for each in wanted}
    gone = [name for name in held if name not in kept] + [each["id"] for each in rows if each["id"] in held]
    before = connection.execute(sa.select(outcome_contacts).where(outcome_contacts.c.person == person)).mappings()
    told = {each["id"]: dict(each) for each in before}
    contacts = vendors.rows(person, episodes, now)
    same = told == {each["id"]: each for each in contacts}
    return Change(person, revise(_known(connection, names), episodes, now), gone, rows, None if same else contacts)


def keep(connection: sa.Connection, found: Change) -> None:
    """Write a change. The episodes and the ledger move together."""
    if found.entries:
        connection.execute(sa.insert(outcome_ledger), [_ledger_row(entry) for entry in found.entries])
    days = {each["day"] for each in found.rows}
    for chunk in _chunks([*found.gone, *(each["id"] for each in found.rows)]):
        days.update(connection.execute(sa.select(E.day).where(E.id.in_(chunk))).scalars())
        connection.execute(sa.delete(outcome_episodes).where(E.id.in_(chunk)))
        for table in (outcome_articles, outcome_handovers):
            connection.execute(sa.delete(table).where(table.c.episode_id.in_(chunk)))
    if found.rows:
        connection.execute(sa.insert(outcome_episodes), found.rows)
    if found.contacts is not None:
        days.update(connection.execute(sa.select(E.day).where(E.person == found.person).distinct()).scalars())
        connection.execute(sa.delete(outcome_contacts).where(outcome_contacts.c.person == found.person))
        if found.contacts:
            connection.execute(sa.insert(outcome_contacts), found.contacts)
    totals.set_due(connection, days)
    for table, of_episode in ((outcome_articles, cited), (outcome_handovers, handed_over)):
        beside = [each for row in found.rows for each in of_episode(row)]
        if beside:
            connection.execute(sa.insert(table), beside)


def row(episode: Episode, facts: Facts, person: str, now: float, verdict: Verdict | None = None) -> dict[str, Any]:
    """One episode as the dashboard reads it."""
    contacts, handoffs = episode.contacts, episode.handoffs
    return {
        "id": episode.id,
        "person": person,
        "conversation_id": contacts[0].conversation_id,
        "conversation_ids": list(episode.conversation_ids),
        "day": told(episode.opened_at)[:10],
        "opened_at": episode.opened_at,
        "ended_at": contacts[-1].ended_at,
        "channel": contacts[0].channel,
        "intent": next((c.topic for c in contacts if c.topic), "none"),
        "version": next((c.version for c in contacts if c.version), "unknown"),
        "status": episode.status,
        "evidence": episode.evidence,
        "resolver": episode.resolver,
        "why": episode.why,
        "refs": [list(ref) for ref in episode.refs],
        "exclusion": episode.exclusion,
        "reason": handoffs[0].reason if handoffs else None,
        "queue": handoffs[0].queue if handoffs else None,
        "handovers": [[each.reason, each.queue] for each in handoffs],
        "next_at": _next_at(episode, now),
        "articles": [list(article) for contact in contacts for article in contact.articles],
        **{name: int(getattr(facts, name)) for name in OUTCOME_FLAGS},
        **{name: getattr(facts, name) for name in OUTCOME_NUMBERS},
        "handover": facts.handover,
        "judged": verdict.said if verdict else None,
        "judge": {"score": verdict.score, "because": list(verdict.because)} if verdict else None,
        "judge_version": verdict.judge if verdict else None,
    }


def cited(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The articles of an episode, each once."""
    names = sorted({name for name, _ in row["articles"]})
    return [{"episode_id": row["id"], "article_id": name} for name in names]


def handed_over(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every hand-over of an episode, in order."""
    return [
        {"episode_id": row["id"], "number": number, "reason": reason, "queue": queue}
        for number, (reason, queue) in enumerate(row["handovers"])
    ]


def _next_at(episode: Episode, now: float) -> float | None:
    """When the row may read otherwise though nothing happens: it ripens, a promise falls due, a queue counts as left, a
    window of some definition is over."""
    moments = [episode.assessed_at]
    for contact in episode.contacts:
        moments += [promise.due_at for promise in contact.promises if promise.kept_at is None]
        moments += [contact.ended_at + window for window in (DAY, *WINDOWS)]
    return min((each for each in moments if each > now), default=None)


def history(connection: sa.Connection, episode_id: str) -> list[Entry]:
    """All entries of one episode, oldest first."""
    query = sa.select(outcome_ledger).where(L.episode_id == episode_id).order_by(L.number)
    return [_entry(found) for found in connection.execute(query).mappings()]


def _known(connection: sa.Connection, names: Iterable[str]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for chunk in _chunks(list(names)):
        query = sa.select(outcome_ledger).where(L.episode_id.in_(chunk)).order_by(L.number)
        found.update({row["episode_id"]: _entry(row) for row in connection.execute(query).mappings()})
    return found


def _entry(row: sa.RowMapping) -> Entry:
    return Entry(
        row["episode_id"], row["at"], row["kind"], row["status"], row["evidence"], row["resolver"], row["eligible"],
        row["why"], tuple(Ref(*ref) for ref in row["refs"]), row["into"],
    )  # fmt: skip


def _ledger_row(entry: Entry) -> dict[str, Any]:
    return {**entry._asdict(), "refs": [list(ref) for ref in entry.refs]}


def _chunks(names: list[str], size: int = 500) -> Iterable[list[str]]:
    return (names[at : at + size] for at in range(0, len(names), size))
