"""``./frontdesk eval packets``: whether the hand-over packet says enough to name the next right action."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from eval.packets import BadCase, Case, evaluate, read_cases
from handoff.clock import stamp
from handoff.contract.packet import Packet
from handoff.contract.wire import PACKET, dump
from handoff.conversations.log import Conversation, WireEvent
from handoff.packet.build import Handoff, TurnRecord, build
from handoff.packet.fit import fit
from stack.errors import WrongUse
from stack.output import answer
from stack.paths import ROOT

HELD = ROOT / "eval" / "sets" / "held" / "packet_cases.jsonl"
BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}


def packets(
    cases: Annotated[Path, typer.Option(help="Cases in the form of eval/sets/held/README.md.")] = HELD,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Name the next right action of written hand-overs from the packet alone."""
    if not cases.is_file():
        raise WrongUse(f"{cases} is not a file.")
    try:
        document = evaluate(read_cases(cases), packet_of)
    except BadCase as problem:
        raise WrongUse(f"{cases.name}: {problem}") from problem
    answer(document, as_json=as_json, people=_people(document))


def packet_of(case: Case) -> Packet:
    """The packet as it reaches a desk: built from the log, cut to size, over the wire and back."""
    events = [_event(case, seq, each) for seq, each in enumerate(case.events, start=1)]
    request = next(event for event in events if event["type"] == "handoff.requested")
    handoff = Handoff("hnd_1", request["seq"], request["data"]["reason"], "support", 3, request["occurred_at"])
    for event in events:
        if event["type"] == "promise.made":
            event["data"] = event["data"] | {"due_at": _due(event["data"]["due_at"], request["occurred_at"])}
    row: dict[str, Any] = dict.fromkeys(Conversation.__dataclass_fields__)
    row |= {"id": "cnv_1", "customer_id": case.customer_id, "verification": case.verification, "locale": case.locale}
    conversation = Conversation(**row | {"opened_at": events[0]["occurred_at"]})
    turns = [TurnRecord(turn["seq"], {"triage": turn["triage"]}, None) for turn in case.turns]
    return PACKET.validate_python(dump(fit(build(conversation, events, turns, handoff))))


def _event(case: Case, seq: int, event: dict[str, Any]) -> WireEvent:
    at = stamp(BEGAN + timedelta(minutes=seq))
    return {"id": f"{case.id}-{seq}", "seq": seq, "epoch": 1, "occurred_at": at, "visibility": "all", **event}


def _due(relative: str, moment: str) -> str:
    """``-2h``, ``+5d``: counted from the hand-over."""
    return stamp(datetime.fromisoformat(moment) + int(relative[:-1]) * UNITS[relative[-1]])


def _people(document: dict[str, Any]) -> str:
    low, high = document["interval_95"] or (0, 0)
    lines = [f"{document['right']} of {document['n']} named rightly ({low:.3f}–{high:.3f})"]
    lines += [f"  {miss['id']}: {miss['named']} instead of {miss['gold']}" for miss in document["misses"]]
    return "\n".join(lines)
