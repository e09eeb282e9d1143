"""From samples to figures. Pure.

A latency counts from the moment at which the schedule wanted the message sent, not from the moment at which we got
round to it: a server that stalls cannot hide the messages that had to wait (no coordinated omission).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

End = Literal["answered", "handed_over", "failed", "refused", "late"]
GOOD_ENDS = frozenset({"answered", "handed_over"})
PERCENTILES = (50, 95, 99)


@dataclass(frozen=True)
class Sample:
    """One message. Times in seconds of one clock; ``acked`` and ``ended`` are ``None`` where it never came. ``why``:
    the status or the failure of a message that was refused."""

    scheduled: float
    sent: float
    acked: float | None
    ended: float | None
    end: End
    why: str = ""


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Nearest rank: a value that was measured, never one in between."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """``p50``, ``p95``, ``p99`` in milliseconds, of values in seconds."""
    return {f"p{percent}": milliseconds(percentile(values, percent)) for percent in PERCENTILES}


def milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)


def summarise(samples: Sequence[Sample], rate: float) -> dict[str, Any]:
    """The keys of ``bench chat``. ``throughput`` is turns that ended well per second, until the last one ended."""
    good = [sample for sample in samples if sample.end in GOOD_ENDS and sample.ended is not None]
    began = min((sample.scheduled for sample in samples), default=0.0)
    # A run of n messages lasts n / rate: the last one has its share of the time too.
    lasted = max([sample.ended - began for sample in good if sample.ended is not None] + [len(samples) / rate])
    turns = [sample.ended - sample.scheduled for sample in good if sample.ended is not None]
    return {
        "rate": rate,
        "n": len(samples),
        "errors": len(samples) - len(good),
        "ends": dict(Counter(f"{sample.end} {sample.why}".strip() for sample in samples)),
        "ack_ms": spread([s.acked - s.scheduled for s in samples if s.acked is not None]),
        "turn_ms": spread(turns) | {"max": milliseconds(max(turns, default=None))},
        "throughput": round(len(good) / lasted, 2),
        "client_lag_ms": spread([sample.sent - sample.scheduled for sample in samples]),
    }


def holds(figures: dict[str, Any], *, p95_ms: float = 250.0, share: float = 0.95) -> bool:
    """Whether a step of the load curve is still below the knee."""
    p95 = figures["turn_ms"]["p95"]
    enough = figures["throughput"] >= share * figures["rate"]
    return bool(figures["errors"] == 0 and p95 is not None and p95 <= p95_ms and enough)


def ratio(ours: float | None, theirs: float | None) -> float | None:
    return None if not ours or not theirs else round(ours / theirs, 2)
