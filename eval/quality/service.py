"""The quality desk: draw a sample, read it, judge it twice and apart, say what to learn from it.

A second reader sees nothing of the first one's judgement until both have judged: otherwise that they agree would say
nothing. Nobody judges a conversation in which they spoke.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from eval.errors import Conflict, Forbidden, NotFound
from eval.outcomes.model import told
from eval.ports import Clock, Ids, Sql
from eval.quality import store
from eval.quality.model import Judgement, Opened, Review, Sample, WireEvent
from eval.quality.report import TWICE, Label, Report, labels_of, report_of
from eval.quality.sampling import Candidate, Drawn, Rule, draw
from eval.quality.scorecard import check_answers, score

MOST_SAMPLES = 500
MOST_NOTES = 200


class Reader(Protocol):
    """Who is signed in."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


Candidates = Callable[[str, str, int], Awaitable[Sequence[Candidate]]]
"""Conversations that came to rest between two times (RFC 3339); which of very many, a seed says."""
Transcript = Callable[[str], Awaitable[list[WireEvent] | None]]
"""The whole log of a conversation; ``None`` where there is none."""


class QualityDesk:
    def __init__(self, sql: Sql, clock: Clock, ids: Ids, candidates: Candidates, transcript: Transcript) -> None:
        self._sql = sql
        self._clock = clock
        self._ids = ids
        self._candidates = candidates
        self._transcript = transcript

    async def draw(self, me: Reader, rule: Rule, count: int, days: int, seed: int, *, twice: bool) -> list[Sample]:
        """Sample the conversations of the last ``days`` by ``rule``; the new samples."""
        now = self._clock.now()
        found = await self._candidates(_stamp(now - timedelta(days=days)), _stamp(now), seed)

        def work(connection: sa.Connection) -> list[str]:
            drawn = draw(found, rule, count, seed, store.sampled(connection))
            ids = [self._ids.new("qas") for _ in drawn]
            store.add_samples(
                connection,
                drawn,
                ids,
                reviews_wanted=TWICE if twice else 1,
                created_at=_stamp(now),
                created_by=me.id,
            )
            return ids

        ids = set(await self._sql.write(work))
        return [each for each in await self.listing(me) if each.id in ids]

    async def take(self, me: Reader, conversation_id: str) -> Sample:
        """Sample one named conversation, such as one found through a figure. It may be sampled already."""
        await self._events(conversation_id)

        def work(connection: sa.Connection) -> str:
            row = store.sample_of(connection, conversation_id)
            if row is not None:
                return str(row["id"])
            name = self._ids.new("qas")
            named = Drawn(conversation_id, "named", f"named by {me.name}")
            now = _stamp(self._clock.now())
            store.add_samples(connection, [named], [name], reviews_wanted=1, created_at=now, created_by=me.id)
            return name

        name = await self._sql.write(work)
        return await self._sql.read(lambda connection: _sample(connection, name, me))

    async def listing(self, me: Reader) -> list[Sample]:
        """The newest samples first."""

        def work(connection: sa.Connection) -> list[Sample]:
            rows = store.samples(connection, MOST_SAMPLES)
            reviews = store.reviews_of(connection, [row["id"] for row in rows])
            return [_seen(row, [each for each in reviews if each["sample_id"] == row["id"]], me) for row in rows]

        return await self._sql.read(work)

    async def open(self, me: Reader, sample_id: str) -> Opened:
        """A sample with its transcript, and the comments on it."""
        sample = await self._sql.read(lambda connection: _sample(connection, sample_id, me))
        events = await self._events(sample.conversation_id)
        comments = await self._sql.read(lambda connection: store.comments_on(connection, sample.conversation_id))
        verdicts: Sequence[Mapping[str, Any]] = []
        if sample.state == "done":
            verdicts = await self._sql.read(lambda connection: store.verdicts_on(connection, sample.conversation_id))
        return Opened(sample, events, list(comments), list(verdicts))

    async def judge(self, me: Reader, sample_id: str, judgement: Judgement) -> Sample:
        """Raises ``Invalid`` (``answers_incomplete``), ``Forbidden`` (``own_conversation``), ``Conflict``.

        One's own judgement may be changed until the last wanted one is there: after that the pair is evidence.
        """
        check_answers(judgement.answers)
        sample = await self._sql.read(lambda connection: _sample(connection, sample_id, me))
        if any(each.get("data", {}).get("author") == me.id for each in await self._events(sample.conversation_id)):
            raise Forbidden("own_conversation", "You spoke in this conversation. Somebody else should judge it.")

        def work(connection: sa.Connection) -> Sample:
            row = _row(connection, sample_id)
            reviews = store.reviews_of(connection, [sample_id])
            mine = next((each for each in reviews if each["reviewer"] == me.id), None)
            if len(reviews) >= row["reviews_wanted"]:
                raise Conflict("already_judged", "This conversation has been judged as often as was wanted.")
            values = {
                "answers": dict(judgement.answers),
                "outcome": judgement.outcome,
                "handover": judgement.handover,
                "note": judgement.note,
                "excellent": judgement.excellent,
                "finished_at": _stamp(self._clock.now()),
            }
            if mine is not None:
                store.change_review(connection, mine["id"], **values)
            else:
                names = {"reviewer": me.id, "reviewer_name": me.name}
                store.add_review(connection, id=self._ids.new("qar"), sample_id=sample_id, **names, **values)
            store.ask_outcome_again(connection, row["conversation_id"])
            return _sample(connection, sample_id, me)

        return await self._sql.write(work)

    async def comment(self, me: Reader, conversation_id: str, seq: int | None, about: str | None, text: str) -> None:
        """On a turn (``seq``) or the whole; ``about`` names the member of staff whom it should reach as coaching."""
        events = await self._events(conversation_id)
        if seq is not None and not 1 <= seq <= len(events):
            raise NotFound("no_such_turn", "This conversation has no such event.")
        values = {
            "id": self._ids.new("qac"),
            "conversation_id": conversation_id,
            "seq": seq,
            "about": about,
            "text": text,
            "author": me.id,
            "author_name": me.name,
            "created_at": _stamp(self._clock.now()),
        }
        await self._sql.write(lambda connection: store.add_comment(connection, **values))

    async def coaching(self, member: str) -> list[Mapping[str, Any]]:
        """What was written for one member of the staff, the newest first."""
        return list(await self._sql.read(lambda connection: store.notes_about(connection, member, MOST_NOTES)))

    async def report(self, days: int) -> Report:
        """Scores and agreement of the reviews of the last ``days``."""
        return report_of(await self._reviewed(days))

    async def labels(self, days: int) -> list[Label]:
        """What the judge is calibrated on: one label a conversation."""
        return labels_of(await self._reviewed(days))

    async def _reviewed(self, days: int) -> list[store.Row]:
        since = _stamp(self._clock.now() - timedelta(days=days))
        return await self._sql.read(lambda connection: store.reviewed(connection, since))

    async def _events(self, conversation_id: str) -> list[WireEvent]:
        events = await self._transcript(conversation_id)
        if events is None:
            raise NotFound("conversation_not_found", "There is no such conversation.")
        return events


