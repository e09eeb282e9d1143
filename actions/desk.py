"""Everything that the actions work with, made once at start and passed to each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from actions.backend.codes import Verifier
from actions.backend.port import Backend
from actions.ports import Answerer
from actions.transactions.engine import TransactionEngine


@dataclass(frozen=True)
class Desk:
    """``context_key`` verifies who speaks; ``now`` is aware and in UTC."""

    backend: Backend
    engine: TransactionEngine
    answerer: Answerer
    verifier: Verifier
    context_key: bytes
    now: Callable[[], datetime]
