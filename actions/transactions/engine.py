"""The one engine that every transaction runs on: prepare → confirm → do once → verify → receipt.

What it promises, whatever the backend does:

* nothing happens before the customer confirmed, in a later message than the one that prepared it (the ledger checks);
* a yes is bound to customer, object, amount and turn, and grows old: where the amount is another one by now, nothing
  happens;
* one effect an operation: the ledger lets one caller start it, and its id is the shop's idempotency key;
* "done" is said only after the shop was read back and shows the effect;
* what is not known is called not known, and goes to a person with the half-done state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import structlog

from actions import authority
from actions.backend.port import Backend, Change
from actions.errors import BackendUnavailable, NotAllowed, NotFound
from actions.recovery import protocols
from actions.reply import Reply, direct, hand_over, report, say
from actions.transactions import outcome, taken_back, texts
from actions.transactions.declaration import (
    PERSON,
    SOMETHING_ELSE,
    Ask,
    Happened,
    Instead,
    Proposal,
    Refusal,
    Request,
    Transaction,
)
from actions.transactions.orders import normal_number, payload
from actions.transactions.plan import confirmed_amount, new_plan, plan_of
from actions.words import known as known_words
from actions.words import words
from handoff.contract.operations import Allowance, Operation, OperationLedger, OperationRefused
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

    async def prepare(
        self, context: TurnContext, kind: str, text: str, slots: Mapping[str, Any], *, answers: bool = False
    ) -> Reply:
        """Ask for what is missing, say why not, or write an operation down and ask for a yes. ``answers``: the message
        is no wish of its own, so beside a proposal it corrects it."""
        customer_id = _customer(context)
        before = await self._proposed(context, kind, slots.get("operation_id")) if text else None
        request = Request(self._backend, customer_id, text, slots, self._now(), before, answers and before is not None)
        transaction = self._transactions[kind]
        try:
            transaction, prepared = await _within(self._patience, self._prepared(transaction, request))
        except (BackendUnavailable, TimeoutError):
            note = f"Wanted: {transaction.title.lower()}. Nothing was changed."
            return texts.shop_away() + hand_over("tool_failure", f"The shop did not answer. {note}")
        except NotFound:
            return say(words("not_in_account"), texts.WAYS_OUT)
        if isinstance(prepared, Ask):
            asked: dict[str, Any] = {"transaction": transaction.kind, "awaiting": prepared.slot, "operation_id": None}
            said = say(prepared.text, prepared.choices, read_from=[customer_id])
            return said + Reply(slots={**prepared.known, **asked})
        if isinstance(prepared, Refusal):
            return _refuse(transaction, prepared, customer_id)
        try:
            return await self._propose(context, transaction, prepared)
        except OperationRefused as refused:
            return texts.refused(refused.code)

    async def _proposed(self, context: TurnContext, kind: str, operation_id: str | None) -> Change | None:
        """What of this kind waits for the customer's own yes."""
        if not operation_id:
            return None
        try:
            waiting = await self._ledger.get(context, operation_id)
        except OperationRefused:
            return None
        asked = waiting.kind == kind and not waiting.started and waiting.approval == "not_needed"
        return plan_of(waiting).change if asked else None

    async def _prepared(self, first: Transaction, request: Request) -> tuple[Transaction, Ask | Refusal | Proposal]:
        """What is to be done, by the transaction that was asked for or the one that serves the wish instead."""
        prepared = await first.prepare(request)
        if not isinstance(prepared, Instead):
            return first, prepared
        other = self._transactions[prepared.kind]
        known = {**request.slots, **prepared.known}
        ready = await other.prepare(replace(request, slots=known, before=None, corrects=False))
        if isinstance(ready, Instead):
            raise TypeError(f"{first.kind} leads to {other.kind}, which leads on")
        if isinstance(ready, Proposal) and prepared.lead:
            ready = replace(ready, question=f"{prepared.lead} {ready.question}")
        return other, ready

    async def _propose(self, context: TurnContext, transaction: Transaction, proposal: Proposal) -> Reply:
        customer_id, now = _customer(context), self._now()
        try:
            given = await _within(self._glance, self._backend.given_since(customer_id, now - authority.WINDOW))
        except (BackendUnavailable, TimeoutError):
            return texts.shop_away() + hand_over("tool_failure", f"Not prepared: {proposal.summary}.")
        verdict = authority.decide(transaction.kind, proposal.amount, given=given, limits=self._limits)
        if not verdict.allowed:
            waiting = await self._ledger.undecided(context, transaction.kind, proposal.object_ref)
            if waiting is not None and plan_of(waiting).good_until > now:
                return _still_with_a_colleague(context, waiting)
        # Money may be agreed to beforehand; what cannot be taken back is asked before a person is troubled with it.
        ask = not verdict.allowed and transaction.kind in authority.MONEY_OUT
        plan = new_plan(proposal.change, now, needs_approval=ask)
        operation = await self._ledger.prepare(
            context,
            kind=transaction.kind,
            object_ref=proposal.object_ref,
            summary=proposal.summary,
            arguments=plan.arguments(),
            amount=None if proposal.amount is None else f"{proposal.amount:.2f}",
            needs_approval=ask,
        )
        known = report(_ref(operation))
        remember: dict[str, Any] = {"transaction": transaction.kind, "awaiting": None, "operation_id": operation.id}
        if normal_number(proposal.object_ref) == proposal.object_ref:
            remember["order_number"] = proposal.object_ref
        if not ask:
            code = transaction.recovery(proposal.change)
            question = f"{words(f'recovery_{code}_own')} {proposal.question}" if code else proposal.question
            choices = confirm_choices(operation.id, *_labels(transaction.kind, proposal))
            read = [proposal.object_ref]
            return known + say(question, choices, operations=[operation.id], read_from=read, **remember)
        return known + _ask_a_person(operation, verdict.limit, "over_limit", **remember)

    async def confirm(self, context: TurnContext, operation_id: str) -> Reply:
        """The customer said yes: do it, once, and say what the shop then shows."""
        try:
            waiting = await self._ledger.get(context, operation_id)
            if waiting.dropped and not waiting.started:
                return texts.refused("superseded")
            if waiting.approval == "declined" or (not waiting.started and plan_of(waiting).good_until < self._now()):
                return self._stale(waiting)
            if waiting.approval == "wanted":
                return await self._agreed(context, waiting)
            if waiting.kind not in authority.FREE and waiting.approval == "not_needed" and not waiting.started:
                verdict = await self._verdict_now(context, waiting)
                if not verdict.allowed:
                    return await self._needs_a_person(context, waiting, verdict.because)
            operation, fresh = await self._ledger.start(context, operation_id, allowance=self._allowance())
        except (BackendUnavailable, TimeoutError):
            return texts.shop_away() + hand_over("tool_failure", "Confirmed by the customer, and not begun.")
        except OperationRefused as refused:
            if refused.code == "over_limit":  # by what began elsewhere a moment ago, which the shop may not show yet
                return await self._needs_a_person(context, waiting, "over_limit")
            if refused.code in texts.ASK_AGAIN:
                return _ask(waiting, f"refused_{refused.code}")
            return texts.refused(refused.code)
        return await self._begun(context, operation, fresh)

    async def _begun(self, context: TurnContext, operation: Operation, fresh: bool) -> Reply:
        """``fresh``: this call began it; else what became of it is told or read back."""
        transaction = self._transactions[operation.kind]
        if operation.state == "verified":
            return self._told(transaction, operation)
        if operation.state == "failed":
            return say(words("not_done", summary=texts.lower_first(operation.summary)), texts.WAYS_OUT)
        if fresh:
            return await self._do(context, transaction, operation)
        return await self._read_back(context, transaction, operation, retry=False)

    def _allowance(self) -> Allowance:
        since = self._now() - authority.WINDOW
        return Allowance(authority.MONEY_OUT, f"{self._limits['bot']:.2f}", since.isoformat())

    async def _verdict_now(self, context: TurnContext, operation: Operation) -> authority.Verdict:
        """Another conversation may have been given something since this one was prepared."""
        customer_id = _customer(context)
        given = await _within(self._glance, self._backend.given_since(customer_id, self._now() - authority.WINDOW))
        amount = None if operation.amount is None else Decimal(operation.amount)
        return authority.decide(operation.kind, amount, given=given, limits=self._limits)

    async def _needs_a_person(self, context: TurnContext, operation: Operation, why: authority.Because) -> Reply:
        """The customer said yes, and it is a person's to decide: always, or by what was given meanwhile."""
        plan = new_plan(plan_of(operation).change, self._now(), needs_approval=True)
        try:
            await self._ledger.agree(context, operation.id, yes=True)  # refused where this is no answer to the question
            waiting = await self._ledger.ask_approval(context, operation.id, plan.arguments())
            if operation.kind not in authority.MONEY_OUT:  # asked once more after the decision
                waiting = await self._ledger.agree(context, operation.id, yes=False)
        except OperationRefused as refused:
            if refused.code in texts.ASK_AGAIN:
                return _ask(operation, f"refused_{refused.code}")
            return texts.refused(refused.code)
        slots = {"operation_id": waiting.id, "awaiting": None}
        return report(_ref(waiting)) + _ask_a_person(waiting, self._limits["bot"], why, **slots)

    async def _agreed(self, context: TurnContext, operation: Operation) -> Reply:
        """A yes before the colleague's: kept, so that nobody needs to ask again. What cannot be taken back is asked."""
        if operation.kind in authority.MONEY_OUT:
            await self._ledger.agree(context, operation.id, yes=True)
            said = say(words("approval_agreed"), [_take_back(operation)], operations=[operation.id])
            # Asked for again, in case the turn that asked was never stored.
            return said + Reply(slots={"operation_id": operation.id}) + _asked(operation, self._limits["bot"])
        return say(words("approval_pending"), operations=[operation.id])

    async def decline(self, context: TurnContext, operation_id: str | None) -> Reply:
        """The customer said no. A prepared operation that nobody starts changes nothing.

        Money that is with a person stays there and is asked for once more; with anything else a no is the end of it.
        """
        if operation_id is None:
            return say(words("nothing_to_decline"), **texts.NOTHING_OPEN)
        try:
            operation = await self._ledger.get(context, operation_id)
        except OperationRefused:
            return say(words("nothing_to_decline"), **texts.NOTHING_OPEN)
        if operation.state == "verified":
            text = words("already_done", receipt=operation.receipt)
            return say(text, texts.WAYS_OUT, operations=[operation.id], **texts.NOTHING_OPEN)
        transaction = self._transactions[operation.kind]
        if operation.started:
            return await self._read_back(context, transaction, operation, retry=False)
        if operation.approval == "wanted" and operation.kind in authority.MONEY_OUT:
            await self._ledger.agree(context, operation.id, yes=False)
            return say(words("approval_ask_first"), operations=[operation.id], operation_id=operation.id)
        if operation.approval in {"approved", "wanted"}:
            await self._ledger.drop(context, operation.id)
        return say(transaction.say("declined"), [SOMETHING_ELSE], **texts.NOTHING_OPEN)

    async def withdraw(
        self, context: TurnContext, kinds: Collection[str], slots: Mapping[str, Any], order: str = ""
    ) -> Reply:
        """What is of these kinds, and of ``order`` where one is named, is taken back, and nothing else; what was begun
        of them is told of as it is."""
        try:
            taken = await taken_back.withdraw(self._ledger, self._transactions, context, kinds, slots, order)
            last = slots.get("last_operation")
            begun = await self._ledger.get(context, last) if last and taken is None else None
        except OperationRefused as refused:
            return texts.refused(refused.code)
        if begun is not None and begun.started and begun.kind in kinds:
            return await self.decline(context, begun.id)
        return taken or say(words("nothing_to_withdraw"), **texts.still_about(slots))

    async def take_yes_back(self, context: TurnContext, kind: str, slots: Mapping[str, Any]) -> Reply:
        """Another wish about a thing whose money was agreed to: that is not sent any more without asking again."""
        try:
            return await taken_back.take_yes_back(self._ledger, context, kind, slots)
        except OperationRefused:
            return Reply()

    async def settled(self, context: TurnContext, operation_id: str) -> Reply:
        """Tell what became of an operation, after an approval or a late answer. Causes nothing but what the customer
        had said yes to before a colleague approved it."""
        try:
            operation = await self._ledger.get(context, operation_id)
        except OperationRefused as refused:
            return texts.refused(refused.code)
        transaction = self._transactions[operation.kind]
        if operation.state == "verified":
            return self._told(transaction, operation)
        if operation.started:
            return await self._read_back(context, transaction, operation, retry=False)
        if operation.dropped and operation.approval != "not_needed":
            text = words("taken_back", summary=texts.lower_first(operation.summary))
            return say(text, texts.WAYS_OUT, operations=[operation.id], **texts.NOTHING_OPEN)
        if operation.approval == "declined":
            return self._stale(operation)
        if operation.approval == "wanted":
            return _pending(operation)
        if plan_of(operation).good_until < self._now():
            return self._stale(operation)
        if operation.agreed:
            return say(words("approved_agreed")) + await self._carry_out(context, operation)
        return _ask(operation, "approved")

    async def _carry_out(self, context: TurnContext, operation: Operation) -> Reply:
        try:
            started, fresh = await self._ledger.start(context, operation.id)
        except OperationRefused as refused:
            return texts.refused(refused.code)
        return await self._begun(context, started, fresh)

    def _stale(self, operation: Operation) -> Reply:
        """A person declined it, or the question is too old for its yes: nothing is done."""
        if operation.approval == "declined":
            text = words("approval_declined", summary=texts.lower_first(operation.summary))
            return say(text, texts.WAYS_OUT, operations=[operation.id], **texts.NOTHING_OPEN)
        return say(words("too_long_ago"), [self._look_again(operation), PERSON], **texts.NOTHING_OPEN)

    def _look_again(self, operation: Operation) -> ChoiceOffer:
        named = {"order_number": operation.object_ref} if normal_number(operation.object_ref) else {}
        return ChoiceOffer(words("label_look_again"), payload(self._transactions[operation.kind].intents[0], **named))

    async def _do(self, context: TurnContext, transaction: Transaction, operation: Operation) -> Reply:
        change, amount = plan_of(operation).change, confirmed_amount(operation)
        call = self._backend.apply(_customer(context), change, operation.id, confirmed=amount)
        try:
            await _within(self._patience, call)
        except NotAllowed as refused:
            return await self._not_allowed(transaction, operation, refused)
        except NotFound:
            settled = await self._ledger.settle(operation.id, "failed", result={"rule": "not_found"})
            return report(_ref(settled)) + say(words("not_in_account"), texts.WAYS_OUT, **texts.NOTHING_OPEN)
        except (BackendUnavailable, TimeoutError) as exc:
            log.warning("change_unanswered", kind=operation.kind, operation=operation.id, cause=type(exc).__name__)
            return await self._read_back(context, transaction, operation, retry=True)
        return await self._read_back(context, transaction, operation, retry=False)

    async def _not_allowed(self, transaction: Transaction, operation: Operation, refused: NotAllowed) -> Reply:
        settled = await self._ledger.settle(operation.id, "failed", result={"rule": refused.rule})
        if refused.rule == "amount_changed":
            choices = [self._look_again(operation), PERSON]
            said = say(words("amount_changed"), choices, operations=[operation.id], **texts.NOTHING_OPEN)
            return report(_ref(settled)) + said
        refusal = transaction.refuse(refused, texts.WAYS_OUT)
        text = words("changed_meanwhile", reason=refusal.text)
        read = [operation.object_ref]
        said = say(text, refusal.choices, operations=[operation.id], read_from=read, **texts.NOTHING_OPEN)
        person = hand_over(refusal.handoff, f"{operation.summary}: refused.") if refusal.handoff else Reply()
        return report(_ref(settled)) + said + person

    async def _read_back(
        self, context: TurnContext, transaction: Transaction, operation: Operation, *, retry: bool
    ) -> Reply:
        """What the shop shows decides. ``retry``: no effect is there and the same key may be tried once more."""
        customer_id, change = _customer(context), plan_of(operation).change
        try:
            effect = await _within(self._glance, self._backend.effect(customer_id, operation.id))
            if effect is None and retry:
                amount = confirmed_amount(operation)
                again = self._backend.apply(customer_id, change, operation.id, confirmed=amount)
                await _within(self._glance, again)
                effect = await _within(self._glance, self._backend.effect(customer_id, operation.id))
            if effect is None:
                return await self._unknown(transaction, operation, "The shop shows no trace of it.")
            happened = Happened(change, effect)
            if not await _within(self._glance, transaction.verify(self._backend, customer_id, happened)):
                seen = f"The shop has a record ({effect.receipt}) but not the result."
                return await self._unknown(transaction, operation, seen)
        except (BackendUnavailable, NotAllowed, NotFound, TimeoutError):
            seen = "The shop did not answer, so it may or may not have happened."
            return await self._unknown(transaction, operation, seen)
        code = transaction.recovery(change)
        stored = outcome.result(effect, code)
        settled = await self._ledger.settle(operation.id, "verified", receipt=effect.receipt, result=stored)
        if code is not None:
            log.info("recovery", protocol=code, cause=stored["cause"], kind=operation.kind, operation=operation.id)
        return report(_ref(settled)) + self._told(transaction, settled)

    async def _unknown(self, transaction: Transaction, operation: Operation, what: str) -> Reply:
        settled = await self._ledger.settle(operation.id, "unknown", result={"seen": what})
        note = f"{operation.summary}. Confirmed by the customer, outcome unknown. {what} Key: {operation.id}"
        text = words("outcome_unknown", summary=texts.lower_first(operation.summary))
        said = say(text, operations=[operation.id], **texts.NOTHING_OPEN)
        code = transaction.recovery(plan_of(operation).change)
        person = hand_over("tool_failure", note, outcome.protocol_evidence(code))
        return report(_ref(settled)) + said + person

    def _told(self, transaction: Transaction, operation: Operation) -> Reply:
        """The receipt and its promises, from what was stored when it was verified. The same whenever it is told."""
        happened = Happened(plan_of(operation).change, outcome.stored_effect(operation))
        said = say(outcome.told(transaction, happened), operations=[operation.id], complete=True, **texts.NOTHING_OPEN)
        return said + outcome.promises(transaction, happened, operation.id, self._now())


