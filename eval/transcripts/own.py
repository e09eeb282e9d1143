"""Our own form: ``{"id", "customer_id", "channel", "events": [{"seq", "occurred_at", "source", "type", "data"}]}``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Final, get_args

from pydantic import ValidationError

from eval.outcomes.model import Conversation, Event, moment
from eval.transcripts.model import Transcript, Unusable
from handoff.contract.events import EVENT_TYPES, Source
from handoff.contract.wire import parse_event

SOURCES: Final = frozenset(get_args(Source))
Tell = Callable[[str, bool], None]
"""A problem, and whether something is lost by it."""


def transcript(record: Mapping[str, Any], line: int, tell: Tell) -> Transcript:
    """Raises ``Unusable`` where there is no conversation in the record."""
    name, listed = record.get("id"), record.get("events")
    if not isinstance(name, str) or not name:
        raise Unusable("has no id")
    if not isinstance(listed, list):
        raise Unusable(f"conversation {name} has no list of events")
    events: list[Event] = []
    for number, raw in enumerate(listed, start=1):
        try:
            events.append(_event(raw, tell, f"conversation {name}, event {number}"))
        except Unusable as problem:
            tell(f"conversation {name}, event {number}: {problem}; the event is not counted", True)
    customer = record.get("customer_id")
    if customer is not None and not isinstance(customer, str):
        tell(f"conversation {name}: customer_id is no text; read as unknown", False)
        customer = None
    ordered = _in_order(events, name, tell)
    channel = record.get("channel")
    return Transcript(line, Conversation(name, channel if isinstance(channel, str) else "unknown", customer, ordered))


def _event(raw: Any, tell: Tell, place: str) -> Event:
    if not isinstance(raw, dict):
        raise Unusable("is not an object")
    seq, kind, data = raw.get("seq"), raw.get("type"), raw.get("data", {})
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 1:
        raise Unusable("seq is not a number from 1")
    if raw.get("source") not in SOURCES:
        raise Unusable(f"source {raw.get('source')!r} is none of {', '.join(sorted(SOURCES))}")
    if not isinstance(kind, str) or not isinstance(data, dict):
        raise Unusable("wants type and data")
    try:
        at = moment(str(raw.get("occurred_at")))
    except ValueError:
        raise Unusable(f"occurred_at {raw.get('occurred_at')!r} is no RFC 3339 time") from None
    if kind not in EVENT_TYPES:
        tell(f"{place}: unknown type {kind!r}; kept, and not read", False)
    else:
        _check(kind, data)
    return Event(seq, at, raw["source"], kind, data)


def _check(kind: str, data: dict[str, Any]) -> None:
    """Fields that we do not know may be there; those that we know must have their form."""
    try:
        parse_event(kind, data)
    except ValidationError as problem:
        for error in problem.errors(include_url=False, include_input=False):
            if error["type"] not in ("extra_forbidden", "unexpected_keyword_argument"):
                where = ".".join(str(part) for part in error["loc"])
                raise Unusable(f"{kind}: {where}: {error['msg'].lower()}") from None


def _in_order(events: list[Event], name: str, tell: Tell) -> tuple[Event, ...]:
    """``seq`` decides the order; a clock that goes back is held still, and said so."""
    seqs = [event.seq for event in events]
    if any(later < earlier for earlier, later in pairwise(seqs)):
        tell(f"conversation {name}: events out of order; put into the order of seq", False)
    kept: dict[int, Event] = {}
    for event in events:
        if event.seq in kept:
            same = kept[event.seq] == event
            what = "twice the same event" if same else "two different events"
            tell(f"conversation {name}: {what} with seq {event.seq}; the first is counted", not same)
        else:
            kept[event.seq] = event
    ordered: list[Event] = []
    for seq in sorted(kept):
        event = kept[seq]
        if ordered and event.at < ordered[-1].at:
            back = ordered[-1].at - event.at
            tell(f"conversation {name}, seq {seq}: the clock goes back by {back:.0f} s; held at the time before", False)
            event = event._replace(at=ordered[-1].at)
        ordered.append(event)
    return tuple(ordered)
