"""From a turn's result to the log: messages with their choices, operations, and what the directives ask for."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
import structlog

from handoff.clock import stamp
from handoff.contract.events import (
    ActionPerformed,
    ApprovalRequested,
    Choice,
    CustomerVerified,
    MessageSent,
    NoteAdded,
)
from handoff.contract.turn import (
    ApprovalDirective,
    AskResolvedDirective,
    BotMessage,
    ChoiceOffer,
    HandoffDirective,
    OperationRef,
    PromiseDirective,
    TurnResult,
    VerifiedDirective,
)
from handoff.conversations.log import LogWriter
from handoff.episodes import linking, promises
from handoff.gateway import wording
from handoff.queue.enqueue import enqueue, language_told
from handoff.queue.plan import DeskPlan
from handoff.storage import tables as t

logger = structlog.get_logger(__name__)

EXPIRE_CHOICES = (
    sa.update(t.choices)
    .where(t.choices.c.conversation_id == sa.bindparam("this"), t.choices.c.state == "open")
    .values(state="expired")
)
INSERT_CHOICES = sa.insert(t.choices)
ASK_RESOLVED = [
    ChoiceOffer(wording.SOLVED_LABEL, wording.SOLVED_PAYLOAD),
    ChoiceOffer(wording.NOT_SOLVED_LABEL, wording.NOT_SOLVED_PAYLOAD),
]


def send(log: LogWriter, result: TurnResult, reply_to: tuple[int, ...]) -> None:
    """Append the bot's messages. "Did this solve it?" becomes two choices under the last message that has none.

    It is not asked while the bot waits for another answer: one question at a time.
    """
    waits = result.triage.requested_slot is not None
    asks = not waits and any(isinstance(d, AskResolvedDirective) for d in result.directives)
    last = len(result.messages) - 1
    if any(message.choices for message in result.messages) or (asks and result.messages):
        expire_choices(log)
    for index, message in enumerate(result.messages):
        offers = message.choices or (ASK_RESOLVED if asks and index == last else [])
        log.append(_message(log, message, offers, reply_to), "bot")


def expire_choices(log: LogWriter) -> None:
    """A choice is valid until the bot's next choices."""
    log.connection.execute(EXPIRE_CHOICES, {"this": log.conversation.id})


def record_operations(log: LogWriter, operations: list[OperationRef]) -> None:
    for operation in operations:
        log.append(
            ActionPerformed(
                operation.operation_id, operation.kind, operation.state, operation.summary, operation.receipt
            ),
            "bot",
        )


def apply_directives(log: LogWriter, result: TurnResult, plan: DeskPlan) -> bool:
    """Carry out what the turn asks for; true when the conversation went to the queue (always the last step)."""
    handover: HandoffDirective | None = None
    for directive in result.directives:
        match directive:
            case HandoffDirective():
                handover = handover or directive
            case PromiseDirective():
                _promise(log, directive)
            case ApprovalDirective():
                _ask_approval(log, directive)
            case VerifiedDirective():
                _verify(log, directive.customer_id)
            case AskResolvedDirective():
                pass
    if handover is None:
        return False
    enqueue(
        log,
        handover.reason,
        "bot",
        evidence=handover.evidence,
        score=handover.score,
        note=handover.note,
        opening="" if result.messages else None,
        language=language_told(result.triage.language, result.triage.language_told),
        plan=plan,
    )
    return True


def tell_people(log: LogWriter, result: TurnResult) -> None:
    """Of a turn beside the people who have the conversation: its promises, and what they should look at."""
    for directive in result.directives:
        match directive:
            case PromiseDirective():
                _promise(log, directive)
            case HandoffDirective(note=str(note)):
                log.append(NoteAdded(note, "system"), "system")


def _message(log: LogWriter, message: BotMessage, offers: list[ChoiceOffer], reply_to: tuple[int, ...]) -> MessageSent:
    choices = [Choice(offer.label, log.ids.new("chc")) for offer in offers]
    if choices:
        log.connection.execute(
            INSERT_CHOICES,
            [
                {
                    "id": choice.choice,
                    "conversation_id": log.conversation.id,
                    "label": choice.label,
                    "payload": offer.payload,
                    "state": "open",
                }
                for choice, offer in zip(choices, offers, strict=True)
            ],
        )
    return MessageSent(
        message.text,
        author="bot",
        reply_to=list(reply_to),
        choices=choices,
        citations=message.citations,
        operations=message.operations,
    )


def _verify(log: LogWriter, customer_id: str) -> None:
    """An anonymous conversation becomes this customer's; one that is a customer's already never becomes another's."""
    conversation = log.conversation
    if conversation.customer_id not in (None, customer_id):
        logger.error("directive.other_customer", conversation_id=conversation.id)
    elif conversation.verification == "none":
        conversation.customer_id = customer_id
        conversation.verification = "one_time_code"
        log.append(CustomerVerified(customer_id, "one_time_code"), "system")
        linking.claim(log)


def _promise(log: LogWriter, directive: PromiseDirective) -> None:
    if _is_made(log, directive):  # a receipt that is told again promises nothing new
        return
    due_at = stamp(log.moment + timedelta(seconds=directive.due_in_seconds))
    promises.make(
        log,
        directive.text,
        directive.owner,
        due_at,
        made_by="bot",
        source="bot",
        operation_id=directive.operation_id,
    )


def _is_made(log: LogWriter, directive: PromiseDirective) -> bool:
    if directive.operation_id is None:
        return False
    same = (t.promises.c.operation_id == directive.operation_id) & (t.promises.c.text == directive.text)
    mine = t.promises.c.conversation_id == log.conversation.id
    return log.connection.execute(sa.select(t.promises.c.id).where(mine, same).limit(1)).first() is not None


def _ask_approval(log: LogWriter, directive: ApprovalDirective) -> None:
    there = sa.select(t.approvals.c.id).where(t.approvals.c.operation_id == directive.operation_id)
    if log.connection.execute(there).first() is not None:  # a turn that was tried again asks once
        return
    approval_id = log.ids.new("apr")
    log.append(
        ApprovalRequested(
            approval_id,
            directive.operation_id,
            directive.kind,
            directive.summary,
            directive.amount,
            directive.limit,
        ),
        "bot",
    )
    log.connection.execute(
        sa.insert(t.approvals).values(
            id=approval_id,
            conversation_id=log.conversation.id,
            operation_id=directive.operation_id,
            state="wanted",
            requested_at=log.now,
        )
    )
