"""Counts the days again that are due, one at a time: read, then written only where nothing happened meanwhile."""

from __future__ import annotations

from eval.live import totals
from eval.live.keeper import Store


async def count_a_day(database: Store) -> bool:
    """True where a later day is due too: the newest, in which much happens, is not counted without end."""
    found = await database.read(totals.count_due)
    if found is None:
        return False
    await database.write(lambda connection: totals.keep(connection, *found))
    return await database.read(lambda connection: totals.any_due(connection, found[0]))
