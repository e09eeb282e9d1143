"""What the evaluation hears of conversations: those that came to rest, and their logs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from eval.judge import store as judge_store
from eval.judge.labels import DEFAULT_LANGUAGE
from eval.judge.service import JudgeDesk
from eval.learned.rules import kinds_of, one_kind
from eval.learned.service import Made, ScenarioMaker
from eval.live import vendors
from eval.live.service import Outcomes
from eval.outcomes.classify import episodes_of
from eval.outcomes.model import Contact, Conversation, Episode, Traffic, conversation_of
from eval.quality.sampling import Candidate, some_of
from eval.quality.service import QualityDesk
from eval.storage.tables import outcome_episodes
from handoff.clock import Clock, parse
from handoff.contract.redact import for_staff
from handoff.contract.turn import ToolCall
from handoff.conversations.log import WireEvent, read_whole
from handoff.conversations.service import STAFF_CHANNEL
from handoff.core import Core
from handoff.outbox.feed import EventFeed
from handoff.storage import tables as t
from handoff.storage.database import Database
from stack.settings import Settings

MOST_CANDIDATES = 2_000
AT_A_TIME = 500
LAB_CUSTOMERS = "lab_"
"""How the ids of customers begin that the lab made (``actions.lab``)."""
LAB_CHANNEL, TEST_CHANNEL = "lab", "test"
"""Channels whose conversations count as tests, whoever holds them; the lab marks its guests so."""


def quality_desk(core: Core) -> QualityDesk:
    """The quality desk over the log's database."""

    async def candidates(since: str, until: str, seed: int) -> Sequence[Candidate]:
        return await core.database.read(lambda connection: read_candidates(connection, since, until, seed))

    async def transcript(conversation_id: str) -> list[WireEvent] | None:
        events = await core.database.read(lambda c: read_whole(c, conversation_id))
        return for_staff(events) or None

    return QualityDesk(core.database, core.clock, core.ids, candidates, transcript)


def scenario_maker(core: Core) -> ScenarioMaker:
    """Scenarios made of conversations, over the log's database."""

    async def transcript(conversation_id: str) -> list[WireEvent] | None:
        events = await core.database.read(lambda c: read_whole(c, conversation_id))
        return for_staff(events) or None

    async def calls(conversation_id: str) -> list[ToolCall]:
        return await core.database.read(lambda connection: stored_calls(connection, conversation_id))

    async def resolved(made: Made) -> str | None:
        return await core.database.read(lambda connection: resolved_since(connection, made))

    return ScenarioMaker(core.database, core.clock, core.ids, transcript, calls, resolved)


def stored_calls(connection: sa.Connection, conversation_id: str) -> list[ToolCall]:
    """What the tools were asked in the conversation's turns and answered; nothing where its customer was erased."""
    c = t.turns.c
    mine = sa.select(c.result).where(c.conversation_id == conversation_id).order_by(c.started_at, c.seq)
    results = connection.execute(mine).scalars()
    return [ToolCall(**call) for result in results if result for call in result.get("calls") or ()]


def resolved_since(connection: sa.Connection, made: Made) -> str | None:
    """The first conversation about the issue of ``made`` that the assistant resolved alone, on evidence that has stood
    for its time: the link ends for good, so a claim that may still be taken back ends nothing.

    The same issue is the same intent, and the same kind of thing where both conversations name one.
    """
    e = outcome_episodes.c
    query = (
        sa.select(e.conversation_id, e.conversation_ids)
        .where(
            e.intent == made.topic,
            e.eligible == 1,
            e.proven == 1,
            e.resolver == "bot",
            e.opened_at > parse(made.made_at).timestamp(),
        )
        .order_by(e.opened_at)
    )
    things = kinds_of(read_whole(connection, made.conversation_id))
    for found in connection.execute(query):
        named = [kinds_of(read_whole(connection, name)) for name in found.conversation_ids]
        if one_kind(things, frozenset().union(*named)):
            return str(found.conversation_id)
    return None


def read_candidates(
    connection: sa.Connection, since: str, until: str, seed: int, most: int = MOST_CANDIDATES
) -> list[Candidate]:
    """Closed conversations in which a customer needed something; test and staff traffic is left out. Where there are
    more than ``most``, they are drawn by chance over the whole period before a log is read."""
    c = t.conversations.c
    closed = sa.select(c.id, c.channel, c.customer_id).where(c.state == "closed", c.last_event_at.between(since, until))
    names = [row["id"] for row in connection.execute(closed).mappings() if _traffic(row) == "customer"]
    found, names = [], some_of(names, most, seed)
    unclear, apart = judge_store.abstained_on(connection, names), vendors.apart_on(connection, names)
    for name in names:
        log = conversation_of(read_whole(connection, name))
        episodes = [each for each in episodes_of([log], log.events[-1].at) if each.eligible]
        if episodes:
            doubts = {"judge_abstained": name in unclear, "definitions_disagree": name in apart}
            found.append(_candidate(name, episodes, **doubts))
    return found


