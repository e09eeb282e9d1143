"""What evaluation is given by the stack: SQL, time and ids. Evaluation itself opens nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

import sqlalchemy as sa

T = TypeVar("T")


class Sql(Protocol):
    """A unit of work is a function of a connection; ``write`` returns once it is durable."""

    async def read(self, work: Callable[[sa.Connection], T]) -> T: ...

    async def write(self, work: Callable[[sa.Connection], T]) -> T: ...


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class Ids(Protocol):
    def new(self, prefix: str) -> str: ...
