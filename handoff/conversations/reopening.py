"""A closed conversation that goes on: the same log, and after "not solved" the same issue too."""

from __future__ import annotations

from handoff.contract.events import ConversationReopened, Evidence, FeedbackGiven
from handoff.conversations.log import LogWriter
from handoff.episodes import rules as episodes
from handoff.gateway import wording
from handoff.queue.enqueue import enqueue

EVIDENCE_LENGTH = 120


def reopen_if_closed(log: LogWriter) -> bool:
    was_closed = log.conversation.owner == "none"
    if was_closed:
        log.change_owner(ConversationReopened("customer"), "customer")
    return was_closed


def not_solved(log: LogWriter, comment: str | None) -> int:
    """The customer says so with a button. Returns the head of the log."""
    was_closed = reopen_if_closed(log)
    told = log.append(FeedbackGiven("not_solved", episodes.reopen_last(log), comment), "customer")
    if was_closed:
        to_people(log, comment or "", told["seq"])
    return log.conversation.head_seq


def to_people(log: LogWriter, words: str, seq: int) -> None:
    """What was called done and is not: more urgent than the first time, and nothing that the assistant tries again."""
    episodes.ensure_open(log)
    grounds = [Evidence("not_solved", words[:EVIDENCE_LENGTH], 1.0, seq)]
    enqueue(log, "repeated_failure", "customer", evidence=grounds, opening=wording.NOT_SOLVED_AFTER_ALL)
