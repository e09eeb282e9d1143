"""The false-promise gate: no text of the bot leaves whose claim or promise nothing backs.

A text that is held back is replaced by an honest sentence and a way to a person. Staff see what was not said, with the
reason; a metric counts it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

import sqlalchemy as sa
import structlog
from prometheus_client import Counter

from handoff.contract.claims import Claim, claims, quoting, unbacked
from handoff.contract.events import MessageDrafted
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
    """What the turn and the conversation have behind them, whatever the text says."""

    verified: frozenset[str]
    promised: bool
    handed_over: bool


INSTEAD = BotMessage(wording.UNBACKED, [ChoiceOffer(wording.PERSON_LABEL, wording.PERSON_PAYLOAD)])
"""What the customer reads in the place of a text that was held back."""


def hold_back(log: LogWriter, result: TurnResult, reply_to: tuple[int, ...]) -> TurnResult:
    """The result with every unbacked text replaced. Texts that claim nothing, so nearly all, cost one pattern."""
    if not any(any(True for _ in claims(message.text)) for message in result.messages):
        return result
    messages = list(result.messages)
    for index, claim in without_backing(result, _standing(log, result)):
        _keep_for_staff(log, messages[index], claim, reply_to)
        messages[index] = INSTEAD
    return replace(result, messages=messages)


def without_backing(result: TurnResult, standing: Standing) -> list[tuple[int, Claim]]:
    """The places of the messages whose text nothing backs, each with its first such claim. Pure."""
    found = []
    for index, message in enumerate(result.messages):
        backing = replace(
            quoting((cited.section for cited in message.citations), message.worded_by),
            verified=bool(standing.verified.intersection(message.operations)),
            read=bool(message.read_from),
            promised=standing.promised,
            handed_over=standing.handed_over,
        )
        claim = unbacked(message.text, backing)
        if claim is not None:
            found.append((index, claim))
    return found


def _standing(log: LogWriter, result: TurnResult) -> Standing:
    named = {each for message in result.messages for each in message.operations}
    verified: set[str] = set()
    if named:  # what the ledger says, not what the bot says
        mine = t.operations.c.conversation_id == log.conversation.id
        query = sa.select(t.operations.c.id).where(
            mine, t.operations.c.id.in_(named), t.operations.c.state == "verified"
        )
        verified.update(log.connection.execute(query).scalars())
    return standing_of(result, verified, open_promise=_open_promise(log))


def standing_of(result: TurnResult, verified: Collection[str], *, open_promise: bool) -> Standing:
    """``verified`` are the operations of which that is known, ``open_promise`` whether one was made before."""
    promised = any(isinstance(each, PromiseDirective | ApprovalDirective) for each in result.directives)
    handed_over = any(isinstance(each, HandoffDirective) for each in result.directives)
    return Standing(frozenset(verified), promised or open_promise, handed_over)


def _open_promise(log: LogWriter) -> bool:
    mine = t.promises.c.conversation_id == log.conversation.id
    query = sa.select(t.promises.c.id).where(mine, t.promises.c.kept_at.is_(None)).limit(1)
    return log.connection.execute(query).first() is not None


def _keep_for_staff(log: LogWriter, message: BotMessage, claim: Claim, reply_to: tuple[int, ...]) -> None:
    HELD_BACK.labels(claim.kind).inc()
    logger.error("claim.held_back", kind=claim.kind, response=message.response, conversation_id=log.conversation.id)
    log.append(MessageDrafted(message.text, "bot", f"nothing backs this claim ({claim.kind})", list(reply_to)), "bot")
