"""What the evaluation hears of conversations: those that came to rest, and their logs."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from eval.learned.rules import topic_of
from eval.learned.service import ScenarioMaker
from eval.outcomes.classify import episodes_of
from eval.outcomes.model import Contact, Episode, conversation_of
from eval.quality.sampling import Candidate
from eval.quality.service import QualityDesk
from handoff.conversations.log import WireEvent, read_events
from handoff.core import Core
from handoff.storage import tables as t

MOST_CANDIDATES = 2_000
WHOLE_LOG = 100_000


def quality_desk(core: Core) -> QualityDesk:
    """The quality desk over the log's database."""

    async def candidates(since: str, until: str) -> Sequence[Candidate]:
        return await core.database.read(lambda connection: _candidates(connection, since, until))

    async def transcript(conversation_id: str) -> list[WireEvent] | None:
        events = await core.database.read(lambda c: read_events(c, conversation_id, 0, WHOLE_LOG))
        return events or None

    return QualityDesk(core.database, core.clock, core.ids, candidates, transcript)


def scenario_maker(core: Core) -> ScenarioMaker:
    """Scenarios made of conversations, over the log's database."""

    async def transcript(conversation_id: str) -> list[WireEvent] | None:
        events = await core.database.read(lambda c: read_events(c, conversation_id, 0, WHOLE_LOG))
        return events or None

    async def resolved(topic: str, since: str) -> str | None:
        return await core.database.read(lambda connection: _resolved_since(connection, topic, since))

    return ScenarioMaker(core.database, core.clock, core.ids, transcript, resolved)


def _resolved_since(connection: sa.Connection, topic: str, since: str) -> str | None:
    """The first closed conversation about ``topic`` that the assistant resolved, on evidence and alone."""
    opened = (
        sa.select(t.conversations.c.id)
        .where(t.conversations.c.state == "closed", t.conversations.c.opened_at > since)
        .order_by(t.conversations.c.opened_at)
        .limit(MOST_CANDIDATES)
    )
    for conversation_id in connection.execute(opened).scalars():
        events = read_events(connection, conversation_id, 0, WHOLE_LOG)
        if topic_of(events) != topic:
            continue
        log = conversation_of(events)
        if any(_proved(each) for each in episodes_of([log], log.events[-1].at)):
            return str(conversation_id)
    return None


def _proved(episode: Episode) -> bool:
    by_itself = episode.resolver == "bot" and episode.would_be == "resolved"
    return by_itself and episode.evidence in ("verified_state", "confirmed")


def _candidates(connection: sa.Connection, since: str, until: str) -> list[Candidate]:
    """The newest closed conversations in which a customer needed something; test and staff traffic is left out."""
    closed = (
        sa.select(t.conversations.c.id)
        .where(t.conversations.c.state == "closed", t.conversations.c.last_event_at.between(since, until))
        .order_by(t.conversations.c.last_event_at.desc())
        .limit(MOST_CANDIDATES)
    )
    found = []
    for conversation_id in connection.execute(closed).scalars():
        log = conversation_of(read_events(connection, conversation_id, 0, WHOLE_LOG))
        episodes = [each for each in episodes_of([log], log.events[-1].at) if each.eligible]
        if episodes:
            found.append(_candidate(conversation_id, episodes))
    return found


def _candidate(conversation_id: str, episodes: Sequence[Episode]) -> Candidate:
    contacts = [contact for episode in episodes for contact in episode.contacts]
    surveys = [survey for contact in contacts for survey in contact.surveys]
    return Candidate(
        conversation_id,
        resolver=episodes[-1].resolver,
        effort=max(_again(contact) for contact in contacts),
        frustration=max(contact.effort.frustration for contact in contacts),
        said_not_solved=any(contact.denied is not None for contact in contacts),
        ces7=next((s.ces for s in surveys if s.form == "ces7"), None),
        ces5=next((s.ces for s in surveys if s.form == "ces5"), None),
        csat=next((s.csat for s in surveys if s.csat is not None), None),
        # Silence after an answer: most vendors count it as resolved, we do not.
        definitions_disagree=any(
            each.would_be == "resolved" and each.evidence == "assumed_silent" for each in episodes
        ),
    )


def _again(contact: Contact) -> float:
    """What the customer had to do again, in acts; three minutes of waiting weigh like one."""
    effort = contact.effort
    acts = effort.rephrased + effort.asked_again + effort.failed_turns + effort.not_understood
    return acts + effort.waited / 180