def _refuse(transaction: Transaction, refusal: Refusal, customer_id: str) -> Reply:
    """No, why not, and what can be done; where that is a failure of ours, its cause is logged."""
    slots = texts.NOTHING_OPEN | {"recovery": refusal.recovery}
    reply = say(refusal.text, refusal.choices, read_from=[customer_id], complete=refusal.solved, **slots)
    if refusal.recovery is not None:
        cause = protocols()[refusal.recovery].cause
        log.info("recovery", protocol=refusal.recovery, cause=cause, kind=transaction.kind)
    if refusal.handoff is None:
        return reply
    evidence = outcome.protocol_evidence(refusal.recovery)
    return reply + hand_over(refusal.handoff, f"{transaction.title}: {refusal.note or 'refused.'}", evidence)


def _labels(kind: str, proposal: Proposal) -> tuple[str, str]:
    """The words on the two choices: the proposal's own, the transaction's, or plain ones."""
    yes = proposal.yes or words(f"{kind}_yes" if known_words(f"{kind}_yes") else "label_yes")
    no = proposal.no or words(f"{kind}_no" if known_words(f"{kind}_no") else "label_no")
    return yes, no


async def _within(seconds: float, call: Awaitable[T]) -> T:
    async with asyncio.timeout(seconds):
        return await call


