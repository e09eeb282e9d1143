"""How a person's part in a conversation ends: back to the assistant with a note, or closed with outcome and cause."""

from __future__ import annotations

from handoff.agents.service import Principal
from handoff.contract.events import ConversationClosed, HandoffReturned
from handoff.conversations.log import LogWriter
from handoff.episodes import promises
from handoff.episodes import rules as episodes
from handoff.errors import Conflict
from handoff.gateway import inbox
from handoff.mail import store as mails
from handoff.operations.approved import approved_meanwhile, must_be_done
from handoff.queue import moves


def hand_back(log: LogWriter, handoff_id: str, me: Principal, note: str | None) -> None:
    """The assistant goes on in a turn of its own that begins with the note. What was approved meanwhile and nobody
    began is brought up beside it. Raises ``Forbidden`` (``not_owner``)."""
    moves.must_own(log, handoff_id, me)
    event = log.change_owner(HandoffReturned(handoff_id, me.id, note), "agent")
    moves.set_row(log.connection, handoff_id, state="returned", ended_at=log.now)
    episodes.settle(log)
    inbox.put(log, event["seq"], "handed_back", note=note)
    for seq, operation_id in approved_meanwhile(log):
        inbox.put(log, seq, "approval_decided", note=f"approved {operation_id}")


def close(log: LogWriter, handoff_id: str, me: Principal, closing: ConversationClosed) -> None:
    """Raises ``Forbidden`` (``not_owner``); ``Conflict``: for ``resolved``, ``promise_open`` while one is open and
    ``approved_not_done`` while something approved has not begun; ``being_carried_out`` while it is on its way."""
    moves.must_own(log, handoff_id, me)
    if inbox.waits(log):
        raise Conflict("being_carried_out", "What was approved is being carried out just now. Close it in a moment.")
    if closing.outcome == "resolved":
        must_be_done(log)
        promises.must_be_kept(log, mails.on_their_way(log.connection, log.conversation.id))
    episodes.close_open(log, f"closed by {me.id}")
    log.change_owner(closing, "agent")
    values = {"outcome": closing.outcome, "cause": closing.cause, "cause_code": closing.cause_code}
    moves.set_row(log.connection, handoff_id, state="closed", ended_at=log.now, **values)
