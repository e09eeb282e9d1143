"""How many files a process may open. Each request and each socket is one: the usual soft limit of 1,024 ends before the
visitors of an evening do."""

from __future__ import annotations

import resource

RESERVED = 1024
"""For databases, logs, models, Redis, the bots, and connections that are kept between two requests."""
USUAL = 65_536


def allow_files(wanted: int) -> int:
    """Raise this process's limit to ``wanted`` or as near as the machine lets us; how many files it may then open.

    Some machines name no hard limit and refuse a number all the same.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return max(soft, wanted)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    except (ValueError, OSError):
        return soft
    return max(soft, most)


def room_for(concurrency: int) -> int:
    """Of so many requests and sockets at once, how many this process can hold."""
    allow_files(max(USUAL, concurrency + RESERVED))
    files = allow_files(concurrency + RESERVED)  # where the usual number was refused, what is needed may not be
    return min(concurrency, files - min(RESERVED, files // 2))
