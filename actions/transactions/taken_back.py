"""What a customer wants no more: an operation by its kind, or the yes they gave to one. Nothing else is touched."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from actions.reply import Reply, say
from actions.transactions import texts
from actions.transactions.declaration import SOMETHING_ELSE, Transaction
from actions.transactions.orders import normal_number
from actions.words import words
from handoff.contract.operations import OperationLedger
from handoff.contract.turn import TurnContext

_BESIDE_MONEY = frozenset({"invoice_copy", "trace_refund"})
"""Wishes about an order that leave a refund of it as wanted as before."""


async def withdraw(
    ledger: OperationLedger,
    transactions: Mapping[str, Transaction],
    context: TurnContext,
    kinds: Collection[str],
    slots: Mapping[str, Any],
    order: str,
) -> Reply | None:
    """What is of these ``kinds``, prepared or with a person, is at its end; of ``order`` alone where one was named. All
    else stays as it is, and so does its question. ``None`` where nothing of them waits. Raises ``OperationRefused``."""
    number = normal_number(order)
    waiting = [each for each in await ledger.unstarted(context, kinds) if number in (None, each.object_ref)]
    for operation in waiting:
        await ledger.drop(context, operation.id)
    about = normal_number(str(slots.get("about_order") or order))
    asked = slots.get("transaction") in kinds and number in (
        None,
        about,
    )  # what is still asked for has no operation yet
    taken = dict.fromkeys([operation.kind for operation in waiting] or ([slots["transaction"]] if asked else []))
    if not taken:
        return None
    text = " ".join(transactions[kind].say("declined") for kind in taken)
    if asked or slots.get("operation_id") in {operation.id for operation in waiting}:
        return say(text, [SOMETHING_ELSE], **texts.NOTHING_OPEN)
    return say(text, **texts.still_about(slots))


async def take_yes_back(ledger: OperationLedger, context: TurnContext, kind: str, slots: Mapping[str, Any]) -> Reply:
    """Another wish, of ``kind``, about a thing whose money was agreed to: that is not sent any more without asking
    again. Raises ``OperationRefused``."""
    if not slots.get("operation_id") or kind in _BESIDE_MONEY:
        return Reply()
    agreed = await ledger.get(context, slots["operation_id"])
    same = agreed.object_ref == normal_number(str(slots.get("order_number") or ""))
    if not same or agreed.kind == kind or agreed.approval != "wanted" or not agreed.agreed:
        return Reply()
    await ledger.agree(context, agreed.id, yes=False)
    text = words("yes_taken_back", summary=texts.lower_first(agreed.summary))
    return say(text, operations=[agreed.id])
