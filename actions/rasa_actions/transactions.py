"""Prepare, confirm, decline: Rasa understands and fills slots, the engine does the rest."""

from __future__ import annotations

from actions.context import Turn
from actions.identity import identify
from actions.rasa_actions.base import DeskAction
from actions.rasa_actions.orders import REFUND_STATUS, order_status, other_order
from actions.reply import Reply
from actions.transactions import texts
from actions.transactions.catalogue import BY_INTENT, TRANSACTIONS
from actions.transactions.things import THING, TROUBLE


class Prepare(DeskAction):
    """For the transaction that the intent asks for, else the one in the slot, else the order's status.

    The wish is remembered while the customer proves who they are, and its details are dropped with a new wish.
    """

    action_name = "action_prepare"

    async def answer(self, turn: Turn) -> Reply:
        before = turn.value("transaction")
        kind = BY_INTENT.get(turn.intent) or before
        forgotten: dict[str, str | None] = {}
        if before and kind != before:
            stale = [name for name in texts.DETAILS if name in turn.slots and name not in turn.fresh]
            turn, forgotten = turn.without(*stale), dict.fromkeys(stale)
        turn, corrected = other_order(turn)
        turn, said = await identify(turn, self.desk.backend, self.desk.verifier)
        words = {name: turn.fresh[name] for name in (THING, TROUBLE) if name in turn.fresh}
        said = Reply(slots=forgotten | words | {"transaction": kind or None}) + corrected + said
        if not turn.verified:
            return said
        if kind not in TRANSACTIONS:
            asked = REFUND_STATUS if kind == REFUND_STATUS else turn.intent
            return said + Reply(slots={"transaction": None}) + await order_status(self.desk, turn, asked)
        answers = turn.intent == "inform"
        taken_back = await self.desk.engine.take_yes_back(turn.context, kind, turn.slots)
        prepared = await self.desk.engine.prepare(turn.context, kind, turn.text, turn.slots, answers=answers)
        reply = said + taken_back + prepared
        if reply.slots.get("awaiting") or reply.slots.get("operation_id"):
            about = reply.slots.get("order_number", turn.value("order_number"))
            reply += Reply(slots={"about_order": about or None})
        return reply


class Confirm(DeskAction):
    """A yes to an open question that is not yet a proposal is answered with the question."""

    action_name = "action_confirm"

    async def answer(self, turn: Turn) -> Reply:
        operation_id = turn.value("operation_id")
        if operation_id:
            return await self.desk.engine.confirm(turn.context, operation_id)
        if turn.value("awaiting"):
            return await Prepare(self.desk).answer(turn)
        return texts.refused("not_found")


class Decline(DeskAction):
    """A no to the operation that is open; where the message names what it takes back, to what is of those kinds."""

    action_name = "action_decline"

    async def answer(self, turn: Turn) -> Reply:
        kinds = turn.fresh.get("withdraws", "").split()
        if kinds:
            return await self.desk.engine.withdraw(turn.context, kinds, turn.slots, turn.fresh.get("order_number", ""))
        return await self.desk.engine.decline(turn.context, turn.value("operation_id") or None)


class OperationSettled(DeskAction):
    """A turn of the system: an approval was decided, or a late answer has come."""

    action_name = "action_operation_settled"

    async def answer(self, turn: Turn) -> Reply:
        operation_id = turn.value("operation_id")
        return await self.desk.engine.settled(turn.context, operation_id) if operation_id else Reply()
