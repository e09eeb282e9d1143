"""Whether the business system still shows an effect that was verified earlier."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Literal

from actions.backend.port import Backend, change_from_json
from actions.errors import ActionsError
from actions.transactions.catalogue import TRANSACTIONS
from actions.transactions.declaration import Happened

PATIENCE = 5.0
"""Seconds for one reading; nobody waits for it."""


async def shown(
    backend: Backend, customer_id: str, operation_id: str, kind: str, change: Mapping[str, Any]
) -> Literal["stands", "gone", "unreadable"]:
    """``gone`` only where the system answered and has no record of it, or a record without its result."""
    try:
        async with asyncio.timeout(PATIENCE):
            effect = await backend.effect(customer_id, operation_id)
            if effect is None:
                return "gone"
            happened = Happened(change_from_json(dict(change)), effect)
            return "stands" if await TRANSACTIONS[kind].verify(backend, customer_id, happened) else "gone"
    except (ActionsError, TimeoutError):
        return "unreadable"