def _row(connection: sa.Connection, sample_id: str) -> store.Row:
    row = store.sample(connection, sample_id)
    if row is None:
        raise NotFound("sample_not_found", "There is no such sample.")
    return row


def _sample(connection: sa.Connection, sample_id: str, me: Reader) -> Sample:
    return _seen(_row(connection, sample_id), store.reviews_of(connection, [sample_id]), me)


def _seen(row: Mapping[str, Any], reviews: Sequence[Mapping[str, Any]], me: Reader) -> Sample:
    """The sample as ``me`` may see it: the others' judgements only once all are there."""
    done = len(reviews) >= row["reviews_wanted"]
    shown = [_review(each) for each in reviews if done or each["reviewer"] == me.id]
    return Sample(
        id=row["id"],
        conversation_id=row["conversation_id"],
        rule=row["rule"],
        because=row["because"],
        reviews_wanted=row["reviews_wanted"],
        reviews_done=len(reviews),
        state="done" if done else "half" if reviews else "waiting",
        mine=any(each["reviewer"] == me.id for each in reviews),
        created_at=row["created_at"],
        reviews=tuple(shown),
    )


def _review(row: Mapping[str, Any]) -> Review:
    judgement = Judgement(row["answers"], row["outcome"], row["handover"], row["note"], row["excellent"])
    return Review(row["reviewer"], row["reviewer_name"], judgement, score(row["answers"]), row["finished_at"])


def _stamp(at: datetime) -> str:
    return told(at.timestamp())