def _candidate(
    conversation_id: str, episodes: Sequence[Episode], *, judge_abstained: bool, definitions_disagree: bool
) -> Candidate:
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
        # Silence after an answer: most vendors count it as resolved, we do not; it is told before it matures.
        definitions_disagree=definitions_disagree
        or any(each.would_be == "resolved" and each.evidence == "assumed_silent" for each in episodes),
        judge_abstained=judge_abstained,
    )


def _again(contact: Contact) -> float:
    """What the customer had to do again, in acts; three minutes of waiting weigh like one."""
    effort = contact.effort
    acts = effort.rephrased + effort.asked_again + effort.failed_turns + effort.not_understood
    return acts + effort.waited / 180


CUSTOMER, ALONE = "customer ", "conversation "
KEPT_CONVERSATIONS = 1_000
NEWEST_VERSION = (
    sa.select(t.turns.c.model_version)
    .where(t.turns.c.conversation_id == sa.bindparam("this"), t.turns.c.model_version.is_not(None))
    .order_by(t.turns.c.tracker_version.desc())
    .limit(1)
)


class LogOfPersons:
    """The keeper's view of the log: persons by what the outbox announced, their conversations from SQL.

    A customer's older conversations are asked for each time that customer writes; what was read of them lately is kept.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._feed = EventFeed(database, clock)
        self._read_lately: OrderedDict[tuple[str, int], Conversation] = OrderedDict()

    async def changed(self, position: int) -> tuple[Sequence[str], int]:
        events, reached = await self._feed.after(position)
        names = list(dict.fromkeys(event["conversation_id"] for event in events))
        if not names:
            return (), reached
        query = sa.select(t.conversations.c.id, t.conversations.c.customer_id).where(t.conversations.c.id.in_(names))
        rows = await self._database.read(lambda connection: list(connection.execute(query)))
        persons = [f"{ALONE}{row.id}" for row in rows]
        persons += [f"{CUSTOMER}{row.customer_id}" for row in rows if row.customer_id is not None]
        return persons, reached

    async def of_person(self, person: str) -> Sequence[Conversation]:
        return await self._database.read(lambda connection: self._conversations(connection, person))

    def _conversations(self, connection: sa.Connection, person: str) -> list[Conversation]:
        """An anonymous conversation that became a customer's is theirs alone from then on."""
        query = sa.select(t.conversations).order_by(t.conversations.c.opened_at)
        if person.startswith(CUSTOMER):
            query = query.where(t.conversations.c.customer_id == person.removeprefix(CUSTOMER))
        else:
            mine = t.conversations.c.id == person.removeprefix(ALONE)
            query = query.where(mine, t.conversations.c.customer_id.is_(None))
        found = (self._conversation(connection, row) for row in connection.execute(query).mappings().all())
        return [each for each in found if each is not None]

    def _conversation(self, connection: sa.Connection, row: sa.RowMapping) -> Conversation | None:
        key = (str(row["id"]), int(row["head_seq"]))
        known = self._read_lately.pop(key, None) or read_conversation(connection, row)
        if known is not None and len(known.events) == row["head_seq"]:
            self._read_lately[key] = known
            while len(self._read_lately) > KEPT_CONVERSATIONS:
                self._read_lately.popitem(last=False)
        return known


def read_conversation(
    connection: sa.Connection, row: sa.RowMapping, *, test_traffic: bool = False
) -> Conversation | None:
    """One row of ``conversations`` with its whole log; with ``test_traffic`` tests count as customers."""
    events = read_whole(connection, row["id"])
    version = connection.execute(NEWEST_VERSION, {"this": row["id"]}).scalar()
    traffic: Traffic = "customer" if test_traffic else _traffic(row)
    return replace(conversation_of(events, traffic=traffic), version=version) if events else None


def _traffic(row: sa.RowMapping) -> Traffic:
    """The lab's customers and guests are made for evaluation; a channel may be named as a test."""
    channel = row["channel"]
    if channel == STAFF_CHANNEL:
        return "staff"
    made = str(row["customer_id"] or "").startswith(LAB_CUSTOMERS) or channel in (LAB_CHANNEL, TEST_CHANNEL)
    return "test" if made else "customer"


def outcomes_of(core: Core) -> Outcomes:
    return Outcomes(core.database, lambda: core.clock.now().timestamp())


def judge_desk(database: Database, now: Callable[[], float], settings: Settings) -> JudgeDesk:
    async def languages(names: Sequence[str]) -> Mapping[str, str]:
        return await database.read(lambda connection: other_languages(connection, names))

    return JudgeDesk(database, now, settings.judge_valid_days, languages)


def other_languages(connection: sa.Connection, names: Sequence[str]) -> dict[str, str]:
    """Of these conversations those in which a turn was read as of another language, and the first such language."""
    found: dict[str, str] = {}
    language = t.turns.c.result["triage"]["language"].as_string()
    for start in range(0, len(names), AT_A_TIME):
        query = (
            sa.select(t.turns.c.conversation_id, language)
            .where(t.turns.c.conversation_id.in_(names[start : start + AT_A_TIME]), language != DEFAULT_LANGUAGE)
            .order_by(t.turns.c.seq)
        )
        for name, spoken in connection.execute(query):
            found.setdefault(name, spoken)
    return found
