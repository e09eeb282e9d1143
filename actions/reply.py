"""What an action gives back: contract values for the channel, and Rasa slots to remember."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from handoff.contract.events import Citation, Evidence, HandoffReason
from handoff.contract.turn import (
    ActionReturn,
    BotMessage,
    ChoiceOffer,
    Directive,
    HandoffDirective,
    OperationRef,
)


@dataclass(frozen=True)
class Reply:
    """``complete``: the need looks met, so the bot may ask once whether it is."""

    returns: Sequence[ActionReturn] = ()
    slots: dict[str, Any] = field(default_factory=dict)
    complete: bool = False

    def __add__(self, other: Reply) -> Reply:
        return Reply([*self.returns, *other.returns], self.slots | other.slots, self.complete or other.complete)


def say(
    text: str,
    choices: Sequence[ChoiceOffer] = (),
    *,
    citations: Sequence[Citation] = (),
    operations: Sequence[str] = (),
    read_from: Sequence[str] = (),
    worded_by: str | None = None,
    complete: bool = False,
    **slots: Any,
) -> Reply:
    """``read_from`` names what of the shop the text was read from in this turn: without it, or an operation, the
    gateway lets no statement about the customer's things pass."""
    message = BotMessage(
        text, list(choices), list(citations), list(operations), read_from=list(read_from), worded_by=worded_by
    )
    return Reply([ActionReturn(message=message)], slots, complete)


def direct(directive: Directive) -> Reply:
    return Reply([ActionReturn(directive=directive)])


def report(operation: OperationRef) -> Reply:
    return Reply([ActionReturn(operation=operation)])


def hand_over(reason: HandoffReason, note: str, further: Sequence[Evidence] = ()) -> Reply:
    """``note`` is for the person who takes over: what is known and what is not."""
    evidence = [Evidence(kind="action", text=note, weight=1.0), *further]
    return direct(HandoffDirective(reason=reason, evidence=evidence, note=note))