def confirm_choices(operation_id: str, yes: str, no: str) -> list[ChoiceOffer]:
    return [
        ChoiceOffer(yes, payload("confirm_operation", operation_id=operation_id)),
        ChoiceOffer(no, payload("decline_operation", operation_id=operation_id)),
    ]


def _ask(operation: Operation, text: str) -> Reply:
    """``text`` names the words; what would be done stands in them."""
    choices = confirm_choices(operation.id, words("label_go_ahead"), words("label_no"))
    said = words(text, summary=texts.lower_first(operation.summary))
    return say(said, choices, operations=[operation.id], operation_id=operation.id)


def _customer(context: TurnContext) -> str:
    """Who speaks, by the signed context. Raises ``OperationRefused`` for somebody whom nobody has verified."""
    if not context.customer_id or context.verification == "none":
        raise OperationRefused("not_verified", "the customer is not verified")
    return context.customer_id


def _ask_a_person(operation: Operation, limit: Decimal, why: str, **slots: Any) -> Reply:
    """``why``: the words for it, ``over_limit`` or ``person_decides``. The first may be agreed to beforehand."""
    summary = texts.lower_first(operation.summary)
    if operation.agreed:
        text, choices = words("over_limit_agreed", summary=summary), [_take_back(operation)]
    else:
        text = words(why, summary=summary)
        labels = words("label_once_approved"), words("label_ask_first")
        choices = confirm_choices(operation.id, *labels) if why == "over_limit" else []
    return say(text, choices, operations=[operation.id], **slots) + _asked(operation, limit)


