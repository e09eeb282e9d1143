"""Operations: prepared changes in the business system, and the fenced ledger that keeps them.

The ledger's row is written before the effect and decides whether the effect may happen at all; ``Operation.id`` is the
idempotency key that the business system sees. Python 3.10 syntax, standard library alone (see ``events``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Collection, Dict, FrozenSet, List, Literal, NamedTuple, Optional, Protocol

from handoff.contract.events import OperationState
from handoff.contract.turn import TurnContext

Approval = Literal["not_needed", "wanted", "approved", "declined"]


@dataclass(frozen=True)
class Operation:
    """``amount`` is a decimal string in the shop's currency; ``prepared_seq`` the customer message that led to it.
    ``agreed``: the customer said yes already, in case a person approves; ``dropped``: it was taken back, or a newer one
    took its place, so it never starts."""

    id: str
    conversation_id: str
    customer_id: str
    kind: str
    object_ref: str
    summary: str
    state: OperationState
    prepared_seq: int
    prepared_epoch: int
    amount: Optional[str] = None
    arguments: Dict[str, Any] = field(default_factory=dict)
    approval: Approval = "not_needed"
    agreed: bool = False
    started: bool = False
    dropped: bool = False
    receipt: Optional[str] = None
    result: Optional[Dict[str, Any]] = None


class Started(NamedTuple):
    """``fresh`` is true for the one caller that may cause the effect; any other caller reads the stored operation."""

    operation: Operation
    fresh: bool


class Allowance(NamedTuple):
    """What may be given to one customer without a person: ``most`` (a decimal string) for all ``kinds`` together that
    were started after ``since`` (RFC 3339), in any conversation."""

    kinds: FrozenSet[str]
    most: str
    since: str


RefusalCode = Literal[
    "not_found",
    "epoch_moved",
    "deadline_passed",
    "not_verified",
    "not_confirmed",
    "approval_missing",
    "superseded",
    "over_limit",
]


class OperationRefused(Exception):
    """The ledger does not allow the step; nothing was changed."""

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(message)
        self.code: RefusalCode = code


class OperationLedger(Protocol):
    """Every method is scoped to ``context``: an operation of another conversation or customer is ``not_found``."""

    async def prepare(
        self,
        context: TurnContext,
        *,
        kind: str,
        object_ref: str,
        summary: str,
        arguments: Dict[str, Any],
        amount: Optional[str] = None,
        needs_approval: bool = False,
    ) -> Operation:
        """Write an ``intended`` operation. Any older one of this conversation that was not started is superseded."""
        ...

    async def get(self, context: TurnContext, operation_id: str) -> Operation:
        """Raises ``OperationRefused("not_found")``."""
        ...

    async def start(self, context: TurnContext, operation_id: str, *, allowance: Optional[Allowance] = None) -> Started:
        """Claim the right to cause the effect, in one transaction with the checks: same customer, epoch unmoved,
        deadline ahead, confirmed in a later message than the one that prepared it (or ``agreed``), approval given where
        wanted, and within ``allowance`` where nobody approved (else ``over_limit``), however many start at once."""
        ...

    async def ask_approval(self, context: TurnContext, operation_id: str, arguments: Dict[str, Any]) -> Operation:
        """An operation that needed nobody and was not started waits for a person's word from now on. The customer's yes
        that led here counts as ``agreed``."""
        ...

    async def undecided(self, context: TurnContext, kind: str, object_ref: str) -> Optional[Operation]:
        """The same change of the same thing, in any conversation of this customer, on which a person still decides."""
        ...

    async def unstarted(self, context: TurnContext, kinds: Collection[str]) -> List[Operation]:
        """What of these kinds was prepared in this conversation and neither begun, taken back nor declined; the newest
        first."""
        ...

    async def drop(self, context: TurnContext, operation_id: str) -> Operation:
        """The customer does not want it any more, approved or still with a person: it counts towards no limit, starts
        never, and nobody is asked to decide on it any more."""
        ...

    async def agree(self, context: TurnContext, operation_id: str, *, yes: bool) -> Operation:
        """Keep, or take back, the customer's yes to what a person still decides; with it an approved operation may
        start without asking again. Refuses ``not_confirmed`` where nobody had asked before this message."""
        ...

    async def settle(
        self,
        operation_id: str,
        state: OperationState,
        *,
        receipt: Optional[str] = None,
        result: Optional[Dict[str, Any]] = None,
    ) -> Operation:
        """Store what became of a started operation. ``verified`` needs a receipt and is final."""
        ...
