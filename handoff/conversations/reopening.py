"""A closed conversation that goes on: the same log, and after "not solved" the same issue too."""

from __future__ import annotations

from handoff.contract.events import ConversationReopened, Evidence, FeedbackGiven
from handoff.conversations.log import LogWriter
from handoff.episodes import rules as episodes
from handoff.gateway import inbox
from handoff.notices.catalogue import notices_for
from handoff.operations.approved import approved_meanwhile
from handoff.queue.enqueue import enqueue
from handoff.queue.plan import DeskPlan

EVIDENCE_LENGTH = 120


def reopen_if_closed(log: LogWriter) -> bool:
    """Whether it was closed. What was approved meanwhile is told by the assistant, as after a hand-back.

    Raises ``Conflict`` (``conversation_erased``): nobody writes under the name that means nobody.
    """
    was_closed = log.conversation.owner == "none"
    if was_closed:
        log.change_owner(ConversationReopened("customer"), "customer")
        for seq, operation_id in approved_meanwhile(log):
            inbox.put(log, seq, "approval_decided", note=f"approved {operation_id}")
    return was_closed


def reopen_for_system(log: LogWriter) -> bool:
    """Whether it was closed and goes on, with the same issue, because the assistant owes an answer in it."""
    if log.conversation.owner != "none":
        return False
    log.change_owner(ConversationReopened("system"), "system")
    episodes.reopen_last(log)
    return True


def not_solved(log: LogWriter, comment: str | None, plan: DeskPlan) -> int:
    """The customer says so with a button. Returns the head of the log."""
    was_closed = reopen_if_closed(log)
    told = log.append(FeedbackGiven("not_solved", episodes.reopen_last(log), comment), "customer")
    if was_closed:
        to_people(log, comment or "", told["seq"], plan)
    return log.conversation.head_seq


def to_people(log: LogWriter, words: str, seq: int, plan: DeskPlan) -> None:
    """What was called done and is not: more urgent than the first time, and nothing that the assistant tries again."""
    episodes.ensure_open(log)
    grounds = [Evidence("not_solved", words[:EVIDENCE_LENGTH], 1.0, seq)]
    opening = notices_for(log.conversation.locale).not_solved
    enqueue(log, "repeated_failure", "customer", evidence=grounds, opening=opening, plan=plan)