def _asked(operation: Operation, limit: Decimal) -> Reply:
    """A person is asked, and the customer promised an answer; both once for an operation."""
    wanted = ApprovalDirective(operation.id, operation.kind, operation.summary, operation.amount, f"{limit:.2f}")
    promise = PromiseDirective(texts.APPROVAL_PROMISE, "approvals", APPROVAL_DUE_SECONDS, operation.id)
    return direct(wanted) + direct(promise)


def _take_back(operation: Operation) -> ChoiceOffer:
    return ChoiceOffer(words("label_ask_again"), payload("decline_operation", operation_id=operation.id))


def _pending(operation: Operation, **slots: Any) -> Reply:
    """Still with a colleague; a yes that stands can be taken back."""
    choices = [_take_back(operation)] if operation.agreed else []
    return say(words("approval_pending"), choices, operations=[operation.id], **slots)


def _still_with_a_colleague(context: TurnContext, operation: Operation) -> Reply:
    """The answer is promised in the conversation in which it was asked for, so only there is it spoken of."""
    if operation.conversation_id == context.conversation_id:
        slots = texts.NOTHING_OPEN | {"operation_id": operation.id}
        return _pending(operation, **slots)
    text = words("approval_pending_elsewhere", summary=texts.lower_first(operation.summary))
    return say(text, texts.WAYS_OUT, read_from=[operation.object_ref], **texts.NOTHING_OPEN)


def _ref(operation: Operation) -> OperationRef:
    return OperationRef(operation.id, operation.kind, operation.state, operation.summary, operation.receipt)
