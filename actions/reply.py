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
    complete: bool = False,
    **slots: Any,
) -> Reply:
    message = BotMessage(text, list(choices), list(citations), list(operations))
    return Reply([ActionReturn(message=message)], slots, complete)


def direct(directive: Directive) -> Reply:
    return Reply([ActionReturn(directive=directive)])


def report(operation: OperationRef) -> Reply:
    return Reply([ActionReturn(operation=operation)])


def hand_over(reason: HandoffReason, note: str) -> Reply:
    """``note`` is for the person who takes over: what is known and what is not."""
    return direct(HandoffDirective(reason=reason, evidence=[Evidence(kind="action", text=note, weight=1.0)], note=note))
