"""The false-promise gate: no text of the bot leaves whose claim or promise nothing backs.

A text that is held back is replaced by an honest sentence and a way to a person. Staff see what was not said, with the
reason; a metric counts it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from prometheus_client import Counter

from handoff.clock import parse
from handoff.contract.claims import Claim, claims, quoting
from handoff.contract.events import MessageDrafted
from handoff.contract.promised import Promised, backed
from handoff.contract.turn import (
    ApprovalDirective,
    BotMessage,
    ChoiceOffer,
    HandoffDirective,
    PromiseDirective,
    TurnResult,
)
from handoff.conversations.log import LogWriter
from handoff.gateway import wording
from handoff.storage import tables as t

HELD_BACK = Counter("frontdesk_claims_held_back_total", "Texts held back because nothing backs them", ["kind"])
logger = structlog.get_logger(__name__)


class Standing(NamedTuple):
    """What the turn and the conversation have behind them, whatever the text says. ``promises``: those that are open
    and those of this turn; ``now`` is in the company's time zone, whose days the texts name."""

    verified: frozenset[str]
    promises: tuple[Promised, ...]
    handed_over: bool
    now: datetime


INSTEAD = BotMessage(wording.UNBACKED, [ChoiceOffer(wording.PERSON_LABEL, wording.PERSON_PAYLOAD)])
"""What the customer reads in the place of a text that was held back."""


class LetOut(NamedTuple):
    """``held``: what was meant and is not said, each with the claim that nothing backs."""

    result: TurnResult
    held: tuple[tuple[BotMessage, Claim], ...] = ()


def hold_back(log: LogWriter, result: TurnResult, reply_to: tuple[int, ...], zone: ZoneInfo) -> TurnResult:
    """The result as it may be said. Texts that claim nothing, so nearly all, cost one pattern."""
    if not any(any(True for _ in claims(message.text)) for message in result.messages):
        return replace(result, messages=list(filter(has_words, result.messages)))
    said, held = let_out(result, _standing(log, result, log.moment.astimezone(zone)))
    for message, claim in held:
        _keep_for_staff(log, message, claim, reply_to)
    return said


def let_out(result: TurnResult, standing: Standing) -> LetOut:
    """The result with every unbacked text replaced, and without those that have no words. Pure: whoever asks a bot what
    it would say, in a replay too, asks here what the customer would read."""
    said, held = [], []
    for message in filter(has_words, result.messages):
        claim = _first_unbacked(message, standing)
        said.append(message if claim is None else INSTEAD)
        if claim is not None:
            held.append((message, claim))
    return LetOut(replace(result, messages=said), tuple(held))


def has_words(message: BotMessage) -> bool:
    return bool(message.text.strip())


def _first_unbacked(message: BotMessage, standing: Standing) -> Claim | None:
    backing = replace(
        quoting((cited.section for cited in message.citations), message.worded_by),
        verified=bool(standing.verified.intersection(message.operations)),
        read=bool(message.read_from),
        handed_over=standing.handed_over,
    )
    for claim in backing.lacking(message.text):
        promise = claim.kind == "promise"
        if not (promise and backed(claim.sentence, standing.promises, message.operations, standing.now)):
            return claim
    return None


def _standing(log: LogWriter, result: TurnResult, now: datetime) -> Standing:
    promised = _open_promises(log)
    named = {each for message in result.messages for each in message.operations}
    named |= {str(each.operation_id) for each in _promising(result) if each.operation_id}
    named |= {each.operation_id for each in promised if each.operation_id}
    verified: set[str] = set()
    about: dict[str, str] = {}
    if named:  # what the ledger says, not what the bot says
        mine = t.operations.c.conversation_id == log.conversation.id
        for row in log.connection.execute(sa.select(t.operations).where(mine, t.operations.c.id.in_(named))):
            about[row.id] = words_about(row.kind, row.object_ref, row.summary)
            if row.state == "verified":
                verified.add(row.id)
    return standing_of(result, verified, now, promised, about)


def words_about(kind: str, object_ref: str, summary: str) -> str:
    return f"{kind} {object_ref} {summary}"


def standing_of(
    result: TurnResult,
    verified: Collection[str],
    now: datetime,
    promises: Iterable[Promised],
    about: Mapping[str, str],
) -> Standing:
    """``verified`` are the operations of which that is known, ``promises`` those that were made before; ``about`` says
    what an operation is about."""
    earlier = [replace(each, words=_with(each.words, each.operation_id, about)) for each in promises]
    made = [
        Promised(
            _with(f"{each.text} {each.owner}", each.operation_id, about),
            now.astimezone(UTC) + timedelta(seconds=each.due_in_seconds),
            each.operation_id,
        )
        if isinstance(each, PromiseDirective)
        else Promised(_with(f"{each.kind} {each.summary}", each.operation_id, about), now, each.operation_id)
        for each in _promising(result)
    ]
    handed_over = any(isinstance(each, HandoffDirective) for each in result.directives)
    return Standing(frozenset(verified), (*earlier, *made), handed_over, now)


def _promising(result: TurnResult) -> list[PromiseDirective | ApprovalDirective]:
    return [each for each in result.directives if isinstance(each, PromiseDirective | ApprovalDirective)]


def _with(words: str, operation_id: str | None, about: Mapping[str, str]) -> str:
    return f"{words} {about.get(operation_id or '', '')}".strip()


def _open_promises(log: LogWriter) -> list[Promised]:
    mine = t.promises.c.conversation_id == log.conversation.id
    query = sa.select(t.promises).where(mine, t.promises.c.kept_at.is_(None))
    return [
        Promised(f"{row.text} {row.owner}", parse(row.due_at), row.operation_id)
        for row in log.connection.execute(query)
    ]


def _keep_for_staff(log: LogWriter, message: BotMessage, claim: Claim, reply_to: tuple[int, ...]) -> None:
    HELD_BACK.labels(claim.kind).inc()
    logger.error("claim.held_back", kind=claim.kind, response=message.response, conversation_id=log.conversation.id)
    log.append(MessageDrafted(message.text, "bot", f"nothing backs this claim ({claim.kind})", list(reply_to)), "bot")
