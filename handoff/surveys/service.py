"""Surveys: once an episode, never while something promised is open, in the transaction of what made them due.

``follow`` runs at the end of every unit of work on a conversation and reads what it wrote, so that no caller has to
think of surveys. The conversation's row is locked there: an offer carries the epoch of the moment, and a reopening
that comes first takes the reason for it away.
"""

from __future__ import annotations

import sqlalchemy as sa

from handoff.contract.events import SurveyAnswered, SurveyOffered
from handoff.contract.wire import parse_event
from handoff.conversations.log import LogWriter, WireEvent, fingerprint
from handoff.errors import Conflict, NotFound
from handoff.settings import HandoffSettings
from handoff.storage import tables as t
from handoff.surveys import rules

TRIGGERS = frozenset({"feedback.given", "conversation.closed", "promise.kept", "handoff.reopened"})


def follow(log: LogWriter, settings: HandoffSettings) -> None:
    """Offer the survey that this unit of work made due, if one is."""
    triggers = [event for event in log.written if event["type"] in TRIGGERS]
    for event in triggers:
        if _is_reopening(event):
            _withdraw(log, event["data"].get("episode_id") or log.conversation.episode_id)
            continue
        data = parse_event(event["type"], event["data"])
        if rules.asks_now(data):
            episode_id = event["data"].get("episode_id") or _closed_with(log)
            if episode_id is not None:
                _offer(log, _root(log, episode_id), settings)
        elif rules.frees(data):
            for episode_id in _waiting(log):
                _offer(log, episode_id, settings)


def answer(log: LogWriter, episode_id: str, ces: int, csat: int | None, comment: str | None) -> int:
    """The ``seq`` of the answer; the same answer again gives the same. Raises ``NotFound``, ``Conflict``,
    ``Unprocessable``."""
    row = _row(log, episode_id)
    if row is None or row["conversation_id"] != log.conversation.id or row["state"] == "waiting":
        raise NotFound("survey_not_offered", "There is no survey for this.")
    answered = SurveyAnswered(episode_id, row["form"], ces, csat, comment)
    rules.check_answer(answered)
    mark = fingerprint("survey", f"{ces}\0{csat}\0{comment}")
    if row["state"] == "answered":
        if row["fingerprint"] != mark:
            raise Conflict("survey_answered", "You've answered this already. Thank you.")
        return int(row["answered_seq"])
    seq = int(log.append(answered, "customer")["seq"])
    _set(log, episode_id, state="answered", answered_at=log.now, answered_seq=seq, fingerprint=mark)
    return seq


def _offer(log: LogWriter, episode_id: str, settings: HandoffSettings) -> None:
    row = _row(log, episode_id)
    if row is not None and row["state"] != "waiting":
        return
    if row is None:
        values = {"episode_id": episode_id, "conversation_id": log.conversation.id, "form": settings.survey_form}
        log.connection.execute(sa.insert(t.surveys).values(**values, state="waiting"))
    if _promise_open(log, episode_id):
        return
    log.append(SurveyOffered(episode_id, settings.survey_form, settings.company_name), "system")
    _set(log, episode_id, state="offered", offered_at=log.now, conversation_id=log.conversation.id)


def _is_reopening(event: WireEvent) -> bool:
    """The customer says so, or a colleague does."""
    return bool(event["type"] == "handoff.reopened" or event["data"].get("kind") == "not_solved")


def _withdraw(log: LogWriter, episode_id: str | None) -> None:
    """What is not solved is not asked about; a survey that was offered before stays the only one."""
    if episode_id is not None:
        waits = (t.surveys.c.episode_id == _root(log, episode_id), t.surveys.c.state == "waiting")
        log.connection.execute(sa.delete(t.surveys).where(*waits))


def _closed_with(log: LogWriter) -> str | None:
    """The episode that this unit of work closed together with the conversation."""
    return next((e["data"]["episode_id"] for e in reversed(log.written) if e["type"] == "episode.closed"), None)


def _root(log: LogWriter, episode_id: str) -> str:
    """The first of the episodes that are one issue."""
    linked = sa.select(t.episodes.c.linked_to).where(t.episodes.c.id == episode_id)
    return log.connection.execute(linked).scalar() or episode_id


def _promise_open(log: LogWriter, episode_id: str) -> bool:
    issue = sa.select(t.episodes.c.id).where(
        sa.or_(t.episodes.c.id == episode_id, t.episodes.c.linked_to == episode_id)
    )
    of_none = sa.and_(t.promises.c.episode_id.is_(None), t.promises.c.conversation_id == log.conversation.id)
    mine = sa.or_(t.promises.c.episode_id.in_(issue), of_none)
    query = sa.select(t.promises.c.id).where(mine, t.promises.c.kept_at.is_(None)).limit(1)
    return log.connection.execute(query).first() is not None


def _waiting(log: LogWriter) -> list[str]:
    mine = (t.surveys.c.conversation_id == log.conversation.id, t.surveys.c.state == "waiting")
    return list(log.connection.execute(sa.select(t.surveys.c.episode_id).where(*mine)).scalars())


def _row(log: LogWriter, episode_id: str) -> sa.RowMapping | None:
    return log.connection.execute(sa.select(t.surveys).where(t.surveys.c.episode_id == episode_id)).mappings().first()


def _set(log: LogWriter, episode_id: str, **values: object) -> None:
    log.connection.execute(sa.update(t.surveys).where(t.surveys.c.episode_id == episode_id).values(**values))
