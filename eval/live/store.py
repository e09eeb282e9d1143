"""Episodes and ledger in SQL: written by the keeper, one person at a time. All SQL of writing is here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from eval.judge.model import Verdict
from eval.live import totals, vendors
from eval.metrics import effort
from eval.outcomes.ledger import Entry, revise
from eval.outcomes.model import DAY, Episode, Ref, told
from eval.rosetta import WINDOWS
from eval.storage.tables import (
    OUTCOME_FLAGS,
    outcome_articles,
    outcome_contacts,
    outcome_episodes,
    outcome_feed,
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
    followers = {each.follows: each for each in episodes if each.follows is not None}
    said = verdicts or {}
    wanted = [row(each, person, followers.get(each.id), now, said.get(each.id)) for each in episodes]
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
        connection.execute(sa.delete(outcome_articles).where(outcome_articles.c.episode_id.in_(chunk)))
    if found.rows:
        connection.execute(sa.insert(outcome_episodes), found.rows)
    totals.set_due(connection, days)
    if found.contacts is not None:
        connection.execute(sa.delete(outcome_contacts).where(outcome_contacts.c.person == found.person))
        if found.contacts:
            connection.execute(sa.insert(outcome_contacts), found.contacts)
    cited = [
        {"episode_id": each["id"], "article_id": article}
        for each in found.rows
        for article in sorted({name for name, _ in each["articles"]})
    ]
    if cited:
        connection.execute(sa.insert(outcome_articles), cited)


def row(
    episode: Episode, person: str, follower: Episode | None, now: float, verdict: Verdict | None = None
) -> dict[str, Any]:
    """One episode as the dashboard reads it."""
    contacts = episode.contacts
    first, last = contacts[0], contacts[-1]
    handoffs = episode.handoffs
    waits = [h.answered_at - h.requested_at for h in handoffs if h.answered_at is not None]
    judged = [contact.packet_enough for contact in contacts if contact.packet_enough is not None]
    surveys = [survey for contact in contacts for survey in contact.surveys]
    following = next((c for c in contacts[1:] if c.exclusion is None), follower.contacts[0] if follower else None)
    newest = last.handoffs[-1] if last.handoffs else None
    left = newest is not None and newest.accepted_at is None and not newest.returned
    reached = any(contact.bot_answers or contact.agent_messages for contact in contacts)
    needed = first.first_need_at
    told_of: dict[str, Any] = {
        "id": episode.id,
        "person": person,
        "conversation_id": first.conversation_id,
        "conversation_ids": list(episode.conversation_ids),
        "day": told(episode.opened_at)[:10],
        "opened_at": episode.opened_at,
        "ended_at": last.ended_at,
        "channel": first.channel,
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
        "next_at": _next_at(episode, now),
        "articles": [list(article) for contact in contacts for article in contact.articles],
        "eligible": episode.eligible,
        "matured": episode.matured,
        "ended": episode.status != "open",
        "proven": episode.proven and episode.matured,
        "silent": episode.silent and episode.matured,
        "reached": reached,
        "confirmed": reached and any(contact.said_solved is not None for contact in contacts),
        "one_contact": len(contacts) == 1,
        "person_took_part": any(contact.person_took_part for contact in contacts),
        "person_asked": any(contact.person_asked for contact in contacts),
        "left_queue": left and (last.closed or now - last.ended_at >= DAY),
        "served": bool(waits),
        "asked_again": bool(waits) and any(contact.effort.asked_again for contact in contacts),
        "packet_judged": bool(waits) and bool(judged),
        "packet_enough": bool(waits) and bool(judged) and all(judged),
        "survey_offered": any(contact.offered_survey or contact.surveys for contact in contacts),
        "survey_answered": bool(surveys),
        "returned": following is not None,
        "first_ended_at": first.ended_at,
        "returned_at": following.opened_at if following is not None else None,
        "wait": waits[0] if waits else None,
        "to_resolution": (
            episode.claimed_at - needed
            if episode.proven and episode.claimed_at is not None and needed is not None
            else None
        ),
        "ces7": next((s.ces for s in surveys if s.form == "ces7" and s.ces is not None), None),
        "ces5": next((s.ces for s in surveys if s.form == "ces5" and s.ces is not None), None),
        "csat": next((s.csat for s in surveys if s.csat is not None), None),
        "effort": effort.index(episode),
        "judged": verdict.said if verdict else None,
        "judge": {"score": verdict.score, "because": list(verdict.because)} if verdict else None,
        "judge_version": verdict.judge if verdict else None,
    }
    return {name: int(value) if name in OUTCOME_FLAGS else value for name, value in told_of.items()}


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
