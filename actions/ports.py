"""What the actions need from others, as they see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from handoff.contract.events import Citation
from handoff.contract.turn import TurnContext


class Answer(Protocol):
    """``found`` is false where the published knowledge does not hold the answer; ``text`` is then empty or a guess."""

    @property
    def text(self) -> str: ...

    @property
    def citations(self) -> list[Citation]: ...

    @property
    def found(self) -> bool: ...

    @property
    def confidence(self) -> float: ...

    @property
    def worded_by(self) -> str | None:
        """The language model that worded ``text``, if one did."""
        ...


class Answerer(Protocol):
    async def answer(
        self, question: str, *, audience: str, locale: str, history: Sequence[str], turn: TurnContext
    ) -> Answer:
        """``audience`` is who reads: ``public`` or ``customer``. ``history``: the customer's earlier messages.

        ``turn``: where it was asked, so that what comes of the answer can be counted.
        """
        ...
