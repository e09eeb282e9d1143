"""What the customer and the people behind the desk are told once an operation's end is known. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from actions.backend.port import Effect
from actions.recovery import Protocol, RecoveryCode, protocols
from actions.reply import Reply, direct
from actions.transactions.declaration import Happened, Promise, Transaction, day
from actions.words import words
from handoff.contract.events import Evidence
from handoff.contract.operations import Operation
from handoff.contract.turn import PromiseDirective


def told(transaction: Transaction, happened: Happened) -> str:
    """The receipt in words; after a failure of ours with what happens next, by the protocol."""
    text, code = transaction.done(happened), transaction.recovery(happened.change)
    if code is None:
        return text
    due = _due(protocols()[code], happened.effect)
    step = words(f"recovery_{code}_next", day=day(due)) if due else words(f"recovery_{code}_next")
    return f"{text} {step}"


def promises(transaction: Transaction, happened: Happened, operation_id: str, now: datetime) -> Reply:
    """One row for each thing that was said will happen, with its owner and due time."""
    made = [promise for promise in (transaction.promise(happened), _follow_up(transaction, happened)) if promise]
    reply = Reply()
    for promise in made:
        seconds = max(0, int((promise.due - now).total_seconds()))
        reply += direct(PromiseDirective(promise.what, promise.owner, seconds, operation_id))
    return reply


def _follow_up(transaction: Transaction, happened: Happened) -> Promise | None:
    code = transaction.recovery(happened.change)
    if code is None:
        return None
    protocol, effect = protocols()[code], happened.effect
    due = _due(protocol, effect)
    if protocol.follow_up is None or due is None:
        return None
    what = f"{protocol.follow_up.what} ({code}, {effect.object_ref}, {effect.receipt})"
    return Promise(what, protocol.follow_up.owner, due)


def _due(protocol: Protocol, effect: Effect) -> datetime | None:
    return protocol.follow_up.due.at(effect.facts, effect.at) if protocol.follow_up else None


def protocol_evidence(code: RecoveryCode | None) -> list[Evidence]:
    """The protocol's next step for the person who takes over."""
    if code is None:
        return []
    protocol = protocols()[code]
    return [Evidence("recovery", f"{code} (cause: {protocol.cause}). Next: {protocol.person}", 0.0)]


def result(effect: Effect, code: RecoveryCode | None) -> dict[str, Any]:
    """What is stored with a settled operation."""
    amount = None if effect.amount is None else str(effect.amount)
    stored: dict[str, Any] = {"amount": amount, "facts": effect.facts, "at": effect.at.isoformat()}
    return stored | ({"recovery": code, "cause": protocols()[code].cause} if code else {})


def stored_effect(operation: Operation) -> Effect:
    stored: Mapping[str, Any] = operation.result or {}
    return Effect(
        key=operation.id,
        kind=operation.kind,
        object_ref=operation.object_ref,
        receipt=operation.receipt or "",
        at=datetime.fromisoformat(stored["at"]),
        amount=None if stored.get("amount") is None else Decimal(stored["amount"]),
        facts=dict(stored.get("facts", {})),
    )
