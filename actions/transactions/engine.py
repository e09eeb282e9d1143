"""The one engine that every transaction runs on: prepare → confirm → do once → verify → receipt.

What it promises, whatever the backend does:

* nothing happens before the customer confirmed, in a later message than the one that prepared it (the ledger checks);
* one effect an operation: the ledger lets one caller start it, and its id is the shop's idempotency key;
* "done" is said only after the shop was read back and shows the effect;
* what is not known is called not known, and goes to a person with the half-done state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import structlog

from actions import authority
from actions.backend.port import Backend, Effect, change_from_json, change_to_json
from actions.errors import BackendUnavailable, NotAllowed, NotFound
from actions.reply import Reply, direct, hand_over, report, say
from actions.transactions import texts
from actions.transactions.declaration import SOMETHING_ELSE, Ask, Happened, Proposal, Refusal, Request, Transaction
from actions.transactions.orders import normal_number, payload
from handoff.contract.operations import Operation, OperationLedger, OperationRefused
from handoff.contract.turn import ApprovalDirective, ChoiceOffer, OperationRef, PromiseDirective, TurnContext

T = TypeVar("T")
log = structlog.get_logger(__name__)
APPROVAL_DUE_SECONDS = 24 * 3600


class TransactionEngine:
    """``patience`` is how many seconds a preparation or a change may take, ``glance`` a read after it. Together they
    stay under the deadline of an action call."""

    def __init__(
        self,
        backend: Backend,
        ledger: OperationLedger,
        transactions: Mapping[str, Transaction],
        now: Callable[[], datetime],
        patience: float = 2.0,
        glance: float = 0.7,
        limits: Mapping[authority.Role, Any] = authority.LIMITS,
    ) -> None:
        self._backend = backend
        self._ledger = ledger
        self._transactions = transactions
        self._now = now
        self._patience = patience
        self._glance = glance
        self._limits = limits

    async def prepare(self, context: TurnContext, kind: str, text: str, slots: Mapping[str, Any]) -> Reply:
        """Ask for what is missing, say why not, or write an operation down and ask for a yes."""
        transaction, customer_id = self._transactions[kind], _customer(context)
        request = Request(self._backend, customer_id, text, slots, self._now())
        try:
            prepared = await _within(self._patience, transaction.prepare(request))
        except (BackendUnavailable, TimeoutError):
            note = f"Wanted: {transaction.title.lower()}. Nothing was changed."
            return say(texts.SHOP_AWAY) + hand_over("tool_failure", f"The shop did not answer. {note}")
        except NotFound:
            return say(texts.NOT_FOUND, texts.WAYS_OUT)
        if isinstance(prepared, Ask):
            asked: dict[str, Any] = {"transaction": kind, "awaiting": prepared.slot, "operation_id": None}
            return say(prepared.text, prepared.choices) + Reply(slots={**prepared.known, **asked})
        if isinstance(prepared, Refusal):
            reply = say(prepared.text, prepared.choices, complete=prepared.solved, **texts.NOTHING_OPEN)
            return reply + hand_over(prepared.handoff, f"{transaction.title}: refused.") if prepared.handoff else reply
        try:
            return await self._propose(context, transaction, prepared)
        except OperationRefused as refused:
            return texts.refused(refused.code)

    async def _propose(self, context: TurnContext, transaction: Transaction, proposal: Proposal) -> Reply:
        customer_id = _customer(context)
        try:
            since = self._now() - authority.WINDOW
            given = await _within(self._glance, self._backend.given_since(customer_id, since))
        except (BackendUnavailable, TimeoutError):
            return say(texts.SHOP_AWAY) + hand_over("tool_failure", f"Not prepared: {proposal.summary}.")
        verdict = authority.decide(transaction.kind, proposal.amount, given=given, limits=self._limits)
        operation = await self._ledger.prepare(
            context,
            kind=transaction.kind,
            object_ref=proposal.object_ref,
            summary=proposal.summary,
            arguments=change_to_json(proposal.change),
            amount=None if proposal.amount is None else f"{proposal.amount:.2f}",
            needs_approval=not verdict.allowed,
        )
        known = report(_ref(operation))
        remember: dict[str, Any] = {"transaction": transaction.kind, "awaiting": None, "operation_id": operation.id}
        if normal_number(proposal.object_ref) == proposal.object_ref:
            remember["order_number"] = proposal.object_ref
        if verdict.allowed:
            choices = confirm_choices(operation.id, proposal.yes, proposal.no)
            return known + say(proposal.question, choices, operations=[operation.id], **remember)
        limit = f"{verdict.limit:.2f}"
        wanted = ApprovalDirective(operation.id, transaction.kind, proposal.summary, operation.amount, limit)
        promise = PromiseDirective(texts.APPROVAL_PROMISE, "approvals", APPROVAL_DUE_SECONDS, operation.id)
        text = texts.OVER_AUTHORITY.format(summary=_lower_first(proposal.summary))
        return known + say(text, operations=[operation.id], **remember) + direct(wanted) + direct(promise)

    async def confirm(self, context: TurnContext, operation_id: str) -> Reply:
        """The customer said yes: do it, once, and say what the shop then shows."""
        try:
            operation, fresh = await self._ledger.start(context, operation_id)
        except OperationRefused as refused:
            return texts.refused(refused.code)
        transaction = self._transactions[operation.kind]
        if operation.state == "verified":
            return self._told(transaction, operation)
        if operation.state == "failed":
            return say(texts.NOT_DONE.format(summary=_lower_first(operation.summary)), texts.WAYS_OUT)
        if fresh:
            return await self._do(context, transaction, operation)
        return await self._read_back(context, transaction, operation, retry=False)

    async def decline(self, context: TurnContext, operation_id: str | None) -> Reply:
        """The customer said no. A prepared operation that nobody starts changes nothing."""
        if operation_id is None:
            return say(texts.NOTHING_TO_DECLINE, **texts.NOTHING_OPEN)
        try:
            operation = await self._ledger.get(context, operation_id)
        except OperationRefused:
            return say(texts.NOTHING_TO_DECLINE, **texts.NOTHING_OPEN)
        if operation.state == "verified":
            return say(texts.ALREADY_DONE.format(receipt=operation.receipt), texts.WAYS_OUT, **texts.NOTHING_OPEN)
        if operation.started:
            return await self._read_back(context, self._transactions[operation.kind], operation, retry=False)
        return say(self._transactions[operation.kind].declined, [SOMETHING_ELSE], **texts.NOTHING_OPEN)

    async def settled(self, context: TurnContext, operation_id: str) -> Reply:
        """Tell what became of an operation, after an approval or a late answer. Causes nothing."""
        try:
            operation = await self._ledger.get(context, operation_id)
        except OperationRefused as refused:
            return texts.refused(refused.code)
        transaction = self._transactions[operation.kind]
        if operation.state == "verified":
            return self._told(transaction, operation)
        if operation.started:
            return await self._read_back(context, transaction, operation, retry=False)
        if operation.approval == "declined":
            text = texts.APPROVAL_DECLINED.format(summary=_lower_first(operation.summary))
            return say(text, texts.WAYS_OUT, **texts.NOTHING_OPEN)
        if operation.approval == "wanted":
            return say(texts.APPROVAL_PENDING, operations=[operation.id])
        text = texts.APPROVED.format(summary=_lower_first(operation.summary))
        choices = confirm_choices(operation.id, "Yes, go ahead", "No, leave it")
        return say(text, choices, operations=[operation.id], operation_id=operation.id)

    async def _do(self, context: TurnContext, transaction: Transaction, operation: Operation) -> Reply:
        change = change_from_json(operation.arguments)
        try:
            await _within(self._patience, self._backend.apply(_customer(context), change, operation.id))
        except NotAllowed as refused:
            settled = await self._ledger.settle(operation.id, "failed", result={"rule": refused.rule})
            refusal = transaction.refuse(refused, texts.WAYS_OUT)
            text = texts.CHANGED_MEANWHILE.format(reason=refusal.text)
            said = say(text, refusal.choices, operations=[operation.id], **texts.NOTHING_OPEN)
            person = hand_over(refusal.handoff, f"{operation.summary}: refused.") if refusal.handoff else Reply()
            return report(_ref(settled)) + said + person
        except NotFound:
            settled = await self._ledger.settle(operation.id, "failed", result={"rule": "not_found"})
            return report(_ref(settled)) + say(texts.NOT_FOUND, texts.WAYS_OUT, **texts.NOTHING_OPEN)
        except (BackendUnavailable, TimeoutError) as exc:
            log.warning("change_unanswered", kind=operation.kind, operation=operation.id, cause=type(exc).__name__)
            return await self._read_back(context, transaction, operation, retry=True)
        return await self._read_back(context, transaction, operation, retry=False)

    async def _read_back(
        self, context: TurnContext, transaction: Transaction, operation: Operation, *, retry: bool
    ) -> Reply:
        """What the shop shows decides. ``retry``: no effect is there and the same key may be tried once more."""
        customer_id, change = _customer(context), change_from_json(operation.arguments)
        try:
            effect = await _within(self._glance, self._backend.effect(customer_id, operation.id))
            if effect is None and retry:
                await _within(self._glance, self._backend.apply(customer_id, change, operation.id))
                effect = await _within(self._glance, self._backend.effect(customer_id, operation.id))
            if effect is None:
                return await self._unknown(operation, "The shop shows no trace of it.")
            happened = Happened(change, effect)
            if not await _within(self._glance, transaction.verify(self._backend, customer_id, happened)):
                return await self._unknown(operation, f"The shop has a record ({effect.receipt}) but not the result.")
        except (BackendUnavailable, NotAllowed, NotFound, TimeoutError):
            return await self._unknown(operation, "The shop did not answer, so it may or may not have happened.")
        settled = await self._ledger.settle(operation.id, "verified", receipt=effect.receipt, result=_result(effect))
        text = transaction.done(happened)
        return report(_ref(settled)) + say(text, operations=[operation.id], complete=True, **texts.NOTHING_OPEN)

    async def _unknown(self, operation: Operation, what: str) -> Reply:
        settled = await self._ledger.settle(operation.id, "unknown", result={"seen": what})
        note = f"{operation.summary}. Confirmed by the customer, outcome unknown. {what} Key: {operation.id}"
        text = texts.UNKNOWN.format(summary=_lower_first(operation.summary))
        said = say(text, operations=[operation.id], **texts.NOTHING_OPEN)
        return report(_ref(settled)) + said + hand_over("tool_failure", note)

    def _told(self, transaction: Transaction, operation: Operation) -> Reply:
        """The receipt once more, from what was stored when it was verified."""
        text = transaction.done(Happened(change_from_json(operation.arguments), _stored_effect(operation)))
        return say(text, operations=[operation.id], complete=True, **texts.NOTHING_OPEN)


async def _within(seconds: float, call: Awaitable[T]) -> T:
    async with asyncio.timeout(seconds):
        return await call


def confirm_choices(operation_id: str, yes: str, no: str) -> list[ChoiceOffer]:
    return [
        ChoiceOffer(yes, payload("confirm_operation", operation_id=operation_id)),
        ChoiceOffer(no, payload("decline_operation", operation_id=operation_id)),
    ]


def _customer(context: TurnContext) -> str:
    """Who speaks, by the signed context. Raises ``OperationRefused`` for somebody whom nobody has verified."""
    if context.customer_id is None or context.verification == "none":
        raise OperationRefused("not_verified", "the customer is not verified")
    return context.customer_id


def _ref(operation: Operation) -> OperationRef:
    return OperationRef(operation.id, operation.kind, operation.state, operation.summary, operation.receipt)


def _result(effect: Effect) -> dict[str, Any]:
    amount = None if effect.amount is None else str(effect.amount)
    return {"amount": amount, "facts": effect.facts, "at": effect.at.isoformat()}


def _stored_effect(operation: Operation) -> Effect:
    result = operation.result or {}
    return Effect(
        key=operation.id,
        kind=operation.kind,
        object_ref=operation.object_ref,
        receipt=operation.receipt or "",
        at=datetime.fromisoformat(result["at"]),
        amount=None if result.get("amount") is None else Decimal(result["amount"]),
        facts=dict(result.get("facts", {})),
    )


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
